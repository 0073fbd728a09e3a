//! One trainer per run directory. The operating system drops the lock when its process ends, however it ends, so
//! a killed run never has to be unlocked by hand.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use anyhow::Context;

/// Name of the file that is locked. It stays when the lock is gone, and means nothing then.
const LOCK_FILE: &str = "lock";

/// The right to change a run directory, for as long as this value lives.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock of a run directory, or says that another trainer holds it.
    pub fn take(run: &Path) -> anyhow::Result<Self> {
        let path = run.join(LOCK_FILE);
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .with_context(|| format!("cannot write in the run directory {}", run.display()))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => anyhow::bail!(
                "{} is being trained by another process: wait until it ends, or stop it with Ctrl-C and resume then",
                run.display()
            ),
            Err(TryLockError::Error(error)) => {
                Err(error).with_context(|| format!("cannot lock {}", path.display()))
            }
        }
    }
}
