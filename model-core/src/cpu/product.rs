//! A matrix product on slices, by the library that Burn's CPU backend uses as well.

/// A matrix over a slice: the value at row r and column c is `values[r * row_step + c * column_step]`.
#[derive(Clone, Copy)]
pub struct Matrix<'a> {
    values: &'a [f32],
    rows: usize,
    columns: usize,
    row_step: usize,
    column_step: usize,
}

impl<'a> Matrix<'a> {
    /// A whole slice as rows of `columns` values each.
    pub fn rows(values: &'a [f32], columns: usize) -> Self {
        Self {
            values,
            rows: values.len() / columns,
            columns,
            row_step: columns,
            column_step: 1,
        }
    }

    pub fn transposed(self) -> Self {
        Self {
            rows: self.columns,
            columns: self.rows,
            row_step: self.column_step,
            column_step: self.row_step,
            ..self
        }
    }
}

/// `output = left right`, or with `add` `output += left right`; output is a row after row.
///
/// # Panics
/// If the sizes do not fit one another.
#[allow(unsafe_code)] // the library takes pointers, and slices are what they point to
pub fn product(left: Matrix, right: Matrix, output: &mut [f32], add: bool) {
    assert_eq!(left.columns, right.rows, "inner lengths of a product");
    assert_eq!(output.len(), left.rows * right.columns, "size of a product");
    for matrix in [&left, &right] {
        assert_eq!(matrix.values.len(), matrix.rows * matrix.columns);
    }
    // SAFETY: a `Matrix` spans its whole slice, so rows x columns steps stay inside it; the same holds for
    // `output`, which is borrowed mutably and so overlaps neither.
    unsafe {
        gemm::gemm(
            left.rows,
            right.columns,
            left.columns,
            output.as_mut_ptr(),
            1,
            right.columns as isize,
            add,
            left.values.as_ptr(),
            left.column_step as isize,
            left.row_step as isize,
            right.values.as_ptr(),
            right.column_step as isize,
            right.row_step as isize,
            1.0,
            1.0,
            false,
            false,
            false,
            gemm::Parallelism::None,
        );
    }
}
