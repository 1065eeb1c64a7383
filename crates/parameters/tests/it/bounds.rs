//! Bounds and rules, for values that are read and for callers of a library.

use rsom_parameters::{ParameterFault, Parameters};
use serde_json::json;

use crate::{fault, read};

const MOST: usize = 3;

#[derive(Debug, Clone, PartialEq, Parameters)]
#[parameters(check = smaller_first)]
struct Settings {
    /// Inclusive.
    #[parameter(default = 1.0, min = -1, max = MOST)]
    inclusive: f64,
    /// Exclusive.
    #[parameter(default = 0.5, above = 0.0, below = 1.0)]
    exclusive: f32,
    /// Each item.
    #[parameter(default = [1, 2], min = 0)]
    items: Vec<i32>,
    /// Unset.
    #[parameter(above = 0.0)]
    unset: Option<f64>,
    /// Even.
    #[parameter(default = 2, check = even)]
    even: u32,
    /// Two shifts.
    #[parameter(default = [-1.0, 1.0])]
    shift: [f64; 2],
}

fn even(value: &u32) -> Result<(), String> {
    match value.is_multiple_of(2) {
        true => Ok(()),
        false => Err(format!("{value} is odd; give an even number")),
    }
}

fn smaller_first(settings: &Settings) -> Result<(), String> {
    match settings.shift {
        [low, high] if low > high => Err(format!("shift: {low} is larger than {high}")),
        _ => Ok(()),
    }
}

fn sound() -> Settings {
    read(json!({})).unwrap()
}

fn message(settings: &Settings) -> String {
    settings.check().unwrap_err().to_string()
}

#[test]
fn inclusive_bounds_allow_the_bound_and_exclusive_ones_do_not() {
    assert!(read::<Settings>(json!({ "inclusive": 3 })).is_ok());
    assert!(fault::<Settings>(json!({ "inclusive": 3.1 })).starts_with("inclusive: 3.1 is above"));
    assert!(fault::<Settings>(json!({ "exclusive": 0.0 })).contains("larger than 0"));
    assert!(fault::<Settings>(json!({ "exclusive": 1.0 })).contains("smaller than 1"));
    let schema = &Settings::declare()[1].schema;
    assert_eq!(schema.exclusive_minimum, Some(0.0));
    assert_eq!(schema.exclusive_maximum, Some(1.0));
}

#[test]
fn a_bound_holds_for_each_item_and_for_what_is_in_an_option() {
    assert!(fault::<Settings>(json!({ "items": [1, -1] })).starts_with("items: -1 is below"));
    assert!(fault::<Settings>(json!({ "unset": 0 })).starts_with("unset: 0 is too small"));
    assert_eq!(sound().unset, None);
}

#[test]
fn callers_of_a_library_are_held_to_the_same_bounds() {
    assert_eq!(sound().check(), Ok(()));
    let high = Settings {
        inclusive: 3.5,
        ..sound()
    };
    assert_eq!(
        message(&high),
        "inclusive: 3.5 is above the largest allowed value 3"
    );
    let unset = Settings {
        unset: Some(-1.0),
        ..sound()
    };
    assert!(message(&unset).starts_with("unset: -1 is too small"));
    let items = Settings {
        items: vec![0, -5],
        ..sound()
    };
    assert!(message(&items).starts_with("items: -5"));
}

#[test]
fn numbers_that_are_not_finite_are_refused() {
    let nan = f64::NAN;
    for wrong in [
        Settings {
            inclusive: nan,
            ..sound()
        },
        Settings {
            exclusive: f32::INFINITY,
            ..sound()
        },
        Settings {
            unset: Some(nan),
            ..sound()
        },
        Settings {
            shift: [nan, 1.0],
            ..sound()
        },
    ] {
        assert!(message(&wrong).contains("NaN or infinite"), "{wrong:?}");
    }
}

#[test]
fn rules_hold_for_readers_and_callers() {
    let odd = "even: 3 is odd; give an even number";
    assert_eq!(fault::<Settings>(json!({ "even": 3 })), odd);
    assert_eq!(message(&Settings { even: 3, ..sound() }), odd);
    let reversed = "shift: 2 is larger than 1";
    assert_eq!(fault::<Settings>(json!({ "shift": [2, 1] })), reversed);
    let settings = Settings {
        shift: [2.0, 1.0],
        ..sound()
    };
    assert_eq!(settings.check(), Err(ParameterFault::Rule(reversed.into())));
}

#[test]
fn a_specification_states_that_an_unsigned_number_has_no_sign() {
    #[derive(Debug, Parameters)]
    struct Unsigned {
        /// A seed.
        #[parameter(default = 0)]
        seed: u64,
        /// Extents.
        extents: Option<[usize; 2]>,
        /// A shift.
        #[parameter(default = 0)]
        shift: i64,
    }
    let least = Unsigned::declare().into_iter().map(|p| p.schema.minimum);
    assert_eq!(least.collect::<Vec<_>>(), [Some(0.0), Some(0.0), None]);
    assert!(
        fault::<Unsigned>(json!({ "seed": -1 })).contains("below the smallest allowed value 0")
    );
    let Unsigned {
        seed,
        extents,
        shift,
    } = read(json!({ "shift": -1 })).unwrap();
    assert_eq!((seed, extents, shift), (0, None, -1));
}
