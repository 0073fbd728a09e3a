//! The sizes of a convolution, and which pixels its sums meet.

use super::layout::Frame;
use super::weighted_pixels::Window;

/// Sizes of a convolution from `[B, channels, height, width]` to `[B, outputs, out_height, out_width]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Geometry {
    pub batch: usize,
    pub channels: usize,
    pub height: usize,
    pub width: usize,
    pub outputs: usize,
    pub kernel: usize,
    pub stride: usize,
    pub padding: usize,
}

impl Geometry {
    pub const fn out_height(&self) -> usize {
        (self.height + 2 * self.padding - self.kernel) / self.stride + 1
    }

    pub const fn out_width(&self) -> usize {
        (self.width + 2 * self.padding - self.kernel) / self.stride + 1
    }

    /// Weights of a channel of the output.
    pub(super) const fn patch(&self) -> usize {
        self.channels * self.area()
    }

    pub(super) const fn area(&self) -> usize {
        self.kernel * self.kernel
    }

    /// Pixels of an output map.
    pub(super) const fn pixels(&self) -> usize {
        self.out_height() * self.out_width()
    }

    /// Values of one image of the input.
    pub(super) const fn input_image(&self) -> usize {
        self.channels * self.height * self.width
    }

    /// Values of one image of the output.
    pub(super) const fn output_image(&self) -> usize {
        self.outputs * self.pixels()
    }

    /// The input as the forward pass reads it.
    pub(super) const fn framed_input(&self) -> Frame {
        Frame {
            channels: self.channels,
            height: self.height,
            width: self.width,
            before: self.padding,
            after: self.padding,
        }
    }

    /// Whether the kernels for one map do: vectors of channels would be all but empty.
    pub(super) const fn single(&self) -> bool {
        self.outputs == 1 && self.stride == 1
    }
}

/// The pixels of an input, and the weights, that one kind of input pixel gets its gradient from.
///
/// With a stride of s there are s x s kinds, by the remainders of line and column: each kind meets other weights.
pub struct Kind {
    /// Remainders.
    pub first: [usize; 2],
    /// In the framed gradient.
    pub window: Window,
    /// For each pixel of the window, where its weight for the first channel stands.
    pub places: Vec<usize>,
}

impl Geometry {
    /// A place in a patch as channel, line and column.
    pub(super) const fn split(&self, tap: usize) -> (usize, usize, usize) {
        let Self { kernel, .. } = *self;
        (tap / self.area(), tap / kernel % kernel, tap % kernel)
    }

    /// The lines of a kernel that meet pixels of a remainder, and how many lines of the output, counted
    /// from the pixel's own, they lie away: one line further each.
    fn meetings(&self, remainder: usize) -> impl Iterator<Item = (usize, isize)> + Clone {
        let reach = (remainder + self.padding) as isize;
        let stride = self.stride as isize;
        (0..self.kernel)
            .rev()
            .map(move |line| (line, reach - line as isize))
            .filter(move |(_, distance)| distance % stride == 0)
            .map(move |(line, distance)| (line, distance / stride))
    }

    /// Lines of the input of a remainder.
    pub(super) const fn count(&self, length: usize, remainder: usize) -> usize {
        length.saturating_sub(remainder).div_ceil(self.stride)
    }

    /// The output's gradient with as many zeros around it as its sums reach for.
    pub(super) fn framed_gradient(&self) -> Frame {
        let before = (0..self.stride).flat_map(|remainder| self.meetings(remainder));
        let before = before.map(|(_, distance)| -distance).max().unwrap_or(0);
        let beyond = |length: usize, out_length: usize| {
            (0..self.stride)
                .flat_map(|remainder| {
                    let last = self.count(length, remainder) as isize - 1;
                    self.meetings(remainder).map(move |(_, away)| last + away)
                })
                .max()
                .map_or(0, |last| last + 1 - out_length as isize)
        };
        let after =
            beyond(self.height, self.out_height()).max(beyond(self.width, self.out_width()));
        Frame {
            channels: self.outputs,
            height: self.out_height(),
            width: self.out_width(),
            before: before.max(0) as usize,
            after: after.max(0) as usize,
        }
    }

    pub(super) fn kinds(&self, frame: &Frame) -> Vec<Kind> {
        let remainders =
            (0..self.stride * self.stride).map(|index| [index / self.stride, index % self.stride]);
        remainders.map(|first| self.kind(frame, first)).collect()
    }

    fn kind(&self, frame: &Frame, first: [usize; 2]) -> Kind {
        let [lines, columns] = first.map(|remainder| self.meetings(remainder));
        let framed = |away: Option<(usize, isize)>| {
            let away = away.map_or(0, |(_, away)| away);
            (frame.before as isize + away) as usize
        };
        let [top, left] = [lines.clone().next(), columns.clone().next()].map(framed);
        let mut places = Vec::new();
        for output in 0..self.outputs {
            for (y, _) in lines.clone() {
                let first = output * self.channels * self.area() + y * self.kernel;
                places.extend(columns.clone().map(|(x, _)| first + x));
            }
        }
        Kind {
            first,
            window: Window {
                first: top * frame.pitch() + left,
                channels: self.outputs,
                channel: frame.channel(),
                lines: lines.count(),
                columns: columns.count(),
            },
            places,
        }
    }
}
