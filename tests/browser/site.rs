//! The built site on a local port, under a sub-path, as a plain static host would serve it.
//!
//! One thread and one request per connection: browsers open connections ahead of need, and a server with a
//! fixed number of threads waits on those while a real request goes unread.

use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{JoinHandle, sleep};
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;

/// Deep enough to catch any address that is not relative.
const SUB_PATH: &str = "/some/sub/path/";

/// What a strict host sends: no inline script or style, nothing from elsewhere.
const POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'";

/// A pause that a visitor notices.
const STALL: Duration = Duration::from_secs(3);

/// Pieces of a file that trickles in, and the pause after each.
const PIECES: usize = 20;
const PIECE_PAUSE: Duration = Duration::from_millis(400);

/// Longer than the page waits.
const SILENCE: Duration = Duration::from_secs(60);

/// Put before the engine: a worker that dies at every request.
pub const CRASH_AT_WORK: &str =
    "\nself.addEventListener('message', () => { throw new Error('on purpose'); });\n";

/// Put before the engine: a worker that dies after every request.
pub const CRASH: &str = "\nconst say = self.postMessage.bind(self); self.postMessage = (reply) => { say(reply); if (reply[0].includes('\"faces\"')) setTimeout(() => { throw new Error('on purpose'); }); };\n";

/// What can happen to a file on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The server answers 404.
    Missing,
    /// It comes in twenty pieces, each after a pause.
    Trickles,
    /// The same, compressed: nothing says how much will come out of it.
    TricklesCompressed,
    /// It pauses in the middle, then continues.
    Stalls,
    /// The connection ends in the middle, whatever was asked for.
    Cut,
    /// The first connection ends in the middle; who asks again, for all or for the rest, gets it.
    CutOnce,
    /// It arrives as plain text.
    WrongType,
    /// It falls silent in the middle, for longer than anybody waits; who asks for the rest gets it.
    FallsSilent,
    /// One bit arrives flipped.
    Damaged,
}

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
    /// What happens to files whose address holds a text.
    trouble: Mutex<Option<(&'static str, Trouble)>>,
    /// A script that runs in the worker before the engine.
    before_engine: Mutex<String>,
    /// Paths asked for, in order.
    requests: Mutex<Vec<String>>,
    /// Paths asked for that do not exist.
    not_found: Mutex<Vec<String>>,
    /// First bytes of the rests asked for.
    rests: Mutex<Vec<usize>>,
}

impl Site {
    /// Serves a directory.
    pub fn serve(dist: &Path) -> Result<Self, String> {
        let listener = TcpListener::bind("127.0.0.1:0").map_err(|error| error.to_string())?;
        let address = listener.local_addr().map_err(|error| error.to_string())?;
        let state = Arc::new(State::default());
        *locked(&state.dist) = dist.to_owned();
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
        *locked(&self.state.dist) = dist.to_owned();
    }

    /// From now on this happens to files whose address holds `part`.
    pub fn trouble(&self, part: &'static str, trouble: Trouble) {
        *locked(&self.state.trouble) = Some((part, trouble));
    }

    /// All files arrive again as they are.
    pub fn heal(&self) {
        *locked(&self.state.trouble) = None;
    }

    /// From now on this script runs in a worker before the engine.
    pub fn run_before_engine(&self, script: &str) {
        *locked(&self.state.before_engine) = script.to_owned();
    }

    /// Protocol, host and port.
    pub fn origin(&self) -> String {
        self.page("").trim_end_matches(SUB_PATH).to_owned()
    }

    /// Everything that was asked for.
    pub fn requests(&self) -> Vec<String> {
        locked(&self.state.requests).clone()
    }

    /// Where the rests of files began that were asked for.
    pub fn rests(&self) -> Vec<usize> {
        locked(&self.state.rests).clone()
    }

    /// What was asked for in vain.
    pub fn not_found(&self) -> Vec<String> {
        locked(&self.state.not_found).clone()
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
    Some(request(stream)?.0)
}

/// The path of a GET request, and from which byte on the file is wanted if not from its first.
fn request(stream: &TcpStream) -> Option<(String, Option<usize>)> {
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next()?.ok()?;
    let mut start = None;
    for line in lines {
        let line = line.ok()?.to_ascii_lowercase();
        if line.is_empty() {
            return Some((first.split(' ').nth(1)?.to_owned(), start));
        }
        if let Some(range) = line.strip_prefix("range: bytes=") {
            start = range.trim_end_matches('-').parse().ok();
        }
    }
    None
}

fn answer(mut stream: TcpStream, state: &State) {
    let Some((url, start)) = request(&stream) else {
        return; // Opened ahead and never used.
    };
    locked(&state.requests).push(url.clone());
    let trouble = locked(&state.trouble).filter(|(part, _)| url.contains(part));
    let mut trouble = trouble.map(|(_, trouble)| trouble);
    let (mut status, mut mime, mut bytes) = content(&url, state, trouble);
    if trouble == Some(Trouble::WrongType) {
        mime = "text/plain";
    }
    let mut range = String::new();
    let knows_ranges = matches!(trouble, Some(Trouble::CutOnce | Trouble::FallsSilent));
    if let Some(start) = start.filter(|start| knows_ranges && *start < bytes.len()) {
        locked(&state.rests).push(start);
        (status, trouble) = ("206 Partial Content", None);
        let whole = bytes.len();
        bytes.drain(..start);
        range = format!("Content-Range: bytes {start}-{}/{whole}\r\n", whole - 1);
    }
    let times = locked(&state.requests)
        .iter()
        .filter(|asked| **asked == url)
        .count();
    if trouble == Some(Trouble::CutOnce) && times > 1 {
        trouble = None;
    }
    let mut encoding = "";
    if trouble == Some(Trouble::TricklesCompressed) {
        (bytes, encoding) = (compressed(&bytes), "Content-Encoding: gzip\r\n");
    }
    let length = bytes.len();
    let head = format!(
        "HTTP/1.1 {status}\r\n{range}{encoding}Content-Type: {mime}\r\nContent-Length: {length}\r\nContent-Security-Policy: {POLICY}\r\nAccess-Control-Allow-Origin: *\r\nConnection: close\r\n\r\n"
    );
    // A browser that hangs up is no failure of the site.
    let _ = stream
        .write_all(head.as_bytes())
        .and_then(|()| send(&mut stream, bytes, trouble));
}

/// The status, type and bytes of a file.
fn content(
    url: &str,
    state: &State,
    trouble: Option<Trouble>,
) -> (&'static str, &'static str, Vec<u8>) {
    let dist = locked(&state.dist).clone();
    let file = file_of(url, &dist).filter(|_| trouble != Some(Trouble::Missing));
    let bytes = file.as_ref().and_then(|file| fs::read(file).ok());
    let (status, mime, mut bytes) = match (file, bytes) {
        (Some(file), Some(bytes)) => ("200 OK", mime(&file), bytes),
        _ => {
            locked(&state.not_found).push(url.to_owned());
            ("404 Not Found", "text/plain", b"not found".to_vec())
        }
    };
    if url.contains("/engine.js") {
        let script = locked(&state.before_engine).clone();
        bytes = [script.as_bytes(), &bytes].concat();
    }
    (status, mime, bytes)
}

/// The body, with what happens to it on its way.
fn send(stream: &mut TcpStream, mut bytes: Vec<u8>, trouble: Option<Trouble>) -> io::Result<()> {
    let middle = bytes.len() / 2;
    match trouble {
        Some(Trouble::Cut | Trouble::CutOnce) => bytes.truncate(middle),
        Some(Trouble::FallsSilent) => {
            stream.write_all(&bytes[..middle])?;
            sleep(SILENCE);
            return Ok(());
        }
        Some(Trouble::Damaged) => bytes[middle] ^= 1,
        Some(Trouble::Stalls) => {
            stream.write_all(&bytes[..middle])?;
            sleep(STALL);
            bytes.drain(..middle);
        }
        Some(Trouble::Trickles | Trouble::TricklesCompressed) => {
            let piece = bytes.len().div_ceil(PIECES);
            for piece in bytes.chunks(piece) {
                stream.write_all(piece)?;
                sleep(PIECE_PAUSE);
            }
            return Ok(());
        }
        Some(Trouble::Missing | Trouble::WrongType) | None => {}
    }
    stream.write_all(&bytes)
}

fn compressed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    let written = encoder.write_all(bytes).and_then(|()| encoder.finish());
    written.expect("memory takes all bytes")
}

fn locked<T>(value: &Mutex<T>) -> MutexGuard<'_, T> {
    value.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The file behind an address; none outside the directory.
fn file_of(url: &str, dist: &Path) -> Option<PathBuf> {
    let path = url.split(['?', '#']).next()?;
    // Some hosts serve a folder's page also without the slash at the end.
    let path = if path == SUB_PATH.trim_end_matches('/') {
        ""
    } else {
        path.strip_prefix(SUB_PATH)?
    };
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
