//! Writes a figure.

use std::path::Path;

use rsom_io::ports::PROVENANCE_KEY;
use rsom_stage::{Invocation, StageError, atomic};

use crate::{Scene, png_file, raster, svg};

/// Scale of a PNG of a line figure: 300 dots per inch at a width of 160 mm.
pub(super) const PRINT_SCALE: usize = 3;

/// Writes a scene to the output `output`, in the format of its file name, with its provenance.
///
/// A PNG has `scale` × `scale` pixels per pixel of the scene.
pub(super) fn write(
    invocation: &Invocation,
    scene: &Scene,
    scale: usize,
) -> Result<(), StageError> {
    let path = invocation.output("output")?;
    let provenance = invocation.provenance()?.to_string();
    let bytes = if is_svg(path) {
        svg::document(scene, &provenance).map(String::into_bytes)
    } else {
        png_file::encode(
            &raster::paint(scene, scale),
            &[(PROVENANCE_KEY, &provenance)],
        )
    };
    let bytes = bytes.map_err(|e| StageError::output(path, e))?;
    atomic::write_bytes(path, &bytes)
}

fn is_svg(path: &Path) -> bool {
    path.extension()
        .is_some_and(|e| e.eq_ignore_ascii_case("svg"))
}
