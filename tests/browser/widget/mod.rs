//! The widget on a stranger's page: another origin, a strict Content-Security-Policy.

mod element;
mod faults;
mod foreign_page;
mod headless;
pub mod package;
mod policies;
mod style;
mod values;

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value, json};

use crate::chrome::Chrome;
use crate::foreign::Foreign;
use crate::site::Site;
use crate::{FIRST_FACE, Visit};

/// The module itself is a few small files.
const MODULE: Duration = Duration::from_secs(60);

/// Site, stranger's site and browser of one test.
pub struct Scene {
    dist: PathBuf,
    site: Site,
    _foreign: Foreign,
    chrome: Chrome,
}

impl Scene {
    /// A stranger's page, open; `None` where the site or the browser is missing.
    fn open(page: &str, webgpu: bool) -> Option<Self> {
        let Visit { dist, site, chrome } = Visit::begin(webgpu)?;
        let foreign = Foreign::serve(&site.page(""), &dist);
        chrome.open(&foreign.page(page));
        let scene = Self {
            dist,
            site,
            _foreign: foreign,
            chrome,
        };
        scene.wait_for(
            "the module",
            "customElements.get('seven-faces') !== undefined",
            MODULE,
        );
        Some(scene)
    }

    fn wait_for(&self, what: &str, condition: &str, limit: Duration) -> Value {
        self.chrome
            .wait(what, &format!("return {condition}"), limit)
    }

    fn value(&self, expression: &str) -> Value {
        self.chrome.execute(&format!("return {expression}"))
    }

    /// Runs the body of an asynchronous function with `SevenFaces` and `grey` in scope, and waits for what it returns.
    fn run(&self, what: &str, body: &str) -> Result<Value, String> {
        let module = self.site.page("seven-faces.js");
        self.chrome.execute(&format!(
            "window.answer = null;
             const grey = (image) => Array.from(image.data).filter((_, index) => index % 4 === 0);
             (async () => {{ const {{ SevenFaces }} = await import('{module}'); {body} }})().then(
               (value) => (window.answer = {{ value: value ?? null }}),
               (error) => (window.answer = {{ failure: `${{error.name}}: ${{error.message}}` }}),
             );"
        ));
        let answer = self.chrome.wait(what, "return window.answer", FIRST_FACE);
        match answer["failure"].as_str() {
            Some(error) => Err(error.to_owned()),
            None => Ok(answer["value"].clone()),
        }
    }

    /// [`Scene::run`] where nothing may go wrong.
    fn result(&self, what: &str, body: &str) -> Value {
        self.run(what, body)
            .unwrap_or_else(|error| panic!("{what}: {error}"))
    }

    /// Adds an element with id `face` to the bare page; what it says is kept in `window.events`.
    fn add(&self, attributes: &Value) {
        self.chrome.execute(&format!(
            "document.getElementById('face')?.remove();
             window.events = [];
             const face = document.createElement('seven-faces');
             face.id = 'face';
             for (const type of ['ready', 'generated', 'error']) {{
               face.addEventListener(type, ({{ detail }}) => events.push({{ type, detail: {{ ...detail }} }}));
             }}
             for (const [name, value] of Object.entries({attributes})) face.setAttribute(name, value);
             document.getElementById('here').append(face);"
        ));
    }

    fn wait_for_state(&self, state: &str) {
        let condition = format!("document.getElementById('face').state === '{state}'");
        self.wait_for(&format!("state {state}"), &condition, FIRST_FACE);
    }

    /// The sentence that the element shows, or "".
    fn sentence(&self) -> String {
        let script = "(() => {
            const problem = document.getElementById('face').shadowRoot.querySelector('[part=error]');
            return problem.hidden ? '' : problem.querySelector('p').innerText;
        })()";
        self.value(script).as_str().unwrap_or_default().to_owned()
    }

    /// How often each file of the site was asked for.
    fn downloads(&self) -> HashMap<String, usize> {
        let mut counts = HashMap::new();
        for path in self.site.requests() {
            *counts.entry(path).or_default() += 1;
        }
        counts
    }

    fn engine_was_asked_for(&self) -> bool {
        self.site
            .requests()
            .iter()
            .any(|path| path.contains("engine.js"))
    }

    fn press(&self, key: &str, code: u32) {
        for kind in ["keyDown", "keyUp"] {
            let text = if key == " " && kind == "keyDown" {
                " "
            } else {
                ""
            };
            let event =
                json!({"type": kind, "key": key, "windowsVirtualKeyCode": code, "text": text});
            self.chrome.devtools("Input.dispatchKeyEvent", event);
        }
    }
}
