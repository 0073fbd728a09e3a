//! Writes the good files of every target to `fuzz/corpus/<target>/`, where cargo-fuzz looks for files to start from.

use std::fs;
use std::path::Path;

fn main() -> std::io::Result<()> {
    for target in fuzz::TARGETS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("corpus")
            .join(target.name);
        fs::create_dir_all(&folder)?;
        for (index, sample) in (target.samples)().iter().enumerate() {
            fs::write(folder.join(format!("sample-{index}")), sample)?;
        }
    }
    Ok(())
}
