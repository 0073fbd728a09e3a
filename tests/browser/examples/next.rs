//! Next.js, rendered by a server.

use std::fs;
use std::io::Read;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use model_core::config::GanKind;
use model_core::emotion::Emotion;

use crate::examples::react::{wait_for_said, wait_for_unplaced};
use crate::examples::{build, example, installed};
use crate::native::native_blend;
use crate::screenshots::keep_screenshot;
use crate::shown::{assert_same_face, bytes};
use crate::{SEED, Visit};

/// A page that forgot to say where the engine lies.
const UNPLACED: &str = "\"use client\";\nimport \"seven-faces\";\n
export default function Unplaced() {\n  return <seven-faces emotion=\"sad\" />;\n}\n";

/// The server needs seconds to start.
const START: Duration = Duration::from_secs(60);

/// A running `next start`; ends when dropped.
struct Server {
    process: Child,
    address: String,
}

impl Server {
    fn start(folder: &Path) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let port = free.expect("a free port").port();
        let process = Command::new("node")
            .args([
                "node_modules/next/dist/bin/next",
                "start",
                "-H",
                "127.0.0.1",
                "-p",
                &port.to_string(),
            ])
            .env("NEXT_TELEMETRY_DISABLED", "1")
            .current_dir(folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("node starts");
        let address = format!("http://127.0.0.1:{port}/");
        Self { process, address }
    }

    /// The page as the server writes it, once it does.
    fn html(&self) -> String {
        let end = Instant::now() + START;
        loop {
            if let Ok(mut answer) = ureq::get(&self.address).call() {
                let mut html = String::new();
                answer
                    .body_mut()
                    .as_reader()
                    .read_to_string(&mut html)
                    .expect("text");
                return html;
            }
            assert!(Instant::now() < end, "next start answers within {START:?}");
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn the_next_app_writes_the_element_on_its_server_and_the_face_in_the_browser() {
    let Some(Visit { dist, chrome, .. }) = Visit::begin(false) else {
        return;
    };
    let Some(folder) = installed(&example("next")) else {
        return;
    };
    fs::create_dir_all(folder.join("app/unplaced")).expect("a folder");
    fs::write(folder.join("app/unplaced/page.tsx"), UNPLACED).expect("a page");
    build(&folder);
    let server = Server::start(&folder);
    let html = server.html();
    let element = html
        .split("<seven-faces")
        .nth(1)
        .and_then(|rest| rest.split('>').next());
    let element = element.unwrap_or_else(|| panic!("the server writes the element: {html}"));
    assert!(
        element.contains("emotion=\"happy:0.7,surprise:0.3\"") && element.contains("seed=\"6\""),
        "{element}"
    );
    assert!(
        !element.contains("controls"),
        "controls={{false}}: {element}"
    );
    chrome.open(&server.address);
    wait_for_said(&chrome, "Seed 6, made by CPU");
    let shares = [(Emotion::Happy, 0.7), (Emotion::Surprise, 0.3)];
    let pixels = "return document.querySelector('seven-faces').toImageData()
        .then(({data}) => Array.from(data).filter((_, index) => index % 4 === 0))";
    let expected = native_blend(&dist, GanKind::Acgan, &shares, SEED);
    assert_same_face(
        &bytes(&chrome.execute(pixels)),
        &expected,
        "the server's element",
    );
    chrome.execute("document.querySelector('button').click()");
    wait_for_said(&chrome, "Seed 7, made by CPU");
    keep_screenshot(&chrome, "example-next", 800, "light");
    let log = chrome.log().to_string();
    assert!(!log.contains("SEVERE"), "the console: {log}");
    chrome.open(&format!("{}unplaced", server.address));
    wait_for_unplaced(&chrome);
}
