//! The lines that put a face into somebody else's page: docs/embedding.md says what else they can do.

use model_core::emotion::Emotion;

use crate::page::expression::{Expression, Sliders};
use crate::page::face_key::{FaceKey, Network};

/// The code for a face, with the widget of the site whose page has this address. `None` for the visitor's own
/// network, which no other page has.
pub fn snippet(address: &str, key: &FaceKey) -> Option<String> {
    let Network::Site(gan) = key.network else {
        return None;
    };
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let folder = path.rfind('/').map_or("", |end| &path[..=end]);
    let (emotion, seed) = (emotion(key.expression), key.seed);
    let truncation = match key.truncation {
        100 => String::new(),
        percent => format!(" truncation=\"{}\"", f32::from(percent) / 100.0),
    };
    Some(format!(
        "<script type=\"module\" src=\"{folder}seven-faces.js\"></script>\n\
         <seven-faces emotion=\"{emotion}\" gan=\"{gan}\" seed=\"{seed}\"{truncation}></seven-faces>"
    ))
}

/// "happy", or "happy:50,surprise:50": the widget scales shares to the sum 1.
fn emotion(expression: Expression) -> String {
    let sliders = match expression {
        Expression::Pure(emotion) => return emotion.to_string(),
        Expression::Blend(sliders) if sliders.iter().all(|slider| *slider == 0) => {
            [1; Emotion::COUNT]
        }
        Expression::Blend(sliders) => sliders,
    };
    blend(&sliders)
}

fn blend(sliders: &Sliders) -> String {
    let part = |emotion: &Emotion| {
        let share = sliders[emotion.index()];
        (share > 0).then(|| format!("{emotion}:{share}"))
    };
    let parts: Vec<String> = Emotion::ALL.iter().filter_map(part).collect();
    parts.join(",")
}
