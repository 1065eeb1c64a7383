//! Multi-scale vesselness of Frangi et al. 1998.

use ndarray::{Array3, ArrayView3};
use rayon::prelude::*;
use rsom_volume::Scan;

use crate::hessian::ScaleSpace;
use crate::{FrangiError, Polarity, Settings, by_magnitude};

/// Vesselness of each voxel, from 0 to 1, of shape (x, y, z): the largest over all channels and scales.
///
/// At each scale σ, with the eigenvalues |λ₁| ≤ |λ₂| ≤ |λ₃| of the Hessian by physical lengths times σ² (γ-normalized,
/// γ = 1), it is 0 where λ₂ or λ₃ is not negative (for bright vessels), else (eq. 13 of the paper)
///
/// (1 − exp(−R_A² / 2α²)) · exp(−R_B² / 2β²) · (1 − exp(−S² / 2c²)),
///
/// where R_A = |λ₂| / |λ₃| separates lines from plates, R_B = |λ₁| / √(λ₂ λ₃) lines from blobs, and S = √(λ₁² + λ₂² +
/// λ₃²) structure from background. Without a fixed c, it is half of the largest S of the channel at that scale;
/// vesselness is then invariant to scaling and shifting of intensities. Dark vessels are bright vessels of the negated
/// scan. Beyond its faces the volume is mirrored.
///
/// `watch` receives the number of finished and of all pairs of channel and scale, and stops the work by returning
/// false.
///
/// The result does not depend on the number of threads. Memory beyond the scan: four volumes in single precision.
///
/// skimage 0.26's `frangi` differs: it does not normalize by σ², uses half of the largest S of the first scale as c for
/// all scales, smooths twice with σ / √2 for the derivatives, and supports only voxel units. At one scale and on cubic
/// voxels both give nearly the same result: the correlation over a volume of noisy tubes is 0.998.
///
/// # Errors
/// Invalid settings, scales in µm with unknown spacing, a single voxel along an axis, NaN or infinite voxels, [`FrangiError::Stopped`].
pub fn vesselness(
    scan: &Scan,
    settings: &Settings,
    watch: &mut dyn FnMut(usize, usize) -> bool,
) -> Result<Array3<f32>, FrangiError> {
    settings.check()?;
    let scales = settings.scales.in_voxels(scan.grid().spacing())?;
    let axes = ['x', 'y', 'z'].into_iter().zip(scan.grid().shape());
    if let Some((axis, _)) = axes.into_iter().find(|(_, voxels)| *voxels == 1) {
        return Err(FrangiError::SingleSlice { axis });
    }
    let bad = scan.count_non_finite();
    if bad > 0 {
        return Err(FrangiError::NonFiniteVoxels { count: bad });
    }
    let shape = scan.grid().shape();
    let all = scan.channels().len() * scales.len();
    let mut maximum = VesselnessMaximum::new(shape);
    let mut done = 0;
    for channel in 0..scan.channels().len() {
        let Some(normalized) = scan
            .channel(channel)
            .and_then(|c| NormalizedChannel::of(&c, settings))
        else {
            done += scales.len();
            continue;
        };
        for sigma_vox in &scales {
            if !watch(done, all) {
                return Err(FrangiError::Stopped);
            }
            let space = ScaleSpace::new(&normalized.values, shape, *sigma_vox);
            maximum.add(&space, settings, normalized.c);
            done += 1;
        }
    }
    watch(done, all);
    let voxels = Array3::from_shape_vec(shape, maximum.largest);
    Ok(voxels.unwrap_or_else(|_| unreachable!("as many voxels as the shape has")))
}

/// A channel scaled to [0, 1], which avoids overflow and gives a constant channel exact zero derivatives.
struct NormalizedChannel {
    values: Vec<f32>,
    /// The fixed c in the same scale.
    c: Option<f64>,
}

impl NormalizedChannel {
    /// `None` for a constant channel, which has no vessels.
    fn of(channel: &ArrayView3<'_, f32>, settings: &Settings) -> Option<Self> {
        let (low, high) = channel
            .iter()
            .fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), v| {
                (low.min(*v), high.max(*v))
            });
        let range = f64::from(high) - f64::from(low);
        if range <= 0.0 {
            return None;
        }
        let from = match settings.polarity {
            Polarity::Bright => low,
            Polarity::Dark => high,
        };
        let relative = |v: &f32| ((f64::from(*v) - f64::from(from)).abs() / range) as f32;
        Some(Self {
            values: channel.iter().map(relative).collect(),
            c: settings.c.map(|c| c / range),
        })
    }
}

/// The largest vesselness so far, and the two factors of the current scale.
struct VesselnessMaximum {
    plane: usize,
    row: usize,
    largest: Vec<f32>,
    /// (1 − exp(−R_A² / 2α²)) · exp(−R_B² / 2β²).
    shape: Vec<f32>,
    /// S, the Hessian norm.
    norm: Vec<f32>,
}

impl VesselnessMaximum {
    fn new([x, y, z]: [usize; 3]) -> Self {
        let zeros = || vec![0.0; x * y * z];
        Self {
            plane: y * z,
            row: z,
            largest: zeros(),
            shape: zeros(),
            norm: zeros(),
        }
    }

    /// Updates the result with one scale of one channel.
    fn add(&mut self, space: &ScaleSpace<'_>, settings: &Settings, c: Option<f64>) {
        let [alpha, beta] = [settings.alpha, settings.beta].map(|v| 2.0 * v * v);
        let row = self.row;
        let planes = self.shape.par_chunks_mut(self.plane);
        let planes = planes.zip(self.norm.par_chunks_mut(self.plane)).enumerate();
        planes.for_each_init(
            || space.workspace(),
            |work, (x, (shape, norm))| {
                space.plane(x, work, |y, hessian| {
                    let at = y * row..(y + 1) * row;
                    let (shape, norm) = (&mut shape[at.clone()], &mut norm[at]);
                    for z in 0..row {
                        let matrix = std::array::from_fn(|k| f64::from(hessian[k][z]));
                        norm[z] = norm_of(&matrix) as f32;
                        shape[z] = shape_of(matrix, alpha, beta) as f32;
                    }
                });
            },
        );
        let highest = self.norm.par_iter().copied().reduce(|| 0.0, f32::max);
        if highest <= 0.0 {
            return;
        }
        let c = c.unwrap_or(f64::from(highest) / 2.0);
        let structure = 2.0 * c * c;
        let factors = self.shape.par_iter().zip(&self.norm);
        self.largest
            .par_iter_mut()
            .zip(factors)
            .filter(|(_, (shape, _))| **shape > 0.0)
            .for_each(|(largest, (shape, norm))| {
                let norm = f64::from(*norm);
                let answer = f64::from(*shape) * -libm::expm1(-norm * norm / structure);
                *largest = largest.max(answer as f32);
            });
    }
}

/// The Hessian norm √(λ₁² + λ₂² + λ₃²), computed without eigenvalues.
fn norm_of([xx, xy, xz, yy, yz, zz]: &[f64; 6]) -> f64 {
    (xx * xx + yy * yy + zz * zz + 2.0 * (xy * xy + xz * xz + yz * yz)).sqrt()
}

/// The shape factors for a bright line, given 2α² and 2β².
fn shape_of(matrix: [f64; 6], two_alpha_squared: f64, two_beta_squared: f64) -> f64 {
    let [xx, _, _, yy, _, zz] = matrix;
    // λ₂ and λ₃ can both be negative only where the trace is negative: this saves half of the eigenvalues.
    if xx + yy + zz >= 0.0 {
        return 0.0;
    }
    let [first, second, third] = by_magnitude(matrix);
    if second >= 0.0 || third >= 0.0 {
        return 0.0;
    }
    let plate = second / third;
    let product = second * third;
    // R_B² = λ₁² / (λ₂ λ₃)
    let blob_squared = if product > 0.0 {
        first * first / product
    } else {
        0.0
    };
    -libm::expm1(-plate * plate / two_alpha_squared) * libm::exp(-blob_squared / two_beta_squared)
}
