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
    #[parameter(default = GraphSettings::USUAL.shortest_branch_um, min = 0.0, unit = "µm")]
    pub shortest_branch_um: f64,
    /// How far a branch with a free end must reach out of the vessel from which it leaves, in radii of that vessel; half a voxel is
    /// added. A bump of the surface is no branch.
    ///
    /// The ball at the free end is compared with those along the vessel.
    #[parameter(default = GraphSettings::USUAL.branch_reach_in_radii, min = 0.0, advanced)]
    pub branch_reach_in_radii: f64,
    /// Shortest loop: of a loop that is shorter, one strand is removed.
    ///
    /// Its length is taken along the centers of the skeleton's voxels.
    #[parameter(default = GraphSettings::USUAL.shortest_loop_um, min = 0.0, unit = "µm")]
    pub shortest_loop_um: f64,
    /// Shortest loop in radii of its thinnest vessel: a pinhole in a vessel is no loop.
    ///
    /// Around a hole without extent, the length is 2π radii; at 10 radii, the hole is about 0.6 times as wide as the vessel
    /// around it.
    #[parameter(default = GraphSettings::USUAL.loop_in_radii, min = 0.0, advanced)]
    pub loop_in_radii: f64,
    /// Shortest tree: vessels that are connected with each other are left out if their center lines are shorter together (0: none is left
    /// out).
    ///
    /// Isolated specks of a mask are such trees. They stay in volumes and volume fractions, which count voxels.
    #[parameter(default = GraphSettings::USUAL.shortest_tree_um, min = 0.0, unit = "µm", advanced)]
    pub shortest_tree_um: f64,
    /// Keep pits and gaps of the mask that are one voxel wide (unset: fill them, as pits of a rough surface make loops).
    ///
    /// A voxel is filled if more than half of its neighbors are set ([`rsom_morphology::fill_pits`]).
    #[parameter(advanced)]
    pub keep_pits: bool,
    /// Two branch points that are nearer to each other than this, in radii of the vessel there, are one.
    #[parameter(default = GraphSettings::USUAL.same_junction_in_radii, min = 0.0, advanced)]
    pub same_junction_in_radii: f64,
}

impl GraphSettings {
    /// The defaults.
    pub const USUAL: Self = Self {
        shortest_branch_um: 24.0,
        branch_reach_in_radii: 0.6,
        shortest_loop_um: 60.0,
        loop_in_radii: 10.0,
        shortest_tree_um: 0.0,
        keep_pits: false,
        same_junction_in_radii: 1.0,
    };
}

impl Default for GraphSettings {
    fn default() -> Self {
        Self::USUAL
    }
}
