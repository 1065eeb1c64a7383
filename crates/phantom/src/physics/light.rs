//! Light in tissue: it decays with depth, and absorbers cast shadows.

use ndarray::{Array3, Axis};
use rayon::prelude::*;

use crate::Config;
use crate::anatomy::skin::Skin;
use crate::physics::settings::Physics;
use crate::rendering::blur::blur;

/// Standard deviation of the Gaussian blur of shadows: light is scattered, so it also comes from the side.
const SPREAD_UM: f64 = 15.0;

/// Ratio of the decay depth of light to `decay_um`, the decay depth of the signal: sound attenuation and shadows also
/// contribute to the latter.
const LIGHT_DECAY: f64 = 1.8;

/// Light in every voxel relative to that at the surface, of shape (x, y, z):
/// exp(−depth/(1.8 `decay_um`) − `shadowing_per_mm` · ∫ absorption above).
///
/// `absorption` is 1 in blood and in melanin at its brightest; the integral ends at the center of the voxel.
pub(crate) fn light(
    absorption: Array3<f32>,
    config: &Config,
    physics: &Physics,
    skin: &Skin,
) -> Array3<f32> {
    let [dx, dy, dz] = config.spacing_um();
    let mut light = absorption;
    if physics.shadowing_per_mm > 0.0 {
        light = blur(light, [SPREAD_UM / dx, SPREAD_UM / dy, 0.0]);
    }
    let decay_um = LIGHT_DECAY * config.decay_um;
    let loss = physics.shadowing_per_mm * dz / 1000.0;
    light
        .axis_iter_mut(Axis(0))
        .into_par_iter()
        .enumerate()
        .for_each(|(x, mut plane)| {
            for (y, mut column) in plane.axis_iter_mut(Axis(0)).enumerate() {
                let top = skin.top_um[[x, y]];
                let mut above = 0.0;
                for (z, voxel) in column.iter_mut().enumerate() {
                    let below = ((z as f64 + 0.5) * dz - top).max(0.0);
                    let own = loss * f64::from(*voxel);
                    *voxel = libm::exp(-below / decay_um - above - own / 2.0) as f32;
                    above += own;
                }
            }
        });
    light
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phantom::tests::small;
    use crate::physics::settings::tests::off;
    use crate::random::streams::Streams;

    #[test]
    fn below_a_slab_the_light_is_what_beer_and_lambert_say() {
        let config = Config {
            decay_um: 1e9,
            ..small()
        };
        let physics = Physics {
            shadowing_per_mm: 5.0,
            ..off()
        };
        let skin = Skin::new(&config, Streams::new(1)).unwrap();
        let mut absorption = Array3::zeros(config.shape);
        absorption.slice_mut(ndarray::s![.., .., 10..30]).fill(0.5);
        let light = light(absorption, &config, &physics, &skin);
        for (z, way_um) in [(5, 0.0), (20, 10.5 * 3.0), (60, 60.0)] {
            let expected = (-5.0 * 0.5 * way_um / 1000.0_f64).exp();
            let found = f64::from(light[[20, 4, z]]);
            assert!((found - expected).abs() < 1e-5, "{z}: {found}");
        }
    }

    #[test]
    fn without_shadows_light_decays_with_depth_below_the_surface_alone() {
        let config = small();
        let skin = Skin::new(&config, Streams::new(1)).unwrap();
        let light = light(Array3::ones(config.shape), &config, &off(), &skin);
        for ((x, y, z), found) in light.indexed_iter() {
            let below = (config.center_um([x, y, z])[2] - skin.top_um[[x, y]]).max(0.0);
            assert!((f64::from(*found) - (-below / 540.0).exp()).abs() < 1e-6);
        }
    }
}
