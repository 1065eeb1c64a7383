//! What is allowed for surfaces, and what it costs.

/// Limits and costs of the surfaces.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SurfaceRules {
    /// Probability at which a voxel is as likely inside as outside.
    pub threshold: f64,
    /// Largest change of depth between neighboring columns, in voxels, at most 100.
    pub slope_vox: usize,
    /// Cost of a change of depth by one voxel, in logits.
    pub step_cost: f64,
}
