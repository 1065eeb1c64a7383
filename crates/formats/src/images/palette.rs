//! Pictures with a palette: each value is an index of a color.

use super::reading::{Content, PaletteUse, Reading};
use super::{Picture, Sample};

/// A picture with a palette as values: indices or colors, as the reading says.
///
/// Without a choice, indices are the values of masks and labels, and colors those of intensities in a PNG. Two cases
/// have two readings, so they need a choice: a TIFF of intensities (programs store gray values with a false-color
/// palette), and masks or labels whose palette is gray and disagrees with the indices.
///
/// # Errors
/// An index outside the palette; a case that needs a choice, with both readings.
pub(super) fn resolve(
    indices: Picture,
    colors: &[[u16; 3]],
    reading: Reading,
    is_tiff: bool,
) -> Result<Picture, String> {
    let mut used = vec![false; colors.len()];
    for index in &indices.values {
        let slot = used.get_mut(*index as usize).ok_or_else(|| {
            let count = colors.len();
            format!("index {index} is outside its palette of {count} colors")
        })?;
        *slot = true;
    }
    let choice = match (reading.palette, reading.content) {
        (Some(choice), _) => choice,
        (None, Content::Intensities) if is_tiff => {
            return Err(two_readings("the picture has a palette"));
        }
        (None, Content::Intensities) => PaletteUse::Colors,
        (None, content) => {
            let differs = |index: usize, gray: u16| match content {
                Content::Mask => (index == 0) != (gray == 0),
                _ => index != usize::from(gray),
            };
            let used = || {
                used.iter()
                    .zip(colors)
                    .enumerate()
                    .filter(|(_, (used, _))| **used)
            };
            let gray = is_gray(colors);
            if gray && used().any(|(index, (_, color))| differs(index, color[0])) {
                return Err(two_readings("the picture has a palette of grays"));
            }
            PaletteUse::Indices
        }
    };
    Ok(match choice {
        PaletteUse::Indices => indices,
        PaletteUse::Colors => looked_up(&indices, colors),
    })
}

fn two_readings(what: &str) -> String {
    format!(
        "{what}: the values may be its indices or its colors; choose with --palette indices or --palette colors"
    )
}

fn is_gray(colors: &[[u16; 3]]) -> bool {
    colors.iter().all(|[r, g, b]| r == g && g == b)
}

/// Replaces indices by colors: one channel when every color of the palette is gray, else red, green and blue.
fn looked_up(indices: &Picture, colors: &[[u16; 3]]) -> Picture {
    let deep = colors.iter().flatten().any(|part| *part > 255);
    let gray = is_gray(colors);
    let channels = if gray { 1 } else { 3 };
    let values = indices.values.iter().flat_map(|index| {
        let color = colors[*index as usize];
        color.into_iter().take(channels).map(f64::from)
    });
    Picture {
        channels,
        rgb: !gray,
        sample: if deep { Sample::UINT16 } else { Sample::UINT8 },
        values: values.collect(),
        ..*indices
    }
}
