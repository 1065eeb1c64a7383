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


/// Ratios of measured and true diameter and length.
#[derive(Debug)]
struct Ratios {
    diameter: f64,
    length: f64,
    volume: f64,
    counts: [usize; 4],
}

fn ratios(tubes: &[Tube], spacing: [f64; 3], length: f64) -> Ratios {
    let mask = mask_of(tubes, spacing);
    let graph = VesselGraph::of(mask.view(), spacing, &settings());
    let voxels = mask.iter().filter(|v| **v).count() as f64 * spacing[0] * spacing[1] * spacing[2];
    let split = SizeSplit::of(&graph, 40.0);
    let d = Diameters::of(&graph).map_or(0.0, |d| d.mean);
    Ratios {
        diameter: d / (2.0 * tubes[0].radius),
        length: Lengths::of(&graph).total / length,
        volume: (split.small_volume + split.large_volume) / voxels,
        counts: [graph.segments.len(), graph.end_points(), graph.branch_points(), graph.cycles()],
    }
}

fn helix(radius: f64, pitch: f64, turns: f64) -> (Vec<Point>, f64) {
    let count = (turns * 60.0) as usize;
    let line = (0..=count).map(|i| {
        let a = std::f64::consts::TAU * turns * i as f64 / count as f64;
        [radius * a.cos(), radius * a.sin(), pitch * a / std::f64::consts::TAU]
    }).collect();
    let per = std::f64::consts::TAU * radius;
    (line, turns * (per * per + pitch * pitch).sqrt())
}

fn torus(radius: f64) -> Vec<Point> {
    (0..=90).map(|i| {
        let a = std::f64::consts::TAU * i as f64 / 90.0;
        [radius * a.cos(), radius * a.sin(), 0.0]
    }).collect()
}

#[test]
fn explore_curves() {
    for spacing in [ISOTROPIC, ANISOTROPIC] {
        let mut chance = Chance(3);
        for r in [24.0, 36.0, 60.0] {
            for i in 0..4 {
                let (axis, angle) = (chance.direction(), if i == 0 { 0.0 } else { chance.between(0.2, 3.0) });
                let (line, length) = helix(5.0 * r, 5.0 * r, 2.0);
                let t = phantoms::turned(&[Tube::round(line, r)], axis, angle);
                println!("helix {spacing:?} r {r} {:.3?}", ratios(&t, spacing, length + 2.0 * r));
                let t = phantoms::turned(&[Tube::round(torus(5.0 * r), r)], axis, angle);
                println!("torus {spacing:?} r {r} {:.3?}", ratios(&t, spacing, std::f64::consts::TAU * 5.0 * r));
                let arm = 12.0 * r;
                let ends = [[-arm, 0.0, 0.0], [arm * 0.8, arm * 0.6, 0.0], [arm * 0.8, -arm * 0.6, 0.0]];
                let tubes: Vec<Tube> = ends.iter().map(|e| Tube::flat(vec![[0.0; 3], *e], r)).collect();
                let t = phantoms::turned(&tubes, axis, angle);
                println!("y     {spacing:?} r {r} {:.3?}", ratios(&t, spacing, 3.0 * arm));
            }
        }
    }
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
                    for s in &graph.segments {
                        println!("   {} vox {} d {:?} {:.0?} -> {:.0?} {:?}", s.length(), s.voxels.len(), s.diameter(), s.line[0], s.line.last().unwrap(), s.nodes.map(|n| n.map(|n| graph.nodes[n].radius)));
                    }
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
