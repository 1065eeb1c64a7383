//! Named sets of biomarkers, as published studies report them.

use rsom_measures::{Metric, schema as m};
use rsom_parameters::Choice;

/// A set of biomarkers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Set {
    /// All biomarkers.
    All,
    /// Of the six of He et al. (2023), "Opening a window to skin biomarkers for diabetes stage with optoacoustic mesoscopy", Light: Science &
    /// Applications 12, 231, the five that need no image: numbers of small, of large and of all vessels, blood volume of the dermis,
    /// thickness of the epidermis.
    ///
    /// What the paper counts as one vessel is not known to us: here, one segment between branch points and ends. The paper counts in the
    /// dermis; here, segments are those of the whole vessel mask. Its sixth, the signal density of the epidermis, depends on the scale of
    /// the reconstruction; the nearest that we have is `signal_mean` of the epidermis.
    He2023,
    /// The features of vessels that we know of the 32 of Karlas et al. (2023), "Dermal features derived from optoacoustic tomograms via machine
    /// learning correlate microangiopathy phenotypes with diabetes stage", Nature Biomedical Engineering 7, 1667–1682: volume, length,
    /// numbers of branches and of junction-to-junction branches with their length, tortuosity, densities.
    ///
    /// The paper's list is not known to us in full, and its features are taken in several layers and at several scales; use the bands of
    /// depth for layers.
    Karlas2023,
}

impl Set {
    /// Whether a metric belongs to the set.
    #[must_use]
    pub fn contains(self, metric: Metric) -> bool {
        match self {
            Self::All => true,
            Self::He2023 => [
                m::SMALL_VESSEL_COUNT,
                m::LARGE_VESSEL_COUNT,
                m::VESSEL_SEGMENT_COUNT,
                m::DERMIS_VESSEL_VOLUME_MM3,
                m::LAYER_THICKNESS_UM,
            ]
            .contains(&metric),
            Self::Karlas2023 => [
                m::LAYER_THICKNESS_UM,
                m::LAYER_VOLUME_MM3,
                m::DERMIS_VESSEL_VOLUME_MM3,
                m::VESSEL_VOLUME_FRACTION,
                m::VESSEL_DENSITY,
                m::VESSEL_LENGTH_MM,
                m::VESSEL_LENGTH_DENSITY_PER_MM2,
                m::VESSEL_SEGMENT_COUNT,
                m::BRANCH_COUNT,
                m::BRANCH_DENSITY_PER_MM3,
                m::VESSEL_END_COUNT,
                m::JUNCTION_SEGMENT_COUNT,
                m::JUNCTION_DISTANCE_UM,
                m::VESSEL_DIAMETER_UM,
                m::VESSEL_TORTUOSITY,
                m::VESSEL_FRACTAL_DIMENSION,
            ]
            .contains(&metric),
        }
    }
}
