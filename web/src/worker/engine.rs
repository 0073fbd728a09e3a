//! The networks that the worker has, and what they make of a message.

use std::collections::HashMap;

use js_sys::{Array, Uint8Array};
use model_core::bundle::{Bundle, BundleError, Describes, Manifest};
use model_core::classifier::Classifier;
use model_core::config::GanKind;
use model_core::emotion::Emotion;
use model_core::generator::Generator;
use wasm_bindgen::JsCast;

use crate::protocol::{Backend, FaceParameters, Part, Reply, Request, Running};
use crate::worker::clock::now;
use crate::worker::device::{self, Devices, Opened};
use crate::worker::download;
use crate::worker::inference::{classify, generate, largest_difference};
use crate::worker::report::{died, failed, failure, post, progress};

/// WebGPU is trusted when its first face is within this many grey levels of the CPU's.
/// Rounding changes a pixel by one; a driver that computes wrongly changes it by dozens.
const TRUSTED_DIFFERENCE: u8 = 4;

/// A reply and its bytes, or the reply that says why there is none.
type Answer = Result<(Reply, Vec<u8>), Reply>;

/// Whose generator: one of the site's, or the visitor's own.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Source {
    Site(GanKind),
    Own,
}

/// What the worker has opened and downloaded so far.
#[derive(Default)]
pub struct Engine {
    devices: Devices,
    bundles: HashMap<Source, Bundle>,
    generators: HashMap<(Source, Backend), Generator>,
    classifier: Option<LoadedClassifier>,
    /// What the page knows of the backend.
    reported: Option<Running>,
}

/// The emotion classifier, once somebody wanted to know what it sees.
struct LoadedClassifier {
    network: Classifier,
    accuracy: f64,
}

impl Engine {
    /// Makes the faces of a request, the JSON text of [`Request`].
    pub async fn make(&mut self, text: &str) -> Answer {
        let unreadable = |error| format!("The engine got a request that it cannot read: {error}.");
        let request: Request =
            serde_json::from_str(text).map_err(|error| failed(unreadable(error)))?;
        let impossible =
            |error| format!("The engine got a request that it cannot fulfil: {error}.");
        let parameters = request
            .each_face()
            .map_err(|error| failed(impossible(error)))?;
        let source = match request.own {
            true => Source::Own,
            false => Source::Site(request.gan),
        };
        let opened = self.devices.open(request.device, died).await;
        let backend = opened.running.backend;
        let generator = self.generator(source, &opened).await?;
        let start = now();
        let pixels = generate(generator, &parameters)
            .await
            .map_err(|error| failure(backend, error))?;
        let reply = Reply::Faces {
            request,
            backend,
            milliseconds: now() - start,
        };
        Ok((reply, pixels))
    }

    /// The generator on a device, which the page hears of when it is another than before.
    async fn generator(&mut self, source: Source, opened: &Opened) -> Result<&Generator, Reply> {
        if self.reported.as_ref() != Some(&opened.running) {
            post(&Reply::Running(opened.running.clone()), &[]);
            self.reported = Some(opened.running.clone());
        }
        let key = (source, opened.running.backend);
        if !self.generators.contains_key(&key) {
            self.prepare(source, opened).await?;
        }
        let generator = self.generators.get(&key);
        generator.ok_or_else(|| failure(Backend::Cpu, "its generator is missing"))
    }

    /// Opens the visitor's own bundle: manifest and weights as bytes. An earlier one stays until the new one has made a face.
    pub async fn open(&mut self, files: &Array) -> Answer {
        let refused = |error: String| Reply::Refused {
            message: format!("This bundle cannot be used: {error}."),
        };
        let bytes = |index| {
            files
                .get(index)
                .dyn_into()
                .map(|file: Uint8Array| file.to_vec())
        };
        let (Ok(json), Ok(weights)) = (bytes(0), bytes(1)) else {
            return Err(refused("it did not arrive as two files".into()));
        };
        let bundle = read(&json, weights).map_err(|error| refused(error.to_string()))?;
        let generator = bundle
            .generator(&device::cpu(String::new()).device)
            .map_err(|error| refused(error.to_string()))?;
        generate(&generator, &[FaceParameters::plain(0, Emotion::Neutral)])
            .await
            .map_err(|error| refused(error.to_string()))?;
        let manifest = Box::new(bundle.manifest.clone());
        self.generators
            .retain(|(source, _), _| *source != Source::Own);
        self.generators
            .insert((Source::Own, Backend::Cpu), generator);
        self.bundles.insert(Source::Own, bundle);
        Ok((Reply::Opened { manifest }, Vec::new()))
    }

    /// Classifies a face on the CPU: one small picture is not worth compiling shaders for.
    pub async fn classify(&mut self, grey: &[u8]) -> Answer {
        let not_classified = |error: String| Reply::NotClassified {
            message: format!("The face was not classified: {error}."),
        };
        let device = device::cpu(String::new()).device;
        let classifier = match &mut self.classifier {
            Some(classifier) => classifier,
            none => {
                let on_bytes = |loaded, total| progress(Part::Classifier, loaded, Some(total));
                let bundle = download::classifier(on_bytes)
                    .await
                    .map_err(|error| not_classified(error.to_string()))?;
                let network = bundle
                    .classifier(&device)
                    .map_err(|error| not_classified(error.to_string()))?;
                let accuracy = bundle.manifest.training.accuracy;
                none.insert(LoadedClassifier { network, accuracy })
            }
        };
        let shares = classify(&classifier.network, grey, &device)
            .await
            .map_err(|error| not_classified(error.to_string()))?;
        let accuracy = classifier.accuracy;
        Ok((Reply::Classified { shares, accuracy }, Vec::new()))
    }

    /// Downloads and builds a generator; on WebGPU also compares its first face, which compiles
    /// the shaders, with the CPU's.
    async fn prepare(&mut self, source: Source, opened: &Opened) -> Result<(), Reply> {
        self.download(source).await?;
        let generator = self.build(source, opened)?;
        let backend = opened.running.backend;
        if backend == Backend::Webgpu {
            progress(Part::Check, 0, None);
            let on_cpu = self.build(source, &device::cpu(String::new()))?;
            let first = first_face(&generator, backend).await?;
            let expected = first_face(&on_cpu, Backend::Cpu).await?;
            self.generators.insert((source, Backend::Cpu), on_cpu);
            let difference = largest_difference(&first, &expected);
            if difference > TRUSTED_DIFFERENCE {
                let text = format!("its first face is {difference} grey levels off the CPU's");
                return Err(failure(backend, text));
            }
        }
        self.generators.insert((source, backend), generator);
        Ok(())
    }

    async fn download(&mut self, source: Source) -> Result<(), Reply> {
        let Source::Site(gan) = source else {
            return Ok(()); // The visitor brought it; without it, `build` says so.
        };
        if self.bundles.contains_key(&source) {
            return Ok(());
        }
        let on_bytes = |loaded, total| progress(Part::Weights, loaded, Some(total));
        let bundle = download::generator(gan, on_bytes)
            .await
            .map_err(|error| failure(Backend::Cpu, error))?;
        self.bundles.insert(source, bundle);
        Ok(())
    }

    fn build(&self, source: Source, opened: &Opened) -> Result<Generator, Reply> {
        let Some(bundle) = self.bundles.get(&source) else {
            return Err(failure(Backend::Cpu, "its bundle is missing"));
        };
        bundle
            .generator(&opened.device)
            .map_err(|error| failure(Backend::Cpu, error))
    }
}

async fn first_face(generator: &Generator, backend: Backend) -> Result<Vec<u8>, Reply> {
    generate(generator, &[FaceParameters::plain(0, Emotion::Neutral)])
        .await
        .map_err(|error| failure(backend, error))
}

fn read(json: &[u8], weights: Vec<u8>) -> Result<Bundle, BundleError> {
    Bundle::open(Manifest::parse(json)?, weights)
}
