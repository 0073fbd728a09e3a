//! Training images drawn by their label, rare labels more often than they occur.

use model_core::emotion::Emotion;
use rand_core::RngCore;

use dataset::{Dataset, Split};

/// How often each label is drawn.
#[derive(Debug, Clone)]
pub struct LabelShares {
    /// Training images of each label.
    counts: [usize; Emotion::COUNT],
    /// Running sum of the labels' sampling shares, ending at 1.
    cumulative: Vec<f64>,
}

impl LabelShares {
    /// `class_balancing` 0 draws labels as often as they occur, 1 all equally often, between: share^(1 - class_balancing). One of the
    /// counts must not be 0.
    pub fn new(counts: [usize; Emotion::COUNT], class_balancing: f64) -> Self {
        let shares = counts.map(|count| match count {
            0 => 0.0,
            count => (count as f64).powf(1.0 - class_balancing),
        });
        let total: f64 = shares.iter().sum();
        let cumulative = shares
            .iter()
            .scan(0.0, |sum, share| {
                *sum += share / total;
                Some(*sum)
            })
            .collect();
        Self { counts, cumulative }
    }

    /// How much oftener each label is drawn than it occurs; 1 for labels without images.
    pub fn excess(&self) -> [f64; Emotion::COUNT] {
        let images: usize = self.counts.iter().sum();
        std::array::from_fn(|label| {
            let before = label
                .checked_sub(1)
                .map_or(0.0, |before| self.cumulative[before]);
            match self.counts[label] {
                0 => 1.0,
                count => (self.cumulative[label] - before) * images as f64 / count as f64,
            }
        })
    }

    /// A label.
    pub fn draw(&self, rng: &mut impl RngCore) -> Emotion {
        const STEPS: f64 = (1u64 << 53) as f64;
        let point = (rng.next_u64() >> 11) as f64 / STEPS;
        let index = self.cumulative.partition_point(|&sum| sum <= point);
        // Rounding may leave the last sum a hair below 1: fall back to the last label that occurs.
        let last = self.counts.iter().rposition(|&count| count > 0);
        let index = index.min(last.unwrap_or(0));
        Emotion::ALL[index]
    }
}

/// Draws from the Training split of a data set.
pub struct LabelSampler {
    /// Training images by label.
    by_label: Vec<Vec<usize>>,
    shares: LabelShares,
}

impl LabelSampler {
    /// Draws labels as [`LabelShares::new`] says. The split must not be empty.
    pub fn new(dataset: &Dataset, class_balancing: f64) -> Self {
        let mut by_label = vec![Vec::new(); Emotion::COUNT];
        for index in dataset.indices(Split::Training) {
            by_label[dataset.label(index).index()].push(index);
        }
        let counts = dataset.counts()[Split::Training as usize];
        Self {
            by_label,
            shares: LabelShares::new(counts, class_balancing),
        }
    }

    /// A label and one of its images.
    pub fn draw(&self, rng: &mut impl RngCore) -> (Emotion, usize) {
        let label = self.shares.draw(rng);
        let images = &self.by_label[label.index()];
        // By 64 bits everywhere: a browser's words have 32.
        let image = (rng.next_u64() % images.len() as u64) as usize;
        (label, images[image])
    }

    /// How often each label is drawn.
    pub fn shares(&self) -> &LabelShares {
        &self.shares
    }

    /// The images of every label, in the order of [`Emotion::ALL`].
    pub fn by_label(&self) -> &[Vec<usize>] {
        &self.by_label
    }
}
