//! A house rule: no mathematical function of the system's C library, whose last bits differ between systems.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use rsom_testing::checkout;

/// Methods of `f64` and `f32` that call the C library. `sqrt`, `mul_add`, `powi` and rounding do not.
const OF_THE_SYSTEM: [&str; 23] = [
    "exp", "exp2", "exp_m1", "ln", "ln_1p", "log", "log2", "log10", "powf", "cbrt", "hypot", "sin",
    "cos", "tan", "sin_cos", "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh", "gamma",
];

/// The calls in a line of code that are none of a tensor, whose methods return a `Result`, and none of `self`.
fn calls(code: &str) -> Vec<&'static str> {
    let is_call = |name: &&&str| {
        let call = format!(".{name}(");
        let mut places = code.match_indices(&call);
        places.any(|(place, _)| {
            let after = &code[place + call.len()..];
            let end = after.find(')').map_or("", |end| &after[end + 1..]);
            !end.starts_with('?') && !code[..place].ends_with("self")
        })
    };
    OF_THE_SYSTEM.iter().filter(is_call).copied().collect()
}

#[test]
fn results_do_not_depend_on_the_mathematics_of_the_system() {
    for entry in walkdir::WalkDir::new(checkout().join("crates")) {
        let path = entry.unwrap().into_path();
        let is_source = path.extension().is_some_and(|e| e == "rs")
            && path.components().any(|part| part.as_os_str() == "src");
        if !is_source {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let product = text.split("#[cfg(test)]").next().unwrap();
        for (number, line) in product.lines().enumerate() {
            let code = line.split("//").next().unwrap();
            let found = calls(code);
            assert!(
                found.is_empty(),
                "{}:{}: {found:?}: use the function of libm, which is the same everywhere",
                path.display(),
                number + 1
            );
        }
    }
}

#[test]
fn calls_of_floats_are_found_and_those_of_tensors_are_not() {
    assert_eq!(
        calls("let x = (a + b).exp() * y.powf(2.0);"),
        ["exp", "powf"]
    );
    assert!(calls("(logits * 0.5)?.tanh()?.affine(0.5, 0.5)").is_empty());
    assert!(calls("warnings(&self.log(job))").is_empty());
    assert!(calls("libm::exp(x)").is_empty());
}
