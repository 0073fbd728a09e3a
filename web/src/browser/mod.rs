//! What the page needs of the browser: its worker, canvases, repaints, files, clipboard and service worker.

pub mod canvas;
pub mod motion;
pub mod offline;
pub mod own_files;
pub mod save;
pub mod worker_handle;
