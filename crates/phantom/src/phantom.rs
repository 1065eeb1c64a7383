//! From a configuration and a seed to a scan and its truth.

use ndarray::{Array2, Array3, Array4, ArrayViewMut3, Axis};
use rayon::prelude::*;
use rsom_volume::{Mask, Scan};

use crate::blur::blur;
use crate::loops::loops;
use crate::skin::Skin;
use crate::streams::Streams;
use crate::tube::Tube;
use crate::vessels::vessels;
use crate::{Config, PhantomError, melanin, noise, raster};

/// A made-up scan and what is true of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Phantom {
    /// Channels `LF` and `HF`, whole numbers from 0 to 255.
    pub scan: Scan,
    /// The epidermis: voxels whose centers lie between its two boundaries.
    pub layer: Mask,
    /// Loops and vessels: voxels whose centers lie inside a tube.
    pub vessels: Mask,
    /// Depth of the skin surface in voxels, of shape (x, y); a surface before voxel k stands at k.
    pub surface_vox: Array2<f32>,
}

/// How one channel sees the scene.
struct Channel {
    /// Place in the scan.
    index: usize,
    /// Share of melanin's intensity.
    melanin: f64,
    /// Factor on the depth of decay.
    decay: f64,
    /// Point spread: standard deviations in µm, lateral and axial.
    spread_um: [f64; 2],
    /// Standard deviation in µm of the smoothing of the background along depth.
    noise_sigma_um: f64,
}

const CHANNELS: [Channel; 2] = [
    Channel {
        index: 0,
        melanin: 0.6,
        decay: 1.3,
        spread_um: [14.0, 8.0],
        noise_sigma_um: 7.0,
    },
    Channel {
        index: 1,
        melanin: 1.0,
        decay: 0.8,
        spread_um: [7.0, 3.5],
        noise_sigma_um: 3.0,
    },
];

/// Makes a phantom of one scan; the same settings and seed give the same bytes for any number of threads.
///
/// # Errors
/// Settings out of range; a scene whose epidermis reaches below the scan.
pub fn generate(config: &Config, seed: u64) -> Result<Phantom, PhantomError> {
    config.check()?;
    let streams = Streams::new(seed);
    let skin = Skin::new(config, streams)?;
    let mut tubes = loops(config, &skin, streams);
    tubes.extend(vessels(config, &skin, streams));
    let melanin = melanin::brightness(config, &skin, streams);
    let grid = config.grid()?;
    let [x, y, z] = config.shape;
    let mut intensities = Array4::zeros((x, y, z, CHANNELS.len()));
    for channel in &CHANNELS {
        let tissue = tissue(config, channel, &melanin, &tubes);
        let mut out = intensities.index_axis_mut(Axis(3), channel.index);
        expose(&mut out, &tissue, (config, channel), &skin, streams);
    }
    let mut inside = Array3::zeros(config.shape);
    raster::draw(&mut inside, &tubes, config, |_| 1.0);
    let dz = config.spacing_um()[2];
    Ok(Phantom {
        scan: Scan::new(grid.clone(), vec!["LF".into(), "HF".into()], intensities)?,
        layer: Mask::new(grid.clone(), skin.layer(config))?,
        vessels: Mask::new(grid, inside.mapv(|v: f32| v >= 0.5))?,
        surface_vox: skin.top_um.mapv(|depth| (depth / dz) as f32),
    })
}

/// What a perfect scanner without noise would see through this channel's point spread.
fn tissue(
    config: &Config,
    channel: &Channel,
    melanin: &Array3<f32>,
    tubes: &[Tube],
) -> Array3<f32> {
    let scale = (config.melanin * channel.melanin) as f32;
    let mut image = melanin.mapv(|brightness| brightness * scale);
    raster::draw(&mut image, tubes, config, |tube| {
        config.blood * tube.brightness[channel.index]
    });
    let [lateral, axial] = channel.spread_um;
    let [dx, dy, dz] = config.spacing_um();
    blur(image, [lateral / dx, lateral / dy, axial / dz])
}

/// Adds decay, gain, background and streaks, and cuts to whole numbers from 0 to 255.
fn expose(
    out: &mut ArrayViewMut3<'_, f32>,
    tissue: &Array3<f32>,
    (config, channel): (&Config, &Channel),
    skin: &Skin,
    streams: Streams,
) {
    let dz = config.spacing_um()[2];
    let sigma_vox = channel.noise_sigma_um / dz;
    let decay_um = config.decay_um * channel.decay;
    out.axis_iter_mut(Axis(1))
        .into_par_iter()
        .enumerate()
        .for_each(|(y, mut slice)| {
            let mut image = noise::background(config, y, (channel.index, sigma_vox), streams);
            noise::add_streaks(&mut image.view_mut(), config, y, streams);
            let gain = noise::gain(config, y, streams);
            for ((x, z), value) in slice.indexed_iter_mut() {
                let below = ((z as f64 + 0.5) * dz - skin.top_um[[x, y]]).max(0.0);
                let factor = gain[x] * (-below / decay_um).exp();
                let sum = image[[x, z]] + factor as f32 * tissue[[x, y, z]];
                *value = sum.round().clamp(0.0, 255.0);
            }
        });
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A scene that is quick to draw.
    pub(crate) fn small() -> Config {
        Config {
            shape: [48, 8, 100],
            spacing_mm: [0.012, 0.012, 0.003],
            surface_depth_um: 50.0,
            curvature_radius_mm: 25.0,
            tilt_deg: 0.5,
            undulation_um: 5.0,
            undulation_length_um: 800.0,
            epidermis_um: 90.0,
            epidermis_sd_um: 6.0,
            melanin: 130.0,
            gap_fraction: 0.25,
            gap_length_um: 60.0,
            raggedness_um: 6.0,
            loops_per_mm2: 120.0,
            vessels_per_mm2: 12.0,
            blood: 250.0,
            decay_um: 300.0,
            noise: 14.0,
            streaks_per_b_scan: 4.0,
            subject_spread: 0.12,
        }
    }

    #[test]
    fn intensities_are_whole_numbers_from_0_to_255() {
        let phantom = generate(&small(), 1).unwrap();
        let values = phantom.scan.intensities();
        assert!(
            values
                .iter()
                .all(|v| (0.0..=255.0).contains(v) && v.fract() == 0.0)
        );
        assert_eq!(phantom.scan.channels(), ["LF", "HF"]);
    }
}
