//! Arterial trees in the dermis: their roots are at the bottom of the scan, radii increase downwards, and density is
//! largest just below the epidermis.

use crate::anatomy::dermis_trees::{DermisTrees, MARGIN_UM};
use crate::anatomy::skin::Skin;
use crate::anatomy::tube::{Kind, Tube, shares_by_radius};
use crate::random::streams::{Purpose, Streams};
use crate::tree::{Demand, Tree, grow};
use crate::{Config, PhantomError};

/// Gap in µm between the epidermis and the trees, for the tips of capillary loops.
const GAP_UM: f64 = 30.0;
/// Standard deviation of the log brightness of a vessel.
const BRIGHTNESS_SD: f64 = 0.15;
impl DermisTrees {
    /// Grows the trees in flat tissue and shifts them to follow the lower boundary of the epidermis; positions are in
    /// µm from the corner of the scan.
    ///
    /// # Errors
    /// There is no room for the trees in the tissue.
    pub(crate) fn grow(
        &self,
        config: &Config,
        skin: &Skin,
        seed: u64,
    ) -> Result<Tree, PhantomError> {
        let extent = config.extent_um();
        let highest = skin.bottom_um.fold(f64::INFINITY, |a, b| a.min(*b));
        let level = self.tree_config(extent, (extent[2] - highest - GAP_UM).max(10.0));
        let mut tree = grow(&level, &Demand::of(&level)?, seed)?;
        let lay = |place: &mut [f64; 3]| {
            place[0] -= MARGIN_UM;
            place[1] -= MARGIN_UM;
            place[2] += GAP_UM + skin.bottom_at([place[0], place[1]], config);
        };
        tree.nodes
            .iter_mut()
            .for_each(|node| lay(&mut node.place_um));
        for segment in &mut tree.segments {
            segment.points_um.iter_mut().for_each(lay);
        }
        tree.extent_um = extent;
        Ok(tree)
    }
}

/// The vessels of a tree as tubes.
pub(crate) fn tubes(tree: &Tree, streams: Streams) -> Vec<Tube> {
    let mut draw = streams.open(Purpose::TreeBrightness, 0);
    let tubes = tree.tubes();
    tubes
        .map(|(line, radius_um)| {
            let strength = draw.factor(BRIGHTNESS_SD);
            Tube {
                points_um: line.to_vec(),
                radius_um,
                brightness: shares_by_radius(radius_um).map(|share| share * strength),
                strength,
                kind: Kind::Vessel,
            }
        })
        .collect()
}
