//! The site's budget of bytes: what a visitor downloads must not grow unnoticed.
//!
//! A budget is what the site takes today and a little room. Who makes the site smaller lowers it; who must raise it
//! says why in the commit. Sizes are those of `gzip -9`, which any host can do; `bench/run.sh --only bytes` also
//! tells brotli's. The goal for an engine and one model is 3,000 kB.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;

/// What is downloaded together: a name, its files (`*` is any text, once), and thousands of bytes: raw, gzipped.
type Budget = (&'static str, &'static [&'static str], [usize; 2]);

const BUDGETS: [Budget; 7] = [
    (
        "the page",
        &[
            "index.html",
            "boot.js",
            "png.js",
            "first-face.png",
            "page-*",
            "*.css",
        ],
        [800, 287],
    ),
    (
        "the engine on the CPU",
        &["engine.js", "worker-cpu.js", "worker-cpu_bg.wasm"],
        [2_760, 610],
    ),
    (
        "the engine on WebGPU",
        &["engine.js", "worker-webgpu.js", "worker-webgpu_bg.wasm"],
        [10_000, 2_290],
    ),
    (
        "what trains",
        &["worker-train.js", "worker-train_bg.wasm"],
        [4_000, 890],
    ),
    ("the widget", &["seven-faces.js", "widget/*.js"], [43, 17]),
    ("the cGAN", &["models/cgan/*"], [585, 490]),
    ("the ACGAN", &["models/acgan/*"], [585, 490]),
];

/// The built site, or `None` after saying what is missing.
fn built_site() -> Option<PathBuf> {
    tests::built_site()
        .map_err(|missing| tests::skip(&missing))
        .ok()
}

/// The files of a folder that a pattern names.
fn matching(dist: &Path, pattern: &str) -> Vec<PathBuf> {
    let (folder, name) = match pattern.rsplit_once('/') {
        Some((folder, name)) => (dist.join(folder), name),
        None => (dist.to_owned(), pattern),
    };
    let (start, end) = name.split_once('*').unwrap_or((name, ""));
    let fits = |file: &PathBuf| {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        match pattern.contains('*') {
            true => {
                name.len() >= start.len() + end.len()
                    && name.starts_with(start)
                    && name.ends_with(end)
            }
            false => name == start,
        }
    };
    let entries = fs::read_dir(&folder).expect("the site has the folder");
    let files = entries.map(|entry| entry.expect("the folder can be read").path());
    files.filter(|file| file.is_file() && fits(file)).collect()
}

/// Bytes of a file: raw, gzipped.
fn sizes(file: &Path) -> [usize; 2] {
    let content = fs::read(file).expect("the site's file can be read");
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(&content).expect("memory takes everything");
    let gzipped = gzip.finish().expect("memory takes everything");
    [content.len(), gzipped.len()]
}

#[test]
fn no_part_of_the_site_outgrows_its_budget() {
    let Some(dist) = built_site() else { return };
    let mut over = Vec::new();
    for (part, patterns, budget) in BUDGETS {
        let mut total = [0; 2];
        for pattern in patterns {
            let files = matching(&dist, pattern);
            assert!(!files.is_empty(), "{part}: the site has no {pattern}");
            for file in files {
                let found = sizes(&file);
                total = [total[0] + found[0], total[1] + found[1]];
            }
        }
        let kilobytes = total.map(|bytes| bytes.div_ceil(1000));
        println!("{part}: {kilobytes:?} kB raw and gzipped of {budget:?}");
        if kilobytes[0] > budget[0] || kilobytes[1] > budget[1] {
            over.push(format!(
                "{part} takes {kilobytes:?} kB raw and gzipped, its budget is {budget:?}"
            ));
        }
    }
    assert!(over.is_empty(), "{}", over.join("; "));
}

#[test]
fn every_program_and_model_of_the_site_has_a_budget() {
    let Some(dist) = built_site() else { return };
    let budgeted: Vec<PathBuf> = BUDGETS
        .iter()
        .flat_map(|(_, patterns, _)| patterns.iter())
        .flat_map(|pattern| matching(&dist, pattern))
        .collect();
    for pattern in ["*.wasm", "*.js", "*.css", "models/cgan/*", "models/acgan/*"] {
        for file in matching(&dist, pattern) {
            // The service worker is fetched when all is shown.
            let known = budgeted.contains(&file) || file.ends_with("sw.js");
            assert!(known, "{} has no budget", file.display());
        }
    }
}
