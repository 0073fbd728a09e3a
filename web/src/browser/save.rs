//! Pictures and links on their way out of the page: files to save, and the clipboard.

use js_sys::{Array, Object, Promise, Reflect, Uint8Array};
use leptos::prelude::{document, window};
use model_core::pixels::IMAGE_SIDE;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, ClipboardItem, HtmlAnchorElement, HtmlCanvasElement, Url};

use crate::browser::canvas::{context, paint};
use crate::page::wanted::Look;

/// What the clipboard and `toBlob` call it.
const PNG: &str = "image/png";
/// Space for a caption under a face, in pixels.
const CAPTION: u32 = 24;
/// Space between the faces of an enlarged sheet, in pixels.
const GAP: u32 = 8;

/// Pictures side by side, each with what is printed under it.
pub struct Sheet {
    pub frames: Vec<(Vec<u8>, String)>,
    pub columns: u32,
    /// Every pixel becomes a square of this many. At 1 the sheet has neither gaps nor captions.
    pub scale: u32,
    pub look: Look,
}

impl Sheet {
    /// The sheet on a canvas of its own.
    fn draw(&self) -> Result<HtmlCanvasElement, JsValue> {
        let canvas = new_canvas()?;
        let count = self.frames.len() as u32;
        let columns = self.columns.clamp(1, count.max(1));
        let side = IMAGE_SIDE as u32 * self.scale;
        let is_plain = self.scale == 1 || count == 1;
        let (gap, caption) = if is_plain { (0, 0) } else { (GAP, CAPTION) };
        let rows = count.div_ceil(columns);
        canvas.set_width(columns * (side + gap) + gap);
        canvas.set_height(rows * (side + caption + gap) + gap);
        let context = context(&canvas)?;
        context.set_fill_style_str("#fbfaf8");
        context.fill_rect(0.0, 0.0, canvas.width().into(), canvas.height().into());
        context.set_fill_style_str("#1b1b1a");
        context.set_font("13px ui-monospace, monospace");
        context.set_image_smoothing_enabled(self.look == Look::Smooth);
        let small = new_canvas()?;
        small.set_width(IMAGE_SIDE as u32);
        small.set_height(IMAGE_SIDE as u32);
        for (index, (pixels, text)) in self.frames.iter().enumerate() {
            let index = index as u32;
            let x = f64::from(gap + index % columns * (side + gap));
            let y = f64::from(gap + index / columns * (side + caption + gap));
            let side = f64::from(side);
            paint(&small, pixels)?;
            context.draw_image_with_html_canvas_element_and_dw_and_dh(&small, x, y, side, side)?;
            if !is_plain {
                context.fill_text_with_max_width(text, x, y + side + 16.0, side)?;
            }
        }
        Ok(canvas)
    }
}

fn new_canvas() -> Result<HtmlCanvasElement, JsValue> {
    Ok(document().create_element("canvas")?.unchecked_into())
}

/// The canvas as a PNG file, promised.
fn png(canvas: &HtmlCanvasElement) -> Promise {
    Promise::new(&mut |resolve, reject| {
        if let Err(error) = canvas.to_blob_with_type(&resolve, PNG) {
            let _ = reject.call1(&JsValue::UNDEFINED, &error);
        }
    })
}

/// Saves a sheet as a PNG file.
pub async fn save_png(sheet: &Sheet, name: &str) -> Result<(), JsValue> {
    let blob = JsFuture::from(png(&sheet.draw()?)).await?;
    save(
        blob.dyn_ref().ok_or("the picture could not be packed")?,
        name,
    )
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
pub async fn copy_png(sheet: &Sheet) -> Result<(), JsValue> {
    // The clipboard takes a promise, because Safari forgets a click that waits.
    let record = Object::new();
    Reflect::set(&record, &PNG.into(), &png(&sheet.draw()?))?;
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
