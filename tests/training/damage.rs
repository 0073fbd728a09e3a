//! Checkpoints that are not as they were written.

use std::fs;
use std::path::{Path, PathBuf};

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::Tensor;
use model_core::config::GanKind;
use native_trainer::checkpoints;
use native_trainer::event::TrainEvent;
use native_trainer::run::roll_back;
use sha2::{Digest, Sha256};
use training::trainer::Trainer;

use crate::{little, run_dir, state, step, trainer};

/// Checkpoints of the steps 1 and 2 below a new directory.
fn two_checkpoints() -> (tempfile::TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let mut run = trainer(little(GanKind::Acgan));
    for _ in 0..2 {
        step(&mut run);
        checkpoints::save(&run, directory.path(), 0).unwrap();
    }
    let newest = directory.path().join("000000002");
    (directory, newest)
}

/// Loads the newest whole checkpoint; gives the step, or the sentence of the error, and the warnings.
fn load(run: &mut Trainer, directory: &Path) -> (Result<u64, String>, Vec<String>) {
    let mut warnings = Vec::new();
    let mut tell = |event: &TrainEvent| {
        if let TrainEvent::Warning(text) = event {
            warnings.push(text.clone());
        }
    };
    let loaded = checkpoints::load_newest(run, directory, &mut tell);
    let step = run.step_number();
    let loaded = loaded.map(|_| step).map_err(|error| format!("{error:#}"));
    (loaded, warnings)
}

/// Loads into the trainer that wrote the checkpoints.
fn load_own(directory: &Path) -> (Result<u64, String>, Vec<String>) {
    load(&mut trainer(little(GanKind::Acgan)), directory)
}

fn files(checkpoint: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(checkpoint)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
}

#[test]
fn a_checkpoint_with_any_file_cut_flipped_or_gone_is_passed_over_with_a_sentence() {
    let (directory, newest) = two_checkpoints();
    let files = files(&newest);
    assert_eq!(files.len(), 7);
    for file in files {
        let whole = fs::read(&file).unwrap();
        let mut flipped = whole.clone();
        flipped[whole.len() / 2] ^= 1;
        let empty = Vec::new();
        let cut = whole[..whole.len() - 1].to_vec();
        for bytes in [Some(flipped), Some(empty), Some(cut), None] {
            match &bytes {
                Some(bytes) => fs::write(&file, bytes).unwrap(),
                None => fs::remove_file(&file).unwrap(),
            }
            let what = format!("{} {:?}", file.display(), bytes.map(|bytes| bytes.len()));
            let (step, warnings) = load_own(directory.path());
            assert_eq!(step, Ok(1), "{what}");
            let [warning] = &warnings[..] else {
                panic!("{what}: {warnings:?}");
            };
            assert!(
                warning.contains("000000002 is damaged: "),
                "{what}: {warning}"
            );
        }
        fs::write(&file, whole).unwrap();
    }
    let (step, warnings) = load_own(directory.path());
    assert_eq!((step, warnings.len()), (Ok(2), 0));
}

/// Writes a checkpoint's file anew, with hashes that fit.
fn forge(checkpoint: &Path, name: &str, bytes: &[u8]) {
    let hash = |bytes: &[u8]| format!("{:x}", Sha256::digest(bytes));
    let state = fs::read_to_string(checkpoint.join("state.json")).unwrap();
    let before = fs::read(checkpoint.join(name)).unwrap();
    let state = state.replace(&hash(&before), &hash(bytes));
    fs::write(checkpoint.join(name), bytes).unwrap();
    fs::write(checkpoint.join("state.sha256"), hash(state.as_bytes())).unwrap();
    fs::write(checkpoint.join("state.json"), state).unwrap();
}

#[test]
fn a_checkpoint_of_weights_that_are_no_numbers_is_passed_over_with_a_sentence() {
    let (directory, newest) = two_checkpoints();
    let mut run = trainer(little(GanKind::Acgan));
    assert_eq!(load(&mut run, directory.path()).0, Ok(2));
    run.average = run.average.clone().map(&mut Infinite);
    let elsewhere = tempfile::tempdir().unwrap();
    checkpoints::save(&run, elsewhere.path(), 0).unwrap();
    let average = fs::read(elsewhere.path().join("000000002/average.safetensors")).unwrap();
    forge(&newest, "average.safetensors", &average);
    let (step, warnings) = load_own(directory.path());
    assert_eq!(step, Ok(1));
    assert!(
        warnings[0].contains("a number that is not finite"),
        "{warnings:?}"
    );
}

struct Infinite;

impl ModuleMapper for Infinite {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        param.map(|value| value.mul_scalar(f32::INFINITY))
    }
}

#[test]
fn a_checkpoint_with_an_absurd_header_is_passed_over_with_a_sentence() {
    let (directory, newest) = two_checkpoints();
    forge(&newest, "generator.safetensors", &[u8::MAX; 64]);
    let (step, warnings) = load_own(directory.path());
    assert_eq!(step, Ok(1));
    assert!(warnings[0].contains("claims more than"), "{warnings:?}");
}

#[test]
fn a_checkpoint_of_another_network_is_an_error_and_changes_nothing() {
    let (directory, newest) = two_checkpoints();
    let other = fs::read(newest.join("discriminator.safetensors")).unwrap();
    forge(&newest, "generator.safetensors", &other);
    let mut run = trainer(little(GanKind::Acgan));
    let before = state(&run);
    let (step, _) = load(&mut run, directory.path());
    let sentence = step.unwrap_err();
    assert!(sentence.contains("cannot continue from"), "{sentence}");
    assert!(state(&run) == before, "the trainer is as it was");
}

#[test]
fn a_run_whose_checkpoints_are_all_damaged_is_not_started_again_over_them() {
    let (directory, newest) = two_checkpoints();
    for checkpoint in [newest, directory.path().join("000000001")] {
        fs::write(checkpoint.join("average.safetensors"), "x").unwrap();
    }
    let (step, warnings) = load_own(directory.path());
    assert_eq!(warnings.len(), 2);
    assert!(step.unwrap_err().contains("no other is left"));
}

#[test]
fn a_damaged_later_checkpoint_never_pushes_out_a_whole_one() {
    let (directory, newest) = two_checkpoints();
    for later in ["000000003", "000000004", "000000005"] {
        let later = directory.path().join(later);
        fs::create_dir(&later).unwrap();
        fs::copy(newest.join("state.json"), later.join("state.json")).unwrap();
    }
    let mut run = trainer(little(GanKind::Acgan));
    assert_eq!(load(&mut run, directory.path()).0, Ok(2));
    step(&mut run);
    checkpoints::save(&run, directory.path(), 0).unwrap();
    let names: Vec<_> = files(directory.path())
        .iter()
        .map(|path| path.file_name().unwrap().to_owned())
        .collect();
    assert_eq!(names, ["000000002", "000000003"]);
    let (step, warnings) = load_own(directory.path());
    assert_eq!((step, warnings.len()), (Ok(3), 0));
}

#[test]
fn what_a_killed_trainer_had_no_time_to_drop_is_dropped_by_the_next_one() {
    let parent = tempfile::tempdir().unwrap();
    let mut options = little(GanKind::Cgan);
    options.set_length(16);
    let run = run_dir(parent.path(), &options);
    let mut first = trainer(options.clone());
    for _ in 0..3 {
        step(&mut first);
        checkpoints::save(&first, &run.checkpoints(), 0).unwrap();
    }
    let dropped = run.checkpoints().join("000000001");
    fs::create_dir(&dropped).unwrap();
    roll_back(&mut trainer(options), &run, &mut |_| ()).unwrap();
    assert!(!dropped.exists());
    assert_eq!(files(&run.checkpoints()).len(), 2);
}

#[test]
fn checkpoints_of_other_options_or_another_version_are_refused_by_name() {
    let (directory, newest) = two_checkpoints();
    let mut options = little(GanKind::Acgan);
    options.seed = 8;
    options.generator.width = 8;
    let (step, _) = load(&mut trainer(options), directory.path());
    let sentence = step.unwrap_err();
    assert!(
        sentence.contains("it belongs to a run with other options (generator, seed)"),
        "{sentence}"
    );

    let mut longer = little(GanKind::Acgan);
    longer.set_length(1_000_000);
    let (step, _) = load(&mut trainer(longer), directory.path());
    assert_eq!(step, Ok(2), "the length of a run may change");
    let mut gentler = little(GanKind::Acgan);
    gentler.loss.label_cross_entropy = 0.1;
    let (step, _) = load(&mut trainer(gentler), directory.path());
    assert_eq!(step, Ok(2), "and so may what is minimised");

    fs::remove_file(newest.join("state.sha256")).unwrap();
    fs::write(
        newest.join("state.json"),
        r#"{"format_version":1,"step":2}"#,
    )
    .unwrap();
    let (step, _) = load_own(directory.path());
    let sentence = step.unwrap_err();
    assert!(sentence.contains("its format version is 1"), "{sentence}");
}
