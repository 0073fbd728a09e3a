//! A stranger's site on a port of its own: its pages embed the widget of another origin, under a strict
//! Content-Security-Policy.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;

use tiny_http::{Header, Request, Response, Server};

/// Where web/embed.html expects the site: a developer's `trunk serve`.
const WRITTEN_SITE: &str = "http://localhost:8080/";

/// A running server; stops when dropped.
pub struct Foreign {
    server: Arc<Server>,
    thread: Option<JoinHandle<()>>,
}

impl Foreign {
    /// Serves web/embed.html and what it needs, a bare page, and one that forbids workers, with the widget of `site`.
    pub fn serve(site: &str) -> Self {
        let server = Server::http("127.0.0.1:0").expect("a free port");
        let server = Arc::new(server);
        let thread = std::thread::spawn({
            let (server, site) = (server.clone(), site.to_owned());
            move || {
                for request in server.incoming_requests() {
                    answer(request, &site);
                }
            }
        });
        Self {
            server,
            thread: Some(thread),
        }
    }

    /// The address of a page. "localhost" where the site is "127.0.0.1": another origin also by its name.
    pub fn page(&self, name: &str) -> String {
        let address = self.server.server_addr().to_ip();
        let port = address.map_or(0, |address| address.port());
        format!("http://localhost:{port}/{name}")
    }
}

impl Drop for Foreign {
    fn drop(&mut self) {
        self.server.unblock();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn answer(request: Request, site: &str) {
    let name = request.url().trim_start_matches('/').to_owned();
    let mime = match name.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css",
        _ => "text/javascript",
    };
    let text = match name.as_str() {
        "bare.html" | "closed.html" => Some(bare(site)),
        "embed.html" | "embed.css" | "embed.js" => Some(embed(&name, site)),
        _ => None,
    };
    let policy = match name.as_str() {
        "closed.html" => policy(site).replace("worker-src blob:", "worker-src 'none'"),
        _ => policy(site),
    };
    let status = if text.is_some() { 200 } else { 404 };
    let response = Response::from_string(text.unwrap_or_default())
        .with_status_code(status)
        .with_header(header("Content-Type", mime))
        .with_header(header("Content-Security-Policy", &policy));
    drop(request.respond(response)); // A browser that hangs up is no failure of the site.
}

/// A file of `web/`, its script pointed at the site under test.
fn embed(name: &str, site: &str) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../web")
        .join(name);
    let text = fs::read_to_string(file).expect("the foreign page is there");
    let written_host = WRITTEN_SITE.trim_end_matches('/');
    text.replace(WRITTEN_SITE, site)
        .replace(written_host, host(site))
}

/// A site's scheme, host and port: in a policy it stands for every path there.
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

/// What docs/embedding.md tells the embedding page to send.
fn policy(site: &str) -> String {
    let host = host(site);
    format!(
        "default-src 'none'; style-src 'self'; script-src 'self' {host} 'wasm-unsafe-eval'; \
         connect-src {host}; worker-src blob:; base-uri 'none'; form-action 'none'"
    )
}

fn header(name: &str, value: &str) -> Header {
    Header::from_bytes(name, value).expect("a valid header")
}
