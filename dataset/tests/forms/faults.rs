//! What is wrong with labels, splits and images: what is said, and how what was left out is counted.

use super::*;

/// The table with other labels.
fn labelled(label: impl Fn(Emotion) -> String) -> String {
    let rows = Emotion::ALL.map(|emotion| {
        let pixels = pixels(grey(emotion));
        format!("{},{pixels},Training\n", label(emotion))
    });
    format!("emotion,pixels,Usage\n{}", rows.concat())
}

#[test]
fn labels_of_which_none_is_0_are_read_with_a_warning_and_others_without() {
    let said = |text: String| warnings(&read_one("faces.csv", text.as_bytes()).unwrap());
    let shifted = labelled(|emotion| emotion.index().max(1).to_string());
    let warned = said(shifted);
    assert!(
        warned
            .contains("no image has the number 0 (angry): labels were read as 0 angry, 1 disgust")
            && warned.contains("begin at 1, subtract 1 from all"),
        "{warned}"
    );
    assert_eq!(said(labelled(|emotion| emotion.index().to_string())), "");
    let named = labelled(|emotion| emotion.to_string()).replacen("angry", "sad", 1);
    assert_eq!(said(named), "");
    let folders = folders("train/", |emotion| (emotion.index().max(1)).to_string());
    let warned = warnings(&read(&folders[1..]).unwrap());
    assert!(warned.contains("no image has the number 0"), "{warned}");
}

#[test]
fn a_label_of_7_says_what_numbers_from_1_are() {
    let text = labelled(|emotion| (emotion.index() + 1).to_string());
    let said = read_one("faces.csv", text.as_bytes()).unwrap_err();
    assert!(
        said.contains("found the emotion '7', expected 0 angry")
            && said.contains(
                "If the numbers begin at 1, they are another data set's: subtract 1 from all."
            )
            && !said.contains("delete"),
        "{said}"
    );
}

#[test]
fn images_of_other_formats_are_to_be_converted() {
    for (name, bytes, format) in [
        ("b.bmp", &b"BM123456"[..], "a BMP"),
        ("b.gif", b"GIF89a..", "a GIF"),
        ("b.png", b"RIFF\x08\0\0\0WEBPVP8 ", "a WebP"),
        ("b.tiff", b"II*\0....", "a TIFF"),
        ("b.pgm", b"P5\n48 48\n255\n", "a PGM or PPM"),
        ("b.avif", b"\0\0\0\x1cftypavif\0\0\0\0", "an AVIF"),
        ("b.heic", b"\0\0\0\x1cftypheic\0\0\0\0", "a HEIC"),
    ] {
        let files = [
            named("train/"),
            vec![file(&format!("train/sad/{name}"), bytes)],
        ]
        .concat();
        let said = read(&files).unwrap_err();
        let sentence = format!(
            "train/sad/{name}: found {format} image, which is not read, expected a PNG or JPEG image. \
             Convert all images of this kind to PNG or JPEG, or pass --skip-bad-rows"
        );
        assert!(said.starts_with(&sentence), "{said}");
    }
}

#[test]
fn a_folder_of_another_emotion_is_to_be_renamed() {
    let files = [named("train/"), vec![file("train/joy/a.png", png(1))]].concat();
    let said = read(&files).unwrap_err();
    assert!(
        said.contains("Rename the folder 'joy' to one of these, or pass --skip-bad-rows"),
        "{said}"
    );
}

#[test]
fn an_unknown_usage_says_all_names_that_are_known() {
    let said = read_one("faces.csv", table(&["Holdout"]).as_bytes()).unwrap_err();
    assert!(
        said.contains(
            "found the Usage 'Holdout', expected Training (or train), PublicTest (or validation, val, valid), \
             PrivateTest (or test, testing)."
        ),
        "{said}"
    );
}

#[test]
fn what_was_left_out_is_named_by_what_it_shares() {
    let text = table(&["Training", "Holdout", "Dev"]).replace("6,", "joy,");
    let bad = format!(
        "{text}0,1 2 3,Training\n1,1 2,Training\n{}",
        "2,x,Dev\n".repeat(2)
    );
    let dataset = Dataset::read(Cursor::new(bad), "faces.csv", LENIENT).unwrap();
    assert_eq!((dataset.len(), dataset.skipped), (6, 19));
    assert_eq!(
        warnings(&dataset),
        "left out: the Usage 'Dev' (8), the Usage 'Holdout' (6), the emotion 'joy' (3), other faults (2)"
    );
    let files = [named("train/"), folders("train/joy/", |_| ".".to_owned())].concat();
    let files: Vec<File> = files
        .into_iter()
        .enumerate()
        .map(|(index, (name, bytes))| (name.replace("/./a", &format!("/{index}")), bytes))
        .collect();
    let dataset = Dataset::from_files("faces", &files, LENIENT).unwrap();
    assert_eq!(warnings(&dataset), "left out: the folder 'joy' (7)");
}

#[test]
fn of_many_columns_the_first_are_named() {
    let columns: Vec<String> = (0..2304).map(|index| format!("pixel{index}")).collect();
    let text = format!("emotion,{}\n", columns.join(","));
    let said = read_one("faces.csv", text.as_bytes()).unwrap_err();
    assert!(
        said.contains("'pixel6' and 2297 more, but no column named pixels"),
        "{said}"
    );
}

#[test]
fn an_archive_of_another_compression_is_named_by_it() {
    for (method, how) in [(12, "bzip2"), (14, "LZMA"), (95, "xz"), (93, "zstd")] {
        for files in [vec![file("a.csv", table(&SPLITS))], named("train/")] {
            let mut bytes = zipped(&files);
            for (signature, place) in [(b"PK\x03\x04", 8), (b"PK\x01\x02", 10)] {
                let found = |at: &usize| bytes[*at..].starts_with(signature);
                let headers: Vec<usize> = (0..bytes.len()).filter(found).collect();
                headers.iter().for_each(|at| bytes[at + place] = method);
            }
            let said = read_one("faces.zip", &bytes).unwrap_err();
            let sentence = format!("is compressed by {how}, which is not read. Unpack the archive");
            assert!(
                said.contains(&sentence) && !said.contains("ownload"),
                "{said}"
            );
        }
    }
}

#[test]
fn lines_may_end_in_carriage_returns_alone() {
    let text = table(&SPLITS).replace('\n', "\r");
    let dataset = read_one("faces.csv", text.as_bytes()).unwrap();
    assert_eq!(counts(&dataset), [7, 7, 7]);
    let said = read_one("faces.csv", format!("{text}9,,\r").as_bytes()).unwrap_err();
    assert!(said.starts_with("faces.csv, line 23: found"), "{said}");
}
