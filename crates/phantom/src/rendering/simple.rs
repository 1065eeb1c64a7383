//! The simple rule: channels show fixed shares of melanin and vessels, blurred, and decaying with depth.
//!
//! Studies refer to its scans by seed: the scan of a seed must never change.

use ndarray::{Array3, Array4, ArrayViewMut3, Axis};
use rayon::prelude::*;

use crate::anatomy::melanin;
use crate::anatomy::scene::Scene;
use crate::random::streams::Streams;
use crate::rendering::blur::blur;
use crate::rendering::channel::{CHANNELS, Channel};
use crate::rendering::noise;
use crate::rendering::raster;
use crate::rendering::raster::Look;

/// Intensities of shape (x, y, z, channel), before clipping to 0–255.
pub(crate) fn render(scene: &Scene<'_>, streams: Streams) -> Array4<f32> {
    let melanin = melanin::brightness(scene.config, &scene.skin, streams);
    let [x, y, z] = scene.config.shape;
    let mut intensities = Array4::zeros((x, y, z, CHANNELS.len()));
    for channel in &CHANNELS {
        let tissue = tissue(scene, channel, &melanin);
        let mut out = intensities.index_axis_mut(Axis(3), channel.index);
        expose(&mut out, &tissue, scene, channel, streams);
    }
    intensities
}

/// The noise-free signal after this channel's point spread.
fn tissue(scene: &Scene<'_>, channel: &Channel, melanin: &Array3<f32>) -> Array3<f32> {
    let config = scene.config;
    let scale = (config.melanin * channel.melanin) as f32;
    let mut image = melanin.mapv(|brightness| brightness * scale);
    raster::draw(&mut image, &scene.vessels, config, |tube, _| {
        Look::solid(config.blood * tube.brightness[channel.index])
    });
    let [lateral, axial] = channel.spread_um;
    let [dx, dy, dz] = config.spacing_um();
    blur(image, [lateral / dx, lateral / dy, axial / dz])
}

/// Adds decay, gain, background and streaks.
fn expose(
    out: &mut ArrayViewMut3<'_, f32>,
    tissue: &Array3<f32>,
    scene: &Scene<'_>,
    channel: &Channel,
    streams: Streams,
) {
    let config = scene.config;
    let dz = config.spacing_um()[2];
    let sigma_vox = channel.noise_sigma_um / dz;
    let decay_um = config.decay_um * channel.decay;
    out.axis_iter_mut(Axis(1))
        .into_par_iter()
        .enumerate()
        .for_each(|(y, mut slice)| {
            let mut image = noise::background(config, y, channel.index, sigma_vox, streams);
            noise::add_streaks(&mut image.view_mut(), config, y, streams);
            let gain = noise::gain(config, y, streams);
            for ((x, z), value) in slice.indexed_iter_mut() {
                let below = ((z as f64 + 0.5) * dz - scene.skin.top_um[[x, y]]).max(0.0);
                let factor = gain[x] * libm::exp(-below / decay_um);
                *value = image[[x, z]] + factor as f32 * tissue[[x, y, z]];
            }
        });
}
