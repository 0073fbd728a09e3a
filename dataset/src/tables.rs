//! Which tables belong together: `train.csv` and `test.csv`, or the numbered parts of one table.

use std::collections::BTreeMap;

use crate::Split;
use crate::candidate::{Columns, Part};

/// What the path of a table says.
struct Name {
    split: Option<Split>,
    /// Folders around it, those that name a split left out.
    folders: Vec<String>,
    /// The file's name without its split and its number.
    stem: String,
    /// The number of `train-00000-of-00002`.
    number: Option<String>,
}

impl Name {
    fn of(path: &str) -> Name {
        let mut parts: Vec<&str> = path.split('/').collect();
        let file = parts.pop().unwrap_or(path);
        let stem = file.split('.').next().unwrap_or(file).to_ascii_lowercase();
        let (stem, number) = match stem.split_once("-of-") {
            Some((before, _)) => match before.rsplit_once('-') {
                Some((stem, number)) => (stem.to_owned(), Some(number.to_owned())),
                None => (stem, None),
            },
            None if stem.bytes().all(|letter| letter.is_ascii_digit()) => {
                (String::new(), Some(stem))
            }
            None => (stem, None),
        };
        let split = Split::in_words(&stem);
        let words = stem.split(|letter: char| !letter.is_ascii_alphanumeric());
        let rest: Vec<&str> = words.filter(|word| Split::named(word).is_none()).collect();
        let outer = parts.iter().rev().find_map(|name| Split::named(name));
        let kept = parts
            .into_iter()
            .filter(|name| Split::named(name).is_none());
        Name {
            folders: kept.map(str::to_owned).collect(),
            stem: match split {
                Some(_) => rest.join("-"),
                None => stem,
            },
            split: split.or(outer),
            number,
        }
    }
}

/// Puts tables together that are parts of one data set; each group comes with the number of folders around it.
pub(crate) fn groups(
    tables: Vec<Part>,
    paths: &[String],
    around: Option<Split>,
) -> Vec<(usize, Vec<Part>)> {
    type Key = (Vec<String>, String, bool);
    let mut groups: BTreeMap<Key, Vec<(Option<String>, Part)>> = BTreeMap::new();
    let mut whole = Vec::new();
    for mut part in tables {
        let name = Name::of(&paths[part.index]);
        part.split = name.split.or(around);
        if part.columns.has_usage() {
            // It says everything itself.
            whole.push((paths[part.index].matches('/').count(), vec![part]));
            continue;
        }
        let parquet = matches!(part.columns, Columns::Parquet(_));
        let group = groups
            .entry((name.folders, name.stem, parquet))
            .or_default();
        group.push((name.number, part));
    }
    for ((folders, _, _), parts) in groups {
        whole.extend(apart(parts).into_iter().map(|parts| (folders.len(), parts)));
    }
    whole
}

/// Parts in the order of their splits and numbers; where two claim to be the same one, each stands for itself.
fn apart(mut parts: Vec<(Option<String>, Part)>) -> Vec<Vec<Part>> {
    parts.sort_by(|(number, part), (other_number, other)| {
        (part.split, number, part.index).cmp(&(other.split, other_number, other.index))
    });
    let same = |pair: &[(Option<String>, Part)]| {
        (pair[0].1.split, &pair[0].0) == (pair[1].1.split, &pair[1].0)
    };
    let twice = parts.windows(2).any(same);
    let mixed = parts.iter().any(|(_, part)| part.split.is_none())
        && parts.iter().any(|(_, part)| part.split.is_some());
    let parts = parts.into_iter().map(|(_, part)| part);
    if twice || mixed {
        parts.map(|part| vec![part]).collect()
    } else {
        vec![parts.collect()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Header;

    fn grouped(paths: &[&str]) -> Vec<Vec<(usize, Option<Split>)>> {
        let header = Header::read(&b"emotion,pixels\n"[..], "faces.csv").unwrap();
        let tables = (0..paths.len()).map(|index| Part {
            index,
            gzip: false,
            shown: String::new(),
            split: None,
            columns: Columns::Text(header.clone()),
        });
        let paths: Vec<String> = paths.iter().map(|path| path.to_string()).collect();
        let groups = groups(tables.collect(), &paths, None);
        groups
            .into_iter()
            .map(|(_, parts)| parts.iter().map(|part| (part.index, part.split)).collect())
            .collect()
    }

    const TRAIN: Option<Split> = Some(Split::Training);
    const TEST: Option<Split> = Some(Split::PrivateTest);

    #[test]
    fn splits_and_numbered_parts_belong_together() {
        let parts = [
            "data/test-00000-of-00001.parquet",
            "data/train-00001-of-00002-9ab.parquet",
            "data/train-00000-of-00002-1cd.parquet",
        ];
        assert_eq!(grouped(&parts), [[(2, TRAIN), (1, TRAIN), (0, TEST)]]);
        let folders = ["default/test/0000.parquet", "default/train/0000.parquet"];
        assert_eq!(grouped(&folders), [[(1, TRAIN), (0, TEST)]]);
        let names = ["fer_test.csv", "fer_train.csv"];
        assert_eq!(grouped(&names), [[(1, TRAIN), (0, TEST)]]);
    }

    #[test]
    fn what_may_be_the_same_stays_apart() {
        assert_eq!(grouped(&["train.csv", "train.txt"]).len(), 2);
        assert_eq!(grouped(&["a_train.csv", "b_train.csv"]).len(), 2);
        assert_eq!(grouped(&["one.csv", "two.csv"]).len(), 2);
    }
}
