//! Enums that are words.

use rsom_parameters::{Choice, OrAuto, OrNone, Parameter, Parameters};
use serde_json::json;

use crate::{fault, read};

#[derive(Debug, Clone, Copy, PartialEq, Choice)]
enum Window {
    Max,
    ZScore,
    #[choice("two-sided")]
    TwoSided,
}

#[derive(Debug, Parameters)]
struct Settings {
    /// Window.
    #[parameter(default = Window::ZScore)]
    window: Window,
    /// Several.
    #[parameter(default = [Window::Max, Window::TwoSided])]
    several: Vec<Window>,
    /// Unset.
    unset: Option<Window>,
    /// Left to the program.
    #[parameter(default = OrAuto::Auto)]
    auto: OrAuto<Window>,
    /// Possibly none.
    #[parameter(default = Window::Max)]
    none: OrNone<Window>,
}

#[test]
fn words_are_snake_case_unless_they_are_given() {
    assert_eq!(Window::words(), ["max", "z_score", "two-sided"]);
    assert_eq!(Window::ZScore.as_str(), "z_score");
    assert_eq!(Window::from_word("two-sided"), Some(Window::TwoSided));
    assert_eq!(Window::from_word("TwoSided"), None);
}

#[test]
fn a_choice_is_declared_by_its_words_and_its_default_by_its_word() {
    let words = ["max", "z_score", "two-sided"];
    let declared = Settings::declare();
    let window = Parameter::choice("window", &words, "Window").default("z_score");
    assert_eq!(declared[0], window);
    let several = Parameter::choices("several", &words, "Several");
    assert_eq!(declared[1], several.default(vec!["max", "two-sided"]));
    assert_eq!(declared[2], Parameter::choice("unset", &words, "Unset"));
}

#[test]
fn a_choice_may_have_one_word_more() {
    let with = |word| [vec![word], Window::words()].concat();
    let declared = Settings::declare();
    let auto = Parameter::choice("auto", &with("auto"), "Left to the program");
    assert_eq!(declared[3], auto.default("auto"));
    let none = Parameter::choice("none", &with("none"), "Possibly none");
    assert_eq!(declared[4], none.default("max"));
    let settings: Settings = read(json!({ "none": "none", "auto": "max" })).unwrap();
    assert_eq!(settings.auto.given(), Some(Window::Max));
    assert_eq!(settings.none.given(), None);
    let settings: Settings = read(json!({})).unwrap();
    assert_eq!(settings.auto, OrAuto::Auto);
    assert_eq!(settings.none, OrNone::Given(Window::Max));
}

#[test]
fn words_are_read_and_others_refused() {
    let settings: Settings =
        read(json!({ "window": "max", "several": ["z_score"], "unset": "max" })).unwrap();
    assert_eq!(settings.window, Window::Max);
    assert_eq!(settings.several, [Window::ZScore]);
    assert_eq!(settings.unset, Some(Window::Max));
    let message = "window: 'median' is not one of max, z_score, two-sided";
    assert_eq!(fault::<Settings>(json!({ "window": "median" })), message);
}
