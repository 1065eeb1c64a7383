//! The rule `simple` keeps its bytes: studies refer to phantoms by their seeds.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use rsom_phantom::{Config, Phantom, generate};

fn scene() -> Config {
    Config {
        shape: [48, 8, 100],
        spacing_mm: [0.012, 0.012, 0.003],
        surface_depth_um: 50.0,
        curvature_radius_mm: 25.0,
        tilt_deg: 0.5,
        undulation_um: 5.0,
        undulation_length_um: 800.0,
        epidermis_um: 90.0,
        epidermis_sd_um: 6.0,
        melanin: 130.0,
        gap_fraction: 0.25,
        gap_length_um: 60.0,
        raggedness_um: 6.0,
        loops_per_mm2: 120.0,
        vessels_per_mm2: 12.0,
        blood: 250.0,
        decay_um: 300.0,
        noise: 14.0,
        streaks_per_b_scan: 4.0,
        subject_spread: 0.12,
        physics: None,
        trees: None,
    }
}

/// FNV-1a of all that a phantom holds.
fn fingerprint(phantom: &Phantom) -> u64 {
    let intensities = phantom
        .scan
        .intensities()
        .iter()
        .flat_map(|v| v.to_le_bytes());
    let masks = [&phantom.layer, &phantom.vessels];
    let masks = masks
        .into_iter()
        .flat_map(|m| m.voxels().iter().map(|v| u8::from(*v)));
    let surface = phantom.surface_vox.iter().flat_map(|v| v.to_le_bytes());
    intensities
        .chain(masks)
        .chain(surface)
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        })
}

#[test]
fn the_simple_rule_gives_the_bytes_it_always_gave() {
    let found: Vec<u64> = (1..=3)
        .map(|seed| fingerprint(&generate(&scene(), seed).unwrap()))
        .collect();
    let wide = Config {
        shape: [60, 21, 180],
        spacing_mm: [0.01, 0.016, 0.004],
        vessels_per_mm2: 60.0,
        ..scene()
    };
    let wide = fingerprint(&generate(&wide, 9).unwrap());
    // Computed by the renderer before there was a second rule.
    assert_eq!(
        found,
        [
            0xf7d9_8f7a_02a8_9a2c,
            0x17f7_e381_72eb_792c,
            0x91fc_71fa_9c90_8f98
        ]
    );
    assert_eq!(wide, 0x0704_91cf_cc6a_558a);
}
