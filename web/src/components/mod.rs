//! The parts of the page, one per file. Each reads and changes the one [`Page`](crate::state::Page).

mod canvas;
mod emotion_picker;
mod face_canvas;
mod face_grid;
mod model_toggle;
mod problem;
mod radio_group;
mod seed_control;
mod status_bar;

pub use emotion_picker::EmotionPicker;
pub use face_canvas::FaceCanvas;
pub use face_grid::FaceGrid;
pub use model_toggle::ModelToggle;
pub use problem::Problem;
pub use seed_control::SeedControl;
pub use status_bar::StatusBar;
