//! Capillary loops: hairpin-shaped vessels that end just below the epidermis.

use std::f64::consts::TAU;

use crate::Config;
use crate::anatomy::skin::Skin;
use crate::anatomy::tube::{Kind, Tube};
use crate::random::streams::{Draw, Purpose, Streams};

const POINTS: usize = 17;
/// Margin in µm around the scan in which loops start.
const MARGIN_UM: f64 = 60.0;
/// Ranges, in µm, of a loop's radius, leg distance, gap between its wall and the epidermis, and height.
const RADIUS_UM: [f64; 2] = [7.0, 11.0];
const WIDTH_UM: [f64; 2] = [25.0, 60.0];
const GAP_UM: [f64; 2] = [0.0, 18.0];
const HEIGHT_UM: [f64; 2] = [30.0, 75.0];
/// Brightness that compensates the loss of so thin a tube in the point spread function; loops then look like melanin.
const BRIGHTNESS: f64 = 0.9;
/// Intensity of a loop in LF and HF; LF's wider point spread function reduces it more.
const CHANNEL_SHARES: [f64; 2] = [0.9, 1.0];
/// Standard deviations of the log brightness of a loop, and of its deviations from a straight line in µm.
const BRIGHTNESS_SD: f64 = 0.3;
const WOBBLE_UM: f64 = 5.0;

/// Draws the loops of a scan, uniformly distributed; none touches the epidermis.
pub(crate) fn loops(config: &Config, skin: &Skin, streams: Streams) -> Vec<Tube> {
    let mut draw = streams.open(Purpose::Loops, 0);
    let extent = config.extent_um();
    let area_mm2 = (extent[0] + 2.0 * MARGIN_UM) * (extent[1] + 2.0 * MARGIN_UM) / 1e6;
    let count = draw.count(config.loops_per_mm2 * area_mm2);
    (0..count)
        .map(|_| {
            let center = [0, 1].map(|a| draw.uniform(-MARGIN_UM, extent[a] + MARGIN_UM));
            hairpin(&mut draw, center, config, skin)
        })
        .collect()
}

fn hairpin(draw: &mut Draw, center: [f64; 2], config: &Config, skin: &Skin) -> Tube {
    let mut between = |[low, high]: [f64; 2]| draw.uniform(low, high);
    let (radius_um, width, gap) = (between(RADIUS_UM), between(WIDTH_UM), between(GAP_UM));
    let (height, azimuth) = (between(HEIGHT_UM), between([0.0, TAU]));
    let brightness = BRIGHTNESS * draw.factor(BRIGHTNESS_SD);
    let points_um = (0..POINTS)
        .map(|i| {
            let t = 2.0 * i as f64 / (POINTS - 1) as f64 - 1.0;
            let wobble = WOBBLE_UM * (1.0 - t * t) * draw.normal();
            let along = width / 2.0 * t + wobble;
            let place = [
                center[0] + along * libm::cos(azimuth),
                center[1] + along * libm::sin(azimuth),
            ];
            // Legs descend steeply from a blunt tip; every point keeps its distance to the boundary above it.
            let depth = gap + radius_um + height * t.powi(4);
            [place[0], place[1], skin.bottom_at(place, config) + depth]
        })
        .collect();
    Tube {
        points_um,
        radius_um,
        brightness: CHANNEL_SHARES.map(|share| share * brightness),
        strength: brightness,
        kind: Kind::Loop,
    }
}
