//! Which faces a command reads, and what it says of them.

use std::path::PathBuf;

use clap::Args;

use crate::run_data::{DataOptions, RunData};
use dataset::{Dataset, LoadOptions, Source};

#[derive(Debug, Args)]
pub(super) struct DataArgs {
    /// FER2013 as a table, Parquet or images, in a file, an archive or a folder: see docs/data.md [default: data/fer2013.csv, data/fer2013.zip, else synthetic faces]
    #[arg(long)]
    data: Option<PathBuf>,
    /// Leave bad rows and images out and count them
    #[arg(long)]
    skip_bad_rows: bool,
    /// FER+'s votes on FER2013 (fer2013new.csv): training images that most people call no face or none of the seven
    /// emotions are left out, and the others get the label with the most votes
    #[arg(long, value_name = "FILE")]
    votes: Option<PathBuf>,
}

impl DataArgs {
    fn options(&self) -> DataOptions {
        let path = match Source::choose(self.data.as_deref()) {
            Source::Path(path) => Some(absolute(path)),
            Source::Synthetic { .. } => None,
        };
        DataOptions {
            path,
            skip_bad_rows: self.skip_bad_rows,
            votes: self.votes.clone().map(absolute),
        }
    }

    pub(super) fn load(&self) -> anyhow::Result<Loaded> {
        load(self.options())
    }

    /// Loads a data set without the held-out images that are in the training split too.
    pub(super) fn load_for_measuring(&self) -> anyhow::Result<Loaded> {
        let mut loaded = self.load()?;
        let dropped = loaded.dataset.drop_cross_split_duplicates();
        if dropped > 0 {
            crate::note!("dropped  {dropped} held-out images that are in the training split too");
        }
        Ok(loaded)
    }
}

/// A path that means the same from everywhere.
pub(super) fn absolute(path: PathBuf) -> PathBuf {
    std::path::absolute(&path).unwrap_or(path)
}

/// A data set and what it is.
pub(super) struct Loaded {
    pub(super) dataset: Dataset,
    /// Its hash and counts as it was read, before anything was dropped.
    pub(super) data: RunData,
}

impl Loaded {
    /// What its images are called in messages.
    pub(super) fn shown(&self) -> String {
        match &self.data.options.path {
            Some(path) => path.display().to_string(),
            None => "the synthetic faces".to_owned(),
        }
    }

    /// Warns where `what` was trained on images of another hash than these.
    pub(super) fn warn_of_others(&self, what: &str, name: &str, sha256: Option<&str>) {
        match sha256 {
            Some(trained_on) if trained_on == self.data.sha256 => {}
            Some(_) => crate::note!(
                "warning  {what} was trained on other images than {}, or on another copy of them (a data set called {name}): \
                 compare no figure with those on its own",
                self.shown()
            ),
            None => crate::note!(
                "warning  {what} does not say which images it was trained on (a data set called {name}): \
                 they may be others than {}",
                self.shown()
            ),
        }
    }
}

/// Loads a run's data and says what it is. Such notes go to standard error: standard output is for results.
pub(super) fn load(options: DataOptions) -> anyhow::Result<Loaded> {
    let source = options.path.clone().map_or(Source::STAND_IN, Source::Path);
    let mut dataset = source.load(LoadOptions {
        skip_bad_rows: options.skip_bad_rows,
    })?;
    match &options.path {
        Some(path) => crate::note!("data     {} ({} images)", path.display(), dataset.len()),
        None => crate::note!(
            "data     {} synthetic faces, made from a seed. For real ones download FER2013 (fer2013.csv, on Kaggle as\n         \"Challenges in Representation Learning: Facial Expression Recognition\") and put it at {}, or pass --data FILE",
            dataset.len(),
            Source::USUAL_PLACES[0]
        ),
    }
    for warning in &dataset.report.warnings {
        crate::note!("warning  {warning}");
    }
    if dataset.skipped > 0 {
        crate::note!("skipped  {} bad rows or images", dataset.skipped);
    }
    if let Some(votes) = &options.votes {
        let voted = dataset.vote(votes)?;
        crate::note!(
            "votes    {} training images left out, {} relabelled, by {}",
            voted.left_out,
            voted.relabelled,
            votes.display()
        );
    }
    let data = RunData::of(options, &dataset, &dataset.hash());
    Ok(Loaded { dataset, data })
}
