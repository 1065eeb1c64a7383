//! Transposed convolution whose stride equals its kernel: every input element fills a tile of the output.

use rayon::prelude::*;

use super::disjoint::Disjoint;
use super::matmul::{View, multiply};
use crate::Element;

/// Output positions that a task works on.
const ROW_ELEMENTS: usize = 8192;
/// Tasks that the weight gradient is cut into, whatever the number of threads.
const GROUPS: usize = 8;

/// Shapes of a transposed convolution with an `n × n` kernel and stride n: (in, h, w) becomes (out, n·h, n·w).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tiles {
    pub(crate) inputs: usize,
    pub(crate) outputs: usize,
    pub(crate) height: usize,
    pub(crate) width: usize,
    pub(crate) n: usize,
}

impl Tiles {
    fn input_len(&self) -> usize {
        self.height * self.width
    }

    fn output_len(&self) -> usize {
        self.input_len() * self.tile()
    }

    fn tile(&self) -> usize {
        self.n * self.n
    }

    /// Rows of the input that a task works on.
    fn step(&self) -> usize {
        (ROW_ELEMENTS / (self.width * self.tile())).clamp(1, self.height)
    }

    /// (image, first row, rows) of every task.
    fn items(&self, images: usize) -> Vec<[usize; 3]> {
        let step = self.step();
        (0..images)
            .flat_map(|image| (0..self.height).step_by(step).map(move |row| (image, row)))
            .map(|(image, row)| [image, row, step.min(self.height - row)])
            .collect()
    }

    /// Moves rows between tiles, as (out · tile element, position), and the output: `f(tile element, output element)`.
    fn each_run(&self, rows: usize, mut f: impl FnMut(usize, usize, usize)) {
        for output in 0..self.outputs {
            for a in 0..self.n {
                for b in 0..self.n {
                    let element = (output * self.n + a) * self.n + b;
                    for row in 0..rows {
                        let packed = (element * rows + row) * self.width;
                        let spread = output * self.output_len()
                            + (row * self.n + a) * self.width * self.n
                            + b;
                        f(packed, spread, self.n);
                    }
                }
            }
        }
    }

    /// The output gradient of some rows as (out · tile element, position).
    fn pack<T: Element>(&self, dy: &[T], [image, first, rows]: [usize; 3], packed: &mut Vec<T>) {
        packed.clear();
        packed.resize(self.outputs * self.tile() * rows * self.width, T::zero());
        let start = self.outputs * self.output_len() * image + first * self.tile() * self.width;
        self.each_run(rows, |to, from, step| {
            let source = dy[start + from..].iter().step_by(step);
            packed[to..to + self.width]
                .iter_mut()
                .zip(source)
                .for_each(|(t, s)| *t = *s);
        });
    }
}

/// `y[image, out, n·i + a, n·j + b] = bias[out] + Σ_in w[in, out, a, b] · x[image, in, i, j]`.
pub(crate) fn transpose<T: Element>(x: &[T], weights: &[T], bias: &[T], tiles: Tiles) -> Vec<T> {
    let images = x.len() / (tiles.inputs * tiles.input_len());
    let wide = tiles.outputs * tiles.tile();
    let mut y = vec![T::zero(); images * tiles.outputs * tiles.output_len()];
    let target = Disjoint::new(&mut y);
    let task = |sums: &mut Vec<T>, &[image, first, rows]: &[usize; 3]| {
        let len = rows * tiles.width;
        sums.resize(wide * len, T::zero());
        let left = View {
            data: weights,
            row: 1,
            column: wide,
        };
        let right = View {
            data: &x[image * tiles.inputs * tiles.input_len() + first * tiles.width..],
            row: tiles.input_len(),
            column: 1,
        };
        multiply([wide, len, tiles.inputs], (sums, len), left, right, false);
        let (pitch, area) = (tiles.width * tiles.n, tiles.tile() * tiles.width);
        for output in 0..tiles.outputs {
            let start = (image * tiles.outputs + output) * tiles.output_len() + first * area;
            // SAFETY: tasks differ in image or rows, and turns of this loop in the output channel: no overlap.
            #[allow(unsafe_code)]
            let target = unsafe { target.range(start, rows * area) };
            let bias = bias[output];
            for (line, target) in target.chunks_exact_mut(pitch).enumerate() {
                let (row, a) = (line / tiles.n, line % tiles.n);
                for b in 0..tiles.n {
                    let element = (output * tiles.n + a) * tiles.n + b;
                    let sums = &sums[(element * rows + row) * tiles.width..][..tiles.width];
                    let target = target[b..].iter_mut().step_by(tiles.n);
                    target.zip(sums).for_each(|(y, s)| *y = *s + bias);
                }
            }
        }
    };
    tiles.items(images).par_iter().for_each_init(Vec::new, task);
    y
}

/// Gradient of the input: `dx[image, in, i, j] = Σ_{out, a, b} w[in, out, a, b] · dy[image, out, n·i + a, n·j + b]`.
pub(crate) fn transpose_data<T: Element>(dy: &[T], weights: &[T], tiles: Tiles) -> Vec<T> {
    let images = dy.len() / (tiles.outputs * tiles.output_len());
    let wide = tiles.outputs * tiles.tile();
    let mut dx = vec![T::zero(); images * tiles.inputs * tiles.input_len()];
    let target = Disjoint::new(&mut dx);
    let task = |scratch: &mut (Vec<T>, Vec<T>), item: &[usize; 3]| {
        let (packed, sums) = scratch;
        let [image, first, rows] = *item;
        let len = rows * tiles.width;
        tiles.pack(dy, *item, packed);
        sums.resize(tiles.inputs * len, T::zero());
        let left = View {
            data: weights,
            row: wide,
            column: 1,
        };
        let right = View {
            data: packed,
            row: len,
            column: 1,
        };
        multiply([tiles.inputs, len, wide], (sums, len), left, right, false);
        for (input, sums) in sums.chunks_exact(len).take(tiles.inputs).enumerate() {
            let start = (image * tiles.inputs + input) * tiles.input_len() + first * tiles.width;
            // SAFETY: tasks differ in image or rows, and turns of this loop in the input channel: no overlap.
            #[allow(unsafe_code)]
            let target = unsafe { target.range(start, len) };
            target.copy_from_slice(sums);
        }
    };
    let init = || (Vec::new(), Vec::new());
    tiles.items(images).par_iter().for_each_init(init, task);
    dx
}

/// Gradient of the weights, as (in, out, a, b): `Σ_{image, i, j} x · dy`, groups of rows added in their order.
pub(crate) fn transpose_weights<T: Element>(x: &[T], dy: &[T], tiles: Tiles) -> Vec<T> {
    let images = x.len() / (tiles.inputs * tiles.input_len());
    let wide = tiles.outputs * tiles.tile();
    let items = tiles.items(images);
    let groups = GROUPS.min(items.len());
    let partials: Vec<Vec<T>> = (0..groups)
        .into_par_iter()
        .map(|group| {
            let mut partial = vec![T::zero(); tiles.inputs * wide];
            let mut packed = Vec::new();
            let range = group * items.len() / groups..(group + 1) * items.len() / groups;
            for item in &items[range] {
                let [image, first, rows] = *item;
                let len = rows * tiles.width;
                tiles.pack(dy, *item, &mut packed);
                let left = View {
                    data: &x[image * tiles.inputs * tiles.input_len() + first * tiles.width..],
                    row: tiles.input_len(),
                    column: 1,
                };
                let right = View {
                    data: &packed,
                    row: 1,
                    column: len,
                };
                multiply(
                    [tiles.inputs, wide, len],
                    (&mut partial, wide),
                    left,
                    right,
                    true,
                );
            }
            partial
        })
        .collect();
    let mut total = vec![T::zero(); tiles.inputs * wide];
    for partial in &partials {
        total.iter_mut().zip(partial).for_each(|(t, p)| *t += *p);
    }
    total
}
