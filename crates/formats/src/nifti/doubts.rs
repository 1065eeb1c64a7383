//! Doubts about the geometry of a file: what contradicts itself, or is no skin scan's.

use rsom_volume::{Affine, Grid, Orientation, Spacing};

use super::geometry::{
    from_quaternion, has_default_size, has_valid_qform, lengths, states_orientation, valid_sform,
};
use super::header::Header;

/// Largest plausible width of a skin scan.
const WIDEST_MM: f64 = 100.0;
/// Smallest plausible voxel: 10 nm.
const SMALLEST_MM: f64 = 1e-5;
/// Largest relative difference of the voxel sizes of pixdim and affine that raises no doubt.
const SAME_SIZE: f64 = 0.01;
/// Smallest cosine of the angle between axes that point the same way: 8°.
const SAME_DIRECTION: f64 = 0.99;

/// Warnings about implausible geometry; empty when there are none.
pub(super) fn doubts(header: &Header, grid: &Grid) -> Vec<String> {
    let doubts = [
        doubt_of_depth(header, grid),
        doubt_of_forms(header),
        doubt_of_affines(header),
        doubt_of_width(grid),
        doubt_of_size(header, grid),
    ];
    doubts.into_iter().flatten().collect()
}

fn doubt_of_depth(header: &Header, grid: &Grid) -> Option<String> {
    let orientation = Orientation::of(grid);
    if !states_orientation(header, grid) || orientation.has_depth_to_inferior() {
        return None;
    }
    Some(format!(
        "the third axis must point down (inferior), but by the header the axes are {orientation}: {}; \
         if the header is right, run 'rsom io convert --orientation reorder'; if it is wrong, 'rsom io convert --orientation restate'",
        [
            "depth is the first axis",
            "depth is the second axis",
            "depth is upside down"
        ][orientation.vertical_axis()]
    ))
}

/// An sform or qform that is none.
fn doubt_of_forms(header: &Header) -> Option<String> {
    let bad_sform = header.sform_code > 0 && valid_sform(header).is_none();
    let bad_qform = header.qform_code > 0 && !has_valid_qform(header);
    let used = match (valid_sform(header), has_valid_qform(header)) {
        (Some(_), _) => "sform",
        (None, true) => "qform",
        (None, false) => "voxel size alone",
    };
    let which = match (bad_sform, bad_qform) {
        (true, false) => "sform is",
        (false, true) if used != "sform" => "qform is",
        (true, true) => "sform and qform are",
        _ => return None,
    };
    Some(format!(
        "its {which} unusable (zeros, or values that are not finite); the {used} is used"
    ))
}

/// An sform and a qform that point in different directions.
fn doubt_of_affines(header: &Header) -> Option<String> {
    let sform = valid_sform(header)?;
    let size: [f64; 3] = std::array::from_fn(|axis| header.pixdim[axis + 1]);
    if !has_valid_qform(header) || !size.iter().all(|d| d.is_finite() && *d > 0.0) {
        return None;
    }
    let qform = from_quaternion(&header.quaternion, size, header.pixdim[0], 1.0);
    let lengths = [lengths(sform), lengths(&qform)];
    let cosine = |axis: usize| {
        let dot: f64 = (0..3).map(|row| sform[row][axis] * qform[row][axis]).sum();
        dot / (lengths[0][axis] * lengths[1][axis])
    };
    if (0..3).all(|axis| cosine(axis) > SAME_DIRECTION) {
        return None;
    }
    Some(format!(
        "its sform and its qform disagree: by the sform the axes are {}, by the qform {}; the sform is used",
        codes(sform)?,
        codes(&qform)?
    ))
}

/// The axis codes of an affine.
fn codes(affine: &Affine) -> Option<Orientation> {
    let grid = Grid::with_affine([1; 3], Spacing::Unknown, *affine).ok()?;
    Some(Orientation::of(&grid))
}

/// A voxel size in a wrong unit shows in a field of view that no skin scan has, or in voxels below the wavelength of light.
fn doubt_of_width(grid: &Grid) -> Option<String> {
    let Spacing::Millimetres(size) = grid.spacing() else {
        return None;
    };
    let shape = grid.shape();
    let width: [f64; 3] = std::array::from_fn(|axis| shape[axis] as f64 * size[axis]);
    let wide = width.iter().any(|mm| *mm > WIDEST_MM);
    let small = size.iter().any(|mm| *mm < SMALLEST_MM);
    if !wide && !small {
        return None;
    }
    let [x, y, z] = width.map(|mm| (mm * 1e6).round() / 1e6);
    let size = match size == [1.0; 3] {
        true => "voxels of exactly 1 mm".to_owned(),
        false => format!("voxels of {}", grid.spacing()),
    };
    Some(format!(
        "{size} give a field of view of {x} × {y} × {z} mm; the voxel size may be wrong"
    ))
}

fn doubt_of_size(header: &Header, grid: &Grid) -> Option<String> {
    let Spacing::Millimetres(size) = grid.spacing() else {
        return None;
    };
    let of_affine = lengths(grid.affine());
    let differs =
        |a: [f64; 3], b: [f64; 3]| (0..3).any(|axis| (a[axis] / b[axis] - 1.0).abs() > SAME_SIZE);
    if differs(of_affine, size) {
        let source = match valid_sform(header) {
            Some(_) => "sform",
            None => "qform",
        };
        return Some(format!(
            "pixdim says {}, but the {source} says {}; pixdim is used",
            grid.spacing(),
            Spacing::Millimetres(of_affine)
        ));
    }
    (has_default_size(header) && differs(size, [1.0; 3])).then(|| {
        format!(
            "pixdim is 1, as in files without a voxel size, but the sform says {}; the sform is used",
            grid.spacing()
        )
    })
}
