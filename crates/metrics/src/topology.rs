//! Topology of two masks: components found and missed, Betti numbers.

use ndarray::ArrayView3;
use rsom_measures::schema::{
    BETTI_0_ERROR, BETTI_1_ERROR, BETTI_2_ERROR, COMPONENT_COUNT, COMPONENTS_MATCHED,
    COMPONENTS_MISSED, COMPONENTS_SPURIOUS, REFERENCE_COMPONENT_COUNT,
};
use rsom_morphology::{Betti, Connectivity, Runs};

use crate::{Measurement, Metric, Pair, Region, Settings, Within};

/// Components of a mask, and how many of them share a voxel with another mask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Components {
    /// Number of components (26 neighbors; 8 in two dimensions).
    pub count: usize,
    /// Number of these that share a voxel with the other mask.
    pub met: usize,
}

impl Components {
    /// Counts the components of a mask that share a voxel with another mask of equal shape (x, y, z).
    #[must_use]
    pub fn of(mask: ArrayView3<'_, bool>, other: ArrayView3<'_, bool>) -> Self {
        let runs = Runs::of(mask);
        let (numbers, sizes) = runs.components(Connectivity::Corners);
        let mut met = vec![false; sizes.len()];
        for (run, number) in runs.list().iter().zip(&numbers) {
            let known = &mut met[*number as usize - 1];
            *known = *known || (run.start..run.end).any(|z| other[[run.x, run.y, z]]);
        }
        Self {
            count: sizes.len(),
            met: met.iter().filter(|met| **met).count(),
        }
    }
}

/// What [`measure`] needs of a region.
#[derive(Debug, Clone, Copy, Default)]
struct Found {
    reference: Components,
    prediction: Components,
    of_reference: Betti,
    of_prediction: Betti,
}

impl Found {
    /// Adds up the parts of a region, which do not touch.
    fn of(region: &Region<'_>, within: Within) -> Self {
        let references = within.parts(region.reference);
        let pairs = references.into_iter().zip(within.parts(region.prediction));
        let sum = |a: Components, b: Components| Components {
            count: a.count + b.count,
            met: a.met + b.met,
        };
        pairs.fold(Self::default(), |all, (reference, prediction)| Self {
            reference: sum(all.reference, Components::of(reference, prediction)),
            prediction: sum(all.prediction, Components::of(prediction, reference)),
            of_reference: all.of_reference + Betti::of(reference),
            of_prediction: all.of_prediction + Betti::of(prediction),
        })
    }

    fn values(&self) -> [(Metric, usize); 8] {
        let (r, p) = (self.of_reference, self.of_prediction);
        [
            (COMPONENT_COUNT, self.prediction.count),
            (REFERENCE_COMPONENT_COUNT, self.reference.count),
            (COMPONENTS_MATCHED, self.reference.met),
            (COMPONENTS_MISSED, self.reference.count - self.reference.met),
            (
                COMPONENTS_SPURIOUS,
                self.prediction.count - self.prediction.met,
            ),
            (BETTI_0_ERROR, p.components.abs_diff(r.components)),
            (BETTI_1_ERROR, p.tunnels.abs_diff(r.tunnels)),
            (BETTI_2_ERROR, p.cavities.abs_diff(r.cavities)),
        ]
    }
}

/// The metrics of [`measure`].
pub(crate) fn metrics() -> Vec<Metric> {
    let values = Found::default().values();
    values.map(|(metric, _)| metric).to_vec()
}

/// `component_count` and `reference_component_count`; `components_matched`, `components_missed`, `components_spurious`;
/// `betti_0_error`, `betti_1_error`, `betti_2_error`.
///
/// Within B-scans, the numbers of all B-scans are added up, as if they were far apart. Betti numbers are those of the whole region; some
/// authors add up the errors of small patches instead.
pub fn measure(pair: &Pair<'_>, settings: &Settings) -> Vec<Measurement> {
    let mut rows = Vec::new();
    for region in pair.regions(settings.per_slice) {
        let dimensions = settings.within.dimensions(region.reference.dim());
        let status = region.status();
        let values = Found::of(&region, settings.within).values();
        rows.extend(values.map(|(metric, count)| {
            let measured = metric.measured(Some(count as f64), status);
            measured.on_slice(region.slice).in_dimensions(dimensions)
        }));
    }
    rows
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;
    use rsom_volume::{Grid, Mask, Spacing};

    use super::*;

    fn mask(set: impl Fn(usize, usize, usize) -> bool) -> Mask {
        let shape = [12, 4, 12];
        let voxels = Array3::from_shape_fn(shape, |(x, y, z)| set(x, y, z));
        Mask::new(Grid::new(shape, Spacing::RSOM).unwrap(), voxels).unwrap()
    }

    /// A ring around a center in every B-scan.
    fn ring(x: usize, z: usize, center: usize) -> bool {
        let (dx, dz) = (x.abs_diff(center), z.abs_diff(center));
        dx.max(dz) == 2
    }

    fn values(within: Within) -> Vec<f64> {
        // The reference has two tubes along y. The prediction has the first, torn between B-scans 1 and 2, and a voxel elsewhere.
        let reference = mask(|x, _, z| ring(x, z, 2) || ring(x, z, 8));
        let prediction = mask(|x, y, z| (ring(x, z, 2) && y != 1) || (x, y, z) == (11, 0, 0));
        let pair = Pair::new(&reference, &prediction).unwrap();
        let settings = Settings {
            within,
            ..Settings::default()
        };
        let rows = measure(&pair, &settings);
        rows.iter().map(|row| row.value.unwrap()).collect()
    }

    #[test]
    fn components_and_tunnels_are_those_of_the_scan_or_of_its_bscans() {
        // In the scan: the prediction has the tube's two parts and the voxel; each part is a ring, as is each tube.
        assert_eq!(
            values(Within::Scan),
            [3.0, 2.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0]
        );
        // In four B-scans: 3 rings and a voxel, of 8 rings; 3 of the 8 found; 4 to 8 components, 3 to 8 holes.
        assert_eq!(
            values(Within::Bscan),
            [4.0, 8.0, 3.0, 5.0, 1.0, 4.0, 5.0, 0.0]
        );
    }
}
