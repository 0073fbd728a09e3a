//! One trainer per run directory. The operating system drops the lock when its process ends, however it ends, so
//! a killed run never has to be unlocked by hand.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;

use anyhow::Context;

use crate::disk;

/// Name of the file that is locked. It stays when the lock is gone, and means nothing then.
const LOCK_FILE: &str = "lock";

/// The right to change a run directory, for as long as this value lives.
#[derive(Debug)]
pub struct Lock {
    _file: File,
    /// What is to be known where the file system has no locks.
    pub warning: Option<String>,
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
        let warning = match file.try_lock() {
            Ok(()) => None,
            Err(TryLockError::WouldBlock) => anyhow::bail!(
                "{} is being trained by another process: wait until it ends, or stop it with Ctrl-C and resume then",
                run.display()
            ),
            Err(TryLockError::Error(error)) if has_no_locks(&error) => Some(format!(
                "the file system of {} has no locks ({error}): nothing keeps a second trainer out of it, so start none",
                run.display()
            )),
            Err(TryLockError::Error(error)) => {
                return Err(error).with_context(|| format!("cannot lock {}", path.display()));
            }
        };
        Ok(Self {
            _file: file,
            warning,
        })
    }
}

/// Whether an error says that a file system has no locks, or that its server gives none.
fn has_no_locks(error: &io::Error) -> bool {
    #[cfg(unix)]
    let no_server = error.raw_os_error() == Some(libc::ENOLCK);
    #[cfg(not(unix))]
    let no_server = false;
    no_server || disk::cannot(error)
}
