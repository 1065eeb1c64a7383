//! Neighborhoods, and structuring elements for erosion and dilation.

use crate::MorphologyError;

/// Largest radius of a ball in voxels.
const MAX_RADIUS_VOX: f64 = 64.0;

/// Definition of neighboring voxels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Connectivity {
    /// The 6 voxels that share a face.
    Faces,
    /// The 18 voxels that share a face or an edge.
    Edges,
    /// The 26 voxels that share a face, an edge or a corner.
    Corners,
}

impl Connectivity {
    /// Largest number of axes along which neighbors differ.
    pub(crate) fn order(self) -> usize {
        match self {
            Self::Faces => 1,
            Self::Edges => 2,
            Self::Corners => 3,
        }
    }
}

/// A structuring element: offsets in voxels along x, y, z, symmetric about the center and including it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    offsets: Vec<[isize; 3]>,
}

impl Element {
    /// A voxel and its neighbors: 7, 19 or 27 voxels, as in scipy's `generate_binary_structure(3, 1 | 2 | 3)`.
    #[must_use]
    pub fn neighbors(connectivity: Connectivity) -> Self {
        let touches =
            |o: &[isize; 3]| o.iter().filter(|step| **step != 0).count() <= connectivity.order();
        Self {
            offsets: cube(1).filter(touches).collect(),
        }
    }

    /// All offsets up to a radius, as in scikit-image's `ball`.
    ///
    /// # Errors
    /// A radius that is negative, not finite or larger than 64 voxels.
    pub fn ball(radius_vox: f64) -> Result<Self, MorphologyError> {
        // This form also refuses NaN.
        if !(0.0..=MAX_RADIUS_VOX).contains(&radius_vox) {
            return Err(MorphologyError::BadRadius {
                radius_vox,
                most: MAX_RADIUS_VOX,
            });
        }
        let inside = |o: &[isize; 3]| {
            let squared: isize = o.iter().map(|step| step * step).sum();
            squared as f64 <= radius_vox * radius_vox
        };
        Ok(Self {
            offsets: cube(radius_vox as isize).filter(inside).collect(),
        })
    }

    /// The offsets along x, y, z, in ascending order.
    #[must_use]
    pub fn offsets(&self) -> &[[isize; 3]] {
        &self.offsets
    }

    /// The largest offset along any axis.
    pub(crate) fn reach(&self) -> usize {
        let steps = self.offsets.iter().flatten();
        steps.map(|s| s.unsigned_abs()).max().unwrap_or(0)
    }
}

fn cube(reach: isize) -> impl Iterator<Item = [isize; 3]> {
    let steps = -reach..=reach;
    let along_yz = move |x| {
        let steps = -reach..=reach;
        steps.flat_map(move |y| (-reach..=reach).map(move |z| [x, y, z]))
    };
    steps.flat_map(along_yz)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbors_are_6_18_and_26_beside_the_voxel_itself() {
        for (connectivity, count) in [
            (Connectivity::Faces, 7),
            (Connectivity::Edges, 19),
            (Connectivity::Corners, 27),
        ] {
            assert_eq!(Element::neighbors(connectivity).offsets().len(), count);
        }
    }

    #[test]
    fn balls_hold_as_many_voxels_as_those_of_scikit_image() {
        // skimage.morphology.ball(r).sum() of scikit-image 0.26.
        for (radius, count) in [
            (0.0, 1),
            (1.0, 7),
            (2.0, 33),
            (3.0, 123),
            (5.0, 515),
            (7.0, 1419),
        ] {
            assert_eq!(Element::ball(radius).unwrap().offsets().len(), count);
        }
    }

    #[test]
    fn radii_that_make_no_ball_are_refused() {
        for radius in [-1.0, f64::NAN, f64::INFINITY, 65.0] {
            assert!(Element::ball(radius).is_err(), "{radius}");
        }
    }
}
