//! Tubes of blood along smooth lines.

/// What a tube is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A capillary loop.
    Loop,
    /// A vessel of the plexus and below.
    Vessel,
    /// A hair.
    Hair,
    /// A grain of pigment on the skin: a ball.
    Grain,
}

/// A tube of one radius along a line of points, and how brightly each channel sees it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tube {
    /// Points of the center line in µm.
    pub points_um: Vec<[f64; 3]>,
    /// Radius.
    pub radius_um: f64,
    /// Factors on the intensity of blood in LF and HF, by the simple rule.
    pub brightness: [f64; 2],
    /// The factor that is the tube's own: how much light it absorbs beside others of its kind.
    pub strength: f64,
    /// What it is.
    pub kind: Kind,
}

/// Radius at which both channels see a vessel alike: thicker ones shine in LF, thinner ones in HF.
const EVEN_RADIUS_UM: f64 = 22.0;

/// What LF and HF see of a vessel: r²/(r² + r₀²) and the rest.
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
