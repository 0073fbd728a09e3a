//! `stats.jsonl`: a line per tick, and a line per event that changed the run.
//!
//! A checkpoint knows how long this file was when it was written. Going back to it cuts the file to that length, so
//! no line is torn and none is there twice.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use crate::disk;
use training::grid_statistics::GridStatistics;
use training::tick::Tick;

/// A hundred thousand ticks and grids.
const MAX_BYTES: u64 = 1 << 25;

/// A line that the curve shows.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Line {
    GridStatistics(GridStatistics),
    Tick(Tick),
    /// An event that changed the run.
    Other(IgnoredAny),
}

/// The file of a run's figures.
#[derive(Debug, Clone)]
pub struct Stats {
    path: PathBuf,
}

impl Stats {
    pub fn of(run: &Path) -> Self {
        Self {
            path: run.join("stats.jsonl"),
        }
    }

    /// Appends a line.
    pub fn append(&self, line: &impl Serialize) -> anyhow::Result<()> {
        let line = serde_json::to_string(line)? + "\n";
        OpenOptions::new()
            .create(true)
            .append(true)
            .open(&self.path)
            .and_then(|mut file| file.write_all(line.as_bytes()))
            .with_context(|| format!("cannot write {}", self.path.display()))
    }

    /// All lines.
    pub fn read(&self) -> anyhow::Result<Vec<Line>> {
        let text = disk::read(&self.path, MAX_BYTES)?;
        let lines = text.split(|&byte| byte == b'\n');
        lines
            .filter(|line| !line.is_empty())
            .map(serde_json::from_slice)
            .collect::<Result<_, _>>()
            .with_context(|| format!("{} is damaged", self.path.display()))
    }

    /// Waits until every line is on the disk, and gives the length of the file in bytes.
    pub fn flush(&self) -> anyhow::Result<u64> {
        let flush = || match File::open(&self.path) {
            Ok(file) => {
                disk::flush(&file)?;
                Ok(file.metadata()?.len())
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
            Err(error) => Err(error),
        };
        flush().with_context(|| format!("cannot flush {}", self.path.display()))
    }

    /// Drops everything after the first `bytes` bytes, and a line that would be torn by that.
    pub fn cut(&self, bytes: u64) -> anyhow::Result<()> {
        let cut = || -> io::Result<()> {
            let file = match OpenOptions::new().read(true).write(true).open(&self.path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
                file => file?,
            };
            let mut kept = Vec::new();
            (&file).take(bytes).read_to_end(&mut kept)?;
            let end = kept.iter().rposition(|&byte| byte == b'\n');
            file.set_len(end.map_or(0, |end| end as u64 + 1))?;
            disk::flush(&file)
        };
        cut().with_context(|| format!("cannot cut {}", self.path.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn cutting_leaves_whole_lines_only() {
        let directory = tempfile::tempdir().unwrap();
        let stats = Stats::of(directory.path());
        stats.cut(7).unwrap();
        assert_eq!(stats.flush().unwrap(), 0, "no file yet");
        stats.append(&1).unwrap();
        stats.append(&22).unwrap();
        let length = stats.flush().unwrap();
        stats.append(&333).unwrap();
        let text = || fs::read_to_string(directory.path().join("stats.jsonl")).unwrap();
        stats.cut(length).unwrap();
        assert_eq!(text(), "1\n22\n");
        stats.cut(length - 1).unwrap();
        assert_eq!(text(), "1\n", "a torn line goes");
        stats.cut(1000).unwrap();
        assert_eq!(text(), "1\n", "a shorter file stays");
    }
}
