//! How good the networks are, from their own manifests.

use leptos::prelude::*;
use model_core::bundle::{Describes, Manifest};
use model_core::config::GanKind;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

use crate::page::state::Page;

/// A table of both networks; fetched once a face is there, so that it delays none.
#[component]
pub fn MetricsTable(page: RwSignal<Page>) -> impl IntoView {
    let ready = Memo::new(move |_| page.read().face.is_some() || page.read().ms_per_face.is_some());
    let manifests = LocalResource::new(move || {
        let ready = ready.get();
        async move {
            if !ready {
                return Ok(Vec::new());
            }
            let mut found = Vec::new();
            for gan in GanKind::ALL {
                found.push(manifest(gan).await?);
            }
            Ok::<_, String>(found)
        }
    });
    view! {
        <div class="sf-metrics" data-testid="metrics">
            {move || match manifests.get() {
                Some(Ok(found)) if !found.is_empty() => table(&found).into_any(),
                Some(Err(message)) => view! {
                    <p class="sf-hint">
                        {message} " "
                        <button type="button" data-testid="metrics-again" on:click=move |_| manifests.refetch()>"Try again"</button>
                    </p>
                }
                .into_any(),
                _ => view! { <p class="sf-hint">"The figures come with the networks."</p> }.into_any(),
            }}
        </div>
    }
}

fn table(manifests: &[Manifest]) -> impl IntoView + use<> {
    let rows: Vec<_> = manifests.iter().map(row).collect();
    let first = manifests.first().map(|manifest| &manifest.training.metrics);
    let metric = |name: &str| first.and_then(|metrics| metrics.get(name)).copied();
    view! {
        <table>
            <thead>
                <tr>
                    <th scope="col">"Network"</th>
                    <th scope="col">"Images seen"</th>
                    <th scope="col">"Parameters"</th>
                    <th scope="col">"Kernel distance × 1000"</th>
                    <th scope="col">"Emotion recognised"</th>
                </tr>
            </thead>
            <tbody>
                {rows}
                <tr class="sf-reference">
                    <th scope="row">"Real photographs"</th>
                    <td>"–"</td>
                    <td>"–"</td>
                    <td>{distance(metric("kernel_distance_baseline_x1000"))}</td>
                    <td>{percent(metric("classifier_accuracy"))}</td>
                </tr>
            </tbody>
        </table>
    }
}

fn row(manifest: &Manifest) -> impl IntoView + use<> {
    let training = &manifest.training;
    let metric = |name: &str| training.metrics.get(name).copied();
    view! {
        <tr data-testid=format!("metrics-{}", manifest.gan)>
            <th scope="row">{manifest.gan.title()}</th>
            <td>{grouped(training.images_seen)}</td>
            <td>{format!("{:.1} M", manifest.weights.parameters as f64 / 1e6)}</td>
            <td>{distance(metric("kernel_distance_x1000"))}</td>
            <td>{percent(metric("label_accuracy"))}</td>
        </tr>
    }
}

fn distance(value: Option<f64>) -> String {
    value.map_or("–".into(), |value| format!("{value:.1}"))
}

fn percent(share: Option<f64>) -> String {
    share.map_or("–".into(), |share| format!("{:.0} %", share * 100.0))
}

/// "100 000".
fn grouped(number: u64) -> String {
    let text = number.to_string();
    let digits: Vec<&str> = text
        .as_bytes()
        .rchunks(3)
        .rev()
        .filter_map(|part| std::str::from_utf8(part).ok())
        .collect();
    digits.join("\u{202f}")
}

async fn manifest(gan: GanKind) -> Result<Manifest, String> {
    let lost = |_: JsValue| "The figures could not be downloaded: check the connection.".to_owned();
    let address = format!("models/{gan}/{}", Manifest::FILE);
    let response = JsFuture::from(window().fetch_with_str(&address))
        .await
        .map_err(lost)?;
    let response: Response = response.unchecked_into();
    if !response.ok() {
        let status = response.status();
        return Err(format!(
            "The figures could not be downloaded: the server answered with status {status}."
        ));
    }
    let text = JsFuture::from(response.text().map_err(lost)?)
        .await
        .map_err(lost)?;
    let text = text.as_string().unwrap_or_default();
    Manifest::parse(text.as_bytes())
        .map_err(|error| format!("The figures cannot be read: {error}."))
}
