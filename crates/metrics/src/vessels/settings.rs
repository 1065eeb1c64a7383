//! Settings of the graph of vessels.

use rsom_parameters::Parameters;

/// What counts as a branch and as a loop of a vessel.
///
/// A rough surface of a mask gives its skeleton short spurs, and pinholes give it small loops. Both are removed.
#[derive(Debug, Clone, Copy, PartialEq, Parameters)]
pub struct GraphSettings {
    /// Shortest branch: a branch with a free end that is shorter is removed.
    ///
    /// Its length is taken along the centers of the skeleton's voxels, from the junction to the free end, which lies about a radius
    /// before the end of the vessel.
    #[parameter(default = 48.0, min = 0.0, unit = "um")]
    pub shortest_branch_um: f64,
    /// How far a branch with a free end must reach out of the vessel from which it leaves, in radii of that vessel. A bump of
    /// the surface is no branch.
    ///
    /// The ball at the free end is compared with those along the vessel.
    #[parameter(default = 0.6, min = 0.0, advanced)]
    pub branch_reach_in_radii: f64,
    /// Shortest loop: of a loop that is shorter, one strand is removed.
    ///
    /// A pinhole of one voxel of 12 µm is a loop of up to 60 µm. Set 0 to keep every loop.
    #[parameter(default = 80.0, min = 0.0, unit = "um")]
    pub shortest_loop_um: f64,
}
