//! The work to time: a network, a shape, a pass.

use serde::{Deserialize, Serialize};

/// The networks of the paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Net {
    /// The U-Net.
    Unet,
    /// The 7-layer FCN.
    Fcn7,
    /// DeepVesselNet with group norm.
    Dvn,
}

/// Type of pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pass {
    /// One prediction.
    Forward,
    /// Forward, backward and a step of Adam.
    Train,
}

/// One row of the comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Work {
    pub net: Net,
    pub pass: Pass,
    /// Rows and columns, or depth, rows and columns.
    pub shape: Vec<usize>,
    pub batch: usize,
    /// Levels of the U-Net.
    pub depth: usize,
    /// log2 of the number of channels in the U-Net's first level.
    pub wf: u32,
}

/// Largest accepted ratios of our time and the faster of PyTorch's layouts, by the set of instructions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    avx2: f64,
    avx512: f64,
}

impl Limits {
    /// The ratio for a set. `None` if there is none for it.
    pub fn of(self, instructions: &str) -> Option<f64> {
        match instructions {
            "avx2" => Some(self.avx2),
            "avx512" => Some(self.avx512),
            _ => None,
        }
    }
}

/// Channels of the FCN's layers.
pub const FCN_CHANNELS: [usize; 6] = [8, 16, 24, 32, 64, 128];
/// Channels and kernels of DeepVesselNet's layers.
pub const VESSEL_LAYERS: [(usize, usize); 4] = [(5, 3), (10, 5), (20, 5), (50, 3)];

impl Net {
    pub const NAMES: [&str; 3] = ["unet", "fcn7", "dvn"];

    pub fn named(name: &str) -> Self {
        match name {
            "unet" => Self::Unet,
            "fcn7" => Self::Fcn7,
            _ => Self::Dvn,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Unet => "unet",
            Self::Fcn7 => "fcn7",
            Self::Dvn => "dvn",
        }
    }
}

impl Pass {
    pub const NAMES: [&str; 2] = ["forward", "train"];

    pub fn named(name: &str) -> Self {
        if name == "train" {
            Self::Train
        } else {
            Self::Forward
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Forward => "forward",
            Self::Train => "train",
        }
    }
}

impl Work {
    /// The rows of the comparison, each with the largest accepted ratios of times.
    pub fn all() -> Vec<(Self, Limits)> {
        let limits = |avx2, avx512| Limits { avx2, avx512 };
        let unet = |pass, size: [usize; 2], batch, depth, wf| Self {
            net: Net::Unet,
            pass,
            shape: size.to_vec(),
            batch,
            depth,
            wf,
        };
        let other = |net, pass, shape: &[usize]| Self {
            net,
            pass,
            shape: shape.to_vec(),
            batch: 1,
            depth: 5,
            wf: 6,
        };
        vec![
            (unet(Pass::Train, [496, 320], 1, 5, 6), limits(0.65, 0.57)),
            (unet(Pass::Forward, [496, 320], 1, 5, 6), limits(0.55, 0.45)),
            (unet(Pass::Train, [256, 256], 1, 4, 4), limits(0.6, 0.6)),
            (unet(Pass::Train, [256, 256], 4, 4, 4), limits(0.6, 0.6)),
            (other(Net::Fcn7, Pass::Train, &[496, 320]), limits(0.5, 0.5)),
            (
                other(Net::Fcn7, Pass::Forward, &[496, 320]),
                limits(0.5, 0.35),
            ),
            (
                other(Net::Dvn, Pass::Train, &[64, 96, 96]),
                limits(0.5, 0.42),
            ),
            (
                other(Net::Dvn, Pass::Forward, &[64, 96, 96]),
                limits(0.45, 0.3),
            ),
        ]
    }

    /// The arguments that both sides are called with.
    pub fn arguments(&self) -> Vec<String> {
        let mut arguments = vec![self.net.name().to_owned(), self.pass.name().to_owned()];
        arguments.push("--shape".into());
        arguments.extend(self.shape.iter().map(ToString::to_string));
        let numbers = [
            ("--batch", self.batch),
            ("--depth", self.depth),
            ("--wf", self.wf as usize),
        ];
        for (name, value) in numbers {
            arguments.extend([name.to_owned(), value.to_string()]);
        }
        arguments
    }

    /// Description for the table.
    pub fn words(&self) -> String {
        let shape: Vec<String> = self.shape.iter().map(ToString::to_string).collect();
        let net = match self.net {
            Net::Unet => format!("U-Net depth {}, {} channels", self.depth, 1 << self.wf),
            Net::Fcn7 => "7-layer FCN".to_owned(),
            Net::Dvn => "DeepVesselNet".to_owned(),
        };
        let pass = match self.pass {
            Pass::Forward => "forward",
            Pass::Train => "training step",
        };
        format!(
            "{net}, 2 × {}, batch {}, {pass}",
            shape.join(" × "),
            self.batch
        )
    }

    /// Floating-point operations of direct convolution, with two per multiply-add: a convolution takes the same number
    /// forward, for the gradient of its weights, and for the gradient of its input, which the first layer does not
    /// need.
    pub fn operations(&self) -> f64 {
        let layers = match self.net {
            Net::Unet => self.unet_layers(),
            Net::Fcn7 => self.fcn_layers(),
            Net::Dvn => self.vessel_layers(),
        };
        let forward: f64 = layers.iter().sum();
        let all = match self.pass {
            Pass::Forward => forward,
            Pass::Train => 3.0 * forward - layers[0],
        };
        2.0 * all * self.batch as f64
    }

    /// Multiplications of each layer, for one image.
    fn unet_layers(&self) -> Vec<f64> {
        let pixels = (self.shape[0] * self.shape[1]) as f64;
        let width = |level: usize| f64::from(1_u32 << self.wf) * f64::from(1_u32 << level);
        let at = |level: usize| pixels / f64::from(1_u32 << (2 * level));
        let mut layers = Vec::new();
        for level in 0..self.depth {
            let inputs = if level == 0 { 2.0 } else { width(level - 1) };
            layers.push(9.0 * inputs * width(level) * at(level));
            layers.push(9.0 * width(level) * width(level) * at(level));
        }
        for level in 0..self.depth - 1 {
            layers.push(4.0 * width(level + 1) * width(level) * at(level + 1));
            layers.push(9.0 * width(level + 1) * width(level) * at(level));
            layers.push(9.0 * width(level) * width(level) * at(level));
        }
        layers.push(width(0) * pixels);
        layers
    }

    fn fcn_layers(&self) -> Vec<f64> {
        let pixels = (self.shape[0] * self.shape[1]) as f64;
        let mut inputs = 2.0;
        let mut layers = Vec::new();
        for channels in FCN_CHANNELS {
            layers.push(25.0 * inputs * channels as f64 * pixels);
            inputs = channels as f64;
        }
        layers.push(inputs * pixels);
        layers
    }

    fn vessel_layers(&self) -> Vec<f64> {
        let mut inputs = 2.0;
        let mut shape = self.shape.clone();
        let mut layers = Vec::new();
        for (channels, kernel) in VESSEL_LAYERS {
            shape.iter_mut().for_each(|n| *n -= kernel - 1);
            let voxels = shape.iter().product::<usize>() as f64;
            layers.push((kernel * kernel * kernel * channels) as f64 * inputs * voxels);
            inputs = channels as f64;
        }
        layers.push(inputs * shape.iter().product::<usize>() as f64);
        layers
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_are_counted_as_by_hand() {
        let fcn = Work {
            net: Net::Fcn7,
            pass: Pass::Forward,
            shape: vec![496, 320],
            batch: 1,
            depth: 5,
            wf: 6,
        };
        // 25·(2·8 + 8·16 + 16·24 + 24·32 + 32·64 + 64·128) + 128 multiplications a pixel.
        assert_eq!(fcn.operations(), 2.0 * 288_528.0 * 158_720.0);
        let (unet, _) = Work::all().swap_remove(1);
        assert!(
            (unet.operations() / 233e9 - 1.0).abs() < 0.01,
            "{}",
            unet.operations()
        );
    }
}
