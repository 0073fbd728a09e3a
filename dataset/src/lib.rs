//! Labelled 48x48 grey faces: where they come from, which split each belongs to, and what is wrong with them.
//!
//! FER2013 lies on people's disks as a table `emotion,pixels,Usage`, as folders of images and as Parquet, packed and
//! nested in many ways. All are read in one way, whatever they are called:
//!
//! 1. **Find** ([`find`]) what may be the data set among files in a folder, in memory or in an archive, and in archives
//!    among them. Files are known by their bytes.
//! 2. **Choose** ([`candidate`]): the faces that lie nearest to the top and tell training from held-out faces are read.
//!    Where others lie as near and tell as much, or one lies nearer and another tells more, nothing is read and the
//!    error names them.
//! 3. **Read** ([`read`]), row by row ([`table`], [`parquet`]) and image by image ([`image_file`]). Bad data is refused here, in a
//!    sentence, and never at the first batch.
//! 4. **Report** ([`Report`]) what was read and what was passed over.
//!
//! [`synthetic()`] draws faces when there is no data at all. ARCHITECTURE.md says where to begin reading; `docs/data.md` is the same for
//! those who bring data.

#![deny(clippy::unwrap_used, clippy::expect_used)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod candidate;
mod error;
mod faces;
mod fault;
mod files;
mod find;
mod image_file;
mod kind;
mod label;
mod load;
mod parquet;
mod photo;
mod read;
mod report;
mod scan;
#[cfg(feature = "fs")]
mod source;
mod split;
mod synthetic;
mod table;
mod tables;
mod text;
mod tree;
mod votes;

pub use error::DatasetError;
pub use faces::Dataset;
pub use fault::Fault;
pub use photo::{Crop, Photo, PhotoError};
pub use report::{FoundSplit, Kind, PassedOver, Report};
#[cfg(feature = "fs")]
pub use source::Source;
pub use split::{Split, UnknownSplit};
pub use synthetic::{stand_in, synthetic};
pub use votes::Voted;

/// How strict loading is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LoadOptions {
    /// Leave bad rows and bad images out and count them, instead of stopping at the first.
    pub skip_bad_rows: bool,
}

/// Bad rows end the load.
#[cfg(test)]
const STRICT: LoadOptions = LoadOptions {
    skip_bad_rows: false,
};
/// Bad rows are left out and counted.
#[cfg(test)]
const LENIENT: LoadOptions = LoadOptions {
    skip_bad_rows: true,
};
