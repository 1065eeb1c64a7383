//! The settings of a scene as parameters, with their defaults.

use rsom_stage::Parameter;

/// One parameter for each field of [`crate::Config`], whose check holds the exact ranges.
pub(super) fn parameters() -> Vec<Parameter> {
    let grid = [
        Parameter::integers("shape", "Number of voxels along x, y, z")
            .count(3)
            .at_least(1.0)
            .default([333, 171, 500].as_slice())
            .unit("voxels"),
        Parameter::numbers("spacing_mm", "Voxel size along x, y, z")
            .count(3)
            .default([0.012, 0.012, 0.003].as_slice())
            .unit("mm"),
    ];
    grid.into_iter().chain(NUMBERS.iter().map(number)).collect()
}

/// A number that is not negative.
struct Number {
    name: &'static str,
    default: f64,
    unit: &'static str,
    about: &'static str,
}

const fn of(name: &'static str, default: f64, unit: &'static str, about: &'static str) -> Number {
    Number {
        name,
        default,
        unit,
        about,
    }
}

#[rustfmt::skip]
const NUMBERS: [Number; 18] = [
    of("surface_depth_um", 60.0, "µm", "Depth at which the skin comes closest to the top of the scan"),
    of("curvature_radius_mm", 25.0, "mm", "Radius of the skin's curvature; 0 for a plane"),
    of("tilt_deg", 0.3, "degrees", "Standard deviation of the tilt along x and along y"),
    of("undulation_um", 3.0, "µm", "Standard deviation of the surface's waves"),
    of("undulation_length_um", 1000.0, "µm", "Correlation length of the waves and of the thickness"),
    of("epidermis_um", 90.0, "µm", "Mean thickness of the epidermis"),
    of("epidermis_sd_um", 4.0, "µm", "Standard deviation of the thickness within a scan"),
    of("melanin", 150.0, "of 255", "Intensity of melanin at its brightest"),
    of("gap_fraction", 0.3, "of the columns", "Share in which melanin has a gap"),
    of("gap_length_um", 80.0, "µm", "Correlation length of the gaps"),
    of("raggedness_um", 6.0, "µm", "How far melanin stays short of the layer's boundaries, irregularly (mean)"),
    of("loops_per_mm2", 100.0, "per mm²", "Capillary loops below the epidermis"),
    of("vessels_per_mm2", 12.0, "per mm²", "Vessels of the plexus and below"),
    of("blood", 300.0, "of 255", "Intensity inside vessels, before the point spread takes from it"),
    of("decay_um", 400.0, "µm", "Depth over which the signal falls to 1/e"),
    of("noise", 14.0, "of 255", "Standard deviation of the electronic background"),
    of("streaks_per_b_scan", 4.0, "streaks", "Level streaks in a B-scan (mean)"),
    of("subject_spread", 0.12, "of the mean", "Spread of thickness, melanin, gaps, loops, vessels and decay between subjects"),
];

fn number(number: &Number) -> Parameter {
    Parameter::number(number.name, number.about)
        .default(number.default)
        .at_least(0.0)
        .unit(number.unit)
}
