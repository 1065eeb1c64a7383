//! ImageDescription of tifffile: JSON with the shape of the array (tifffile, `json_description`).

use serde_json::Value;

use super::axes::{Axes, Counts};

/// The shape of an array, and the names of its axes if stated.
pub(super) struct Shaped {
    shape: Vec<usize>,
    axes: Option<Vec<char>>,
}

/// The shape that a text describes; `None` for other texts.
pub(super) fn parse(text: &str) -> Option<Shaped> {
    let value: Value = serde_json::from_str(text.trim()).ok()?;
    let shape = value.get("shape")?.as_array()?;
    let shape: Option<Vec<usize>> = shape
        .iter()
        .map(|n| usize::try_from(n.as_u64()?).ok())
        .collect();
    let axes = value.get("axes").and_then(Value::as_str);
    Some(Shaped {
        shape: shape?,
        axes: axes.map(|axes| axes.chars().collect()),
    })
}

impl Shaped {
    /// The extents.
    pub(super) fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// Whether the array fits into one page of so many values.
    pub(super) fn is_page(&self, page_values: usize) -> bool {
        let values = self
            .shape
            .iter()
            .try_fold(1_usize, |n, extent| n.checked_mul(*extent));
        values == Some(page_values)
    }

    /// The order of the pages: the last axes are those of a page, which has `page_values` values; the others are slices,
    /// or what their names say.
    ///
    /// # Errors
    /// Several axes of pages without names; time points.
    pub(super) fn axes(&self, pages: usize, page_values: usize) -> Result<Axes, String> {
        let Some(leading) = self.leading(pages, page_values) else {
            let shape = &self.shape;
            let note = format!(
                "the description of an array {shape:?} does not fit the pages and is not used"
            );
            return Ok(Axes {
                notes: vec![note],
                ..Axes::slices(pages)
            });
        };
        let named = self
            .axes
            .as_ref()
            .filter(|axes| axes.len() == self.shape.len());
        let letter = |axis: usize| named.map(|axes| axes[axis].to_ascii_uppercase());
        let long: Vec<usize> = (0..leading).filter(|axis| self.shape[*axis] > 1).collect();
        let mut counts = Counts {
            channels: 1,
            slices: 1,
            times: 1,
        };
        let mut order = Vec::new();
        for axis in long.iter().rev() {
            let count = self.shape[*axis];
            let (slot, letter) = match letter(*axis) {
                Some('C') => (&mut counts.channels, 'c'),
                Some('T') => (&mut counts.times, 't'),
                Some('Z') => (&mut counts.slices, 'z'),
                None | Some('Q' | 'I') if long.len() == 1 => (&mut counts.slices, 'z'),
                _ => return Err(self.unclear()),
            };
            if *slot > 1 {
                return Err(self.unclear());
            }
            *slot = count;
            order.push(letter);
        }
        order.extend(
            "czt"
                .chars()
                .filter(|letter| !order.contains(letter))
                .collect::<Vec<_>>(),
        );
        match order[..] {
            [fast, middle, slow] => Axes::ordered(counts, [fast, middle, slow]),
            _ => Err(self.unclear()),
        }
    }

    /// Number of leading axes that count the pages; `None` when they do not.
    fn leading(&self, pages: usize, page_values: usize) -> Option<usize> {
        let product = |axes: &[usize]| {
            axes.iter()
                .try_fold(1_usize, |n, extent| n.checked_mul(*extent))
        };
        let described = product(&self.shape)?;
        let planes = described / page_values.max(1);
        let fits = planes * page_values == described && (planes == pages || pages == 1);
        (0..self.shape.len()).find(|axis| fits && product(&self.shape[..*axis]) == Some(planes))
    }

    fn unclear(&self) -> String {
        let shape = &self.shape;
        let named = match &self.axes {
            Some(axes) => format!(" with the axes {}", axes.iter().collect::<String>()),
            None => String::new(),
        };
        format!(
            "TIFF: the file holds an array {shape:?}{named}; which axis is depth and which channels is not clear: save it as an ImageJ or OME-TIFF stack"
        )
    }
}
