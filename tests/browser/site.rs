//! The built site on a local port, under a sub-path, as a plain static host would serve it.

use std::fs;
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use tiny_http::{Header, Request, Response, Server};

/// Deep enough to catch any address that is not relative.
const SUB_PATH: &str = "/some/sub/path/";

/// What a strict host sends: no inline script or style, nothing from elsewhere.
const POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'";

/// A worker that dies after its first face.
const CRASH: &str = "\nconst say = self.postMessage.bind(self); self.postMessage = (reply) => { say(reply); if (reply[0].includes('\"faces\"')) setTimeout(() => { throw new Error('on purpose'); }); };\n";

/// Requests answered at the same time: a browser that reads one slowly waits for another.
const THREADS: usize = 6;

/// A running server; stops when dropped.
pub struct Site {
    server: Arc<Server>,
    threads: Vec<JoinHandle<()>>,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    /// The folder served.
    dist: Mutex<PathBuf>,
    /// Answers 404 for weights while set.
    weights_missing: AtomicBool,
    /// Sends an engine that dies while set.
    engine_crashing: AtomicBool,
    /// Paths asked for that do not exist.
    not_found: Mutex<Vec<String>>,
}

impl Site {
    /// Serves a directory.
    pub fn serve(dist: &Path) -> Result<Self, String> {
        let server = Server::http("127.0.0.1:0").map_err(|error| error.to_string())?;
        let (server, state) = (Arc::new(server), Arc::new(State::default()));
        *state.dist.lock().unwrap_or_else(PoisonError::into_inner) = dist.to_owned();
        let answers = || {
            let (server, state) = (server.clone(), state.clone());
            std::thread::spawn(move || {
                for request in server.incoming_requests() {
                    answer(request, &state);
                }
            })
        };
        let threads = (0..THREADS).map(|_| answers()).collect();
        Ok(Self {
            server,
            threads,
            state,
        })
    }

    /// The page's address, with a query.
    pub fn page(&self, query: &str) -> String {
        let address = self.server.server_addr().to_ip();
        let port = address.map_or(0, |address| address.port());
        format!("http://127.0.0.1:{port}{SUB_PATH}{query}")
    }

    /// Serves another directory from now on.
    pub fn deploy(&self, dist: &Path) {
        *self
            .state
            .dist
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = dist.to_owned();
    }

    /// Whether weights are answered with 404.
    pub fn set_weights_missing(&self, missing: bool) {
        self.state.weights_missing.store(missing, Ordering::SeqCst);
    }

    /// Whether the engine dies after its first face.
    pub fn set_engine_crashing(&self, crashing: bool) {
        self.state.engine_crashing.store(crashing, Ordering::SeqCst);
    }

    /// Protocol, host and port.
    pub fn origin(&self) -> String {
        self.page("").trim_end_matches(SUB_PATH).to_owned()
    }

    /// What was asked for in vain.
    pub fn not_found(&self) -> Vec<String> {
        let paths = self.state.not_found.lock();
        paths.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        for _ in &self.threads {
            self.server.unblock(); // One of them.
        }
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

fn answer(request: Request, state: &State) {
    let dist = state
        .dist
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    let missing =
        state.weights_missing.load(Ordering::SeqCst) && request.url().contains(".safetensors");
    let file = file_of(request.url(), &dist).filter(|_| !missing);
    let mut bytes = file.as_ref().and_then(|file| fs::read(file).ok());
    if state.engine_crashing.load(Ordering::SeqCst) && request.url().contains("/engine.js") {
        bytes = bytes.map(|bytes| [CRASH.as_bytes(), &bytes].concat());
    }
    let sent = match (file, bytes) {
        (Some(file), Some(bytes)) => request.respond(
            Response::from_data(bytes)
                .with_header(mime(&file))
                .with_header(header("Content-Security-Policy", POLICY)),
        ),
        _ => {
            let mut paths = state
                .not_found
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            paths.push(request.url().to_owned());
            request.respond(Response::from_string("not found").with_status_code(404))
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

fn mime(file: &Path) -> Header {
    let extension = file.extension().and_then(|extension| extension.to_str());
    let mime = match extension.unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript",
        "css" => "text/css",
        "json" => "application/json",
        "png" => "image/png",
        "svg" => "image/svg+xml",
        "webmanifest" => "application/manifest+json",
        "wasm" => "application/wasm",
        _ => "application/octet-stream",
    };
    header("Content-Type", mime)
}

fn header(name: &str, value: &str) -> Header {
    Header::from_bytes(name, value).expect("a valid header")
}
