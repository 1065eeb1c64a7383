//! Intensities in the smallest type that represents them.

use ndarray::{Array4, ArrayView4, Zip};

/// Intensities of one or more channels. Integers from 0 to 255 are stored as bytes, so that prepared scans take a
/// quarter of the memory.
#[derive(Debug, Clone, PartialEq)]
pub enum CompactIntensities {
    /// Integers from 0 to 255.
    Bytes(Array4<u8>),
    /// Anything else.
    Singles(Array4<f32>),
}

impl CompactIntensities {
    /// Copies intensities, with their axes in any order; in memory the last axis varies fastest.
    #[must_use]
    pub fn of(intensities: ArrayView4<'_, f32>) -> Self {
        let is_byte = |v: &f32| (0.0..=255.0).contains(v) && v.fract() == 0.0;
        if intensities.iter().all(is_byte) {
            let mut bytes = Array4::zeros(intensities.raw_dim());
            Zip::from(&mut bytes)
                .and(&intensities)
                .for_each(|byte, v| *byte = *v as u8);
            Self::Bytes(bytes)
        } else {
            let mut singles = Array4::zeros(intensities.raw_dim());
            singles.assign(&intensities);
            Self::Singles(singles)
        }
    }

    /// Extents along the four axes.
    #[must_use]
    pub fn dim(&self) -> (usize, usize, usize, usize) {
        match self {
            Self::Bytes(values) => values.dim(),
            Self::Singles(values) => values.dim(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_of_a_byte_become_bytes_and_nothing_else_does() {
        let of = |value: f32| CompactIntensities::of(Array4::from_elem([2; 4], value).view());
        for value in [0.0, 7.0, 255.0] {
            assert!(matches!(of(value), CompactIntensities::Bytes(b) if b[[1; 4]] == value as u8));
        }
        for value in [-1.0, 0.5, 256.0, f32::NAN] {
            assert!(matches!(of(value), CompactIntensities::Singles(_)));
        }
    }

    #[test]
    fn values_lie_in_memory_in_the_order_of_the_axes_given() {
        let intensities = Array4::from_shape_fn([2, 3, 4, 2], |(x, y, z, c)| {
            (x + 2 * y + 6 * z + 24 * c) as f32
        });
        let turned = intensities.view().permuted_axes([1, 3, 2, 0]);
        let expected: Vec<u8> = turned.iter().map(|v| *v as u8).collect();
        match CompactIntensities::of(turned) {
            CompactIntensities::Bytes(bytes) => {
                assert_eq!(bytes.dim(), (3, 2, 4, 2));
                assert_eq!(bytes.as_slice(), Some(expected.as_slice()));
            }
            CompactIntensities::Singles(_) => panic!("all values are bytes"),
        }
    }
}
