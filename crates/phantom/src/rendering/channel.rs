//! The two channels of the scanner.

use crate::physics::band::Band;

/// Properties of a channel.
pub(crate) struct Channel {
    /// Index in the scan.
    pub index: usize,
    /// Name.
    pub name: &'static str,
    /// Frequency band.
    pub band: Band,
    /// Intensity of melanin, relative.
    pub melanin: f64,
    /// Factor on the decay depth, for the simple rule.
    pub decay: f64,
    /// Point spread: standard deviations in µm, lateral and axial.
    pub spread_um: [f64; 2],
    /// Standard deviation in µm of the smoothing of the background along depth.
    pub noise_sigma_um: f64,
}

/// LF and HF.
pub(crate) const CHANNELS: [Channel; 2] = [
    Channel {
        index: 0,
        name: "LF",
        band: Band::LF,
        melanin: 0.6,
        decay: 1.3,
        spread_um: [14.0, 8.0],
        noise_sigma_um: 7.0,
    },
    Channel {
        index: 1,
        name: "HF",
        band: Band::HF,
        melanin: 1.0,
        decay: 0.8,
        spread_um: [7.0, 3.5],
        noise_sigma_um: 3.0,
    },
];
