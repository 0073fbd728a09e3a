//! Pictures and links on their way out of the page: files to save, and the clipboard.

use js_sys::{Array, Object, Promise, Reflect, Uint8Array};
use leptos::prelude::{document, window};
use model_core::pixels::IMAGE_SIDE;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use web_sys::{Blob, BlobPropertyBag, ClipboardItem, HtmlAnchorElement, Url};

use crate::page::sheet::Sheet;
use crate::page::wanted::Look;

const PNG: &str = "image/png";

#[wasm_bindgen]
extern "C" {
    /// The module web/assets/png.js, which web/assets/boot.js loads.
    type Pictures;

    #[wasm_bindgen(catch)]
    async fn pictures() -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method)]
    fn png(this: &Pictures, grey: &[u8], width: usize) -> Promise;

    #[wasm_bindgen(method)]
    fn resized(this: &Pictures, grey: &[u8], from: usize, to: usize) -> Vec<u8>;
}

/// A sheet as a PNG file, encoded from its pixels: some browsers add noise to what is read from a canvas.
async fn png(sheet: Sheet, look: Look) -> Result<JsValue, JsValue> {
    let pictures: Pictures = pictures().await?.unchecked_into();
    let drawn = match look {
        Look::Crisp => sheet.draw_crisp(),
        Look::Smooth => sheet.draw(|face| pictures.resized(face, IMAGE_SIDE, sheet.side())),
    };
    JsFuture::from(pictures.png(&drawn.pixels, drawn.width)).await
}

/// Saves a sheet as a PNG file.
pub async fn save_png(sheet: Sheet, look: Look, name: &str) -> Result<(), JsValue> {
    save(&png(sheet, look).await?.unchecked_into(), name)
}

/// Saves bytes as a file.
pub fn save_bytes(bytes: &[u8], mime: &str, name: &str) -> Result<(), JsValue> {
    let options = BlobPropertyBag::new();
    options.set_type(mime);
    let parts = Array::of1(&Uint8Array::from(bytes));
    save(
        &Blob::new_with_u8_array_sequence_and_options(&parts, &options)?,
        name,
    )
}

fn save(blob: &Blob, name: &str) -> Result<(), JsValue> {
    let address = Url::create_object_url_with_blob(blob)?;
    let link: HtmlAnchorElement = document().create_element("a")?.unchecked_into();
    link.set_href(&address);
    link.set_download(name);
    link.click();
    // The browser has taken the file when a minute is over; freed at once, some save nothing.
    let free = move || drop(Url::revoke_object_url(&address));
    leptos::prelude::set_timeout(free, std::time::Duration::from_secs(60));
    Ok(())
}

/// Copies a sheet as a picture.
pub async fn copy_png(sheet: Sheet, look: Look) -> Result<(), JsValue> {
    // The clipboard takes a promise, because Safari forgets a click that waits.
    let record = Object::new();
    Reflect::set(&record, &PNG.into(), &future_to_promise(png(sheet, look)))?;
    let clipboard = clipboard()?;
    let item = ClipboardItem::new_with_record_from_str_to_blob_promise(&record)?;
    JsFuture::from(clipboard.write(&Array::of1(&item))).await?;
    Ok(())
}

/// Copies text.
pub async fn copy_text(text: &str) -> Result<(), JsValue> {
    JsFuture::from(clipboard()?.write_text(text)).await?;
    Ok(())
}

fn clipboard() -> Result<web_sys::Clipboard, JsValue> {
    let clipboard = Reflect::get(&window().navigator(), &"clipboard".into())?;
    match clipboard.is_undefined() {
        true => Err("this browser keeps its clipboard from the page".into()),
        false => Ok(clipboard.unchecked_into()),
    }
}

/// What became of it, as a sentence for the visitor.
pub fn outcome(done: &str, result: Result<(), JsValue>) -> String {
    match result {
        Ok(()) => done.to_owned(),
        Err(error) => format!("That did not work: {}.", reason(&error)),
    }
}

/// What a browser gave as a reason, in words.
fn reason(error: &JsValue) -> String {
    let message = Reflect::get(error, &"message".into()).unwrap_or_default();
    let text = error.as_string().or_else(|| message.as_string());
    text.map_or("the browser gives no reason".into(), |text| {
        text.trim_end_matches('.').to_owned()
    })
}
