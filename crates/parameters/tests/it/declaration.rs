//! What a field declares.

use std::collections::BTreeMap;

use rsom_parameters::{Parameter, Parameters};
use serde_json::json;

use crate::{fault, read};

#[derive(Debug, PartialEq, Parameters)]
struct Settings {
    /// Number of epochs,
    /// over all scans.
    ///
    /// Nobody sees this paragraph on the command line.
    #[parameter(default = 20, min = 1, max = 1000, unit = "epochs")]
    epochs: u32,
    /// Which loss. It is a word.
    #[parameter(required)]
    loss: String,
    /// Files by role.
    #[parameter(required)]
    files: BTreeMap<String, String>,
    /// Whether to shuffle
    shuffle: bool,
    /// Kept unless told otherwise.
    #[parameter(default = true)]
    keep: bool,
    /// Type of the values.
    #[parameter(name = "type", default = "auto")]
    storage: String,
    /// Only these rows.
    r#where: Option<String>,
}

fn declared(name: &str) -> Parameter {
    let mut all = Settings::declare().into_iter();
    all.find(|parameter| parameter.name == name).unwrap()
}

#[test]
fn parameters_stand_in_the_order_of_the_fields_under_their_names() {
    let names: Vec<String> = Settings::declare().into_iter().map(|p| p.name).collect();
    assert_eq!(
        names,
        [
            "epochs", "loss", "files", "shuffle", "keep", "type", "where"
        ]
    );
}

#[test]
fn the_help_is_the_first_paragraph_without_its_last_period() {
    assert_eq!(declared("epochs").about, "Number of epochs, over all scans");
    assert_eq!(declared("loss").about, "Which loss. It is a word");
    assert_eq!(declared("shuffle").about, "Whether to shuffle");
}

#[test]
fn default_bounds_unit_and_required_are_declared() {
    let epochs = Parameter::integer("epochs", "Number of epochs, over all scans");
    let epochs = epochs.default(20).at_least(1.0).at_most(1000.0);
    assert_eq!(declared("epochs"), epochs.unit("epochs"));
    let loss = Parameter::text("loss", "Which loss. It is a word").required();
    assert_eq!(declared("loss"), loss);
    assert_eq!(
        declared("where"),
        Parameter::text("where", "Only these rows")
    );
}

#[test]
fn a_flag_is_false_unless_its_default_says_otherwise() {
    assert_eq!(declared("shuffle").default, Some(json!(false)));
    assert_eq!(declared("keep").default, Some(json!(true)));
}

#[test]
fn missing_and_null_values_take_their_defaults() {
    let settings: Settings = read(json!({ "loss": "dice", "files": {}, "epochs": null })).unwrap();
    let expected = Settings {
        epochs: 20,
        loss: "dice".into(),
        files: BTreeMap::new(),
        shuffle: false,
        keep: true,
        storage: "auto".into(),
        r#where: None,
    };
    assert_eq!(settings, expected);
}

#[test]
fn values_are_read_by_name_and_other_names_ignored() {
    let values =
        json!({ "loss": "dice", "files": {}, "type": "uint8", "where": "a=b", "of_another": 1 });
    let settings: Settings = read(values).unwrap();
    assert_eq!(settings.storage, "uint8");
    assert_eq!(settings.r#where.as_deref(), Some("a=b"));
}

#[test]
fn a_fault_names_the_parameter_and_what_is_wrong() {
    assert_eq!(fault::<Settings>(json!({})), "loss: must be given");
    let without = json!({ "loss": "dice" });
    assert_eq!(fault::<Settings>(without), "files: must be given");
    let wrong_type = json!({ "loss": "dice", "files": {}, "epochs": "many" });
    assert_eq!(
        fault::<Settings>(wrong_type),
        "epochs: \"many\" is not a whole number"
    );
    let wrong_name = json!({ "loss": "dice", "files": {}, "type": true });
    assert_eq!(fault::<Settings>(wrong_name), "type: true is not a text");
}
