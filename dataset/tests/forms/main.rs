//! Every form in which FER2013 lies on people's disks: what is read, what is said, and what is refused.

mod faults;
#[cfg(unix)]
mod links;

use std::io::Cursor;

use dataset::{Dataset, Kind, LoadOptions, Split};
use fuzz::samples::{gzip, tar, zip};
use image::{DynamicImage, ImageFormat};
use model_core::emotion::Emotion;
use zip::CompressionMethod;

const STRICT: LoadOptions = LoadOptions {
    skip_bad_rows: false,
};
const LENIENT: LoadOptions = LoadOptions {
    skip_bad_rows: true,
};
const SPLITS: [&str; 3] = ["Training", "PublicTest", "PrivateTest"];

type File = (String, Vec<u8>);

fn file(name: &str, bytes: impl AsRef<[u8]>) -> File {
    (name.to_owned(), bytes.as_ref().to_vec())
}

fn read(files: &[File]) -> Result<Dataset, String> {
    Dataset::from_files("faces", files, STRICT).map_err(|error| error.to_string())
}

fn read_one(name: &str, bytes: &[u8]) -> Result<Dataset, String> {
    Dataset::read(Cursor::new(bytes), name, STRICT).map_err(|error| error.to_string())
}

fn zipped(files: &[File]) -> Vec<u8> {
    let files: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(name, bytes)| (&name[..], &bytes[..]))
        .collect();
    zip(&files, CompressionMethod::Deflated)
}

fn tarred(files: &[File]) -> Vec<u8> {
    let files: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(name, bytes)| (&name[..], &bytes[..]))
        .collect();
    tar(&files)
}

/// The grey of an emotion's face.
fn grey(emotion: Emotion) -> u8 {
    10 * emotion as u8 + 5
}

fn png(grey: u8) -> Vec<u8> {
    let mut image = DynamicImage::new_luma8(48, 48);
    image.as_mut_luma8().unwrap().fill(grey);
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// An image of each emotion below a folder; `name` names the emotions' folders.
fn folders(base: &str, name: impl Fn(Emotion) -> String) -> Vec<File> {
    Emotion::ALL
        .map(|emotion| {
            file(
                &format!("{base}{}/a.png", name(emotion)),
                png(grey(emotion)),
            )
        })
        .into()
}

fn named(base: &str) -> Vec<File> {
    folders(base, |emotion| emotion.to_string())
}

fn pixels(grey: u8) -> String {
    vec![grey.to_string(); 2304].join(" ")
}

/// A table with a row for each emotion and split.
fn table(splits: &[&str]) -> String {
    let mut text = "emotion,pixels,Usage\n".to_owned();
    for split in splits {
        for emotion in Emotion::ALL {
            text += &format!("{},{},{split}\n", emotion.index(), pixels(grey(emotion)));
        }
    }
    text
}

/// A table that says nothing about splits.
fn without_usage() -> String {
    table(&["Training"])
        .replace(",Usage", "")
        .replace(",Training", "")
}

/// How many images each split has, after a look at whether each has its emotion's grey.
fn counts(dataset: &Dataset) -> [usize; 3] {
    for index in 0..dataset.len() {
        assert_eq!(
            dataset.image(index)[0],
            grey(dataset.label(index)),
            "{}",
            dataset.report
        );
    }
    Split::ALL.map(|split| dataset.indices(split).len())
}

fn warnings(dataset: &Dataset) -> String {
    dataset.report.warnings.join("\n")
}

#[test]
fn held_out_images_are_called_validation_val_and_valid_too() {
    for name in ["validation", "val", "Valid", "PublicTest"] {
        let dataset =
            read(&[named("images/train/"), named(&format!("images/{name}/"))].concat()).unwrap();
        assert_eq!(counts(&dataset), [7, 7, 0]);
        assert_eq!(dataset.report.kind, Kind::Images);
        assert_eq!(warnings(&dataset), "");
        let found = dataset
            .report
            .splits
            .iter()
            .find(|found| found.split == Split::PublicTest);
        assert_eq!(found.unwrap().name, name);
    }
}

#[test]
fn the_usage_columns_values_may_be_folders() {
    let files = SPLITS.map(|split| named(&format!("{split}/"))).concat();
    assert_eq!(counts(&read(&files).unwrap()), [7, 7, 7]);
}

#[test]
fn a_folder_of_images_that_names_no_split_is_named_in_a_warning_with_its_count() {
    let files = [named("train/"), named("test/"), named("holdout/")].concat();
    let dataset = read(&files).unwrap();
    assert_eq!(counts(&dataset), [7, 0, 7]);
    let said = warnings(&dataset);
    assert!(said.contains("holdout/ (7 files)"), "{said}");
    let lost = [file("train/a.png", png(1)), file("notes.txt", "x")];
    let said = warnings(&read(&[&files[..14], &lost].concat()).unwrap());
    assert!(
        said.contains("train/: images in a folder that names no emotion"),
        "{said}"
    );
    assert!(!said.contains("other files"), "{said}");
}

#[test]
fn nested_folders_are_read_from_each_of_their_levels() {
    let all = [named("train/"), named("test/")].concat();
    let mut hashes = Vec::new();
    for base in ["", "1/", "versions/1/", "fer2013/versions/1/"] {
        let files: Vec<File> = all
            .iter()
            .map(|(name, bytes)| (format!("{base}{name}"), bytes.clone()))
            .collect();
        hashes.push(read(&files).unwrap().hash());
    }
    hashes.dedup();
    assert_eq!(hashes.len(), 1);
    let two = [
        named("a/train/"),
        named("a/test/"),
        named("b/train/"),
        named("b/test/"),
    ]
    .concat();
    let said = read(&two).unwrap_err();
    assert!(
        said.contains(
            "faces can be read in several ways: found a/{test,train}/ and b/{test,train}/"
        ),
        "{said}"
    );
}

#[test]
fn folders_numbered_from_1_are_refused_even_where_bad_images_may_be_left_out() {
    let number = |emotion: Emotion| (emotion.index() + 1).to_string();
    let files = [folders("train/", number), folders("test/", number)].concat();
    for options in [STRICT, LENIENT] {
        let said = Dataset::from_files("faces", &files, options)
            .unwrap_err()
            .to_string();
        assert!(
            said.contains("found 7, expected 0 angry, 1 disgust"),
            "{said}"
        );
    }
    let right = folders("train/", |emotion| emotion.index().to_string());
    let dataset = read(&right).unwrap();
    assert_eq!(counts(&dataset), [7, 0, 0]);
    assert!(
        warnings(&dataset).contains("were read as 0 angry"),
        "{}",
        warnings(&dataset)
    );
}

#[test]
fn tables_numbered_from_1_are_refused_even_where_bad_rows_may_be_left_out() {
    let rows: Vec<String> = (1..8)
        .map(|label| format!("{label},{},Training\n", pixels(1)))
        .collect();
    let text = format!("emotion,pixels,Usage\n{}", rows.concat());
    let read = Dataset::read(Cursor::new(text), "faces.csv", LENIENT);
    let said = read.unwrap_err().to_string();
    assert!(
        said.contains("numbers of another data set: found 7"),
        "{said}"
    );
}

#[test]
fn a_zip_with_backslashes_is_read() {
    let files = [named("train\\"), named("test\\")].concat();
    let files: Vec<File> = files
        .into_iter()
        .map(|(name, bytes)| (name.replace('/', "\\"), bytes))
        .collect();
    assert_eq!(
        counts(&read_one("faces.zip", &zipped(&files)).unwrap()),
        [7, 0, 7]
    );
}

#[test]
fn a_table_without_faces_beside_images_is_named_in_a_warning() {
    let mut files = [named("train/"), named("test/")].concat();
    files.push(file("train_labels.csv", "image,label\n0.png,3\n"));
    let dataset = read_one("faces.zip", &zipped(&files)).unwrap();
    assert_eq!(counts(&dataset), [7, 0, 7]);
    let said = warnings(&dataset);
    assert!(
        said.contains("faces.zip/train_labels.csv: a table without labelled faces"),
        "{said}"
    );
}

#[test]
fn tar_archives_are_read_gzipped_or_not_and_whatever_they_are_called() {
    let archive = tarred(&[
        file("fer2013/README", "x"),
        file("fer2013/fer2013.csv", table(&SPLITS)),
    ]);
    for (name, bytes) in [
        ("fer2013.tar.gz", gzip(&archive)),
        ("renamed-tar.csv", archive),
    ] {
        let dataset = read_one(name, &bytes).unwrap();
        assert_eq!(counts(&dataset), [7, 7, 7]);
        assert_eq!(dataset.report.source, format!("{name}/fer2013/fer2013.csv"));
        let cut = read_one(name, &bytes[..bytes.len() / 2]).unwrap_err();
        assert!(
            cut.starts_with(&format!("{name} cannot be read: ")),
            "{cut}"
        );
    }
}

#[test]
fn images_in_a_tar_archive_come_in_the_order_of_their_paths() {
    let mut files = [named("./train/"), named("./test/")].concat();
    let sorted = read(&files).unwrap();
    files.reverse();
    let tar = read_one("faces.tar", &tarred(&files)).unwrap();
    assert_eq!(counts(&tar), [7, 0, 7]);
    assert_eq!(tar.hash(), sorted.hash());
}

#[test]
fn of_the_competitions_download_the_table_with_all_columns_is_read() {
    let whole = table(&SPLITS);
    let inner = gzip(&tarred(&[file("fer2013/fer2013.csv", &whole)]));
    let files = [
        file("fer2013.tar.gz", &inner),
        file(
            "icml_face_data.csv",
            whole
                .replace(",Usage", ", Usage")
                .replace(",pixels", ", pixels"),
        ),
        file("train.csv", without_usage()),
        file("test.csv", format!("pixels\n{}\n", pixels(3))),
        file("example_submission.csv", "emotion\n0\n"),
    ];
    let dataset = read_one("competition.zip", &zipped(&files)).unwrap();
    assert_eq!(counts(&dataset), [7, 7, 7]);
    assert_eq!(dataset.report.source, "competition.zip/icml_face_data.csv");
    let said = dataset.report.to_string();
    for passed in [
        "fer2013.tar.gz: an archive, not opened",
        "test.csv: a table without",
        "train.csv: faces too",
    ] {
        assert!(said.contains(passed), "{said}");
    }
    // Without that table one reading lies nearer and the other tells more.
    let said = read_one(
        "competition.zip",
        &zipped(&[files[0].clone(), files[2].clone()]),
    )
    .unwrap_err();
    let both =
        "found competition.zip/fer2013.tar.gz/fer2013/fer2013.csv and competition.zip/train.csv";
    assert!(said.contains(both), "{said}");
    let alone = read_one("competition.zip", &zipped(&files[..1])).unwrap();
    assert_eq!(counts(&alone), [7, 7, 7]);
}

#[test]
fn a_table_without_usage_is_for_training_and_says_so_unless_its_name_says_otherwise() {
    let dataset = read_one("faces.csv", without_usage().as_bytes()).unwrap();
    assert_eq!(counts(&dataset), [7, 0, 0]);
    let said = warnings(&dataset);
    assert_eq!(
        said,
        "faces.csv has no column Usage: all 7 rows are for training"
    );
    let said = read_one("test.csv", without_usage().as_bytes()).unwrap_err();
    assert!(said.contains("holds no training images"), "{said}");
    let pair = ["train.csv", "test.csv", "val.csv"].map(|name| file(name, without_usage()));
    assert_eq!(counts(&read(&pair).unwrap()), [7, 7, 7]);
}

#[test]
fn a_folder_of_one_table_is_that_table() {
    let dataset = read(&[file("fer2013.csv", table(&SPLITS)), file("notes.txt", "x")]).unwrap();
    assert_eq!(counts(&dataset), [7, 7, 7]);
    assert_eq!(warnings(&dataset), "");
}

#[test]
fn text_that_a_windows_shell_writes_is_read() {
    let text = format!("\u{feff}{}", table(&SPLITS).replace('\n', "\r\n"));
    let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(counts(&read_one("utf16.csv", &bytes).unwrap()), [7, 7, 7]);
    assert_eq!(
        counts(&read_one("utf16.csv.gz", &gzip(&bytes)).unwrap()),
        [7, 7, 7]
    );
}

#[test]
fn emotions_may_be_called_as_other_distributions_call_them() {
    let names = [
        "anger",
        "disgusted",
        "fearful",
        "happiness",
        "Sadness",
        "surprised",
        "NEUTRAL",
    ];
    let files = folders("train/", |emotion| names[emotion.index()].to_owned());
    assert_eq!(counts(&read(&files).unwrap()), [7, 0, 0]);
}

#[test]
fn emotions_without_a_split_are_for_training_unless_a_folder_or_the_archive_names_one() {
    let dataset = read(&named("")).unwrap();
    assert_eq!(counts(&dataset), [7, 0, 0]);
    assert!(
        warnings(&dataset).contains("names no split: all 7 images are for training"),
        "{}",
        warnings(&dataset)
    );
    for (name, split) in [("test.zip", "test"), ("train.zip", "")] {
        let read = read_one(name, &zipped(&named("")));
        assert_eq!(read.is_err(), split == "test", "{read:?}");
    }
    let said = read(&named("test/images/")).unwrap_err();
    assert!(
        said.contains("holds no training images (found 7 test images"),
        "{said}"
    );
}

#[test]
fn two_names_of_one_split_are_refused() {
    let said = read(&[named("train/"), named("Training/")].concat()).unwrap_err();
    assert!(
        said.contains("the folders Training/ and train/, which mean the same split"),
        "{said}"
    );
}

#[test]
fn numbered_tables_belong_together_in_the_order_of_their_numbers() {
    for (first, second) in [
        (table(&SPLITS[..1]), table(&SPLITS[1..])),
        (without_usage(), without_usage()),
    ] {
        let files = [file("fer2013_10.csv", second), file("fer2013_9.csv", first)];
        let dataset = read(&files).unwrap();
        assert_eq!(dataset.report.source, "fer2013_9.csv, fer2013_10.csv");
        assert_eq!(counts(&dataset).iter().sum::<usize>(), dataset.len());
        assert_eq!(dataset.split(0), Split::Training);
    }
}

#[test]
fn two_tables_side_by_side_are_refused_and_both_are_named() {
    let files = ["a.csv", "b.csv"].map(|name| file(name, table(&SPLITS)));
    let said = read(&files).unwrap_err();
    assert!(said.contains("found a.csv and b.csv"), "{said}");
    let both = [&files[..1], &named("train/"), &named("test/")].concat();
    let said = read(&both).unwrap_err();
    assert!(said.contains("found a.csv and {test,train}/"), "{said}");
}

#[test]
fn an_emotion_that_is_none_of_the_seven_is_a_bad_image() {
    let files = [named("train/"), vec![file("train/contempt/a.png", png(1))]].concat();
    let said = read(&files).unwrap_err();
    assert!(
        said.contains("found the folder 'contempt', expected a folder named angry"),
        "{said}"
    );
    let dataset = Dataset::from_files("faces", &files, LENIENT).unwrap();
    assert_eq!((dataset.len(), dataset.skipped), (7, 1));
}

#[test]
fn an_image_of_another_size_is_an_error_with_both_sizes() {
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::new_luma8(64, 64)
        .write_to(&mut bytes, ImageFormat::Png)
        .unwrap();
    let files = [
        named("train/"),
        vec![file("train/fear/b.png", bytes.into_inner())],
    ]
    .concat();
    let said = read(&files).unwrap_err();
    assert!(
        said.contains(
            "b.png: found an image of 64x64 pixels, expected 48x48 pixels. Correct or delete"
        ),
        "{said}"
    );
}

#[test]
fn what_is_no_data_set_is_refused_with_what_it_is() {
    for (name, bytes, what) in [
        ("fer2013.zip", &b"<!DOCTYPE html><html>"[..], "a web page"),
        (
            "fer2013.csv",
            b"version https://git-lfs.github.com/spec/v1\n",
            "a pointer of Git LFS",
        ),
        ("fer2013.zip", b"7z\xbc\xaf\x27\x1c\0\x04", "a 7z archive"),
        ("data.txt", b"hello", "text without the columns"),
        ("fer2013", b"", "of no kind that is known"),
    ] {
        let said = read_one(name, bytes).unwrap_err();
        assert!(
            said.contains("kind that cannot be read: found") && said.contains(what),
            "{name}: {said}"
        );
    }
    let said = read(&[file("holiday/beach.png", png(1)), file("a.txt", "x")]).unwrap_err();
    assert!(
        said.contains("faces holds no faces: found holiday/: images in a folder"),
        "{said}"
    );
    let said = read_one("faces.zip", b"this is no archive").unwrap_err();
    assert!(
        said.starts_with("faces.zip is not a readable zip archive: "),
        "{said}"
    );
}

#[test]
fn votes_are_refused_on_images_in_folders_and_where_their_usage_differs() {
    let header =
        "Usage,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF\n";
    let votes =
        |usage: &str| header.to_owned() + &format!("{usage},9,0,0,0,0,0,0,0,0,1\n").repeat(7);
    let mut images = read(&named("train/")).unwrap();
    let said = images
        .vote_by(votes("Training").as_bytes(), "votes.csv")
        .unwrap_err()
        .to_string();
    assert!(
        said.contains("votes on images in another order: found images in folders"),
        "{said}"
    );
    let mut rows = read_one("faces.csv", table(&["Training"]).as_bytes()).unwrap();
    let said = rows
        .vote_by(votes("PublicTest").as_bytes(), "votes.csv")
        .unwrap_err()
        .to_string();
    assert!(
        said.contains("found Training as the Usage of image 1, and PublicTest in the votes"),
        "{said}"
    );
    assert!(
        rows.vote_by(votes("Training").as_bytes(), "votes.csv")
            .is_ok()
    );
}

#[test]
fn votes_that_confirm_fewer_than_half_of_many_labels_are_on_other_images() {
    let header =
        "Usage,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF\n";
    let votes = header.to_owned() + &"Training,9,0,0,0,0,0,0,0,0,1\n".repeat(140);
    let rows = table(&["Training"; 20]);
    let mut dataset = read_one("faces.csv", rows.as_bytes()).unwrap();
    let said = dataset
        .vote_by(votes.as_bytes(), "votes.csv")
        .unwrap_err()
        .to_string();
    assert!(
        said.contains("labels of which the votes confirm 14 %"),
        "{said}"
    );
}

#[test]
fn an_archive_that_unpacks_to_more_than_256_mib_is_not_taken_out_of_another() {
    let bomb = zipped(&[file("inner.zip", vec![0; (256 << 20) + 1])]);
    assert!(bomb.len() < 1 << 20, "{}", bomb.len());
    let said = read_one("faces.zip", &bomb).unwrap_err();
    assert!(
        said.starts_with("faces.zip/inner.zip holds more than 256 MiB inside an archive"),
        "{said}"
    );
}

#[test]
fn folders_that_unpacking_doubled_are_read_and_copies_beside_them_refused() {
    for (train, test) in [
        ("train/train/", "test/test/"),
        ("train/images/", "test/images/"),
        ("FER2013Train/", "FER2013Test/"),
        ("test/train/", "test/test/"),
    ] {
        let dataset = read(&[named(train), named(test)].concat()).unwrap();
        assert_eq!(counts(&dataset), [7, 0, 7], "{train}");
        assert_eq!(warnings(&dataset), "", "{train}");
    }
    let said = read(&[named("train/"), named("train/train/")].concat()).unwrap_err();
    assert!(
        said.contains("the folders train/ and train/train/, which mean the same split"),
        "{said}"
    );
}

#[test]
fn an_archive_for_each_split_is_refused_and_each_is_named() {
    let files = ["train.zip", "test.zip"].map(|name| file(name, zipped(&named(""))));
    let said = read(&files).unwrap_err();
    assert!(
        said.contains("found test.zip/<emotion>/ and train.zip/<emotion>/"),
        "{said}"
    );
}

#[test]
fn images_of_a_format_that_is_not_read_are_bad_images_and_not_passed_over() {
    let files = [named("train/"), vec![file("train/sad/b.bmp", b"BM123456")]].concat();
    let said = read(&files).unwrap_err();
    assert!(
        said.starts_with("train/sad/b.bmp: found a BMP image"),
        "{said}"
    );
}

#[test]
fn tables_may_have_an_index_words_for_labels_and_short_names_of_splits() {
    let text = format!(
        ",emotion,pixels,Usage\n0,happy,{},train\n1,Sad,\"{}\",val\n",
        pixels(grey(Emotion::Happy)),
        pixels(grey(Emotion::Sad))
    );
    let dataset = read_one("faces.csv", text.as_bytes()).unwrap();
    assert_eq!(counts(&dataset), [1, 1, 0]);
}

#[test]
fn tables_of_other_shapes_are_refused_with_what_was_found() {
    let columns: Vec<String> = (0..2304).map(|index| format!("pixel{index}")).collect();
    for (text, found) in [
        (
            format!("emotion,{}\n", columns.join(",")),
            "no column named pixels",
        ),
        (
            format!("emotion,pixels\n3,\"[{}]\"\n", pixels(1)),
            "the pixel '[1'",
        ),
        (
            format!("emotion,pixels\n3,\"{}\"\n", pixels(1).replace(' ', ",")),
            "2305 fields",
        ),
        (
            format!("label,image\n3,{}\n", pixels(1)),
            "no column named emotion",
        ),
        (
            format!("emotion,pixels\n3.0,{}\n", pixels(1)),
            "the emotion '3.0'",
        ),
    ] {
        let said = read_one("faces.csv", text.as_bytes()).unwrap_err();
        assert!(said.contains(found), "{said}");
    }
}

#[test]
fn emotions_above_splits_and_both_in_one_name_are_no_faces() {
    for files in [
        [
            file("angry/train/a.png", png(1)),
            file("happy/train/a.png", png(1)),
        ],
        [
            file("train_angry/a.png", png(1)),
            file("train_happy/a.png", png(1)),
        ],
        [
            file("train/angry_1.png", png(1)),
            file("train/happy_1.png", png(1)),
        ],
    ] {
        let said = read(&files).unwrap_err();
        assert!(said.contains("faces holds no faces: found"), "{said}");
    }
}

#[test]
fn an_archive_of_arrays_says_what_it_holds() {
    let arrays = zipped(&[
        file("x.npy", b"\x93NUMPY\x01\0"),
        file("y.npy", b"\x93NUMPY\x01\0"),
    ]);
    let said = read_one("fer2013.npz", &arrays).unwrap_err();
    assert!(said.contains("fer2013.npz/x.npy: a NumPy array"), "{said}");
}
