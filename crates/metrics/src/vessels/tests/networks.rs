//! Networks with loops.

use super::phantoms::{
    ANISOTROPIC, ISOTROPIC, Tube, counts, graph_of, mask_of, near, orientations, settings, size,
    turned,
};
use crate::vessels::geometry::Point;
use crate::vessels::{GraphSettings, VesselGraph, nearest_neighbor_distances};

/// A lattice of n × n × m points with an edge of `edge`: each is joined to its neighbors.
fn lattice(n: usize, m: usize, edge: f64, radius: f64) -> Vec<Tube> {
    let at = |p: [usize; 3]| -> Point { p.map(|i| i as f64 * edge) };
    let mut tubes = Vec::new();
    for (x, y, z) in ndarray::indices((n, n, m)) {
        for (axis, count) in [n, n, m].into_iter().enumerate() {
            let here = [x, y, z];
            let mut next = here;
            next[axis] += 1;
            if next[axis] < count {
                tubes.push(Tube::round(vec![at(here), at(next)], radius));
            }
        }
    }
    tubes
}

#[test]
fn lattices_have_their_cycles() {
    for spacing in [ISOTROPIC, ANISOTROPIC] {
        for (axis, angle) in orientations(4) {
            let case = format!("{spacing:?} {axis:.2?} {angle:.2}");
            // One layer: 9 points, of which 5 have three or four neighbors, and 12 edges; the 4 corners are bends.
            let tubes = turned(&lattice(3, 1, 300.0, 30.0), axis, angle);
            let graph = graph_of(&tubes, spacing);
            assert_eq!(counts(&graph), [8, 5, 0, 4, 1], "{case}");
            near(size(&graph)[0], 12.0 * 300.0, 0.05, &case);
            // Along the rows of voxels, 60 µm may be half a row more.
            near(size(&graph)[1], 60.0, 0.06, &case);
            // 18 points with 33 edges.
            let tubes = turned(&lattice(3, 2, 300.0, 30.0), axis, angle);
            let graph = graph_of(&tubes, spacing);
            assert_eq!(counts(&graph), [33, 18, 0, 33 - 18 + 1, 1], "{case}");
            near(size(&graph)[0], 33.0 * 300.0, 0.05, &case);
        }
    }
}

#[test]
fn pinholes_are_no_loops() {
    let tube = Tube::flat(vec![[0.0; 3], [900.0, 100.0, 50.0]], 40.0);
    for spacing in [ISOTROPIC, ANISOTROPIC] {
        let mut mask = mask_of(std::slice::from_ref(&tube), spacing);
        let shape = mask.dim();
        // Holes of one voxel of 12 × 12 µm through the tube along z.
        let lateral = [shape.0 / 3, shape.0 / 2, 2 * shape.0 / 3];
        for x in lateral {
            let filled = |y: &usize| (0..shape.2).any(|z| mask[[x, *y, z]]);
            let rows: Vec<usize> = (0..shape.1).filter(filled).collect();
            mask.slice_mut(ndarray::s![x, rows[rows.len() / 2], ..])
                .fill(false);
        }
        for keep_pits in [false, true] {
            let settings = GraphSettings {
                keep_pits,
                ..settings()
            };
            let graph = VesselGraph::of(mask.view(), spacing, &settings);
            assert_eq!(counts(&graph), [1, 0, 2, 0, 1], "{spacing:?} {keep_pits}");
        }
        let every_loop = GraphSettings {
            shortest_loop_um: 0.0,
            loop_in_radii: 0.0,
            keep_pits: true,
            ..settings()
        };
        let graph = VesselGraph::of(mask.view(), spacing, &every_loop);
        assert_eq!(graph.cycles(), 3, "{spacing:?}");
    }
}

#[test]
fn parallel_vessels_are_neighbors() {
    let tubes = [0.0, 150.0, 400.0].map(|y| Tube::flat(vec![[0.0, y, 0.0], [600.0, y, 0.0]], 30.0));
    let graph = graph_of(&tubes, ANISOTROPIC);
    let mut found: Vec<f64> = nearest_neighbor_distances(&graph, 100.0)
        .into_iter()
        .map(Option::unwrap)
        .collect();
    found.sort_by(f64::total_cmp);
    for (found, truth) in found.iter().zip([150.0, 150.0, 250.0]) {
        near(*found, truth, 0.05, "distance");
    }
}
