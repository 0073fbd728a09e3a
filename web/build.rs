//! Leaves function names out of the wasm files, and draws the letters of captions.

use std::error::Error;
use std::fmt::Write;
use std::path::Path;

use ab_glyph::{Font, FontRef, Glyph, ScaleFont};
use epaint_default_fonts::HACK_REGULAR;

/// What captions are made of (web/src/components/save_bar.rs).
const LETTERS: &str = " %,.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// Of a letter's cell, in pixels; at this size Hack's letters are as wide.
const WIDTH: usize = 8;
const HEIGHT: usize = 16;
const SIZE: f32 = 15.5;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_ARCH").is_ok_and(|arch| arch == "wasm32") {
        // A quarter of the download, and no visitor reads them. Cargo's own `strip` would also take `target_features`,
        // from which wasm-bindgen learns what it may emit.
        println!("cargo::rustc-link-arg-bins=--strip-all");
        println!("cargo::rustc-link-arg-bins=--keep-section=target_features");
    }
    let folder = std::env::var("OUT_DIR")?;
    std::fs::write(Path::new(&folder).join("letters.rs"), letters()?)?;
    Ok(())
}

/// The source of web/src/page/caption.rs's letters.
fn letters() -> Result<String, Box<dyn Error>> {
    let font = FontRef::try_from_slice(HACK_REGULAR)?;
    let levels: Vec<u8> = LETTERS
        .chars()
        .flat_map(|letter| cell(&font, letter))
        .collect();
    let pairs: Vec<u8> = levels
        .chunks(2)
        .map(|pair| pair[0] << 4 | pair[1])
        .collect();
    let mut source = format!("pub const LETTERS: &str = {LETTERS:?};\n");
    writeln!(
        source,
        "pub const WIDTH: usize = {WIDTH};\npub const HEIGHT: usize = {HEIGHT};"
    )?;
    writeln!(
        source,
        "pub static GLYPHS: [u8; {}] = {pairs:?};",
        pairs.len()
    )?;
    Ok(source)
}

/// A letter's ink in 16 levels, row by row.
fn cell(font: &FontRef, letter: char) -> Vec<u8> {
    let scaled = font.as_scaled(SIZE);
    let position = ab_glyph::point(0.0, scaled.ascent().round());
    let glyph: Glyph = font
        .glyph_id(letter)
        .with_scale_and_position(SIZE, position);
    let mut levels = vec![0; WIDTH * HEIGHT];
    let Some(outline) = font.outline_glyph(glyph) else {
        return levels;
    };
    let bounds = outline.px_bounds();
    outline.draw(|x, y, coverage| {
        let (x, y) = (
            bounds.min.x as i32 + x as i32,
            bounds.min.y as i32 + y as i32,
        );
        if (0..WIDTH as i32).contains(&x) && (0..HEIGHT as i32).contains(&y) {
            levels[y as usize * WIDTH + x as usize] = (coverage * 15.0).round() as u8;
        }
    });
    levels
}
