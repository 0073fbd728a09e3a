//! Everything that may be the data set, in files and in archives among them.

use std::io::Cursor;

use flate2::read::MultiGzDecoder;

use crate::DatasetError;
use crate::candidate::{Archive, Candidate, Location};
use crate::files::tar::Tar;
use crate::files::{Files, LARGEST_ARCHIVE, into_memory, zip};
use crate::kind::Kind;
use crate::report::PassedOver;
use crate::scan::{Scan, scan};

/// How many archives are looked into, and how many lie in each other: more is made to do harm.
const MOST_ARCHIVES: usize = 16;
const DEEPEST: usize = 3;

/// What files hold.
#[derive(Default)]
pub(crate) struct Found {
    pub candidates: Vec<Candidate>,
    pub passed: Vec<PassedOver>,
    pub problems: Vec<DatasetError>,
    /// Where links lead to nothing that can be read, and how many.
    pub dead_links: Vec<(Location, usize, DatasetError)>,
}

/// Looks through files and, the nearest first, through archives in which the data set may lie.
pub(crate) fn find(files: &mut dyn Files, top: Location) -> Result<Found, DatasetError> {
    let mut found = Found::default();
    let mut waiting = vec![(top, None::<String>)];
    let mut opened = 0;
    while let Some(next) = (0..waiting.len()).min_by_key(|&index| waiting[index].0.depth) {
        let (location, archive) = waiting.remove(next);
        if let Some(name) = &archive {
            if let Some(why) = found.needless(&location, opened) {
                found.pass(name, why, opened >= MOST_ARCHIVES);
                continue;
            }
            opened += 1;
        }
        let inside = within(
            files,
            &location.archives,
            LARGEST_ARCHIVE,
            &mut |files, room| {
                let (names, links) = (files.names().to_vec(), files.dead_links());
                scan(files, &location, room).map(|scan| (scan, names, links))
            },
        );
        match (inside, archive) {
            (Ok((scan, names, links)), _) => {
                let links = links.map(|(count, problem)| (location.clone(), count, problem));
                found.dead_links.extend(links);
                waiting.extend(found.take(scan, &location, &names));
            }
            (Err(problem), None) => return Err(problem),
            (Err(problem), Some(name)) => {
                let why = format!("an archive that cannot be read ({problem})");
                found.pass(&name, &why, true);
                found.problems.insert(0, problem);
            }
        }
    }
    Ok(found)
}

impl Found {
    /// Takes over what was found at a location; the archives there, and what they are called, are still to be opened.
    fn take(
        &mut self,
        scan: Scan,
        location: &Location,
        names: &[String],
    ) -> Vec<(Location, Option<String>)> {
        self.candidates.extend(scan.candidates);
        self.passed.extend(scan.passed);
        self.problems.extend(scan.problems);
        let archives = scan.archives.into_iter();
        let inside = archives.map(|(archive, shown)| {
            let name = &names[archive.index];
            (location.inside(archive, name), Some(shown))
        });
        inside.collect()
    }

    /// Why an archive need not be opened.
    fn needless(&self, inside: &Location, opened: usize) -> Option<&'static str> {
        let better =
            |candidate: &Candidate| candidate.tells_splits() && candidate.depth() < inside.depth;
        if self.candidates.iter().any(better) {
            return Some("an archive, not opened");
        }
        if opened >= MOST_ARCHIVES || inside.archives.len() > DEEPEST {
            return Some("an archive, not opened because there are too many");
        }
        None
    }

    fn pass(&mut self, what: &str, why: &str, matters: bool) {
        self.passed.push(PassedOver {
            what: what.to_owned(),
            files: 1,
            why: why.to_owned(),
            matters,
        });
    }
}

/// Opens archives that lie in each other, the outermost first, and does something with the files in the innermost.
/// No more than `room` bytes of them lie in memory; `then` is told how many may still.
pub(crate) fn within<T>(
    files: &mut dyn Files,
    archives: &[Archive],
    room: u64,
    then: &mut dyn FnMut(&mut dyn Files, u64) -> Result<T, DatasetError>,
) -> Result<T, DatasetError> {
    let Some((archive, deeper)) = archives.split_first() else {
        return then(files, room);
    };
    let shown = files.shown(archive.index);
    let mut opened = files.open(archive.index, room)?;
    let room = room - opened.in_memory;
    match (archive.form.kind, archive.form.gzip) {
        (Kind::Tar, gzip) => {
            let mut tar = Tar::list(opened.input, gzip, &shown)?;
            within(&mut tar, deeper, room, then)
        }
        (_, true) => {
            let mut input = MultiGzDecoder::new(&mut opened.input);
            let bytes = into_memory(&mut input, &shown, room)?;
            let room = room - bytes.len() as u64;
            let mut zip = zip::list(Cursor::new(bytes), &shown)?;
            within(&mut zip, deeper, room, then)
        }
        (_, false) => {
            let mut zip = zip::list(opened.input, &shown)?;
            within(&mut zip, deeper, room, then)
        }
    }
}
