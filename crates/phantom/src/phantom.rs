//! From a configuration and a seed to a scan and its truth.

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

/// A made-up scan and what is true of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Phantom {
    /// Channels `LF` and `HF`.
    pub scan: Scan,
    /// The epidermis: voxels whose centers lie between its two boundaries.
    pub layer: Mask,
    /// Loops and vessels: voxels whose centers lie inside a tube.
    pub vessels: Mask,
    /// Depth of the skin surface in voxels, of shape (x, y); a surface before voxel k stands at k.
    pub surface_vox: Array2<f32>,
    /// Graph of the arterial trees, if there are any: places in µm from the corner of the scan, which they reach beyond.
    pub tree: Option<Tree>,
    /// Quantities of the scene itself, not of its voxels.
    pub truth: Truth,
}

/// Makes a phantom of one scan, its intensities whole numbers from 0 to 255; the same settings and seed give the same
/// bytes for any number of threads.
///
/// # Errors
/// Settings out of range; a scene whose epidermis reaches below the scan.
pub fn generate(config: &Config, seed: u64) -> Result<Phantom, PhantomError> {
    let raw = generate_raw(config, seed)?;
    let (grid, channels, mut intensities) = raw.scan.into_parts();
    Zip::from(&mut intensities).par_for_each(|v| *v = v.round().clamp(0.0, 255.0));
    Ok(Phantom {
        scan: Scan::new(grid, channels, intensities)?,
        ..raw
    })
}

/// The same as the scanner's reconstruction leaves it: on the same scale, but neither rounded nor cut at its ends.
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
