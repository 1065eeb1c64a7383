//! Fills the template of the page.

use minijinja::{AutoEscape, Environment, context};
use rsom_stage::StageError;

use super::content::Content;

const PAGE: &str = include_str!("templates/page.html");
const STYLE: &str = include_str!("templates/style.css");
const SCRIPT: &str = include_str!("templates/script.js");

/// The HTML of the page. Texts of the study are escaped.
///
/// # Errors
/// Exit code 1: the template is wrong.
pub(super) fn page(content: &Content) -> Result<String, StageError> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_trim_blocks(true);
    environment.set_lstrip_blocks(true);
    let values = context! {
        study => content,
        style => minijinja::Value::from_safe_string(STYLE.to_owned()),
        script => minijinja::Value::from_safe_string(SCRIPT.to_owned()),
        program => env!("CARGO_PKG_VERSION"),
    };
    let html = environment.render_named_str("page.html", PAGE, values);
    html.map_err(StageError::failure)
}
