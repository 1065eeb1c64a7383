//! The visible vessels of a tree in each channel.

use ndarray::{Array3, Zip};
use rsom_morphology::{Connectivity, Element, Recheck, dilate, erode, remove_small, skeletonize};

use super::config::Gerl2020Config;

/// Intensities of LF in the first, second and third dilation; they add up where dilations overlap.
const LF_SHELLS: [f32; 3] = [0.75, 1.5, 0.75];
/// Intensities of HF: in all of its voxels, added on the skeleton, and subtracted where LF is visible.
const HF_ALL: f32 = 2.5;
const HF_INNER: f32 = 0.5;
const HF_INSIDE_LF: f32 = -1.0;

/// The vessels of both channels, of shape (x, y, z).
pub(super) struct Vessels {
    /// LF's three nested shells, from the inside out.
    shells: [Array3<bool>; 3],
    /// HF's skeleton, and the dilated skeleton.
    inner: Array3<bool>,
    thin: Array3<bool>,
}

impl Vessels {
    /// The vessels of a tree.
    pub fn of(tree: &Array3<bool>, config: &Gerl2020Config) -> Self {
        let cross = Element::neighbors(Connectivity::Faces);
        let grown = |mask: &Array3<bool>| dilate(mask.view(), &cross, 1, false);
        let thick = erode(tree.view(), &cross, config.lf_erosions, false);
        let thick = remove_small(thick.view(), config.lf_least_voxels, Connectivity::Faces);
        let first = grown(&thick);
        let second = grown(&first);
        let third = grown(&second);
        let eroded = erode(tree.view(), &cross, config.hf_erosions, false);
        let recheck = if config.hf_keep_topology {
            Recheck::Topology
        } else {
            Recheck::Connectivity
        };
        let mut inner = skeletonize(eroded.view(), recheck);
        let thin = grown(&inner);
        let thin = remove_small(thin.view(), config.hf_least_voxels, Connectivity::Faces);
        inner.zip_mut_with(&thin, |inner, kept| *inner &= *kept);
        Self {
            shells: [first, second, third],
            inner,
            thin,
        }
    }

    /// Voxels that are visible in LF.
    pub fn in_lf(&self) -> &Array3<bool> {
        &self.shells[2]
    }

    /// Voxels that are visible in HF.
    pub fn in_hf(&self) -> &Array3<bool> {
        &self.thin
    }

    /// Voxels that are visible in either channel.
    pub fn label(&self) -> Array3<bool> {
        Zip::from(self.in_lf())
            .and(self.in_hf())
            .map_collect(|lf, hf| *lf || *hf)
    }

    /// Intensity of LF, without noise.
    pub fn lf(&self, place: [usize; 3]) -> f32 {
        let shells = self.shells.iter().zip(LF_SHELLS);
        shells
            .filter(|(shell, _)| shell[place])
            .map(|(_, value)| value)
            .sum()
    }

    /// Intensity of HF, without noise.
    pub fn hf(&self, place: [usize; 3]) -> f32 {
        if !self.thin[place] {
            return 0.0;
        }
        let when = |set: bool, value: f32| if set { value } else { 0.0 };
        HF_ALL + when(self.inner[place], HF_INNER) + when(self.in_lf()[place], HF_INSIDE_LF)
    }
}
