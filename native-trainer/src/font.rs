//! The one font of this program's pictures, which plotters has none of without the system's.

use anyhow::anyhow;
use plotters::style::{FontStyle, register_font};

/// Its name, once it is registered.
pub fn name() -> anyhow::Result<&'static str> {
    const NAME: &str = "sans-serif";
    let font = epaint_default_fonts::UBUNTU_LIGHT;
    register_font(NAME, FontStyle::Normal, font).map_err(|_| anyhow!("no font"))?;
    Ok(NAME)
}
