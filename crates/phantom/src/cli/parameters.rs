//! The settings of a scene as parameters, with their defaults.

use rsom_stage::Parameter;

/// One parameter for each setting of a scene, whose check holds the exact ranges.
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
        Parameter::choice("rendering", &["simple", "physical"], "'simple': fixed shares of melanin and vessels; 'physical': light with shadows, bands of sound by vessel diameter, hair, focus, reflections")
            .default("simple"),
    ];
    let trees = [
        Parameter::integer(
            "tree_roots",
            "Roots of the arterial trees, at the bottom of the scan",
        )
        .default(3)
        .at_least(1.0),
        Parameter::numbers(
            "tree_radius_um",
            "Radius of the trees' ends, and the largest radius of a root",
        )
        .count(2)
        .default([9.0, 80.0].as_slice())
        .unit("µm"),
    ];
    let numbers = NUMBERS.iter().map(number);
    let physics = PHYSICS.iter().map(unset);
    grid.into_iter()
        .chain(numbers)
        .chain(TREES.iter().map(number))
        .chain(trees)
        .chain(physics)
        .collect()
}

/// Names of the settings of the physical rule, with what they are unless given.
pub(super) fn physics() -> impl Iterator<Item = (&'static str, f64)> {
    PHYSICS.iter().map(|number| (number.name, number.default))
}

/// Whether a setting is one number, which effects can scale.
pub(super) fn is_number(name: &str) -> bool {
    let lists = [NUMBERS.as_slice(), &TREES, &PHYSICS];
    lists
        .into_iter()
        .flatten()
        .any(|number| number.name == name)
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

#[rustfmt::skip]
const TREES: [Number; 4] = [
    of("tree_terminals_per_mm2", 0.0, "per mm²", "Ends of arterial trees beside the vessels; 0 for no trees"),
    of("tree_plexus_um", 120.0, "µm", "Depth below the epidermis at which tissue demands most of the trees"),
    of("tree_deep_demand", 0.3, "of the plexus", "Demand for oxygen below the plexus"),
    of("tree_tortuosity", 0.08, "of the length", "How far vessels of trees swing"),
];

#[rustfmt::skip]
const PHYSICS: [Number; 12] = [
    of("hairs_per_cm2", 25.0, "per cm²", "Hairs"),
    of("hair", 450.0, "of 255", "Intensity of hair where it is lit fully"),
    of("grains_per_mm2", 0.4, "per mm²", "Grains of pigment on the skin, at least one unless 0: the few voxels far above all others that raw scans have"),
    of("grain", 4200.0, "of 255", "Intensity of grains where they are lit fully"),
    of("shadowing_per_mm", 4.0, "per mm", "Light lost in each mm of blood, or of melanin at its brightest"),
    of("attenuation_db_per_cm_mhz", 0.5, "dB/cm/MHz", "Sound lost on its way up"),
    of("hollowness", 0.7, "of the intensity", "How dark vessels are inside that are wider than the waves of a channel"),
    of("limited_view", 0.7, "of the intensity", "How much vessels lose that run along depth"),
    of("focus_depth_um", 450.0, "µm", "Depth at which the point spread is narrowest"),
    of("focus_range_um", 700.0, "µm", "Distance from the focus at which the point spread is √2 times as wide; 0 for one width"),
    of("reflection", 0.05, "of the intensity", "Strength of reflections"),
    of("reflection_offset_um", 450.0, "µm", "Mean depth of the first reflection below what it reflects"),
];

/// A number of the physical rule, which has its value only there.
fn unset(number: &Number) -> Parameter {
    let about = format!(
        "{} [unset: {} by the physical rule]",
        number.about, number.default
    );
    Parameter::number(number.name, &about)
        .at_least(0.0)
        .unit(number.unit)
}

fn number(number: &Number) -> Parameter {
    Parameter::number(number.name, number.about)
        .default(number.default)
        .at_least(0.0)
        .unit(number.unit)
}
