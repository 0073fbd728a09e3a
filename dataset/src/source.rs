//! Where faces come from: a path on a disk, or none.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crate::faces::short_name;
use crate::files::folder::{Folder, dead_link, unreadable};
use crate::synthetic::{STAND_IN_IMAGES, STAND_IN_SEED};
use crate::{Dataset, DatasetError, LoadOptions, Split, Voted, load, synthetic};

/// Where the faces come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A table, an archive or a folder: see [`Dataset::load`].
    Path(PathBuf),
    /// Faces drawn from a seed: see [`synthetic()`].
    Synthetic { images: usize, seed: u64 },
}

impl Source {
    /// Where data is looked for when none is named, relative to the working directory, best first.
    pub const USUAL_PLACES: [&str; 2] = ["data/fer2013.csv", "data/fer2013.zip"];

    /// What stands in for missing data: see [`stand_in()`].
    pub const STAND_IN: Source = Source::Synthetic {
        images: STAND_IN_IMAGES,
        seed: STAND_IN_SEED,
    };

    /// The path that was asked for, else the first usual place that exists, else synthetic faces.
    pub fn choose(explicit: Option<&Path>) -> Source {
        Self::choose_in(Path::new(""), explicit)
    }

    fn choose_in(working_directory: &Path, explicit: Option<&Path>) -> Source {
        let usual = || {
            Self::USUAL_PLACES
                .iter()
                .map(|place| working_directory.join(place))
                // A link that leads nowhere is refused with its name, and not passed over for synthetic faces.
                .find(|path| path.exists() || path.is_symlink())
        };
        explicit
            .map(Path::to_path_buf)
            .or_else(usual)
            .map_or(Self::STAND_IN, Source::Path)
    }

    /// Reads or draws the faces.
    pub fn load(&self, options: LoadOptions) -> Result<Dataset, DatasetError> {
        match *self {
            Source::Path(ref path) => Dataset::load(path, options),
            Source::Synthetic { images, seed } => Ok(synthetic(images, seed)),
        }
    }
}

impl Dataset {
    /// Reads the data set in a file or below a folder, as the crate's documentation says.
    pub fn load(path: &Path, options: LoadOptions) -> Result<Self, DatasetError> {
        let file = path.display().to_string();
        if !path.exists() {
            if path.is_symlink() {
                return Err(dead_link(path, 1));
            }
            return Err(DatasetError::Missing { file });
        }
        if path.is_file() {
            let input = File::open(path).map_err(|source| unreadable(path, source))?;
            return Self::read(input, &file, options);
        }
        if !path.is_dir() {
            return Err(DatasetError::unknown_kind(&file, "a pipe or a device"));
        }
        // `..` has a name, too: that of the folder it leads to.
        let named = match path.file_name() {
            Some(_) => std::path::absolute(path),
            None => fs::canonicalize(path),
        };
        let named = named.map_err(|source| unreadable(path, source))?;
        let mut dataset = Dataset::new(short_name(&folder_name(&named)));
        let around = named.file_name().unwrap_or_default().to_string_lossy();
        let around = Split::named(&around);
        let mut files = Folder::list(path)?;
        load::load(&mut files, &file, around, options, &mut dataset)?;
        Ok(dataset)
    }

    /// Lets the votes in a file decide: see [`Dataset::vote_by`].
    pub fn vote(&mut self, path: &Path) -> Result<Voted, DatasetError> {
        let input = File::open(path).map_err(|source| unreadable(path, source))?;
        self.vote_by(input, &path.display().to_string())
    }
}

/// The innermost folder's name that says something: download tools put a data set into `fer2013/versions/1`.
fn folder_name(path: &Path) -> String {
    let says_nothing =
        |name: &str| name == "versions" || name.bytes().all(|letter| letter.is_ascii_digit());
    let names = path.ancestors().filter_map(Path::file_name);
    let mut names = names.map(|name| name.to_string_lossy().into_owned());
    names.find(|name| !says_nothing(name)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_source_is_the_named_path_then_a_usual_place_then_synthetic() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path();
        let named = Path::new("elsewhere.zip");
        assert_eq!(Source::choose_in(root, None), Source::STAND_IN);
        assert_eq!(Source::choose(Some(named)), Source::Path(named.into()));
        std::fs::create_dir(root.join("data")).unwrap();
        for place in Source::USUAL_PLACES.iter().rev() {
            std::fs::write(root.join(place), "").unwrap();
            assert_eq!(
                Source::choose_in(root, None),
                Source::Path(root.join(place))
            );
        }
        assert_eq!(
            Source::choose_in(root, Some(named)),
            Source::Path(named.into())
        );
    }

    #[test]
    fn a_source_loads_what_it_names() {
        let faces = Source::Synthetic {
            images: 14,
            seed: 5,
        }
        .load(LoadOptions::default())
        .unwrap();
        assert_eq!(faces, synthetic(14, 5));
        let missing = Source::Path("no/such.csv".into())
            .load(LoadOptions::default())
            .unwrap_err()
            .to_string();
        assert!(
            missing.starts_with("no/such.csv does not exist."),
            "{missing}"
        );
    }

    #[test]
    fn a_folder_without_a_name_of_its_own_gets_the_name_of_where_it_leads() {
        let directory = tempfile::tempdir().unwrap();
        let faces = directory.path().join("faces");
        fs::create_dir_all(faces.join("versions/1")).unwrap();
        let row = format!("0,{},Training\n", vec!["7"; 2304].join(" "));
        fs::write(
            faces.join("versions/1/a.csv"),
            format!("emotion,pixels,Usage\n{row}"),
        )
        .unwrap();
        for path in ["versions/..", "versions", "versions/1", "versions/1/."] {
            let dataset = Dataset::load(&faces.join(path), LoadOptions::default()).unwrap();
            assert_eq!(dataset.name, "faces", "{path}");
        }
    }
}
