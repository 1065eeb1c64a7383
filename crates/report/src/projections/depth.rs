//! The depth of maxima as color.

use ndarray::{Array2, ArrayView3};

use super::axis::Axis;
use crate::chart::{self, ColorBar, ColorMap};
use crate::{Color, Picture};

/// What the colors of projections mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(rsom_parameters::Choice))]
pub enum Coloring {
    /// The signal of the channels.
    Signal,
    /// The depth of the maximum; its brightness is the signal.
    Depth,
}

/// Colors along a color bar, and shades across it.
const STEPS: [usize; 2] = [256, 16];

/// The depth index of the maximum of every column of one or two channels of shape (x, y, z), the second multiplied by `factor`; the first
/// of equal maxima, 0 where there is no number.
#[must_use]
pub fn depths(channels: &[ArrayView3<'_, f32>], factor: f64) -> Array2<usize> {
    let Some(first) = channels.first() else {
        return Array2::zeros((0, 0));
    };
    let (width, height, depth) = first.dim();
    let value = |place: [usize; 3]| {
        let second = channels.get(1).map(|c| factor * f64::from(c[place]));
        let all = [Some(f64::from(first[place])), second];
        all.into_iter().flatten().fold(f64::NEG_INFINITY, f64::max)
    };
    Array2::from_shape_fn((width, height), |(x, y)| {
        let mut best = (f64::NEG_INFINITY, 0);
        for z in 0..depth {
            let found = value([x, y, z]);
            if found > best.0 {
                best = (found, z);
            }
        }
        best.1
    })
}

/// A projection in the colors of depths, as bright as its signal. From the side, depth runs down.
#[must_use]
pub fn tinted(signal: &Picture, axis: Axis, depths: &Array2<usize>, count: usize) -> Picture {
    Picture::from_fn(signal.width(), signal.height(), |x, y| {
        let depth = match axis {
            Axis::Z => depths[[x, y]],
            Axis::X | Axis::Y => y,
        };
        let share = (depth as f64 + 0.5) / count.max(1) as f64;
        let signal = signal.pixel(x, y).0.into_iter().max().unwrap_or(0);
        shade(share, f64::from(signal) / 255.0)
    })
}

/// The color of a share of the depth, at a brightness from 0 to 1.
fn shade(share: f64, brightness: f64) -> Color {
    ColorMap::Depth.color(share).over(Color([0; 3]), brightness)
}

/// The bar of these colors for scans of so many voxels; brightness rises upwards.
#[must_use]
pub fn bar(count: usize, step_um: Option<f64>) -> ColorBar {
    let (unit, step) = step_um.map_or(("voxels", 1.0), |step| ("µm", step));
    let [across, down] = STEPS;
    ColorBar {
        colors: Picture::from_fn(across, down, |x, y| {
            let brightness = 1.0 - y as f64 / (down - 1) as f64;
            shade((x as f64 + 0.5) / across as f64, brightness)
        }),
        ticks: chart::Axis::tight([0.0, count as f64 * step], 5).ticks(),
        title: format!("Depth of the maximum ({unit}); brighter: more signal"),
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;

    use super::*;

    #[test]
    fn the_depth_is_that_of_the_largest_value_of_both_channels() {
        let mut low = Array3::from_elem((2, 1, 5), f32::NAN);
        let mut high = Array3::zeros((2, 1, 5));
        low[[0, 0, 3]] = 4.0;
        low[[1, 0, 1]] = 4.0;
        high[[1, 0, 4]] = 3.0;
        let found = |factor: f64| {
            depths(&[low.view(), high.view()], factor)
                .into_raw_vec_and_offset()
                .0
        };
        assert_eq!(found(1.0), [3, 1]);
        assert_eq!(found(2.0), [3, 4]);
        assert_eq!(
            depths(&[low.view()], 0.0).into_raw_vec_and_offset().0,
            [3, 1]
        );
    }

    #[test]
    fn colors_are_those_of_the_bar_and_as_bright_as_the_signal() {
        let signal = Picture::from_fn(2, 1, |x, _| Color([if x == 0 { 255 } else { 0 }, 0, 0]));
        let depths = Array2::from_elem((2, 1), 0);
        let found = tinted(&signal, Axis::Z, &depths, 256);
        let bar = bar(256, Some(3.0));
        assert_eq!(found.pixel(0, 0), bar.colors.pixel(0, 0));
        assert_eq!(found.pixel(1, 0), Color([0; 3]));
        let labels: Vec<&str> = bar.ticks.iter().map(|(_, label)| label.as_str()).collect();
        assert_eq!(labels, ["0", "200", "400", "600"]);
    }
}
