//! Generates a scan and its truth from a configuration and a seed.

use ndarray::{Array2, Array3, Zip};
use rsom_volume::{Mask, Scan};

use crate::anatomy::scene::Scene;
use crate::random::streams::Streams;
use crate::rendering::channel::CHANNELS;
use crate::rendering::physical;
use crate::rendering::raster;
use crate::rendering::raster::Look;
use crate::rendering::simple;
use crate::tree::Tree;
use crate::{Config, PhantomError, Truth};

/// A synthetic scan and its truth.
#[derive(Debug, Clone, PartialEq)]
pub struct Phantom {
    /// Channels `LF` and `HF`.
    pub scan: Scan,
    /// The epidermis: voxels whose centers lie between its two boundaries.
    pub layer: Mask,
    /// Loops and vessels: voxels whose centers lie inside a tube.
    pub vessels: Mask,
    /// Depth of the skin surface in voxels, of shape (x, y); a surface between voxels k − 1 and k has depth k.
    pub surface_vox: Array2<f32>,
    /// Graph of the arterial trees, if there are any: positions in µm from the corner of the scan; trees extend beyond
    /// the scan.
    pub tree: Option<Tree>,
    /// True quantities of the scene itself, not of its voxels.
    pub truth: Truth,
}

/// Generates a phantom with integer intensities from 0 to 255. The result depends only on settings and seed, not on the
/// number of threads.
///
/// # Errors
/// A setting out of range; an epidermis that extends below the scan.
pub fn generate(config: &Config, seed: u64) -> Result<Phantom, PhantomError> {
    let raw = generate_raw(config, seed)?;
    let (grid, channels, mut intensities) = raw.scan.into_parts();
    Zip::from(&mut intensities).par_for_each(|v| *v = v.round().clamp(0.0, 255.0));
    Ok(Phantom {
        scan: Scan::new(grid, channels, intensities)?,
        ..raw
    })
}

/// Generates a phantom like a raw reconstruction: on the same scale, but neither rounded nor clipped.
///
/// # Errors
/// As [`generate`].
pub fn generate_raw(config: &Config, seed: u64) -> Result<Phantom, PhantomError> {
    config.check()?;
    let streams = Streams::new(seed);
    let scene = Scene::draw(config, seed)?;
    let intensities = match &config.physics {
        None => simple::render(&scene, streams),
        Some(physics) => physical::render(&scene, physics, streams),
    };
    let grid = config.grid()?;
    let names = CHANNELS.iter().map(|channel| channel.name.into()).collect();
    let mut inside = Array3::zeros(config.shape);
    raster::draw(&mut inside, &scene.vessels, config, |_, _| Look::solid(1.0));
    let vessels = Mask::new(grid.clone(), inside.mapv(|v: f32| v >= 0.5))?;
    let dz = config.spacing_um()[2];
    Ok(Phantom {
        scan: Scan::new(grid.clone(), names, intensities)?,
        layer: Mask::new(grid, scene.skin.layer(config))?,
        truth: Truth::of(&scene, &vessels),
        vessels,
        tree: scene.tree,
        surface_vox: scene.skin.top_um.mapv(|depth| (depth / dz) as f32),
    })
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
            physics: None,
            trees: None,
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
