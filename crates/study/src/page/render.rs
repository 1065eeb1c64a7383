//! Fills the template of the page.

use minijinja::{AutoEscape, Environment, context};
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
    environment.set_trim_blocks(true);
    environment.set_lstrip_blocks(true);
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
