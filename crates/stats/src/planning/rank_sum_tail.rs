//! The exact null distribution of the Mann–Whitney count without ties.

/// P(U = u) for u = 0 … n₁·n₂, where U counts the pairs with the first value above the second.
///
/// The largest of n₁ + n₂ values is one of the first group with probability n₁/(n₁ + n₂), and then adds n₂ pairs
/// (Mann & Whitney 1947, Annals of Mathematical Statistics 18, 50–60). Probabilities, not counts, so that nothing
/// overflows. Time and memory: n₁·n₂ steps of n₁·n₂ numbers, memory of n₂ such rows.
pub(crate) fn probabilities(n1: usize, n2: usize) -> Vec<f64> {
    // rows[b] is the distribution for a values of the first group and b of the second.
    let mut rows: Vec<Vec<f64>> = vec![vec![1.0]; n2 + 1];
    for a in 1..=n1 {
        let mut next: Vec<Vec<f64>> = Vec::with_capacity(n2 + 1);
        next.push(vec![1.0]);
        for b in 1..=n2 {
            let first_is_largest = a as f64 / (a + b) as f64;
            let mut row = vec![0.0; a * b + 1];
            for (u, p) in rows[b].iter().enumerate() {
                row[u + b] += first_is_largest * p;
            }
            for (u, p) in next[b - 1].iter().enumerate() {
                row[u] += (1.0 - first_is_largest) * p;
            }
            next.push(row);
        }
        rows = next;
    }
    rows.pop().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    // R 4.2: print(pwilcox(c(20, 50, 5), c(7, 12, 3), c(9, 10, 4)), digits = 16)
    #[test]
    fn tails_are_those_of_r() {
        let values = [
            (20, 7, 9, 0.126_136_363_636_363_7),
            (50, 12, 10, 0.269_329_741_465_964_2),
            (5, 3, 4, 0.428_571_428_571_428_5),
        ];
        for (u, n1, n2, expected) in values {
            let p: f64 = probabilities(n1, n2).iter().take(u + 1).sum();
            assert!((p - expected).abs() < 1e-14, "{p}");
        }
    }

    #[test]
    fn an_empty_group_has_one_outcome() {
        assert_eq!(probabilities(0, 3), [1.0]);
        assert_eq!(probabilities(3, 0), [1.0]);
    }
}
