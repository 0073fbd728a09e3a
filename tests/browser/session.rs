//! A browser driven by W3C WebDriver over HTTP, whatever browser it is.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

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

/// A browser; ends when dropped, and the next one may start.
pub struct Session {
    driver: Child,
    agent: ureq::Agent,
    address: String,
    _only: MutexGuard<'static, ()>,
}

/// The first of these programs that is on the PATH, or what is missing.
pub fn program(names: &[&str]) -> Result<PathBuf, String> {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&folders).collect();
    let files = names
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    let found = files.into_iter().find(|file| file.is_file());
    found.ok_or_else(|| format!("no {} on the PATH", names[0]))
}

impl Session {
    /// Starts a driver that says after `before_port` on which free port it listens, and by it a browser.
    pub fn start(driver: &Path, before_port: &str, capabilities: Value) -> Result<Self, String> {
        let only = ONLY.lock().unwrap_or_else(PoisonError::into_inner);
        let mut driver = Command::new(driver)
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("{} does not start: {error}", driver.display()))?;
        let port = port_of(&mut driver, before_port);
        let mut session = Self {
            driver,
            agent: agent(),
            address: String::new(),
            _only: only,
        };
        let base = format!("http://127.0.0.1:{}/session", port?);
        let capabilities = json!({"capabilities": {"alwaysMatch": capabilities}});
        let made = session.post(&base, &capabilities)?;
        let id = made["sessionId"]
            .as_str()
            .ok_or("the driver made no session")?;
        session.address = format!("{base}/{id}");
        Ok(session)
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

    pub fn command(&self, path: &str, body: Value) -> Value {
        self.post(&format!("{}/{path}", self.address), &body)
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
        let url = format!("{}/{path}", self.address);
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

    /// The browser's console; `null` where WebDriver gives none.
    pub fn log(&self) -> Value {
        let address = format!("{}/se/log", self.address);
        let log = self.post(&address, &json!({"type": "browser"}));
        log.unwrap_or_default()
    }

    /// The process that all others of this browser come from.
    pub fn pid(&self) -> u32 {
        self.driver.id()
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if !self.address.is_empty() {
            let _ = self.agent.delete(&self.address).call();
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

/// The port that a driver names in one of its first lines.
fn port_of(driver: &mut Child, before_port: &str) -> Result<u16, String> {
    let output = driver.stdout.take().ok_or("the driver has no output")?;
    let mut output = BufReader::new(output);
    let mut line = String::new();
    while output
        .read_line(&mut line)
        .map_err(|error| error.to_string())?
        > 0
    {
        if let Some((_, port)) = line.split_once(before_port) {
            let port = port.trim().trim_end_matches('.').parse();
            driver.stdout = Some(output.into_inner()); // Stays open: the driver may say more.
            return port.map_err(|_| format!("the driver names no port: {line}"));
        }
        line.clear();
    }
    Err("the driver did not start".into())
}
