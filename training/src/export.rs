//! From a run to a bundle: the average of its generator, as trained or adjusted for good; and its discriminator.

use std::collections::BTreeMap;

use burn::tensor::Tensor;
use model_core::bundle::{Bundle, Training};
use model_core::discriminator_bundle::DiscriminatorBundle;
use model_core::emotion::Emotion;
use model_core::generator::Generator;
use model_core::pixels::GREY_LEVELS_PER_UNIT;
use model_core::reading::numbers;

use crate::latent_direction::direction;
use crate::snapshot::Snapshot;

/// Faces over which the effect of rounded weights is measured.
const ROUNDING_FACES: u64 = 224;

/// What a manifest says about the origin of weights and the options do not know.
#[derive(Debug, Clone)]
pub struct Provenance {
    /// Data set, by name.
    pub data: String,
    /// [`dataset::Dataset::hash`] of it.
    pub data_sha256: String,
    /// Git commit of the trainer, or "unknown".
    pub git_commit: String,
}

/// What is done for good to what a generator is asked for, by the weights that latents and emotions meet.
#[derive(Debug, Clone, Copy)]
pub struct Adjustment {
    /// What latents are multiplied by, above 0 and at most [`model_core::bundle::MAX_TRUNCATION`].
    pub truncation: f64,
    /// How far latents are moved along the [`direction`], in standard deviations.
    pub latent_edit: f64,
    /// How much of the asked emotion is left, above 0 and at most 1; the rest is neutral.
    pub label_interpolation: f64,
}

impl Adjustment {
    /// Nothing.
    pub const AS_TRAINED: Self = Self {
        truncation: 1.0,
        latent_edit: 0.0,
        label_interpolation: 1.0,
    };
}

/// A run's generator, to be packed: the average, and what was done to it.
pub struct Exported<'a> {
    snapshot: &'a Snapshot,
    network: Generator,
    adjustment: Adjustment,
}

impl<'a> Exported<'a> {
    /// The average as it was trained.
    pub fn as_trained(snapshot: &'a Snapshot) -> Self {
        Self {
            snapshot,
            network: snapshot.sampler.clone(),
            adjustment: Adjustment::AS_TRAINED,
        }
    }

    /// The average with other latents, `truncation` times z and z plus `latent_edit` times the direction, and with milder emotions.
    pub async fn with(snapshot: &'a Snapshot, adjustment: Adjustment) -> anyhow::Result<Self> {
        let Self { mut network, .. } = Self::as_trained(snapshot);
        if adjustment.latent_edit > 0.0 {
            let direction = direction(&network, &snapshot.discriminator).await?;
            network = network.edited(direction.mul_scalar(adjustment.latent_edit));
        }
        let network = network
            .truncated(adjustment.truncation)
            .with_interpolated_labels(adjustment.label_interpolation);
        Ok(Self {
            snapshot,
            network,
            adjustment,
        })
    }

    /// As a bundle, which says what the run was.
    pub async fn pack(&self, provenance: &Provenance) -> anyhow::Result<Bundle> {
        let options = &self.snapshot.options;
        let training = Training {
            preset: options.preset.name().to_owned(),
            data: provenance.data.clone(),
            data_sha256: Some(provenance.data_sha256.clone()),
            images_seen: self.snapshot.images_learned_from,
            seed: options.seed,
            git_commit: provenance.git_commit.clone(),
            truncation: self.adjustment.truncation,
            latent_edit: self.adjustment.latent_edit,
            label_interpolation: self.adjustment.label_interpolation,
            person: None,
            metrics: BTreeMap::new(),
        };
        Ok(Bundle::pack(&self.network, options.gan, &options.generator, training).await?)
    }

    /// What the bundle's rounded weights do to the faces of the network that was packed, in grey levels before these are rounded: how far a pixel
    /// moves, root of the mean square and at most.
    pub async fn rounding(&self, bundle: &Bundle) -> anyhow::Result<[f32; 2]> {
        let seeds: Vec<u64> = (0..ROUNDING_FACES).collect();
        let emotions: Vec<_> = Emotion::ALL.iter().cycle().take(seeds.len()).collect();
        let emotions: Vec<_> = emotions.iter().map(|emotion| emotion.weights()).collect();
        let exact = self.network.faces(&seeds, &emotions);
        let rounded = bundle.generator(&self.network.device())?;
        let rounded = rounded.faces(&seeds, &emotions);
        let moved = (exact - rounded).mul_scalar(GREY_LEVELS_PER_UNIT);
        let mean = moved.clone().powi_scalar(2).mean().sqrt();
        let figures = numbers(Tensor::cat(vec![mean, moved.abs().max()], 0)).await?;
        Ok([figures[0], figures[1]])
    }
}

/// The discriminator that the run's generator, packed in `bundle`, plays against.
pub async fn pack_discriminator(
    snapshot: &Snapshot,
    bundle: &Bundle,
) -> anyhow::Result<DiscriminatorBundle> {
    let config = &snapshot.options.discriminator;
    let packed = DiscriminatorBundle::pack(&snapshot.discriminator, config, &bundle.manifest);
    Ok(packed.await?)
}
