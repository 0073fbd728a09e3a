//! Taking the pictures along: files, clipboard, link.

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsValue;

use crate::browser::save::{copy_png, copy_text, outcome, save_bytes, save_png};
use crate::page::face_key::FaceKey;
use crate::page::sheet::Sheet;
use crate::page::state::Page;
use crate::page::wanted::View;
use crate::page::words::expression_text;

/// An enlarged face is 480 pixels wide, one on a sheet 192.
const ENLARGED: usize = 10;
const ENLARGED_ON_SHEET: usize = 4;

/// Saves, copies and shares what the stage shows.
#[component]
pub fn SaveBar(page: RwSignal<Page>) -> impl IntoView {
    let said = RwSignal::new(String::new());
    let view = Memo::new(move |_| page.read().wanted.view);
    let filming = Memo::new(move |_| page.read().film.is_some());
    let report =
        move |done: &'static str, result: Result<(), JsValue>| said.set(outcome(done, result));
    // Only as long as it is true: a film ends unfinished where its worker does.
    let line = move || match filming.get() {
        true => "Making the film …".to_owned(),
        false => said.get(),
    };
    let save = move |enlarged: bool| {
        let taken = page.with_untracked(|page| take(page, enlarged));
        let Some((sheet, name)) = taken else {
            return said.set("The faces are not all there yet.".into());
        };
        let look = page.with_untracked(|page| page.wanted.look);
        spawn_local(async move { report("Saved.", save_png(sheet, look, &name).await) });
    };
    let copy = move |_| {
        let Some((sheet, _)) = page.with_untracked(|page| take(page, true)) else {
            return said.set("The faces are not all there yet.".into());
        };
        let look = page.with_untracked(|page| page.wanted.look);
        spawn_local(async move { report("Picture copied.", copy_png(sheet, look).await) });
    };
    let link = move |_| {
        let address = window().location().href().unwrap_or_default();
        spawn_local(async move { report("Link copied.", copy_text(&address).await) });
    };
    let film = move |_| {
        said.set(String::new());
        page.update(Page::start_film);
    };
    save_film(page, report);
    view! {
        <div class="sf-save" role="group" aria-label="Save and share">
            <button type="button" data-testid="save" on:click=move |_| save(false) title="A PNG with 48 pixels a face">"Save"</button>
            <button type="button" data-testid="save-large" on:click=move |_| save(true) title="A PNG, enlarged">
                {move || if is_sheet(view.get()) { "Save contact sheet" } else { "Save enlarged" }}
            </button>
            <Show when=move || view.get() == View::Walk>
                <button type="button" data-testid="save-film" on:click=film disabled=move || filming.get() title="An animated GIF of three people">
                    "Save as GIF"
                </button>
            </Show>
            <button type="button" data-testid="copy" on:click=copy>"Copy picture"</button>
            <button type="button" data-testid="copy-link" on:click=link>"Copy link"</button>
            <p class="sf-hint" role="status" data-testid="said">{line}</p>
        </div>
    }
}

/// Saves the film once its last face is there.
fn save_film(
    page: RwSignal<Page>,
    report: impl Fn(&'static str, Result<(), JsValue>) + Copy + 'static,
) {
    Effect::new(move || {
        let complete = page.with(|page| page.film.clone().filter(|film| film.is_complete()));
        let Some(film) = complete else { return };
        page.update(|page| page.film = None);
        let name = format!("seven-faces-walk-{}.gif", film.start.seed);
        let saved = film
            .encode()
            .map_err(|error| JsValue::from_str(&error.to_string()))
            .and_then(|file| save_bytes(&file, "image/gif", &name));
        report("Saved.", saved);
    });
}

fn is_sheet(view: View) -> bool {
    matches!(view, View::Seven | View::Crowd | View::Compare)
}

/// What the stage shows, and a name for it; `None` while a face is missing.
fn take(page: &Page, enlarged: bool) -> Option<(Sheet, String)> {
    let view = page.wanted.view;
    let frames = frames(page)?;
    let columns = match view {
        View::Crowd if frames.len() > 16 => 8,
        View::Crowd => 4,
        _ => frames.len(),
    };
    let scale = match (enlarged, is_sheet(view)) {
        (false, _) => 1,
        (true, true) => ENLARGED_ON_SHEET,
        (true, false) => ENLARGED,
    };
    let sheet = Sheet {
        frames,
        columns,
        scale,
    };
    Some((sheet, file_name(page, enlarged)))
}

/// The pictures on the stage, each with its caption; `None` while a face is missing.
fn frames(page: &Page) -> Option<Vec<(Vec<u8>, String)>> {
    if page.wanted.view == View::Walk {
        return Some(vec![(page.walk.view()?, String::new())]);
    }
    let frame = |key: &FaceKey| {
        let picture = page.album.get(key)?;
        Some((picture.pixels.to_vec(), caption(key)))
    };
    page.keys().iter().map(frame).collect()
}

/// "seven-faces-acgan-happy-6-large.png".
fn file_name(page: &Page, enlarged: bool) -> String {
    let key = page.large_key();
    let what = match page.wanted.view {
        View::Face => key.expression.strongest().name(),
        view => view.name(),
    };
    let (network, seed) = (key.network.name(), key.seed);
    let size = if enlarged { "-large" } else { "" };
    format!("seven-faces-{network}-{what}-{seed}{size}.png")
}

/// "ACGAN 7 happy".
fn caption(key: &FaceKey) -> String {
    let expression = expression_text(key.expression).to_lowercase();
    format!("{} {} {expression}", key.network.title(), key.seed)
}
