//! Erosion and dilation.

use ndarray::{Array3, ArrayView3};

use crate::Element;
use crate::bits::{Bits, shifted};

/// Erodes a mask of shape (x, y, z) `iterations` times: a voxel stays set when all voxels of the element around it are
/// set.
///
/// Voxels outside the array have the value `border`, in every iteration. Equal to scipy's `binary_erosion(mask,
/// element, iterations, border_value=border)`, except that zero iterations do not change the mask (scipy then iterates
/// until nothing changes).
#[must_use]
pub fn erode(
    mask: ArrayView3<'_, bool>,
    element: &Element,
    iterations: usize,
    border: bool,
) -> Array3<bool> {
    let bits = Bits::pack(mask, element.reach(), border);
    eroded(bits, element, iterations, border).unpack()
}

/// Dilates a mask of shape (x, y, z) `iterations` times: a voxel becomes set when any voxel of the element around it is
/// set.
///
/// Voxels outside the array have the value `border`, in every iteration. Equal to scipy's `binary_dilation(mask,
/// element, iterations, border_value=border)`, except that zero iterations do not change the mask.
#[must_use]
pub fn dilate(
    mask: ArrayView3<'_, bool>,
    element: &Element,
    iterations: usize,
    border: bool,
) -> Array3<bool> {
    let bits = Bits::pack(mask, element.reach(), border);
    dilated(bits, element, iterations, border).unpack()
}

/// [`erode`] for a packed mask whose border has the width of the element's reach and the value `outside`.
pub(crate) fn eroded(bits: Bits, element: &Element, iterations: usize, outside: bool) -> Bits {
    let pass = Pass {
        element,
        start: u64::MAX,
        outside,
    };
    repeated(bits, pass, iterations, |acc, word| acc & word)
}

/// [`dilate`] for such a mask.
pub(crate) fn dilated(bits: Bits, element: &Element, iterations: usize, outside: bool) -> Bits {
    let pass = Pass {
        element,
        start: 0,
        outside,
    };
    repeated(bits, pass, iterations, |acc, word| acc | word)
}

/// Settings of one pass over a mask.
#[derive(Clone, Copy)]
struct Pass<'a> {
    element: &'a Element,
    /// Initial value of each word.
    start: u64,
    /// Value of the voxels outside the array.
    outside: bool,
}

fn repeated(
    mut bits: Bits,
    pass: Pass<'_>,
    iterations: usize,
    join: impl Fn(u64, u64) -> u64 + Sync,
) -> Bits {
    let Pass {
        element,
        start,
        outside,
    } = pass;
    let mut next = Bits::empty(bits.shape(), bits.border(), outside);
    for _ in 0..iterations {
        let border = bits.border();
        next.for_each_row(|x, y, row, inside| {
            let outside: Vec<u64> = row.iter().zip(inside).map(|(w, i)| w & !i).collect();
            row.fill(start);
            for [dx, dy, dz] in element.offsets() {
                // The border is as wide as the largest offset, so every row exists.
                let near = bits.row(
                    (x + border).wrapping_add_signed(*dx),
                    (y + border).wrapping_add_signed(*dy),
                );
                for (index, word) in row.iter_mut().enumerate() {
                    *word = join(*word, shifted(near, index, -dz));
                }
            }
            for ((word, inside), outside) in row.iter_mut().zip(inside).zip(outside) {
                *word = *word & inside | outside;
            }
        });
        if next == bits {
            break;
        }
        std::mem::swap(&mut bits, &mut next);
    }
    bits
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Connectivity;

    /// From the definition, voxel by voxel.
    fn by_definition(
        mask: &Array3<bool>,
        element: &Element,
        border: bool,
        all: bool,
    ) -> Array3<bool> {
        Array3::from_shape_fn(mask.dim(), |(x, y, z)| {
            let mut near = element.offsets().iter().map(|[a, b, c]| {
                let place = [
                    x.wrapping_add_signed(*a),
                    y.wrapping_add_signed(*b),
                    z.wrapping_add_signed(*c),
                ];
                mask.get(place).copied().unwrap_or(border)
            });
            if all {
                near.all(|v| v)
            } else {
                near.any(|v| v)
            }
        })
    }

    fn masks() -> impl Strategy<Value = Array3<bool>> {
        (
            [1_usize..6, 1_usize..6, 1_usize..80],
            0.0..1.0_f64,
            any::<u64>(),
        )
            .prop_map(|(shape, share, seed)| {
                let mut state = seed | 1;
                Array3::from_shape_simple_fn(shape, || {
                    state = state
                        .wrapping_mul(6_364_136_223_846_793_005)
                        .wrapping_add(1);
                    ((state >> 33) as f64) < share * f64::from(1_u32 << 31)
                })
            })
    }

    fn elements() -> impl Strategy<Value = Element> {
        prop_oneof![
            Just(Element::neighbors(Connectivity::Faces)),
            Just(Element::neighbors(Connectivity::Edges)),
            Just(Element::neighbors(Connectivity::Corners)),
            (0.0..3.0_f64).prop_map(|radius| Element::ball(radius).unwrap()),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn both_follow_their_definition(mask in masks(), element in elements(), border: bool, n in 0_usize..3) {
            let (mut eroded, mut dilated) = (mask.clone(), mask.clone());
            for _ in 0..n {
                eroded = by_definition(&eroded, &element, border, true);
                dilated = by_definition(&dilated, &element, border, false);
            }
            prop_assert_eq!(erode(mask.view(), &element, n, border), eroded);
            prop_assert_eq!(dilate(mask.view(), &element, n, border), dilated);
        }

        #[test]
        fn eroding_the_background_is_dilating_the_mask(mask in masks(), element in elements(), border: bool) {
            let background = mask.mapv(|v| !v);
            let eroded = erode(background.view(), &element, 1, !border);
            prop_assert_eq!(eroded.mapv(|v| !v), dilate(mask.view(), &element, 1, border));
        }
    }
}
