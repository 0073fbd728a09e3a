//! FER+ (Barsoum et al. 2016): ten people's votes on every image of FER2013. They tell what is no face, and which
//! emotion most people see.

use std::io::Read;

use csv::ByteRecord;
use model_core::emotion::Emotion;

use crate::report::Kind;
use crate::table::{next_row, reader, text};
use crate::{Dataset, DatasetError, Split};

/// Where the votes for an emotion stand, in the order of [`Emotion::ALL`].
const EMOTIONS: [&str; Emotion::COUNT] = [
    "anger",
    "disgust",
    "fear",
    "happiness",
    "sadness",
    "surprise",
    "neutral",
];
/// Votes for something that is none of the seven.
const OTHERS: [&str; 3] = ["contempt", "unknown", "NF"];

/// What votes changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Voted {
    /// Training images left out: no face, or none of the seven emotions, for more people than saw any of them.
    pub left_out: usize,
    /// Training images whose label another emotion had more votes than.
    pub relabelled: usize,
}

/// The votes on one image.
struct Votes {
    emotions: [u32; Emotion::COUNT],
    others: [u32; OTHERS.len()],
    split: Option<Split>,
}

impl Votes {
    /// The label after the vote; a label that as many people see as any other stays.
    fn label(&self, before: Emotion) -> Option<Emotion> {
        let most = self.emotions.iter().max().copied().unwrap_or(0);
        if most == 0 || self.others.iter().any(|&votes| votes > most) {
            return None;
        }
        let wins = |emotion: &Emotion| self.emotions[emotion.index()] == most;
        Some(before)
            .filter(wins)
            .or_else(|| Emotion::ALL.into_iter().find(wins))
    }
}

impl Dataset {
    /// Lets votes such as FER+'s `fer2013new.csv`, whose rows are those of this data set, decide on the Training split.
    /// Held-out images keep FER2013's labels, so that figures stay comparable. `file` is the name in error messages.
    pub fn vote_by(&mut self, input: impl Read, file: &str) -> Result<Voted, DatasetError> {
        if self.report.kind == Kind::Images {
            return Err(DatasetError::VotesInOtherOrder {
                file: file.to_owned(),
                found: "images in folders, in the order of their paths".to_owned(),
            });
        }
        let votes = read(input, file, self.len() + self.skipped)?;
        if self.skipped > 0 || votes.len() != self.len() {
            return Err(DatasetError::VotesOfOthers {
                file: file.to_owned(),
                votes: votes.len(),
                images: self.len(),
                skipped: self.skipped,
            });
        }
        self.check_order(&votes, file)?;
        let mut voted = Voted::default();
        let mut kept = Vec::with_capacity(self.len());
        for (index, votes) in votes.iter().enumerate() {
            if self.splits[index] == Split::Training {
                match votes.label(self.labels[index]) {
                    None => {
                        voted.left_out += 1;
                        continue;
                    }
                    Some(label) => {
                        voted.relabelled += usize::from(label != self.labels[index]);
                        self.labels[index] = label;
                    }
                }
            }
            kept.push(index);
        }
        self.keep(&kept);
        self.with_training_images(file).map(|()| voted)
    }

    /// Refuses votes whose rows stand in another order than the images: those of a table of as many rows.
    fn check_order(&self, votes: &[Votes], file: &str) -> Result<(), DatasetError> {
        let refused = |found: String| {
            Err(DatasetError::VotesInOtherOrder {
                file: file.to_owned(),
                found,
            })
        };
        let other = (0..self.len()).find(|&index| votes[index].split != Some(self.splits[index]));
        if let Some(index) = other {
            let split = votes[index].split.map_or("nothing", Split::name);
            return refused(format!(
                "{} as the Usage of image {}, and {split} in the votes",
                self.splits[index],
                index + 1
            ));
        }
        let agrees =
            |&index: &usize| votes[index].label(self.labels[index]) == Some(self.labels[index]);
        let agreeing = (0..self.len()).filter(agrees).count();
        if self.len() >= FEWEST && agreeing < self.len() / 2 {
            let percent = 100 * agreeing / self.len();
            return refused(format!("labels of which the votes confirm {percent} %"));
        }
        Ok(())
    }
}

/// From this many images on, half of FER2013's labels are those that most people see, unless the votes are on others:
/// in the right order it is two thirds, in a wrong one a fifth.
const FEWEST: usize = 100;

/// At most as many rows as there are images, and one more to tell that there are too many.
fn read(input: impl Read, file: &str, images: usize) -> Result<Vec<Votes>, DatasetError> {
    let mut rows = reader(input, b',');
    let mut row = ByteRecord::new();
    next_row(&mut rows, &mut row, file)?;
    let columns = |names: &[&'static str]| -> Result<Vec<usize>, DatasetError> {
        let found: Vec<&str> = row.iter().map(text).collect();
        let place = |name: &&'static str| {
            let same = |field: &&str| field.eq_ignore_ascii_case(name);
            let missing = || DatasetError::MissingVotes {
                file: file.to_owned(),
                column: name,
            };
            found.iter().position(same).ok_or_else(missing)
        };
        names.iter().map(place).collect()
    };
    let (emotions, others) = (columns(&EMOTIONS)?, columns(&OTHERS)?);
    let usage = columns(&["Usage"])?[0];
    let mut votes = Vec::with_capacity(images);
    while votes.len() <= images && next_row(&mut rows, &mut row, file)? {
        let line = rows.position().line() - 1;
        let count = |&column: &usize| {
            let field = row.get(column).map_or("", text);
            field.parse::<u32>().map_err(|_| DatasetError::BadVotes {
                file: file.to_owned(),
                line,
                column: column + 1,
            })
        };
        votes.push(Votes {
            emotions: counted(&emotions, count)?,
            others: counted(&others, count)?,
            split: row.get(usage).and_then(|field| Split::named(text(field))),
        });
    }
    Ok(votes)
}

/// The numbers in some columns.
fn counted<const N: usize>(
    columns: &[usize],
    count: impl Fn(&usize) -> Result<u32, DatasetError>,
) -> Result<[u32; N], DatasetError> {
    let mut counts = [0; N];
    for (to, column) in counts.iter_mut().zip(columns) {
        *to = count(column)?;
    }
    Ok(counts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use model_core::pixels::IMAGE_PIXELS;

    const HEADER: &str = "Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF\n";

    /// Images of one grey each, in the order of their greys.
    fn dataset(images: &[(Emotion, Split)]) -> Dataset {
        let mut dataset = Dataset::new("test");
        for (grey, &(emotion, split)) in images.iter().enumerate() {
            dataset.push(&[grey as u8; IMAGE_PIXELS], emotion, split);
        }
        dataset
    }

    fn voted(dataset: &mut Dataset, rows: &str) -> Result<Voted, String> {
        let file = format!("{HEADER}{rows}");
        let voted = dataset.vote_by(file.as_bytes(), "votes.csv");
        voted.map_err(|error| error.to_string())
    }

    #[test]
    fn most_votes_decide_on_training_images_alone() {
        let mut faces = dataset(&[
            (Emotion::Angry, Split::Training),
            (Emotion::Sad, Split::Training),
            (Emotion::Fear, Split::Training),
            (Emotion::Happy, Split::PrivateTest),
        ]);
        let rows = "Training,a,1,0,0,4,5,0,0,0,0,0\n\
                    Training,b,6,0,0,4,0,0,0,0,0,0\n\
                    Training,c,0,0,0,0,0,0,2,0,1,7\n\
                    PrivateTest,d,9,0,0,0,0,0,0,0,0,1\n";
        let found = voted(&mut faces, rows);
        assert_eq!(
            found,
            Ok(Voted {
                left_out: 1,
                relabelled: 1
            })
        );
        let labels: Vec<_> = (0..faces.len()).map(|index| faces.label(index)).collect();
        assert_eq!(labels, [Emotion::Angry, Emotion::Neutral, Emotion::Happy]);
        assert_eq!(faces.image(2)[0], 3, "images stay with their labels");
    }

    #[test]
    fn a_label_with_as_many_votes_as_another_stays_and_contempt_is_none_of_the_seven() {
        let mut faces = dataset(&[
            (Emotion::Sad, Split::Training),
            (Emotion::Sad, Split::Training),
        ]);
        let rows = "Training,a,0,0,0,4,4,0,0,0,2,0\nTraining,b,0,0,0,4,0,0,0,5,1,0\n";
        assert_eq!(
            voted(&mut faces, rows),
            Ok(Voted {
                left_out: 1,
                relabelled: 0
            })
        );
        assert_eq!((faces.len(), faces.label(0)), (1, Emotion::Sad));
    }

    #[test]
    fn votes_of_other_images_and_broken_ones_are_refused_in_a_sentence() {
        let one = "Training,a,0,0,0,4,4,0,0,0,2,0\n";
        let mut faces = dataset(&[(Emotion::Sad, Split::Training); 2]);
        let before = faces.clone();
        let said = voted(&mut faces, one).unwrap_err();
        assert!(
            said.contains("holds votes on 1 images, the data set has 2"),
            "{said}"
        );
        let said = voted(&mut faces, &one.repeat(9)).unwrap_err();
        assert!(said.contains("more than 2 images"), "{said}");
        let said = voted(&mut faces, &one.replace(",4,4", ",4,many")).unwrap_err();
        assert!(
            said.contains("votes.csv, line 2: column 7 holds no number of votes"),
            "{said}"
        );
        let error = faces
            .vote_by("emotion,pixels\n".as_bytes(), "votes.csv")
            .unwrap_err();
        assert!(
            error.to_string().contains("no column named anger"),
            "{error}"
        );
        assert_eq!(faces, before, "nothing was changed");
        let skipped = "Training,a,0,0,0,0,0,0,0,0,0,9\n".repeat(2);
        let said = voted(&mut faces, &skipped).unwrap_err();
        assert!(said.contains("holds no training images"), "{said}");
    }
}
