//! Good files with bytes changed, inserted, cut, repeated and taken from each other, read by what the fuzzer fuzzes:
//! nothing may panic. `SEVEN_FACES_FUZZ_EXECUTIONS=1000000` mutates that many files of each kind instead of a few thousand.

use std::panic;
use std::time::Instant;

use fuzz::{TARGETS, Target};
use rand_chacha::ChaCha8Rng;
use rand_core::{RngCore, SeedableRng};

/// Files of each kind that an ordinary test run mutates.
const EXECUTIONS: u64 = 5_000;

/// Numbers at which formats change their meaning.
const EDGES: [u8; 8] = [0, 1, 0x7f, 0x80, 0xff, b'0', b'"', b'\n'];

#[test]
fn mutated_tables_never_panic() {
    run("table");
}

#[test]
fn mutated_archives_never_panic() {
    run("archive");
}

#[test]
fn mutated_parquet_files_never_panic() {
    run("parquet");
}

#[test]
fn mutated_images_never_panic() {
    run("face");
}

#[test]
fn mutated_manifests_never_panic() {
    run("manifest");
}

#[test]
fn mutated_weights_never_panic() {
    run("weights");
}

/// Reads mutated files of one kind; the seed of a file that panics is in the message, the file beside it.
fn run(name: &str) {
    let target = TARGETS.iter().find(|target| target.name == name).unwrap();
    let executions =
        std::env::var("SEVEN_FACES_FUZZ_EXECUTIONS").map_or(EXECUTIONS, |all| all.parse().unwrap());
    let samples = (target.samples)();
    let start = Instant::now();
    for seed in 0..executions {
        read_mutated(target, &samples, seed);
    }
    println!(
        "{executions} mutated files of kind {name} in {:.0?}",
        start.elapsed()
    );
}

fn read_mutated(target: &Target, samples: &[Vec<u8>], seed: u64) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let bytes = mutated(samples, &mut rng);
    let read = target.read;
    if panic::catch_unwind(|| read(&bytes)).is_err() {
        let path = std::env::temp_dir().join(format!("seven-faces-{}-{seed}", target.name));
        std::fs::write(&path, &bytes).unwrap();
        panic!("seed {seed} of {} panics: {}", target.name, path.display());
    }
}

/// One of the samples with one to eight changes.
fn mutated(samples: &[Vec<u8>], rng: &mut ChaCha8Rng) -> Vec<u8> {
    let mut bytes = samples[below(samples.len(), rng)].clone();
    for _ in 0..=below(8, rng) {
        change(&mut bytes, samples, rng);
    }
    bytes
}

fn change(bytes: &mut Vec<u8>, samples: &[Vec<u8>], rng: &mut ChaCha8Rng) {
    let place = below(bytes.len() + 1, rng);
    let end = bytes.len().min(place + below(64, rng));
    match below(8, rng) {
        0 => bytes.truncate(place),
        1 => drop(bytes.drain(place..end)),
        2 => bytes.insert(place, rng.next_u32() as u8),
        3 => bytes.extend_from_within(place..end),
        4 => {
            let other = &samples[below(samples.len(), rng)];
            let from = below(other.len(), rng);
            let to = other.len().min(from + below(64, rng));
            bytes.splice(place..end, other[from..to].iter().copied());
        }
        kind => {
            if let Some(byte) = bytes.get_mut(place) {
                *byte = match kind {
                    5 => *byte ^ (1 << below(8, rng)),
                    6 => EDGES[below(EDGES.len(), rng)],
                    _ => rng.next_u32() as u8,
                };
            }
        }
    }
}

/// A number below `bound`, 0 for a bound of 0.
fn below(bound: usize, rng: &mut ChaCha8Rng) -> usize {
    rng.next_u32() as usize % bound.max(1)
}
