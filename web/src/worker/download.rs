//! Downloads with progress, from the folder of the worker's own script. A file that breaks off or falls silent on its
//! way continues where it was: see `download` in web/assets/engine.js.

use js_sys::{Reflect, Uint8Array};
use model_core::bundle::{Bundle, BundleError, Describes, Packed, WeightsFile, hexadecimal};
use model_core::classifier_bundle::ClassifierBundle;
use model_core::config::GanKind;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ReadableStreamDefaultReader, Response};

/// Where index.html has trunk put the trainer's emotion classifier.
const CLASSIFIER_FOLDER: &str = "classifier";
/// No manifest is larger.
const MAX_MANIFEST_BYTES: u64 = 1 << 20;

#[wasm_bindgen]
extern "C" {
    // Not the worker's location: on a foreign page the widget starts the worker from a `blob:` address.
    #[wasm_bindgen(thread_local_v2, js_namespace = ["import", "meta"], js_name = url)]
    static SCRIPT: String;

    /// As `fetch`.
    #[wasm_bindgen(catch)]
    async fn download(address: &str, cache: &str) -> Result<JsValue, JsValue>;

    /// SHA-256, or null where the browser has none for this page.
    #[wasm_bindgen(catch)]
    async fn digest(bytes: &[u8]) -> Result<JsValue, JsValue>;
}

/// Why a network did not arrive: sentences for the visitor.
#[derive(Debug, thiserror::Error)]
pub enum DownloadError {
    #[error("{0} could not be downloaded: check the connection")]
    Network(String),
    #[error("{address} could not be downloaded: the server answered with status {status}")]
    Status { address: String, status: u16 },
    #[error("{0} is larger than expected")]
    TooLarge(String),
    #[error("{0} broke off during the download")]
    BrokeOff(String),
    #[error("the {} model cannot be used: {error}", .gan.title())]
    Bundle { gan: GanKind, error: BundleError },
    #[error("the classifier cannot be used: {0}")]
    Classifier(BundleError),
}

/// Downloads a GAN's bundle; `progress` hears the bytes so far and in the end.
pub async fn generator(gan: GanKind, progress: impl Fn(u64, u64)) -> Result<Bundle, DownloadError> {
    let broken = |error| DownloadError::Bundle { gan, error };
    packed(&format!("models/{gan}"), progress, broken).await
}

/// Downloads the emotion classifier; `progress` as for [`generator`].
pub async fn classifier(progress: impl Fn(u64, u64)) -> Result<ClassifierBundle, DownloadError> {
    packed(CLASSIFIER_FOLDER, progress, DownloadError::Classifier).await
}

/// Downloads a manifest and the weights that it names.
async fn packed<M: Describes>(
    folder: &str,
    progress: impl Fn(u64, u64),
    broken: impl Fn(BundleError) -> DownloadError,
) -> Result<Packed<M>, DownloadError> {
    let address = format!("{folder}/{}", M::FILE);
    let json = bytes(&address, MAX_MANIFEST_BYTES, "no-cache", |_| {}).await?;
    let manifest = M::parse(&json).map_err(&broken)?;
    let weights = weights(folder, manifest.weights(), progress, broken).await?;
    Ok(Packed { manifest, weights })
}

/// The file that a manifest names, of its size and hash, which are checked once because that takes a while.
async fn weights(
    folder: &str,
    file: &WeightsFile,
    progress: impl Fn(u64, u64),
    broken: impl Fn(BundleError) -> DownloadError,
) -> Result<Vec<u8>, DownloadError> {
    // The hash in the address keeps a cache from mixing new manifests with old weights.
    let hash: String = file.sha256.chars().take(12).collect();
    let address = format!("{folder}/{}?v={hash}", file.file);
    let on_bytes = |loaded| progress(loaded, file.bytes);
    let kept = bytes(&address, file.bytes, "default", &on_bytes).await?;
    if verified(file, &kept).await.is_ok() {
        return Ok(kept);
    }
    // A damaged copy in the browser's cache would come again with every retry.
    let again = bytes(&address, file.bytes, "reload", on_bytes).await?;
    verified(file, &again).await.map_err(broken)?;
    Ok(again)
}

/// Whether bytes have the size and hash that a manifest says. The browser's own hash takes a tenth of the time.
async fn verified(file: &WeightsFile, bytes: &[u8]) -> Result<(), BundleError> {
    let hash = digest(bytes).await.ok();
    match hash.and_then(|hash| hash.dyn_into::<Uint8Array>().ok()) {
        Some(hash) => file.verify_described(bytes.len() as u64, || hexadecimal(&hash.to_vec())),
        None => file.verify(bytes), // the page is not a secure one
    }
}

async fn bytes(
    address: &str,
    limit: u64,
    cache: &str,
    on_bytes: impl Fn(u64),
) -> Result<Vec<u8>, DownloadError> {
    let name = || address.split('?').next().unwrap_or(address).to_owned();
    let network = |_: JsValue| DownloadError::Network(name());
    let broke_off = |_: JsValue| DownloadError::BrokeOff(name());
    let response = download(&beside_script(address), cache).await;
    let response: Response = response.and_then(JsCast::dyn_into).map_err(network)?;
    if !response.ok() {
        return Err(DownloadError::Status {
            address: name(),
            status: response.status(),
        });
    }
    let mut bytes = Vec::new();
    let Some(stream) = response.body() else {
        return Ok(bytes);
    };
    let reader: ReadableStreamDefaultReader = stream.get_reader().unchecked_into();
    while let Some(chunk) = next_chunk(&reader).await.map_err(broke_off)? {
        if bytes.len() as u64 + u64::from(chunk.length()) > limit {
            return Err(DownloadError::TooLarge(name()));
        }
        bytes.extend(chunk.to_vec());
        on_bytes(bytes.len() as u64);
    }
    Ok(bytes)
}

/// The whole address of a file in the script's folder.
fn beside_script(address: &str) -> String {
    SCRIPT.with(|script| {
        let path = script.split(['?', '#']).next().unwrap_or_default();
        let folder = path.rfind('/').map_or("", |end| &path[..=end]);
        format!("{folder}{address}")
    })
}

/// The next piece of a stream, or `None` at its end.
async fn next_chunk(reader: &ReadableStreamDefaultReader) -> Result<Option<Uint8Array>, JsValue> {
    let result = JsFuture::from(reader.read()).await?;
    if Reflect::get(&result, &"done".into())?.is_truthy() {
        return Ok(None);
    }
    Reflect::get(&result, &"value".into())?.dyn_into().map(Some)
}
