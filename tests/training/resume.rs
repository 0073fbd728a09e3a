use model_core::config::GanKind;
use native_trainer::checkpoints;
use training::options::RunOptions;

use crate::{little, state, step, trainer};

/// What is off in [`little`] is on here.
fn with_everything(gan: GanKind) -> RunOptions {
    let mut options = little(gan);
    options.generator.residual = true;
    options.generator.self_modulation = true;
    options.discriminator.dense = true;
    options.loss.r2 = 0.2;
    options.loss.penalty_every = 3;
    options.augmentation = 0.5;
    options
}

#[test]
fn ten_steps_equal_five_and_five_resumed_to_the_bit() {
    for options in GanKind::ALL
        .map(|gan| [little(gan), with_everything(gan)])
        .concat()
    {
        let mut whole = trainer(options.clone());
        (0..10).for_each(|_| step(&mut whole));

        let directory = tempfile::tempdir().unwrap();
        let mut first = trainer(options.clone());
        (0..5).for_each(|_| step(&mut first));
        checkpoints::save(&first, directory.path(), 0).unwrap();
        drop(first);

        let mut second = trainer(options.clone());
        assert!(
            checkpoints::load_newest(&mut second, directory.path(), &mut |_| ())
                .unwrap()
                .is_some()
        );
        assert_eq!(second.step_number(), 5);
        (0..5).for_each(|_| step(&mut second));

        assert!(
            state(&whole) == state(&second),
            "another state of {options:?}"
        );
    }
}

#[test]
fn an_unfinished_checkpoint_is_never_continued() {
    let directory = tempfile::tempdir().unwrap();
    let mut run = trainer(little(GanKind::Acgan));
    step(&mut run);
    checkpoints::save(&run, directory.path(), 0).unwrap();
    // A later checkpoint whose writing was cut off.
    let torn = directory.path().join("000000009.unfinished");
    std::fs::create_dir(&torn).unwrap();
    std::fs::write(torn.join("state.json"), r#"{"format_version":1,"step":9}"#).unwrap();

    let mut resumed = trainer(little(GanKind::Acgan));
    assert!(
        checkpoints::load_newest(&mut resumed, directory.path(), &mut |_| ())
            .unwrap()
            .is_some()
    );
    assert_eq!(resumed.step_number(), 1);
}

#[test]
fn only_the_newest_two_checkpoints_are_kept() {
    let directory = tempfile::tempdir().unwrap();
    let mut run = trainer(little(GanKind::Cgan));
    for _ in 0..4 {
        step(&mut run);
        checkpoints::save(&run, directory.path(), 0).unwrap();
    }
    let mut names: Vec<_> = std::fs::read_dir(directory.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["000000003", "000000004"]);
}
