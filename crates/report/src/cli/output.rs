//! Writing a figure.

use std::path::Path;

use rsom_io::ports::PROVENANCE_KEY;
use rsom_stage::{Invocation, StageError, atomic};

use crate::{Scene, png_file, raster, svg};

/// Pixels of a PNG for each pixel of a figure of lines: 300 dots per inch at 160 mm.
pub(super) const PRINT_SCALE: usize = 3;

/// Writes a scene to the output `output`, in the format that its name says, with its provenance inside.
///
/// A PNG has `scale` pixels for each of the scene's.
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
