//! The page's address: what is wanted, as a query anybody can share.

use model_core::config::GanKind;
use model_core::emotion::Emotion;

use crate::protocol::DeviceChoice;

/// What the visitor wants to see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Whose generator.
    pub gan: GanKind,
    /// The emotion of all faces.
    pub emotion: Emotion,
    /// Seed of the large face; the small ones follow it.
    pub seed: u64,
    /// Where faces are made.
    pub device: DeviceChoice,
}

impl Default for Wanted {
    fn default() -> Self {
        Self {
            gan: GanKind::Acgan,
            emotion: Emotion::Happy,
            seed: 7,
            device: DeviceChoice::Auto,
        }
    }
}

impl Wanted {
    /// Reads `?gan=acgan&emotion=happy&seed=7&device=cpu`; what is missing or unknown keeps its default.
    pub fn from_query(query: &str) -> Self {
        let mut wanted = Self::default();
        let pairs = query.trim_start_matches('?').split('&');
        for (key, value) in pairs.filter_map(|pair| pair.split_once('=')) {
            match key {
                "gan" => wanted.gan = value.parse().unwrap_or(wanted.gan),
                "emotion" => wanted.emotion = value.parse().unwrap_or(wanted.emotion),
                "seed" => wanted.seed = value.parse().unwrap_or(wanted.seed),
                "device" => wanted.device = value.parse().unwrap_or(wanted.device),
                _ => {}
            }
        }
        wanted
    }

    /// The query of this page; the device only when it was chosen.
    pub fn to_query(&self) -> String {
        let Self {
            gan,
            emotion,
            seed,
            device,
        } = self;
        let mut query = format!("?gan={gan}&emotion={emotion}&seed={seed}");
        if *device != DeviceChoice::Auto {
            query += "&device=";
            query += device.name();
        }
        query
    }
}
