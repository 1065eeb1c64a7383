//! Checks the placeholders in values.

use crate::read::place::Place;
use serde_json::Value;

use crate::problem::Problems;
use crate::read::template;

/// Reports a malformed placeholder in any text of a value.
pub(crate) fn check_placeholders(value: &Value, place: Place, problems: &mut Problems) {
    if let Err(message) = template::templates(value) {
        problems.add(place, message);
    }
}
