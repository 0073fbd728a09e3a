//! `curve.png`: a run's figures over the images it has seen, drawn anew with every grid.

use std::io::Cursor;
use std::ops::Range;
use std::path::Path;

use anyhow::Context;
use image::{ImageFormat, RgbImage};
use plotters::coord::Shift;
use plotters::prelude::*;

use crate::disk;
use crate::font;
use crate::stats::{Line, Stats};
use training::grid_statistics::GridStatistics;
use training::metrics::bands::BandPower;
use training::tick::Tick;

/// Width of the picture and height of a panel, in pixels.
const SIZE: (u32, u32) = (960, 400);
/// Points of a curve at most; more are averaged by neighbours.
const POINTS: usize = 240;
const COLOURS: [RGBColor; 5] = [
    RGBColor(0, 94, 162),
    RGBColor(200, 80, 30),
    RGBColor(40, 140, 80),
    RGBColor(130, 80, 160),
    RGBColor(90, 90, 90),
];

/// A named line of (images seen, figure).
struct Curve {
    name: &'static str,
    points: Vec<(f64, f64)>,
}

/// Curves that share an axis.
struct Panel {
    title: &'static str,
    curves: Vec<Curve>,
}

/// Draws what is in `stats`.
pub fn write(stats: &Stats, path: &Path) -> anyhow::Result<()> {
    let (mut ticks, mut statistics) = (Vec::new(), Vec::new());
    for line in stats.read()? {
        match line {
            Line::Tick(tick) => ticks.push(tick),
            Line::GridStatistics(line) => statistics.push(line),
            Line::Other(_) => {}
        }
    }
    let panels = [losses(&ticks), logits(&ticks), beside_real(&statistics)];
    let drawn: Vec<Panel> = panels.into_iter().filter(Panel::has_points).collect();
    disk::write(path, &encode(&drawn)?)
}

fn losses(ticks: &[Tick]) -> Panel {
    Panel {
        title: "Losses",
        curves: vec![
            Curve::of("discriminator", ticks, |tick| tick.discriminator_loss),
            Curve::of("generator", ticks, |tick| tick.generator_loss),
        ],
    }
}

fn logits(ticks: &[Tick]) -> Panel {
    Panel {
        title: "The discriminator's logits: above 0 for real",
        curves: vec![
            Curve::of("real images", ticks, |tick| tick.real_logit),
            Curve::of("generated faces", ticks, |tick| tick.fake_logit),
        ],
    }
}

fn beside_real(statistics: &[GridStatistics]) -> Panel {
    let mut curves: Vec<Curve> = BandPower::NAMES
        .into_iter()
        .enumerate()
        .map(|(band, name)| Curve {
            name,
            points: points(statistics, |of| {
                (of.images_seen, of.band_power.0[band].log2())
            }),
        })
        .collect();
    curves.push(Curve {
        name: "diversity",
        points: points(statistics, |of| (of.images_seen, of.diversity.log2())),
    });
    Panel {
        title: "Faces beside real images: 0 is as much, +1 twice, -1 half",
        curves,
    }
}

impl Curve {
    fn of(name: &'static str, ticks: &[Tick], figure: impl Fn(&Tick) -> f32) -> Self {
        let point = |tick: &Tick| (tick.images_seen, f64::from(figure(tick)));
        Self {
            name,
            points: points(ticks, point),
        }
    }
}

/// At most [`POINTS`] finite points.
fn points<T>(lines: &[T], point: impl Fn(&T) -> (u64, f64)) -> Vec<(f64, f64)> {
    let all: Vec<(f64, f64)> = lines
        .iter()
        .map(point)
        .filter(|(_, figure)| figure.is_finite())
        .map(|(images, figure)| (images as f64, figure))
        .collect();
    let group = all.len().div_ceil(POINTS).max(1);
    let mean = |group: &[(f64, f64)]| {
        let figures: f64 = group.iter().map(|point| point.1).sum();
        (group[group.len() - 1].0, figures / group.len() as f64)
    };
    all.chunks(group).map(mean).collect()
}

/// The panels one below the other, as a PNG file.
fn encode(panels: &[Panel]) -> anyhow::Result<Vec<u8>> {
    let font = font::name()?;
    let rows = panels.len().max(1);
    let size = (SIZE.0, SIZE.1 * rows as u32);
    let mut pixels = vec![0; (3 * size.0 * size.1) as usize];
    {
        let picture = BitMapBackend::with_buffer(&mut pixels, size).into_drawing_area();
        picture.fill(&WHITE)?;
        let images = panels.iter().map(Panel::images).fold(1.0, f64::max);
        for (panel, area) in panels.iter().zip(picture.split_evenly((rows, 1))) {
            panel.draw(&area, font, images)?;
        }
        picture.present()?;
    }
    let picture = RgbImage::from_raw(size.0, size.1, pixels).context("a picture's size")?;
    let mut bytes = Cursor::new(Vec::new());
    picture
        .write_to(&mut bytes, ImageFormat::Png)
        .context("cannot encode the curve")?;
    Ok(bytes.into_inner())
}

impl Panel {
    fn points(&self) -> impl Iterator<Item = (f64, f64)> {
        let curves = self.curves.iter();
        curves.flat_map(|curve| curve.points.iter().copied())
    }

    fn has_points(&self) -> bool {
        self.points().next().is_some()
    }

    /// Images seen at the last point.
    fn images(&self) -> f64 {
        self.points().map(|point| point.0).fold(0.0, f64::max)
    }

    /// From the smallest to the largest figure, and room for the names above.
    fn range(&self) -> Range<f64> {
        let figures = self.points().map(|point| point.1);
        let (low, high) = figures
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), figure| {
                (low.min(figure), high.max(figure))
            });
        let height = (high - low).max(0.1);
        let names = 0.13 * self.curves.len() as f64;
        low - 0.05 * height..high + names * height
    }

    fn draw(
        &self,
        area: &DrawingArea<BitMapBackend, Shift>,
        font: &str,
        images: f64,
    ) -> anyhow::Result<()> {
        let mut chart = ChartBuilder::on(area)
            .caption(self.title, (font, 22))
            .margin(12)
            .x_label_area_size(36)
            .y_label_area_size(56)
            .build_cartesian_2d(0.0..images, self.range())?;
        chart
            .configure_mesh()
            .x_desc("real images seen")
            .x_label_formatter(&|images| thousands(*images))
            .label_style((font, 15))
            .light_line_style(WHITE)
            .draw()?;
        for (curve, colour) in self.curves.iter().zip(COLOURS) {
            let line = LineSeries::new(curve.points.iter().copied(), colour.stroke_width(2));
            chart
                .draw_series(line)?
                .label(curve.name)
                .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], colour));
        }
        chart
            .configure_series_labels()
            .label_font((font, 15))
            .position(SeriesLabelPosition::UpperRight)
            .background_style(WHITE.mix(0.8))
            .draw()?;
        Ok(())
    }
}

fn thousands(images: f64) -> String {
    if images < 1000.0 {
        format!("{images}")
    } else {
        format!("{} k", images / 1000.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tick(images_seen: u64) -> Tick {
        Tick {
            images_seen,
            images_per_second: 100.0,
            eta_seconds: 1.0,
            discriminator_loss: 2.0 - images_seen as f32 / 1e4,
            generator_loss: images_seen as f32 / 1e4,
            real_logit: 0.5,
            fake_logit: -0.5,
        }
    }

    #[test]
    fn a_run_becomes_a_picture_in_which_every_curve_shows() {
        let directory = tempfile::tempdir().unwrap();
        let stats = Stats::of(directory.path());
        for step in 1..=1000 {
            stats.append(&tick(32 * step)).unwrap();
            if step % 100 == 0 {
                let statistics = GridStatistics {
                    images_seen: 32 * step,
                    band_power: BandPower([1.1, 0.9, 0.5, 4.0]),
                    diversity: 0.8,
                };
                stats.append(&statistics).unwrap();
            }
        }
        let path = directory.path().join("curve.png");
        write(&stats, &path).unwrap();
        let picture = image::open(&path).unwrap().to_rgb8();
        assert_eq!(picture.dimensions(), (SIZE.0, 3 * SIZE.1));
        for RGBColor(red, green, blue) in COLOURS {
            let drawn = picture
                .pixels()
                .filter(|pixel| pixel.0 == [red, green, blue]);
            assert!(drawn.count() > 300, "{red} {green} {blue}");
        }
    }

    #[test]
    fn a_run_without_figures_is_an_empty_picture() {
        let directory = tempfile::tempdir().unwrap();
        let stats = Stats::of(directory.path());
        stats.append(&"something else").unwrap();
        write(&stats, &directory.path().join("curve.png")).unwrap();
    }

    #[test]
    fn long_runs_are_averaged() {
        let ticks: Vec<Tick> = (1..=1000).map(tick).collect();
        let points = points(&ticks, |tick| (tick.images_seen, tick.images_seen as f64));
        assert_eq!(points.len(), 200);
        assert_eq!(points[0], (5.0, 3.0));
    }
}
