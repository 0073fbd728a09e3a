//! Where faces are made: the only place that distinguishes WebGPU from the CPU.

use burn::tensor::Device;
use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::protocol::{Backend, DeviceChoice, Running};

/// A device that takes tensors, and why it was chosen.
#[derive(Clone)]
pub struct Opened {
    pub device: Device,
    pub running: Running,
}

/// The devices of this worker, each opened at most once: Burn registers an adapter for good.
#[derive(Default)]
pub struct Devices {
    webgpu: Option<Result<Opened, String>>,
}

impl Devices {
    /// The device for a choice. Without a WebGPU adapter it is the CPU, and the reason says so.
    pub async fn open(&mut self, choice: DeviceChoice, on_lost: fn(String)) -> Opened {
        if choice == DeviceChoice::Cpu {
            return cpu("you chose it".into());
        }
        if self.webgpu.is_none() {
            self.webgpu = Some(webgpu(on_lost).await);
        }
        match &self.webgpu {
            Some(Ok(opened)) => opened.clone(),
            Some(Err(reason)) => cpu(reason.clone()),
            None => cpu("WebGPU was not tried".into()),
        }
    }
}

/// The CPU, which is always there.
pub fn cpu(detail: String) -> Opened {
    Opened {
        device: Device::flex(),
        running: Running {
            backend: Backend::Cpu,
            detail,
        },
    }
}

/// The program without WebGPU is started where there is no adapter, or none is wanted: it can only say why.
#[cfg(not(feature = "webgpu"))]
async fn webgpu(_: fn(String)) -> Result<Opened, String> {
    adapter_name().await?;
    Err("the engine was started without WebGPU".into())
}

#[cfg(feature = "webgpu")]
async fn webgpu(on_lost: fn(String)) -> Result<Opened, String> {
    let detail = adapter_name().await?;
    let (device, setup) = Device::wgpu_options()
        .init_with_setup_async()
        .await
        .map_err(|error| format!("the WebGPU adapter refused: {error}"))?;
    setup
        .device
        .set_device_lost_callback(move |_, message| on_lost(message));
    Ok(Opened {
        device,
        running: Running {
            backend: Backend::Webgpu,
            detail,
        },
    })
}

/// Asks the browser for an adapter: its name, or why there is none.
///
/// wgpu could tell the former only by halves (it drops vendor and architecture) and not the latter.
async fn adapter_name() -> Result<String, String> {
    let scope = js_sys::global();
    let gpu = get(&get(&scope, "navigator"), "gpu");
    if gpu.is_undefined() {
        return Err(match get(&scope, "isSecureContext").is_truthy() {
            true => "this browser has no WebGPU".into(),
            false => "browsers allow WebGPU on https pages only".into(),
        });
    }
    let adapter = request_adapter(&gpu).await.unwrap_or(JsValue::NULL);
    if adapter.is_null() || adapter.is_undefined() {
        return Err("this browser offers no WebGPU adapter".into());
    }
    let info = get(&adapter, "info");
    let text = |key: &str| get(&info, key).as_string().filter(|text| !text.is_empty());
    let parts = [text("vendor"), text("architecture")];
    let short = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let name = text("description").unwrap_or(short);
    Ok(match name.is_empty() {
        true => "an adapter that does not tell its name".into(),
        false => name,
    })
}

async fn request_adapter(gpu: &JsValue) -> Option<JsValue> {
    let function: Function = get(gpu, "requestAdapter").dyn_into().ok()?;
    let promise: Promise = function.call0(gpu).ok()?.dyn_into().ok()?;
    JsFuture::from(promise).await.ok()
}

/// A property, or `undefined`.
fn get(object: &JsValue, key: &str) -> JsValue {
    Reflect::get(object, &JsValue::from_str(key)).unwrap_or(JsValue::UNDEFINED)
}
