//! Lines for people. One that cannot be written is dropped: a closed terminal, a full disk or the end of a pipe never end a run.

use std::fmt::Arguments;
use std::io::{Write, stderr, stdout};

/// Writes to standard output, which is for results.
pub fn result(text: Arguments) {
    let _ = stdout().write_fmt(text).and_then(|()| stdout().flush());
}

/// Writes to standard error, which is for notes.
pub fn note(text: Arguments) {
    let _ = stderr().write_fmt(text);
}

/// A line on standard output.
#[macro_export]
macro_rules! say {
    ($($part:tt)*) => { $crate::output::result(format_args!("{}\n", format_args!($($part)*))) };
}

/// A line on standard error.
#[macro_export]
macro_rules! note {
    ($($part:tt)*) => { $crate::output::note(format_args!("{}\n", format_args!($($part)*))) };
}
