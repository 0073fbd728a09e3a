//! The one place where this program waits for a device.

use std::future::Future;

/// The value of a future, once it is there.
pub fn wait<T>(future: impl Future<Output = T>) -> T {
    pollster::block_on(future)
}
