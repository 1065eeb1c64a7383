//! Connected components of the voxels above a threshold, with the quantities that hysteresis needs.

use ndarray::Array3;
use rsom_morphology::{Connectivity, Run, Runs};

/// A connected component.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Component {
    /// The largest value of its voxels.
    pub peak: f32,
    /// Number of its voxels.
    pub size: u64,
    /// Number of its voxels that the reference marks.
    pub overlap: u64,
}

/// The 26-connected components of the voxels whose value is at least a threshold.
pub(crate) struct Components {
    runs: Runs,
    /// The component number of each run, from 1.
    of_run: Vec<u32>,
    /// All components, in the order of their first voxels.
    pub all: Vec<Component>,
}

impl Components {
    /// Finds the components of `values` ≥ `low`, and counts their voxels in `reference`. Both have shape (x, y, z).
    pub(crate) fn of(values: &Array3<f32>, low: f32, reference: Option<&Array3<bool>>) -> Self {
        let runs = Runs::of(values.mapv(|value| value >= low).view());
        let (of_run, sizes) = runs.components(Connectivity::Corners);
        let of_size = |size: &usize| Component {
            peak: f32::NEG_INFINITY,
            size: *size as u64,
            overlap: 0,
        };
        let mut all: Vec<Component> = sizes.iter().map(of_size).collect();
        for (run, number) in runs.list().iter().zip(&of_run) {
            let component = &mut all[*number as usize - 1];
            for voxel in voxels(run) {
                component.peak = component.peak.max(values[voxel]);
                component.overlap += u64::from(reference.is_some_and(|r| r[voxel]));
            }
        }
        Self { runs, of_run, all }
    }

    /// The voxels of all components for which `keep` returns true.
    pub(crate) fn mask(
        &self,
        shape: (usize, usize, usize),
        keep: impl Fn(&Component) -> bool,
    ) -> Array3<bool> {
        let mut mask = Array3::from_elem(shape, false);
        let kept: Vec<bool> = self.all.iter().map(keep).collect();
        for (run, number) in self.runs.list().iter().zip(&self.of_run) {
            if kept[*number as usize - 1] {
                voxels(run).for_each(|voxel| mask[voxel] = true);
            }
        }
        mask
    }
}

fn voxels(run: &Run) -> impl Iterator<Item = [usize; 3]> + use<> {
    let Run { x, y, start, end } = *run;
    (start..end).map(move |z| [x, y, z])
}
