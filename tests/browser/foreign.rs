//! A stranger's site on a port of its own: its pages embed the widget of another origin, under a strict
//! Content-Security-Policy.

use std::fs;
use std::io::Write;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use crate::site::requested;

/// Where web/embed.html expects the site: a developer's `trunk serve`.
const WRITTEN_SITE: &str = "http://localhost:8080/";

/// A running server; stops when dropped.
pub struct Foreign {
    address: SocketAddr,
    thread: Option<JoinHandle<()>>,
    stopped: Arc<AtomicBool>,
}

impl Foreign {
    /// Serves web/embed.html and what it needs, a bare page, and the same under the policies of [`headers`], with the widget of `site`.
    /// Under `moved/` is a copy of the module from `dist`, as a bundler might move it.
    pub fn serve(site: &str, dist: &Path) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let stopped = Arc::new(AtomicBool::new(false));
        let thread = std::thread::spawn({
            let (stopped, site, dist) = (stopped.clone(), site.to_owned(), dist.to_owned());
            move || {
                for stream in listener.incoming().flatten() {
                    if stopped.load(Ordering::SeqCst) {
                        break;
                    }
                    let (site, dist) = (site.clone(), dist.clone());
                    std::thread::spawn(move || answer(stream, &site, &dist));
                }
            }
        });
        Self {
            address,
            thread: Some(thread),
            stopped,
        }
    }

    /// The address of a page. "localhost" where the site is "127.0.0.1": another origin also by its name.
    pub fn page(&self, name: &str) -> String {
        format!("http://localhost:{}/{name}", self.address.port())
    }
}

impl Drop for Foreign {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(self.address)); // Wakes the thread.
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn answer(mut stream: TcpStream, site: &str, dist: &Path) {
    let Some(url) = requested(&stream) else {
        return; // Opened ahead and never used.
    };
    let name = url.split('?').next().unwrap_or_default();
    let name = name.trim_start_matches('/');
    let mime = match name.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css",
        _ => "text/javascript",
    };
    let text = match name {
        "embed.html" | "embed.css" | "embed.js" => Some(embed(name, site)),
        "own-isolated.html" => Some(bare("/moved/")),
        _ if name.ends_with(".html") => Some(bare(site)),
        _ => name
            .strip_prefix("moved/")
            .and_then(|file| fs::read_to_string(dist.join(file)).ok()),
    };
    let headers = headers(name, site);
    let status = if text.is_some() {
        "200 OK"
    } else {
        "404 Not Found"
    };
    let text = text.unwrap_or_default();
    let length = text.len();
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {mime}\r\nContent-Length: {length}\r\n{headers}Connection: close\r\n\r\n"
    );
    // A browser that hangs up is no failure of the site.
    let _ = stream.write_all((head + &text).as_bytes());
}

/// A file of `web/`, its script pointed at the site under test.
fn embed(name: &str, site: &str) -> String {
    let file = tests::repository().join("web").join(name);
    let text = fs::read_to_string(file).expect("the foreign page is there");
    let written_host = WRITTEN_SITE.trim_end_matches('/');
    text.replace(WRITTEN_SITE, site)
        .replace(written_host, host(site))
}

/// A site's scheme, host and port: in a policy it means every path there.
fn host(site: &str) -> &str {
    let scheme = "http://".len();
    let end = site[scheme..]
        .find('/')
        .map_or(site.len(), |end| scheme + end);
    &site[..end]
}

/// A page on which nothing is but the module; tests put elements into it.
fn bare(site: &str) -> String {
    format!(
        "<!doctype html><html lang=en><meta charset=utf-8><title>bare</title>
         <script type=module src='{site}seven-faces.js'></script><body><main id=here></main></body></html>"
    )
}

/// What a page is sent with.
fn headers(name: &str, site: &str) -> String {
    let policy = policy(site);
    let policy = match name {
        "closed.html" => policy.replace("worker-src blob:", "worker-src 'none'"),
        "module-only.html" => policy.replace(
            &format!("script-src 'self' {}", host(site)),
            &format!("script-src 'self' {site}seven-faces.js {site}widget/"),
        ),
        "own-isolated.html" => policy
            .replace("worker-src blob:", "worker-src 'self'")
            .replace("connect-src", "connect-src 'self'"),
        "trusted.html" => {
            policy + "; require-trusted-types-for 'script'; trusted-types seven-faces"
        }
        "untrusted.html" => policy + "; require-trusted-types-for 'script'; trusted-types 'none'",
        _ => policy,
    };
    let isolation =
        "Cross-Origin-Embedder-Policy: require-corp\r\nCross-Origin-Opener-Policy: same-origin\r\n";
    let isolation = if name.ends_with("isolated.html") {
        isolation
    } else {
        ""
    };
    format!("Content-Security-Policy: {policy}\r\n{isolation}")
}

/// What docs/embedding.md asks the embedding page to send.
fn policy(site: &str) -> String {
    let host = host(site);
    format!(
        "default-src 'none'; style-src 'self'; script-src 'self' {host} 'wasm-unsafe-eval'; \
         connect-src {host}; worker-src blob:; base-uri 'none'; form-action 'none'"
    )
}
