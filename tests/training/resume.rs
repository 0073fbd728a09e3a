use model_core::config::GanKind;
use native_trainer::checkpoint;
use native_trainer::ema::weights;

use crate::{little, trainer};

#[test]
fn ten_steps_equal_five_and_five_resumed_to_the_bit() {
    for gan in GanKind::ALL {
        let mut whole = trainer(little(gan));
        (0..10).for_each(|_| drop(whole.step()));

        let directory = tempfile::tempdir().unwrap();
        let mut first = trainer(little(gan));
        (0..5).for_each(|_| drop(first.step()));
        checkpoint::save(&first, directory.path(), 0).unwrap();
        drop(first);

        let mut second = trainer(little(gan));
        assert!(
            checkpoint::load_newest(&mut second, directory.path(), &mut |_| ())
                .unwrap()
                .is_some()
        );
        assert_eq!(second.step_number(), 5);
        (0..5).for_each(|_| drop(second.step()));

        assert_eq!(
            weights(&whole.generator),
            weights(&second.generator),
            "{gan}: generator"
        );
        assert_eq!(
            weights(&whole.average),
            weights(&second.average),
            "{gan}: average"
        );
    }
}

#[test]
fn an_unfinished_checkpoint_is_never_continued() {
    let directory = tempfile::tempdir().unwrap();
    let mut run = trainer(little(GanKind::Acgan));
    drop(run.step());
    checkpoint::save(&run, directory.path(), 0).unwrap();
    // A later checkpoint whose writing was cut off.
    let torn = directory.path().join("000000009.unfinished");
    std::fs::create_dir(&torn).unwrap();
    std::fs::write(torn.join("state.json"), r#"{"format_version":1,"step":9}"#).unwrap();

    let mut resumed = trainer(little(GanKind::Acgan));
    assert!(
        checkpoint::load_newest(&mut resumed, directory.path(), &mut |_| ())
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
        drop(run.step());
        checkpoint::save(&run, directory.path(), 0).unwrap();
    }
    let mut names: Vec<_> = std::fs::read_dir(directory.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["000000003", "000000004"]);
}
