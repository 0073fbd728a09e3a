//! What a file is, by its first bytes: names lie, and extensions get lost.

use std::io::Read;

use flate2::read::MultiGzDecoder;

use crate::files::blocks;
use crate::text::Encoding;

/// How many bytes tell what a file is.
pub(crate) const HEAD: usize = 4096;

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Image,
    /// A table, perhaps.
    Text,
    Zip,
    Tar,
    Parquet,
    /// Something that is known and cannot be read.
    Foreign(&'static str),
    Unknown,
}

/// A kind, and whether it is gzipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Form {
    pub kind: Kind,
    pub gzip: bool,
}

/// Beginnings of files, and what they are.
const BEGINNINGS: [(&[u8], Kind); 19] = [
    (b"\x89PNG", Kind::Image),
    (b"\xff\xd8\xff", Kind::Image),
    (b"GIF8", Kind::Image),
    (b"PK\x03\x04", Kind::Zip),
    (b"PK\x05\x06", Kind::Zip),
    (b"PAR1", Kind::Parquet),
    (b"7z\xbc\xaf\x27\x1c", Kind::Foreign("a 7z archive")),
    (b"Rar!", Kind::Foreign("a RAR archive")),
    (b"BZh", Kind::Foreign("compressed by bzip2")),
    (b"\xfd7zXZ", Kind::Foreign("compressed by xz")),
    (b"\x28\xb5\x2f\xfd", Kind::Foreign("compressed by zstd")),
    (b"\x89HDF", Kind::Foreign("an HDF5 file")),
    (b"\x93NUMPY", Kind::Foreign("a NumPy array")),
    (b"ARROW1", Kind::Foreign("an Arrow file")),
    (b"SQLite format 3", Kind::Foreign("a database")),
    (b"%PDF", Kind::Foreign("a PDF document")),
    (b"\xff\xfe\0\0", Kind::Foreign("text in UTF-32")),
    (b"\0\0\xfe\xff", Kind::Foreign("text in UTF-32")),
    (
        b"version https://git-lfs",
        Kind::Foreign("a pointer of Git LFS, for which `git lfs pull` brings the file"),
    ),
];

/// Says what a file is whose first [`HEAD`] bytes, or all that there are, begin so.
pub(crate) fn of(head: &[u8], name: &str) -> Form {
    // Where images lie a broken one is a broken image, and not a file of another kind.
    if is_image_name(name) {
        return Form {
            kind: Kind::Image,
            gzip: false,
        };
    }
    let gzip = head.starts_with(b"\x1f\x8b");
    let mut unpacked = Vec::new();
    let kind = if gzip {
        // The end of the head is no end of the file, and what came before it is good.
        let _cut_off = MultiGzDecoder::new(head)
            .take(HEAD as u64)
            .read_to_end(&mut unpacked);
        of_bytes(&unpacked)
    } else {
        of_bytes(head)
    };
    let kind = match kind {
        Kind::Unknown => by_name(name),
        known => known,
    };
    Form { kind, gzip }
}

fn of_bytes(head: &[u8]) -> Kind {
    let known = BEGINNINGS
        .iter()
        .find(|(beginning, _)| head.starts_with(beginning));
    if let Some((_, kind)) = known {
        return *kind;
    }
    if head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP") {
        return Kind::Image;
    }
    if blocks::is_header(head) {
        return Kind::Tar;
    }
    let page = String::from_utf8_lossy(&head[..head.len().min(64)])
        .trim_start()
        .to_ascii_lowercase();
    if page.starts_with("<!doctype html") || page.starts_with("<html") {
        return Kind::Foreign("a web page, perhaps one that asks for a login");
    }
    match Encoding::of(head) {
        Encoding::Utf8 if head.is_empty() || head.contains(&0) => Kind::Unknown,
        _ => Kind::Text,
    }
}

/// What a file claims to be whose bytes say nothing.
fn by_name(name: &str) -> Kind {
    if is_zip_name(name) {
        Kind::Zip
    } else if is_table_name(name) {
        Kind::Text
    } else {
        Kind::Unknown
    }
}

/// Whether a file claims to be a zip archive, which may begin anyhow.
pub(crate) fn is_zip_name(name: &str) -> bool {
    has_ending(name, ".zip")
}

/// Whether a file claims to be a table.
pub(crate) fn is_table_name(name: &str) -> bool {
    [".csv", ".csv.gz", ".tsv"]
        .iter()
        .any(|ending| has_ending(name, ending))
}

/// Whether a file claims to be an image, of a format that is read or of one that is then refused.
pub(crate) fn is_image_name(name: &str) -> bool {
    [
        ".jpg", ".jpeg", ".png", ".bmp", ".gif", ".pgm", ".ppm", ".tif", ".tiff", ".webp", ".avif",
        ".heic",
    ]
    .iter()
    .any(|ending| has_ending(name, ending))
}

fn has_ending(name: &str, ending: &str) -> bool {
    name.to_ascii_lowercase().ends_with(ending)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_decide_before_names() {
        for (head, name, kind) in [
            (&b"PK\x03\x04"[..], "faces.csv", Kind::Zip),
            (b"emotion,pixels\n", "faces.dat", Kind::Text),
            (b"PAR1", "faces", Kind::Parquet),
            (b"\x89PNG\r\n", "faces", Kind::Image),
            (b"emotion,pixels\n", "faces.png", Kind::Image),
            (b"\0\0\0\0", "faces.zip", Kind::Zip),
            (b"", "faces.csv", Kind::Text),
            (b"\x01\0\x02\0\0", "faces.bin", Kind::Text),
            (b"\x01\x02\0\0", "faces.bin", Kind::Unknown),
            (
                b" <!DOCTYPE html>",
                "fer2013.zip",
                Kind::Foreign("a web page, perhaps one that asks for a login"),
            ),
        ] {
            assert_eq!(of(head, name), Form { kind, gzip: false }, "{name}");
        }
    }
}
