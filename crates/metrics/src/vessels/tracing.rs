//! From the voxels of a skeleton to a network.

use super::geometry::{center, distance};
use super::network::{Network, Strand};
use super::skeleton_voxels::SkeletonVoxels;

/// The number of a voxel that belongs to no knot.
const NO_KNOT: u32 = u32::MAX;

/// The network of a skeleton, with the radius of the largest ball around each voxel.
///
/// A voxel with three or more neighbors is a junction voxel; a cluster of adjacent ones is one knot, at the voxel that is
/// nearest to their mean. So the small triangles that touching branches form in a neighborhood of 26 voxels are no loops; nor
/// is a hole that junction voxels alone surround. A voxel with one neighbor, or none, is a knot, too. What remains are paths and closed paths.
pub(crate) fn traced(voxels: &SkeletonVoxels, radii: &[f64], spacing: [f64; 3]) -> Network {
    let mut tracing = Tracing {
        voxels,
        radii,
        spacing,
        knot_of: vec![NO_KNOT; voxels.len()],
        members: Vec::new(),
        seen: vec![false; voxels.len()],
        network: Network::default(),
    };
    tracing.find_knots();
    tracing.follow_paths();
    tracing.follow_closed_paths();
    for knot in 0..tracing.members.len() {
        // A cluster from which two paths leave is a bend.
        tracing.network.dissolve(knot);
    }
    tracing.network
}

struct Tracing<'a> {
    voxels: &'a SkeletonVoxels,
    radii: &'a [f64],
    spacing: [f64; 3],
    knot_of: Vec<u32>,
    /// The voxels of each knot.
    members: Vec<Vec<u32>>,
    /// Voxels of paths that already belong to a strand.
    seen: Vec<bool>,
    network: Network,
}

impl Tracing<'_> {
    fn find_knots(&mut self) {
        let degrees: Vec<u8> = (0..self.voxels.len())
            .map(|v| self.voxels.neighbors(v).count() as u8)
            .collect();
        for voxel in 0..self.voxels.len() {
            if degrees[voxel] == 2 || self.knot_of[voxel] != NO_KNOT {
                continue;
            }
            let knot = self.members.len() as u32;
            self.knot_of[voxel] = knot;
            let mut members = vec![voxel as u32];
            let mut next = 0;
            while degrees[voxel] > 2 && next < members.len() {
                for other in self.voxels.neighbors(members[next] as usize).iter() {
                    if degrees[other] > 2 && self.knot_of[other] == NO_KNOT {
                        self.knot_of[other] = knot;
                        members.push(other as u32);
                    }
                }
                next += 1;
            }
            let radius = members.iter().map(|v| self.radii[*v as usize]);
            let radius = radius.fold(0.0, f64::max);
            let middle = self.middle(&members);
            self.network.add_knot(middle, radius);
            self.members.push(members);
        }
    }

    /// The voxel that is nearest to the mean of the members.
    fn middle(&self, members: &[u32]) -> u32 {
        let at = |voxel: u32| center(self.voxels.place(voxel as usize), self.spacing);
        let count = members.len() as f64;
        let mean = [0, 1, 2].map(|axis| members.iter().map(|v| at(*v)[axis]).sum::<f64>() / count);
        let near = |a: &&u32, b: &&u32| distance(at(**a), mean).total_cmp(&distance(at(**b), mean));
        members.iter().min_by(near).copied().unwrap_or_default()
    }

    fn follow_paths(&mut self) {
        for knot in 0..self.members.len() {
            for member in 0..self.members[knot].len() {
                let voxel = self.members[knot][member] as usize;
                for next in self.voxels.neighbors(voxel).iter() {
                    let other = self.knot_of[next];
                    if other == NO_KNOT && !self.seen[next] {
                        self.follow(knot, voxel, next);
                    } else if other != NO_KNOT && other as usize > knot {
                        self.push(Some([knot, other as usize]), Vec::new());
                    }
                }
            }
        }
    }

    /// Follows a path from a knot until the next knot.
    fn follow(&mut self, knot: usize, start: usize, first: usize) {
        let (mut before, mut here) = (start, first);
        let mut path = Vec::new();
        while self.knot_of[here] == NO_KNOT {
            self.seen[here] = true;
            path.push(here as u32);
            let neighbors = self.voxels.neighbors(here);
            let Some(next) = neighbors.iter().find(|n| *n != before) else {
                return;
            };
            (before, here) = (here, next);
        }
        self.push(Some([knot, self.knot_of[here] as usize]), path);
    }

    fn follow_closed_paths(&mut self) {
        for start in 0..self.voxels.len() {
            if self.seen[start] || self.knot_of[start] != NO_KNOT {
                continue;
            }
            let mut path = Vec::new();
            let mut here = Some(start);
            while let Some(voxel) = here {
                self.seen[voxel] = true;
                path.push(voxel as u32);
                here = self.voxels.neighbors(voxel).iter().find(|n| !self.seen[*n]);
            }
            self.push(None, path);
        }
    }

    fn push(&mut self, knots: Option<[usize; 2]>, inner: Vec<u32>) {
        let mut path = inner;
        if let Some(ends) = knots {
            let ends = ends.map(|k| self.network.knots[k].as_ref().map_or(0, |k| k.voxel));
            path.insert(0, ends[0]);
            path.push(ends[1]);
        }
        let at = |voxel: u32| center(self.voxels.place(voxel as usize), self.spacing);
        let mut length: f64 = path.windows(2).map(|w| distance(at(w[0]), at(w[1]))).sum();
        if let (None, Some(first), Some(last)) = (knots, path.first(), path.last()) {
            length += distance(at(*first), at(*last));
        }
        let balls: f64 = path.iter().map(|v| self.radii[*v as usize]).sum();
        self.network.add_strand(Strand {
            knots,
            length,
            ball: balls / path.len() as f64,
            path,
        });
    }
}
