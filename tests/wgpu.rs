//! The trainer's GPU path on software GPUs: Mesa's llvmpipe through OpenGL, which computes the CPU's faces, and
//! Chromium's SwiftShader through Vulkan, which does not (docs/training.md) and must be found out.
//!
//! Where a driver is missing its test says so and passes. A training step tunes kernels for four minutes, so it
//! runs only when `SEVEN_FACES_SLOW=1`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Hides Vulkan, so that OpenGL is left.
const NO_VULKAN: &str = "/nonexistent";
/// Where Debian's Chromium describes its Vulkan driver.
const SWIFTSHADER: &str = "/usr/lib/chromium/vk_swiftshader_icd.json";

fn trainer(here: &Path, vulkan: &str, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_native-trainer"))
        .current_dir(here)
        .env("VK_DRIVER_FILES", vulkan)
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
    text(&output.stdout) + &text(&output.stderr)
}

fn shipped() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../web/assets/models/acgan")
}

fn happy_face(here: &Path, vulkan: &str, device: &str) -> Output {
    let bundle = shipped();
    let bundle = bundle.to_str().unwrap();
    let arguments = ["sample", "--emotion", "happy", "--count", "1", "--bundle"];
    let rest = [bundle, "--device", device, "--out", device];
    trainer(here, vulkan, &[&arguments[..], &rest].concat())
}

/// Whether the run failed for want of any GPU driver.
fn lacks_a_driver(output: &Output) -> bool {
    String::from_utf8_lossy(&output.stderr).contains("found no GPU and no software driver")
}

/// Asserts that the GPU's face is the CPU's.
fn same_faces(here: &Path) {
    said(&happy_face(here, NO_VULKAN, "cpu"));
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
fn a_software_gpu_shows_the_cpus_face() {
    let directory = tempfile::tempdir().unwrap();
    let here = directory.path();
    let gpu = happy_face(here, NO_VULKAN, "wgpu");
    if lacks_a_driver(&gpu) {
        println!("skipped: no OpenGL driver (Debian: apt-get install libegl1 libgl1-mesa-dri)");
        return;
    }
    println!("{}", said(&gpu));
    let auto = said(&happy_face(here, NO_VULKAN, "auto"));
    assert!(
        !auto.contains("llvmpipe"),
        "auto never takes a software driver: {auto}"
    );
    same_faces(here);
}

#[test]
fn a_driver_that_computes_wrong_faces_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let here = directory.path();
    let gpu = happy_face(here, SWIFTSHADER, "wgpu");
    let notes = String::from_utf8_lossy(&gpu.stderr).into_owned();
    let mut said_of_driver = notes
        .lines()
        .filter(|line| line.contains("SwiftShader Device"));
    let Some(sentence) = said_of_driver.next_back() else {
        println!(
            "skipped: SwiftShader does not answer (Debian: apt-get install chromium libvulkan1)"
        );
        return;
    };
    println!("{sentence}");
    match gpu.status.code() {
        Some(0) => same_faces(here), // a later driver may be right
        code => {
            assert_eq!(code, Some(2));
            assert!(sentence.contains("computes wrong faces"), "{sentence}");
            assert!(!here.join("wgpu").exists(), "no wrong face is written");
        }
    }
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
        NO_VULKAN,
        &[&length[..], &["--device", "wgpu"]].concat(),
    );
    println!("{}", said(&output));
    let stats = directory
        .path()
        .join("runs/00000-acgan-synthetic/stats.jsonl");
    let losses = fs::read_to_string(stats).unwrap();
    assert!(!losses.contains("null"), "a loss is not finite: {losses}");
}
