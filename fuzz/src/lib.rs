//! What must stand any bytes: an error or a result, never a panic and never more memory than a file of this size
//! deserves. One function per kind of file; [`samples`] are good files to start from.
//!
//! ```text
//! cargo run --manifest-path fuzz/Cargo.toml --no-default-features --example corpus
//! cargo +nightly fuzz run table -- -max_total_time=600
//! ```

#![forbid(unsafe_code)]

pub mod samples;

use std::io::Cursor;

use dataset::{Dataset, LoadOptions};
use model_core::bundle::{Describes, Manifest};
use model_core::classifier_bundle::ClassifierManifest;
use model_core::weights::Weights;

/// A kind of file: its name, what reads it, and good files.
pub struct Target {
    pub name: &'static str,
    pub read: fn(&[u8]),
    pub samples: fn() -> Vec<Vec<u8>>,
}

/// Every kind of file that comes from elsewhere.
pub const TARGETS: [Target; 6] = [
    Target {
        name: "table",
        read: table,
        samples: samples::tables,
    },
    Target {
        name: "archive",
        read: archive,
        samples: samples::archives,
    },
    Target {
        name: "parquet",
        read: parquet,
        samples: samples::parquets,
    },
    Target {
        name: "face",
        read: face,
        samples: samples::faces,
    },
    Target {
        name: "manifest",
        read: manifest,
        samples: samples::manifests,
    },
    Target {
        name: "weights",
        read: weights,
        samples: samples::weights,
    },
];

/// A table, strictly and leaving bad rows out.
pub fn table(bytes: &[u8]) {
    load(bytes, "faces.csv");
}

/// An archive of any kind: a file is known by its bytes, and a zip archive by its name, too, because it may begin anyhow.
pub fn archive(bytes: &[u8]) {
    load(bytes, "faces.zip");
}

/// A Parquet file.
pub fn parquet(bytes: &[u8]) {
    load(bytes, "faces.parquet");
}

/// An image in a folder of faces; the folder is an archive, because a fuzzer should write no files.
pub fn face(bytes: &[u8]) {
    load(&samples::stored("train/sad/face.png", bytes), "faces.zip");
}

/// A generator's manifest and a classifier's. One that is read can be written and read again.
pub fn manifest(bytes: &[u8]) {
    if let Ok(manifest) = Manifest::parse(bytes) {
        let _ = manifest.weights.verify(bytes);
        let json = manifest.to_json().expect("a manifest is plain data");
        if let Err(error) = Manifest::parse(json.as_bytes()) {
            panic!("a manifest that was read is not read again: {error}");
        }
    }
    let _ = ClassifierManifest::parse(bytes);
}

/// A safetensors file. One that is let in holds finite numbers when its integers are multiplied out, too.
pub fn weights(bytes: &[u8]) {
    let Ok(weights) = Weights::read(bytes) else {
        return;
    };
    for name in weights.names() {
        if let Ok(tensor) = weights.tensor(name) {
            let finite = tensor.numbers.iter().all(|number| number.is_finite());
            assert!(
                finite,
                "weights that were let in are not finite once multiplied out"
            );
        }
    }
}

fn load(bytes: &[u8], file: &str) {
    for skip_bad_rows in [false, true] {
        let options = LoadOptions { skip_bad_rows };
        if let Ok(dataset) = Dataset::read(Cursor::new(bytes), file, options) {
            assert!(!dataset.is_empty(), "a data set without faces was let in");
        }
    }
}
