//! Writes a figure.

use std::path::Path;

use rsom_io::ports::PROVENANCE_KEY;
use rsom_stage::{Invocation, StageError, atomic, log};

use crate::scene::Item;
use crate::{Scene, font, paint, pdf, png_file, svg};

const MM_PER_INCH: f64 = 25.4;

/// Width in pixels of the PNG of a scene with so many pixels per inch; at least so many where each pixel of the scene has a whole number.
fn pixels(scene: &Scene, dpi: u32) -> u32 {
    let wanted = scene.width_mm / MM_PER_INCH * f64::from(dpi);
    if scene.has_voxels {
        let times = (wanted / scene.width).ceil().max(1.0);
        return (times * scene.width) as u32;
    }
    wanted.round() as u32
}

/// Writes a scene to the output `output`, in the format of its file name, with its provenance.
pub(super) fn write(invocation: &Invocation, scene: &Scene, dpi: u32) -> Result<(), StageError> {
    let path = invocation.output("output")?;
    let provenance = invocation.provenance()?.to_string();
    let failed = |e: &dyn std::fmt::Display| StageError::output(path, e);
    let missing = missing_letters(scene);
    if !missing.is_empty() && !ends(path, "svg") {
        log::warn(format_args!(
            "{}: the font has no {missing}: they are boxes; 'names' gives other words, and an SVG takes them from a font of its reader",
            path.display()
        ));
    }
    let bytes = if ends(path, "pdf") {
        pdf::document(scene, &provenance)
    } else if ends(path, "svg") {
        svg::document(scene, &provenance)
            .map_err(|e| failed(&e))?
            .into_bytes()
    } else {
        let document = svg::document(scene, "").map_err(|e| failed(&e))?;
        let picture = paint::paint(&document, pixels(scene, dpi)).map_err(|e| failed(&e))?;
        // The keyword that PNG has for it.
        let texts = [
            (PROVENANCE_KEY, provenance.as_str()),
            ("Description", scene.caption.as_str()),
        ];
        png_file::encode_sized(&picture, Some(scene.width_mm), &texts).map_err(|e| failed(&e))?
    };
    atomic::write_bytes(path, &bytes)
}

/// The letters of a scene that the font lacks, each once: `皮, 膚`.
fn missing_letters(scene: &Scene) -> String {
    let mut letters: Vec<String> = Vec::new();
    for item in &scene.items {
        let Item::Text(text) = item else {
            continue;
        };
        for glyph in font::glyphs(&text.words, text.bold) {
            let letter = glyph.letter.to_string();
            if glyph.id == 0 && !letters.contains(&letter) {
                letters.push(letter);
            }
        }
    }
    letters.join(", ")
}

fn ends(path: &Path, ending: &str) -> bool {
    path.extension()
        .is_some_and(|e| e.eq_ignore_ascii_case(ending))
}
