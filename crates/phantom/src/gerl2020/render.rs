//! Renders a tree to a scan and its label.

use ndarray::{Array3, Array4, Axis};
use rayon::prelude::*;
use rsom_volume::{Mask, Scan};

use super::config::Gerl2020Config;
use super::exposure::Scene;
use super::reflections::Reflection;
use super::vessels::Vessels;
use super::{arcs, sticks};
use crate::PhantomError;
use crate::random::streams::Streams;

/// A rendered scan and its label.
#[derive(Debug, Clone, PartialEq)]
pub struct RenderedScan {
    /// Channels `LF` and `HF`, whole numbers from 0 to 255, on the tree's grid.
    pub scan: Scan,
    /// Vessels that are visible in either channel. Thick vessels are thicker than in the tree, and too thin ones are
    /// missing.
    pub label: Mask,
    /// Number of reflection layers in LF: 0, 1 or 2.
    pub reflections: usize,
}

/// Renders a tree. The result depends only on mask, settings and seed, not on the number of threads.
///
/// - LF: the tree is eroded (`lf_erosions`), objects with less than `lf_least_voxels` voxels are removed, and the rest
///   is dilated three times. The three results are nested; a voxel's intensity is the sum of 0.75 in the first, 1.5 in
///   the second and 0.75 in the third: 3, 2.25, 0.75 from the inside out.
/// - HF: the tree is eroded (`hf_erosions`), thinned to its skeleton and dilated once, and objects with less than
///   `hf_least_voxels` voxels are removed. A voxel's intensity is 2.5, plus 0.5 on the skeleton, minus 1 where LF is
///   visible.
/// - Label: voxels that are visible in LF or HF.
/// - Noise: arcs, sticks and background in HF; noise on the vessels of both channels; reflection layers in LF. See
///   [`Gerl2020Config`].
/// - Both channels are clipped to 0 … 3, scaled to 0 … 255 and rounded.
///
/// Where the rule's description is ambiguous, this is our interpretation. Structuring elements have the 6 face
/// neighbors, and objects are connected by faces, as by default in scipy; outside the scan nothing is set. The rule
/// uses the same number of erosions for HF as for LF, so structures narrower than five voxels are invisible in both and
/// not in the label; HF alone shows long, thin remains of the erosion (less than 100 voxels, but at least 200 after the
/// dilation of the skeleton). With fewer `hf_erosions`, HF also shows thinner vessels; with none, all vessels except
/// those whose skeleton is lost (see `hf_keep_topology`). Without noise, channels and label equal a scipy and
/// scikit-image implementation of the rule.
///
/// # Errors
/// A setting outside its range.
pub fn render(
    tree: &Mask,
    config: &Gerl2020Config,
    seed: u64,
) -> Result<RenderedScan, PhantomError> {
    config.check()?;
    let streams = Streams::new(seed);
    let vessels = Vessels::of(tree.voxels(), config);
    let label = vessels.label();
    let mut clutter = Array3::zeros(label.raw_dim());
    arcs::add(&mut clutter, tree.voxels(), config, streams);
    sticks::add(&mut clutter, &label, config, streams);
    let reflections = Reflection::draw(tree.grid().shape(), config, streams);
    let scene = Scene {
        vessels: &vessels,
        clutter: &clutter,
        reflections: &reflections,
        config,
        streams,
    };
    let [x, y, z] = tree.grid().shape();
    let mut intensities = Array4::zeros((x, y, z, 2));
    intensities
        .axis_iter_mut(Axis(0))
        .into_par_iter()
        .enumerate()
        .for_each(|(x, mut plane)| {
            scene.expose_lf(x, plane.index_axis_mut(Axis(2), 0));
            scene.expose_hf(x, plane.index_axis_mut(Axis(2), 1));
        });
    let channels = vec!["LF".into(), "HF".into()];
    Ok(RenderedScan {
        scan: Scan::new(tree.grid().clone(), channels, intensities)?,
        label: Mask::new(tree.grid().clone(), label)?,
        reflections: reflections.len(),
    })
}
