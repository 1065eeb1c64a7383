//! Distances with weights, and what is computed from them.

use crate::percentile::percentile;

/// Excess of a distance over a tolerance, relative to it, that is only rounding.
const ROUNDING: f64 = 1e-9;

/// The pieces of one surface: the distance of each to the other surface, and its weight.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Weighted {
    /// Distances in mm with weights, by increasing distance.
    pieces: Vec<(f64, f64)>,
}

impl Weighted {
    /// Pieces in any order.
    #[must_use]
    pub fn new(mut pieces: Vec<(f64, f64)>) -> Self {
        pieces.sort_by(|a, b| a.0.total_cmp(&b.0));
        Self { pieces }
    }

    /// The pieces of several surfaces together.
    fn pooled<'a>(surfaces: impl Iterator<Item = &'a Self>) -> Self {
        Self::new(
            surfaces
                .flat_map(|one| one.pieces.iter().copied())
                .collect(),
        )
    }

    fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    fn total(&self) -> f64 {
        self.pieces.iter().map(|piece| piece.1).sum()
    }

    fn moment(&self) -> f64 {
        self.pieces
            .iter()
            .map(|(distance, weight)| distance * weight)
            .sum()
    }

    fn largest(&self) -> f64 {
        self.pieces.last().map_or(0.0, |piece| piece.0)
    }

    fn mean(&self) -> f64 {
        self.moment() / self.total()
    }

    /// Weight of the pieces within a tolerance. A distance that exceeds it by rounding alone is within.
    fn within(&self, tolerance_mm: f64) -> f64 {
        let tolerance_mm = tolerance_mm * (1.0 + ROUNDING);
        let near = self
            .pieces
            .iter()
            .take_while(|piece| piece.0 <= tolerance_mm);
        near.map(|piece| piece.1).sum()
    }

    /// The distance that a share of the weight does not exceed: that of the first piece with which the share is reached.
    fn reached(&self, share: f64) -> f64 {
        let total = self.total();
        let mut sum = 0.0;
        for (distance, weight) in &self.pieces {
            sum += weight;
            if sum / total >= share {
                return *distance;
            }
        }
        self.largest()
    }

    fn distances(&self) -> Vec<f64> {
        self.pieces.iter().map(|piece| piece.0).collect()
    }
}

/// The surface of a prediction and that of its reference, each with the distances of its pieces to the other.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SurfaceDistances {
    /// From the prediction to the reference.
    pub prediction: Weighted,
    /// From the reference to the prediction.
    pub reference: Weighted,
}

impl SurfaceDistances {
    /// The distances of several pairs of surfaces together.
    #[must_use]
    pub fn pooled(pairs: &[Self]) -> Self {
        Self {
            prediction: Weighted::pooled(pairs.iter().map(|pair| &pair.prediction)),
            reference: Weighted::pooled(pairs.iter().map(|pair| &pair.reference)),
        }
    }

    /// Whether both masks have a surface.
    #[must_use]
    pub fn has_both(&self) -> bool {
        !self.prediction.is_empty() && !self.reference.is_empty()
    }

    /// Whether one of the masks has a surface.
    #[must_use]
    pub fn has_any(&self) -> bool {
        !self.prediction.is_empty() || !self.reference.is_empty()
    }

    /// `None` unless both surfaces exist.
    pub(super) fn if_both(self) -> Option<Self> {
        self.has_both().then_some(self)
    }

    fn larger(&self, of: impl Fn(&Weighted) -> f64) -> f64 {
        of(&self.prediction).max(of(&self.reference))
    }

    /// Hausdorff distance: the largest distance of a point of one surface to the other surface.
    #[must_use]
    pub fn hausdorff_mm(&self) -> f64 {
        self.larger(Weighted::largest)
    }

    /// 95th percentile by weight: the larger of the two directions.
    #[must_use]
    pub fn hausdorff95_mm(&self) -> f64 {
        self.larger(|side| side.reached(0.95))
    }

    /// 95th percentile of each direction without weights, interpolated; the larger of both. As MONAI.
    #[must_use]
    pub fn hausdorff95_directed_mm(&self) -> f64 {
        self.larger(|side| percentile(&side.distances(), 0.95).unwrap_or(0.0))
    }

    /// 95th percentile of the distances of both directions together, without weights, interpolated. As MedPy.
    #[must_use]
    pub fn hausdorff95_pooled_mm(&self) -> f64 {
        let mut both = [self.prediction.distances(), self.reference.distances()].concat();
        both.sort_by(f64::total_cmp);
        percentile(&both, 0.95).unwrap_or(0.0)
    }

    /// Average symmetric surface distance: the mean over all pieces of both surfaces. As MedPy 0.5.
    #[must_use]
    pub fn assd_mm(&self) -> f64 {
        let (a, b) = (&self.prediction, &self.reference);
        (a.moment() + b.moment()) / (a.total() + b.total())
    }

    /// Mean average surface distance: the mean of both directions' averages.
    #[must_use]
    pub fn masd_mm(&self) -> f64 {
        f64::midpoint(self.prediction.mean(), self.reference.mean())
    }

    /// Averages of the prediction's and of the reference's surface.
    #[must_use]
    pub fn averages_mm(&self) -> [f64; 2] {
        [self.prediction.mean(), self.reference.mean()]
    }

    /// Normalized surface Dice: the share of both surfaces within a tolerance of the other. Nikolov et al. (2021), "Clinically
    /// applicable segmentation of head and neck anatomy for radiotherapy", Journal of Medical Internet Research 23.
    #[must_use]
    pub fn surface_dice(&self, tolerance_mm: f64) -> f64 {
        let (a, b) = (&self.prediction, &self.reference);
        (a.within(tolerance_mm) + b.within(tolerance_mm)) / (a.total() + b.total())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_percentile_is_that_of_its_definition() {
        let distances = SurfaceDistances {
            prediction: Weighted::new((0..=20).rev().map(|d| (f64::from(d), 1.0)).collect()),
            reference: Weighted::new(vec![(0.0, 94.0), (7.0, 2.0), (30.0, 4.0)]),
        };
        assert_eq!(distances.hausdorff_mm(), 30.0);
        // Of 21 equal pieces, the twentieth, 19, is the first with 95 %; of the reference, 7 is.
        assert_eq!(distances.hausdorff95_mm(), 19.0);
        // The place 0.95 · 20 of the prediction is 19; that of the reference, 0.95 · 2, is 90 % of the way from 7 to 30.
        assert!((distances.hausdorff95_directed_mm() - 27.7).abs() < 1e-12);
        // 24 values, place 21.85 of 0, 0, 1 … 7, 7, 8 … 20, 30: the values 19 and 20.
        assert!((distances.hausdorff95_pooled_mm() - 19.85).abs() < 1e-12);
        assert_eq!(distances.masd_mm(), f64::midpoint(10.0, 1.34));
        assert!((distances.assd_mm() - (210.0 + 134.0) / 121.0).abs() < 1e-12);
        assert!((distances.surface_dice(7.0) - (8.0 + 96.0) / 121.0).abs() < 1e-12);
    }
}
