//! Converts units, quaternion and affine rows of a header to a [`Grid`], and back.

use rsom_volume::{Affine, Grid, Spacing};

use super::fault::bad;
use super::header::Header;
use crate::FormatError;

/// The grid of a header.
///
/// The affine is the sform, else the qform, else the voxel size alone; all in mm. The voxel size is `pixdim`; but if every
/// `pixdim` is 1, the default of writers without that information, and the sform has another size, it is that of the sform.
/// The size is unknown when it is 1 along every axis and the unit is unknown.
pub(super) fn grid(header: &Header) -> Result<Grid, FormatError> {
    grid_with(header, None)
}

/// The grid of a header; `instead_mm` is the voxel size of a file whose own is none.
///
/// # Errors
/// A voxel size that is zero, negative or not finite, without another one.
pub(super) fn grid_with(
    header: &Header,
    instead_mm: Option<[f64; 3]>,
) -> Result<Grid, FormatError> {
    let (shape, _) = header.extents()?;
    let in_mm = match header.unit {
        1 => 1000.0,
        3 => 0.001,
        _ => 1.0,
    };
    let size: [f64; 3] = match (fault_of_size(header), instead_mm) {
        (None, _) => {
            let stated = std::array::from_fn(|axis| header.pixdim[axis + 1]);
            let of_sform = sform_size(header).filter(|_| has_default_size(header));
            of_sform.unwrap_or(stated).map(|size| size * in_mm)
        }
        (Some(_), Some(size)) => size,
        (Some(fault), None) => {
            let mend = "'rsom io convert --spacing-mm' gives the file another voxel size";
            return Err(bad(format_args!("{fault}; {mend}")));
        }
    };
    let known_unit = (1..=3).contains(&header.unit) || instead_mm.is_some();
    let spacing = if !known_unit && size == [1.0; 3] {
        Spacing::Unknown
    } else {
        Spacing::Millimetres(size)
    };
    let affine = if let Some(rows) = valid_sform(header) {
        rows.map(|row| row.map(|v| v * in_mm))
    } else if has_valid_qform(header) {
        from_quaternion(&header.quaternion, size, header.pixdim[0], in_mm)
    } else {
        let diagonal = |r: usize| std::array::from_fn(|c| if r == c { size[r] } else { 0.0 });
        std::array::from_fn(diagonal)
    };
    Ok(Grid::with_affine(shape, spacing, affine)?)
}

/// Whether every `pixdim` is 1: the default of writers that set the affine only.
pub(super) fn has_default_size(header: &Header) -> bool {
    header.pixdim[1..4].iter().all(|d| *d == 1.0)
}

/// The voxel size that the rows of the sform give, in the unit of the header. `None` without an sform.
fn sform_size(header: &Header) -> Option<[f64; 3]> {
    Some(lengths(valid_sform(header)?))
}

/// The rows of the sform; `None` when the header has none, or none that is an affine: zeros, or values that are not finite.
pub(super) fn valid_sform(header: &Header) -> Option<&Affine> {
    let rows = &header.srow;
    let linear: [[f64; 3]; 3] =
        std::array::from_fn(|row| std::array::from_fn(|col| rows[row][col]));
    let finite = rows.as_flattened().iter().all(|v| v.is_finite());
    let valid = finite && determinant(&linear) != 0.0;
    (header.sform_code > 0 && valid).then_some(rows)
}

/// Whether the header has a qform whose numbers are finite.
pub(super) fn has_valid_qform(header: &Header) -> bool {
    header.qform_code > 0 && header.quaternion.iter().all(|v| v.is_finite())
}

/// The lengths of the columns of an affine.
pub(super) fn lengths(affine: &Affine) -> [f64; 3] {
    std::array::from_fn(|axis| {
        let squares = affine.iter().map(|row| row[axis] * row[axis]);
        squares.sum::<f64>().sqrt()
    })
}

/// What is wrong with the voxel size, if anything.
fn fault_of_size(header: &Header) -> Option<String> {
    let bad = |size: f64| !(size.is_finite() && size > 0.0);
    let axis = (1..=3).find(|axis| bad(header.pixdim[*axis]))?;
    let size = header.pixdim[axis];
    Some(format!("pixdim[{axis}] is {size}, not positive and finite"))
}

/// Whether the header says where the axes point. The identity, which many writers use without knowing, does not.
pub(super) fn states_orientation(header: &Header, grid: &Grid) -> bool {
    (valid_sform(header).is_some() || has_valid_qform(header)) && !grid.has_identity_affine()
}

/// The affine of a qform (NIfTI-1 standard, "method 2").
pub(super) fn from_quaternion(
    quaternion: &[f64; 6],
    size: [f64; 3],
    handedness: f64,
    in_mm: f64,
) -> Affine {
    let [b, c, d, x, y, z] = *quaternion;
    let squares = b * b + c * c + d * d;
    // Rounding may make the vector part longer than 1; then it is a half turn.
    let (a, b, c, d) = if squares > 1.0 {
        let length = squares.sqrt();
        (0.0, b / length, c / length, d / length)
    } else {
        ((1.0 - squares).sqrt(), b, c, d)
    };
    let rotation = [
        [
            a * a + b * b - c * c - d * d,
            2.0 * (b * c - a * d),
            2.0 * (b * d + a * c),
        ],
        [
            2.0 * (b * c + a * d),
            a * a + c * c - b * b - d * d,
            2.0 * (c * d - a * b),
        ],
        [
            2.0 * (b * d - a * c),
            2.0 * (c * d + a * b),
            a * a + d * d - c * c - b * b,
        ],
    ];
    let origin = [x * in_mm, y * in_mm, z * in_mm];
    std::array::from_fn(|row| {
        let [p, q, r] = rotation[row];
        [
            p * size[0],
            q * size[1],
            r * size[2] * handedness,
            origin[row],
        ]
    })
}

/// Handedness and b, c, d of the rotation of a grid's affine; `None` when the affine contains anything but the voxel
/// size and a rotation or reflection.
pub(super) fn to_quaternion(grid: &Grid) -> Option<(f64, [f64; 3])> {
    let size = grid.spacing().or_unit();
    let affine = grid.affine();
    let mut r: [[f64; 3]; 3] =
        std::array::from_fn(|row| std::array::from_fn(|col| affine[row][col] / size[col]));
    for i in 0..3 {
        for j in 0..3 {
            let dot: f64 = (0..3).map(|row| r[row][i] * r[row][j]).sum();
            let expected = if i == j { 1.0 } else { 0.0 };
            if (dot - expected).abs() > 1e-4 {
                return None;
            }
        }
    }
    let handedness = if determinant(&r) < 0.0 { -1.0 } else { 1.0 };
    for row in &mut r {
        row[2] *= handedness;
    }
    // Adding zero turns -0 into 0.
    Some((handedness, vector_part(&r).map(|v| v + 0.0)))
}

/// The vector part of a rotation's unit quaternion with nonnegative real part, computed from the largest of its four
/// components for a stable division.
fn vector_part(r: &[[f64; 3]; 3]) -> [f64; 3] {
    let trace = r[0][0] + r[1][1] + r[2][2];
    let four_squares = [
        1.0 + trace,
        1.0 + 2.0 * r[0][0] - trace,
        1.0 + 2.0 * r[1][1] - trace,
        1.0 + 2.0 * r[2][2] - trace,
    ];
    let largest = (0..4).fold(0, |best, i| {
        if four_squares[i] > four_squares[best] {
            i
        } else {
            best
        }
    });
    let twice = four_squares[largest].max(0.0).sqrt();
    let f = 1.0 / (2.0 * twice);
    let (real, vector) = match largest {
        0 => (
            twice / 2.0,
            [
                (r[2][1] - r[1][2]) * f,
                (r[0][2] - r[2][0]) * f,
                (r[1][0] - r[0][1]) * f,
            ],
        ),
        1 => (
            (r[2][1] - r[1][2]) * f,
            [
                twice / 2.0,
                (r[0][1] + r[1][0]) * f,
                (r[0][2] + r[2][0]) * f,
            ],
        ),
        2 => (
            (r[0][2] - r[2][0]) * f,
            [
                (r[0][1] + r[1][0]) * f,
                twice / 2.0,
                (r[1][2] + r[2][1]) * f,
            ],
        ),
        _ => (
            (r[1][0] - r[0][1]) * f,
            [
                (r[0][2] + r[2][0]) * f,
                (r[1][2] + r[2][1]) * f,
                twice / 2.0,
            ],
        ),
    };
    if real < 0.0 {
        vector.map(|v| -v)
    } else {
        vector
    }
}

fn determinant(r: &[[f64; 3]; 3]) -> f64 {
    r[0][0] * (r[1][1] * r[2][2] - r[1][2] * r[2][1])
        - r[0][1] * (r[1][0] * r[2][2] - r[1][2] * r[2][0])
        + r[0][2] * (r[1][0] * r[2][1] - r[1][1] * r[2][0])
}
