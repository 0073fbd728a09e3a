//! The table of the networks' figures.

use std::fs;

use model_core::bundle::{Describes, Manifest};
use model_core::config::GanKind;
use model_core::emotion::Emotion;

use crate::shown::text_of;
use crate::visit::first_large;
use crate::{NEXT_FACE, SEED, Visit};

#[test]
fn the_table_shows_the_figures_of_the_manifests() {
    let Some(visit) = Visit::begin(false) else {
        return;
    };
    visit.chrome.open(&visit.site.page("?seed=6"));
    first_large(&visit.chrome, GanKind::Acgan, Emotion::Happy, SEED);
    for gan in GanKind::ALL {
        let row = format!("metrics-{gan}");
        let there = format!("return document.querySelector(\"[data-testid='{row}']\") !== null");
        visit.chrome.wait("the table", &there, NEXT_FACE);
        let bytes = fs::read(visit.dist.join(format!("models/{gan}/{}", Manifest::FILE)));
        let manifest = Manifest::parse(&bytes.expect("a manifest")).expect("a valid manifest");
        let metric = |name: &str| manifest.training.metrics[name];
        let shown = text_of(&visit.chrome, &row);
        let seen: String = shown
            .chars()
            .filter(|letter| *letter != '\u{202f}')
            .collect();
        for expected in [
            manifest.training.images_seen.to_string(),
            format!("{:.1}", metric("kernel_distance_x1000")),
            format!("{:.0} %", 100.0 * metric("label_accuracy")),
        ] {
            assert!(seen.contains(&expected), "{gan}: {expected} in '{shown}'");
        }
    }
}
