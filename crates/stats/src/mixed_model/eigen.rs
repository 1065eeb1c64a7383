//! Eigenvalues of small symmetric matrices.

use super::matrix::Matrix;

/// Eigenvalues, largest first, each with its vector of length 1: Jacobi's rotations (Golub & Van Loan, Matrix
/// Computations, section 8.5).
pub(crate) fn symmetric_eigen(matrix: &Matrix) -> Vec<(f64, Vec<f64>)> {
    let size = matrix.rows();
    let mut a = matrix.clone();
    let mut vectors = Matrix::identity(size);
    // Convergence is quadratic: a few sweeps are enough.
    for _ in 0..60 {
        let mut rotated = false;
        for p in 0..size {
            for q in p + 1..size {
                let small = f64::EPSILON * (a[(p, p)].abs() * a[(q, q)].abs()).sqrt();
                if a[(p, q)].abs() > small * 0.01 {
                    rotate(&mut a, &mut vectors, p, q);
                    rotated = true;
                }
            }
        }
        if !rotated {
            break;
        }
    }
    let vectors = vectors.transposed();
    let mut pairs: Vec<(f64, Vec<f64>)> = (0..size)
        .map(|i| (a[(i, i)], vectors.row(i).to_vec()))
        .collect();
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0));
    pairs
}

/// Makes a[p, q] zero.
fn rotate(a: &mut Matrix, vectors: &mut Matrix, p: usize, q: usize) {
    let tau = (a[(q, q)] - a[(p, p)]) / (2.0 * a[(p, q)]);
    let tangent = tau.signum() / (tau.abs() + (1.0 + tau * tau).sqrt());
    let cosine = 1.0 / (1.0 + tangent * tangent).sqrt();
    let sine = tangent * cosine;
    let size = a.rows();
    for k in 0..size {
        let (kp, kq) = (a[(k, p)], a[(k, q)]);
        a[(k, p)] = cosine * kp - sine * kq;
        a[(k, q)] = sine * kp + cosine * kq;
    }
    for k in 0..size {
        let (pk, qk) = (a[(p, k)], a[(q, k)]);
        a[(p, k)] = cosine * pk - sine * qk;
        a[(q, k)] = sine * pk + cosine * qk;
        let (kp, kq) = (vectors[(k, p)], vectors[(k, q)]);
        vectors[(k, p)] = cosine * kp - sine * kq;
        vectors[(k, q)] = sine * kp + cosine * kq;
    }
    a[(p, q)] = 0.0;
    a[(q, p)] = 0.0;
}

#[cfg(test)]
mod tests {
    use super::*;

    // numpy.linalg.eigh([[2, 1, 0.5], [1, 3, -1], [0.5, -1, 1]])
    #[test]
    fn eigenvalues_are_those_of_numpy() {
        let matrix = Matrix::from_rows(&[
            vec![2.0, 1.0, 0.5],
            vec![1.0, 3.0, -1.0],
            vec![0.5, -1.0, 1.0],
        ]);
        let pairs = symmetric_eigen(&matrix);
        for ((value, vector), expected) in pairs.iter().zip(EXPECTED) {
            assert!((value - expected).abs() < 1e-14, "{value} {expected}");
            let image = matrix.times_vector(vector);
            for (image, component) in image.iter().zip(vector) {
                assert!((image - value * component).abs() < 1e-14);
            }
        }
    }

    const EXPECTED: [f64; 3] = [3.7630079105463254, 2.077063898617895, 0.1599281908357783];
}
