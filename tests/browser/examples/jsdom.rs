//! The tests of other people's programs, which run in jsdom.

use std::process::Command;

use crate::examples::installed;
use crate::widget::package::run;

#[test]
fn in_jsdom_the_element_upgrades_and_shows_what_is_written_in_it() {
    let sources = tests::repository().join("tests/browser/examples/jsdom");
    let Some(folder) = installed(&sources) else {
        return;
    };
    for version in ["jsdom-26", "jsdom-27"] {
        let said = run(Command::new("node")
            .args(["upgrade.mjs", version])
            .current_dir(&folder));
        assert_eq!(said.trim(), "upgraded", "{version}");
    }
}
