//! The soft clDice loss, which rewards connected vessels.

use rsom_nn::Element;

use super::LossValue;
use super::dice::EPS;
use super::pooling::Extents;
use super::skeleton::SoftSkeleton;

/// Soft clDice loss `1 − 2·P·S/(P + S)`, a mean over images (Shit et al. 2021, equations 1 and 2, algorithm 2). If `wanted`,
/// also its gradient with respect to p.
///
/// P = (Σ skel(p)·t + ε)/(Σ skel(p) + ε) is the fraction of the predicted skeleton in reference vessels, and
/// S = (Σ skel(t)·p + ε)/(Σ skel(t) + ε) the fraction of the reference skeleton that is predicted. ε = 1, and skel is
/// the soft skeleton of algorithm 1, as in the code of the paper's authors. They sum over all images of a batch; this function computes the
/// loss of each image.
///
/// `p` (probabilities) and `t` (reference, 0 or 1) have the order (image, z, y, x) of `extents`.
pub fn soft_cldice<T: Element>(
    p: &[T],
    t: &[T],
    extents: Extents,
    iterations: usize,
    wanted: bool,
) -> LossValue<T> {
    let size = extents[1..].iter().product::<usize>().max(1);
    let images = extents[0].max(1) as f64;
    let of_p = SoftSkeleton::of(p, extents, iterations, wanted);
    let of_t = SoftSkeleton::of(t, extents, iterations, false).values;
    let mut value = 0.0;
    let (mut of_skeleton, mut gradient) = (Vec::new(), Vec::new());
    let skeletons = of_p.values.chunks(size).zip(of_t.chunks(size));
    for ((p, t), (of_p, of_t)) in p.chunks(size).zip(t.chunks(size)).zip(skeletons) {
        let share = |skeleton: &[T], inside: &[T]| {
            let hit = super::sum(skeleton, |i| skeleton[i].to_f64() * inside[i].to_f64());
            let all = super::sum(skeleton, |i| skeleton[i].to_f64()) + EPS;
            ((hit + EPS) / all, all)
        };
        let (precision, predicted) = share(of_p, t);
        let (sensitivity, reference) = share(of_t, p);
        let both = precision + sensitivity;
        value += (1.0 - 2.0 * precision * sensitivity / both) / images;
        if wanted {
            let by_precision = -2.0 * (sensitivity / both).powi(2) / images / predicted;
            let by_sensitivity = -2.0 * (precision / both).powi(2) / images / reference;
            let slope = |t: &T| T::from_f64(by_precision * (t.to_f64() - precision));
            of_skeleton.extend(t.iter().map(slope));
            let slope = |s: &T| T::from_f64(by_sensitivity * s.to_f64());
            gradient.extend(of_t.iter().map(slope));
        }
    }
    if wanted {
        let through = of_p.gradient(of_skeleton);
        gradient
            .iter_mut()
            .zip(through)
            .for_each(|(g, more)| *g += more);
    }
    LossValue { value, gradient }
}
