//! Pictures, films and links that the visitor takes along.

use std::path::Path;

use model_core::config::GanKind;
use model_core::emotion::Emotion;
use model_core::pixels::{IMAGE_PIXELS, IMAGE_SIDE};
use web::page::film;
use web::worker::inference::largest_difference;

use crate::chrome::Chrome;
use crate::screenshots::test_output;
use crate::shown::{assert_nothing_broken, bytes, shown_face};
use crate::visit::{large, open, saved, wait_for_said};
use crate::{NEXT_FACE, SEED, Visit};

pub fn grey_of(png: &[u8]) -> (u32, u32, Vec<u8>) {
    let image = image::load_from_memory(png).expect("a PNG").to_luma8();
    (image.width(), image.height(), image.into_raw())
}

/// A face on a picture `width` wide: each of its pixels, enlarged to a square, read at the middle.
pub fn enlarged_face(grey: &[u8], width: u32, [left, top]: [usize; 2], scale: usize) -> Vec<u8> {
    let middle = |pixel: usize| {
        let (x, y) = (pixel % IMAGE_SIDE, pixel / IMAGE_SIDE);
        let at = |corner: usize, place: usize| corner + place * scale + scale / 2;
        grey[at(top, y) * width as usize + at(left, x)]
    };
    (0..IMAGE_PIXELS).map(middle).collect()
}

/// Fails unless a smoothly enlarged face, made as small as it was, is nearly the face.
pub fn assert_enlarged_smoothly(picture: &[u8], face: &[u8]) {
    let picture = image::load_from_memory(picture).expect("a PNG");
    let side = IMAGE_SIDE as u32;
    assert_eq!((picture.width(), picture.height()), (10 * side, 10 * side));
    let small = picture.resize_exact(side, side, image::imageops::FilterType::Triangle);
    let apart = small.to_luma8().into_raw().into_iter().zip(face);
    let sum: u32 = apart
        .map(|(small, face)| u32::from(small.abs_diff(*face)))
        .sum();
    let mean = f64::from(sum) / IMAGE_PIXELS as f64;
    assert!(mean < 4.0, "made small again, it is {mean} grey levels off");
}

#[test]
fn what_is_saved_and_copied_is_what_is_shown() {
    let Some(Visit { site, chrome, .. }) = Visit::begin(false) else {
        return;
    };
    let folder = tempfile::TempDir::new().expect("a folder");
    chrome.allow_saving(folder.path());
    open(&chrome, &site, "?seed=6&look=crisp");
    let face = large(&chrome, GanKind::Acgan, Emotion::Happy, SEED);
    check_saved_face(&chrome, folder.path(), &face);
    check_saved_pair(&chrome, folder.path());
    check_saved_seven(&chrome, folder.path());
    check_saved_crowd(&chrome, folder.path());
    check_enlarged_face(&chrome, folder.path(), &face);
    check_film(&chrome, folder.path(), &face);
    check_copied_link(&chrome);
    check_copied_picture(&chrome, &face);
    assert_nothing_broken(&chrome, &site);
}

fn check_saved_face(chrome: &Chrome, folder: &Path, face: &[u8]) {
    chrome.click("save");
    let (width, height, grey) = grey_of(&saved(folder, "seven-faces-acgan-happy-6.png"));
    assert_eq!((width, height), (48, 48));
    assert_eq!(grey, face, "the saved picture");
}

fn check_saved_pair(chrome: &Chrome, folder: &Path) {
    let (gan, happy) = (GanKind::Cgan, Emotion::Happy);
    chrome.click("view-compare");
    let other = shown_face(chrome, "compare-cgan", gan, happy, SEED, NEXT_FACE);
    chrome.click("save");
    let (width, _, grey) = grey_of(&saved(folder, "seven-faces-acgan-compare-6.png"));
    let left: Vec<u8> = grey
        .chunks(width as usize)
        .flat_map(|row| row[..IMAGE_SIDE].to_vec())
        .collect();
    assert_eq!((width, left), (96, other), "a sheet of both");
}

fn check_saved_seven(chrome: &Chrome, folder: &Path) {
    let face = |emotion: Emotion| {
        let canvas = format!("seven-{emotion}");
        shown_face(chrome, &canvas, GanKind::Acgan, emotion, SEED, NEXT_FACE)
    };
    chrome.click("view-seven");
    face(Emotion::Neutral);
    chrome.click("save-large");
    let file = saved(folder, "seven-faces-acgan-seven-6-large.png");
    std::fs::write(test_output().join("contact-sheet.png"), &file).expect("for people");
    let (width, height, grey) = grey_of(&file);
    assert_eq!(
        (width, height),
        (7 * 200 + 8, 192 + 24 + 16),
        "seven enlarged in a row"
    );
    for (index, emotion) in Emotion::ALL.into_iter().enumerate() {
        let on_sheet = enlarged_face(&grey, width, [8 + 200 * index, 8], 4);
        assert_eq!(on_sheet, face(emotion), "{emotion} on the sheet");
    }
}

fn check_saved_crowd(chrome: &Chrome, folder: &Path) {
    let (gan, happy) = (GanKind::Acgan, Emotion::Happy);
    chrome.click("view-crowd");
    chrome.click("people-16");
    let last = shown_face(chrome, "crowd-15", gan, happy, SEED + 15, NEXT_FACE);
    chrome.click("save");
    let (width, height, grey) = grey_of(&saved(folder, "seven-faces-acgan-crowd-6.png"));
    assert_eq!((width, height), (192, 192), "four rows of four");
    let on_sheet = enlarged_face(&grey, width, [144, 144], 1);
    assert_eq!(on_sheet, last, "the last of the crowd");
}

fn check_enlarged_face(chrome: &Chrome, folder: &Path, face: &[u8]) {
    chrome.click("view-face");
    chrome.click("save-large");
    let (width, height, grey) = grey_of(&saved(folder, "seven-faces-acgan-happy-6-large.png"));
    assert_eq!((width, height), (480, 480));
    let crisp = enlarged_face(&grey, width, [0, 0], 10);
    assert_eq!(crisp, face, "enlarged crisply");
}

fn check_copied_link(chrome: &Chrome) {
    chrome.click("copy-link");
    wait_for_said(chrome, "Link copied.");
    let copied = chrome.execute("return navigator.clipboard.readText()");
    assert_eq!(copied, chrome.execute("return location.href"));
}

fn check_copied_picture(chrome: &Chrome, face: &[u8]) {
    chrome.click("view-face");
    large(chrome, GanKind::Acgan, Emotion::Happy, SEED);
    chrome.click("copy");
    wait_for_said(chrome, "Picture copied.");
    let types = chrome.execute("return navigator.clipboard.read().then((items) => items[0].types)");
    assert_eq!(types[0], "image/png", "{types}");
    let pixels = "return navigator.clipboard.read().then(([item]) => item.getType('image/png')).then(createImageBitmap).then((picture) => {
             const canvas = Object.assign(document.createElement('canvas'), {width: 480, height: 480});
             canvas.getContext('2d').drawImage(picture, 0, 0);
             return Array.from(canvas.getContext('2d').getImageData(0, 0, 480, 480).data).filter((_, index) => index % 4 === 0);
         })";
    let grey = bytes(&chrome.execute(pixels));
    let crisp = enlarged_face(&grey, 480, [0, 0], 10);
    assert_eq!(crisp, face, "the copied picture");
}

fn check_film(chrome: &Chrome, folder: &Path, first: &[u8]) {
    chrome.click("view-walk");
    chrome.click("save-film");
    let film = saved(folder, "seven-faces-walk-6.gif");
    let mut options = gif::DecodeOptions::new();
    options.set_color_output(gif::ColorOutput::Indexed);
    let mut decoder = options.read_info(film.as_slice()).expect("a GIF");
    let mut frames = 0;
    while let Some(frame) = decoder.read_next_frame().expect("a whole GIF") {
        if frames == 0 {
            let side = IMAGE_SIDE * film::SCALE;
            let pixel = |n: usize| {
                frame.buffer[n / IMAGE_SIDE * film::SCALE * side + n % IMAGE_SIDE * film::SCALE]
            };
            let shown: Vec<u8> = (0..IMAGE_PIXELS).map(pixel).collect();
            assert!(
                largest_difference(&shown, first) <= 1,
                "the film's first face"
            );
        }
        frames += 1;
    }
    assert_eq!(frames, film::FACES);
    println!("film: {frames} faces, {} bytes", film.len());
}
