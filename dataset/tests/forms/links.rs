//! Links that lead nowhere, on a disk and in archives: none vanishes without a word.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use super::*;

/// The files below a folder on a disk.
fn laid_out(files: &[File]) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = directory.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    directory
}

fn load(path: &Path, options: LoadOptions) -> Result<Dataset, String> {
    Dataset::load(path, options).map_err(|error| error.to_string())
}

#[test]
fn a_split_or_an_emotion_that_is_a_link_to_nowhere_is_refused_and_counted_where_asked() {
    for link in ["test", "train/sad", "train/sad/b.png", "labels"] {
        let directory = laid_out(&[named("train/"), named("valid/")].concat());
        let link = directory.path().join(link);
        if link.is_dir() {
            fs::remove_dir_all(&link).unwrap();
        }
        symlink("/no/such/disk", &link).unwrap();
        let said = load(directory.path(), STRICT).unwrap_err();
        let sentence = format!(
            "{} is a link that leads to no file or folder. Fetch what",
            link.display()
        );
        assert!(said.starts_with(&sentence), "{said}");
        let dataset = load(directory.path(), LENIENT).unwrap();
        assert_eq!(dataset.skipped, 1);
        let left = if link.ends_with("sad") { 13 } else { 14 };
        assert_eq!(counts(&dataset).iter().sum::<usize>(), left);
    }
}

#[test]
fn links_to_nowhere_are_counted_beside_tables_and_where_nothing_else_lies() {
    let directory = laid_out(&[file("train.csv", without_usage())]);
    for name in ["test.csv", "val.csv"] {
        symlink(".git/annex/objects/1", directory.path().join(name)).unwrap();
    }
    let said = load(directory.path(), STRICT).unwrap_err();
    assert!(
        said.contains("test.csv is a link that leads to no file or folder (one of 2 such links)"),
        "{said}"
    );
    let dataset = load(directory.path(), LENIENT).unwrap();
    assert_eq!((counts(&dataset), dataset.skipped), ([7, 0, 0], 2));
    fs::remove_file(directory.path().join("train.csv")).unwrap();
    for path in [
        directory.path().to_owned(),
        directory.path().join("test.csv"),
    ] {
        for options in [STRICT, LENIENT] {
            let said = load(&path, options).unwrap_err();
            assert!(
                said.contains("test.csv is a link that leads to no file"),
                "{said}"
            );
        }
    }
}
