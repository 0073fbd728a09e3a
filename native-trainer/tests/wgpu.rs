//! The trainer's GPU path on software GPUs: Mesa's llvmpipe through OpenGL, which computes the CPU's faces, and
//! Chromium's SwiftShader through Vulkan, which does not (docs/devices.md) and must be found out.
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

/// Steps of the run that is compared.
const STEPS: usize = 8;
/// How far a GPU's losses may be from the CPU's after so many steps.
const LOSS_TOLERANCE: f64 = 0.01;
/// And its faces, in grey levels: the largest difference of a pixel.
const FACE_TOLERANCE: u8 = 2;

/// Losses and mean logits at every tick, and the grid of faces, of a short run on a device.
fn trained(here: &Path, device: &str, out: &str) -> (Vec<f64>, Vec<u8>) {
    let images = (4 * STEPS).to_string();
    let length = ["--preset", "tiny", "--batch", "4", "--images", &images];
    let rest = ["--set", "tick_images=4", "--device", device, "--out", out];
    println!(
        "{}",
        said(&trainer(here, NO_VULKAN, &[&length[..], &rest].concat()))
    );
    let run = here.join(out).join("00000-acgan-synthetic");
    let stats = fs::read_to_string(run.join("stats.jsonl")).unwrap();
    let lines = stats
        .lines()
        .map(|line| serde_json::from_str(line).unwrap());
    let ticks = lines.filter(|line: &serde_json::Value| line.get("event").is_none());
    let figures = [
        "discriminator_loss",
        "generator_loss",
        "real_logit",
        "fake_logit",
    ];
    let losses = ticks.flat_map(|tick| figures.map(|name| tick[name].as_f64().unwrap()));
    let grid = image::open(run.join("fakes-00000000.png")).unwrap();
    (losses.collect(), grid.into_bytes())
}

#[test]
fn a_software_gpu_trains_as_the_cpu_does() {
    if std::env::var_os("SEVEN_FACES_SLOW").is_none() {
        println!(
            "skipped: a training step tunes kernels for four minutes; set SEVEN_FACES_SLOW=1 to run it"
        );
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let here = directory.path();
    let (gpu, gpu_faces) = trained(here, "wgpu", "first");
    let (again, again_faces) = trained(here, "wgpu", "again");
    let (cpu, cpu_faces) = trained(here, "cpu", "cpu");
    assert_eq!(cpu.len(), 4 * STEPS);
    let farthest = |a: &[f64], b: &[f64]| {
        let distances = a.iter().zip(b).map(|(a, b)| (a - b).abs());
        distances.fold(0.0, f64::max)
    };
    let pixels = |a: &[u8], b: &[u8]| a.iter().zip(b).map(|(a, b)| a.abs_diff(*b)).max().unwrap();
    for (name, losses, faces) in [
        ("CPU", &cpu, &cpu_faces),
        ("the same GPU", &again, &again_faces),
    ] {
        let (losses, faces) = (farthest(&gpu, losses), pixels(&gpu_faces, faces));
        println!(
            "after {STEPS} steps beside {name}: losses {losses:.1e}, pixels {faces} grey levels"
        );
        assert!(
            losses <= LOSS_TOLERANCE,
            "{name}: losses differ by {losses}"
        );
        assert!(
            faces <= FACE_TOLERANCE,
            "{name}: pixels differ by {faces} grey levels"
        );
    }
}
