//! Fills the template of the page.

use minijinja::{AutoEscape, Environment, UndefinedBehavior, context};
use rsom_stage::StageError;

use super::content::Content;
use super::place::Place;

const PAGE: &str = include_str!("templates/page.html");
const STYLE: &str = include_str!("templates/style.css");
const SCRIPT: &str = include_str!("templates/script.js");
const QUALITY: &str = include_str!("templates/quality.js");

/// The HTML of the page. Texts of the study are escaped.
///
/// # Errors
/// Exit code 1: the template is wrong.
pub(super) fn page(content: &Content, place: &Place) -> Result<String, StageError> {
    let beside = match place {
        Place::Page => "",
        // A page in a folder is opened from a disk or served: browsers call the two by different names.
        Place::Folder(_) => " 'self' file:",
    };
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    // Scans may have no slices.
    environment.set_undefined_behavior(UndefinedBehavior::Chainable);
    environment.set_trim_blocks(true);
    environment.set_lstrip_blocks(true);
    environment.add_test("numeric", is_numeric);
    let values = context! {
        study => content,
        beside => minijinja::Value::from_safe_string(beside.to_owned()),
        style => minijinja::Value::from_safe_string([STYLE, rsom_viewer::STYLE].concat()),
        script => minijinja::Value::from_safe_string([SCRIPT, rsom_viewer::SCRIPT, QUALITY].concat()),
        program => env!("CARGO_PKG_VERSION"),
    };
    let html = environment.render_named_str("page.html", PAGE, values);
    html.map_err(StageError::failure)
}

/// Whether a cell holds numbers and signs alone, such as `0.93 ± 0.02`, `< 0.001*` or `1e-5`: a line break there would make two numbers.
fn is_numeric(cell: &str) -> bool {
    cell.contains(|c: char| c.is_ascii_digit())
        && !cell.contains(|c: char| c.is_alphabetic() && c != 'e')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_from_words() {
        for cell in [
            "0.93 ± 0.02",
            "<0.001*",
            "1e-5",
            "\u{2212}0.3 (\u{2212}0.4 to",
        ] {
            assert_eq!(is_numeric(cell), !cell.contains("to"), "{cell}");
        }
        for cell in ["", "–", "unet", "s = 100", "layer 4"] {
            assert!(!is_numeric(cell), "{cell}");
        }
    }
}
