//! Second derivatives of a volume at one scale, plane by plane.

use rsom_volume::reflected;

use crate::kernel::{Kernel, even, odd};

/// A volume of shape (x, y, z), z contiguous, and the filters of one scale along its axes.
///
/// No copy of the volume is kept: each plane of constant x is filtered along x, then each of its rows along y and z,
/// and the caller receives the six second derivatives row by row. A filter first adds the two voxels at equal distance,
/// so mirroring the volume mirrors the result exactly.
pub(crate) struct ScaleSpace<'a> {
    values: &'a [f32],
    shape: [usize; 3],
    kernels: [Kernel; 3],
}

/// The working memory of one thread.
pub(crate) struct Workspace {
    /// A plane, smoothed along x, and its first and second derivatives along x.
    planes: [Vec<f32>; 3],
    /// A row filtered along x and y, extended beyond both ends.
    padded: Vec<f32>,
    /// The second derivatives of a row: xx, xy, xz, yy, yz, zz.
    hessian: [Vec<f32>; 6],
}

/// Order of differentiation along one axis.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    Smooth,
    Slope,
    Bend,
}

/// The orders along x, y, z of xx, xy, xz, yy, yz, zz.
const ORDERS: [[Order; 3]; 6] = {
    use Order::{Bend, Slope, Smooth};
    [
        [Bend, Smooth, Smooth],
        [Slope, Slope, Smooth],
        [Slope, Smooth, Slope],
        [Smooth, Bend, Smooth],
        [Smooth, Slope, Slope],
        [Smooth, Smooth, Bend],
    ]
};

impl<'a> ScaleSpace<'a> {
    /// The scale space of a volume at `sigma_vox` voxels along x, y, z.
    pub(crate) fn new(values: &'a [f32], shape: [usize; 3], sigma_vox: [f64; 3]) -> Self {
        Self {
            values,
            shape,
            kernels: sigma_vox.map(Kernel::new),
        }
    }

    /// Allocates the memory for [`plane`](Self::plane).
    pub(crate) fn workspace(&self) -> Workspace {
        let [_, ny, nz] = self.shape;
        Workspace {
            planes: std::array::from_fn(|_| vec![0.0; ny * nz]),
            padded: vec![0.0; nz + 2 * self.kernels[2].radius()],
            hessian: std::array::from_fn(|_| vec![0.0; nz]),
        }
    }

    /// Calls `row(y, hessian)` for each row of the plane at x, with σ² times the second derivatives of the smoothed volume
    /// by physical lengths: xx, xy, xz, yy, yz, zz.
    pub(crate) fn plane(
        &self,
        x: usize,
        work: &mut Workspace,
        mut row: impl FnMut(usize, &[Vec<f32>; 6]),
    ) {
        self.filter_along_x(x, &mut work.planes);
        for y in 0..self.shape[1] {
            for (orders, out) in ORDERS.iter().zip(&mut work.hessian) {
                let plane = &work.planes[orders[0] as usize];
                self.filter_along_y(plane, y, orders[1], &mut work.padded);
                self.filter_along_z(&mut work.padded, orders[2], out);
            }
            row(y, &work.hessian);
        }
    }

    fn filter_along_x(&self, x: usize, planes: &mut [Vec<f32>; 3]) {
        let [nx, ny, nz] = self.shape;
        for y in 0..ny {
            let input = |j: isize| {
                let start = (reflected(x as isize + j, nx) * ny + y) * nz;
                &self.values[start..start + nz]
            };
            for order in [Order::Smooth, Order::Slope, Order::Bend] {
                let out = &mut planes[order as usize][y * nz..(y + 1) * nz];
                self.kernels[0].filter(order, input, out);
            }
        }
    }

    /// Filters the row at y of a plane along y, into the middle of `padded`.
    fn filter_along_y(&self, plane: &[f32], y: usize, order: Order, padded: &mut [f32]) {
        let [_, ny, nz] = self.shape;
        let input = |j: isize| {
            let start = reflected(y as isize + j, ny) * nz;
            &plane[start..start + nz]
        };
        let radius = self.kernels[2].radius();
        let out = &mut padded[radius..radius + nz];
        self.kernels[1].filter(order, input, out);
    }

    fn filter_along_z(&self, padded: &mut [f32], order: Order, out: &mut [f32]) {
        let (nz, radius) = (self.shape[2], self.kernels[2].radius());
        for j in 0..radius {
            padded[j] = padded[radius + reflected(j as isize - radius as isize, nz)];
            padded[radius + nz + j] = padded[radius + reflected((nz + j) as isize, nz)];
        }
        let padded = &*padded;
        let input = |j: isize| {
            let start = radius.wrapping_add_signed(j);
            &padded[start..start + nz]
        };
        self.kernels[2].filter(order, input, out);
    }
}

impl Kernel {
    fn filter<'a>(&self, order: Order, row: impl Fn(isize) -> &'a [f32], out: &mut [f32]) {
        match order {
            Order::Smooth => even(&self.smooth, row, out),
            Order::Slope => odd(&self.slope, row, out),
            Order::Bend => even(&self.bend, row, out),
        }
    }
}
