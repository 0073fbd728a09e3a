//! The patches of a tile of images, one column per output pixel ("im2col").

use super::convolution::{Geometry, add};

/// Pixels whose sums are kept at hand at once.
const RUN: usize = 16;

/// Workspace for a tile: the patch matrix, and the planes it is copied from.
///
/// A plane holds the pixels of one channel whose row and column, padding included, leave the same
/// remainders by the stride. In a plane every patch matrix row is made of whole runs of neighbours, whatever the stride.
pub struct Patches {
    geometry: Geometry,
    /// Images in a tile.
    images: usize,
    /// `[C k k, columns]`, from its first use on.
    matrix: Vec<f32>,
    columns: usize,
    /// `[C, stride, stride, plane_height, plane_width]`, for one image, and room for a run that begins in the last line.
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
            images,
            matrix: Vec::new(),
            columns: 0,
            planes: vec![0.0; planes * plane_height * plane_width + RUN],
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
        let patch = self.geometry.patch();
        if self.matrix.is_empty() {
            self.matrix = vec![0.0; patch * self.images * self.geometry.pixels()];
        }
        &mut self.matrix[..patch * columns]
    }

    /// The map of a single output, without the matrix: as its rows are runs of neighbours in the planes, so a run of the
    /// map is a sum of them. A product with one row of weights would read the matrix for nothing.
    pub fn single_map(&mut self, image: &[f32], weights: &[f32], map: &mut [f32]) {
        self.fill_planes(image);
        let starts: Vec<usize> = self.starts().collect();
        for (y, line) in map.chunks_exact_mut(self.geometry.out_width()).enumerate() {
            for (index, run) in line.chunks_mut(RUN).enumerate() {
                let first = y * self.plane_width + index * RUN;
                let mut sums = [0.0; RUN];
                for (start, weight) in starts.iter().zip(weights) {
                    let values = &self.planes[start + first..][..RUN];
                    for (sum, value) in sums.iter_mut().zip(values) {
                        *sum += weight * value;
                    }
                }
                run.copy_from_slice(&sums[..run.len()]);
            }
        }
    }

    /// Fills the matrix from images `[images, C, H, W]`; returns its number of columns.
    pub fn gather(&mut self, images: &[f32]) -> usize {
        let count = images.len() / self.geometry.input_image();
        self.matrix_mut(count * self.geometry.pixels());
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
        let (height, width) = (self.geometry.out_height(), self.geometry.out_width());
        for (row, mut from) in self.starts().enumerate() {
            let mut to = row * self.columns + image * height * width;
            for _ in 0..height {
                visit(&mut self.matrix, to..to + width, from..from + width);
                from += self.plane_width;
                to += width;
            }
        }
    }

    /// For every row of the matrix, where its first pixel stands in the planes.
    fn starts(&self) -> impl Iterator<Item = usize> + use<> {
        let Geometry { kernel, stride, .. } = self.geometry;
        let (area, plane_width) = (self.plane_height * self.plane_width, self.plane_width);
        (0..self.geometry.patch()).map(move |row| {
            let (channel, y, x) = (row / (kernel * kernel), row / kernel % kernel, row % kernel);
            let plane = (channel * stride + y % stride) * stride + x % stride;
            plane * area + y / stride * plane_width + x / stride
        })
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
