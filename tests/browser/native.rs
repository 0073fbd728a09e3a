//! What the same networks make natively, on the CPU.

use std::fs;
use std::path::Path;

use burn::tensor::Device;
use model_core::bundle::{Bundle, Describes, Manifest};
use model_core::classifier_bundle::{ClassifierBundle, ClassifierManifest};
use model_core::config::GanKind;
use model_core::emotion::Emotion;
use model_core::generator::Generator;
use model_core::pixels::to_grey;
use tests::now;
use web::protocol::FaceParameters;
use web::worker::inference::{classify, generate};

/// The generator of the site's bundle, on the CPU.
fn native_generator(dist: &Path, gan: GanKind) -> Generator {
    let folder = dist.join("models").join(gan.name());
    let manifest = fs::read(folder.join(Manifest::FILE)).expect("the site has a manifest");
    let manifest = Manifest::parse(&manifest).expect("the manifest is valid");
    let weights = fs::read(folder.join(&manifest.weights.file)).expect("the site has weights");
    let bundle = Bundle::open(manifest, weights).expect("the bundle is whole");
    bundle
        .generator(&Device::flex())
        .expect("the generator can be built")
}

/// The face that `native-trainer sample` makes.
pub fn native_face(dist: &Path, gan: GanKind, emotion: Emotion, seed: u64) -> Vec<u8> {
    native_blend(dist, gan, &[(emotion, 1.0)], seed)
}

/// The face that the trainer makes of a blend.
pub fn native_blend(dist: &Path, gan: GanKind, shares: &[(Emotion, f32)], seed: u64) -> Vec<u8> {
    let generator = native_generator(dist, gan);
    let mut weights = [0.0; Emotion::COUNT];
    for (emotion, share) in shares {
        weights[emotion.index()] = *share;
    }
    let face = generator.faces(&[seed], &[weights]).into_data();
    let signed = face.as_slice::<f32>().expect("faces are 32-bit numbers");
    signed.iter().map(|&value| to_grey(value)).collect()
}

/// The face that the trainer makes of parameters.
pub fn native_parameters(dist: &Path, gan: GanKind, face: &FaceParameters) -> Vec<u8> {
    let generator = native_generator(dist, gan);
    now(generate(&generator, std::slice::from_ref(face))).expect("the CPU makes faces")
}

/// The trainer's emotion classifier, as the site has it.
pub fn native_classifier(dist: &Path) -> ClassifierBundle {
    let folder = dist.join("classifier");
    let manifest =
        fs::read(folder.join(ClassifierManifest::FILE)).expect("the site has a classifier");
    let manifest = ClassifierManifest::parse(&manifest).expect("its manifest is valid");
    let weights =
        fs::read(folder.join(&manifest.weights.file)).expect("the classifier has weights");
    ClassifierBundle::open(manifest, weights).expect("the classifier is whole")
}

/// What the trainer's classifier sees in a face.
pub fn native_shares(dist: &Path, face: &[u8]) -> [f32; Emotion::COUNT] {
    let device = Device::flex();
    let classifier = native_classifier(dist).classifier(&device);
    let classifier = classifier.expect("the classifier can be built");
    now(classify(&classifier, face, &device)).expect("the CPU classifies")
}
