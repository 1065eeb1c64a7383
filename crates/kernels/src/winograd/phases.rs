//! Splits images into phases, in which the elements of all tiles have fixed distances, and joins them again.

use crate::Element;
use crate::correlate::{ChannelFinish, Store};
use crate::instructions::Instructions;
use crate::lanes::{Kernel, Lanes};
use crate::planes::Source;

/// One image of rows and columns, seen as overlapping tiles `m` apart.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    /// Rows and columns of the image.
    pub(super) image: [usize; 2],
    /// Row and column of the image where the first tile starts; outside the image, values are zero.
    pub(super) first: [isize; 2],
    /// Distance between neighboring tiles.
    pub(super) m: usize,
    /// Size of a tile along an axis.
    pub(super) side: usize,
    /// Number of rows of tiles.
    pub(super) rows: usize,
    /// Number of tile indices between the starts of two rows of tiles.
    pub(super) row: usize,
    /// Number of tile indices to read.
    pub(super) tiles: usize,
}

impl Window {
    /// Number of elements of a phase, including those read past its last row.
    fn phase_len(&self) -> usize {
        let further = (self.side - 1) / self.m;
        ((self.rows + further) * self.row).max(self.tiles) + further * (self.row + 1)
    }

    /// Offset of each element (i, j) of tile 0, in the order i · side + j.
    pub(super) fn offsets(&self) -> Vec<usize> {
        let (m, len) = (self.m, self.phase_len());
        let at = |i: usize, j: usize| ((i % m) * m + j % m) * len + (i / m) * self.row + j / m;
        (0..self.side * self.side)
            .map(|e| at(e / self.side, e % self.side))
            .collect()
    }
}

/// The phases of a window: row i and column j are in phase (i mod m, j mod m) at (i / m, j / m).
pub(super) struct Phases<T> {
    window: Window,
    line: Vec<T>,
    pub(super) elements: Vec<T>,
}

impl<T: Element> Phases<T> {
    /// Phases of zeros, in reused memory.
    pub(super) fn new(window: Window, mut elements: Vec<T>) -> Self {
        elements.clear();
        elements.resize(window.m * window.m * window.phase_len(), T::zero());
        Self {
            window,
            line: vec![T::zero(); window.row * window.m],
            elements,
        }
    }

    /// Splits the image that starts at element `start` of a plane of the source.
    pub(super) fn take(
        &mut self,
        instructions: Instructions,
        source: &Source<T>,
        plane: usize,
        start: usize,
    ) {
        let Window {
            image: [height, width],
            first,
            m,
            side,
            rows,
            row,
            ..
        } = self.window;
        let len = self.window.phase_len();
        let column = first[1].max(0).unsigned_abs();
        let skip = (-first[1]).max(0).unsigned_abs();
        let shown = width
            .saturating_sub(column)
            .min((row * m).saturating_sub(skip));
        for index in 0..rows * m + side - m {
            let source_row = usize::try_from(first[0] + index as isize)
                .ok()
                .filter(|row| *row < height && shown > 0);
            let at = (index % m) * m * len + index / m * row;
            let target = &mut self.elements[at..];
            let Some(source_row) = source_row else {
                for phase in 0..m {
                    target[phase * len..][..row].fill(T::zero());
                }
                continue;
            };
            let line = &mut self.line[skip..skip + shown];
            source.copy(plane, start + source_row * width + column, 1, line);
            instructions.run(Split {
                line: &self.line,
                target,
                len,
                m,
            });
        }
    }
}

/// Splits a line: every m-th element goes to the same target; targets are `len` apart.
struct Split<'a, T> {
    line: &'a [T],
    target: &'a mut [T],
    len: usize,
    m: usize,
}

impl<T: Element> Split<'_, T> {
    #[inline(always)]
    fn split<const M: usize>(self) {
        let count = self.line.len() / M;
        let mut targets: [&mut [T]; M] = std::array::from_fn(|_| Default::default());
        let mut rest = self.target;
        for (phase, target) in targets.iter_mut().enumerate() {
            let len = if phase + 1 < M { self.len } else { count };
            let (one, others) = rest.split_at_mut(len);
            *target = &mut one[..count];
            rest = others;
        }
        for (t, elements) in self.line.chunks_exact(M).enumerate() {
            for phase in 0..M {
                targets[phase][t] = elements[phase];
            }
        }
    }
}

#[allow(unsafe_code)]
impl<T: Element> Kernel<T> for Split<'_, T> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<S: Lanes<Item = T>, const R: usize, const V: usize>(self) {
        match self.m {
            4 => self.split::<4>(),
            _ => self.split::<2>(),
        }
    }
}

/// Joins one row of results from its phases, and applies the finish to every result.
pub(super) struct Join<'a, T> {
    /// The row's part of the first phase; the parts of the others follow `len` elements apart.
    pub(super) phases: &'a [T],
    pub(super) len: usize,
    pub(super) m: usize,
    pub(super) finish: ChannelFinish<T>,
    pub(super) row: &'a mut [T],
}

impl<T: Element> Join<'_, T> {
    #[inline(always)]
    fn join<const M: usize>(self, finish: impl Fn(T) -> T) {
        let count = self.row.len().div_ceil(M);
        let phases: [&[T]; M] = std::array::from_fn(|i| &self.phases[i * self.len..][..count]);
        let mut chunks = self.row.chunks_exact_mut(M);
        for (t, chunk) in (&mut chunks).enumerate() {
            for phase in 0..M {
                chunk[phase] = finish(phases[phase][t]);
            }
        }
        for (y, phase) in chunks.into_remainder().iter_mut().zip(phases) {
            *y = finish(phase[count - 1]);
        }
    }
}

/// [`Join`] with a constant number of phases.
struct JoinOf<'a, T, const M: usize>(Join<'a, T>);

impl<T: Element, const M: usize> Store<T> for JoinOf<'_, T, M> {
    #[inline(always)]
    fn run(self, finish: impl Fn(T) -> T) {
        self.0.join::<M>(finish);
    }
}

#[allow(unsafe_code)]
impl<T: Element> Kernel<T> for Join<'_, T> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<S: Lanes<Item = T>, const R: usize, const V: usize>(self) {
        match self.m {
            4 => self.finish.with(JoinOf::<T, 4>(self)),
            _ => self.finish.with(JoinOf::<T, 2>(self)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_element_of_every_tile_lies_at_its_distance() {
        let (height, width) = (7, 11);
        let data: Vec<f64> = (0..height * width).map(|i| i as f64 + 1.0).collect();
        let source = Source {
            data: &data,
            joined: None,
            positive: None,
            channels: 1,
            positions: data.len(),
        };
        for (m, first) in [(4, [-1, -1]), (4, [3, 0]), (2, [-2, -2]), (4, [2, 3])] {
            let (rows, columns) = (2, 3);
            let row = columns + 5 / m;
            let tiles = 16;
            let window = Window {
                image: [height, width],
                first,
                m,
                side: 6,
                rows,
                row,
                tiles,
            };
            let mut phases = Phases::new(window, Vec::new());
            phases.take(Instructions::best::<f64>(), &source, 0, 0);
            for tile in 0..rows * columns {
                let (r, c) = (tile / columns, tile % columns);
                for (element, offset) in window.offsets().iter().enumerate() {
                    let y = first[0] + (r * m + element / 6) as isize;
                    let x = first[1] + (c * m + element % 6) as isize;
                    let inside =
                        (0..height as isize).contains(&y) && (0..width as isize).contains(&x);
                    let expected = if inside {
                        (y * width as isize + x) as f64 + 1.0
                    } else {
                        0.0
                    };
                    assert_eq!(
                        phases.elements[offset + r * row + c],
                        expected,
                        "{m} {first:?} {tile} {element}"
                    );
                }
            }
        }
    }
}
