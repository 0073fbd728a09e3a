//! The npm package and its types.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::built_site;
use crate::examples::npm;

/// The newest compiler that the types are checked with.
const TYPESCRIPT: &str = "typescript@5.9.3";

/// What the package must hold.
const FILES: [&str; 14] = [
    "package.json",
    "README.md",
    "LICENSE",
    "seven-faces.js",
    "seven-faces.d.ts",
    "png.js",
    "widget/element.js",
    "engine.js",
    "worker-cpu.js",
    "worker-cpu_bg.wasm",
    "worker-webgpu.js",
    "worker-webgpu_bg.wasm",
    "models/cgan/manifest.json",
    "models/acgan/generator.safetensors",
];

#[test]
fn the_npm_package_packs_and_its_types_hold() {
    let Some(dist) = built_site() else {
        return;
    };
    if Command::new("npm").arg("--version").output().is_err() {
        return tests::skip("npm is not on the PATH");
    }
    let folder = tempfile::TempDir::new().expect("a temporary folder");
    let archive = packed(&dist, &folder.path().join("npm"));
    let user = folder.path().join("user");
    install(&user, &archive);
    check_types(&user);
}

/// Packs the built site; the archive.
pub fn packed(dist: &Path, package: &Path) -> PathBuf {
    run(Command::new("bash")
        .arg(tests::repository().join("web/package.sh"))
        .arg(dist)
        .arg(package));
    let packed = run(Command::new("npm")
        .args(["pack", "--json"])
        .current_dir(package));
    let packed: Value = serde_json::from_str(&packed).expect("npm pack answers in JSON");
    let files = packed[0]["files"].to_string();
    for file in FILES {
        assert!(
            files.contains(&format!("\"{file}\"")),
            "{file} is not in the package: {files}"
        );
    }
    println!(
        "packed: {} bytes, unpacked: {} bytes",
        packed[0]["size"], packed[0]["unpackedSize"]
    );
    package.join(packed[0]["filename"].as_str().unwrap_or_default())
}

/// Installs the archive as its user would, and imports it where there is no browser.
fn install(user: &Path, archive: &Path) {
    fs::create_dir_all(user).expect("a folder");
    let described = r#"{"type": "module", "private": true}"#;
    fs::write(user.join("package.json"), described).expect("a file");
    run(npm(user, "install").arg(archive));
    let import = "const m = await import('seven-faces'); m.SevenFaces.base = '/seven-faces/'; console.log(Object.keys(m).join())";
    let exports = run(Command::new("node")
        .args(["--input-type=module", "-e", import])
        .current_dir(user));
    assert_eq!(
        exports.trim(),
        "SevenFaces,SevenFacesElement",
        "importing where there is no browser"
    );
}

/// Compiles `uses-widget.ts` against the package's types.
fn check_types(user: &Path) {
    let installed = npm(user, "install").arg(TYPESCRIPT).status();
    if !installed.is_ok_and(|status| status.success()) {
        return println!(
            "skipped: {TYPESCRIPT} cannot be installed, so the types were not checked"
        );
    }
    let example = tests::repository().join("tests/browser/uses-widget.ts");
    fs::copy(example, user.join("uses-widget.ts")).expect("the example is there");
    let options = [
        "--strict",
        "--noEmit",
        "--target",
        "es2022",
        "--module",
        "nodenext",
        "uses-widget.ts",
    ];
    run(Command::new("node")
        .arg("node_modules/typescript/bin/tsc")
        .args(options)
        .current_dir(user));
}

/// The output of a command that must succeed.
pub fn run(command: &mut Command) -> String {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{command:?}: {text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    text
}
