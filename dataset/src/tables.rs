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
    /// The number of `train-00000-of-00002`, of `0001` and of `fer2013_1`, without zeros before it.
    number: Option<Number>,
}

/// A number's length and its digits: so numbers of any length have their order.
type Number = (usize, String);

impl Name {
    fn of(path: &str) -> Name {
        let mut parts: Vec<&str> = path.split('/').collect();
        let file = parts.pop().unwrap_or(path);
        let stem = file.split('.').next().unwrap_or(file).to_ascii_lowercase();
        let before = stem
            .split_once("-of-")
            .map_or(&stem[..], |(before, _)| before);
        let text = before.trim_end_matches(|letter: char| letter.is_ascii_digit());
        // The digits of `fer2013` are no number of a part.
        let apart = text.is_empty() || text.ends_with(['-', '_', '.', ' ']);
        let (stem, number) = match &before[text.len()..] {
            digits if apart && !digits.is_empty() => {
                let digits = digits.trim_start_matches('0');
                let stem = text.trim_end_matches(['-', '_', '.', ' ']);
                (stem.to_owned(), Some((digits.len(), digits.to_owned())))
            }
            _ => (stem, None),
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
    let mut groups: BTreeMap<Key, Vec<(Option<Number>, Part)>> = BTreeMap::new();
    for mut part in tables {
        let path = &paths[part.index];
        let name = Name::of(path);
        part.split = name.split.or(around);
        let form = (
            matches!(part.columns, Columns::Parquet(_)),
            part.columns.has_usage(),
        );
        // A table with `Usage` says everything itself: others belong to it only as numbered parts of one folder.
        let key = match (part.columns.has_usage(), &name.number) {
            (false, _) => (name.folders, name.stem, form),
            (true, Some(_)) => {
                let stem = format!("{} {:?}", name.stem, name.split);
                (folders_of(path), stem, form)
            }
            (true, None) => (folders_of(path), path.clone(), form),
        };
        groups.entry(key).or_default().push((name.number, part));
    }
    let groups = groups.into_iter().flat_map(|((folders, _, _), parts)| {
        let apart = apart(parts).into_iter();
        apart.map(move |parts| (folders.len(), parts))
    });
    groups.collect()
}

/// Folders, the name without its split and number, whether it is Parquet, and whether it has `Usage`.
type Key = (Vec<String>, String, (bool, bool));

/// The folders around a file.
fn folders_of(path: &str) -> Vec<String> {
    let folders = path.rsplit_once('/').map_or("", |(folders, _)| folders);
    let folders = folders.split('/').filter(|folder| !folder.is_empty());
    folders.map(str::to_owned).collect()
}

/// Parts in the order of their splits and numbers; where two claim to be the same one, each stands for itself.
fn apart(mut parts: Vec<(Option<Number>, Part)>) -> Vec<Vec<Part>> {
    parts.sort_by(|(number, part), (other_number, other)| {
        (part.split, number, part.index).cmp(&(other.split, other_number, other.index))
    });
    // `fer2013` and `fer2013_1` are a whole and a copy or a part of it, and so not two parts.
    let same = |pair: &[(Option<Number>, Part)]| {
        let [(number, part), (other_number, other)] = pair else {
            return false;
        };
        part.split == other.split && (number == other_number || number.is_none())
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
        let numbers = ["fer2013_10.csv", "fer2013_2.csv", "fer2013-1.csv"];
        assert_eq!(grouped(&numbers), [[(2, None), (1, None), (0, None)]]);
        let both = ["train_1.csv", "test.csv", "train_2.csv"];
        assert_eq!(grouped(&both), [[(0, TRAIN), (2, TRAIN), (1, TEST)]]);
        let names = ["fer_test.csv", "fer_train.csv"];
        assert_eq!(grouped(&names), [[(1, TRAIN), (0, TEST)]]);
    }

    #[test]
    fn what_may_be_the_same_stays_apart() {
        assert_eq!(grouped(&["fer_1.csv", "fer.csv"]).len(), 2);
        assert_eq!(grouped(&["fer_1.csv", "fer_01.csv"]).len(), 2);
        assert_eq!(grouped(&["fer2012.csv", "fer2013.csv"]).len(), 2);
        assert_eq!(grouped(&["train.csv", "train.txt"]).len(), 2);
        assert_eq!(grouped(&["a_train.csv", "b_train.csv"]).len(), 2);
        assert_eq!(grouped(&["one.csv", "two.csv"]).len(), 2);
    }
}
