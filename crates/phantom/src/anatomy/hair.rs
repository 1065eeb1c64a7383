//! Hair: rods that cross the surface at an angle and end at their root.

use std::f64::consts::TAU;

use crate::Config;
use crate::anatomy::skin::Skin;
use crate::anatomy::tube::{Kind, Tube};
use crate::physics::settings::Physics;
use crate::random::streams::{Draw, Purpose, Streams};

const POINTS: usize = 7;
/// Margin in µm around the scan in which hairs start.
const MARGIN_UM: f64 = 300.0;
/// Ranges of a hair's radius in µm, angle to the skin's normal in degrees (above the surface), and depth of the root in
/// µm.
const RADIUS_UM: [f64; 2] = [16.0, 30.0];
const SLANT_DEG: [f64; 2] = [30.0, 65.0];
const ROOT_UM: [f64; 2] = [200.0, 500.0];
/// Factor on the angle of a hair at its root: it is steeper than above the skin.
const STEEPENING: f64 = 0.5;
/// Standard deviation of the log brightness of a hair.
const BRIGHTNESS_SD: f64 = 0.25;

/// Draws the hairs of a scan, uniformly distributed; above the skin they extend to the top of the scan.
pub(crate) fn hairs(
    config: &Config,
    physics: &Physics,
    skin: &Skin,
    streams: Streams,
) -> Vec<Tube> {
    let mut draw = streams.open(Purpose::Hair, 0);
    let extent = config.extent_um();
    let area_um2 = (extent[0] + 2.0 * MARGIN_UM) * (extent[1] + 2.0 * MARGIN_UM);
    let count = draw.count(physics.hairs_per_cm2 * area_um2 / 1e8);
    (0..count)
        .map(|_| {
            let crossing = [0, 1].map(|a| draw.uniform(-MARGIN_UM, extent[a] + MARGIN_UM));
            hair(&mut draw, crossing, config, skin)
        })
        .collect()
}

fn hair(draw: &mut Draw, crossing: [f64; 2], config: &Config, skin: &Skin) -> Tube {
    let mut between = |[low, high]: [f64; 2]| draw.uniform(low, high);
    let radius_um = between(RADIUS_UM);
    let (slant, azimuth, root) = (
        libm::tan(between(SLANT_DEG).to_radians()),
        between([0.0, TAU]),
        between(ROOT_UM),
    );
    let strength = draw.factor(BRIGHTNESS_SD);
    let surface = skin.top_at(crossing, config);
    let along = |way: f64, depth: f64| {
        [
            crossing[0] + way * libm::cos(azimuth),
            crossing[1] + way * libm::sin(azimuth),
            depth,
        ]
    };
    // From above the scan straight to the surface, then on a curve that gets steeper.
    let above = surface + 2.0 * radius_um;
    let mut points_um = vec![along(above * slant, surface - above)];
    points_um.extend((0..POINTS).map(|i| {
        let t = i as f64 / (POINTS - 1) as f64;
        let way = slant * root * (t - STEEPENING * t * t / 2.0);
        along(-way, surface + root * t)
    }));
    Tube {
        points_um,
        radius_um,
        // The simple rule has no hair.
        brightness: [0.0; 2],
        strength,
        kind: Kind::Hair,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phantom::tests::small;
    use crate::physics::settings::tests::off;

    #[test]
    fn hairs_cross_the_surface_from_above_the_scan_to_their_root() {
        let config = small();
        let physics = Physics {
            hairs_per_cm2: 3000.0,
            ..off()
        };
        let skin = Skin::new(&config, Streams::new(1)).unwrap();
        let hairs = hairs(&config, &physics, &skin, Streams::new(1));
        // 1.176 × 0.696 mm² with the margin.
        assert!((24..=25).contains(&hairs.len()), "{}", hairs.len());
        for hair in hairs {
            let depths: Vec<f64> = hair.points_um.iter().map(|p| p[2]).collect();
            assert!(depths.is_sorted() && depths[0] < -hair.radius_um);
            let root = depths[POINTS] - depths[1];
            assert!((ROOT_UM[0]..ROOT_UM[1]).contains(&root), "{root}");
        }
    }
}
