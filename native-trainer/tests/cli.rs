//! The trainer as its user meets it: arguments in, files and sentences out.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use model_core::emotion::Emotion;

/// In which the emotions stand beside a grid.
const MARGIN: u32 = native_trainer::pictures::MARGIN as u32;

fn trainer(directory: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_native-trainer"));
    command
        .current_dir(directory)
        .args(arguments)
        .stdin(Stdio::null());
    command
}

fn run(directory: &Path, arguments: &[&str]) -> Output {
    trainer(directory, arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Runs a command that must succeed and returns what it printed: results, then notes.
fn succeed(directory: &Path, arguments: &[&str]) -> String {
    let output = run(directory, arguments);
    assert!(
        output.status.success(),
        "{arguments:?} failed: {}{}",
        text(&output.stdout),
        text(&output.stderr)
    );
    text(&output.stdout) + &text(&output.stderr)
}

/// Runs a command that must fail with exit code 2 and returns its sentence.
fn refuse(directory: &Path, arguments: &[&str]) -> String {
    let output = run(directory, arguments);
    assert_eq!(
        output.status.code(),
        Some(2),
        "{arguments:?}: {}{}",
        text(&output.stdout),
        text(&output.stderr)
    );
    text(&output.stderr)
}

const SHORT: [&str; 10] = [
    "--preset", "tiny", "--batch", "4", "--images", "40", "--device", "cpu", "--seed", "3",
];

/// A command with [`SHORT`] in its middle.
fn with<'a>(start: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    [start, &SHORT[..], more].concat()
}

#[test]
fn a_published_pair_of_networks_is_trained_on() {
    let directory = tempfile::tempdir().unwrap();
    let here = directory.path();
    succeed(here, &with(&["train", "--gan", "acgan"], &[]));
    let first = "runs/00000-acgan-synthetic";
    let export = ["export", first, "--to", "page", "--discriminator", "kept"];
    succeed(here, &[&export[..], &["--latent-edit", "0.5"]].concat());
    let pair = ["train", "--from", "page", "--discriminator", "kept"];
    succeed(here, &with(&pair, &["--set", "images=20"]));

    let alone = refuse(here, &with(&["train", "--discriminator", "kept"], &[]));
    assert!(alone.contains("--from <BUNDLE>"), "{alone}");
    let wider = refuse(here, &with(&pair, &["--set", "discriminator.width=8"]));
    assert!(
        wider.contains("takes the network of the acgan, in which"),
        "{wider}"
    );
    let run = here.join("runs/00001-acgan-synthetic");
    let resume = [
        "resume",
        run.to_str().unwrap(),
        "--images",
        "40",
        "--device",
        "cpu",
    ];
    succeed(here, &resume);
    fs::remove_file(run.join("from/discriminator.json")).unwrap();
    let lost = refuse(here, &resume);
    assert!(lost.contains("holds no usable discriminator"), "{lost}");
}

#[test]
fn a_published_bundle_is_trained_on() {
    let directory = tempfile::tempdir().unwrap();
    let here = directory.path();
    let train = |more: &[&str]| succeed(here, &[&["train"], &SHORT[..], more].concat());
    train(&["--gan", "cgan", "--set", "generator.width=4"]);
    let bundle = "runs/00000-cgan-synthetic/bundle";
    train(&[
        "--from",
        bundle,
        "--set",
        "generator.residual=true",
        "--set",
        "discriminator_only_images=20",
        "--set",
        "images=20",
    ]);
    let next = here.join("runs/00001-cgan-synthetic"); // the GAN is the bundle's, too
    let images = || {
        let manifest = fs::read_to_string(next.join("bundle/manifest.json")).unwrap();
        let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
        manifest["training"]["images_seen"].clone()
    };
    assert_eq!(images(), 60, "images of both runs");

    // What it set out from stands in its own directory.
    fs::remove_dir_all(here.join("runs/00000-cgan-synthetic")).unwrap();
    succeed(
        here,
        &[
            "resume",
            "runs/00001-cgan-synthetic",
            "--images",
            "40",
            "--device",
            "cpu",
        ],
    );
    assert_eq!(images(), 80);
    let other = refuse(here, &["train", "--from", "nowhere", "--device", "cpu"]);
    assert!(other.contains("nowhere holds no usable bundle"), "{other}");
    let wider = [
        "train",
        "--set",
        "generator.width=8",
        "--device",
        "cpu",
        "--from",
    ];
    let wider = refuse(
        here,
        &[&wider[..], &["runs/00001-cgan-synthetic/bundle"]].concat(),
    );
    assert!(
        wider.contains("takes the bundle's network as it is"),
        "{wider}"
    );
    fs::copy(
        next.join("bundle/manifest.json"),
        next.join("from/manifest.json"),
    )
    .unwrap();
    fs::copy(
        next.join("bundle/generator.safetensors"),
        next.join("from/generator.safetensors"),
    )
    .unwrap();
    let changed = refuse(
        here,
        &["resume", "runs/00001-cgan-synthetic", "--device", "cpu"],
    );
    assert!(
        changed.contains("is not the bundle that the run set out with"),
        "{changed}"
    );
}

#[test]
fn a_run_leaves_everything_its_user_needs() {
    let directory = tempfile::tempdir().unwrap();
    let here = directory.path();
    let said = succeed(here, &SHORT);
    assert!(said.contains("synthetic faces"), "{said}");
    assert!(
        said.contains("fer2013.csv"),
        "says how to get FER2013: {said}"
    );
    assert!(said.contains("device   CPU (burn-flex"), "{said}");
    assert!(
        said.contains("next     cargo run -p native-trainer -- sample --bundle"),
        "{said}"
    );
    let run_directory = here.join("runs/00000-acgan-synthetic");
    for name in [
        "options.json",
        "stats.jsonl",
        "reals.png",
        "fakes-00000000.png",
        "bundle/manifest.json",
        "bundle/generator.safetensors",
    ] {
        assert!(run_directory.join(name).is_file(), "{name} is missing");
    }
    let grid = image::open(run_directory.join("fakes-00000000.png")).unwrap();
    assert_eq!(
        (grid.width(), grid.height()),
        (MARGIN + 16 * 48, 7 * 48),
        "one row per emotion"
    );

    let bundle = run_directory.join("bundle");
    let bundle = bundle.to_str().unwrap();
    succeed(
        here,
        &[
            "sample", "--bundle", bundle, "--count", "2", "--seed", "5", "--out", "faces",
            "--device", "cpu", "--grid", "grid.png",
        ],
    );
    let grid = image::open(here.join("grid.png")).unwrap().into_luma8();
    assert_eq!(
        grid.dimensions(),
        (MARGIN + 2 * 48, 7 * 48),
        "one row per emotion, named in the margin"
    );
    let face = image::open(here.join("faces/surprise/1.png")).unwrap();
    assert_eq!(
        (face.width(), face.height(), face.color()),
        (48, 48, image::ColorType::L8)
    );
    let surprise = Emotion::Surprise.index() as u32;
    let of_grid = image::imageops::crop_imm(&grid, MARGIN + 48, surprise * 48, 48, 48).to_image();
    assert!(of_grid == face.to_luma8(), "the grid shows the same faces");
    succeed(
        here,
        &[
            "sample",
            "--bundle",
            bundle,
            "--emotion",
            "surprise",
            "--count",
            "1",
            "--seed",
            "6",
            "--out",
            "same",
            "--device",
            "cpu",
        ],
    );
    let same = image::open(here.join("same/surprise/0.png"))
        .unwrap()
        .into_bytes();
    assert!(
        same == face.into_bytes(),
        "face 1 from seed 5 is face 0 from seed 6"
    );

    succeed(
        here,
        &["export", run_directory.to_str().unwrap(), "--to", "page"],
    );
    let weights = |folder: &Path| fs::read(folder.join("generator.safetensors")).unwrap();
    assert!(
        weights(&here.join("page")) == weights(Path::new(bundle)),
        "the export differs from the run's own bundle"
    );
}

#[test]
fn json_stands_alone_on_standard_output() {
    let directory = tempfile::tempdir().unwrap();
    let here = directory.path();
    succeed(here, &SHORT);
    let bundle = "runs/00000-acgan-synthetic/bundle";
    let export = ["export", "runs/00000-acgan-synthetic", "--to", "page"];
    succeed(here, &[&export[..], &["--discriminator", "kept"]].concat());
    let classifier = ["--images", "64", "--width", "2", "--device", "cpu"];
    let said = succeed(here, &[&["classifier"][..], &classifier].concat());
    assert!(said.contains("asked \\ seen"), "a confusion matrix: {said}");
    let on = [
        "classifier",
        "--from",
        "runs/classifier-synthetic",
        "--out",
        "second",
    ];
    succeed(
        here,
        &[&on[..], &["--images", "128", "--device", "cpu"]].concat(),
    );
    let second = fs::read(here.join("second/classifier.json")).unwrap();
    let second: serde_json::Value = serde_json::from_slice(&second).unwrap();
    assert_eq!(
        (&second["width"], &second["training"]["images_seen"]),
        (&2.into(), &192.into())
    );
    let eval = run(
        here,
        &[
            "eval",
            "--json",
            "--bundle",
            bundle,
            "--faces",
            "64",
            "--discriminator",
            "kept",
            "--gan-train",
            "64",
            "--pairs",
            "pairs.png",
            "--device",
            "cpu",
        ],
    );
    let report: serde_json::Value = serde_json::from_slice(&eval.stdout).unwrap();
    assert_eq!(report["faces"], 64);
    let answers = &report["overfitting"]["held_out"];
    assert!(answers["unconditional_logit"].is_number(), "{report}");
    assert!(
        report["gan_train"]["trained_on_real"].is_number(),
        "{report}"
    );
    assert!(text(&eval.stderr).contains("classifier runs/classifier-synthetic"));
    assert!(here.join("pairs.png").is_file());
}

#[test]
fn a_killed_run_resumes_and_ends_like_one_that_never_was() {
    let directory = tempfile::tempdir().unwrap();
    let here = directory.path();
    let arguments = |out| {
        [
            "--preset", "tiny", "--batch", "4", "--images", "240", "--device", "cpu", "--gan",
            "cgan", "--out", out,
        ]
    };
    succeed(here, &arguments("whole"));
    let mut child = trainer(here, &arguments("killed"))
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let run_directory = here.join("killed/00000-cgan-synthetic");
    let deadline = Instant::now() + Duration::from_secs(120);
    let kept = || {
        fs::read_dir(run_directory.join("checkpoints")).is_ok_and(|mut entries| {
            entries.any(|entry| entry.is_ok_and(|entry| entry.path().extension().is_none()))
        })
    };
    while !kept() {
        assert!(
            Instant::now() < deadline,
            "no checkpoint within two minutes"
        );
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(
        !run_directory.join("bundle").exists(),
        "killed too late to prove anything"
    );

    let said = succeed(
        here,
        &["resume", run_directory.to_str().unwrap(), "--device", "cpu"],
    );
    assert!(said.contains("continues at"), "{said}");
    let weights = |run: &Path| fs::read(run.join("bundle/generator.safetensors")).unwrap();
    assert!(
        weights(&run_directory) == weights(&here.join("whole/00000-cgan-synthetic")),
        "the resumed run ended with other weights"
    );

    // What is minimised may change on the way; networks may not.
    let run = run_directory.to_str().unwrap();
    let change = |assignment| {
        [
            "resume", run, "--images", "280", "--set", assignment, "--device", "cpu",
        ]
    };
    let error = refuse(here, &change("generator.width=8"));
    assert!(error.contains("a run keeps its generator"), "{error}");
    succeed(here, &change("loss.r2=0.5"));
    let options = fs::read_to_string(run_directory.join("options.json")).unwrap();
    assert!(options.contains("\"r2\": 0.5"), "{options}");
}

/// A table of `rows` lines below a header.
fn table(rows: &[(&str, usize, &str)]) -> String {
    let mut text = "emotion,pixels,Usage\n".to_owned();
    for (label, pixels, usage) in rows {
        text += &format!("{label},{},{usage}\n", vec!["7"; *pixels].join(" "));
    }
    text
}

#[test]
fn bad_data_is_refused_in_a_sentence_with_exit_code_2() {
    let directory = tempfile::tempdir().unwrap();
    let here = directory.path();
    let good = ("3", 2304, "Training");
    let cases: [(&str, String, &[&str]); 8] = [
        (
            "label.csv",
            table(&[good, ("7", 2304, "Training")]),
            &["label.csv, line 3", "the emotion '7'", "6 neutral"],
        ),
        (
            "short.csv",
            table(&[("1", 2303, "Training")]),
            &["short.csv, line 2", "2303", "2304"],
        ),
        (
            "value.csv",
            table(&[good]).replacen("7 7", "256 7", 1),
            &["value.csv, line 2", "256", "255"],
        ),
        (
            "usage.csv",
            table(&[("1", 2304, "Holdout")]),
            &["usage.csv, line 2", "Holdout", "PrivateTest"],
        ),
        ("empty.csv", String::new(), &["empty.csv is empty"]),
        (
            "column.csv",
            "emotion,Usage\n1,Training\n".into(),
            &["column.csv, line 1", "no column named pixels"],
        ),
        (
            "test.csv",
            table(&[("1", 2304, "PublicTest")]),
            &["test.csv holds no training images"],
        ),
        (
            "data.txt",
            "hello".into(),
            &["data.txt", "kind that cannot be read"],
        ),
    ];
    for (name, content, fragments) in cases {
        fs::write(here.join(name), content).unwrap();
        let said = refuse(here, &["--data", name, "--device", "cpu"]);
        for fragment in fragments {
            assert!(
                said.contains(fragment),
                "{name}: expected '{fragment}' in: {said}"
            );
        }
    }
    assert!(refuse(here, &["--data", "nowhere.csv"]).contains("nowhere.csv does not exist"));
    assert!(
        !here.join("runs").exists(),
        "a refused run leaves nothing behind"
    );
}

/// A table of different faces: `count` for training, then as many of a held-out split; `seed` makes others.
fn faces(count: usize, held_out: &str, seed: u64) -> String {
    let mut text = "emotion,pixels,Usage\n".to_owned();
    let all = dataset::synthetic(2 * count, seed);
    for index in 0..all.len() {
        let pixels: Vec<String> = all.image(index).iter().map(u8::to_string).collect();
        let usage = if index < count { "Training" } else { held_out };
        text += &format!(
            "{},{},{usage}\n",
            all.label(index).index(),
            pixels.join(" ")
        );
    }
    text
}

#[test]
fn a_run_knows_its_data_again_under_another_name_and_refuses_others() {
    let directory = tempfile::tempdir().unwrap();
    let here = directory.path();
    fs::write(here.join("few.csv"), faces(14, "PublicTest", 1)).unwrap();
    fs::write(here.join("others.csv"), faces(14, "PublicTest", 2)).unwrap();
    succeed(here, &with(&["train", "--data", "few.csv"], &[]));
    let run = "runs/00000-acgan-few";
    fs::create_dir(here.join("elsewhere")).unwrap();
    fs::rename(here.join("few.csv"), here.join("elsewhere/archive.csv")).unwrap();

    let resume = ["resume", run, "--images", "60", "--device", "cpu"];
    let gone = refuse(here, &resume);
    assert!(gone.contains("few.csv does not exist any more"), "{gone}");
    let other = refuse(here, &[&resume[..], &["--data", "others.csv"]].concat());
    assert!(
        other.contains("others.csv are other images than the run's"),
        "{other}"
    );
    let options = fs::read_to_string(here.join(run).join("options.json")).unwrap();
    assert!(
        options.contains("\"images\": 40"),
        "a refused command changes nothing: {options}"
    );
    succeed(here, &[&resume[..], &["--data", "elsewhere"]].concat());
    // From then on it is found there, in whatever form.
    let said = succeed(here, &["resume", run, "--images", "80", "--device", "cpu"]);
    assert!(said.contains("elsewhere (28 images)"), "{said}");

    let shorter = refuse(here, &["resume", run, "--images", "20", "--device", "cpu"]);
    assert!(
        shorter.contains("has seen 80 images already, more than --images 20"),
        "{shorter}"
    );
    let again = succeed(here, &["resume", run, "--device", "cpu"]);
    assert!(again.contains("has seen all of its 80 images"), "{again}");

    // Without its data it is exported, and faces have its labels.
    fs::remove_dir_all(here.join("elsewhere")).unwrap();
    succeed(
        here,
        &["export", run, "--to", "page", "--discriminator", "kept"],
    );
    let weights = |folder: &Path| fs::read(folder.join("generator.safetensors")).unwrap();
    assert!(weights(&here.join("page")) == weights(&here.join(run).join("bundle")));
    let like = format!("{run}:Training");
    let sample = [
        "sample",
        "--bundle",
        "page",
        "--labels-like",
        &like,
        "--count",
        "14",
    ];
    let said = succeed(
        here,
        &[&sample[..], &["--grid", "grid.png", "--device", "cpu"]].concat(),
    );
    assert!(said.contains("faces    14 in samples"), "{said}");
    let of_data: Vec<usize> = Emotion::ALL
        .map(|emotion| {
            let of_emotion = |index: &usize| dataset::synthetic(28, 1).label(*index) == emotion;
            (0..14).filter(of_emotion).count()
        })
        .into();
    let made = Emotion::ALL.map(|emotion| {
        let folder = fs::read_dir(here.join("samples").join(emotion.name()));
        folder.map_or(0, Iterator::count)
    });
    assert_eq!(
        made[..],
        of_data[..],
        "labels as often as in the run's training images"
    );
}

#[test]
fn a_run_of_an_earlier_trainer_is_refused_by_its_version() {
    let directory = tempfile::tempdir().unwrap();
    let here = directory.path();
    succeed(here, &SHORT);
    let run = "runs/00000-acgan-synthetic";
    let data = here.join(run).join("data.json");
    fs::write(&data, r#"{"path":null,"skip_bad_rows":false}"#).unwrap();
    for command in [
        &["resume", run, "--device", "cpu"][..],
        &["export", run, "--to", "page"],
    ] {
        let said = refuse(here, command);
        assert!(
            said.contains("data.json cannot be read: its format version is 1"),
            "{said}"
        );
    }
}

#[test]
fn what_was_chosen_is_measured_with_and_what_does_not_fit_is_said() {
    let directory = tempfile::tempdir().unwrap();
    let here = directory.path();
    fs::write(here.join("few.csv"), faces(14, "PublicTest", 1)).unwrap();
    fs::write(here.join("others.csv"), faces(14, "PublicTest", 2)).unwrap();
    succeed(here, &with(&["train", "--data", "few.csv"], &[]));
    let bundle = "runs/00000-acgan-few/bundle";
    let short = ["--images", "64", "--width", "2", "--device", "cpu"];
    let classifier = ["classifier", "--data", "few.csv", "--out", "chosen"];
    let said = succeed(here, &[&classifier[..], &short].concat());
    assert!(said.starts_with("PublicTest\n"), "{said}");
    let eval = |more: &[&str]| {
        let start = ["eval", "--bundle", bundle, "--device", "cpu"];
        succeed(here, &[&start[..], more].concat())
    };
    let own = eval(&["--data", "few.csv", "--classifier", "chosen"]);
    assert!(
        own.contains("as many held-out real images (PublicTest 14)"),
        "{own}"
    );
    assert!(!own.contains("warning"), "{own}");
    // The same images under another name and in another form are the same.
    fs::create_dir(here.join("folder")).unwrap();
    fs::copy(here.join("few.csv"), here.join("folder/icml_face_data.csv")).unwrap();
    let renamed = eval(&["--data", "folder", "--classifier", "chosen"]);
    assert!(!renamed.contains("warning"), "{renamed}");
    // Others are measured as asked.
    let other = eval(&["--data", "others.csv", "--classifier", "chosen"]);
    for what in ["the bundle", "the classifier"] {
        let warning = format!("warning  {what} was trained on other images than ");
        assert!(other.contains(&warning), "{other}");
        assert!(other.contains("(a data set called few)"), "{other}");
    }
    // Without a choice the shipped one is found from here.
    let shipped = eval(&["--data", "few.csv"]);
    assert!(shipped.contains("classifiers/fer2013\n"), "{shipped}");
    assert!(
        shipped.contains("the classifier was trained on other images"),
        "{shipped}"
    );
    let synthetic = refuse(here, &["eval", "--bundle", bundle, "--device", "cpu"]);
    assert!(
        synthetic.contains("no classifier was trained on the synthetic faces"),
        "{synthetic}"
    );
}

#[test]
fn figures_that_are_no_numbers_are_not_recorded_and_the_bundle_still_opens() {
    let directory = tempfile::tempdir().unwrap();
    let here = directory.path();
    // A classifier that learns from happy faces alone is right about none of the held-out sad ones.
    let mut rows = faces(4, "PublicTest", 1);
    let lines: Vec<&str> = rows.lines().collect();
    let relabelled = lines.iter().enumerate().map(|(index, line)| {
        let label = if index <= 4 { "3" } else { "4" };
        match (index, line.split_once(',')) {
            (1.., Some((_, rest))) => format!("{label},{rest}\n"),
            _ => format!("{line}\n"),
        }
    });
    rows = relabelled.collect();
    fs::write(here.join("few.csv"), rows).unwrap();
    succeed(here, &with(&["train", "--data", "few.csv"], &[]));
    let bundle = "runs/00000-acgan-few/bundle";
    let said = succeed(
        here,
        &[
            "eval",
            "--bundle",
            bundle,
            "--data",
            "few.csv",
            "--gan-train",
            "64",
            "--record",
            "--device",
            "cpu",
        ],
    );
    assert!(
        said.contains("gan_train_share was not recorded: it is no number"),
        "{said}"
    );
    let manifest = fs::read_to_string(here.join(bundle).join("manifest.json")).unwrap();
    assert!(
        !manifest.contains("null") && manifest.contains("frechet_distance"),
        "{manifest}"
    );
    let sample = [
        "sample", "--bundle", bundle, "--count", "1", "--device", "cpu",
    ];
    succeed(here, &sample);
}

#[test]
fn grids_of_a_short_run_have_names_of_their_own() {
    let directory = tempfile::tempdir().unwrap();
    let here = directory.path();
    succeed(here, &SHORT);
    let run = fs::read_dir(here.join("runs/00000-acgan-synthetic")).unwrap();
    let names = run.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut grids: Vec<String> = names.filter(|name| name.starts_with("fakes-")).collect();
    grids.sort();
    assert_eq!(
        grids.len(),
        1 + 5,
        "the first one, and one of each checkpoint: {grids:?}"
    );
    assert_eq!(grids.last().unwrap(), "fakes-00000040.png");
    let huge = [
        "sample",
        "--bundle",
        "runs/00000-acgan-synthetic/bundle",
        "--count",
        "3000",
    ];
    let said = refuse(here, &[&huge[..], &["--grid", "grid.png"]].concat());
    assert!(
        said.contains("at most 20000 faces in one picture, and these are 21000"),
        "{said}"
    );
}

#[test]
fn devices_are_listed_and_chosen_by_number_or_name() {
    let directory = tempfile::tempdir().unwrap();
    let here = directory.path();
    let said = succeed(here, &["devices", "--names"]);
    assert!(said.contains("cpu      CPU (burn-flex"), "{said}");
    let wrong = refuse(here, &["--device", "gpu"]);
    assert!(wrong.contains("such as wgpu:1 or wgpu:radeon"), "{wrong}");
    let none = refuse(here, &["--device", "wgpu:no such name"]);
    assert!(none.contains("--device wgpu:no such name: "), "{none}");
}

#[test]
fn bad_rows_are_skipped_and_counted_when_asked() {
    let directory = tempfile::tempdir().unwrap();
    let here = directory.path();
    let rows = [
        ("3", 2304, "Training"),
        ("9", 2304, "Training"),
        ("0", 2304, "PrivateTest"),
    ];
    fs::write(here.join("mixed.csv"), table(&rows)).unwrap();
    let said = succeed(here, &["data", "--data", "mixed.csv", "--skip-bad-rows"]);
    assert!(said.contains("skipped  1 bad rows"), "{said}");
    assert!(said.contains("happy") && said.contains("100.0%"), "{said}");
}

#[test]
fn wrong_arguments_are_refused_in_a_sentence() {
    let directory = tempfile::tempdir().unwrap();
    let here = directory.path();
    assert!(refuse(here, &["--gan", "stylegan"]).contains("expected cgan or acgan"));
    assert!(refuse(here, &["--images", "0"]).contains("--images is 0"));
    assert!(refuse(here, &["--device", "ndarray"]).contains("--features ndarray"));
    assert!(
        refuse(
            here,
            &["export", "run", "--to", "page", "--latent-edit", "4"]
        )
        .contains("from 0 to 3")
    );
    assert!(refuse(here, &["resume", "nowhere"]).contains("no run directory"));
    assert!(
        refuse(here, &["sample", "--bundle", "nowhere"]).contains("nowhere holds no usable bundle")
    );
}

#[test]
fn the_help_text_in_the_docs_is_the_trainers_own() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut help = String::new();
    for command in [
        "",
        "resume",
        "sample",
        "reexpress",
        "eval",
        "classifier",
        "export",
        "data",
        "devices",
    ] {
        let arguments: Vec<&str> = [command, "--help"]
            .into_iter()
            .filter(|word| !word.is_empty())
            .collect();
        help += &format!(
            "$ native-trainer {}\n{}\n",
            arguments.join(" "),
            succeed(&root, &arguments)
        );
    }
    let path = root.join("docs/train-help.txt");
    if std::env::var_os("SEVEN_FACES_WRITE_HELP").is_some() {
        fs::write(&path, &help).unwrap();
    }
    assert!(
        fs::read_to_string(&path).is_ok_and(|written| written == help),
        "docs/train-help.txt is out of date: run `SEVEN_FACES_WRITE_HELP=1 cargo test -p native-trainer --test cli help`"
    );
}

#[test]
fn a_photograph_is_shown_with_seven_emotions_and_kept_as_a_bundle() {
    let directory = tempfile::tempdir().unwrap();
    let here = directory.path();
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../web/assets/models");
    let [acgan, cgan] = ["acgan", "cgan"].map(|gan| shipped.join(gan).display().to_string());
    let sampled = [
        "sample",
        "--bundle",
        &cgan,
        "--emotion",
        "happy",
        "--count",
        "1",
    ];
    succeed(here, &sampled);
    let photo = "samples/happy/0.png";
    let quick = [
        "reexpress",
        "--bundle",
        &acgan,
        "--photo",
        photo,
        "--search-steps",
        "20",
        "--tuning-steps",
        "10",
    ];
    let of = |more: &[&'static str]| -> Vec<&str> {
        quick.into_iter().chain(more.iter().copied()).collect()
    };

    let said = succeed(here, &of(&["--out", "me"]));
    assert!(
        said.contains("photo    samples/happy/0.png: happy"),
        "{said}"
    );
    assert!(said.contains("tuning     10 steps"), "{said}");
    let face = |path: &str| {
        image::open(here.join(path))
            .unwrap()
            .into_luma8()
            .into_raw()
    };
    for emotion in Emotion::ALL {
        assert_eq!(face(&format!("me/{emotion}.png")).len(), 48 * 48);
    }
    assert_ne!(face("me/happy.png"), face("me/sad.png"));
    let apart = |left: &[u8], right: &[u8]| {
        let squares = left
            .iter()
            .zip(right)
            .map(|(&a, &b)| (f32::from(a) - f32::from(b)).powi(2));
        (squares.sum::<f32>() / left.len() as f32).sqrt()
    };
    assert!(apart(&face("me/happy.png"), &face(photo)) < 25.0);

    // The bundle makes this person of every seed.
    let again = [
        "sample",
        "--bundle",
        "me/bundle",
        "--emotion",
        "happy",
        "--count",
        "2",
        "--out",
        "again",
    ];
    succeed(here, &again);
    for number in 0..2 {
        let face_again = face(&format!("again/happy/{number}.png"));
        assert!(apart(&face_again, &face("me/happy.png")) < 3.0);
    }
    assert!(
        refuse(here, &with(&["train"], &["--from", "me/bundle"]))
            .contains("one person of every seed")
    );

    for (arguments, sentence) in [
        (of(&["--crop", "0,0,48", "--emotion", "bored"]), "bored"),
        (of(&["--crop", "100,0,48"]), "outside of the 48x48 picture"),
        (of(&["--crop", "here"]), "expected three numbers"),
        (of(&["--starts", "0"]), "expected 1 or more"),
        (vec!["reexpress", "--bundle", &acgan], "--photo"),
        (
            vec![
                "reexpress",
                "--bundle",
                &acgan,
                "--photo",
                "me/bundle/manifest.json",
            ],
            "expected JPEG or PNG",
        ),
    ] {
        let said = refuse(here, &arguments);
        assert!(said.contains(sentence), "{arguments:?}: {said}");
    }
}
