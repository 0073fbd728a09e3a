//! The built site on a local port, under a sub-path, as a plain static host would serve it.
//!
//! One thread and one request per connection: browsers open connections ahead of need, and a server with a
//! fixed number of threads waits on those while a real request goes unread.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

/// Deep enough to catch any address that is not relative.
const SUB_PATH: &str = "/some/sub/path/";

/// What a strict host sends: no inline script or style, nothing from elsewhere.
const POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'";

/// A worker that dies after its first face.
const CRASH: &str = "\nconst say = self.postMessage.bind(self); self.postMessage = (reply) => { say(reply); if (reply[0].includes('\"faces\"')) setTimeout(() => { throw new Error('on purpose'); }); };\n";

/// A running server; stops when dropped.
pub struct Site {
    address: SocketAddr,
    thread: Option<JoinHandle<()>>,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    /// The site was dropped.
    stopped: AtomicBool,
    /// The folder served.
    dist: Mutex<PathBuf>,
    /// Answers 404 for weights while set.
    weights_missing: AtomicBool,
    /// Sends an engine that dies while set.
    engine_crashing: AtomicBool,
    /// Paths asked for, in order.
    requests: Mutex<Vec<String>>,
    /// Paths asked for that do not exist.
    not_found: Mutex<Vec<String>>,
}

impl Site {
    /// Serves a directory.
    pub fn serve(dist: &Path) -> Result<Self, String> {
        let listener = TcpListener::bind("127.0.0.1:0").map_err(|error| error.to_string())?;
        let address = listener.local_addr().map_err(|error| error.to_string())?;
        let state = Arc::new(State::default());
        *state.dist.lock().unwrap_or_else(PoisonError::into_inner) = dist.to_owned();
        let thread = std::thread::spawn({
            let state = state.clone();
            move || {
                for stream in listener.incoming().flatten() {
                    if state.stopped.load(Ordering::SeqCst) {
                        break;
                    }
                    let state = state.clone();
                    std::thread::spawn(move || answer(stream, &state));
                }
            }
        });
        Ok(Self {
            address,
            thread: Some(thread),
            state,
        })
    }

    /// The page's address, with a query.
    pub fn page(&self, query: &str) -> String {
        format!("http://{}{SUB_PATH}{query}", self.address)
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
        self.state.stopped.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(self.address)); // Wakes the thread.
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// The path of a GET request, once its head has been read.
pub fn requested(stream: &TcpStream) -> Option<String> {
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next()?.ok()?;
    lines
        .find(|line| line.as_ref().map_or(true, String::is_empty))?
        .ok()?;
    first.split(' ').nth(1).map(str::to_owned)
}

fn answer(mut stream: TcpStream, state: &State) {
    let Some(url) = requested(&stream) else {
        return; // Opened ahead and never used.
    };
    let dist = state
        .dist
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    state
        .requests
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(url.clone());
    let missing = state.weights_missing.load(Ordering::SeqCst) && url.contains(".safetensors");
    let file = file_of(&url, &dist).filter(|_| !missing);
    let bytes = file.as_ref().and_then(|file| fs::read(file).ok());
    let (status, mime, mut bytes) = match (file, bytes) {
        (Some(file), Some(bytes)) => ("200 OK", mime(&file), bytes),
        _ => {
            let mut paths = state
                .not_found
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            paths.push(url.clone());
            ("404 Not Found", "text/plain", b"not found".to_vec())
        }
    };
    if state.engine_crashing.load(Ordering::SeqCst) && url.contains("/engine.js") {
        bytes = [CRASH.as_bytes(), &bytes].concat();
    }
    let length = bytes.len();
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {mime}\r\nContent-Length: {length}\r\nContent-Security-Policy: {POLICY}\r\nAccess-Control-Allow-Origin: *\r\nConnection: close\r\n\r\n"
    );
    // A browser that hangs up is no failure of the site.
    let _ = stream
        .write_all(head.as_bytes())
        .and_then(|()| stream.write_all(&bytes));
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

fn mime(file: &Path) -> &'static str {
    let extension = file.extension().and_then(|extension| extension.to_str());
    match extension.unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript",
        "css" => "text/css",
        "json" => "application/json",
        "png" => "image/png",
        "svg" => "image/svg+xml",
        "webmanifest" => "application/manifest+json",
        "wasm" => "application/wasm",
        _ => "application/octet-stream",
    }
}
