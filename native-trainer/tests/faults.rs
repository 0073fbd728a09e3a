//! What a run survives: kills, Ctrl-C, full disks, read-only directories, a second trainer. Every test looks at the
//! program from outside, as its user does.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use rand_chacha::ChaCha8Rng;
use rand_core::{RngCore, SeedableRng};

/// Kills in the test of random moments.
const KILLS: usize = 50;
/// The longest life of a process that is killed at a random moment, in milliseconds.
const LONGEST_LIFE: u64 = 900;
/// Nothing here takes longer unless it hangs.
const PATIENCE: Duration = Duration::from_secs(120);

/// A short run with eight checkpoints on a few images, so that starting takes no time.
const SHORT: [&str; 10] = [
    "--preset", "tiny", "--batch", "2", "--images", "32", "--device", "cpu", "--data", "few.csv",
];

/// An empty directory with a table of 14 different faces, two of each emotion.
fn workplace() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(0);
    let mut table = "emotion,pixels,Usage\n".to_owned();
    for row in 0..14 {
        let pixels: Vec<String> = (0..48 * 48)
            .map(|_| (rng.next_u32() % 256).to_string())
            .collect();
        table += &format!("{},{},Training\n", row % 7, pixels.join(" "));
    }
    fs::write(directory.path().join("few.csv"), table).unwrap();
    directory
}

fn trainer(here: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_native-trainer"));
    command
        .current_dir(here)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    command
}

/// A run of [`SHORT`] below `out`.
fn train(here: &Path, out: &str) -> Command {
    trainer(here, &[&SHORT[..], &["--out", out]].concat())
}

fn resume(here: &Path, run: &Path) -> Command {
    trainer(here, &["resume", run.to_str().unwrap(), "--device", "cpu"])
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// Waits for a process that must end well, and returns what it said.
fn succeed(mut command: Command) -> String {
    let output = command.stdout(Stdio::piped()).output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", said(&output));
    said(&output)
}

/// Waits for a process that must end with exit code 2, and returns its sentence.
fn refuse(mut command: Command) -> String {
    let output = command.output().unwrap();
    assert_eq!(
        output.status.code(),
        Some(2),
        "{command:?}: {}",
        said(&output)
    );
    said(&output)
}

/// The run below `out` that can be resumed, if there is one already.
fn run_below(out: &Path) -> Option<PathBuf> {
    let mut entries = fs::read_dir(out).ok()?.map(|entry| entry.unwrap().path());
    entries.find(|path| path.join("options.json").is_file())
}

fn wait_for(what: &str, mut is_there: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_there() {
        assert!(start.elapsed() < PATIENCE, "{what} did not come");
        std::thread::sleep(Duration::from_micros(200));
    }
}

fn interrupt(child: &Child) {
    send(child, "INT");
}

/// Sends a signal by its name.
fn send(child: &Child, signal: &str) {
    let mut kill = Command::new("kill");
    kill.arg(format!("-{signal}")).arg(child.id().to_string());
    assert!(kill.status().unwrap().success());
}

/// Names in the checkpoints directory that are still being written or removed.
fn unfinished(run: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(run.join("checkpoints")).into_iter().flatten();
    entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.to_string_lossy().ends_with(".unfinished"))
        .collect()
}

/// What a finished run leaves, without the figures that depend on the speed of the machine.
#[derive(PartialEq)]
struct Result {
    weights: Vec<u8>,
    /// Networks and optimisers in the last checkpoint, in single precision: a bundle keeps eight bits of a weight.
    state: Vec<(String, Vec<u8>)>,
    checkpoints: Vec<String>,
    stats: Vec<serde_json::Value>,
}

impl Result {
    fn of(run: &Path) -> Self {
        let text = fs::read_to_string(run.join("stats.jsonl")).unwrap();
        assert!(text.ends_with('\n'), "the last line of stats.jsonl is torn");
        let stats = text.lines().map(|line| {
            let mut tick: serde_json::Value = serde_json::from_str(line).unwrap();
            for speed in ["images_per_second", "eta_seconds"] {
                tick.as_object_mut().unwrap().remove(speed);
            }
            tick
        });
        Self {
            weights: fs::read(run.join("bundle/generator.safetensors")).unwrap(),
            state: state(run),
            checkpoints: checkpoints(run),
            stats: stats.collect(),
        }
    }

    fn assert_is(&self, expected: &Self, what: &str) {
        assert!(self.weights == expected.weights, "{what}: other weights");
        assert!(self.state == expected.state, "{what}: another state");
        assert_eq!(
            self.checkpoints, expected.checkpoints,
            "{what}: other checkpoints"
        );
        assert_eq!(self.stats, expected.stats, "{what}: other figures");
    }
}

/// The networks and optimisers of a run's newest checkpoint: files by name.
fn state(run: &Path) -> Vec<(String, Vec<u8>)> {
    let newest = checkpoints(run).pop().unwrap();
    let files = fs::read_dir(run.join("checkpoints").join(newest)).unwrap();
    let mut files: Vec<_> = files
        .map(|file| file.unwrap())
        .map(|file| (file.file_name().into_string().unwrap(), file.path()))
        .filter(|(name, _)| name.ends_with(".safetensors"))
        .map(|(name, path)| (name, fs::read(path).unwrap()))
        .collect();
    assert_eq!(files.len(), 5, "two networks, an average, two optimisers");
    files.sort();
    files
}

/// Names of a run's checkpoints, the newest last.
fn checkpoints(run: &Path) -> Vec<String> {
    let checkpoints = fs::read_dir(run.join("checkpoints")).unwrap();
    let name = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().file_name();
    let mut checkpoints: Vec<String> = checkpoints
        .map(|entry| name(entry).into_string().unwrap())
        .collect();
    checkpoints.sort();
    checkpoints
}

/// Lets a process live for a while, then kills it; `None` if it ended before by itself, which must be well.
fn kill(mut child: Child, mut is_time: impl FnMut() -> bool) -> Option<()> {
    wait_for("the moment of the kill", || {
        is_time() || child.try_wait().unwrap().is_some()
    });
    if child.try_wait().unwrap().is_none() {
        child.kill().unwrap(); // SIGKILL
        child.wait().unwrap();
        return Some(());
    }
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    None
}

#[test]
fn fifty_kills_at_random_moments_change_nothing() {
    let directory = workplace();
    let here = directory.path();
    succeed(train(here, "whole"));
    let expected = Result::of(&run_below(&here.join("whole")).unwrap());

    let mut rng = ChaCha8Rng::seed_from_u64(50);
    let (mut kills, mut in_writes, mut runs) = (0, 0, 0);
    while kills < KILLS {
        let out = format!("killed-{runs}");
        let run = run_below(&here.join(&out));
        let child = match &run {
            Some(run) => resume(here, run).spawn().unwrap(),
            None => train(here, &out).spawn().unwrap(),
        };
        // Every other kill waits for a checkpoint that is being written or pruned.
        let start = Instant::now();
        let killed = match &run {
            Some(run) if kills % 2 == 1 => {
                let delay = Duration::from_micros(u64::from(rng.next_u32()) % 3000);
                let done = kill(child, || {
                    !unfinished(run).is_empty() && {
                        std::thread::sleep(delay);
                        true
                    }
                });
                in_writes += usize::from(done.is_some() && !unfinished(run).is_empty());
                done
            }
            _ => {
                let life = Duration::from_millis(u64::from(rng.next_u32()) % LONGEST_LIFE);
                kill(child, || start.elapsed() >= life)
            }
        };
        match killed {
            Some(()) => kills += 1,
            None => {
                let run = run_below(&here.join(&out)).unwrap();
                Result::of(&run).assert_is(&expected, &format!("run {runs} after {kills} kills"));
                runs += 1;
            }
        }
    }
    let out = here.join(format!("killed-{runs}"));
    if let Some(run) = run_below(&out) {
        succeed(resume(here, &run));
        Result::of(&run).assert_is(&expected, "the last run");
        runs += 1;
    }
    println!(
        "{kills} kills, {in_writes} of them inside the writing or pruning of a checkpoint, {runs} runs"
    );
    assert!(
        in_writes >= 5,
        "only {in_writes} kills hit the writing of a checkpoint"
    );
}

#[test]
fn a_finished_run_that_was_killed_while_dropping_a_checkpoint_is_tidied_up() {
    let directory = workplace();
    let here = directory.path();
    succeed(train(here, "runs"));
    let run = run_below(&here.join("runs")).unwrap();
    let expected = Result::of(&run);
    let half = run.join("checkpoints/000000001.dropped.unfinished");
    fs::create_dir(&half).unwrap();
    fs::write(half.join("generator.safetensors"), "half").unwrap();
    succeed(resume(here, &run));
    Result::of(&run).assert_is(&expected, "nothing remained to train");
}

#[test]
fn ctrl_c_finishes_the_step_and_says_how_to_resume() {
    let directory = workplace();
    let here = directory.path();
    succeed(train(here, "whole"));
    let expected = Result::of(&run_below(&here.join("whole")).unwrap());

    let child = train(here, "stopped")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let out = here.join("stopped");
    let stats = || run_below(&out).is_some_and(|run| run.join("stats.jsonl").is_file());
    wait_for("the first tick", stats);
    interrupt(&child);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", said(&output));
    let run = run_below(&out).unwrap();
    assert!(said(&output).contains("stopped  at "), "{}", said(&output));
    let next = format!("-- resume {}", run.strip_prefix(here).unwrap().display());
    assert!(said(&output).contains(&next), "{}", said(&output));
    assert!(
        !run.join("bundle").exists(),
        "stopped too late to prove anything"
    );

    assert!(succeed(resume(here, &run)).contains("continues at"));
    let weights = Result::of(&run).weights;
    assert!(
        weights == expected.weights,
        "a stopped run ended with other weights"
    );
}

#[test]
fn a_scheduler_and_a_closed_terminal_stop_a_run_as_ctrl_c_does() {
    for (signal, code) in [("TERM", 143), ("HUP", 129)] {
        let directory = workplace();
        let here = directory.path();
        // As with a closed terminal, nobody reads what the trainer says.
        let mut child = train(here, "runs").stdout(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let out = here.join("runs");
        let stats = || run_below(&out).is_some_and(|run| run.join("stats.jsonl").is_file());
        wait_for("the first tick", stats);
        send(&child, signal);
        assert_eq!(child.wait().unwrap().code(), Some(code));
        let run = run_below(&out).unwrap();
        assert!(
            !run.join("bundle").exists(),
            "stopped too late to prove anything"
        );
        assert!(
            !checkpoints(&run).is_empty(),
            "no checkpoint after SIG{signal}"
        );
        assert!(succeed(resume(here, &run)).contains("continues at"));
    }
}

#[cfg(target_os = "linux")] // whose `env` resets signals
#[test]
fn ctrl_c_to_a_whole_pipeline_stops_a_run_with_a_checkpoint() {
    let directory = workplace();
    let here = directory.path();
    // As in a terminal, `trainer 2>&1 | tee log` is one group, and the signal is sent to all of it.
    let (reader, writer) = std::io::pipe().unwrap();
    let mut command = train(here, "runs");
    command.stdout(writer.try_clone().unwrap()).stderr(writer);
    let mut child = command.process_group(0).spawn().unwrap();
    drop(command); // and its ends of the pipe
    let group = child.id();
    // Where the tests run in a shell's background they ignore the signal, and what they start does, too.
    let mut tee = Command::new("env");
    tee.args(["--default-signal=INT", "tee"])
        .arg(here.join("log"))
        .stdin(reader)
        .stdout(Stdio::null());
    let mut tee = tee.process_group(group as i32).spawn().unwrap();
    let out = here.join("runs");
    wait_for("the first tick", || {
        run_below(&out).is_some_and(|run| run.join("stats.jsonl").is_file())
    });
    let kill = Command::new("kill")
        .args(["-INT", "--", &format!("-{group}")])
        .status();
    assert!(kill.unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(
        !tee.wait().unwrap().success(),
        "nobody heard the trainer's last words"
    );
    let run = run_below(&out).unwrap();
    let log = fs::read_to_string(here.join("log")).unwrap();
    assert!(!log.contains("panicked"), "{log}");
    assert!(
        !run.join("bundle").exists(),
        "stopped too late to prove anything: {log}"
    );
    assert!(!checkpoints(&run).is_empty(), "no checkpoint: {log}");
    assert!(succeed(resume(here, &run)).contains("continues at"));
}

#[test]
fn output_that_cannot_be_written_ends_no_run() {
    let directory = workplace();
    let here = directory.path();
    let full = || {
        fs::OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .unwrap()
    };
    let finished = |mut command: Command, out: &str| {
        let status = command.status().unwrap();
        let run = run_below(&here.join(out)).unwrap();
        assert!(
            status.success() && run.join("bundle/manifest.json").is_file(),
            "{out}: {status}"
        );
    };
    match Path::new("/dev/full").exists() {
        true => {
            let mut command = train(here, "full");
            command.stdout(full()).stderr(full());
            finished(command, "full");
        }
        false => println!("skipped in part: this system has no /dev/full"),
    }

    let mut child = train(here, "closed")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop((child.stdout.take(), child.stderr.take()));
    assert!(child.wait().unwrap().success());
    assert!(
        run_below(&here.join("closed"))
            .unwrap()
            .join("bundle/manifest.json")
            .is_file()
    );
}

#[test]
fn a_second_ctrl_c_ends_at_once() {
    let directory = workplace();
    let here = directory.path();
    // The first grid of so large a batch takes seconds.
    let large = [
        "--preset", "small", "--batch", "512", "--device", "cpu", "--data", "few.csv",
    ];
    let mut child = trainer(here, &large).spawn().unwrap();
    let out = here.join("runs");
    wait_for("the first grid", || {
        run_below(&out).is_some_and(|run| run.join("reals.png").is_file())
    });
    interrupt(&child);
    std::thread::sleep(Duration::from_millis(200));
    assert_eq!(
        child.try_wait().unwrap(),
        None,
        "the first Ctrl-C waits for the step"
    );
    let start = Instant::now();
    interrupt(&child);
    let status = child.wait().unwrap();
    assert_eq!(status.code(), Some(130));
    assert!(
        start.elapsed() < Duration::from_secs(2),
        "took {:?}",
        start.elapsed()
    );
}

#[test]
fn a_second_trainer_is_kept_out_while_the_first_lives_and_no_longer() {
    let directory = workplace();
    let here = directory.path();
    let mut child = train(here, "runs").spawn().unwrap();
    let out = here.join("runs");
    wait_for("the first tick", || {
        run_below(&out).is_some_and(|run| run.join("stats.jsonl").is_file())
    });
    let run = run_below(&out).unwrap();
    let sentence = refuse(resume(here, &run));
    assert!(
        sentence.contains("is being trained by another process"),
        "{sentence}"
    );
    child.kill().unwrap();
    child.wait().unwrap();
    succeed(resume(here, &run));
}

#[test]
fn a_disk_that_is_full_is_a_sentence_and_damages_nothing() {
    let directory = workplace();
    let here = directory.path();
    succeed(train(here, "whole"));
    let expected = Result::of(&run_below(&here.join("whole")).unwrap());

    // Files of at most 400 KB: pictures fit, the networks of a checkpoint do not. The system's signal for that
    // is ignored, so that the trainer sees an error of the file system, as on a full disk.
    let limited = |arguments: &[&str]| {
        let mut shell = Command::new("sh");
        shell
            .current_dir(here)
            .args(["-c", "trap '' XFSZ; ulimit -f 800; exec \"$@\"", "sh"])
            .arg(env!("CARGO_BIN_EXE_native-trainer"))
            .args(arguments)
            .stdin(Stdio::null());
        shell
    };
    let sentence = refuse(limited(&[&SHORT[..], &["--out", "full"]].concat()));
    assert!(
        sentence.contains("cannot write the checkpoint"),
        "{sentence}"
    );
    assert!(sentence.contains("make room and resume"), "{sentence}");
    let run = run_below(&here.join("full")).unwrap();
    assert_eq!(
        unfinished(&run),
        [] as [PathBuf; 0],
        "what was half written is gone"
    );
    succeed(resume(here, &run));
    Result::of(&run).assert_is(&expected, "a run on a disk that was full for a while");
}

#[test]
fn a_read_only_directory_is_a_sentence() {
    let directory = workplace();
    let here = directory.path();
    // Root may write anywhere, so the trainer runs as nobody, from a place that nobody can reach.
    let program = here.join("trainer");
    fs::copy(env!("CARGO_BIN_EXE_native-trainer"), &program).unwrap();
    let closed = here.join("closed");
    fs::create_dir(&closed).unwrap();
    succeed(train(here, "closed"));
    let run = run_below(&closed).unwrap();
    let mode =
        |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    mode(here, 0o755);
    for path in [&closed, &run] {
        mode(path, 0o555);
    }
    let as_nobody = |arguments: &[&str]| {
        let mut command = Command::new(&program);
        command
            .current_dir(here)
            .args(arguments)
            .stdin(Stdio::null());
        if fs::metadata("/proc/self")
            .is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0)
        {
            command.uid(65534).gid(65534);
        }
        command
    };
    let sentence = refuse(as_nobody(&[&SHORT[..], &["--out", "closed"]].concat()));
    assert!(
        sentence.contains("cannot create closed/00001-acgan-few: Permission denied"),
        "{sentence}"
    );
    let sentence = refuse(as_nobody(&[
        "resume",
        run.to_str().unwrap(),
        "--device",
        "cpu",
    ]));
    assert!(
        sentence.contains("cannot write in the run directory"),
        "{sentence}"
    );
    for path in [&closed, &run] {
        mode(path, 0o755);
    }
}

/// What file systems of networks and clouds do: no directory is flushed, and no file is locked.
#[cfg(target_os = "linux")]
const INJECTED: &str = r#"
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

int fsync(int file) {
    struct stat what;
    const char *all = getenv("NO_FLUSH");
    if (fstat(file, &what) == 0 && (S_ISDIR(what.st_mode) || all)) {
        errno = all ? ENOSYS : EINVAL;
        return -1;
    }
    return syscall(SYS_fsync, file);
}

int flock(int file, int operation) {
    errno = atoi(getenv("LOCK_ERROR"));
    return -1;
}
"#;

#[test]
#[cfg(target_os = "linux")]
fn a_file_system_that_flushes_no_directories_and_has_no_locks_is_trained_on_with_a_warning() {
    let directory = workplace();
    let here = directory.path();
    fs::write(here.join("injected.c"), INJECTED).unwrap();
    let library = here.join("injected.so");
    let compiler = Command::new("cc")
        .args(["-shared", "-fPIC", "-o"])
        .args([&library, &here.join("injected.c")])
        .status();
    match compiler {
        Ok(status) => assert!(status.success()),
        Err(error) => {
            println!("skipped: no C compiler ({error}; Debian: apt-get install gcc libc6-dev)");
            return;
        }
    }
    succeed(train(here, "whole"));
    let expected = Result::of(&run_below(&here.join("whole")).unwrap());
    let errors = [libc::ENOSYS, libc::EOPNOTSUPP, libc::ENOLCK];
    for (lock_error, no_flush) in errors.into_iter().zip([false, false, true]) {
        let out = format!("out-{lock_error}");
        let mut command = train(here, &out);
        command
            .env("LD_PRELOAD", &library)
            .env("LOCK_ERROR", lock_error.to_string());
        if no_flush {
            command.env("NO_FLUSH", "1");
        }
        let said = succeed(command);
        let warning = format!("warning  the file system of {out}/00000-acgan-few has no locks");
        assert!(said.contains(&warning), "{said}");
        let run = run_below(&here.join(&out)).unwrap();
        Result::of(&run).assert_is(&expected, "a run on an odd file system");
    }
}

#[test]
fn commands_to_be_typed_next_quote_paths() {
    let directory = workplace();
    let here = directory.path();
    let said = succeed(train(here, "my runs"));
    let next = "sample --bundle 'my runs/00000-acgan-few/bundle' --emotion all";
    assert!(said.contains(next), "{said}");
    let run = run_below(&here.join("my runs")).unwrap();
    fs::rename(here.join("few.csv"), here.join("moved.csv")).unwrap();
    let said = refuse(resume(here, &run));
    let next = format!("resume '{}' --data PATH", run.display());
    assert!(said.contains(&next), "{said}");
}
