//! Reflections: the sensor or the skin reflects sound, which appears again deeper, fainter and blurred.

use ndarray::{ArrayView1, ArrayViewMut1};

use crate::Config;
use crate::anatomy::skin::Skin;
use crate::physics::settings::Physics;
use crate::random::field::Field;
use crate::random::streams::{Purpose, Streams};
use crate::rendering::blur::gaussian;

/// Mean number of reflections.
const COUNT: f64 = 1.5;
/// Standard deviations along depth, in µm: of the blur of an echo, and of a layer.
const ECHO_SIGMA_UM: f64 = 12.0;
const LAYER_SIGMA_UM: f64 = 18.0;
/// Intensity of a layer at strength 1, on the scale 0–255, and the length over which it changes, in µm.
const LAYER_INTENSITY: f64 = 400.0;
const LAYER_LENGTH_UM: f64 = 500.0;
/// Strength in each channel: high frequencies lose more at each surface.
const CHANNEL_SHARES: [f64; 2] = [1.0, 0.5];

/// Origin of a reflection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    /// The scan itself, a second time.
    Echo,
    /// A layer parallel to the plane of the sensor.
    Sensor,
    /// A layer parallel to the skin surface.
    Surface,
}

/// One reflection.
struct Reflection {
    source: Source,
    offset_um: f64,
    strength: f64,
    field: Field,
}

/// The reflections of a scan, the same in all channels.
pub(crate) struct Reflections<'a> {
    config: &'a Config,
    skin: &'a Skin,
    list: Vec<Reflection>,
}

impl<'a> Reflections<'a> {
    /// Draws one or two reflections, or none if the strength is 0; the second is deeper and fainter than the first.
    pub fn draw(config: &'a Config, physics: &Physics, skin: &'a Skin, streams: Streams) -> Self {
        let mut draw = streams.open(Purpose::Reflections, 0);
        let count = match physics.reflection {
            0.0 => 0,
            _ => draw.count(COUNT),
        };
        let list = (1..=count)
            .map(|order| Reflection {
                source: match draw.uniform(0.0, 3.0) as usize {
                    0 => Source::Echo,
                    1 => Source::Sensor,
                    _ => Source::Surface,
                },
                offset_um: physics.reflection_offset_um * order as f64 * draw.uniform(0.8, 1.2),
                strength: physics.reflection / order as f64,
                field: Field::lateral(&mut draw, LAYER_LENGTH_UM),
            })
            .collect();
        Self { config, skin, list }
    }

    /// Adds the reflections to one column along depth of one channel.
    pub fn add(
        &self,
        out: &mut ArrayViewMut1<'_, f32>,
        tissue: &ArrayView1<'_, f32>,
        [x, y, channel]: [usize; 3],
    ) {
        for reflection in &self.list {
            let strength = reflection.strength * CHANNEL_SHARES[channel];
            match reflection.source {
                Source::Echo => self.echo(out, tissue, reflection.offset_um, strength),
                Source::Sensor => self.layer(out, reflection, strength, [x, y, 0]),
                Source::Surface => self.layer(out, reflection, strength, [x, y, 1]),
            }
        }
    }

    fn echo(
        &self,
        out: &mut ArrayViewMut1<'_, f32>,
        tissue: &ArrayView1<'_, f32>,
        offset_um: f64,
        strength: f64,
    ) {
        let dz = self.config.spacing_um()[2];
        let weights = gaussian(ECHO_SIGMA_UM / dz);
        let lag = (offset_um / dz).round() as usize;
        for (z, value) in out.iter_mut().enumerate().skip(lag) {
            let sum: f32 = weights
                .iter()
                .enumerate()
                .filter_map(|(k, weight)| {
                    let from = (z - lag + k).checked_sub(weights.len() / 2)?;
                    tissue.get(from).map(|v| weight * v)
                })
                .sum();
            *value += strength as f32 * sum;
        }
    }

    fn layer(
        &self,
        out: &mut ArrayViewMut1<'_, f32>,
        reflection: &Reflection,
        strength: f64,
        [x, y, below_surface]: [usize; 3],
    ) {
        let dz = self.config.spacing_um()[2];
        let start = below_surface as f64 * self.skin.top_um[[x, y]];
        let depth = start + reflection.offset_um;
        let uneven = reflection.field.at(self.config.center_um([x, y, 0]));
        let height = strength * LAYER_INTENSITY * (0.6 + 0.4 * uneven).clamp(0.1, 1.4);
        for (z, value) in out.iter_mut().enumerate() {
            let away = ((z as f64 + 0.5) * dz - depth) / LAYER_SIGMA_UM;
            if away.abs() < 4.0 {
                *value += (height * libm::exp(-away * away / 2.0)) as f32;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array1;

    use super::*;
    use crate::phantom::tests::small;
    use crate::physics::settings::tests::off;

    #[test]
    fn an_echo_is_the_scan_once_more_fainter_and_deeper() {
        let config = small();
        let skin = Skin::new(&config, Streams::new(1)).unwrap();
        let none = Reflections::draw(&config, &off(), &skin, Streams::new(1));
        assert!(none.list.is_empty());
        let mut tissue = Array1::zeros(100);
        tissue[20] = 10.0;
        let mut out = Array1::zeros(100);
        none.echo(&mut out.view_mut(), &tissue.view(), 120.0, 0.2);
        assert!((out.sum() - 2.0_f32).abs() < 1e-4);
        let peak = out.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
        assert_eq!(peak.map(|(z, _)| z), Some(60));
    }

    #[test]
    fn layers_follow_the_sensor_or_the_surface() {
        let config = small();
        let skin = Skin::new(&config, Streams::new(1)).unwrap();
        let physics = Physics {
            reflection: 0.2,
            reflection_offset_um: 100.0,
            ..off()
        };
        let depth_of = |reflections: &Reflections<'_>, x: usize, surface: usize| {
            let mut out = Array1::<f32>::zeros(100);
            reflections.layer(
                &mut out.view_mut(),
                &reflections.list[0],
                1.0,
                [x, 0, surface],
            );
            let moment = out
                .iter()
                .enumerate()
                .map(|(z, v)| (z as f64 + 0.5) * f64::from(*v));
            3.0 * moment.sum::<f64>() / f64::from(out.sum())
        };
        let reflections = Reflections::draw(&config, &physics, &skin, Streams::new(1));
        let offset = reflections.list[0].offset_um;
        for x in [0, 20, 47] {
            assert!((depth_of(&reflections, x, 0) - offset).abs() < 1.0);
            let below = depth_of(&reflections, x, 1) - skin.top_um[[x, 0]];
            assert!((below - offset).abs() < 1.0, "{below} against {offset}");
        }
    }
}
