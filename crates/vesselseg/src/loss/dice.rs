//! The soft Dice loss.

use rsom_nn::Element;

use super::LossValue;

/// ε, added to numerator and denominator, so that an empty prediction has loss 0 for an empty reference.
pub const EPS: f64 = 1.0;

/// Soft Dice loss `1 − (2·Σ p·t + ε)/(Σ p + Σ t + ε)` with ε = 1, a mean over images (Milletari et al. 2016, without
/// squares). If `wanted`, also its gradient with respect to p.
///
/// `p` (probabilities) and `t` (reference, 0 or 1) hold images of `size` voxels one after another.
pub fn soft_dice<T: Element>(p: &[T], t: &[T], size: usize, wanted: bool) -> LossValue<T> {
    let images = (p.len() / size.max(1)).max(1) as f64;
    let mut value = 0.0;
    let mut gradient = Vec::with_capacity(if wanted { p.len() } else { 0 });
    for (p, t) in p.chunks(size).zip(t.chunks(size)) {
        let both = super::sum(p, |i| p[i].to_f64() * t[i].to_f64());
        let all = super::sum(p, |i| p[i].to_f64() + t[i].to_f64());
        let (above, below) = (2.0 * both + EPS, all + EPS);
        value += (1.0 - above / below) / images;
        if wanted {
            let slope = |t: &T| (above - 2.0 * t.to_f64() * below) / (below * below * images);
            gradient.extend(t.iter().map(|t| T::from_f64(slope(t))));
        }
    }
    LossValue { value, gradient }
}
