//! The two-dimensional transforms of tiles, with one tile per vector lane.

use super::points::{Analyze, Axis, Points, Powers, SIDE, Values};
use crate::Element;
use crate::instructions::Instructions;
use crate::lanes::{Kernel, Lanes};

/// Number of elements of a transformed tile.
pub(super) const AREA: usize = SIDE * SIDE;

/// A transform along both axes. The numbers are the results m of a tile, or the weights r of a kernel, along an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// `Bᵀ d B`: 6 × 6 inputs to 6 × 6.
    Input,
    /// `Aᵀ m A`: 6 × 6 products to m × m results.
    Result(usize),
    /// `A y Aᵀ`: m × m gradients of results to 6 × 6.
    ResultGradient(usize),
    /// `G g Gᵀ`: r × r weights to 6 × 6.
    Weights(usize),
    /// `Gᵀ s G`: 6 × 6 sums to r × r gradients of weights.
    WeightsGradient(usize),
}

/// One step for `count` tiles: element i of tile p is read at `from[offsets_from[i] + p]` and written to
/// `to[offsets_to[i] + p]`. `count` is a multiple of the vector's elements.
pub(super) struct Transform<'a, T> {
    pub(super) step: Step,
    pub(super) from: &'a [T],
    pub(super) offsets_from: &'a [usize],
    pub(super) to: &'a mut [T],
    pub(super) offsets_to: &'a [usize],
    pub(super) count: usize,
}

impl<T: Element> Transform<'_, T> {
    pub(super) fn run(self, instructions: Instructions) {
        let (inputs, outputs) = match self.step {
            Step::Input => (SIDE, SIDE),
            Step::Result(n) | Step::WeightsGradient(n) => (SIDE, n),
            Step::ResultGradient(n) | Step::Weights(n) => (n, SIDE),
        };
        let fits = |offsets: &[usize], side: usize, len: usize| {
            let reach = offsets.iter().copied().max().unwrap_or(0);
            offsets.len() == side * side && reach + self.count <= len
        };
        assert!(self.count.is_multiple_of(instructions.lanes()));
        assert!(fits(self.offsets_from, inputs, self.from.len()));
        assert!(fits(self.offsets_to, outputs, self.to.len()));
        instructions.run(self);
    }

    /// # Safety
    /// The features of `S`, and what [`Transform::run`] asserts.
    #[inline(always)]
    #[allow(unsafe_code)]
    unsafe fn apply<S: Lanes<Item = T>, const I: usize, const O: usize>(
        &mut self,
        axis: &impl Axis<S, I, O>,
    ) {
        for start in (0..self.count).step_by(S::COUNT) {
            // SAFETY: `start + COUNT ≤ count`, and offsets and `count` stay inside both slices, which was asserted.
            unsafe {
                let from = self.from.as_ptr().add(start);
                let to = self.to.as_mut_ptr().add(start);
                let zero = S::splat(T::zero());
                let mut between = [[zero; I]; O];
                for column in 0..I {
                    let mut line = [zero; I];
                    for row in 0..I {
                        line[row] = S::load(from.add(self.offsets_from[row * I + column]));
                    }
                    let line = axis.map(line);
                    for row in 0..O {
                        between[row][column] = line[row];
                    }
                }
                for row in 0..O {
                    let line = axis.map(between[row]);
                    for column in 0..O {
                        line[column].store(to.add(self.offsets_to[row * O + column]));
                    }
                }
            }
        }
    }
}

#[allow(unsafe_code)]
impl<T: Element> Kernel<T> for Transform<'_, T> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<S: Lanes<Item = T>, const R: usize, const V: usize>(mut self) {
        // SAFETY: the features are the caller's to vouch for; `Transform::run` has asserted the rest.
        unsafe {
            let points = Points::<S>::new();
            match self.step {
                Step::Input => self.apply::<S, 6, 6>(&Analyze(&points)),
                Step::Result(4) => self.apply::<S, 6, 4>(&Powers::<S, false>(&points)),
                Step::Result(_) => self.apply::<S, 6, 2>(&Powers::<S, false>(&points)),
                Step::ResultGradient(4) => self.apply::<S, 4, 6>(&Values::<S, false>(&points)),
                Step::ResultGradient(_) => self.apply::<S, 2, 6>(&Values::<S, false>(&points)),
                Step::Weights(3) => self.apply::<S, 3, 6>(&Values::<S, true>(&points)),
                Step::Weights(_) => self.apply::<S, 5, 6>(&Values::<S, true>(&points)),
                Step::WeightsGradient(3) => self.apply::<S, 6, 3>(&Powers::<S, true>(&points)),
                Step::WeightsGradient(_) => self.apply::<S, 6, 5>(&Powers::<S, true>(&points)),
            }
        }
    }
}
