//! docs/training.md lists every option of a run.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use model_core::config::GanKind;
use serde_json::Value;
use training::options::Preset;

/// The header of the table.
const HEADER: &str = "| name | default";

/// Dotted names of all values of a run's options.json.
fn names(prefix: &str, value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let dot = if prefix.is_empty() { "" } else { "." };
                names(&format!("{prefix}{dot}{name}"), value, found);
            }
        }
        _ => assert!(found.insert(prefix.to_owned()), "{prefix} stands twice"),
    }
}

#[test]
fn the_table_of_options_names_every_option_once_and_no_other() {
    let options = Preset::Small.options(GanKind::Acgan);
    let mut expected = BTreeSet::new();
    names("", &serde_json::to_value(options).unwrap(), &mut expected);

    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/training.md");
    let text = fs::read_to_string(path).unwrap();
    let lines = text.lines().skip_while(|line| !line.starts_with(HEADER));
    let rows = lines.skip(2).take_while(|line| line.starts_with('|'));
    let listed: Vec<String> = rows
        .filter_map(|row| Some(row.split('`').nth(1)?.to_owned()))
        .collect();
    let unique: BTreeSet<String> = listed.iter().cloned().collect();
    assert_eq!(
        unique.len(),
        listed.len(),
        "an option stands twice: {listed:?}"
    );
    assert_eq!(
        unique, expected,
        "docs/training.md and training/src/options.rs differ"
    );
}
