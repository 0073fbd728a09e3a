//! The patches of a tile of images, one column per output pixel ("im2col").

use super::convolution::{Geometry, add};

/// Workspace for a tile: the patch matrix, and the planes it is copied from.
///
/// A plane holds the pixels of one channel whose row and column, padding included, leave the same
/// remainders by the stride. In a plane every patch matrix row is made of whole runs of neighbours, whatever the stride.
pub struct Patches {
    geometry: Geometry,
    /// `[C k k, columns]`
    matrix: Vec<f32>,
    columns: usize,
    /// `[C, stride, stride, plane_height, plane_width]`, for one image.
    planes: Vec<f32>,
    plane_height: usize,
    plane_width: usize,
}

impl Patches {
    pub fn new(geometry: &Geometry, images: usize) -> Self {
        let side = |length: usize| (length + 2 * geometry.padding).div_ceil(geometry.stride);
        let (plane_height, plane_width) = (side(geometry.height), side(geometry.width));
        let planes = geometry.channels * geometry.stride * geometry.stride;
        Self {
            geometry: *geometry,
            matrix: vec![0.0; geometry.patch() * images * geometry.pixels()],
            columns: 0,
            planes: vec![0.0; planes * plane_height * plane_width],
            plane_height,
            plane_width,
        }
    }

    /// The patch matrix as last gathered.
    pub fn matrix(&self) -> &[f32] {
        &self.matrix[..self.geometry.patch() * self.columns]
    }

    /// The patch matrix to be written, with a column for every output pixel.
    pub fn matrix_mut(&mut self, columns: usize) -> &mut [f32] {
        self.columns = columns;
        &mut self.matrix[..self.geometry.patch() * columns]
    }

    /// Fills the matrix from images `[images, C, H, W]`; returns its number of columns.
    pub fn gather(&mut self, images: &[f32]) -> usize {
        let count = images.len() / self.geometry.input_image();
        self.columns = count * self.geometry.pixels();
        for (index, image) in images.chunks(self.geometry.input_image()).enumerate() {
            self.fill_planes(image);
            let planes = std::mem::take(&mut self.planes);
            self.each_run(index, |matrix, run, plane| {
                matrix[run].copy_from_slice(&planes[plane]);
            });
            self.planes = planes;
        }
        self.columns
    }

    /// Adds every column to where its pixels came from: the adjoint of [`Self::gather`].
    pub fn scatter(&mut self, images: &mut [f32]) {
        for (index, image) in images.chunks_mut(self.geometry.input_image()).enumerate() {
            let mut planes = std::mem::take(&mut self.planes);
            planes.fill(0.0);
            self.each_run(index, |matrix, run, plane| {
                add(&mut planes[plane], &matrix[run]);
            });
            self.planes = planes;
            self.read_planes(image);
        }
    }

    /// Visits every run of neighbours of an image: where it stands in the matrix, and where in the planes.
    fn each_run(
        &mut self,
        image: usize,
        mut visit: impl FnMut(&mut [f32], std::ops::Range<usize>, std::ops::Range<usize>),
    ) {
        let Geometry {
            channels,
            kernel,
            stride,
            ..
        } = self.geometry;
        let (height, width) = (self.geometry.out_height(), self.geometry.out_width());
        let area = self.plane_height * self.plane_width;
        for row in 0..channels * kernel * kernel {
            let (channel, y, x) = (row / (kernel * kernel), row / kernel % kernel, row % kernel);
            let plane = (channel * stride + y % stride) * stride + x % stride;
            let mut from = plane * area + y / stride * self.plane_width + x / stride;
            let mut to = row * self.columns + image * height * width;
            for _ in 0..height {
                visit(&mut self.matrix, to..to + width, from..from + width);
                from += self.plane_width;
                to += width;
            }
        }
    }

    /// Deals an image's pixels out to the planes; their borders stay zero.
    fn fill_planes(&mut self, image: &[f32]) {
        // `scatter` may have left sums in the borders.
        self.planes.fill(0.0);
        let stride = self.geometry.stride;
        let planes = &mut self.planes;
        each_line(
            &self.geometry,
            self.plane_height,
            self.plane_width,
            |pixels, plane| {
                let target = planes[plane].iter_mut();
                for (to, from) in target.zip(image[pixels].iter().step_by(stride)) {
                    *to = *from;
                }
            },
        );
    }

    /// Reads an image's pixels back from the planes.
    fn read_planes(&self, image: &mut [f32]) {
        let stride = self.geometry.stride;
        each_line(
            &self.geometry,
            self.plane_height,
            self.plane_width,
            |pixels, plane| {
                let target = image[pixels].iter_mut().step_by(stride);
                for (to, from) in target.zip(&self.planes[plane]) {
                    *to = *from;
                }
            },
        );
    }
}

/// Visits every line of an image once per column remainder: its pixels from the first with that remainder on, of
/// which every `stride`-th belongs to a line of one plane, and that line.
fn each_line(
    geometry: &Geometry,
    plane_height: usize,
    plane_width: usize,
    mut visit: impl FnMut(std::ops::Range<usize>, std::ops::Range<usize>),
) {
    let Geometry {
        height,
        width,
        stride,
        padding,
        ..
    } = *geometry;
    for line in 0..geometry.channels * height {
        let (channel, y) = (line / height, line % height + padding);
        for first in 0..stride.min(width) {
            let x = first + padding;
            let plane = (channel * stride + y % stride) * stride + x % stride;
            let start = (plane * plane_height + y / stride) * plane_width + x / stride;
            let count = (width - first).div_ceil(stride);
            visit(
                line * width + first..(line + 1) * width,
                start..start + count,
            );
        }
    }
}
