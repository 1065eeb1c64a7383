//! Whether tiles are faster than direct sums.

use super::grid::Grid;
use crate::Element;
use crate::geometry::{Geometry, Method};
use crate::instructions::Instructions;

/// What is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pass {
    /// The result of a convolution, or the gradient of its data.
    Result,
    /// The gradient of the weights.
    Weights,
}

/// Whether tiles are used for a convolution with these (input, output) channels: where the method of the geometry asks for them or leaves
/// the choice, and kernel and stride allow them.
#[must_use]
pub fn suits<T: Element>(geometry: &Geometry, channels: [usize; 2], pass: Pass) -> bool {
    if Grid::new(geometry).is_none() {
        return false;
    }
    let least = least_channels(geometry.kernel, pass, Instructions::best::<T>());
    geometry.method == Method::Tiles || channels.iter().all(|c| *c >= least)
}

/// Smallest number of channels for which tiles are faster.
///
/// Transforms cost the same for each pair of planes, and pay only if each transformed plane is used often. The numbers come from
/// `rsom-benches convolutions` (docs/results/convolutions.md); without measurements, NEON has those of AVX2.
fn least_channels(kernel: [usize; 3], pass: Pass, instructions: Instructions) -> usize {
    let is_plane = kernel[0] == 1;
    let wide = instructions.lanes() == 16;
    match (wide, is_plane, pass) {
        (true, true, Pass::Result) => 24,
        (true, true, Pass::Weights) => 32,
        (true, false, Pass::Result) if kernel[1] == 3 => 12,
        (true, false, Pass::Result) => 32,
        (true, false, Pass::Weights) if kernel[1] == 3 => 8,
        (true, false, Pass::Weights) => 12,
        (false, true, Pass::Result) => 12,
        (false, true, Pass::Weights) => 24,
        (false, false, _) => 8,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_method_decides_before_the_number_of_channels() {
        let geometry = Geometry::new([1, 32, 32], [1, 3, 3], [1; 3], [0, 1, 1]).unwrap();
        let uses = |method, channels| {
            let geometry = Geometry { method, ..geometry };
            [Pass::Result, Pass::Weights].map(|pass| suits::<f32>(&geometry, channels, pass))
        };
        assert_eq!(uses(Method::Direct, [64, 64]), [false; 2]);
        assert_eq!(uses(Method::Tiles, [1, 1]), [true; 2]);
        assert_eq!(uses(Method::Fastest, [64, 64]), [true; 2]);
        assert_eq!(uses(Method::Fastest, [64, 4]), [false; 2]);
    }

    #[test]
    fn strides_and_other_kernels_have_no_tiles() {
        for (kernel, stride) in [([1, 3, 3], 2), ([1, 1, 1], 1), ([1, 7, 7], 1)] {
            let stride = [1, stride, stride];
            let geometry = Geometry::new([1, 32, 32], kernel, stride, [0; 3]).unwrap();
            let geometry = Geometry {
                method: Method::Tiles,
                ..geometry
            };
            assert!(!suits::<f32>(&geometry, [64, 64], Pass::Result));
        }
    }
}
