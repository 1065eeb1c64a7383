//! Tubes along smooth lines: vessels, loops, hairs and grains.

/// The structure that a tube represents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A capillary loop.
    Loop,
    /// A vessel in or below the plexus.
    Vessel,
    /// A hair.
    Hair,
    /// A grain of pigment on the skin: a ball.
    Grain,
}

/// A tube of constant radius along a line, with its brightness in each channel.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tube {
    /// Points of the center line in µm.
    pub points_um: Vec<[f64; 3]>,
    /// Radius in µm.
    pub radius_um: f64,
    /// Factors on the intensity of blood in LF and HF, for the simple rule.
    pub brightness: [f64; 2],
    /// Absorption of light relative to other tubes of this kind.
    pub strength: f64,
    /// The structure that it represents.
    pub kind: Kind,
}

/// Radius at which both channels show a vessel equally: thicker vessels are brighter in LF, thinner ones in HF.
const EVEN_RADIUS_UM: f64 = 22.0;

/// Share of a vessel's intensity in LF and HF: r²/(r² + r₀²), and one minus this.
pub(crate) fn shares_by_radius(radius_um: f64) -> [f64; 2] {
    let square = (radius_um / EVEN_RADIUS_UM).powi(2);
    let low = square / (square + 1.0);
    [low, 1.0 - low]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thick_vessels_shine_in_lf_and_thin_ones_in_hf() {
        assert!(shares_by_radius(50.0)[0] > 0.8 && shares_by_radius(8.0)[1] > 0.8);
        assert_eq!(shares_by_radius(EVEN_RADIUS_UM), [0.5, 0.5]);
    }
}
