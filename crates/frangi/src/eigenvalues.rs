//! Eigenvalues of symmetric 3 × 3 matrices in closed form.

use std::f64::consts::TAU;

/// Eigenvalues of the symmetric matrix [[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]], given as
/// `[xx, xy, xz, yy, yz, zz]`, sorted by magnitude: |λ₁| ≤ |λ₂| ≤ |λ₃|. Equal magnitudes: the smaller value first.
///
/// With q = trace / 3, B = A − qI and p² = tr B² / 6, they are q + 2p cos(φ + 2πk/3), where cos 3φ = det B / 2p³
/// (Smith, Commun. ACM 4:168, 1961). The matrix is first divided by its largest entry, so nothing overflows. Near a
/// double eigenvalue the arc cosine loses half of the digits: errors stay below 1e-7 of the largest magnitude,
/// comparable to single precision. For well-separated eigenvalues they stay below 1e-14 of it.
#[must_use]
pub fn by_magnitude(matrix: [f64; 6]) -> [f64; 3] {
    let largest = matrix.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
    if largest == 0.0 {
        return [0.0; 3];
    }
    let [xx, xy, xz, yy, yz, zz] = matrix.map(|v| v / largest);
    let q = (xx + yy + zz) / 3.0;
    let (a, b, c) = (xx - q, yy - q, zz - q);
    let off = xy * xy + xz * xz + yz * yz;
    let p = ((a * a + b * b + c * c + 2.0 * off) / 6.0).sqrt();
    let mut found = [q; 3];
    if p > 0.0 {
        let det = a * (b * c - yz * yz) - xy * (xy * c - yz * xz) + xz * (xy * yz - b * xz);
        let r = (det / (2.0 * p * p * p)).clamp(-1.0, 1.0);
        let phi = libm::acos(r) / 3.0;
        let first = 2.0 * p * libm::cos(phi);
        let last = 2.0 * p * libm::cos(phi + TAU / 3.0);
        found = [q + first, q - first - last, q + last];
    }
    sorted(found.map(|v| v * largest))
}

fn sorted([mut a, mut b, mut c]: [f64; 3]) -> [f64; 3] {
    let swap = |left: &mut f64, right: &mut f64| {
        if (left.abs(), *left) > (right.abs(), *right) {
            std::mem::swap(left, right);
        }
    };
    swap(&mut a, &mut b);
    swap(&mut b, &mut c);
    swap(&mut a, &mut b);
    [a, b, c]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn eigenvalues_are_those_of_numpy() {
        // numpy 2.4.6, `linalg.eigvalsh`, sorted by magnitude.
        let cases: [([f64; 6], [f64; 3]); 6] = [
            (
                [2.0, -1.0, 0.0, 2.0, -1.0, 2.0],
                [0.585_786_437_626_905, 2.0, 3.414_213_562_373_095],
            ),
            (
                [1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
                [
                    0.170_915_188_827_177_6,
                    -0.515_729_471_589_257,
                    11.344_814_282_762_076,
                ],
            ),
            (
                [-3.0, 0.5, 0.25, -3.0, 1e-3, -2.999],
                [-2.440_481_887_592_181, -3.0, -3.558_518_112_407_817_6],
            ),
            (
                [1e-200, 0.0, 0.0, -2e-200, 0.0, 3e-200],
                [1e-200, -2e-200, 3e-200],
            ),
            ([4.0, 1.0, 1.0, 4.0, 1.0, 4.0], [3.0, 3.0, 6.0]),
            (
                [-1e8, 3.0, 7.0, 2.0, -5.0, 1e-3],
                [-4.098_420_943_967_032, 6.099_421_523_967_049, -1e8],
            ),
        ];
        for (matrix, expected) in cases {
            let found = by_magnitude(matrix);
            for k in 0..3 {
                let error = (found[k] - expected[k]).abs() / expected[2].abs();
                assert!(error < 1e-7, "{matrix:?}: {found:?}");
            }
        }
        assert_eq!(by_magnitude([0.0; 6]), [0.0; 3]);
        assert_eq!(by_magnitude([-5.0, 0.0, 0.0, -5.0, 0.0, -5.0]), [-5.0; 3]);
    }

    proptest! {
        #[test]
        fn invariants_of_the_matrix_are_those_of_its_eigenvalues(
            matrix in prop::array::uniform6(-10.0..10.0_f64),
        ) {
            let [xx, xy, xz, yy, yz, zz] = matrix;
            let [a, b, c] = by_magnitude(matrix);
            prop_assert!(a.abs() <= b.abs() && b.abs() <= c.abs());
            let largest = c.abs();
            let squares = xx * xx + yy * yy + zz * zz + 2.0 * (xy * xy + xz * xz + yz * yz);
            let det = xx * (yy * zz - yz * yz) - xy * (xy * zz - yz * xz)
                + xz * (xy * yz - yy * xz);
            prop_assert!((a + b + c - xx - yy - zz).abs() < 1e-13 * largest);
            prop_assert!((a * a + b * b + c * c - squares).abs() < 1e-7 * largest.powi(2));
            prop_assert!((a * b * c - det).abs() < 1e-7 * largest.powi(3));
        }
    }
}
