//! The built site on a local port, under a sub-path, as a plain static host would serve it.

use std::fs;
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use tiny_http::{Header, Request, Response, Server};

/// Deep enough to catch any address that is not relative.
const SUB_PATH: &str = "/some/sub/path/";

/// A running server; stops when dropped.
pub struct Site {
    server: Arc<Server>,
    thread: Option<JoinHandle<()>>,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    /// Answers 404 for weights while set.
    weights_missing: AtomicBool,
    /// Paths asked for, in order.
    requests: Mutex<Vec<String>>,
    /// Paths asked for that do not exist.
    not_found: Mutex<Vec<String>>,
}

impl Site {
    /// Serves a directory.
    pub fn serve(dist: &Path) -> Result<Self, String> {
        let server = Server::http("127.0.0.1:0").map_err(|error| error.to_string())?;
        let (server, state) = (Arc::new(server), Arc::new(State::default()));
        let thread = std::thread::spawn({
            let (server, state, dist) = (server.clone(), state.clone(), dist.to_owned());
            move || {
                for request in server.incoming_requests() {
                    answer(request, &dist, &state);
                }
            }
        });
        Ok(Self {
            server,
            thread: Some(thread),
            state,
        })
    }

    /// The page's address, with a query.
    pub fn page(&self, query: &str) -> String {
        let address = self.server.server_addr().to_ip();
        let port = address.map_or(0, |address| address.port());
        format!("http://127.0.0.1:{port}{SUB_PATH}{query}")
    }

    /// Whether weights are answered with 404.
    pub fn set_weights_missing(&self, missing: bool) {
        self.state.weights_missing.store(missing, Ordering::SeqCst);
    }

    /// Everything that was asked for.
    pub fn requests(&self) -> Vec<String> {
        let paths = self.state.requests.lock();
        paths.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What was asked for in vain.
    pub fn not_found(&self) -> Vec<String> {
        let paths = self.state.not_found.lock();
        paths.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.server.unblock();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn answer(request: Request, dist: &Path, state: &State) {
    let requests = state.requests.lock();
    requests
        .unwrap_or_else(PoisonError::into_inner)
        .push(request.url().to_owned());
    let missing =
        state.weights_missing.load(Ordering::SeqCst) && request.url().contains(".safetensors");
    let file = file_of(request.url(), dist).filter(|_| !missing);
    let bytes = file.as_ref().and_then(|file| fs::read(file).ok());
    let sent = match (file, bytes) {
        (Some(file), Some(bytes)) => {
            let response = Response::from_data(bytes).with_header(mime(&file));
            request.respond(response.with_header(for_all_origins()))
        }
        _ => {
            let mut paths = state
                .not_found
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            paths.push(request.url().to_owned());
            let response = Response::from_string("not found").with_status_code(404);
            request.respond(response.with_header(for_all_origins()))
        }
    };
    drop(sent); // A browser that hangs up is no failure of the site.
}

/// The file behind an address; none outside the directory.
fn file_of(url: &str, dist: &Path) -> Option<PathBuf> {
    let path = url.split(['?', '#']).next()?.strip_prefix(SUB_PATH)?;
    let path = Path::new(if path.is_empty() { "index.html" } else { path });
    let plain = path
        .components()
        .all(|part| matches!(part, Component::Normal(_)));
    plain.then(|| dist.join(path))
}

/// As a host of the widget must say.
fn for_all_origins() -> Header {
    Header::from_bytes("Access-Control-Allow-Origin", "*").expect("a valid header")
}

fn mime(file: &Path) -> Header {
    let extension = file.extension().and_then(|extension| extension.to_str());
    let mime = match extension.unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript",
        "css" => "text/css",
        "json" => "application/json",
        "svg" => "image/svg+xml",
        "wasm" => "application/wasm",
        _ => "application/octet-stream",
    };
    Header::from_bytes("Content-Type", mime).expect("a valid header")
}
