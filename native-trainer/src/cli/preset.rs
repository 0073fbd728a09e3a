//! Presets as arguments.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use training::options::Preset;

/// Takes the name of a preset; help says what each is for.
pub(super) fn preset() -> impl TypedValueParser<Value = Preset> {
    let named = |preset: Preset| PossibleValue::new(preset.name()).help(preset.description());
    PossibleValuesParser::new(Preset::ALL.map(named)).try_map(|name| name.parse::<Preset>())
}
