//! Training in the browser's engine: the steps of the native trainer.

use std::time::Duration;

use burn::tensor::Device;
use dataset::stand_in;
use model_core::config::GanKind;
use serde_json::{Value, json};
use tests::now;
use training::batcher::Batcher;
use training::options::{Changes, Preset};
use training::trainer::Trainer;

use crate::Visit;

const STEPS: usize = 10;

/// Of a figure, or of 1 where the figure is smaller: the two processors round differently.
const DIFFERENCE: f32 = 1e-3;

const LIMIT: Duration = Duration::from_secs(120);

/// Starts the worker, whose replies are kept in `window.replies`.
const START_WORKER: &str = r#"
    window.replies = [];
    const version = document.documentElement.dataset.version;
    window.worker = new Worker(`engine.js?v=${version}&train`, { type: "module" });
    worker.onmessage = ({ data: [text, bytes] }) => {
        const reply = JSON.parse(text);
        if (reply.grid) reply.faces = Array.from(bytes);
        if (!reply.progress) replies.push(reply);
    };
"#;

/// Ten steps in which everything counts: a penalty, augmented images, labels as often as they occur.
fn changes() -> Changes {
    Changes {
        seed: 3,
        images: Some(8 * STEPS as u64),
        batch: Some(8),
        set: [
            "tick_images=1",
            "loss.penalty_every=4",
            "loss.r2=0.1",
            "augmentation=0.5",
        ]
        .map(String::from)
        .into(),
    }
}

/// The four figures of every step, natively.
fn native_figures(gan: GanKind) -> Vec<[f32; 4]> {
    let mut options = Preset::Tiny.options(gan);
    options.change(&changes()).expect("the options exist");
    let batcher = Batcher::new(stand_in(), options.batch_settings());
    let mut trainer = Trainer::new(options, batcher, &Device::flex());
    let step = |_| {
        let batch = trainer.batcher().batch(trainer.step_number());
        now(trainer.step(batch).read(1.0)).expect("the CPU computes figures")
    };
    (0..STEPS).map(step).collect()
}

/// The figures of a tick, in the order of a step's.
fn figures(tick: &Value) -> [f32; 4] {
    [
        "discriminator_loss",
        "generator_loss",
        "real_logit",
        "fake_logit",
    ]
    .map(|name| tick[name].as_f64().expect("a tick has every figure") as f32)
}

#[test]
fn ten_steps_in_the_browser_have_the_figures_of_the_native_run() {
    let Some(visit) = Visit::begin(false) else {
        return;
    };
    visit.chrome.open(&visit.site.page(""));
    visit.chrome.execute(START_WORKER);
    let started = "return replies.some((reply) => reply === 'started')";
    visit.chrome.wait("the worker to start", started, LIMIT);
    for gan in GanKind::ALL {
        let request = json!({"start": {"gan": gan, "preset": "tiny", "changes": changes()}});
        visit.chrome.execute(&format!(
            "replies.length = 0; worker.postMessage({:?})",
            request.to_string()
        ));
        let ended = "return replies.some(({ finished, failed, died }) => finished || failed || died) && replies";
        let replies = visit.chrome.wait("the run to end", ended, LIMIT);
        let replies = replies.as_array().expect("replies are a list");
        let ticks: Vec<_> = replies
            .iter()
            .filter(|reply| !reply["tick"].is_null())
            .collect();
        assert_eq!(ticks.len(), STEPS, "{gan}: {replies:?}");
        for (step, (tick, native)) in ticks.iter().zip(native_figures(gan)).enumerate() {
            let here = figures(&tick["tick"]);
            for (found, expected) in here.into_iter().zip(native) {
                assert!(
                    (found - expected).abs() <= DIFFERENCE * expected.abs().max(1.0),
                    "{gan}, step {step}: {here:?} in the browser, {native:?} natively"
                );
            }
        }
        let [real, fake] = [0, STEPS - 1].map(|step| figures(&ticks[step]["tick"]));
        assert_ne!(real, fake, "{gan}: nothing was learned");
    }
}
