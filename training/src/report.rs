//! An evaluation as a table for people.

use std::fmt;

use crate::evaluation::EvalReport;
use crate::metrics::bands::BandPower;
use crate::metrics::likeness::Likeness;
use crate::metrics::overfitting::Overfitting;

impl fmt::Display for EvalReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let splits = self.held_out.iter();
        let splits: Vec<String> = splits
            .map(|(split, count)| format!("{split} {count}"))
            .collect();
        writeln!(
            f,
            "{} generated faces against as many held-out real images ({})\n\n{:<34}{:>14}{:>14}",
            self.faces,
            splits.join(", "),
            "",
            "generated",
            "real"
        )?;
        let (fake, real) = (&self.generated, &self.baseline);
        let mut row = |name: &str, fake: f64, real: f64, digits: usize| {
            writeln!(f, "{name:<34}{fake:>14.digits$}{real:>14.digits$}")
        };
        row(
            "frechet distance",
            fake.frechet_distance,
            real.frechet_distance,
            3,
        )?;
        let (fake_kernel, real_kernel) = (&fake.kernel_distance_x1000, &real.kernel_distance_x1000);
        row(
            "kernel distance x 1000",
            fake_kernel.mean,
            real_kernel.mean,
            2,
        )?;
        row(
            "  deviation over subsets",
            fake_kernel.deviation,
            real_kernel.deviation,
            2,
        )?;
        let (fake, real) = (&fake.overlap, &real.overlap);
        row("precision", fake.precision, real.precision, 3)?;
        row("recall", fake.recall, real.recall, 3)?;
        row("density", fake.density, real.density, 3)?;
        row("coverage", fake.coverage, real.coverage, 3)?;
        let bands = self
            .band_power
            .0
            .into_iter()
            .zip(self.band_power_baseline.0);
        for (name, (fake, real)) in BandPower::NAMES.into_iter().zip(bands) {
            row(name, fake, real, 2)?;
        }
        self.likenesses(f)?;
        if let Some(gan_train) = &self.gan_train {
            writeln!(f, "{gan_train}")?;
        }
        if let Some(overfitting) = &self.overfitting {
            writeln!(f, "{overfitting}")?;
        }
        writeln!(
            f,
            "\nclassifier on held-out real images\n{}",
            self.classifier_on_real
        )?;
        write!(
            f,
            "classifier on generated faces\n{}",
            self.classifier_on_generated
        )
    }
}

impl EvalReport {
    fn likenesses(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = [
            (
                "nearest training image",
                self.memorisation,
                self.memorisation_of_real,
            ),
            (
                "nearest of its own kind",
                self.mode_collapse,
                self.mode_collapse_of_real,
            ),
        ];
        for (name, fake, real) in rows {
            let figures = |of: &Likeness| [of.median, of.closest_percent, of.smallest];
            let titles = ["median", "closest percent", "smallest"];
            for ((figure, fake), real) in titles.iter().zip(figures(&fake)).zip(figures(&real)) {
                let title = format!("{name}, {figure}");
                writeln!(f, "{title:<34}{fake:>14.1}{real:>14.1}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Overfitting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (fake, real, known) = (self.generated, self.held_out, self.training);
        let title = "discriminator: mean logit";
        let (fake_logit, real_logit) = (fake.unconditional_logit, real.unconditional_logit);
        writeln!(
            f,
            "{title:<34}{fake_logit:>14.3}{real_logit:>14.3}  ({:.3} of training images: {:.0} % memorised)",
            known.unconditional_logit,
            100.0 * self.share()
        )?;
        let percent = |share: f64| format!("{:.1} %", 100.0 * share);
        write!(
            f,
            "{:<34}{:>14}{:>14}  ({} of training images)",
            "discriminator: label right",
            percent(fake.label_accuracy),
            percent(real.label_accuracy),
            percent(known.label_accuracy)
        )
    }
}
