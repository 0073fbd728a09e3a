//! Archives and images made to do harm: each is refused in a sentence, in bounded memory.

use std::fs::File;
use std::io::{BufWriter, Cursor, Seek, SeekFrom, Write};
use std::path::Path;

use dataset::{Dataset, LoadOptions};
use flate2::Crc;
use fuzz::samples;
use image::{DynamicImage, ImageFormat};
use zip::CompressionMethod;

const STRICT: LoadOptions = LoadOptions {
    skip_bad_rows: false,
};

fn read(bytes: &[u8], file: &str) -> Result<Dataset, String> {
    Dataset::read(Cursor::new(bytes), file, STRICT).map_err(|error| error.to_string())
}

/// Asserts that a file is refused with a sentence that starts so.
fn refused(bytes: &[u8], file: &str, sentence: &str) {
    let error = read(bytes, file).unwrap_err();
    assert!(error.starts_with(sentence), "{error}");
}

/// Reads an image that lies in an archive as `train/sad/<name>`.
fn image(name: &str, bytes: &[u8]) -> Result<Dataset, String> {
    read(
        &samples::stored(&format!("train/sad/{name}"), bytes),
        "faces.zip",
    )
}

/// Asserts that an image is refused with `found ...`.
fn image_refused(name: &str, bytes: &[u8], found: &str) {
    let error = image(name, bytes).unwrap_err();
    let sentence = format!("faces.zip/train/sad/{name}: found {found}");
    assert!(error.starts_with(&sentence), "{error}");
}

/// The end of a zip archive in the form for large ones: `count` entries, listed between two places of the file.
fn end_of_archive(count: u64, start: u64, end: u64) -> Vec<u8> {
    let word = |number: u64| number.to_le_bytes();
    let record = [
        &b"PK\x06\x06"[..],
        &word(44),
        &[45, 0, 45, 0],
        &[0; 8],
        &word(count),
        &word(count),
        &word(end - start),
        &word(start),
    ];
    let locator = [&b"PK\x06\x07"[..], &[0; 4], &word(end), &[1, 0, 0, 0]];
    let old_end = [&b"PK\x05\x06"[..], &[0; 4], &[0xff; 12], &[0; 2]];
    [record.concat(), locator.concat(), old_end.concat()].concat()
}

/// One entry of an archive's list: an empty file.
fn entry(name: &str) -> Vec<u8> {
    let mut entry = [&b"PK\x01\x02"[..], &[0; 42], name.as_bytes()].concat();
    entry[28..30].copy_from_slice(&(name.len() as u16).to_le_bytes());
    entry
}

/// The most memory that this process ever held, in MiB.
fn peak_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let kib = line
        .and_then(|line| line.split_whitespace().nth(1))
        .unwrap();
    kib.parse::<u64>().unwrap() / 1024
}

fn load(path: &Path) -> String {
    Dataset::load(path, STRICT).unwrap_err().to_string()
}

#[test]
fn an_archive_of_a_million_entries_is_refused_in_bounded_memory() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("faces.zip");
    let mut file = BufWriter::new(File::create(&path).unwrap());
    // The files' contents come first in an archive: here a hole.
    let start = 64 << 20;
    file.seek(SeekFrom::Start(start)).unwrap();
    for index in 0..1_000_000 {
        file.write_all(&entry(&format!("train/sad/{index:06}.png")))
            .unwrap();
    }
    let end = file.stream_position().unwrap();
    file.write_all(&end_of_archive(1_000_000, start, end))
        .unwrap();
    drop(file);
    let error = load(&path);
    assert!(
        error.contains("its list of entries is missing or takes more than 8 MiB"),
        "{error}"
    );
    if cfg!(target_os = "linux") {
        assert!(peak_mib() < 256, "{} MiB", peak_mib());
    }
}

#[test]
fn an_archive_that_claims_a_billion_entries_is_refused_before_room_is_made_for_them() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("faces.zip");
    let mut file = File::create(&path).unwrap();
    // All of it is a hole but the end, so it takes no room on the disk.
    let (start, end) = (1 << 40, (1 << 40) + 46_000_000_000);
    file.seek(SeekFrom::Start(end)).unwrap();
    file.write_all(&end_of_archive(1_000_000_000, start, end))
        .unwrap();
    let error = load(&path);
    assert!(
        error.contains("faces.zip holds more than 256 MiB"),
        "{error}"
    );
}

#[test]
fn a_long_file_that_is_no_archive_is_refused_without_reading_all_of_it() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("faces.zip");
    File::create(&path).unwrap().set_len(200 << 20).unwrap();
    let error = load(&path);
    assert!(
        error.contains("faces.zip is not a readable zip archive"),
        "{error}"
    );
}

#[test]
fn an_encrypted_archive_is_refused() {
    let mut bytes = samples::stored("fer2013.csv", &samples::tables()[0]);
    // The flag of encryption, in the entry's own header and in the list at the end.
    for (signature, flags) in [(b"PK\x03\x04", 6), (b"PK\x01\x02", 8)] {
        let start = bytes.windows(4).position(|bytes| bytes == signature);
        bytes[start.unwrap() + flags] |= 1;
    }
    let error = read(&bytes, "faces.zip").unwrap_err();
    let sentence = "faces.zip/fer2013.csv is encrypted, which is not read. Unpack the archive";
    assert!(error.starts_with(sentence), "{error}");
}

#[test]
fn paths_that_lead_out_of_the_archive_are_no_faces() {
    let face = &samples::faces()[0];
    let paths = [
        "../train/sad/a.png",
        "../../train/sad/a.png",
        "train/../sad/a.png",
        "train/sad/..",
        "C:\\train\\sad\\a.png",
    ];
    let files = paths.map(|path| (path, &face[..]));
    let bytes = samples::zip(&files, CompressionMethod::Stored);
    refused(&bytes, "faces.zip", "faces.zip holds no faces");
}

#[test]
fn a_gzip_bomb_is_refused_at_its_first_endless_line() {
    let bomb = samples::gzip(&vec![b'1'; 64 << 20]);
    assert!(bomb.len() < 1 << 20, "{}", bomb.len());
    refused(
        &bomb,
        "faces.csv.gz",
        "faces.csv.gz cannot be read: found a line of more than 65536 bytes",
    );
}

/// What costs no memory may not cost endless time either.
#[test]
fn a_gzip_of_nothing_but_line_ends_is_refused_after_a_million() {
    for (byte, words) in [
        (b'\n', "found more than 1000000 lines"),
        (b'\r', "found a line of more than 65536 bytes"),
    ] {
        let bomb = samples::gzip(&vec![byte; 64 << 20]);
        let words = format!("faces.csv.gz cannot be read: {words}");
        refused(&bomb, "faces.csv.gz", &words);
    }
}

#[test]
fn a_file_is_read_by_its_bytes_and_not_by_its_extension() {
    let table = &samples::tables()[1];
    let archive = samples::stored("fer2013.csv", table);
    for name in ["faces.zip", "faces.csv.gz", "faces", "faces.tar"] {
        for bytes in [table, &archive, &samples::gzip(table)] {
            assert_eq!(read(bytes, name).unwrap().len(), 1, "{name}");
        }
    }
    assert_eq!(read(&archive, "faces.csv").unwrap().len(), 1);
    image_refused("a.png", table, "broken image data");
    refused(
        b"\0\x01",
        "faces.csv.gz",
        "faces.csv.gz, line 1: found the columns",
    );
}

#[test]
fn archives_in_archives_are_opened_three_deep_and_sixteen_of_them() {
    let table = &samples::tables()[1];
    let mut nested = samples::stored("fer2013.csv", table);
    for depth in 0..3 {
        assert_eq!(read(&nested, "faces.zip").unwrap().len(), 1, "{depth}");
        nested = samples::stored("inner.zip", &nested);
    }
    let error = read(&nested, "faces.zip").unwrap_err();
    assert!(
        error.contains("not opened because there are too many"),
        "{error}"
    );
    let names: Vec<String> = (0..20).map(|index| format!("{index}.zip")).collect();
    let empty = samples::stored("readme", b"x");
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (&name[..], &empty[..])).collect();
    let error = read(
        &samples::zip(&files, CompressionMethod::Stored),
        "faces.zip",
    )
    .unwrap_err();
    assert!(
        error.contains("not opened because there are too many"),
        "{error}"
    );
}

#[test]
fn a_tar_archive_of_endless_files_and_names_is_refused() {
    let mut archive = samples::tar(&[("fer2013.csv", &samples::tables()[1])]);
    archive[124..136].copy_from_slice(b"777777777777");
    archive[148..156].fill(b' ');
    let sum: u32 = archive[..512].iter().map(|&byte| u32::from(byte)).sum();
    archive[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    refused(
        &archive,
        "faces.tar",
        "faces.tar cannot be read: the tar archive ends in the middle of a file",
    );
    let mut long = samples::tar(&[("long", &vec![b'a'; 20_000])]);
    long[156] = b'L';
    long[148..156].fill(b' ');
    let sum: u32 = long[..512].iter().map(|&byte| u32::from(byte)).sum();
    long[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    refused(
        &long,
        "faces.tar",
        "faces.tar cannot be read: found a file name of more than 16 KiB",
    );
}

#[test]
fn names_in_an_archive_cannot_command_a_terminal() {
    let error = image("\u{1b}[2J\u{7}.png", b"x").unwrap_err();
    assert!(
        error.starts_with("faces.zip/train/sad/\u{fffd}[2J\u{fffd}.png: found"),
        "{error:?}"
    );
}

#[test]
fn an_image_is_read_by_its_bytes_and_not_by_its_extension() {
    for face in samples::faces() {
        for name in ["a.png", "a.jpg", "a.JPEG"] {
            assert_eq!(image(name, &face).unwrap().len(), 1);
        }
    }
}

#[test]
fn a_16_bit_png_becomes_grey() {
    let mut sixteen = DynamicImage::new_luma16(48, 48);
    sixteen.as_mut_luma16().unwrap().fill(77 * 257);
    let mut bytes = Cursor::new(Vec::new());
    sixteen.write_to(&mut bytes, ImageFormat::Png).unwrap();
    let dataset = image("a.png", bytes.get_ref()).unwrap();
    assert_eq!(dataset.image(0)[..2], [77, 77]);
}

/// A JPEG of one grey: every coefficient is zero, and a zero takes one bit. Sides up to 65,535 can be claimed.
fn jpeg(components: u8, side: u16) -> Vec<u8> {
    let side = side.to_be_bytes();
    let table = [&[0xff, 0xdb, 0, 67, 0][..], &[1; 64]].concat();
    let code = |class: u8| [&[0xff, 0xc4, 0, 20, class, 1][..], &[0; 15], &[0]].concat();
    let frame = (1..=components).flat_map(|id| [id, 0x11, 0]);
    let frame_head = [
        0xff,
        0xc0,
        0,
        8 + 3 * components,
        8,
        side[0],
        side[1],
        side[0],
        side[1],
    ];
    let scan = (1..=components).flat_map(|id| [id, 0]);
    [
        vec![0xff, 0xd8],
        table,
        frame_head
            .into_iter()
            .chain([components])
            .chain(frame)
            .collect(),
        code(0x00),
        code(0x10),
        [0xff, 0xda, 0, 6 + 2 * components, components]
            .into_iter()
            .chain(scan)
            .chain([0, 63, 0])
            .collect(),
        // 36 blocks a component, two bits a block.
        vec![0; 9 * usize::from(components)],
        vec![0xff, 0xd9],
    ]
    .concat()
}

#[test]
fn a_cmyk_jpeg_becomes_grey() {
    let dataset = image("a.jpg", &jpeg(4, 48)).unwrap();
    let face = dataset.image(0);
    assert!(face.iter().all(|&grey| grey == face[0]), "{face:?}");
    assert_eq!(image("a.jpg", &jpeg(1, 48)).unwrap().image(0)[0], 128);
}

/// A PNG without pixels that claims a size.
fn png(side: u32) -> Vec<u8> {
    let head = [
        &side.to_be_bytes()[..],
        &side.to_be_bytes(),
        &[8, 0, 0, 0, 0],
    ]
    .concat();
    [
        &b"\x89PNG\r\n\x1a\n"[..],
        &chunk(b"IHDR", &head),
        &chunk(b"IDAT", &[]),
        &chunk(b"IEND", &[]),
    ]
    .concat()
}

fn chunk(name: &[u8; 4], bytes: &[u8]) -> Vec<u8> {
    let mut crc = Crc::new();
    crc.update(name);
    crc.update(bytes);
    let length = (bytes.len() as u32).to_be_bytes();
    [&length[..], name, bytes, &crc.sum().to_be_bytes()].concat()
}

#[test]
fn images_of_1_pixel_and_of_100_megapixels_are_refused_by_their_size() {
    for side in [1, 10_000] {
        let found = format!("an image of {side}x{side} pixels, expected 48x48 pixels");
        image_refused("a.png", &png(side), &found);
        image_refused("a.jpg", &jpeg(1, side as u16), &found);
    }
}

#[test]
fn truncated_images_are_refused() {
    for face in samples::faces() {
        for length in [0, 1, 20, face.len() / 2] {
            let error = image("a.png", &face[..length]).unwrap_err();
            assert!(
                error.contains("found broken image data"),
                "{length} bytes: {error}"
            );
        }
    }
}
