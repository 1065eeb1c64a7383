//! Copies channels into zero-padded planes, once for all kernel taps.

use rayon::prelude::*;

use super::geometry::Geometry;
use super::tiles::SLACK;
use crate::Element;

/// The planes of a batch, (image, phase, channel, position), and some zeros that readers may run into, from `x` as
/// (image, channel, position).
pub(crate) fn cut<T: Element>(x: &[T], channels: usize, geometry: &Geometry) -> Vec<T> {
    let (plane, phases) = (geometry.plane_len(), geometry.phases());
    let images = x.len() / (channels * geometry.input_len());
    let len = images * phases * channels * plane;
    let mut planes = vec![T::zero(); len + SLACK];
    planes[..len]
        .par_chunks_mut(plane)
        .enumerate()
        .for_each(|(index, target)| {
            let channel = index % channels;
            let phase = index / channels % phases;
            let image = index / channels / phases;
            let start = (image * channels + channel) * geometry.input_len();
            fill(
                &x[start..start + geometry.input_len()],
                phase,
                geometry,
                target,
            );
        });
    planes
}

fn fill<T: Element>(source: &[T], phase: usize, geometry: &Geometry, target: &mut [T]) {
    let [_, height, width] = geometry.input;
    let [_, sh, sw] = geometry.stride;
    let phases = [phase / (sh * sw), phase / sw % sh, phase % sw];
    let axes: [Axis; 3] = std::array::from_fn(|a| Axis::new(geometry, a, phases[a]));
    let [_, qh, qw] = geometry.plane();
    let [first, last] = axes[2].inside;
    for d in axes[0].inside[0]..axes[0].inside[1] {
        for h in axes[1].inside[0]..axes[1].inside[1] {
            let row = (axes[0].source(d) * height + axes[1].source(h)) * width;
            let source = &source[row..row + width];
            let target = &mut target[(d * qh + h) * qw..(d * qh + h + 1) * qw];
            if first >= last {
                continue;
            }
            let start = axes[2].source(first);
            if sw == 1 {
                target[first..last].copy_from_slice(&source[start..start + last - first]);
            } else {
                let picked = source[start..].iter().step_by(sw);
                target[first..last]
                    .iter_mut()
                    .zip(picked)
                    .for_each(|(t, s)| *t = *s);
            }
        }
    }
}

/// One axis of one plane: position q holds the input at q · stride + shift.
struct Axis {
    stride: isize,
    shift: isize,
    /// First and one past the last position that lies inside the input.
    inside: [usize; 2],
}

impl Axis {
    fn new(geometry: &Geometry, axis: usize, phase: usize) -> Self {
        let stride = geometry.stride[axis] as isize;
        let shift = phase as isize - geometry.front[axis];
        let extent = geometry.plane()[axis] as isize;
        let up = |n: isize| (n.max(0) + stride - 1) / stride;
        let last = up(geometry.input[axis] as isize - shift).min(extent);
        let first = up(-shift).min(last);
        Self {
            stride,
            shift,
            inside: [first as usize, last as usize],
        }
    }

    fn source(&self, position: usize) -> usize {
        (position as isize * self.stride + self.shift) as usize
    }
}
