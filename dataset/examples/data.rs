//! What a data set holds, without a build of the trainer: `cargo run -p dataset --example data -- PATH [VOTES]`.

use std::path::Path;

use dataset::{Dataset, DatasetError, LoadOptions};

fn main() -> Result<(), DatasetError> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some(path) = arguments.first() else {
        println!("cargo run -p dataset --example data -- PATH [VOTES]");
        return Ok(());
    };
    let start = std::time::Instant::now();
    let loaded = Dataset::load(Path::new(path), LoadOptions::default());
    let mut dataset = loaded.inspect_err(|error| println!("{error}"))?;
    print!("{}{}", dataset.report, dataset.table());
    println!(
        "name     {}\nhash     {}\ntook     {:.1?}",
        dataset.name,
        dataset.hash(),
        start.elapsed()
    );
    for warning in &dataset.report.warnings {
        println!("warning  {warning}");
    }
    if let Some(votes) = arguments.get(1) {
        let voted = dataset.vote(Path::new(votes));
        println!(
            "votes    {:?}",
            voted.inspect_err(|error| println!("{error}"))?
        );
    }
    Ok(())
}
