//! The types of fields.

use std::collections::BTreeMap;
use std::fmt::Debug;

use rsom_parameters::{Parameter, ParameterValue, Parameters, Type};
use serde_json::{Value, json};

use crate::{fault, read};

#[derive(Debug, PartialEq, Parameters)]
struct Settings {
    /// Voxels.
    #[parameter(default = [333, 171, 500], min = 1)]
    shape: [usize; 3],
    /// Single.
    #[parameter(default = 0.1)]
    single: f32,
    /// Texts.
    #[parameter(default = ["dice", "iou"])]
    texts: Vec<String>,
    /// Empty.
    #[parameter(default = Vec::new())]
    empty: Vec<f64>,
    /// Named texts.
    names: BTreeMap<String, String>,
    /// Three numbers, or unset.
    spacing_mm: Option<[f64; 3]>,
    /// Small.
    #[parameter(default = -1)]
    small: i8,
}

fn round_trip<T: ParameterValue + PartialEq + Debug>(kind: Type, value: T, json: Value) {
    assert_eq!(T::kind(), kind);
    assert_eq!(value.to_value(), json);
    assert_eq!(T::from_value(&json), Ok(value));
}

#[test]
fn every_type_goes_to_json_and_back() {
    let list = |item| Type::List(Box::new(item));
    round_trip(Type::Boolean, true, json!(true));
    round_trip(Type::Integer, -3_i16, json!(-3));
    round_trip(Type::Integer, u64::MAX, json!(u64::MAX));
    round_trip(Type::Number, 0.25_f64, json!(0.25));
    round_trip(Type::Text, "a b".to_owned(), json!("a b"));
    round_trip(list(Type::Integer), vec![1_u8, 2], json!([1, 2]));
    round_trip(list(Type::Number), [0.5_f64, 1.0], json!([0.5, 1.0]));
    round_trip(Type::Integer, Some(1_i32), json!(1));
    round_trip(Type::Integer, None::<i32>, Value::Null);
    let names = BTreeMap::from([("net".to_owned(), "U-Net".to_owned())]);
    round_trip(Type::Map, names, json!({ "net": "U-Net" }));
}

#[test]
fn single_precision_keeps_its_decimal_digits() {
    assert_eq!(0.1_f32.to_value(), json!(0.1));
    assert_eq!(f32::from_value(&json!(0.1)), Ok(0.1));
    assert_eq!(Settings::declare()[1].default, Some(json!(0.1)));
    assert!(
        f32::from_value(&json!(1e300))
            .unwrap_err()
            .contains("single precision")
    );
}

#[test]
fn defaults_are_written_as_their_type() {
    let defaults: Vec<Option<Value>> = Settings::declare().into_iter().map(|p| p.default).collect();
    assert_eq!(defaults[0], Some(json!([333, 171, 500])));
    assert_eq!(defaults[2], Some(json!(["dice", "iou"])));
    assert_eq!(defaults[3], Some(json!([])));
    assert_eq!(defaults[4..6], [None, None]);
}

#[test]
fn an_array_declares_the_number_of_its_items() {
    let declared = Settings::declare();
    let shape = Parameter::integers("shape", "Voxels")
        .count(3)
        .at_least(1.0);
    assert_eq!(declared[0], shape.default(vec![333, 171, 500]));
    let spacing = Parameter::numbers("spacing_mm", "Three numbers, or unset").count(3);
    assert_eq!(declared[5], spacing);
    assert!(fault::<Settings>(json!({ "shape": [1, 2] })).contains("needs 3 values, got 2"));
}

#[test]
fn an_unset_map_is_empty_and_an_unset_option_is_none() {
    let settings: Settings = read(json!({ "names": null })).unwrap();
    assert!(settings.names.is_empty() && settings.spacing_mm.is_none());
}

#[test]
fn values_come_as_configuration_files_have_them() {
    // A single value is a list of one; a number in a map is a text; 1 is a number.
    let values = json!({ "texts": "dice", "names": { "s": 100 }, "empty": 1, "single": 1 });
    let settings: Settings = read(values).unwrap();
    assert_eq!(settings.texts, ["dice"]);
    assert_eq!(settings.names["s"], "100");
    assert_eq!((settings.empty, settings.single), (vec![1.0], 1.0));
}

#[test]
fn whole_numbers_must_fit_their_type() {
    assert_eq!(
        fault::<Settings>(json!({ "small": 128 })),
        "small: 128 is not from -128 to 127"
    );
    assert!(fault::<Settings>(json!({ "small": 1.5 })).contains("not a whole number"));
}
