//! Vessels below the loops: thin ones in a plexus, and thicker ones below it.

use std::f64::consts::TAU;

use crate::Config;
use crate::anatomy::skin::Skin;
use crate::anatomy::tube::{Kind, Tube, shares_by_radius};
use crate::random::streams::{Draw, Purpose, Streams};

/// Step length along a vessel, and margin around the scan that vessels may enter, in µm.
const STEP_UM: f64 = 30.0;
const MARGIN_UM: f64 = 200.0;
/// Largest number of steps of a vessel; a vessel this long ends inside the scan.
const MOST_STEPS: usize = 400;
/// Standard deviations of the change of direction per step, in radians: of the lateral direction and of the slope.
const TURN_SD: f64 = 0.16;
const SLOPE_SD: f64 = 0.06;
/// Depth of the plexus below the epidermis, and distance below it over which radii increase, in µm.
const PLEXUS_UM: f64 = 75.0;
const GROWTH_UM: f64 = 350.0;
/// Ranges of radii in µm in the plexus and of the deepest vessels.
const THIN_UM: [f64; 2] = [9.0, 18.0];
const THICK_UM: [f64; 2] = [28.0, 60.0];
/// Standard deviation of the log brightness of a vessel.
const BRIGHTNESS_SD: f64 = 0.25;

/// Draws the vessels of a scan: half of them in the plexus, half between the plexus and the bottom of the scan.
pub(crate) fn vessels(config: &Config, skin: &Skin, streams: Streams) -> Vec<Tube> {
    let mut draw = streams.open(Purpose::Vessels, 0);
    let extent = config.extent_um();
    let count = draw.count(config.vessels_per_mm2 * extent[0] * extent[1] / 1e6);
    (0..count)
        .map(|i| {
            let start = [0, 1].map(|a| draw.uniform(0.0, extent[a]));
            let roof = skin.bottom_at(start, config) + PLEXUS_UM;
            let below = if i % 2 == 0 {
                draw.uniform(0.0, 40.0)
            } else {
                draw.uniform(40.0, (extent[2] - roof).max(60.0))
            };
            walk(
                &mut draw,
                [start[0], start[1], roof + below],
                below,
                config,
                skin,
            )
        })
        .collect()
}

/// A random walk through `start` in both directions, until it leaves the scan.
fn walk(draw: &mut Draw, start: [f64; 3], below_um: f64, config: &Config, skin: &Skin) -> Tube {
    let growth = (below_um / GROWTH_UM).min(1.0);
    let radius_um = {
        let between = |i: usize| THIN_UM[i] + growth * (THICK_UM[i] - THIN_UM[i]);
        draw.uniform(between(0), between(1))
    };
    let heading = draw.uniform(0.0, TAU);
    let mut points_um = half_walk(draw, start, heading + TAU / 2.0, config);
    points_um.reverse();
    points_um.push(start);
    points_um.extend(half_walk(draw, start, heading, config));
    for point in &mut points_um {
        // A rising vessel turns before it reaches the tips of the loops.
        let roof = skin.bottom_at([point[0], point[1]], config) + radius_um + 30.0;
        point[2] = point[2].max(roof);
    }
    let brightness = draw.factor(BRIGHTNESS_SD);
    Tube {
        points_um,
        radius_um,
        brightness: shares_by_radius(radius_um).map(|share| share * brightness),
        strength: brightness,
        kind: Kind::Vessel,
    }
}

fn half_walk(draw: &mut Draw, start: [f64; 3], mut heading: f64, config: &Config) -> Vec<[f64; 3]> {
    let extent = config.extent_um();
    let inside =
        |place: &[f64; 3]| (0..2).all(|a| (-MARGIN_UM..extent[a] + MARGIN_UM).contains(&place[a]));
    let mut slope = SLOPE_SD * draw.normal();
    let mut place = start;
    let mut points = Vec::new();
    while inside(&place) && points.len() < MOST_STEPS {
        heading += TURN_SD * draw.normal();
        // The slope decays, so that vessels stay roughly horizontal.
        slope = 0.9 * slope + SLOPE_SD * draw.normal();
        place[0] += STEP_UM * libm::cos(heading);
        place[1] += STEP_UM * libm::sin(heading);
        place[2] += STEP_UM * slope;
        points.push(place);
    }
    points
}
