//! `reexpress`: a photograph with seven emotions.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use burn::tensor::Device;
use clap::Args;
use dataset::{Crop, Photo};
use model_core::bundle::{Bundle, Manifest};
use model_core::classifier_bundle::ClassifierBundle;
use model_core::emotion::Emotion;
use training::inversion::{SearchOptions, TuningOptions};

use super::data::DataArgs;
use crate::pictures::Grid;
use crate::reexpress::{Measured, Reexpress, Step, measure, seven};
use crate::wait::wait;
use crate::{bundles, disk, home, pictures};

#[derive(Debug, Args)]
pub(super) struct ReexpressArgs {
    /// Directory with manifest.json and generator.safetensors
    #[arg(long)]
    bundle: PathBuf,
    /// A JPEG or PNG file
    #[arg(long, required_unless_present = "measure")]
    photo: Option<PathBuf>,
    /// The face in it, from brow to chin: left and upper edge and side of a square, in pixels [default: the largest square in the
    /// middle]
    #[arg(long, value_name = "X,Y,SIDE", value_parser = square)]
    crop: Option<Square>,
    /// What the photograph shows [default: what the classifier sees in it]
    #[arg(long)]
    emotion: Option<Emotion>,
    /// First of the seeds that the search tries
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Directory for the seven faces, the person and a sheet
    #[arg(long, default_value = "person")]
    out: PathBuf,
    /// Directory of the classifier that says what a face shows [default: the shipped one]
    #[arg(long)]
    classifier: Option<PathBuf>,
    /// Instead of one photograph: so many PrivateTest images of --data, and figures
    #[arg(long, value_name = "IMAGES", conflicts_with_all = ["photo", "crop", "emotion", "out"], value_parser = at_least_one)]
    measure: Option<usize>,
    #[command(flatten)]
    data: DataArgs,
    #[command(flatten)]
    method: MethodArgs,
}

/// What docs/photo.md compares.
#[derive(Debug, Args)]
struct MethodArgs {
    /// Steps of the search for a latent
    #[arg(long, default_value_t = SearchOptions::DEFAULT.steps, hide_short_help = true)]
    search_steps: usize,
    /// Latents that are followed at once
    #[arg(long, default_value_t = SearchOptions::DEFAULT.starts, hide_short_help = true, value_parser = starts)]
    starts: usize,
    /// Steps of the tuning
    #[arg(long, default_value_t = TuningOptions::DEFAULT.steps, hide_short_help = true)]
    tuning_steps: usize,
    /// Learning rate of its first step
    #[arg(long, default_value_t = TuningOptions::DEFAULT.rate, hide_short_help = true)]
    tuning_rate: f64,
    /// Weight of the changes from one emotion to the next, which are held
    #[arg(long, default_value_t = TuningOptions::DEFAULT.held, hide_short_help = true)]
    held: f64,
    /// Weight of what the classifier sees in the other emotions
    #[arg(long, default_value_t = TuningOptions::DEFAULT.classified, hide_short_help = true)]
    classified: f64,
}

/// Left and upper edge and side of a square, in pixels.
#[derive(Debug, Clone, Copy)]
struct Square {
    left: f32,
    top: f32,
    side: f32,
}

/// A count of something.
fn at_least_one(text: &str) -> Result<usize, String> {
    let count = text.parse().ok().filter(|count| *count > 0);
    count.ok_or_else(|| "expected 1 or more".into())
}

/// No more latents can be followed than seeds are tried.
fn starts(text: &str) -> Result<usize, String> {
    let most = SearchOptions::DEFAULT.candidates;
    let starts = at_least_one(text)?;
    (starts <= most)
        .then_some(starts)
        .ok_or_else(|| format!("expected 1 to {most}"))
}

fn square(text: &str) -> Result<Square, String> {
    let numbers: Option<Vec<f32>> = text
        .split(',')
        .map(|part| part.trim().parse().ok())
        .collect();
    match numbers.as_deref() {
        Some(&[left, top, side]) => Ok(Square { left, top, side }),
        _ => Err("expected three numbers: X,Y,SIDE".into()),
    }
}

impl From<Square> for Crop {
    fn from(Square { left, top, side }: Square) -> Self {
        Crop {
            middle: [left + side / 2.0, top + side / 2.0],
            side,
            turn: 0.0,
        }
    }
}

pub(super) fn run(args: &ReexpressArgs) -> anyhow::Result<()> {
    let device = Device::flex();
    let bundle: Bundle = bundles::read(&args.bundle)?;
    let generator = bundle.generator(&device)?;
    let classifier = args.classifier.clone().or_else(home::shipped_classifier);
    let classifier =
        classifier.context("the shipped classifier is missing: pass --classifier DIR")?;
    let classifier: ClassifierBundle = bundles::read(&classifier)?;
    let classifier = classifier.classifier(&device)?;
    let with = Reexpress {
        generator: &generator,
        classifier: &classifier,
        search: SearchOptions {
            steps: args.method.search_steps,
            starts: args.method.starts,
            ..SearchOptions::DEFAULT
        },
        tuning: TuningOptions {
            steps: args.method.tuning_steps,
            rate: args.method.tuning_rate,
            held: args.method.held,
            classified: args.method.classified,
        },
        seed: args.seed,
    };
    match (&args.photo, args.measure) {
        (Some(photo), _) => reexpress(&with, photo, &bundle.manifest, args),
        (None, Some(count)) => figures(&with, count, args),
        (None, None) => anyhow::bail!("neither --photo nor --measure: pass one"),
    }
}

fn reexpress(
    with: &Reexpress<'_>,
    path: &Path,
    of: &Manifest,
    args: &ReexpressArgs,
) -> anyhow::Result<()> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let photo = Photo::decode(&bytes).with_context(|| path.display().to_string())?;
    let crop = args.crop.map_or_else(|| photo.middle(), Crop::from);
    let grey = photo
        .face(crop)
        .with_context(|| path.display().to_string())?;
    let emotion = args.emotion.map_or_else(|| with.emotion(&grey), Ok)?;
    crate::note!("photo    {}: {emotion}", path.display());
    let (_, person) = with.person(&grey, emotion, &mut |step| match step {
        Step::Searched(steps, error) => {
            crate::note!("search   {steps:>4} steps  {error:.1} grey levels off")
        }
        Step::Tuned(steps, error) => {
            crate::note!("tuning   {steps:>4} steps  {error:.1} grey levels off")
        }
    })?;
    fs::create_dir_all(&args.out)
        .with_context(|| format!("cannot create {}", args.out.display()))?;
    let faces = seven(&person)?;
    for (emotion, face) in Emotion::ALL.into_iter().zip(&faces) {
        disk::write(
            &args.out.join(format!("{emotion}.png")),
            &pictures::face(face)?,
        )?;
    }
    let mut sheet = Grid::new(1 + faces.len(), 1 + faces.len());
    sheet.put(Some(&grey));
    faces.iter().for_each(|face| sheet.put(Some(face)));
    sheet.write(&args.out.join("sheet.png"))?;
    let bundle = args.out.join("bundle");
    bundles::write(&wait(person.pack(of))?, &bundle)?;
    crate::say!("person   {}", args.out.display());
    crate::say!(
        "bundle   {}, which makes this person of every seed",
        bundle.display()
    );
    Ok(())
}

/// Figures over held-out images.
fn figures(with: &Reexpress<'_>, count: usize, args: &ReexpressArgs) -> anyhow::Result<()> {
    let dataset = args.data.load_for_measuring()?.dataset;
    let mut done = 0;
    let all = measure(with, &dataset, count, &mut |one| {
        done += 1;
        crate::note!("image    {done:>4}  {:.1} grey levels off", one.errors[1]);
    })?;
    print(&all);
    Ok(())
}

fn print(all: &[Measured]) {
    let row = |name: &str, of: &dyn Fn(&Measured) -> f64, digits: usize| {
        let mut values: Vec<f64> = all.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        let at = |share: f64| values[((values.len() - 1) as f64 * share).round() as usize];
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        crate::say!(
            "{name:<44}{mean:>8.digits$}{:>8.digits$}{:>8.digits$}",
            at(0.5),
            at(0.9)
        );
    };
    crate::say!("{:<44}{:>8}{:>8}{:>8}", "", "mean", "median", "p90");
    row("pivot, grey levels off", &|one| one.errors[0], 1);
    row("tuned, grey levels off", &|one| one.errors[1], 1);
    row(
        "pivot, asked emotion seen in the other six",
        &|one| one.seen[0],
        2,
    );
    row(
        "tuned, asked emotion seen in the other six",
        &|one| one.seen[1],
        2,
    );
    row(
        "change from emotion to emotion kept, cosine",
        &|one| one.kept,
        3,
    );
}
