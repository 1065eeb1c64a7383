//! From a tree to a scan and its label.

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

/// A rendered scan and its truth.
#[derive(Debug, Clone, PartialEq)]
pub struct Rendered {
    /// Channels `LF` and `HF`, whole numbers from 0 to 255, on the tree's grid.
    pub scan: Scan,
    /// What shines in either channel. It is thicker than the tree where that is thick, and lacks what is too thin.
    pub label: Mask,
    /// How many reflection layers the LF channel has: 0, 1 or 2.
    pub reflections: usize,
}

/// Renders a tree; the same mask, settings and seed give the same bytes for any number of threads.
///
/// - LF: the tree is eroded (`lf_erosions`), objects under `lf_least_voxels` are dropped, the rest is dilated three
///   times. The three results lie within each other; voxels are the sum of 0.75 in the first, 1.5 in the second and 0.75
///   in the third: 3, 2.25, 0.75 from inside out.
/// - HF: the tree is eroded (`hf_erosions`), thinned to its skeleton, dilated once, and objects under
///   `hf_least_voxels` are dropped. Voxels are 2.5, 0.5 more on the skeleton, 1 less where LF shines.
/// - The label is where LF or HF shine.
/// - Noise of HF: arcs, sticks and background; of both: noise on the vessels themselves; and reflection layers in LF. See
///   [`Gerl2020Config`].
/// - Both channels are cut to 0 … 3, which becomes 0 … 255, rounded.
///
/// Where the rule's description leaves something open, this is our reading. Elements are the 6 neighbors, and objects
/// hang together by faces, as scipy has it unless told otherwise; beyond the scan nothing is set. The rule erodes for HF
/// as often as for LF, so what is narrower than five voxels shines nowhere and is not in the label; HF alone shows what is
/// left by erosion as long, thin pieces (under 100 voxels, but 200 once its skeleton is dilated). With fewer
/// `hf_erosions`, HF shows thinner vessels too; with none, all of them, but for those whose skeleton is lost (see
/// `hf_keep_topology`). Without noise, channels and label equal what scipy and scikit-image make by the rule.
///
/// # Errors
/// A setting outside its range.
pub fn render(tree: &Mask, config: &Gerl2020Config, seed: u64) -> Result<Rendered, PhantomError> {
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
    Ok(Rendered {
        scan: Scan::new(tree.grid().clone(), channels, intensities)?,
        label: Mask::new(tree.grid().clone(), label)?,
        reflections: reflections.len(),
    })
}
