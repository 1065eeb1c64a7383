//! Copies channels into zero-padded planes, in which a kernel tap is an offset.

use super::geometry::Geometry;
use super::instructions::Instructions;
use super::lanes::{Kernel, Lanes};
use crate::Element;

/// Number of elements that a reader may read past the last requested position.
pub(super) const SLACK: usize = 64;

/// A tensor (image, channel, position), optionally masked, or two tensors with concatenated channels.
#[derive(Clone, Copy)]
pub struct Source<'a, T> {
    /// The first (or only) tensor.
    pub data: &'a [T],
    /// The second tensor and its number of channels; such a source cannot be masked.
    pub joined: Option<(&'a [T], usize)>,
    /// Mask: where this is not positive, the element reads as zero. It is the result of a ReLU, whose gradient is
    /// masked.
    pub positive: Option<&'a [T]>,
    /// Number of channels of both tensors together.
    pub channels: usize,
    /// Number of positions of a channel.
    pub positions: usize,
}

impl<T: Element> Source<'_, T> {
    /// Number of images.
    pub fn images(&self) -> usize {
        let further = self.joined.map_or(0, |(_, channels)| channels);
        self.data.len() / ((self.channels - further) * self.positions)
    }

    /// The tensor that contains a plane, and the plane's index there.
    fn place(&self, plane: usize) -> (&[T], usize) {
        let Some((second, further)) = self.joined else {
            return (self.data, plane);
        };
        let first = self.channels - further;
        let (image, channel) = (plane / self.channels, plane % self.channels);
        match channel.checked_sub(first) {
            None => (self.data, image * first + channel),
            Some(channel) => (second, image * further + channel),
        }
    }

    /// Copies every `step`-th element of a channel, from `start` on, into `target`.
    pub fn copy(&self, plane: usize, start: usize, step: usize, target: &mut [T]) {
        let Some(reach) = target.len().checked_sub(1) else {
            return;
        };
        let (data, plane) = self.place(plane);
        let start = plane * self.positions + start;
        let range = start..start + reach * step + 1;
        let data = &data[range.clone()];
        let positive = self.positive.map(|positive| &positive[range]);
        match (positive, step) {
            (None, 1) => target.copy_from_slice(data),
            (None, _) => {
                let picked = data.iter().step_by(step);
                target.iter_mut().zip(picked).for_each(|(t, x)| *t = *x);
            }
            (Some(positive), 1) => Instructions::best::<T>().run(CopyMasked {
                data,
                positive,
                target,
            }),
            (Some(positive), _) => {
                let pairs = data.iter().zip(positive).step_by(step);
                target
                    .iter_mut()
                    .zip(pairs)
                    .for_each(|(t, (x, y))| *t = kept(*x, *y));
            }
        }
    }
}

#[inline(always)]
fn kept<T: Element>(x: T, y: T) -> T {
    if y > T::zero() { x } else { T::zero() }
}

/// Copies elements with a mask.
struct CopyMasked<'a, T> {
    data: &'a [T],
    positive: &'a [T],
    target: &'a mut [T],
}

#[allow(unsafe_code)]
impl<T: Element> Kernel<T> for CopyMasked<'_, T> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<S: Lanes<Item = T>, const R: usize, const V: usize>(self) {
        let len = self.target.len();
        let (data, positive) = (&self.data[..len], &self.positive[..len]);
        for i in 0..len {
            self.target[i] = kept(data[i], positive[i]);
        }
    }
}

/// Fills `planes` with the planes of one image, (phase, channel, position), followed by zeros for readers past the end.
pub fn cut<T: Element>(source: &Source<T>, image: usize, geometry: &Geometry, planes: &mut Vec<T>) {
    let (plane, channels) = (geometry.plane_len(), source.channels);
    planes.clear();
    planes.resize(geometry.phases() * channels * plane + SLACK, T::zero());
    for (phase, planes) in planes.chunks_exact_mut(channels * plane).enumerate() {
        let lines = lines(geometry, phase);
        for (channel, target) in planes.chunks_exact_mut(plane).enumerate() {
            for line in &lines {
                let target = &mut target[line.to..line.to + line.len];
                source.copy(
                    image * channels + channel,
                    line.from,
                    geometry.stride[2],
                    target,
                );
            }
        }
    }
}

/// A run of elements of a plane inside the input.
struct Line {
    from: usize,
    to: usize,
    len: usize,
}

fn lines(geometry: &Geometry, phase: usize) -> Vec<Line> {
    let [_, height, width] = geometry.input;
    let [_, sh, sw] = geometry.stride;
    let phases = [phase / (sh * sw), phase / sw % sh, phase % sw];
    let axes: [Axis; 3] = std::array::from_fn(|a| Axis::new(geometry, a, phases[a]));
    let [_, rows, row] = geometry.plane();
    let mut lines = Vec::new();
    let [first, last] = axes[2].inside;
    if first >= last {
        return lines;
    }
    for d in axes[0].inside[0]..axes[0].inside[1] {
        for h in axes[1].inside[0]..axes[1].inside[1] {
            let start = (axes[0].source(d) * height + axes[1].source(h)) * width;
            lines.push(Line {
                from: start + axes[2].source(first),
                to: (d * rows + h) * row + first,
                len: last - first,
            });
        }
    }
    lines
}

/// One axis of one plane: position q contains the input element q · stride + shift.
struct Axis {
    stride: isize,
    shift: isize,
    /// First and one past the last position inside the input.
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
