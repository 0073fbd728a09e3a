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

/// A folder packed by the tool for it.
fn packed(folder: &Path, tool: &str, options: &[&str]) -> Option<Vec<u8>> {
    let mut command = std::process::Command::new(tool);
    match command.current_dir(folder).args(options).output() {
        Ok(output) => {
            assert!(output.status.success(), "{output:?}");
            Some(output.stdout)
        }
        Err(error) => {
            println!("skipped in part: {tool}: {error}");
            None
        }
    }
}

#[test]
fn hard_links_in_a_tar_are_read_as_the_files_they_name() {
    let long = format!("{}/", "long".repeat(40));
    for base in ["", &long[..]] {
        let directory = laid_out(&named(&format!("{base}train/")));
        for name in ["test", "valid"] {
            for (path, _) in named("") {
                let path_in = |split| directory.path().join(base).join(split).join(&path);
                fs::create_dir_all(path_in(name).parent().unwrap()).unwrap();
                fs::hard_link(path_in("train"), path_in(name)).unwrap();
            }
        }
        let copied = load(directory.path(), STRICT).unwrap();
        assert_eq!(counts(&copied), [7, 7, 7]);
        for format in ["--format=gnu", "--format=pax"] {
            let options = ["-c", format, "--sort=name", "."];
            let Some(bytes) = packed(directory.path(), "tar", &options) else {
                return;
            };
            let dataset = read_one("faces.tar", &bytes).unwrap();
            assert_eq!(counts(&dataset), [7, 7, 7], "{format}");
            assert_eq!(dataset.hash(), copied.hash());
            assert_eq!(
                read_one("a.tgz", &gzip(&bytes)).unwrap().hash(),
                copied.hash()
            );
        }
    }
}

#[test]
fn other_links_in_archives_are_refused_and_counted_where_asked() {
    let directory = laid_out(&[named("train/"), named("test/")].concat());
    symlink(
        "../../train/sad/a.png",
        directory.path().join("train/sad/b.png"),
    )
    .unwrap();
    symlink("test", directory.path().join("valid")).unwrap();
    let tar = packed(directory.path(), "tar", &["-c", "--sort=name", "."]);
    // This tool writes no archive of a folder to a pipe.
    let zip = "! command -v zip >/dev/null || { zip -qry .all.zip . && cat .all.zip; }";
    let zip = packed(directory.path(), "sh", &["-c", zip]);
    for (name, bytes) in [("faces.tar", tar), ("faces.zip", zip)] {
        let Some(bytes) = bytes.filter(|bytes| !bytes.is_empty()) else {
            println!("skipped in part: no {name}, because the tool that packs it is missing");
            continue;
        };
        let said = read_one(name, &bytes).unwrap_err();
        let sentence = "sad/b.png is a link in an archive, to something that is not read from there (one of 2 such links)";
        assert!(
            said.contains(sentence) && said.contains("--hard-dereference -h"),
            "{said}"
        );
        let dataset = Dataset::read(Cursor::new(bytes), name, LENIENT).unwrap();
        assert_eq!(
            (counts(&dataset), dataset.skipped),
            ([7, 0, 7], 2),
            "{name}"
        );
    }
}

#[test]
fn a_hard_link_to_what_a_tar_does_not_hold_is_refused() {
    let mut tar = tarred(&[named("train/"), vec![file("train/sad/b.png", "")]].concat());
    let link = tar.len() - 1024 - 512;
    tar[link + 156] = b'1';
    tar[link + 157..link + 162].copy_from_slice(b"a.png");
    tar[link + 148..link + 156].fill(b' ');
    let sum: u32 = tar[link..link + 512]
        .iter()
        .map(|&byte| u32::from(byte))
        .sum();
    tar[link + 148..link + 155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    let said = read_one("faces.tar", &tar).unwrap_err();
    assert!(
        said.starts_with("faces.tar/train/sad/b.png is a link in an archive"),
        "{said}"
    );
}
