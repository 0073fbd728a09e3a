//! One list of files looked through: what may be the data set, which archives to look into, and the rest.

use std::collections::BTreeMap;
use std::io::Read;

use flate2::read::MultiGzDecoder;

use crate::candidate::{Archive, Candidate, Columns, Content, Location, Part};
use crate::error::printable;
use crate::files::Files;
use crate::kind::{self, Form, HEAD, Kind};
use crate::parquet::Parquet;
use crate::report::PassedOver;
use crate::table::Header;
use crate::{DatasetError, Split, tables, tree};

/// What was found in a list of files.
#[derive(Default)]
pub(crate) struct Scan {
    pub candidates: Vec<Candidate>,
    /// Archives, and what they are called.
    pub archives: Vec<(Archive, String)>,
    pub passed: Vec<PassedOver>,
    /// Why files are no data that claim to be some: said where there is no other data.
    pub problems: Vec<DatasetError>,
}

/// Looks through the files at a location; `room` bytes of them may be read into memory.
pub(crate) fn scan(
    files: &mut dyn Files,
    location: &Location,
    room: u64,
) -> Result<Scan, DatasetError> {
    let names = files.names().to_vec();
    let (images, others): (Vec<usize>, Vec<usize>) =
        (0..names.len()).partition(|&index| kind::is_image_name(&names[index]));
    let shown: Vec<String> = others.iter().map(|&index| files.shown(index)).collect();
    let mut sorter = Sorter {
        images,
        ..Sorter::default()
    };
    let mut shown = others.iter().zip(shown);
    files.visit(&others, &mut |index, input| {
        // Both run through the same files in the same order.
        if let Some((_, shown)) = shown.next() {
            sorter.sort(index, &names[index], shown, input);
        }
        Ok(())
    })?;
    sorter.open_parquets(files, room);
    Ok(sorter.finish(files, &names, location))
}

/// Sorts files by their kind.
#[derive(Default)]
struct Sorter {
    images: Vec<usize>,
    tables: Vec<Part>,
    parquets: Vec<(usize, String)>,
    scan: Scan,
    others: usize,
}

impl Sorter {
    fn sort(&mut self, index: usize, name: &str, shown: String, input: &mut dyn Read) {
        let mut head = Vec::new();
        // What cannot be read is broken, and the load says so if it is wanted.
        let _broken = input.take(HEAD as u64).read_to_end(&mut head);
        let form = kind::of(&head, name);
        match form.kind {
            Kind::Image => self.images.push(index),
            Kind::Zip | Kind::Tar => self.scan.archives.push((Archive { index, form }, shown)),
            Kind::Parquet if form.gzip => {
                self.pass(shown, "a gzipped Parquet file", DatasetError::unknown_kind);
            }
            Kind::Parquet => self.parquets.push((index, shown)),
            Kind::Text => self.sort_text(index, name, shown, form, &mut head.chain(input)),
            Kind::Foreign(what) => self.pass(shown, what, DatasetError::unknown_kind),
            Kind::Unknown => {
                self.others += 1;
                let unknown = "of no kind that is known here";
                self.scan
                    .problems
                    .push(DatasetError::unknown_kind(&shown, unknown));
            }
        }
    }

    fn sort_text(
        &mut self,
        index: usize,
        name: &str,
        shown: String,
        form: Form,
        input: &mut dyn Read,
    ) {
        let header = match form.gzip {
            true => Header::read(MultiGzDecoder::new(input), &shown),
            false => Header::read(input, &shown),
        };
        match header {
            Ok(header) => self.tables.push(Part {
                index,
                gzip: form.gzip,
                shown,
                split: None,
                columns: Columns::Text(header),
            }),
            Err(_) if kind::is_zip_name(name) => {
                let kind = Kind::Zip;
                let form = Form { kind, ..form };
                self.scan.archives.push((Archive { index, form }, shown));
            }
            Err(problem) if kind::is_table_name(name) => {
                self.pass(shown, "a table without labelled faces", |_, _| problem);
            }
            Err(_) => {
                self.others += 1;
                let text = "text without the columns emotion and pixels";
                self.scan
                    .problems
                    .push(DatasetError::unknown_kind(&shown, text));
            }
        }
    }

    /// Looks into Parquet files, which describe themselves at their ends.
    fn open_parquets(&mut self, files: &mut dyn Files, room: u64) {
        for (index, shown) in std::mem::take(&mut self.parquets) {
            let columns = files.open(index, room).and_then(|mut opened| {
                let parquet = Parquet::open(&mut opened.input, &shown)?;
                Ok(parquet.into_columns())
            });
            match columns {
                Ok(columns) => self.tables.push(Part {
                    index,
                    gzip: false,
                    shown,
                    split: None,
                    columns: Columns::Parquet(columns),
                }),
                Err(problem) => {
                    let why = "a Parquet file without labelled faces";
                    self.pass(shown, why, |_, _| problem);
                }
            }
        }
    }

    /// Passes over a file in which faces may be.
    fn pass(&mut self, what: String, why: &str, problem: impl FnOnce(&str, &str) -> DatasetError) {
        self.scan.problems.push(problem(&what, why));
        self.scan.passed.push(PassedOver {
            what,
            files: 1,
            why: why.to_owned(),
            matters: true,
        });
    }

    /// Puts what belongs together into candidates.
    fn finish(mut self, files: &dyn Files, names: &[String], location: &Location) -> Scan {
        self.images.sort_unstable();
        let paths = self.images.iter().map(|&index| (index, &names[index][..]));
        let (trees, lost) = tree::find(paths, location.split);
        for tree in trees {
            let shown = container(files, tree.images[0].index, names) + &printable(&tree.shown());
            self.scan.candidates.push(Candidate {
                location: location.below(tree.depth()),
                shown,
                content: Content::Images(tree.images),
            });
        }
        self.pass_images(files, names, &lost);
        for (depth, parts) in tables::groups(self.tables, names, location.split) {
            let shown: Vec<&str> = parts.iter().map(|part| &part.shown[..]).collect();
            self.scan.candidates.push(Candidate {
                location: location.below(depth),
                shown: shown.join(", "),
                content: Content::Tables(parts),
            });
        }
        if self.others > 0 {
            self.scan.passed.push(PassedOver {
                what: "other files".to_owned(),
                files: self.others,
                why: "neither tables nor images".to_owned(),
                matters: false,
            });
        }
        self.scan
    }

    /// Counts the images that lie in no folder of an emotion, by their folder.
    fn pass_images(&mut self, files: &dyn Files, names: &[String], lost: &[usize]) {
        let mut folders: BTreeMap<String, usize> = BTreeMap::new();
        for &index in lost {
            let folder = names[index]
                .rsplit_once('/')
                .map_or("", |(folder, _)| folder);
            let shown = container(files, index, names) + &printable(folder) + "/";
            *folders.entry(shown).or_default() += 1;
        }
        let passed = folders.into_iter().map(|(what, files)| PassedOver {
            what,
            files,
            why: "images in a folder that names no emotion".to_owned(),
            matters: true,
        });
        self.scan.passed.extend(passed);
    }
}

/// What is shown before a file's name.
fn container(files: &dyn Files, index: usize, names: &[String]) -> String {
    let shown = files.shown(index);
    let name = printable(&names[index]);
    shown.strip_suffix(&name).unwrap_or_default().to_owned()
}

impl Location {
    /// A place this many folders further down.
    fn below(&self, folders: usize) -> Location {
        Location {
            depth: self.depth + folders,
            ..self.clone()
        }
    }

    /// The inside of an archive that lies here.
    pub(crate) fn inside(&self, archive: Archive, name: &str) -> Location {
        let (folders, file) = name.rsplit_once('/').unwrap_or(("", name));
        let depth = folders.split('/').filter(|part| !part.is_empty()).count();
        let mut archives = self.archives.clone();
        archives.push(archive);
        Location {
            archives,
            depth: self.depth + depth + 1,
            split: Split::in_words(file).or(self.split),
        }
    }
}
