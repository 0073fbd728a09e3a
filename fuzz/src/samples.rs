//! Good files of every kind, small enough that a changed byte often matters.

use std::io::{Cursor, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use image::{ColorType, DynamicImage, ImageFormat};
use model_core::pixels::{IMAGE_PIXELS, IMAGE_SIDE};
use safetensors::tensor::{Dtype, TensorView};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// Tables of one face: with a short row after it, and with the columns in another order and Windows line ends.
pub fn tables() -> Vec<Vec<u8>> {
    let pixels = vec!["7"; IMAGE_PIXELS].join(" ");
    vec![
        format!("emotion,pixels,Usage\n3,{pixels},Training\n6,0 255 12,PublicTest\n").into_bytes(),
        format!("Usage,\"emotion\",id,pixels\r\ntraining,0,x,{pixels}\r\n\r\n").into_bytes(),
        b"emotion,pixels,Usage\n3,1 2 3,Training\n9,,\n".to_vec(),
    ]
}

/// A table in a zip, in a gzip and in tar archives, one inside another, and a folder of images in a zip.
pub fn archives() -> Vec<Vec<u8>> {
    let table = &tables()[0];
    let face = &faces()[0];
    let tarred = tar(&[("fer2013/README", b"x"), ("fer2013/fer2013.csv", table)]);
    let nested = zip(
        &[
            ("fer2013.tar.gz", &gzip(&tarred)),
            ("test.csv", b"pixels\n1 2\n"),
        ],
        CompressionMethod::Stored,
    );
    vec![
        nested,
        tar(&[("./train/sad/2.png", face), ("./train/happy/1.png", face)]),
        tarred,
        zip(
            &[("fer2013.csv", table), ("readme.txt", b"")],
            CompressionMethod::Deflated,
        ),
        zip(
            &[("a/train/sad/1.png", face), ("a/test/happy/2.png", face)],
            CompressionMethod::Stored,
        ),
        gzip(table),
    ]
}

/// A zip archive that holds one file as it is.
pub fn stored(name: &str, bytes: &[u8]) -> Vec<u8> {
    zip(&[(name, bytes)], CompressionMethod::Stored)
}

/// A zip archive.
pub fn zip(files: &[(&str, &[u8])], method: CompressionMethod) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(method);
    for (name, bytes) in files {
        writer
            .start_file(*name, options)
            .and_then(|()| Ok(writer.write_all(bytes)?))
            .expect("memory takes every byte");
    }
    writer
        .finish()
        .expect("memory takes every byte")
        .into_inner()
}

/// A tar archive.
pub fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = Vec::new();
    for (name, bytes) in files {
        let mut header = [0u8; 512];
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[124..135].copy_from_slice(format!("{:011o}", bytes.len()).as_bytes());
        header[148..156].fill(b' ');
        header[156] = b'0';
        header[257..263].copy_from_slice(b"ustar\0");
        let sum: u32 = header.iter().map(|&byte| u32::from(byte)).sum();
        header[148..154].copy_from_slice(format!("{sum:06o}").as_bytes());
        header[154] = 0;
        archive.extend_from_slice(&header);
        archive.extend_from_slice(bytes);
        archive.resize(archive.len().next_multiple_of(512), 0);
    }
    archive.resize(archive.len() + 1024, 0);
    archive
}

/// Bytes gzipped.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("memory takes every byte");
    encoder.finish().expect("memory takes every byte")
}

/// Parquet files of seven faces: images in a struct, as bytes and as text; packed by Snappy, by gzip and not.
pub fn parquets() -> Vec<Vec<u8>> {
    vec![
        include_bytes!("../../dataset/tests/parquet/train-00000-of-00001.parquet").to_vec(),
        include_bytes!("../../dataset/tests/parquet/test-00000-of-00001.parquet").to_vec(),
        include_bytes!("../../dataset/tests/parquet/words.parquet").to_vec(),
        include_bytes!("../../dataset/tests/parquet/numbers.parquet").to_vec(),
        include_bytes!("../../dataset/tests/parquet/fer2013.parquet").to_vec(),
    ]
}

/// Images of 48x48 pixels: grey and colour, 8 and 16 bits, PNG and JPEG.
pub fn faces() -> Vec<Vec<u8>> {
    [
        (ColorType::L8, ImageFormat::Png),
        (ColorType::Rgb8, ImageFormat::Png),
        (ColorType::La16, ImageFormat::Png),
        (ColorType::L8, ImageFormat::Jpeg),
        (ColorType::Rgb8, ImageFormat::Jpeg),
    ]
    .map(|(color, format)| {
        let mut bytes = Cursor::new(Vec::new());
        DynamicImage::new(IMAGE_SIDE as u32, IMAGE_SIDE as u32, color)
            .write_to(&mut bytes, format)
            .expect("memory takes every byte");
        bytes.into_inner()
    })
    .into()
}

/// A manifest of a generator and one of a classifier.
pub fn manifests() -> Vec<Vec<u8>> {
    vec![
        include_bytes!("../../web/assets/models/acgan/manifest.json").to_vec(),
        include_bytes!("../../native-trainer/classifiers/fer2013/classifier.json").to_vec(),
    ]
}

/// Two tensors in half precision with a line of metadata, one in single precision, and one of integers with scales.
pub fn weights() -> Vec<Vec<u8>> {
    let numbers = [0x3c; 24];
    let halves = |shape: &[usize]| view(Dtype::F16, shape, &numbers);
    let producer = [("producer".to_owned(), "seven-faces".to_owned())];
    [
        safetensors::serialize(
            [
                ("linear.weight", halves(&[3, 4])),
                ("norm.scale", halves(&[12])),
            ],
            Some(producer.into()),
        ),
        safetensors::serialize([("one", view(Dtype::F32, &[6], &numbers))], None),
        safetensors::serialize(
            [
                ("up.weight", view(Dtype::I8, &[2, 3, 2, 2], &numbers)),
                (
                    "up.weight.quantisation_scale",
                    view(Dtype::F16, &[1, 3, 1, 1], &numbers[..6]),
                ),
            ],
            None,
        ),
    ]
    .map(|file| file.expect("these tensors are described truly"))
    .into()
}

fn view<'a>(dtype: Dtype, shape: &[usize], data: &'a [u8]) -> TensorView<'a> {
    TensorView::new(dtype, shape.to_vec(), data).expect("these tensors are described truly")
}
