//! What every figure shares: its outputs, its style, its width, the pixels of a PNG.

use rsom_formats::table::Column;
use rsom_measures::Metric;
use rsom_parameters::Parameters;
use rsom_stage::{Command, Invocation, Kind, Port, StageError, yaml};
use serde_json::{Map, Value};

use super::{data, output};
use crate::Scene;
use crate::chart::{Look, Style};
use crate::scene::{DOUBLE_COLUMN_MM, SINGLE_COLUMN_MM};

/// Smallest and largest width in mm.
const WIDTHS_MM: [f64; 2] = [40.0, 500.0];

/// Parameters of every figure.
#[derive(Debug, Parameters)]
pub(super) struct Print {
    /// Width in print: single (one column of a journal, 85 mm), double (two columns, 175 mm), or a number of mm.
    #[parameter(default = "double", check = is_width)]
    width: String,
    /// Pixels of a PNG per inch in print.
    #[parameter(default = 300, min = 72, max = 1200)]
    dpi: u32,
}

/// The same command with what every figure has: the input `style`, the outputs `output` and `data`.
pub(super) fn figure(command: Command) -> Command {
    let style = "Style of the figure (YAML): font_size, line_width, marker_size, colors, markers, dashes, background, grid, aspect";
    let data = "The numbers of the figure, as they are drawn (.csv)";
    command
        .input(Port::optional("style", Kind::Document, style))
        .output(Port::required(
            "output",
            Kind::Figure,
            "Figure: .svg, .png or .pdf",
        ))
        .output(Port::optional("data", Kind::Document, data))
}

impl Print {
    /// The style at the width.
    ///
    /// # Errors
    /// Exit code 3: the file of the style cannot be read, or has a wrong key or value.
    pub fn look(&self, invocation: &Invocation) -> Result<Look, StageError> {
        let width_mm = width_mm(&self.width).unwrap_or(DOUBLE_COLUMN_MM);
        let Some(path) = invocation.optional_input("style") else {
            let style = Style::from_map(&Map::new()).map_err(StageError::failure)?;
            return Ok(Look::new(style, width_mm));
        };
        let text = std::fs::read_to_string(path).map_err(|e| StageError::input(path, e))?;
        let style = style(&text).map_err(|fault| StageError::input(path, fault))?;
        Ok(Look::new(style, width_mm))
    }

    /// Writes a figure with its caption and, if they are wanted, its numbers. The notes below the figure are part of its caption.
    ///
    /// # Errors
    /// Exit code 4: a file cannot be written.
    pub fn write(
        &self,
        invocation: &Invocation,
        (scene, caption): (Scene, &str),
        columns: impl FnOnce() -> Vec<Column>,
    ) -> Result<(), StageError> {
        let notes = capitalized(&scene.caption);
        let scene = Scene {
            caption: format!("{caption} {notes}").trim_end().to_owned(),
            ..scene.readable()
        };
        output::write(invocation, &scene, self.dpi)?;
        data::write(invocation, columns)
    }
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

/// The titles of metrics as a list: `Dice and roughness Ra`.
pub(super) fn metrics_in_words(metrics: &[String]) -> String {
    let titles = metrics.iter().map(|name| {
        let (name, rest) = name
            .split_once('@')
            .map_or((name.as_str(), ""), |(n, r)| (n, r));
        let title = Metric::named(name).map_or(name, |known| known.title);
        match rest {
            "" => title.to_owned(),
            surface => format!("{title} ({surface})"),
        }
    });
    in_words(&titles.collect::<Vec<_>>())
}

/// `a, b and c`.
pub(super) fn in_words(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// Reads a style; keys that are left out have their defaults.
fn style(text: &str) -> Result<Style, String> {
    let values: Option<Map<String, Value>> = yaml::from_str(text).map_err(|e| e.to_string())?;
    let values = values.unwrap_or_default();
    let known: Vec<String> = Style::declare().into_iter().map(|p| p.name).collect();
    if let Some(key) = values.keys().find(|key| !known.contains(key)) {
        let nearest = known.iter().min_by_key(|name| distance(key, name));
        let hint = match nearest.filter(|name| distance(key, name) <= key.len().div_ceil(3)) {
            Some(name) => format!("did you mean '{name}'?"),
            None => format!("known: {}", known.join(", ")),
        };
        return Err(format!("unknown key '{key}' ({hint})"));
    }
    Style::from_map(&values).map_err(|fault| fault.to_string())
}

/// Number of letters to insert, remove or replace between two words (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, letter) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for j in 0..b.len() {
            let replaced = diagonal + usize::from(letter != b[j]);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

fn is_width(text: &String) -> Result<(), String> {
    match width_mm(text) {
        Some(_) => Ok(()),
        None => Err(format!(
            "'{text}' is no width; write single, double, or a number of mm from {} to {}",
            WIDTHS_MM[0], WIDTHS_MM[1]
        )),
    }
}

fn width_mm(text: &str) -> Option<f64> {
    match text {
        "single" => Some(SINGLE_COLUMN_MM),
        "double" => Some(DOUBLE_COLUMN_MM),
        number => {
            let [least, most] = WIDTHS_MM;
            number.parse().ok().filter(|mm| (least..=most).contains(mm))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_words_or_millimetres() {
        let found = ["single", "double", "120.5", "7", "wide"].map(width_mm);
        assert_eq!(found, [Some(85.0), Some(175.0), Some(120.5), None, None]);
    }

    #[test]
    fn a_style_names_its_mistakes() {
        assert_eq!(style("").unwrap(), Style::from_map(&Map::new()).unwrap());
        assert_eq!(style("font_size: 9").unwrap().font_size, 9.0);
        let said = |text: &str| style(text).unwrap_err();
        assert_eq!(
            said("fontsize: 9"),
            "unknown key 'fontsize' (did you mean 'font_size'?)"
        );
        assert!(said("title: x").starts_with("unknown key 'title' (known: font_size, line_width"));
        assert!(said("font_size: 4").contains("below the smallest allowed value 6"));
        assert!(said("colors: [red]").contains("'red' is no color"));
        assert!(said("markers: [star]").contains("disc"));
    }
}
