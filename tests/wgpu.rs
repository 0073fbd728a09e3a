//! The trainer's GPU path on a software GPU: Mesa's llvmpipe, through OpenGL.
//!
//! Vulkan is hidden from these runs. SwiftShader, the software Vulkan driver, is no judge of Burn's SPIR-V: see
//! docs/training.md. Where no software driver answers the test says so and passes. A training step tunes
//! kernels for four minutes, so it runs only when `SEVEN_FACES_SLOW=1`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn trainer(here: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_native-trainer"))
        .current_dir(here)
        .env("VK_DRIVER_FILES", "/nonexistent")
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    assert!(
        output.status.success(),
        "{}{}",
        text(&output.stdout),
        text(&output.stderr)
    );
    text(&output.stdout)
}

fn shipped() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../web/assets/models/acgan")
}

#[test]
fn a_software_gpu_shows_the_cpus_face() {
    let directory = tempfile::tempdir().unwrap();
    let here = directory.path();
    let bundle = shipped();
    let face = |device: &str| {
        let arguments = ["sample", "--emotion", "happy", "--count", "1", "--bundle"];
        let rest = [
            bundle.to_str().unwrap(),
            "--device",
            device,
            "--out",
            device,
        ];
        trainer(here, &[&arguments[..], &rest[..]].concat())
    };
    let gpu = face("wgpu");
    let errors = String::from_utf8_lossy(&gpu.stderr).into_owned();
    if errors.contains("found no GPU and no software driver") {
        println!(
            "skipped: no software GPU (Debian: apt-get install libegl1 libgl1-mesa-dri): {errors}"
        );
        return;
    }
    println!("{}", said(&gpu));
    let auto = said(&face("auto"));
    assert!(
        !auto.contains("llvmpipe"),
        "auto never takes a software driver: {auto}"
    );
    said(&face("cpu"));
    let pixels = |out: &str| {
        image::open(here.join(out).join("happy/0.png"))
            .unwrap()
            .into_bytes()
    };
    let (gpu, cpu) = (pixels("wgpu"), pixels("cpu"));
    let largest = gpu.iter().zip(&cpu).map(|(a, b)| a.abs_diff(*b)).max();
    println!("largest difference {largest:?} grey levels");
    assert!(
        largest <= Some(2),
        "GPU and CPU differ by {largest:?} grey levels"
    );
}

#[test]
fn a_software_gpu_trains() {
    if std::env::var_os("SEVEN_FACES_SLOW").is_none() {
        println!(
            "skipped: a training step tunes kernels for four minutes; set SEVEN_FACES_SLOW=1 to run it"
        );
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let length = ["--preset", "tiny", "--batch", "4", "--images", "8"];
    let output = trainer(
        directory.path(),
        &[&length[..], &["--device", "wgpu"]].concat(),
    );
    println!("{}", said(&output));
    let stats = directory
        .path()
        .join("runs/00000-acgan-synthetic/stats.jsonl");
    let losses = fs::read_to_string(stats).unwrap();
    assert!(!losses.contains("null"), "a loss is not finite: {losses}");
}
