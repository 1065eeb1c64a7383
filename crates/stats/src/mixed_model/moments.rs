//! Derivatives of the covariance, in sums: what the derivatives of the likelihood and the degrees of freedom need.

use std::ops::Range;

use super::blocks::{Blocks, Ratios};
use super::cholesky::Cholesky;
use super::criterion::Criterion;
use super::matrix::{Matrix, bilinear, dot};

/// Residual, smallest groups, subjects.
const PARTS: usize = 3;

/// Sums at given variance ratios, with K = M⁻¹ and the derivatives of σ²·M by each variance: G₀ = I (residual),
/// G₁ = Z₂Z₂ᵀ (smallest groups) and G₂ = Z₁Z₁ᵀ (subjects). The columns are the fixed effects, then the outcome.
#[derive(Debug, Clone)]
pub(crate) struct Moments {
    /// (XᵀKX)⁻¹ of the fixed effects.
    pub inverse: Matrix,
    /// The coefficients (XᵀKX)⁻¹XᵀKy.
    pub coefficients: Vec<f64>,
    /// yᵀPy, with P = K − KX(XᵀKX)⁻¹XᵀK.
    pub rest: f64,
    /// XᵀKGᵣKX.
    pub first: Vec<Matrix>,
    /// XᵀKGᵣKGₛKX, made symmetric.
    pub second: Vec<Vec<Matrix>>,
    /// tr(K·Gᵣ) and tr(P·Gᵣ).
    pub trace: [f64; PARTS],
    pub trace_reml: [f64; PARTS],
    /// tr(K·Gᵣ·K·Gₛ) and tr(P·Gᵣ·P·Gₛ).
    pub traces: [[f64; PARTS]; PARTS],
    pub traces_reml: [[f64; PARTS]; PARTS],
    /// yᵀP·Gᵣ·Py.
    pub square: [f64; PARTS],
    /// yᵀP·Gᵣ·P·Gₛ·Py.
    pub squares: [[f64; PARTS]; PARTS],
}

impl Moments {
    /// `None` when XᵀKX is singular.
    pub(crate) fn at(blocks: &Blocks, ratios: Ratios) -> Option<Self> {
        let fixed = blocks.columns - 1;
        let products = Criterion::at(blocks, ratios).products;
        let factor = Cholesky::of(&products.leading(fixed))?;
        let coefficients = factor.solve(&products.row(fixed)[..fixed]);
        let rest = products[(fixed, fixed)] - dot(&products.row(fixed)[..fixed], &coefficients);
        let sums = Sums::of(blocks, ratios);
        // Residuals of generalized least squares are A·(−b, 1).
        let mut residual: Vec<f64> = coefficients.iter().map(|b| -b).collect();
        residual.push(1.0);
        let inverse = factor.inverse();
        let leading = |m: &Matrix| m.leading(fixed);
        let first: Vec<Matrix> = sums.first.iter().map(leading).collect();
        let second: Vec<Vec<Matrix>> = sums
            .second
            .iter()
            .map(|row| row.iter().map(leading).collect())
            .collect();
        let mut moments = Self {
            coefficients,
            rest,
            trace: sums.trace,
            traces: sums.traces,
            trace_reml: [0.0; PARTS],
            traces_reml: [[0.0; PARTS]; PARTS],
            square: [0.0; PARTS],
            squares: [[0.0; PARTS]; PARTS],
            first,
            second,
            inverse,
        };
        let pulls: Vec<Vec<f64>> = sums
            .first
            .iter()
            .map(|m| m.times_vector(&residual)[..fixed].to_vec())
            .collect();
        for r in 0..PARTS {
            let scaled = moments.inverse.times(&moments.first[r]);
            moments.trace_reml[r] = sums.trace[r] - trace(&scaled);
            moments.square[r] = bilinear(&residual, &sums.first[r], &residual);
            for s in 0..PARTS {
                let other = moments.inverse.times(&moments.first[s]);
                moments.traces_reml[r][s] = sums.traces[r][s]
                    - 2.0 * moments.inverse.trace_of_product(&moments.second[r][s])
                    + scaled.trace_of_product(&other);
                moments.squares[r][s] = bilinear(&residual, &sums.second[r][s], &residual)
                    - bilinear(&pulls[r], &moments.inverse, &pulls[s]);
            }
        }
        Some(moments)
    }
}

fn trace(matrix: &Matrix) -> f64 {
    (0..matrix.rows()).map(|i| matrix[(i, i)]).sum()
}

/// The sums over all columns A.
struct Sums {
    first: Vec<Matrix>,
    second: Vec<Vec<Matrix>>,
    trace: [f64; PARTS],
    traces: [[f64; PARTS]; PARTS],
}

impl Sums {
    fn of(blocks: &Blocks, ratios: Ratios) -> Self {
        let zero = Matrix::zeros(blocks.columns, blocks.columns);
        let mut sums = Self {
            first: vec![zero.clone(); PARTS],
            second: vec![vec![zero; PARTS]; PARTS],
            trace: [0.0; PARTS],
            traces: [[0.0; PARTS]; PARTS],
        };
        // Within the smallest groups K is the identity, and only the residual varies.
        let free = (blocks.rows - blocks.sizes.len()) as f64;
        sums.first[0] = blocks.within.clone();
        sums.second[0][0] = blocks.within.clone();
        sums.trace[0] = free;
        sums.traces[0][0] = free;
        for groups in &blocks.subjects {
            Subject::of(blocks, ratios, groups).add_to(&mut sums);
        }
        for r in 0..PARTS {
            for s in 0..r {
                let mean = {
                    let mut sum = sums.second[r][s].clone();
                    sum.add(1.0, &sums.second[s][r]);
                    sum.scaled(0.5).symmetric()
                };
                sums.second[s][r] = mean.clone();
                sums.second[r][s] = mean;
            }
        }
        sums
    }
}

/// The covariance of the group means of one subject, each multiplied by the root h of its number of rows n:
/// K = diag(a) − d·b·bᵀ with a = 1 / (1 + γ₂·n), b = a·h and d = γ₁ / (1 + γ₁·W), W = bᵀh.
struct Subject {
    n: Vec<f64>,
    h: Vec<f64>,
    a: Vec<f64>,
    b: Vec<f64>,
    d: f64,
    /// 1 / (1 + γ₁·W).
    shrinkage: f64,
    total: f64,
    /// K·A, one row for each group.
    image: Matrix,
}

impl Subject {
    fn of(blocks: &Blocks, ratios: Ratios, groups: &Range<usize>) -> Self {
        let n = blocks.sizes[groups.clone()].to_vec();
        let h: Vec<f64> = n.iter().map(|n| n.sqrt()).collect();
        let a: Vec<f64> = n.iter().map(|n| 1.0 / (1.0 + ratios.inner * n)).collect();
        let b: Vec<f64> = a.iter().zip(&h).map(|(a, h)| a * h).collect();
        let total = dot(&b, &h);
        let shrinkage = 1.0 / (1.0 + ratios.outer * total);
        let mut subject = Self {
            d: ratios.outer * shrinkage,
            image: Matrix::zeros(0, 0),
            n,
            h,
            a,
            b,
            shrinkage,
            total,
        };
        let mut means = Matrix::zeros(groups.len(), blocks.columns);
        for (place, group) in groups.clone().enumerate() {
            for (j, mean) in blocks.means.row(group).iter().enumerate() {
                means[(place, j)] = mean * subject.h[place];
            }
        }
        subject.image = subject.k_times(&means);
        subject
    }

    /// K·x, from the deviations of x from its weighted mean, so that a large γ₁ cancels nothing.
    fn k_times(&self, x: &Matrix) -> Matrix {
        let mut result = Matrix::zeros(x.rows(), x.columns());
        for j in 0..x.columns() {
            let sum: f64 = (0..x.rows()).map(|i| self.b[i] * x[(i, j)]).sum();
            let mean = sum / self.total;
            for i in 0..x.rows() {
                let deviation = if x.rows() > 1 {
                    x[(i, j)] - self.h[i] * mean
                } else {
                    0.0
                };
                result[(i, j)] = self.a[i] * deviation + self.b[i] * mean * self.shrinkage;
            }
        }
        result
    }

    /// Gᵣ·x.
    fn g_times(&self, part: usize, x: &Matrix) -> Matrix {
        let mut result = x.clone();
        for j in 0..x.columns() {
            let sum: f64 = (0..x.rows()).map(|i| self.h[i] * x[(i, j)]).sum();
            for i in 0..x.rows() {
                match part {
                    0 => {}
                    1 => result[(i, j)] *= self.n[i],
                    _ => result[(i, j)] = self.h[i] * sum,
                }
            }
        }
        result
    }

    fn add_to(&self, sums: &mut Sums) {
        let pulled: Vec<Matrix> = (0..PARTS).map(|r| self.g_times(r, &self.image)).collect();
        let again: Vec<Matrix> = pulled.iter().map(|x| self.k_times(x)).collect();
        for r in 0..PARTS {
            for i in 0..self.n.len() {
                sums.first[r].add_outer(1.0, self.image.row(i), pulled[r].row(i));
                for s in 0..PARTS {
                    sums.second[r][s].add_outer(1.0, pulled[r].row(i), again[s].row(i));
                }
            }
        }
        self.add_traces(sums);
    }

    fn add_traces(&self, sums: &mut Sums) {
        let over = |f: &dyn Fn(usize) -> f64| (0..self.n.len()).map(f).sum::<f64>();
        let (n, a, b, d) = (&self.n, &self.a, &self.b, self.d);
        let kh = |i: usize| b[i] * self.shrinkage;
        let b_squared = |i: usize| b[i] * b[i];
        let length = over(&b_squared);
        let hkh = self.total * self.shrinkage;
        let diagonal = |i: usize| a[i] - d * b_squared(i);
        sums.trace[0] += over(&diagonal);
        sums.trace[1] += over(&|i| n[i] * diagonal(i));
        sums.trace[2] += hkh;
        // Diagonal of K².
        let squared =
            |i: usize| a[i] * a[i] - 2.0 * d * a[i] * b_squared(i) + d * d * b_squared(i) * length;
        let weighted = over(&|i| n[i] * b_squared(i));
        let entries = [
            (0, 0, over(&squared)),
            (0, 1, over(&|i| n[i] * squared(i))),
            (0, 2, over(&|i| kh(i) * kh(i))),
            (
                1,
                1,
                over(&|i| {
                    (n[i] * a[i]) * (n[i] * a[i]) - 2.0 * d * n[i] * n[i] * a[i] * b_squared(i)
                }) + d * d * weighted * weighted,
            ),
            (1, 2, over(&|i| n[i] * kh(i) * kh(i))),
            (2, 2, hkh * hkh),
        ];
        for (r, s, value) in entries {
            sums.traces[r][s] += value;
            if r != s {
                sums.traces[s][r] += value;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::grouping::Grouping;
    use super::super::orthonormal::Orthonormal;
    use super::*;
    use crate::Level;

    /// 14 rows of 3 subjects with 2, 3 and 1 visits.
    const SUBJECT: [f64; 14] = [1., 1., 1., 1., 1., 2., 2., 2., 2., 2., 2., 3., 3., 3.];
    const VISIT: [f64; 14] = [1., 1., 2., 2., 2., 1., 1., 2., 3., 3., 3., 1., 1., 1.];

    fn columns() -> (Vec<Vec<f64>>, Vec<f64>) {
        let x = (0..14).map(|i| f64::from(i * i % 11)).collect();
        let y: Vec<f64> = (0..14)
            .map(|i| f64::from((i * 37 + 5) % 17) / 3.0)
            .collect();
        let q = Orthonormal::of(&[vec![1.0; 14], x]).unwrap();
        let (_, rest) = q.split(&y);
        (q.q, rest)
    }

    /// G_r and M as dense matrices.
    fn dense(ratios: Ratios) -> (Vec<Matrix>, Matrix) {
        let same = |f: &dyn Fn(usize, usize) -> bool| {
            let row = |i: usize| (0..14).map(|j| f64::from(u8::from(f(i, j)))).collect();
            Matrix::from_rows(&(0..14).map(row).collect::<Vec<_>>())
        };
        let parts = vec![
            Matrix::identity(14),
            same(&|i, j| SUBJECT[i] == SUBJECT[j] && VISIT[i] == VISIT[j]),
            same(&|i, j| SUBJECT[i] == SUBJECT[j]),
        ];
        let mut covariance = parts[0].clone();
        covariance.add(ratios.inner, &parts[1]);
        covariance.add(ratios.outer, &parts[2]);
        (parts, covariance)
    }

    fn assert_close(got: f64, expected: f64, what: &str) {
        let close = (got - expected).abs() < 1e-10 * (1.0 + expected.abs());
        assert!(close, "{what}: {got} instead of {expected}");
    }

    fn blocks(q: &[Vec<f64>], rest: &[f64]) -> Blocks {
        let levels = |values: &[f64]| values.iter().map(|v| Level::number(*v)).collect();
        let names = ["subject".to_owned(), "visit".to_owned()];
        let grouping = Grouping::of(&names, &[levels(&SUBJECT), levels(&VISIT)], 14).unwrap();
        Blocks::of(&[&q[0], &q[1], rest], &grouping)
    }

    const RATIOS: [(f64, f64); 5] = [
        (0.0, 0.0),
        (0.0, 1.7),
        (0.6, 0.0),
        (2.5, 0.4),
        (300.0, 40.0),
    ];

    /// K and P as dense matrices, and XᵀK.
    fn projections(q: &[Vec<f64>], covariance: &Matrix) -> (Matrix, Matrix, Matrix) {
        let k = Cholesky::of(covariance).unwrap().inverse();
        let x = Matrix::from_rows(q).transposed();
        let xk = x.transposed().times(&k);
        let inverse = Cholesky::of(&xk.times(&x)).unwrap().inverse();
        let mut p = k.clone();
        p.add(-1.0, &xk.transposed().sandwich(&inverse));
        (k, p, xk)
    }

    #[test]
    fn determinants_and_squares_are_those_of_dense_matrices() {
        let (q, rest) = columns();
        let blocks = blocks(&q, &rest);
        for (outer, inner) in RATIOS {
            let ratios = Ratios { outer, inner };
            let (parts, covariance) = dense(ratios);
            let factor = Cholesky::of(&covariance).unwrap();
            let log_determinant: f64 = (0..14).map(|i| 2.0 * libm::log(factor.diagonal(i))).sum();
            let criterion = Criterion::at(&blocks, ratios);
            assert_close(criterion.log_determinant, log_determinant, "ln |M|");
            let (_, p, _) = projections(&q, &covariance);
            let moments = Moments::at(&blocks, ratios).unwrap();
            assert_close(moments.rest, bilinear(&rest, &p, &rest), "yPy");
            let py = p.times_vector(&rest);
            for r in 0..PARTS {
                assert_close(moments.square[r], bilinear(&py, &parts[r], &py), "square");
                for s in 0..PARTS {
                    let product = parts[r].times(&p).times(&parts[s]);
                    assert_close(
                        moments.squares[r][s],
                        bilinear(&py, &product, &py),
                        "squares",
                    );
                }
            }
        }
    }

    #[test]
    fn traces_and_products_are_those_of_dense_matrices() {
        let (q, rest) = columns();
        let blocks = blocks(&q, &rest);
        for (outer, inner) in RATIOS {
            let ratios = Ratios { outer, inner };
            let moments = Moments::at(&blocks, ratios).unwrap();
            let (parts, covariance) = dense(ratios);
            let (k, p, xk) = projections(&q, &covariance);
            for r in 0..PARTS {
                let (kr, pr) = (k.times(&parts[r]), p.times(&parts[r]));
                assert_close(moments.trace[r], trace(&kr), "trace");
                assert_close(moments.trace_reml[r], trace(&pr), "trace of P");
                assert_equal(&moments.first[r], &xk.sandwich(&parts[r]));
                for s in 0..PARTS {
                    let (ks, ps) = (k.times(&parts[s]), p.times(&parts[s]));
                    assert_close(moments.traces[r][s], kr.trace_of_product(&ks), "traces");
                    let of_p = pr.trace_of_product(&ps);
                    assert_close(moments.traces_reml[r][s], of_p, "traces of P");
                    let second = xk.sandwich(&parts[r].times(&ks)).symmetric();
                    assert_equal(&moments.second[r][s], &second);
                }
            }
        }
    }

    fn assert_equal(got: &Matrix, expected: &Matrix) {
        for i in 0..2 {
            for j in 0..2 {
                assert_close(got[(i, j)], expected[(i, j)], "product");
            }
        }
    }
}
