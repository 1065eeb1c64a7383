//! The soft skeleton of a volume and its gradient.

use rayon::prelude::*;
use rsom_nn::Element;

use super::pooling::{ALONG, Extents, NEIGHBORS, Pooled, pool, pool_gradient};

/// Elements per parallel task.
const CHUNK: usize = 1 << 14;

/// A soft skeleton (Shit et al. 2021, algorithm 1) and the intermediate results for its gradient.
///
/// Starting from the volume `E₀ = v`, each level computes an erosion, `Eⱼ₊₁ = min over a voxel and its six face neighbors of
/// Eⱼ`, and the part that an opening removes, `dⱼ = max(Eⱼ − max over 3 × 3 × 3 of Eⱼ₊₁, 0)`. The skeleton is
/// `1 − Π (1 − dⱼ)`, the closed form of the paper's `S ← S + (1 − S)·dⱼ`. Erosion by face neighbors and dilation by the cube
/// are as in the authors' 3-D code. Voxels outside the image are ignored.
pub struct SoftSkeleton<T> {
    /// Values of the skeleton; from 0 to 1 for a volume from 0 to 1.
    pub values: Vec<T>,
    extents: Extents,
    levels: Vec<Level<T>>,
}

struct Level<T> {
    /// dⱼ.
    ridge: Vec<T>,
    /// Π (1 − dᵢ) over the earlier levels.
    rest: Vec<T>,
    /// Sources of the erosion.
    eroded: Vec<u8>,
    /// Sources of the dilation along each axis.
    dilated: [Vec<u8>; 3],
}

impl<T: Element> SoftSkeleton<T> {
    /// Computes the skeleton with `iterations` erosions, which thin vessels with a diameter of up to `2 · iterations + 1`
    /// voxels to a line. If `tracked`, keeps the intermediate results for the gradient.
    pub fn of(volume: &[T], extents: Extents, iterations: usize, tracked: bool) -> Self {
        let mut levels = Vec::new();
        let mut rest = vec![T::one(); volume.len()];
        let mut level = volume.to_vec();
        for _ in 0..=iterations {
            let eroded = pool(&level, extents, &NEIGHBORS, |a, b| a < b);
            let (opened, dilated) = dilate(&eroded.values, extents);
            let ridge = ridge(&level, &opened);
            let before = tracked.then(|| rest.clone());
            rest.par_chunks_mut(CHUNK)
                .zip(ridge.par_chunks(CHUNK))
                .for_each(|(rest, ridge)| {
                    let pairs = rest.iter_mut().zip(ridge);
                    pairs.for_each(|(rest, d)| *rest *= T::one() - *d);
                });
            if let Some(rest) = before {
                levels.push(Level {
                    ridge,
                    rest,
                    eroded: eroded.from,
                    dilated,
                });
            }
            level = eroded.values;
        }
        rest.par_iter_mut()
            .for_each(|rest| *rest = T::one() - *rest);
        Self {
            values: rest,
            extents,
            levels,
        }
    }

    /// The gradient with respect to the volume, from the gradient `outer` with respect to the skeleton. The skeleton must be
    /// tracked.
    pub fn gradient(&self, mut outer: Vec<T>) -> Vec<T> {
        let mut of_eroded = vec![T::zero(); outer.len()];
        for level in self.levels.iter().rev() {
            let mut of_level = vec![T::zero(); outer.len()];
            of_level
                .par_chunks_mut(CHUNK)
                .zip(outer.par_chunks_mut(CHUNK))
                .zip(
                    level
                        .ridge
                        .par_chunks(CHUNK)
                        .zip(level.rest.par_chunks(CHUNK)),
                )
                .for_each(|((of_level, outer), (ridge, rest))| {
                    let places = of_level.iter_mut().zip(outer).zip(ridge.iter().zip(rest));
                    for ((of_level, outer), (ridge, rest)) in places {
                        if *ridge > T::zero() {
                            *of_level = *outer * *rest;
                        }
                        *outer *= T::one() - *ridge;
                    }
                });
            let mut of_opened: Vec<T> = of_level.par_iter().map(|g| T::zero() - *g).collect();
            for (axis, from) in level.dilated.iter().enumerate().rev() {
                of_opened = pool_gradient(&of_opened, from, self.extents, &ALONG[axis]);
            }
            add(&mut of_eroded, &of_opened);
            let of_erosion = pool_gradient(&of_eroded, &level.eroded, self.extents, &NEIGHBORS);
            add(&mut of_level, &of_erosion);
            of_eroded = of_level;
        }
        of_eroded
    }
}

/// Maxima over 3 × 3 × 3 voxels, axis by axis, and their sources.
fn dilate<T: Element>(volume: &[T], extents: Extents) -> (Vec<T>, [Vec<u8>; 3]) {
    let along = |volume: &[T], axis: usize| -> Pooled<T> {
        pool(volume, extents, &ALONG[axis], |a, b| a > b)
    };
    let first = along(volume, 0);
    let second = along(&first.values, 1);
    let third = along(&second.values, 2);
    (third.values, [first.from, second.from, third.from])
}

/// The part of a level that the opening removes: max(level − opened, 0).
fn ridge<T: Element>(level: &[T], opened: &[T]) -> Vec<T> {
    let mut ridge = vec![T::zero(); level.len()];
    ridge
        .par_chunks_mut(CHUNK)
        .zip(level.par_chunks(CHUNK).zip(opened.par_chunks(CHUNK)))
        .for_each(|(ridge, (level, opened))| {
            for (ridge, (level, opened)) in ridge.iter_mut().zip(level.iter().zip(opened)) {
                if *level > *opened {
                    *ridge = *level - *opened;
                }
            }
        });
    ridge
}

fn add<T: Element>(sum: &mut [T], more: &[T]) {
    let chunks = sum.par_chunks_mut(CHUNK).zip(more.par_chunks(CHUNK));
    chunks.for_each(|(sum, more)| sum.iter_mut().zip(more).for_each(|(s, m)| *s += *m));
}
