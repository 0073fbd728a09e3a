use std::fs;

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::Tensor;
use model_core::config::GanKind;
use model_core::generator::Generator;
use native_trainer::checkpoints;
use native_trainer::event::TrainEvent;
use native_trainer::interrupt::Interrupt;
use native_trainer::run::{self, Outcome};
use native_trainer::run_dir::RunDir;
use training::trainer::Trainer;

use crate::{little, provenance, run_dir, step, trainer};

/// Trains to the end and gives the outcome with the warnings and rollbacks that were reported on the way.
fn train(run: &mut Trainer, directory: &RunDir) -> (Result<Outcome, String>, Vec<TrainEvent>) {
    let mut told = Vec::new();
    let mut tell = |event: &TrainEvent| {
        if let TrainEvent::Warning(_) | TrainEvent::Rollback(_) = event {
            told.push(event.clone());
        }
    };
    let outcome = run::run(
        run,
        directory,
        &provenance(),
        &Interrupt::default(),
        &mut tell,
    );
    (outcome.map_err(|error| format!("{error:#}")), told)
}

fn rollbacks(told: &[TrainEvent]) -> Vec<(u64, u64, f64)> {
    let rollback = |event: &TrainEvent| match event {
        TrainEvent::Rollback(rollback) => {
            Some((rollback.images_seen, rollback.back_to, rollback.rate))
        }
        _ => None,
    };
    told.iter().filter_map(rollback).collect()
}

/// Every weight replaced by one number.
struct Fill(f32);

impl ModuleMapper for Fill {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        param.map(|value| match value.is_require_grad() {
            true => Tensor::from_inner(value.inner().full_like(self.0)).require_grad(),
            false => value.full_like(self.0),
        })
    }
}

fn filled(generator: &Generator, value: f32) -> Generator {
    generator.clone().map(&mut Fill(value))
}

#[test]
fn an_absurd_learning_rate_ends_with_advice_after_three_rollbacks() {
    for gan in GanKind::ALL {
        let parent = tempfile::tempdir().unwrap();
        let mut options = little(gan);
        options.set_length(160);
        options.generator_learning_rate = 1e30;
        let directory = run_dir(parent.path(), &options);
        let mut run = trainer(options);
        let (outcome, told) = train(&mut run, &directory);
        let sentence = outcome.unwrap_err();
        assert!(sentence.contains("no longer finite"), "{gan}: {sentence}");
        assert!(sentence.contains("another --seed"), "{gan}: {sentence}");
        let rates: Vec<f64> = rollbacks(&told).iter().map(|rollback| rollback.2).collect();
        assert_eq!(rates, [0.5, 0.25, 0.125], "{gan}");
        assert!(
            !directory.checkpoints().exists(),
            "{gan}: a bad step was kept"
        );
        assert!(
            !directory.bundle().exists(),
            "{gan}: a bad run was exported"
        );
    }
}

#[test]
fn a_run_that_breaks_down_goes_back_to_its_last_checkpoint_and_ends_well() {
    let parent = tempfile::tempdir().unwrap();
    let mut options = little(GanKind::Acgan);
    options.set_length(80);
    let directory = run_dir(parent.path(), &options);
    let mut run = trainer(options.clone());
    (0..5).for_each(|_| step(&mut run));
    checkpoints::save(&run, &directory.checkpoints(), 0).unwrap();
    (0..2).for_each(|_| step(&mut run));
    run.generator = filled(&run.generator, f32::NAN);

    let (outcome, told) = train(&mut run, &directory);
    assert_eq!(outcome.unwrap(), Outcome::Finished);
    assert_eq!(
        rollbacks(&told),
        [(32, 20, 0.5)],
        "noticed at the next tick"
    );
    let stats = fs::read_to_string(directory.path().join("stats.jsonl")).unwrap();
    let line = r#"{"event":"rollback","images_seen":32,"back_to":20,"rate":0.5,"problem":"the losses are no longer finite"#;
    assert!(stats.starts_with(line), "{stats}");
    assert!(
        !stats.contains("null"),
        "a figure that is not a number was kept: {stats}"
    );

    let mut resumed = trainer(options);
    let found = checkpoints::load_newest(&mut resumed, &directory.checkpoints(), &mut |_| ());
    assert!(found.unwrap().is_some());
    assert_eq!(
        (resumed.images_seen(), resumed.rollbacks()),
        (80, 1),
        "the lower rates are kept"
    );
}

#[test]
fn a_broken_average_alone_is_noticed_too() {
    let parent = tempfile::tempdir().unwrap();
    let mut options = little(GanKind::Cgan);
    options.set_length(16);
    let directory = run_dir(parent.path(), &options);
    let mut run = trainer(options);
    step(&mut run);
    run.average = filled(&run.average, f32::INFINITY);
    let (outcome, told) = train(&mut run, &directory);
    assert_eq!(outcome.unwrap(), Outcome::Finished);
    assert_eq!(rollbacks(&told), [(8, 0, 0.5)]);
}

#[test]
fn a_generator_that_shows_one_face_raises_a_warning() {
    let parent = tempfile::tempdir().unwrap();
    let mut options = little(GanKind::Acgan);
    options.set_length(8);
    options.generator_learning_rate = 0.0;
    let directory = run_dir(parent.path(), &options);
    let mut run = trainer(options);
    run.generator = filled(&run.generator, 0.0);
    run.average = filled(&run.average, 0.0);
    let (outcome, told) = train(&mut run, &directory);
    outcome.unwrap();
    let Some(TrainEvent::Warning(text)) = told.first() else {
        panic!("no warning: {told:?}");
    };
    assert!(text.starts_with("all generated faces are alike"), "{text}");
    let stats = fs::read_to_string(directory.path().join("stats.jsonl")).unwrap();
    assert!(
        stats.contains(
            r#"{"event":"warning","images_seen":4,"text":"all generated faces are alike"#
        ),
        "{stats}"
    );
}
