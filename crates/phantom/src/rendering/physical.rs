//! The physical rule: tissue absorbs light, absorbers emit sound in bands that depend on their size, and the scanner
//! receives it.
//!
//! Light decays with depth and behind absorbers ([`crate::physics::light`]). The sound of tubes depends on their
//! diameter ([`crate::physics::band`]) and is weaker where they run along depth. Sound loses its high frequencies on
//! the way up. The point spread widens away from the focus. Reflections, gain, background and streaks are added last.

use ndarray::{Array3, Array4, ArrayViewMut3, Axis, Zip};
use rayon::prelude::*;

use crate::anatomy::grain::grains;
use crate::anatomy::hair::hairs;
use crate::anatomy::melanin;
use crate::anatomy::scene::Scene;
use crate::anatomy::tube::{Kind, Tube};
use crate::physics::focus::blur_by_depth;
use crate::physics::light::light;
use crate::physics::reflection::Reflections;
use crate::physics::settings::Physics;
use crate::random::streams::Streams;
use crate::rendering::channel::{CHANNELS, Channel};
use crate::rendering::noise;
use crate::rendering::raster;
use crate::rendering::raster::Look;

/// Compensates the share of sound outside all bands: a tube with a diameter at the center of a band then has the
/// intensity of blood.
const BAND_GAIN: f64 = 1.4;
/// Width in µm over which tube edges fade: about a voxel, so that thin tubes are not lost between voxels.
const EDGE_UM: f64 = 12.0;
/// Absorption of hair, relative to blood.
const HAIR_ABSORPTION: f64 = 4.0;
/// Penetration depth of light into a hair, in µm: only this outer part emits sound.
const HAIR_PENETRATION_UM: f64 = 12.0;

/// Intensities of shape (x, y, z, channel), before clipping to 0–255.
pub(crate) fn render(scene: &Scene<'_>, physics: &Physics, streams: Streams) -> Array4<f32> {
    let rule = Rule {
        scene,
        physics,
        hairs: hairs(scene.config, physics, &scene.skin, streams),
        grains: grains(scene.config, physics, &scene.skin, streams),
        streams,
    };
    let melanin = melanin::brightness(scene.config, &scene.skin, streams);
    let light = rule.light(&melanin);
    let [x, y, z] = scene.config.shape;
    let mut intensities = Array4::zeros((x, y, z, CHANNELS.len()));
    for channel in &CHANNELS {
        let heard = rule.heard(channel, &melanin, &light);
        let mut out = intensities.index_axis_mut(Axis(3), channel.index);
        rule.expose(&mut out, &heard, channel);
    }
    intensities
}

struct Rule<'a> {
    scene: &'a Scene<'a>,
    physics: &'a Physics,
    hairs: Vec<Tube>,
    grains: Vec<Tube>,
    streams: Streams,
}

impl Rule<'_> {
    fn light(&self, melanin: &Array3<f32>) -> Array3<f32> {
        let config = self.scene.config;
        let mut absorption = melanin.clone();
        let solid = |value: f64| Look {
            edge_um: EDGE_UM,
            ..Look::solid(value)
        };
        raster::draw(&mut absorption, &self.scene.vessels, config, |tube, _| {
            solid(tube.strength)
        });
        raster::draw(&mut absorption, &self.hairs, config, |tube, _| {
            solid(HAIR_ABSORPTION * tube.strength)
        });
        light(absorption, config, self.physics, &self.scene.skin)
    }

    /// The signal of a channel after its point spread, without noise.
    fn heard(&self, channel: &Channel, melanin: &Array3<f32>, light: &Array3<f32>) -> Array3<f32> {
        let (config, physics) = (self.scene.config, self.physics);
        let scale = (config.melanin * channel.melanin) as f32;
        let mut image = melanin.mapv(|brightness| brightness * scale);
        for (tubes, intensity) in [
            (&self.scene.vessels, config.blood),
            (&self.hairs, physics.hair),
            (&self.grains, physics.grain),
        ] {
            raster::draw(&mut image, tubes, config, |tube, direction| {
                look(tube, direction, intensity, channel, physics)
            });
        }
        let dz = config.spacing_um()[2];
        let mhz = channel.band.middle_mhz();
        let way = |z: usize, top: f64| ((z as f64 + 0.5) * dz - top).max(0.0);
        Zip::from(image.lanes_mut(Axis(2)))
            .and(light.lanes(Axis(2)))
            .and(&self.scene.skin.top_um)
            .par_for_each(|mut image, light, top| {
                for (z, (voxel, light)) in image.iter_mut().zip(light).enumerate() {
                    *voxel *= light * physics.heard(mhz, way(z, *top)) as f32;
                }
            });
        let [lateral, axial] = channel.spread_um;
        let [dx, dy, dz] = config.spacing_um();
        let widening: Vec<f64> = (0..config.shape[2])
            .map(|z| physics.widening((z as f64 + 0.5) * dz))
            .collect();
        blur_by_depth(image, [lateral / dx, lateral / dy], axial / dz, &widening)
    }

    /// Adds reflections, gain, background and streaks.
    fn expose(&self, out: &mut ArrayViewMut3<'_, f32>, heard: &Array3<f32>, channel: &Channel) {
        let (config, streams) = (self.scene.config, self.streams);
        let reflections = Reflections::draw(config, self.physics, &self.scene.skin, streams);
        let sigma_vox = channel.noise_sigma_um / config.spacing_um()[2];
        out.axis_iter_mut(Axis(1))
            .into_par_iter()
            .enumerate()
            .for_each(|(y, mut slice)| {
                let mut image = noise::background(config, y, channel.index, sigma_vox, streams);
                noise::add_streaks(&mut image.view_mut(), config, y, streams);
                let gain = noise::gain(config, y, streams);
                for (x, mut column) in image.rows_mut().into_iter().enumerate() {
                    let tissue = heard.slice(ndarray::s![x, y, ..]);
                    column.scaled_add(gain[x] as f32, &tissue);
                    reflections.add(&mut column, &tissue, [x, y, channel.index]);
                }
                slice.assign(&image);
            });
    }
}

fn look(
    tube: &Tube,
    direction: [f64; 3],
    intensity: f64,
    channel: &Channel,
    physics: &Physics,
) -> Look {
    let diameter_um = 2.0 * tube.radius_um;
    let [x, y, z] = direction;
    let length = libm::hypot(libm::hypot(x, y), z);
    let along_depth = if length > 0.0 { z / length } else { 0.0 };
    let seen = 1.0 - physics.limited_view * along_depth * along_depth;
    let sounding_um = match tube.kind {
        Kind::Hair => diameter_um.min(HAIR_PENETRATION_UM),
        _ => diameter_um,
    };
    let amplitude = BAND_GAIN * channel.band.amplitude(sounding_um);
    Look {
        value: intensity * tube.strength * amplitude * seen,
        hollowness: physics.hollowness * channel.band.hollowness(diameter_um),
        wall_um: channel.band.wall_um(),
        edge_um: EDGE_UM,
    }
}
