use std::sync::Arc;
use std::time::{Duration, Instant};

use burn::tensor::{Device, TensorData};
use dataset::synthetic;
use model_core::config::GanKind;
use native_trainer::prefetch::Prefetch;
use training::batcher::{BatchData, Batcher};

use crate::little;

/// With mirrored and augmented images, so that every random draw takes part.
fn batcher() -> Arc<Batcher> {
    let mut options = little(GanKind::Acgan);
    options.augmentation = 1.0;
    Arc::new(Batcher::new(synthetic(70, 1), options.batch_settings()))
}

fn contents(batch: BatchData) -> (u64, [TensorData; 3]) {
    let batch = batch.on(&Device::flex());
    let tensors = [
        batch.images.into_data(),
        batch.labels.into_data(),
        batch.z.into_data(),
    ];
    (batch.step, tensors)
}

#[test]
fn batches_drawn_ahead_are_the_batchers_in_order_from_any_step() {
    let batcher = batcher();
    for first in [0, 5, 1_000_000] {
        let mut ahead = Prefetch::from(&batcher, first);
        for step in first..first + 20 {
            let found = contents(ahead.next().unwrap());
            assert_eq!(found.0, step);
            assert_eq!(found, contents(batcher.batch(step)));
        }
    }
}

#[test]
fn a_step_has_one_batch_and_another_step_another_one() {
    let batcher = batcher();
    let (_, first) = contents(batcher.batch(3));
    assert_eq!(contents(batcher.batch(3)), (3, first.clone()));
    let (_, [images, _, z]) = contents(batcher.batch(4));
    assert_ne!(images, first[0]);
    assert_ne!(z, first[2]);
}

#[test]
fn drawing_ahead_ends_when_nobody_takes_the_batches() {
    let batcher = batcher();
    let mut ahead = Prefetch::from(&batcher, 0);
    ahead.next().unwrap();
    drop(ahead);
    let start = Instant::now();
    while Arc::strong_count(&batcher) > 1 {
        assert!(
            start.elapsed() < Duration::from_secs(60),
            "a thread still draws"
        );
        std::thread::sleep(Duration::from_millis(1));
    }
}
