//! A headless Chromium driven through chromedriver: plain W3C WebDriver over HTTP.

mod devtools;

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

/// Longer than any single command takes, software GPU included.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(120);
/// The page's own program is small.
const PAGE_TIMEOUT: Duration = Duration::from_secs(60);
/// Between two checks of a condition.
const POLL: Duration = Duration::from_millis(100);
/// The name of an element in WebDriver answers.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// One browser at a time: two would starve each other on a small machine.
static ONLY: Mutex<()> = Mutex::new(());

/// A browser with an empty profile; ends when dropped, and the next one may start.
pub struct Chrome {
    driver: Child,
    agent: ureq::Agent,
    session: String,
    _profile: TempDir,
    _only: MutexGuard<'static, ()>,
}

/// The browser and its driver on the PATH, or what is missing.
pub fn installed() -> Result<(PathBuf, PathBuf), String> {
    let browsers = ["chromium", "chromium-browser", "google-chrome"];
    let browser = browsers.iter().find_map(|name| on_path(name));
    let browser = browser.ok_or("no chromium on the PATH")?;
    let driver = on_path("chromedriver").ok_or("no chromedriver on the PATH")?;
    Ok((browser, driver))
}

fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

impl Chrome {
    /// Starts a browser, with WebGPU (on SwiftShader where there is no GPU) or without.
    pub fn start(webgpu: bool) -> Result<Self, String> {
        let only = ONLY.lock().unwrap_or_else(PoisonError::into_inner);
        let (browser, driver) = installed()?;
        let mut driver = Command::new(driver)
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("chromedriver does not start: {error}"))?;
        let port = port_of(&mut driver);
        let mut chrome = Self {
            driver,
            agent: agent(),
            session: String::new(),
            _profile: TempDir::new().map_err(|error| error.to_string())?,
            _only: only,
        };
        let base = format!("http://127.0.0.1:{}", port?);
        let options = json!({
            "binary": browser,
            "args": arguments(chrome._profile.path().display().to_string(), webgpu),
        });
        let capabilities = json!({"capabilities": {"alwaysMatch": {
            "goog:chromeOptions": options,
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
        }}});
        let session = chrome.post(&format!("{base}/session"), &capabilities)?;
        let id = session["sessionId"]
            .as_str()
            .ok_or("chromedriver made no session")?;
        chrome.session = format!("{base}/session/{id}");
        Ok(chrome)
    }

    fn post(&self, url: &str, body: &Value) -> Result<Value, String> {
        let mut answer = self
            .agent
            .post(url)
            .send_json(body)
            .map_err(|error| format!("{url}: {error}"))?;
        let mut answer: Value = answer
            .body_mut()
            .with_config()
            .limit(64 << 20)
            .read_json()
            .map_err(|error| format!("{url}: {error}"))?;
        match answer["value"]["error"].as_str() {
            Some(error) => Err(format!("{url}: {error}: {}", answer["value"]["message"])),
            None => Ok(answer["value"].take()),
        }
    }

    fn command(&self, path: &str, body: Value) -> Value {
        self.post(&format!("{}/{path}", self.session), &body)
            .unwrap_or_else(|error| panic!("WebDriver command failed: {error}"))
    }

    /// Opens an address and waits until it is loaded.
    pub fn open(&self, address: &str) {
        self.command("url", json!({"url": address}));
    }

    /// Runs a function body in the page.
    pub fn execute(&self, script: &str) -> Value {
        self.command("execute/sync", json!({"script": script, "args": []}))
    }

    /// The element with this `data-testid`, once it is there.
    fn element(&self, testid: &str) -> String {
        let selector = format!("[data-testid='{testid}']");
        let there = format!("return document.querySelector(\"{selector}\") !== null");
        self.wait(&format!("{testid} is there"), &there, PAGE_TIMEOUT);
        let body = json!({"using": "css selector", "value": selector});
        let element = self.command("element", body);
        element[ELEMENT].as_str().unwrap_or_default().to_owned()
    }

    /// Types into an element; for a file input, paths.
    pub fn type_into(&self, testid: &str, text: &str) {
        let id = self.element(testid);
        self.command(&format!("element/{id}/value"), json!({"text": text}));
    }

    /// Presses keys where the keyboard's focus is.
    pub fn press(&self, keys: &[&str]) {
        let down_up = |key: &&str| {
            [
                json!({"type": "keyDown", "value": key}),
                json!({"type": "keyUp", "value": key}),
            ]
        };
        let actions: Vec<Value> = keys.iter().flat_map(down_up).collect();
        let source = json!({"type": "key", "id": "keyboard", "actions": actions});
        self.command("actions", json!({"actions": [source]}));
    }

    /// Goes back in the history.
    pub fn back(&self) {
        self.command("back", json!({}));
    }

    /// Loads the page again.
    pub fn reload(&self) {
        self.command("refresh", json!({}));
    }

    /// Opens another tab in front, or closes it and returns to the first.
    pub fn another_tab(&self, open: bool) {
        if open {
            let tab = self.command("window/new", json!({"type": "tab"}));
            self.command("window", json!({"handle": tab["handle"]}));
        } else {
            let rest = self.post_delete("window");
            self.command("window", json!({"handle": rest[0]}));
        }
    }

    fn post_delete(&self, path: &str) -> Value {
        let url = format!("{}/{path}", self.session);
        let mut answer = self
            .agent
            .delete(&url)
            .call()
            .unwrap_or_else(|error| panic!("{url}: {error}"));
        let mut answer: Value = answer
            .body_mut()
            .read_json()
            .unwrap_or_else(|error| panic!("{url}: {error}"));
        answer["value"].take()
    }

    /// Clicks where the element with this `data-testid` is, as a pointer would, once it is there.
    pub fn click(&self, testid: &str) {
        let id = self.element(testid);
        self.command(&format!("element/{id}/click"), json!({}));
    }

    /// Waits until a script returns something that is not null or false, and returns that.
    pub fn wait(&self, what: &str, script: &str, limit: Duration) -> Value {
        let end = Instant::now() + limit;
        loop {
            let value = self.execute(script);
            if !matches!(value, Value::Null | Value::Bool(false)) {
                return value;
            }
            if Instant::now() > end {
                let text = self.execute("return document.body.innerText");
                panic!(
                    "{what}: not within {limit:?}; the page says {text}; log {}",
                    self.log()
                );
            }
            sleep(POLL);
        }
    }

    /// The browser's console.
    pub fn log(&self) -> Value {
        self.command("se/log", json!({"type": "browser"}))
    }

    /// The process that all others of this browser come from.
    pub fn pid(&self) -> u32 {
        self.driver.id()
    }
}

impl Drop for Chrome {
    fn drop(&mut self) {
        if !self.session.is_empty() {
            let _ = self.agent.delete(&self.session).call();
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .timeout_global(Some(COMMAND_TIMEOUT))
        .http_status_as_error(false)
        .proxy(None)
        .build()
        .into()
}

/// chromedriver says on which free port it listens: "... was started successfully on port 38123."
fn port_of(driver: &mut Child) -> Result<u16, String> {
    let output = driver.stdout.take().ok_or("chromedriver has no output")?;
    let mut output = BufReader::new(output);
    let mut line = String::new();
    while output
        .read_line(&mut line)
        .map_err(|error| error.to_string())?
        > 0
    {
        if let Some((_, port)) = line.split_once("successfully on port ") {
            let port = port.trim().trim_end_matches('.').parse();
            driver.stdout = Some(output.into_inner()); // Stays open: chromedriver may say more.
            return port.map_err(|_| format!("chromedriver names no port: {line}"));
        }
        line.clear();
    }
    Err("chromedriver did not start".into())
}

fn arguments(profile: String, webgpu: bool) -> Vec<String> {
    let mut arguments: Vec<String> = [
        "--headless",
        "--no-sandbox",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--hide-scrollbars",
        "--window-size=1200,900",
    ]
    .map(String::from)
    .into();
    arguments.push(format!("--user-data-dir={profile}"));
    if webgpu {
        arguments.push("--enable-unsafe-webgpu".into());
    }
    arguments
}
