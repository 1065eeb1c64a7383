//! Structs of parameters inside others.

use rsom_parameters::Parameters;
use serde_json::json;

use crate::{fault, read};

#[derive(Debug, Parameters)]
struct Inner {
    /// Factor.
    #[parameter(default = 0.5, max = 1.0)]
    factor: f64,
    /// Patience.
    #[parameter(required, check = positive)]
    patience: i32,
}

fn positive(value: &i32) -> Result<(), String> {
    match value {
        1.. => Ok(()),
        _ => Err(format!("{value} is not positive")),
    }
}

#[derive(Debug, Parameters)]
struct Outer {
    /// First.
    first: bool,
    #[parameter(flatten)]
    plain: Inner,
    #[parameter(flatten, prefix = "plateau")]
    plateau: Inner,
    /// Last.
    last: Option<u8>,
    #[parameter(skip)]
    found: Option<String>,
}

#[test]
fn flattened_parameters_stand_in_place_with_their_prefix() {
    let names: Vec<String> = Outer::declare().into_iter().map(|p| p.name).collect();
    let plateau = ["plateau_factor", "plateau_patience"];
    assert_eq!(names[..3], ["first", "factor", "patience"]);
    assert_eq!(
        (&names[3..5], names[5].as_str()),
        (&plateau.map(String::from)[..], "last")
    );
}

#[test]
fn flattened_parameters_are_read_by_their_whole_names() {
    let values = json!({ "patience": 1, "plateau_patience": 2, "plateau_factor": 0.1 });
    let outer: Outer = read(values).unwrap();
    assert_eq!((outer.plain.factor, outer.plain.patience), (0.5, 1));
    assert_eq!((outer.plateau.factor, outer.plateau.patience), (0.1, 2));
    assert!(!outer.first && outer.last.is_none());
    assert_eq!(outer.found, None, "a skipped field is its default");
}

#[test]
fn faults_name_the_whole_parameter() {
    assert_eq!(
        fault::<Outer>(json!({ "patience": 1 })),
        "plateau_patience: must be given"
    );
    let values = json!({ "patience": 1, "plateau_patience": 0 });
    assert_eq!(
        fault::<Outer>(values),
        "plateau_patience: 0 is not positive"
    );
    let values = json!({ "patience": 1, "plateau_patience": 1 });
    let mut outer: Outer = read(values).unwrap();
    outer.plateau.factor = 2.0;
    let message = outer.check().unwrap_err().to_string();
    assert!(message.starts_with("plateau_factor: 2 is above"));
}
