//! Lengths with units, as ImageJ and OME write them.

/// A length in mm; `None` when it is not positive and finite, or its unit is not a length (such as `pixel`).
pub(super) fn in_mm(length: f64, unit: &str) -> Option<f64> {
    // Divisions keep 0.65 µm the double nearest to 0.00065 mm.
    let mm = match unit.trim().trim_matches('"') {
        "km" => length * 1e6,
        "hm" => length * 1e5,
        "dam" => length * 1e4,
        "dm" => length * 100.0,
        "pm" => length / 1e9,
        "fm" => length / 1e12,
        // The letter and the unit sign of Unicode.
        "Å" | "\u{212b}" | "angstrom" | "Angstrom" => length / 1e7,
        "thou" | "mil" => length * 0.0254,
        "li" => length * 25.4 / 12.0,
        "pt" => length * 25.4 / 72.0,
        "ft" => length * 304.8,
        "yd" => length * 914.4,
        "m" | "meter" | "metre" => length * 1000.0,
        "cm" => length * 10.0,
        "mm" | "millimeter" | "millimetre" => length,
        // The micro sign, the Greek letter, and ImageJ's escaped micro sign.
        "µm" | "μm" | "\\u00B5m" | "um" | "micron" | "microns" | "micrometer" | "micrometre" => {
            length / 1e3
        }
        "nm" | "nanometer" | "nanometre" => length / 1e6,
        "inch" | "in" => length * 25.4,
        _ => return None,
    };
    (mm.is_finite() && mm > 0.0).then_some(mm)
}
