//! Sticks: short structures that are not vessels.

use ndarray::{Array3, Zip};
use rsom_morphology::{Connectivity, Element, dilate};

use super::config::Gerl2020Config;
use crate::random::streams::{Draw, Purpose, Streams};

/// Smallest and largest number of steps of a stick.
const LENGTH_VOX: [usize; 2] = [10, 40];
/// Intensity that a stick adds to HF.
const INTENSITY: f32 = 2.0;
/// Number of dilations of the vessels that sticks must avoid.
const CLEARANCE: usize = 2;

/// Adds sticks to HF: random walks from uniformly drawn positions, dilated once, without the voxels of the label
/// dilated twice.
///
/// A walk has one direction per axis and never turns back, so that it is a stick and not a lump: each step goes along
/// one, two or three randomly drawn axes. It ends at the border of the volume.
pub(super) fn add(
    clutter: &mut Array3<f32>,
    label: &Array3<bool>,
    config: &Gerl2020Config,
    streams: Streams,
) {
    if config.sticks == 0 {
        return;
    }
    let mut sticks = Array3::from_elem(label.raw_dim(), false);
    for stick in 0..config.sticks {
        walk(&mut sticks, &mut streams.open(Purpose::Sticks, stick));
    }
    let cross = Element::neighbors(Connectivity::Faces);
    let sticks = dilate(sticks.view(), &cross, 1, false);
    let kept_clear = dilate(label.view(), &cross, CLEARANCE, false);
    Zip::from(clutter)
        .and(&sticks)
        .and(&kept_clear)
        .par_for_each(|value, stick, clear| {
            if *stick && !*clear {
                *value += INTENSITY;
            }
        });
}

fn walk(sticks: &mut Array3<bool>, draw: &mut Draw) {
    let shape: [usize; 3] = sticks.dim().into();
    let below = |draw: &mut Draw, n: usize| draw.uniform(0.0, n as f64) as usize;
    let mut place = shape.map(|n| below(draw, n));
    let direction: [isize; 3] = std::array::from_fn(|_| [-1, 1][below(draw, 2)]);
    let length = LENGTH_VOX[0] + below(draw, LENGTH_VOX[1] - LENGTH_VOX[0] + 1);
    for _ in 0..length {
        let Some(voxel) = sticks.get_mut(place) else {
            return;
        };
        *voxel = true;
        // The seven nonempty sets of axes.
        let axes = 1 + below(draw, 7);
        for axis in (0..3).filter(|a| axes >> a & 1 == 1) {
            place[axis] = place[axis].wrapping_add_signed(direction[axis]);
        }
    }
}

#[cfg(test)]
mod tests {
    use rsom_morphology::label;

    use super::*;

    #[test]
    fn a_stick_is_one_piece_of_at_most_40_voxels() {
        for seed in 0..200 {
            let mut sticks = Array3::from_elem([90, 90, 90], false);
            walk(
                &mut sticks,
                &mut Streams::new(seed).open(Purpose::Sticks, 0),
            );
            let sizes = label(sticks.view(), Connectivity::Corners).sizes;
            assert!(sizes.len() == 1 && sizes[0] <= 40, "{sizes:?}");
        }
    }

    #[test]
    fn sticks_keep_clear_of_vessels_by_two_voxels() {
        let vessel = Array3::from_shape_fn([40, 40, 40], |(x, y, _)| {
            (18..22).contains(&x) && (18..22).contains(&y)
        });
        let mut clutter = Array3::zeros(vessel.raw_dim());
        add(
            &mut clutter,
            &vessel,
            &Gerl2020Config::RULE,
            Streams::new(1),
        );
        assert!(clutter.iter().any(|v| *v == 2.0));
        for ((x, y, z), value) in clutter.indexed_iter() {
            let outside = |i: usize| if i < 18 { 18 - i } else { i.saturating_sub(21) };
            let gap = outside(x) + outside(y);
            assert!(*value == 0.0 || gap > 2, "{value} at ({x}, {y}, {z})");
            assert!(*value == 0.0 || *value == 2.0);
        }
    }
}
