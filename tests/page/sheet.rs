//! Pictures to save: faces side by side, and the captions under them.

use model_core::config::GanKind;
use model_core::emotion::Emotion;
use model_core::pixels::{IMAGE_PIXELS, IMAGE_SIDE};
use web::page::caption;
use web::page::sheet::Sheet;
use web::page::words::emotion_title;

const PAPER: u8 = 250;

/// A face of which no two neighbours are alike.
fn face(first: u8) -> Vec<u8> {
    (0..IMAGE_PIXELS)
        .map(|pixel| first.wrapping_add((pixel * 7) as u8))
        .collect()
}

fn sheet(columns: usize, scale: usize) -> Sheet {
    let frames = (0..5)
        .map(|n| (face(n), format!("ACGAN {n} happy")))
        .collect();
    Sheet {
        frames,
        columns,
        scale,
    }
}

#[test]
fn a_plain_sheet_is_nothing_but_its_faces() {
    let drawn = sheet(3, 1).draw_crisp();
    assert_eq!(
        (drawn.width, drawn.pixels.len()),
        (3 * IMAGE_SIDE, 3 * 2 * IMAGE_PIXELS)
    );
    for n in 0..5 {
        let (left, top) = (n % 3 * IMAGE_SIDE, n / 3 * IMAGE_SIDE);
        let row = |y: usize| &drawn.pixels[(top + y) * drawn.width + left..][..IMAGE_SIDE];
        let shown: Vec<u8> = (0..IMAGE_SIDE).flat_map(|y| row(y).to_vec()).collect();
        assert_eq!(shown, face(n as u8), "face {n}");
    }
    let last = drawn.pixels[drawn.pixels.len() - 1];
    assert_eq!(last, PAPER, "no sixth face");
}

#[test]
fn an_enlarged_sheet_has_every_pixel_as_a_square_and_a_caption_under_each_face() {
    let drawn = sheet(5, 2).draw_crisp();
    let (side, gap) = (2 * IMAGE_SIDE, 8);
    assert_eq!(drawn.width, 5 * (side + gap) + gap);
    for n in 0..5 {
        let left = gap + n * (side + gap);
        let at = |x: usize, y: usize| drawn.pixels[y * drawn.width + left + x];
        for (pixel, grey) in face(n as u8).into_iter().enumerate() {
            let (x, y) = (pixel % IMAGE_SIDE * 2, gap + pixel / IMAGE_SIDE * 2);
            assert_eq!(
                [at(x, y), at(x + 1, y), at(x, y + 1), at(x + 1, y + 1)],
                [grey; 4]
            );
        }
        let under = (0..side).flat_map(|x| (0..24).map(move |y| (x, gap + side + y)));
        let inked = under.filter(|&(x, y)| at(x, y) < 128).count();
        assert!(inked > 50, "{inked} dark pixels under face {n}");
    }
}

#[test]
fn captions_are_written_in_equal_cells_and_made_narrower_where_they_do_not_fit() {
    let inked = |line: &[u8], columns: std::ops::Range<usize>, width: usize| {
        line.iter()
            .enumerate()
            .filter(|(at, grey)| columns.contains(&(at % width)) && **grey != PAPER)
            .count()
    };
    let twice = caption::line("AA", 192, PAPER);
    assert_eq!(twice.len(), 192 * caption::HEIGHT);
    assert_eq!(
        inked(&twice, 0..8, 192),
        inked(&twice, 8..16, 192),
        "the same letter"
    );
    assert_eq!(inked(&twice, 16..192, 192), 0, "nothing after the text");
    let long = "ACGAN 18446744073709551615 surprised";
    let line = caption::line(long, 192, PAPER);
    assert!(
        inked(&line, 180..192, 192) > 10,
        "its end is on the picture"
    );
}

#[test]
fn every_letter_of_a_caption_can_be_written() {
    let names = GanKind::ALL.map(|gan| gan.title().to_owned());
    let words = Emotion::ALL.map(|emotion| emotion_title(emotion).to_lowercase());
    let rest = "0123456789 50 % happy, 50 % sad".to_owned();
    for text in names.into_iter().chain(words).chain([rest]) {
        let missing: String = text
            .chars()
            .filter(|letter| !caption::LETTERS.contains(*letter))
            .collect();
        assert_eq!(missing, "", "of '{text}'");
    }
}
