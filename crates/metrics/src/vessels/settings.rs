//! Settings of the graph of vessels.

use rsom_parameters::Parameters;

/// What counts as a branch and as a loop of a vessel.
///
/// A rough surface of a mask gives its skeleton short spurs, and pinholes give it small loops. Both are removed.
#[derive(Debug, Clone, Copy, PartialEq, Parameters)]
pub struct GraphSettings {
    /// Shortest branch: a branch with a free end is removed if it is shorter than this or than `spur-radii` says.
    ///
    /// Its length is taken along the centers of the skeleton's voxels, from the junction to the free end.
    #[parameter(default = 36.0, min = 0.0, unit = "um")]
    pub shortest_branch_um: f64,
    /// Shortest branch in radii of the vessel from which it leaves: a bump of the surface is no branch.
    ///
    /// The radius is that of the largest ball at the junction.
    #[parameter(default = 1.5, min = 0.0, advanced)]
    pub spur_radii: f64,
    /// Shortest loop: of a loop that is shorter, one strand is removed.
    ///
    /// A pinhole of one voxel of 12 µm is a loop of up to 60 µm. Set 0 to keep every loop.
    #[parameter(default = 80.0, min = 0.0, unit = "um")]
    pub shortest_loop_um: f64,
}
