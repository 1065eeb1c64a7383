//! Converts units, quaternion and affine rows of a header to a [`Grid`], and back.

use rsom_volume::{Affine, Grid, Orientation, Spacing};

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
    let affine = if header.sform_code > 0 {
        header.srow.map(|row| row.map(|v| v * in_mm))
    } else if header.qform_code > 0 {
        from_quaternion(&header.quaternion, size, header.pixdim[0], in_mm)
    } else {
        let diagonal = |r: usize| std::array::from_fn(|c| if r == c { size[r] } else { 0.0 });
        std::array::from_fn(diagonal)
    };
    Ok(Grid::with_affine(shape, spacing, affine)?)
}

/// Whether every `pixdim` is 1: the default of writers that set the affine only.
fn has_default_size(header: &Header) -> bool {
    header.pixdim[1..4].iter().all(|d| *d == 1.0)
}

/// The voxel size that the rows of the sform give, in the unit of the header. `None` without an sform.
fn sform_size(header: &Header) -> Option<[f64; 3]> {
    let length = |axis: usize| {
        let squares = header.srow.iter().map(|row| row[axis] * row[axis]);
        squares.sum::<f64>().sqrt()
    };
    (header.sform_code > 0).then(|| std::array::from_fn(length))
}

/// What is wrong with the voxel size, if anything.
fn fault_of_size(header: &Header) -> Option<String> {
    let bad = |size: f64| !(size.is_finite() && size > 0.0);
    let axis = (1..=3).find(|axis| bad(header.pixdim[*axis]))?;
    let size = header.pixdim[axis];
    Some(format!("pixdim[{axis}] is {size}, not positive and finite"))
}

/// Warnings about implausible geometry; empty when there are none.
pub(super) fn doubts(header: &Header, grid: &Grid) -> Vec<String> {
    /// Largest plausible width of a skin scan.
    const WIDEST_MM: f64 = 100.0;
    let mut doubts = Vec::new();
    let orientation = Orientation::of(grid);
    if states_orientation(header, grid) && !orientation.has_depth_to_inferior() {
        doubts.push(format!(
            "the third axis must point down (inferior), but by the header the axes are {orientation}: {}; \
             if the header is right, run 'io convert --orientation reorder'; if it is wrong, 'io convert --orientation restate'",
            ["depth is the first axis", "depth is the second axis", "depth is upside down"][orientation.vertical_axis()]
        ));
    }
    let Spacing::Millimetres(size) = grid.spacing() else {
        return doubts;
    };
    let [x, y, z] = grid.shape();
    if size == [1.0; 3] && x.max(y).max(z) as f64 > WIDEST_MM {
        doubts.push(format!(
            "voxels of exactly 1 mm give a field of view of {x} × {y} × {z} mm; the voxel size may be wrong"
        ));
    }
    let length = |axis: usize| {
        let squares = grid.affine().iter().map(|row| row[axis] * row[axis]);
        squares.sum::<f64>().sqrt()
    };
    let from_affine = Spacing::Millimetres(std::array::from_fn(length));
    let differs =
        |a: [f64; 3], b: [f64; 3]| (0..3).any(|axis| (a[axis] / b[axis] - 1.0).abs() > SAME_SIZE);
    if let Spacing::Millimetres(other) = from_affine
        && differs(other, size)
    {
        let source = if header.sform_code > 0 {
            "sform"
        } else {
            "qform"
        };
        doubts.push(format!(
            "pixdim says {}, but the {source} says {from_affine}; pixdim is used",
            grid.spacing()
        ));
    } else if has_default_size(header) && differs(size, [1.0; 3]) {
        doubts.push(format!(
            "pixdim is 1, as in files without a voxel size, but the sform says {}; the sform is used",
            grid.spacing()
        ));
    }
    doubts
}

/// Largest relative difference of the voxel sizes of pixdim and affine that raises no doubt.
const SAME_SIZE: f64 = 0.01;

/// Whether the header says where the axes point. The identity, which many writers use without knowing, does not.
pub(super) fn states_orientation(header: &Header, grid: &Grid) -> bool {
    (header.sform_code > 0 || header.qform_code > 0) && !grid.has_identity_affine()
}

/// The affine of a qform (NIfTI-1 standard, "method 2").
fn from_quaternion(quaternion: &[f64; 6], size: [f64; 3], handedness: f64, in_mm: f64) -> Affine {
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
