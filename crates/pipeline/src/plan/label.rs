//! The label of a task: its unique name in messages, in `run.json` and in the name of its log.

use serde_json::Value;

use crate::value::key_of;

/// Step, scan and factors in one line: `train net=unet s=100 fold=0`.
///
/// Different instances of a step have different labels. Names of steps and scans contain no spaces. A text is written in
/// quotes if it would be ambiguous otherwise: with spaces or quotes inside, or the text `"1.0"` next to the number 1.0.
pub(crate) fn label(step: &str, scan: Option<&str>, factors: &[(String, Value)]) -> String {
    let factors = factors
        .iter()
        .map(|(name, value)| format!("{name}={}", word(value)));
    let words = std::iter::once(step.to_owned())
        .chain(scan.map(str::to_owned))
        .chain(factors);
    words.collect::<Vec<_>>().join(" ")
}

/// A value as one word. Values that are not [`same`](crate::value::same) give different words.
fn word(value: &Value) -> String {
    match value {
        Value::String(text) if is_plain(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Whether a text can be written without quotes: it is visible, and does not look like another value.
fn is_plain(text: &str) -> bool {
    let is_visible = |c: char| !c.is_whitespace() && !c.is_control() && c != '"';
    let looks_like_itself = match serde_json::from_str::<Value>(text) {
        Ok(value) => key_of(&value) == text,
        Err(_) => true,
    };
    !text.is_empty() && text.chars().all(is_visible) && looks_like_itself
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::value::same;

    fn of(values: &[Value]) -> String {
        let names = ["a", "b", "c"].into_iter().map(str::to_owned);
        label(
            "train",
            None,
            &names.zip(values.iter().cloned()).collect::<Vec<_>>(),
        )
    }

    #[test]
    fn usual_values_are_written_without_quotes() {
        let factors = [
            ("net".to_owned(), json!("unet")),
            ("s".to_owned(), json!(0.5)),
        ];
        assert_eq!(
            label("train", Some("p1"), &factors),
            "train p1 net=unet s=0.5"
        );
        assert_eq!(
            of(&[json!("1"), json!("true"), json!("x=y")]),
            "train a=1 b=true c=x=y"
        );
    }

    #[test]
    fn null_and_maps_are_not_empty() {
        assert_eq!(
            of(&[Value::Null, json!({"x": 1})]),
            r#"train a=null b={"x":1}"#
        );
        assert_ne!(of(&[Value::Null]), of(&[json!({})]));
        assert_ne!(of(&[Value::Null]), of(&[json!("null")]));
        assert_eq!(of(&[json!("")]), r#"train a="""#);
    }

    #[test]
    fn texts_that_would_be_ambiguous_are_quoted() {
        let [one, other] =
            [["1 b=2", "3"], ["1", "2 b=3"]].map(|values| of(&values.map(Value::from)));
        assert_eq!(one, r#"train a="1 b=2" b=3"#);
        assert_eq!(other, r#"train a=1 b="2 b=3""#);
        assert_ne!(of(&[json!("1.0")]), of(&[json!(1.0)]));
    }

    fn value() -> impl Strategy<Value = Value> {
        prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            (-2_i64..3).prop_map(Value::from),
            prop_oneof![Just(1.0), Just(-0.0), Just(1e3), Just(0.5)].prop_map(|n: f64| json!(n)),
            "[01ab=. \"\\\\{}]{0,5}".prop_map(Value::from),
            "(true|null|1\\.0|1e3|\\{\\}|-0)".prop_map(Value::from),
            Just(json!({})),
        ]
    }

    proptest! {
        #[test]
        fn different_values_have_different_labels(one in [value(), value()], other in [value(), value()]) {
            let alike = one.iter().zip(&other).all(|(a, b)| same(a, b));
            prop_assert!(alike || of(&one) != of(&other), "{:?} {:?}", one, other);
        }
    }
}
