//! Emotions and faces in words for people.

use model_core::emotion::Emotion;

use crate::page::expression::Expression;
use crate::page::face_key::FaceKey;

/// The word for a face that shows an emotion.
pub const fn emotion_title(emotion: Emotion) -> &'static str {
    match emotion {
        Emotion::Angry => "Angry",
        Emotion::Disgust => "Disgusted",
        Emotion::Fear => "Afraid",
        Emotion::Happy => "Happy",
        Emotion::Sad => "Sad",
        Emotion::Surprise => "Surprised",
        Emotion::Neutral => "Neutral",
    }
}

/// "Happy", or "50 % happy, 50 % surprised".
pub fn expression_text(expression: Expression) -> String {
    if let Expression::Pure(emotion) = expression {
        return emotion_title(emotion).into();
    }
    let weights = expression.weights();
    let part = |emotion: &Emotion| {
        let percent = (weights[emotion.index()] * 100.0).round();
        let word = emotion_title(*emotion).to_lowercase();
        (percent >= 1.0).then(|| format!("{percent} % {word}"))
    };
    let parts: Vec<String> = Emotion::ALL.iter().filter_map(part).collect();
    parts.join(", ")
}

/// "Generated face, happy, ACGAN, seed 6".
pub fn description(key: &FaceKey) -> String {
    let expression = expression_text(key.expression).to_lowercase();
    let (network, seed) = (key.network.title(), key.seed);
    format!("Generated face, {expression}, {network}, seed {seed}")
}
