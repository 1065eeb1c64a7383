//! What must hold for any mask.

use ndarray::{Array3, ArrayView3};
use proptest::prelude::*;
use rsom_morphology::{Connectivity, fill_holes, fill_pits, label};

use super::phantoms::{
    ANISOTROPIC, Chance, ISOTROPIC, Tube, counts, mask_of, near, raster, settings, size,
};
use crate::vessels::{GraphSettings, VesselGraph, vessel_skeleton};

/// Vertices − edges + faces − voxels of the union of closed cubes: components − tunnels + cavities.
fn euler_number(mask: ArrayView3<'_, bool>) -> i64 {
    let (nx, ny, nz) = mask.dim();
    let mut number = 0;
    for cell in ndarray::indices([2 * nx + 1, 2 * ny + 1, 2 * nz + 1]) {
        let cell = [cell.0, cell.1, cell.2];
        let held = (0..8_usize).any(|side| {
            let place = [0, 1, 2].map(|a| {
                if cell[a] % 2 == 1 {
                    cell[a] / 2
                } else {
                    (cell[a] / 2 + (side >> a & 1)).wrapping_sub(1)
                }
            });
            mask.get(place) == Some(&true)
        });
        let flat = cell.iter().filter(|c| *c % 2 == 0).count();
        number += i64::from(held) * if flat % 2 == 1 { 1 } else { -1 };
    }
    number
}

/// Number of cavities: pieces of the background that do not reach the outside.
fn cavities(mask: &Array3<bool>) -> usize {
    let (nx, ny, nz) = mask.dim();
    let outside = Array3::from_shape_fn((nx + 2, ny + 2, nz + 2), |(x, y, z)| {
        mask.get([x.wrapping_sub(1), y.wrapping_sub(1), z.wrapping_sub(1)]) != Some(&true)
    });
    label(outside.view(), Connectivity::Faces).sizes.len() - 1
}

fn tunnels(mask: &Array3<bool>) -> i64 {
    let components = label(mask.view(), Connectivity::Corners).sizes.len();
    (components + cavities(mask)) as i64 - euler_number(mask.view())
}

/// Voxels of a skeleton with three or more neighbors.
fn junctions(skeleton: &Array3<bool>) -> Array3<bool> {
    Array3::from_shape_fn(skeleton.dim(), |(x, y, z)| {
        let near = (0..27).filter(|i| {
            let place = [x + i / 9, y + i / 3 % 3, z + i % 3].map(|p| p.wrapping_sub(1));
            skeleton.get(place) == Some(&true)
        });
        skeleton[[x, y, z]] && near.count() > 3
    })
}

/// Straight tubes between points by chance, which cross and touch.
fn tangle(seed: u64, count: usize, spacing: [f64; 3]) -> Array3<bool> {
    let mut chance = Chance(seed);
    let mut point = || [0; 3].map(|_| chance.between(30.0, 330.0));
    let tubes: Vec<Tube> = (0..count)
        .map(|_| Tube::round(vec![point(), point()], 20.0))
        .collect();
    let shape = [0, 1, 2].map(|axis| (360.0 / spacing[axis]) as usize + 1);
    raster(shape, spacing, &tubes)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn components_and_cycles_are_those_of_the_mask(seed: u64, count in 1_usize..9, anisotropic: bool) {
        let spacing = if anisotropic { ANISOTROPIC } else { ISOTROPIC };
        let mask = fill_holes(tangle(seed, count, spacing).view(), [true; 3]);
        let everything = GraphSettings {
            shortest_branch_um: 0.0,
            shortest_tree_um: 0.0,
            branch_reach_in_radii: 0.0,
            shortest_loop_um: 0.0,
            loop_in_radii: 0.0,
            same_junction_in_radii: 0.0,
            keep_pits: true,
        };
        let graph = VesselGraph::of(mask.view(), spacing, &everything);
        let components = label(mask.view(), Connectivity::Corners).sizes.len();
        prop_assert_eq!(graph.components(), components);
        // A hole that junction voxels alone surround is no cycle.
        let tunnels = tunnels(&mask) - tunnels(&junctions(&vessel_skeleton(mask.view(), spacing)));
        prop_assert_eq!(graph.cycles() as i64, tunnels);
        // Removing branches changes neither.
        let pruned = GraphSettings {
            shortest_loop_um: 0.0,
            loop_in_radii: 0.0,
            keep_pits: true,
            ..settings()
        };
        let graph = VesselGraph::of(mask.view(), spacing, &pruned);
        prop_assert_eq!(graph.components(), components);
        prop_assert_eq!(graph.cycles() as i64, tunnels);
    }

    #[test]
    fn any_noise_gives_finite_numbers(seed: u64, share in 0.0_f64..1.0, flat: bool) {
        let mut chance = Chance(seed);
        let shape = if flat { (1, 18, 30) } else { (9, 10, 30) };
        let mask = Array3::from_shape_simple_fn(shape, || chance.next() < share);
        let graph = VesselGraph::of(mask.view(), ANISOTROPIC, &settings());
        let filled = fill_holes(fill_pits(mask.view()).view(), [true; 3]);
        let components = label(filled.view(), Connectivity::Corners).sizes.len();
        prop_assert_eq!(graph.components(), components);
        prop_assert!(size(&graph).iter().all(|v| v.is_finite()));
        let ends: usize = graph.segments.iter().flat_map(|s| s.nodes).count();
        let degrees: usize = graph.nodes.iter().map(|n| n.degree).sum();
        prop_assert_eq!(degrees, 2 * ends);
        for segment in &graph.segments {
            let radii = segment.radii.as_ref();
            prop_assert!(radii.is_none_or(|r| r.len() == segment.line.len() && r.iter().all(|r| *r > 0.0)));
        }
    }
}

/// A vessel with two branches.
fn branched() -> Vec<Tube> {
    vec![
        Tube::round(vec![[0.0; 3], [600.0, 120.0, 260.0]], 40.0),
        Tube::round(vec![[200.0, 40.0, 86.7], [260.0, 420.0, 40.0]], 28.0),
        Tube::round(vec![[400.0, 80.0, 173.3], [520.0, -200.0, 330.0]], 30.0),
    ]
}

#[test]
fn exchanging_axes_changes_no_counts_and_hardly_the_sizes() {
    for spacing in [ISOTROPIC, ANISOTROPIC] {
        let mask = mask_of(&branched(), spacing);
        let expected = VesselGraph::of(mask.view(), spacing, &settings());
        assert_eq!(counts(&expected), [5, 2, 4, 0, 1]);
        for axes in [[0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            let turned = mask.view().permuted_axes(axes);
            let spacing = axes.map(|axis| spacing[axis]);
            let found = VesselGraph::of(turned, spacing, &settings());
            assert_eq!(counts(&found), counts(&expected), "{axes:?}");
            for (found, expected) in size(&found).into_iter().zip(size(&expected)) {
                near(found, expected, 0.02, &format!("{axes:?}"));
            }
        }
    }
}

#[test]
fn the_unit_of_length_is_that_of_the_spacing() {
    let mask = mask_of(&branched(), ANISOTROPIC);
    let um = VesselGraph::of(mask.view(), ANISOTROPIC, &settings());
    let in_mm = GraphSettings {
        shortest_branch_um: settings().shortest_branch_um / 1000.0,
        shortest_loop_um: settings().shortest_loop_um / 1000.0,
        ..settings()
    };
    let mm = VesselGraph::of(mask.view(), ANISOTROPIC.map(|s| s / 1000.0), &in_mm);
    assert_eq!(counts(&um), counts(&mm));
    for (um, mm) in size(&um).into_iter().zip(size(&mm)) {
        near(1000.0 * mm, um, 1e-3, "size");
    }
}

#[test]
fn the_graph_does_not_depend_on_the_number_of_threads() {
    let mask = tangle(5, 9, ANISOTROPIC);
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.unwrap()
            .install(|| VesselGraph::of(mask.view(), ANISOTROPIC, &settings()))
    };
    assert_eq!(with(1), with(3));
}
