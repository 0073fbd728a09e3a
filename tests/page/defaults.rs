//! The defaults of page, widget, types and documentation are the same; those of the code are the source.

use std::fs;

use web::page::wanted::Wanted;

/// The five wishes and their defaults, as text.
fn defaults() -> [(&'static str, String); 5] {
    let Wanted {
        emotion,
        gan,
        seed,
        device,
        truncation,
        ..
    } = Wanted::default();
    [
        ("emotion", emotion.name().to_owned()),
        ("gan", gan.name().to_owned()),
        ("seed", seed.to_string()),
        ("device", device.name().to_owned()),
        ("truncation", (f32::from(truncation) / 100.0).to_string()),
    ]
}

fn file(path: &str) -> String {
    let file = tests::repository().join(path);
    fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// What is between two texts, the first time that they occur.
fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let rest = text.split_once(start);
    let rest = rest.unwrap_or_else(|| panic!("'{start}' is missing")).1;
    let found = rest.split_once(end);
    found
        .unwrap_or_else(|| panic!("'{end}' is missing after '{start}'"))
        .0
}

#[test]
fn the_widgets_defaults_are_the_pages() {
    let values = file("web/assets/widget/values.js");
    let object = between(&values, "DEFAULTS = Object.freeze({", "})");
    let written = defaults().map(|(name, value)| match value.parse::<f32>() {
        Ok(_) => format!("{name}: {value}"),
        Err(_) => format!("{name}: \"{value}\""),
    });
    assert_eq!(object.trim(), written.join(", "), "in values.js");
}

#[test]
fn types_and_documentation_name_the_defaults_of_the_code() {
    let types = file("web/assets/seven-faces.d.ts");
    let wishes = between(&types, "export interface Wishes {", "\n}");
    let documentation = file("docs/embedding.md");
    for (name, value) in defaults() {
        // A property is declared behind the comment that says what a missing one is.
        let comment = between(wishes, "/**", &format!("{name}?:"));
        let comment = comment.rsplit("/**").next().unwrap_or_default();
        let said = comment.replace('"', "");
        assert!(
            said.contains(&format!("{value} when missing")),
            "seven-faces.d.ts: the default of {name} is {value}, not '{}'",
            comment.trim()
        );
        let row = between(&documentation, &format!("| `{name}` |"), "\n");
        let default = row.split('|').nth(1).unwrap_or_default().trim();
        assert_eq!(default, format!("`{value}`"), "embedding.md: {name}");
    }
}
