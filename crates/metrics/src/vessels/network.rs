//! A graph whose segments can be removed and joined.

/// A junction, a free end, or a lone voxel.
#[derive(Debug, Clone)]
pub(crate) struct Knot {
    /// The voxel of the skeleton that stands for it.
    pub voxel: u32,
    /// Radius of the largest ball around it; infinite in a mask without background.
    pub radius: f64,
    /// Strands that end here; one that begins and ends here counts twice.
    pub strands: Vec<usize>,
}

/// A path of voxels between two knots, theirs among them; or a closed path without knots, whose first voxel is not repeated.
#[derive(Debug, Clone)]
pub(crate) struct Strand {
    pub knots: Option<[usize; 2]>,
    pub path: Vec<u32>,
    /// Length along the centers of the voxels.
    pub length: f64,
    /// Mean radius of the largest balls around its voxels.
    pub ball: f64,
}

/// Knots and strands; those that are removed are `None`.
#[derive(Debug, Default)]
pub(crate) struct Network {
    pub knots: Vec<Option<Knot>>,
    pub strands: Vec<Option<Strand>>,
}

impl Network {
    pub fn add_knot(&mut self, voxel: u32, radius: f64) -> usize {
        self.knots.push(Some(Knot {
            voxel,
            radius,
            strands: Vec::new(),
        }));
        self.knots.len() - 1
    }

    pub fn add_strand(&mut self, strand: Strand) -> usize {
        let index = self.strands.len();
        for knot in strand.knots.into_iter().flatten() {
            if let Some(knot) = &mut self.knots[knot] {
                knot.strands.push(index);
            }
        }
        self.strands.push(Some(strand));
        index
    }

    /// Takes a strand out; its knots stay.
    pub fn remove(&mut self, strand: usize) -> Option<Strand> {
        let removed = self.strands[strand].take()?;
        for knot in removed.knots.into_iter().flatten() {
            if let Some(knot) = &mut self.knots[knot] {
                knot.strands.retain(|other| *other != strand);
            }
        }
        Some(removed)
    }

    /// Removes a strand with a free end, and this end. Gives the strand that then goes on through its junction, if there is one.
    pub fn remove_spur(&mut self, strand: usize) -> Option<usize> {
        let ends = self.remove(strand)?.knots?;
        let free = ends.into_iter().filter(|knot| self.degree(*knot) == 0);
        for knot in free.collect::<Vec<_>>() {
            self.knots[knot] = None;
        }
        ends.into_iter().find_map(|knot| self.dissolve(knot))
    }

    /// Number of strands that end at a knot; 0 if it is removed.
    pub fn degree(&self, knot: usize) -> usize {
        self.knots[knot].as_ref().map_or(0, |k| k.strands.len())
    }

    pub fn radius(&self, knot: usize) -> f64 {
        self.knots[knot].as_ref().map_or(0.0, |k| k.radius)
    }

    /// Joins the two strands of a knot of degree 2 and removes the knot. A strand that begins and ends there becomes a closed
    /// path. Gives the index of the new strand, or `None` for a knot of another degree.
    pub fn dissolve(&mut self, knot: usize) -> Option<usize> {
        let [first, second] = *self.knots[knot].as_ref()?.strands.as_slice() else {
            return None;
        };
        let mut joined = self.remove(first)?;
        if first == second {
            joined.path.pop();
            joined.knots = None;
        } else {
            let mut next = self.remove(second)?;
            let [from, to] = joined.knots?;
            if to != knot {
                joined.path.reverse();
            }
            let start = if to == knot { from } else { to };
            let [from, to] = next.knots?;
            if from != knot {
                next.path.reverse();
            }
            let end = if from == knot { to } else { from };
            let counts = [joined.path.len() as f64, next.path.len() as f64];
            joined.ball =
                (joined.ball * counts[0] + next.ball * counts[1]) / (counts[0] + counts[1]);
            joined.path.extend(&next.path[1..]);
            joined.length += next.length;
            joined.knots = Some([start, end]);
        }
        self.knots[knot] = None;
        Some(self.add_strand(joined))
    }
}
