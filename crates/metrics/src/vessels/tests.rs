//! Vessels of known size.

use rsom_parameters::Parameters;

use super::geometry::{Point, times};
use super::phantoms::{Chance, Tube, mask_of};
use super::*;

const ANISOTROPIC: [f64; 3] = [12.0, 12.0, 3.0];
const ISOTROPIC: [f64; 3] = [12.0; 3];

fn settings() -> GraphSettings {
    GraphSettings::from_map(&serde_json::Map::new()).unwrap()
}

#[test]
fn explore() {
    for spacing in [ISOTROPIC, ANISOTROPIC] {
        for radius in [18.0, 24.0, 36.0, 60.0, 100.0] {
            let mut chance = Chance(7);
            let (mut lo, mut hi, mut llo, mut lhi, mut odd) = (9.0_f64, 0.0_f64, 9.0_f64, 0.0_f64, 0);
            let mut mean = 0.0;
            let start = std::time::Instant::now();
            for i in 0..20 {
                let direction: Point = if i < 3 {
                    let mut d = [0.0; 3];
                    d[i] = 1.0;
                    d
                } else {
                    chance.direction()
                };
                let tube = Tube::flat(vec![[0.0; 3], times(direction, 800.0)], radius);
                let mask = mask_of(&[tube], spacing);
                let graph = VesselGraph::of(mask.view(), spacing, &settings());
                if (graph.segments.len(), graph.end_points()) != (1, 2) {
                    odd += 1;
                    println!("odd {direction:?} {} {}", graph.segments.len(), graph.end_points());
                }
                let d = Diameters::of(&graph).map_or(0.0, |d| d.mean) / (2.0 * radius);
                let l = Lengths::of(&graph).total / 800.0;
                mean += d / 20.0;
                (lo, hi, llo, lhi) = (lo.min(d), hi.max(d), llo.min(l), lhi.max(l));
            }
            println!("{spacing:?} r {radius}: diameter {lo:.3} {mean:.3} {hi:.3} length {llo:.3} {lhi:.3} odd {odd} {:?}", start.elapsed());
        }
    }
}
