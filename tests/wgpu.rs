//! The trainer's GPU path on SwiftShader, the software Vulkan driver that comes with Chromium.
//!
//! First runs compile and tune kernels for minutes. Where the driver is missing the test says so and passes.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

const DRIVER: &str = "/usr/lib/chromium/vk_swiftshader_icd.json";

#[test]
fn training_and_sampling_work_through_vulkan() {
    if !Path::new(DRIVER).is_file() {
        println!(
            "skipped: no software Vulkan driver at {DRIVER} (Debian: apt-get install chromium)"
        );
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let here = directory.path();
    let run = |arguments: &[&str]| {
        // The driver prints thousands of harmless warnings: they go to a file.
        let log = fs::File::create(here.join("stderr.txt")).unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_native-trainer"))
            .current_dir(here)
            .env("VK_DRIVER_FILES", DRIVER)
            .args(arguments)
            .stdin(Stdio::null())
            .stderr(log)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let errors = fs::read_to_string(here.join("stderr.txt")).unwrap_or_default();
        assert!(
            output.status.success(),
            "{arguments:?}: {said}\n{}",
            errors.lines().rev().take(5).collect::<Vec<_>>().join("\n")
        );
        said
    };
    let length = ["--preset", "tiny", "--batch", "4", "--images", "8"];
    let said = run(&[&length[..], &["--device", "wgpu"]].concat());
    assert!(said.contains("SwiftShader"), "{said}");
    let auto = run(&[&length[..], &["--device", "auto", "--out", "auto"]].concat());
    assert!(
        auto.contains("CPU (burn-flex"),
        "auto never takes a software driver: {auto}"
    );

    // The weights trained on the GPU show the same face on both devices.
    let bundle = [
        "sample",
        "--bundle",
        "runs/00000-acgan-synthetic/bundle",
        "--emotion",
        "happy",
        "--count",
        "1",
    ];
    run(&[&bundle[..], &["--device", "wgpu", "--out", "gpu"]].concat());
    run(&[&bundle[..], &["--device", "cpu", "--out", "cpu"]].concat());
    let pixels = |out: &str| {
        image::open(here.join(out).join("happy/0.png"))
            .unwrap()
            .into_bytes()
    };
    let (gpu, cpu) = (pixels("gpu"), pixels("cpu"));
    let largest = gpu.iter().zip(&cpu).map(|(a, b)| a.abs_diff(*b)).max();
    assert!(
        largest <= Some(2),
        "GPU and CPU differ by {largest:?} grey levels"
    );
    let losses = fs::read_to_string(here.join("runs/00000-acgan-synthetic/stats.jsonl")).unwrap();
    assert!(!losses.contains("null"), "a loss is not finite: {losses}");
}
