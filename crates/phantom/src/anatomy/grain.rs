//! Pigment grains on the skin: few, small, and much brighter than everything else.
//!
//! Raw scans have such a tail of high intensities; preparation divides by the maximum and clips at a small share of it.

use crate::Config;
use crate::anatomy::skin::Skin;
use crate::anatomy::tube::{Kind, Tube};
use crate::physics::settings::Physics;
use crate::random::streams::{Purpose, Streams};

/// Ranges of a grain's radius in µm, depth below the surface in µm, and brightness.
const RADIUS_UM: [f64; 2] = [10.0, 14.0];
const DEPTH_UM: [f64; 2] = [0.0, 12.0];
const STRENGTH: [f64; 2] = [0.7, 1.0];

/// Draws the grains of a scan, uniformly distributed; at least one unless their density is 0.
pub(crate) fn grains(
    config: &Config,
    physics: &Physics,
    skin: &Skin,
    streams: Streams,
) -> Vec<Tube> {
    if physics.grains_per_mm2 == 0.0 {
        return Vec::new();
    }
    let mut draw = streams.open(Purpose::Grains, 0);
    let extent = config.extent_um();
    let mean = physics.grains_per_mm2 * extent[0] * extent[1] / 1e6;
    let count = draw.count(mean).max(1);
    (0..count)
        .map(|_| {
            let place = [0, 1].map(|a| draw.uniform(0.0, extent[a]));
            let mut between = |[low, high]: [f64; 2]| draw.uniform(low, high);
            let depth = skin.top_at(place, config) + between(DEPTH_UM);
            Tube {
                points_um: vec![[place[0], place[1], depth]; 2],
                radius_um: between(RADIUS_UM),
                // The simple rule has no grains.
                brightness: [0.0; 2],
                strength: between(STRENGTH),
                kind: Kind::Grain,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phantom::tests::small;
    use crate::physics::settings::tests::off;

    #[test]
    fn grains_lie_on_the_skin_and_a_small_scan_has_one_too() {
        let config = small();
        let skin = Skin::new(&config, Streams::new(1)).unwrap();
        let of = |grains_per_mm2: f64| {
            let physics = Physics {
                grains_per_mm2,
                ..off()
            };
            grains(&config, &physics, &skin, Streams::new(1))
        };
        // 0.055 mm².
        assert_eq!([of(0.0).len(), of(1e-3).len()], [0, 1]);
        let many = of(2000.0);
        assert!((110..=111).contains(&many.len()));
        for grain in many {
            let [x, y, z] = grain.points_um[0];
            let below = z - skin.top_at([x, y], &config);
            assert!((0.0..12.0).contains(&below));
        }
    }
}
