//! The page's address: what is wanted, as a query anybody can share.

use std::fmt::Write;
use std::str::FromStr;

use crate::page::expression::{FULL, Sliders};
use crate::page::wanted::{CROWDS, View, Wanted};

/// Says whether the page shows what the classifier sees. Shared links have this name, so it stays.
const CLASSIFIER: &str = "opinion";

impl Wanted {
    /// Reads `?gan=acgan&emotion=happy&seed=6&view=crowd`; what is missing or unknown keeps its default.
    pub fn from_query(query: &str) -> Self {
        let mut wanted = Self::default();
        let pairs = query.trim_start_matches('?').split('&');
        for (key, value) in pairs.filter_map(|pair| pair.split_once('=')) {
            match key {
                "view" => set(&mut wanted.view, value),
                "gan" => set(&mut wanted.gan, value),
                "emotion" => set(&mut wanted.emotion, value),
                "seed" => set(&mut wanted.seed, value),
                "mix" => wanted.sliders = sliders_from(value).unwrap_or(wanted.sliders),
                "people" => {
                    let crowd = value.parse().ok().filter(|crowd| CROWDS.contains(crowd));
                    wanted.crowd = crowd.unwrap_or(wanted.crowd);
                }
                "truncation" => {
                    let percent = value.parse().ok().filter(|percent| *percent <= 100);
                    wanted.truncation = percent.unwrap_or(wanted.truncation);
                }
                "look" => set(&mut wanted.look, value),
                CLASSIFIER => wanted.classifier = value == "yes",
                "device" => set(&mut wanted.device, value),
                _ => {}
            }
        }
        wanted
    }

    /// The query of this page; what is at its default is left out.
    pub fn to_query(&self) -> String {
        let default = Self::default();
        let Self {
            gan, emotion, seed, ..
        } = self;
        let mut query = format!("?gan={gan}&emotion={emotion}&seed={seed}");
        let mut add = |wanted: bool, key: &str, value: String| {
            if wanted {
                let _ = write!(query, "&{key}={value}"); // Writing to a string cannot fail.
            }
        };
        let view = self.view;
        add(view != default.view, "view", view.name().into());
        add(view == View::Mixer, "mix", sliders_text(&self.sliders));
        add(view == View::Crowd, "people", self.crowd.to_string());
        let truncation = self.truncation;
        add(
            truncation != default.truncation,
            "truncation",
            truncation.to_string(),
        );
        add(self.look != default.look, "look", self.look.name().into());
        add(self.classifier, CLASSIFIER, "yes".into());
        add(
            self.device != default.device,
            "device",
            self.device.name().into(),
        );
        query
    }
}

fn set<T: FromStr>(field: &mut T, value: &str) {
    if let Ok(value) = value.parse() {
        *field = value;
    }
}

/// "50-0-0-50-0-0-0", as the address has it.
pub fn sliders_text(sliders: &Sliders) -> String {
    sliders.map(|slider| slider.to_string()).join("-")
}

/// Reads what [`sliders_text`] writes.
pub fn sliders_from(text: &str) -> Option<Sliders> {
    let slider = |part: &str| part.parse().ok().filter(|slider| *slider <= FULL);
    let sliders: Option<Vec<u8>> = text.split('-').map(slider).collect();
    sliders?.try_into().ok()
}
