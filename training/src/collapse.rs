//! Notices a generator that shows always the same: the usual way in which a GAN fails without any number failing.

use model_core::emotion::Emotion;

/// Mean distance of a pixel from its mean over the people of a row, in grey levels, below which the row shows one
/// face only. Faces of different people differ by 20 and more, those of an untrained generator by 3 and more.
const SAME: f64 = 1.0;

/// Mean difference of a pixel, in grey levels, below which two emotions of the same people are drawn as one.
const ONE_CLASS: f64 = 0.5;

/// A warning if the faces of a grid (see [`crate::faces::grid`]) are all alike, or those of one emotion, or if an
/// emotion is drawn as another.
pub fn warning(faces: &[Vec<u8>], columns: usize) -> Option<String> {
    alike(faces, columns).or_else(|| gone(faces, columns))
}

/// Says which emotion is drawn as which other.
fn gone(faces: &[Vec<u8>], columns: usize) -> Option<String> {
    let rows: Vec<_> = faces.chunks(columns).zip(Emotion::ALL).collect();
    rows.iter().enumerate().find_map(|(index, (row, emotion))| {
        let as_earlier = |(earlier, _): &&(&[Vec<u8>], Emotion)| distance(row, earlier) < ONE_CLASS;
        let (_, other) = rows[..index].iter().find(as_earlier)?;
        Some(format!(
            "asked for {emotion}, the generator draws {other}: an emotion is gone. If the next grids show the same, start again with --set class_balancing=1, another --seed or more data"
        ))
    })
}

/// Mean difference of a pixel between the faces of two rows, in grey levels.
fn distance(row: &[Vec<u8>], other: &[Vec<u8>]) -> f64 {
    let pixels = || row.iter().flatten().zip(other.iter().flatten());
    let sum: f64 = pixels().map(|(a, b)| f64::from(a.abs_diff(*b))).sum();
    sum / pixels().count().max(1) as f64
}

/// Says which emotions show one face only.
fn alike(faces: &[Vec<u8>], columns: usize) -> Option<String> {
    let rows = faces.chunks(columns).zip(Emotion::ALL);
    let same: Vec<&str> = rows
        .filter(|(row, _)| spread(row) < SAME)
        .map(|(_, emotion)| emotion.name())
        .collect();
    let what = match same.len() {
        0 => return None,
        Emotion::COUNT => "all generated faces are".to_owned(),
        _ => format!("all generated faces for {} are", same.join(", ")),
    };
    Some(format!(
        "{what} alike: the generator has collapsed. If the next grids show the same, start again with another --seed or more data"
    ))
}

/// Mean distance of the pixels from their mean over the faces, in grey levels.
pub fn spread(faces: &[impl AsRef<[u8]>]) -> f64 {
    let pixels = faces.first().map_or(0, |face| face.as_ref().len());
    let count = faces.len() as f64;
    let total: f64 = (0..pixels)
        .map(|pixel| {
            let greys = faces.iter().map(|face| f64::from(face.as_ref()[pixel]));
            let mean = greys.clone().sum::<f64>() / count;
            greys.map(|grey| (grey - mean).abs()).sum::<f64>() / count
        })
        .sum();
    total / pixels.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use dataset::{Split, synthetic};

    const COLUMNS: usize = 4;

    /// Four synthetic faces of each emotion.
    fn faces() -> Vec<Vec<u8>> {
        let dataset = synthetic(210, 1);
        let of = |emotion: Emotion| {
            let indices = dataset.indices(Split::Training).into_iter();
            let mut images = indices
                .filter(|&index| dataset.label(index) == emotion)
                .map(|index| dataset.image(index).to_vec());
            (0..COLUMNS)
                .map(|_| images.next().unwrap())
                .collect::<Vec<_>>()
        };
        Emotion::ALL.into_iter().flat_map(of).collect()
    }

    #[test]
    fn different_faces_raise_no_warning() {
        assert_eq!(warning(&faces(), COLUMNS), None);
    }

    #[test]
    fn one_face_for_everything_is_a_collapse() {
        let all = vec![faces()[0].clone(); Emotion::COUNT * COLUMNS];
        let text = warning(&all, COLUMNS).unwrap();
        assert!(text.starts_with("all generated faces are alike"), "{text}");
    }

    #[test]
    fn an_emotion_drawn_as_another_is_gone() {
        let mut faces = faces();
        for column in 0..COLUMNS {
            faces[4 * COLUMNS + column] = faces[2 * COLUMNS + column].clone();
        }
        let text = warning(&faces, COLUMNS).unwrap();
        assert!(
            text.starts_with("asked for sad, the generator draws fear"),
            "{text}"
        );
    }

    #[test]
    fn one_constant_class_is_a_collapse_of_that_class() {
        let mut faces = faces();
        for column in 1..COLUMNS {
            faces[COLUMNS + column] = faces[COLUMNS].clone();
        }
        let text = warning(&faces, COLUMNS).unwrap();
        assert!(
            text.starts_with("all generated faces for disgust are alike"),
            "{text}"
        );
    }
}
