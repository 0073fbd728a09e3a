//! Commands as people type them: how this program was started, and paths as a shell takes them.

use std::env;
use std::path::Path;

use crate::home;

/// This program, as it was started: by cargo or by its own name.
pub fn program() -> String {
    match env::args_os().next() {
        Some(name) if home::run_by_cargo().is_none() => quoted(Path::new(&name)),
        _ => "cargo run -p native-trainer --".to_owned(),
    }
}

/// A path as a shell takes it.
pub fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |c: char| c.is_alphanumeric() || "/._-+:@%=,\\".contains(c);
    match !text.is_empty() && text.chars().all(plain) {
        true => text,
        false => format!("'{}'", text.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_with_spaces_or_quotes_is_quoted_for_the_shell() {
        let quoted = |path: &str| quoted(Path::new(path));
        assert_eq!(quoted("runs/00000-acgan"), "runs/00000-acgan");
        assert_eq!(quoted("my runs/1"), "'my runs/1'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
    }
}
