//! The widget on a stranger's page: another origin, a strict Content-Security-Policy.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use base64::Engine as _;
use model_core::config::GanKind;
use model_core::emotion::Emotion;
use model_core::pixels::to_grey;
use serde_json::{Value, json};
use web::address::Wanted;
use web::protocol::DeviceChoice;

use super::audit;
use super::chrome::Chrome;
use super::foreign::Foreign;
use super::site::{Site, Trouble};
use super::{
    FIRST_FACE, NEXT_FACE, SEED, Visit, assert_nothing_broken, assert_same_face, native_face,
    native_generator, test_output,
};

/// The module itself is a few small files.
const MODULE: Duration = Duration::from_secs(60);
/// The newest compiler that the types are checked with.
const TYPESCRIPT: &str = "typescript@5.9.3";

/// Site, stranger's site and browser of one test.
struct Scene {
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

fn bytes(pixels: &Value) -> Vec<u8> {
    let pixels = pixels.as_array().expect("pixels are an array");
    pixels
        .iter()
        .map(|grey| grey.as_u64().unwrap_or(999) as u8)
        .collect()
}

/// The face that the trainer makes of a blend.
fn native_blend(dist: &Path, gan: GanKind, shares: &[(Emotion, f32)], seed: u64) -> Vec<u8> {
    let generator = native_generator(dist, gan);
    let mut row = [0.0; Emotion::COUNT];
    for (emotion, share) in shares {
        row[emotion.index()] = *share;
    }
    let face = generator.faces(&[seed], &[row]).into_data();
    let signed = face.as_slice::<f32>().expect("faces are 32-bit numbers");
    signed.iter().map(|&value| to_grey(value)).collect()
}

fn keep_screenshot(chrome: &Chrome, name: &str, width: u32, scheme: &str) {
    let file = test_output().join(format!("embed-{name}-{width}-{scheme}.png"));
    chrome.resize(width, scheme);
    fs::write(&file, chrome.screenshot()).expect("a screenshot can be written");
    println!("screenshot: {}", file.display());
}

const ALL_READY: &str =
    "[...document.querySelectorAll('seven-faces')].every((face) => face.state === 'ready')";

/// Reads the canvas, as somebody who looks at it would.
const HERO: &str = "Array.from(document.getElementById('hero').shadowRoot.querySelector('canvas')
    .getContext('2d').getImageData(0, 0, 48, 48).data).filter((_, index) => index % 4 === 0)";

#[test]
fn twelve_widgets_of_a_foreign_page_share_one_download_of_each_file() {
    let Some(scene) = Scene::open("embed.html", false) else {
        return;
    };
    assert_eq!(scene.value("document.getElementById('far').state"), "idle");
    let near = "[...document.querySelectorAll('seven-faces:not(#far)')].every((face) => face.state === 'ready')";
    scene.wait_for("the faces in sight", near, FIRST_FACE);
    let shift = scene.result(
        "layout shifts",
        "return await new Promise((resolve) => {
           let sum = 0;
           new PerformanceObserver((list) => { for (const entry of list.getEntries()) sum += entry.value; })
             .observe({ type: 'layout-shift', buffered: true });
           setTimeout(() => resolve(sum), 300);
         });",
    );
    assert!(
        shift.as_f64().is_some_and(|shift| shift < 0.01),
        "layout shift: {shift}"
    );
    let shown = bytes(&scene.value(HERO));
    let expected = native_face(&scene.dist, GanKind::Acgan, Emotion::Happy, SEED);
    assert_same_face(&shown, &expected, "the first widget");
    scene
        .chrome
        .execute("document.getElementById('crowd').scrollIntoView()");
    scene.wait_for(
        "sixteen faces",
        "document.getElementById('crowd').dataset.state === 'ready'",
        NEXT_FACE,
    );
    scene
        .chrome
        .execute("document.getElementById('far').scrollIntoView()");
    scene.wait_for("the far face", ALL_READY, NEXT_FACE);
    let count = scene.value("document.querySelectorAll('seven-faces').length");
    assert_eq!(count, 12, "widgets on the page");
    for (path, count) in scene.downloads() {
        assert_eq!(count, 1, "{path} was asked for {count} times");
    }
    assert_eq!(
        scene
            .downloads()
            .keys()
            .filter(|path| path.contains(".safetensors"))
            .count(),
        2
    );
    scene.chrome.execute("scrollTo(0, 0)");
    let axe = audit::program();
    for (width, scheme) in [
        (1200, "light"),
        (1200, "dark"),
        (360, "light"),
        (360, "dark"),
    ] {
        keep_screenshot(&scene.chrome, "cpu", width, scheme);
        let wide = scene.value("document.documentElement.scrollWidth");
        assert!(
            wide.as_u64() <= Some(width.into()),
            "{wide} pixels wide in a window of {width}"
        );
        if let Ok(axe) = &axe {
            audit::assert_accessible(&scene.chrome, axe, &format!("embed, {width}, {scheme}"));
        }
    }
    let own = [scene.site.origin(), scene._foreign.page("")];
    let asked = scene.chrome.requests();
    assert!(asked.len() > 10, "the requests are recorded: {asked:?}");
    for address in asked.iter().filter(|address| address.starts_with("http")) {
        let known = own.iter().any(|origin| address.starts_with(origin));
        assert!(known, "{address} is of another origin");
    }
    assert_nothing_broken(&scene.chrome, &scene.site);
}

#[test]
fn webgpu_makes_the_faces_of_a_foreign_page() {
    let Some(scene) = Scene::open("bare.html", true) else {
        return;
    };
    scene.add(&json!({"emotion": "surprise", "gan": "cgan", "seed": "11", "device": "webgpu"}));
    scene.wait_for_state("ready");
    let pixels = scene.result(
        "pixels",
        "return grey(await document.getElementById('face').toImageData());",
    );
    let expected = native_face(&scene.dist, GanKind::Cgan, Emotion::Surprise, 11);
    assert_same_face(&bytes(&pixels), &expected, "WebGPU, cgan, surprise");
    let generated = scene.value("events.find(({ type }) => type === 'generated').detail");
    assert_eq!(generated["backend"], "webgpu", "{generated}");
    let reason = generated["reason"].as_str().unwrap_or_default();
    assert!(reason.starts_with("WebGPU on "), "{reason}");
    for device in ["cpu", "webgpu"] {
        let body = format!(
            "const {{ backend, pixels }} = await document.getElementById('face').generate({{ device: '{device}', seed: 11 }})
               .then((image) => ({{ backend: image.backend, pixels: grey(image) }}));
             return {{ backend, pixels }};"
        );
        let made = scene.result(&format!("a face by {device}"), &body);
        assert_eq!(made["backend"], device);
        assert_same_face(&bytes(&made["pixels"]), &expected, device);
    }
    scene.chrome.crash_gpu();
    let face = scene.result(
        "a face after the GPU is lost",
        "const { backend, reason } = await document.getElementById('face').generate({ seed: 12 });
         return { backend, reason };",
    );
    assert_eq!(face["backend"], "cpu", "{face}");
    println!("{face}");
}

#[test]
fn nothing_is_loaded_before_a_widget_is_near() {
    let Some(scene) = Scene::open("bare.html", false) else {
        return;
    };
    scene
        .chrome
        .execute("document.getElementById('here').style.paddingTop = '4000px'");
    scene.add(&json!({"emotion": "sad"}));
    std::thread::sleep(Duration::from_secs(1));
    assert!(!scene.engine_was_asked_for(), "{:?}", scene.site.requests());
    let size = scene.value("(({ width, height }) => [width, height])(document.getElementById('face').getBoundingClientRect())");
    assert_eq!(size, json!([192, 192]), "the room of a face to come");
    scene
        .chrome
        .execute("document.getElementById('face').scrollIntoView()");
    scene.wait_for_state("ready");
    assert!(scene.engine_was_asked_for());
    assert_nothing_broken(&scene.chrome, &scene.site);
}

#[test]
fn attributes_properties_events_and_pictures_agree() {
    let Some(scene) = Scene::open("bare.html", false) else {
        return;
    };
    scene.add(&json!({"gan": "cgan", "seed": "18446744073709551615"}));
    scene.wait_for_state("ready");
    let events = scene.value("events.map(({ type }) => type).join()");
    assert_eq!(events, "ready,generated");
    let detail =
        scene.value("(({ seed, ...rest }) => ({ seed: String(seed), ...rest }))(events[1].detail)");
    assert_eq!(detail["seed"], u64::MAX.to_string(), "all bits of the seed");
    assert_eq!(detail["emotion"], "happy");
    assert_eq!(detail["backend"], "cpu");
    assert!(
        detail["milliseconds"]
            .as_f64()
            .is_some_and(|time| time > 0.0),
        "{detail}"
    );
    a_blend_is_the_trainers(&scene);
    a_saved_picture_has_the_pixels_shown(&scene);
    properties_reflect(&scene);
    keys_choose(&scene);
    assert_nothing_broken(&scene.chrome, &scene.site);
}

fn a_blend_is_the_trainers(scene: &Scene) {
    let made = scene.result(
        "a blend",
        "const image = await face.generate({ emotion: { surprise: 1, happy: 3 }, seed: 5n, gan: 'acgan' });
         return { pixels: grey(image), emotion: image.emotion, attribute: face.getAttribute('emotion'), seed: face.seed };",
    );
    assert_eq!(made["emotion"], "happy:0.75,surprise:0.25");
    assert_eq!(made["attribute"], "surprise:1,happy:3");
    assert_eq!(made["seed"], 5);
    let shares = [(Emotion::Happy, 0.75), (Emotion::Surprise, 0.25)];
    let expected = native_blend(&scene.dist, GanKind::Acgan, &shares, 5);
    assert_same_face(
        &bytes(&made["pixels"]),
        &expected,
        "three parts happy, one surprised",
    );
    let average = scene.result(
        "truncation",
        "const [one, other] = [await face.generate({ truncation: 0 }), await face.generate({ seed: 7 })].map(grey);
         face.truncation = null;
         return one.every((value, index) => Math.abs(value - other[index]) <= 1);",
    );
    assert_eq!(average, true, "at truncation 0 everybody is the average");
}

fn a_saved_picture_has_the_pixels_shown(scene: &Scene) {
    let saved = scene.result(
        "pictures",
        "await face.generate({ emotion: 'fear', seed: 6 });
         const text = async (blob) => { let all = ''; for (const byte of new Uint8Array(await blob.arrayBuffer())) all += String.fromCharCode(byte); return btoa(all); };
         const [small, large] = [await face.toBlob(), await face.toBlob({ size: 480 })];
         return { type: small.type, small: await text(small), large: await text(large), pixels: grey(await face.toImageData()) };",
    );
    assert_eq!(saved["type"], "image/png");
    let picture = |name: &str| {
        let text = saved[name].as_str().unwrap_or_default();
        let file = base64::engine::general_purpose::STANDARD.decode(text);
        image::load_from_memory(&file.expect("base64")).expect("a picture")
    };
    let small = picture("small").to_luma8();
    assert_eq!(small.as_raw(), &bytes(&saved["pixels"]), "the saved pixels");
    let expected = native_face(&scene.dist, GanKind::Acgan, Emotion::Fear, SEED);
    assert_same_face(small.as_raw(), &expected, "the saved face");
    assert_eq!(
        (picture("large").width(), picture("large").height()),
        (480, 480)
    );
}

fn properties_reflect(scene: &Scene) {
    let table = scene.result(
        "reflection",
        "const rows = [];
         for (const [name, value] of [['emotion', 'sad'], ['gan', 'cgan'], ['seed', 9], ['device', 'cpu'], ['truncation', 0.5],
                                      ['size', 100], ['theme', 'dark'], ['label', 'A face'], ['loading', 'eager']]) {
           face[name] = value;
           const byProperty = face.getAttribute(name) === String(value) && face[name] === value;
           face[name] = null;
           face.setAttribute(name, String(value));
           rows.push([name, byProperty && face[name] === value]);
         }
         face.controls = true;
         rows.push(['controls', face.hasAttribute('controls')]);
         await face.generate();
         const { width } = face.getBoundingClientRect();
         const canvas = face.shadowRoot.querySelector('canvas');
         return { rows, width, label: canvas.getAttribute('aria-label'), scheme: getComputedStyle(face).colorScheme };",
    );
    for row in table["rows"].as_array().expect("rows") {
        assert_eq!(row[1], true, "{} reflects", row[0]);
    }
    assert_eq!(table["width"], 100);
    assert_eq!(table["label"], "A face");
    assert_eq!(table["scheme"], "dark");
}

#[test]
fn a_pages_own_style_and_placeholder_reach_the_element() {
    let Some(scene) = Scene::open("bare.html", false) else {
        return;
    };
    scene.add(&json!({"controls": "", "size": "100", "theme": "dark"}));
    scene.chrome.execute(
        "const style = new CSSStyleSheet();
         style.replaceSync(`#face { --seven-faces-radius: 50%; --seven-faces-rendering: pixelated; --seven-faces-ink: rgb(1, 2, 3);
             --seven-faces-paper: rgb(4, 5, 6); --seven-faces-empty: rgb(7, 8, 9); --seven-faces-font: monospace; }
           #face.large { width: 300px; --seven-faces-size: 300px; }
           #face::part(frame) { outline: 3px solid rgb(0, 0, 128); } #face::part(emotion) { letter-spacing: 2px; }`);
         document.adoptedStyleSheets = [style];",
    );
    scene.wait_for_state("ready");
    let look = scene.value(
        "(() => {
           const [host, part] = [face, (name) => getComputedStyle(face.shadowRoot.querySelector(`[part~=${name}]`))];
           const frame = part('frame');
           return { scheme: getComputedStyle(host).colorScheme, ink: getComputedStyle(host).color, font: getComputedStyle(host).fontFamily,
             radius: frame.borderTopLeftRadius, outline: frame.outlineColor, empty: frame.backgroundColor,
             rendering: part('face').imageRendering, spacing: part('emotion').letterSpacing };
         })()",
    );
    let expected = json!({"scheme": "dark", "ink": "rgb(1, 2, 3)", "font": "monospace", "radius": "50%", "outline": "rgb(0, 0, 128)",
        "empty": "rgb(7, 8, 9)", "rendering": "pixelated", "spacing": "2px"});
    assert_eq!(look, expected);
    assert_eq!(scene.value("face.getBoundingClientRect().width"), 100);
    scene.chrome.execute("face.className = 'large'");
    let width = scene.value("face.getBoundingClientRect().width");
    assert_eq!(width, 300, "the page's own CSS wins");
    // What stands in the element is seen until the first face is there, and only so long.
    scene.chrome.execute(
        "const waiting = Object.assign(document.createElement('seven-faces'), { id: 'waiting', innerHTML: '<i id=before>Soon</i>' });
         waiting.style.marginTop = '5000px';
         document.getElementById('here').append(waiting);",
    );
    let seen = "document.getElementById('before').checkVisibility()";
    assert_eq!(scene.value(seen), true, "the placeholder");
    scene
        .chrome
        .execute("document.getElementById('waiting').scrollIntoView()");
    scene.wait_for(
        "its face",
        "document.getElementById('waiting').state === 'ready'",
        NEXT_FACE,
    );
    assert_eq!(
        scene.value(seen),
        false,
        "the face instead of the placeholder"
    );
    assert_nothing_broken(&scene.chrome, &scene.site);
}

#[test]
fn a_page_of_the_site_itself_shows_the_widget_under_the_strict_policy() {
    let Some(Visit { dist, site, chrome }) = Visit::begin(false) else {
        return;
    };
    let folder = tempfile::TempDir::new().expect("a folder");
    let copied = Command::new("cp")
        .arg("-r")
        .arg(dist.join("."))
        .arg(folder.path())
        .status();
    assert!(
        copied.is_ok_and(|copied| copied.success()),
        "the site can be copied"
    );
    let page = "<!doctype html><html lang=en><meta charset=utf-8><title>own</title><link rel=icon href=icon-192.png>
        <script type=module src=seven-faces.js></script><seven-faces emotion=sad seed=3></seven-faces></html>";
    fs::write(folder.path().join("own.html"), page).expect("a page");
    site.deploy(folder.path());
    chrome.open(&site.page("own.html"));
    let ready = "return document.querySelector('seven-faces').state === 'ready'";
    chrome.wait("the face", ready, FIRST_FACE);
    let pixels = "return document.querySelector('seven-faces').toImageData()
        .then(({data}) => Array.from(data).filter((_, index) => index % 4 === 0))";
    let expected = native_face(&dist, GanKind::Acgan, Emotion::Sad, 3);
    assert_same_face(
        &bytes(&chrome.execute(pixels)),
        &expected,
        "the widget on the site's own page",
    );
    assert_nothing_broken(&chrome, &site);
}

fn keys_choose(scene: &Scene) {
    scene.chrome.execute(
        "face.size = null; face.label = null; face.emotion = 'happy';
         face.shadowRoot.querySelector('input[value=angry]').focus();",
    );
    scene.press(" ", 32);
    scene.wait_for(
        "the key's emotion",
        "face.emotion === 'angry' && face.state === 'ready'",
        NEXT_FACE,
    );
    scene.press("ArrowRight", 39);
    scene.wait_for(
        "the next emotion",
        "face.emotion === 'disgust' && face.state === 'ready'",
        NEXT_FACE,
    );
    let seed = scene.value("face.seed");
    scene
        .chrome
        .execute("face.shadowRoot.querySelector('[part~=another]').focus()");
    scene.press(" ", 32);
    scene.wait_for(
        "another seed",
        &format!("face.seed !== {seed} && face.state === 'ready'"),
        NEXT_FACE,
    );
    let tree = scene
        .chrome
        .devtools("Accessibility.getFullAXTree", json!({}));
    let names = |role: &str| -> Vec<String> {
        let nodes = tree["nodes"].as_array().into_iter().flatten();
        let of_role = nodes.filter(|node| node["role"]["value"] == role);
        of_role
            .map(|node| {
                node["name"]["value"]
                    .as_str()
                    .unwrap_or_default()
                    .to_owned()
            })
            .collect()
    };
    let titles = [
        "Angry",
        "Disgusted",
        "Afraid",
        "Happy",
        "Sad",
        "Surprised",
        "Neutral",
    ];
    assert_eq!(names("radio"), titles, "radio buttons");
    assert_eq!(names("button"), ["Another person"]);
    let image = names("image").join(", ");
    assert!(
        image.starts_with("Generated face, disgusted, cGAN, seed "),
        "the image is called '{image}'"
    );
}

#[test]
fn wrong_and_hostile_values_are_sentences_and_never_markup() {
    let Some(scene) = Scene::open("bare.html", false) else {
        return;
    };
    let hostile = "<img src=x onerror=window.hacked=1>'\"><script>window.hacked=1</script>";
    let cases = [
        (
            "emotion",
            "glad",
            "'glad' is not an emotion: expected angry, disgust",
        ),
        (
            "emotion",
            "happy:0.5,happy:0.5",
            "is not a blend of emotions",
        ),
        ("emotion", "happy:-1", "is not a blend of emotions"),
        ("emotion", "", "'' is not an emotion"),
        (
            "gan",
            "biggan",
            "'biggan' is not a GAN of Seven Faces: expected cgan or acgan.",
        ),
        (
            "seed",
            "-1",
            "'-1' is not a seed: expected a whole number from 0 to 18446744073709551615.",
        ),
        ("seed", "18446744073709551616", "is not a seed"),
        ("seed", "1e3", "is not a seed"),
        (
            "device",
            "tpu",
            "'tpu' is not a device: expected auto, webgpu or cpu.",
        ),
        (
            "truncation",
            "2",
            "'2' is not a truncation: expected a number from 0 to 1.",
        ),
        (
            "size",
            "1px;}*{display:none",
            "is not a size: expected 24 to 2048 CSS pixels.",
        ),
        (
            "theme",
            "pink",
            "'pink' is not a theme: expected auto, light or dark.",
        ),
        ("loading", "never", "'never' is not a way of loading"),
        ("emotion", hostile, "is not an emotion"),
        ("seed", hostile, "is not a seed"),
        ("theme", hostile, "is not a theme"),
        ("device", hostile, "is not a device"),
    ];
    for (name, value, expected) in cases {
        let mut attributes = json!({});
        attributes[name] = value.into();
        scene.add(&attributes);
        scene.wait_for_state("error");
        let sentence = scene.sentence();
        assert!(sentence.contains(expected), "{name}={value}: {sentence}");
        let event = scene
            .value("events.length === 1 && events[0].type === 'error' && events[0].detail.message");
        assert_eq!(event, sentence, "{name}={value}: event and element");
        assert_markup_is_ours(&scene);
    }
    assert!(
        !scene.engine_was_asked_for(),
        "nothing is downloaded for nothing"
    );
    scene.add(&json!({"emotion": hostile, "label": hostile}));
    scene
        .chrome
        .execute("document.getElementById('face').emotion = 'sad'");
    scene.wait_for_state("ready");
    assert_eq!(scene.sentence(), "", "the sentence is gone with its cause");
    assert_markup_is_ours(&scene);
    let label = scene.value("face.shadowRoot.querySelector('canvas').getAttribute('aria-label')");
    assert_eq!(label, hostile, "a label is any text");
    assert_nothing_broken(&scene.chrome, &scene.site);
}

fn assert_markup_is_ours(scene: &Scene) {
    assert_eq!(scene.value("window.hacked ?? null"), Value::Null);
    let found = "document.getElementById('face').shadowRoot.querySelectorAll('img, script, style, iframe, a').length";
    assert_eq!(scene.value(found), 0, "elements that nobody here makes");
}

#[test]
fn the_headless_api_gives_pixels() {
    let Some(scene) = Scene::open("bare.html", false) else {
        return;
    };
    lists_and_defaults_are_model_cores(&scene);
    let body = "
        const told = [];
        const faces = await SevenFaces.load({ gan: 'cgan', onProgress: ({ text }) => told.push(text) });
        const image = await faces.generate({ emotion: 'sad', seed: 3 });
        const picked = await faces.generate({ emotion: 'sad', seeds: [3, '18446744073709551615', 5n] });
        const row = await faces.generate({ emotion: 'sad', seed: 3, count: 40 });
        const wrong = await faces.generate({ emotion: 'glad' }).catch((error) => error.message);
        faces.close();
        const closed = await faces.generate().catch((error) => error.message);
        const { width, height, seed, emotion, gan, milliseconds, backend, reason } = image;
        return { told, isImage: image instanceof ImageData, width, height, seed, emotion, gan, milliseconds, backend, reason,
                 pixels: grey(image), picked: picked.map((image) => [String(image.seed), grey(image)]),
                 row: row.map((image) => image.seed), last: grey(row[39]), wrong, closed };";
    let made = scene.result("headless faces", body);
    let described = json!([
        made["isImage"],
        made["width"],
        made["height"],
        made["seed"],
        made["emotion"],
        made["gan"],
        made["backend"]
    ]);
    assert_eq!(described, json!([true, 48, 48, 3, "sad", "cgan", "cpu"]));
    assert!(made["milliseconds"].as_f64().is_some_and(|time| time > 0.0));
    let face = |seed| native_face(&scene.dist, GanKind::Cgan, Emotion::Sad, seed);
    assert_same_face(&bytes(&made["pixels"]), &face(3), "one face");
    for (index, seed) in [3, u64::MAX, 5].into_iter().enumerate() {
        let picked = &made["picked"][index];
        assert_eq!(picked[0], seed.to_string());
        assert_same_face(
            &bytes(&picked[1]),
            &face(seed),
            &format!("picked seed {seed}"),
        );
    }
    assert_eq!(made["row"], json!((3..43).collect::<Vec<u64>>()));
    assert_same_face(
        &bytes(&made["last"]),
        &face(42),
        "the last of forty, in the second order",
    );
    assert!(
        made["wrong"]
            .as_str()
            .is_some_and(|text| text.contains("'glad' is not an emotion"))
    );
    assert_eq!(made["closed"], "These faces are closed: load them again.");
    let told = made["told"].to_string();
    for part in [
        "Starting the engine",
        "Downloading the engine: ",
        "Downloading the generator: ",
    ] {
        assert!(told.contains(part), "'{part}' is missing in {told}");
    }
    assert_nothing_broken(&scene.chrome, &scene.site);
}

fn lists_and_defaults_are_model_cores(scene: &Scene) {
    let lists = scene.result(
        "lists",
        "const { emotions, gans, devices, defaults } = SevenFaces; return { emotions, gans, devices, defaults };",
    );
    assert_eq!(lists["emotions"], json!(Emotion::ALL.map(Emotion::name)));
    assert_eq!(lists["gans"], json!(GanKind::ALL.map(GanKind::name)));
    assert_eq!(
        lists["devices"],
        json!(DeviceChoice::ALL.map(DeviceChoice::name))
    );
    let Wanted {
        gan,
        emotion,
        seed,
        device,
        truncation,
        ..
    } = Wanted::default();
    let defaults = json!({"emotion": emotion.name(), "gan": gan.name(), "seed": seed, "device": device.name(), "truncation": truncation / 100});
    assert_eq!(lists["defaults"], defaults);
}

#[test]
fn a_module_that_was_moved_is_told_where_its_engine_lies() {
    let Some(scene) = Scene::open("bare.html", false) else {
        return;
    };
    let site = scene.site.page("");
    let body = format!(
        "const moved = (await import('/moved/seven-faces.js')).SevenFaces;
         const before = new URL(moved.base).pathname;
         moved.base = '{}';
         const faces = await moved.load();
         const image = await faces.generate({{ emotion: 'sad', seed: 3 }});
         let late = null;
         try {{ moved.base = '/elsewhere/'; }} catch (error) {{ late = error.message; }}
         return {{ before, base: moved.base, pixels: grey(image), late }};",
        site.trim_end_matches('/')
    );
    let made = scene.result("a face of the moved module", &body);
    assert_eq!(made["before"], "/moved/", "the module's own folder");
    assert_eq!(made["base"], site, "the slash at the end is added");
    let expected = native_face(&scene.dist, GanKind::Acgan, Emotion::Sad, 3);
    assert_same_face(&bytes(&made["pixels"]), &expected, "a moved module");
    assert_eq!(
        made["late"],
        "SevenFaces.base must be set before the first face is asked for."
    );
    assert_nothing_broken(&scene.chrome, &scene.site);
}

#[test]
fn a_missing_model_and_a_crash_are_sentences_with_a_way_on() {
    let Some(scene) = Scene::open("bare.html", false) else {
        return;
    };
    scene.chrome.execute(
        // Swallows the next orders and crashes instead, as often as `window.crashes` says.
        "window.crashes = 0; window.workers = 0;
         window.Worker = class extends Worker {
           constructor(...all) { super(...all); window.workers += 1; }
           postMessage(order) {
             if (window.crashes === 0) return super.postMessage(order);
             window.crashes -= 1;
             this.dispatchEvent(new ErrorEvent('error', { message: 'unreachable' }));
           }
         };",
    );
    scene.site.trouble(".safetensors", Trouble::Missing);
    scene.add(&json!({"emotion": "neutral"}));
    scene.wait_for_state("error");
    let sentence = scene.sentence();
    assert!(
        sentence.contains("models/acgan/generator.safetensors") && sentence.contains("404"),
        "{sentence}"
    );
    scene.site.heal();
    let retry = "face.shadowRoot.querySelector('[part~=retry]').click()";
    scene.chrome.execute(retry);
    scene.wait_for_state("ready");
    assert_eq!(
        scene.value("window.workers"),
        1,
        "a missing file is no crash"
    );

    scene
        .chrome
        .execute("window.crashes = 1; face.emotion = 'sad'");
    scene.wait_for(
        "a face after a crash",
        "events.at(-1).detail.emotion === 'sad'",
        FIRST_FACE,
    );
    assert_eq!(
        scene.value("window.workers"),
        2,
        "the successor of the crashed worker"
    );
    scene
        .chrome
        .execute("window.crashes = 2; face.emotion = 'fear'");
    scene.wait_for_state("error");
    assert_eq!(scene.sentence(), "The engine stopped: unreachable.");
    scene.chrome.execute(retry);
    scene.wait_for(
        "a face after the retry",
        "events.at(-1).detail.emotion === 'fear'",
        FIRST_FACE,
    );
    let pixels = scene.result("pixels", "return grey(await face.toImageData());");
    let expected = native_face(&scene.dist, GanKind::Acgan, Emotion::Fear, SEED);
    assert_same_face(&bytes(&pixels), &expected, "the face after two crashes");
}

#[test]
fn a_policy_that_forbids_workers_is_a_sentence() {
    let Some(scene) = Scene::open("closed.html", false) else {
        return;
    };
    scene.add(&json!({}));
    scene.wait_for_state("error");
    let sentence = scene.sentence();
    assert!(
        sentence.contains("this page's Content-Security-Policy"),
        "{sentence}"
    );
    let error = scene.run("headless", "await SevenFaces.load();");
    let error = error.expect_err("nothing can be loaded");
    assert!(error.contains("Content-Security-Policy"), "{error}");
    assert!(!scene.engine_was_asked_for());
}

#[test]
fn the_npm_package_packs_and_its_types_hold() {
    let root = tests::repository();
    let Some(dist) = super::built_site() else {
        return;
    };
    if Command::new("npm").arg("--version").output().is_err() {
        return tests::skip("npm is not on the PATH");
    }
    let folder = tempfile::TempDir::new().expect("a temporary folder");
    let package = folder.path().join("npm");
    run(Command::new("bash")
        .arg(root.join("web/package.sh"))
        .arg(&dist)
        .arg(&package));
    let packed = run(Command::new("npm")
        .args(["pack", "--json"])
        .current_dir(&package));
    let packed: Value = serde_json::from_str(&packed).expect("npm pack answers in JSON");
    let files = packed[0]["files"].to_string();
    for file in [
        "package.json",
        "README.md",
        "LICENSE",
        "seven-faces.js",
        "seven-faces.d.ts",
        "widget/element.js",
        "engine.js",
        "worker-cpu.js",
        "worker-cpu_bg.wasm",
        "worker-webgpu.js",
        "worker-webgpu_bg.wasm",
        "models/cgan/manifest.json",
        "models/acgan/generator.safetensors",
    ] {
        assert!(
            files.contains(&format!("\"{file}\"")),
            "{file} is not in the package: {files}"
        );
    }
    println!(
        "packed: {} bytes, unpacked: {} bytes",
        packed[0]["size"], packed[0]["unpackedSize"]
    );

    // As somebody who installed it.
    let user = folder.path().join("user");
    fs::create_dir_all(&user).expect("a folder");
    let archive = package.join(packed[0]["filename"].as_str().unwrap_or_default());
    fs::write(
        user.join("package.json"),
        r#"{"type": "module", "private": true}"#,
    )
    .expect("a file");
    run(npm(&user, "install").arg(archive));
    let import = "const m = await import('seven-faces'); console.log(Object.keys(m).join())";
    let exports = run(Command::new("node")
        .args(["--input-type=module", "-e", import])
        .current_dir(&user));
    assert_eq!(
        exports.trim(),
        "SevenFaces,SevenFacesElement",
        "importing where there is no browser"
    );
    if !npm(&user, "install")
        .arg(TYPESCRIPT)
        .status()
        .is_ok_and(|status| status.success())
    {
        return println!(
            "skipped: {TYPESCRIPT} cannot be installed, so the types were not checked"
        );
    }
    let example = root.join("tests/browser/uses-widget.ts");
    fs::copy(example, user.join("uses-widget.ts")).expect("the example is there");
    let options = [
        "--strict",
        "--noEmit",
        "--target",
        "es2022",
        "--module",
        "nodenext",
        "uses-widget.ts",
    ];
    run(Command::new("node")
        .arg("node_modules/typescript/bin/tsc")
        .args(options)
        .current_dir(&user));
}

fn npm(folder: &Path, command: &str) -> Command {
    let mut npm = Command::new("npm");
    npm.args([command, "--no-audit", "--no-fund", "--ignore-scripts"])
        .current_dir(folder);
    npm
}

/// The output of a command that must succeed.
fn run(command: &mut Command) -> String {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{command:?}: {text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    text
}
