//! Pictures: pixels.

use std::path::Path;

use rsom_formats::images::{Picture, Reading, Stack, read_pictures};

use super::degree::Agreement;
use super::numbers::Numbers;

/// Compares two pictures. Scale of the differences: the largest value of a pixel.
pub(super) fn compare(a: &Path, b: &Path) -> Result<Agreement, String> {
    let read = |path: &Path| -> Result<Stack, String> {
        read_pictures(path, Reading::STORED).map_err(|e| e.to_string())
    };
    let (a, b) = (read(a)?, read(b)?);
    let shape = |picture: &Picture| [picture.width, picture.height, picture.channels];
    let shapes = |stack: &Stack| stack.slices.iter().map(shape).collect::<Vec<_>>();
    if shapes(&a) != shapes(&b) {
        return Err(format!(
            "they have the sizes {:?} and {:?}",
            shapes(&a),
            shapes(&b)
        ));
    }
    let mut numbers = Numbers::default();
    for (a, b) in a.slices.iter().zip(&b.slices) {
        numbers.add_all(&a.values, &b.values);
    }
    Ok(numbers.agreement())
}
