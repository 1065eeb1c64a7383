//! Names of steps as other engines allow them: letters, digits and underscores.

use std::collections::BTreeSet;

/// Words with a meaning of their own in Python or in a Snakefile.
const TAKEN: &[&str] = &[
    "False",
    "None",
    "True",
    "and",
    "as",
    "assert",
    "async",
    "await",
    "break",
    "class",
    "continue",
    "def",
    "del",
    "elif",
    "else",
    "except",
    "finally",
    "for",
    "from",
    "global",
    "if",
    "import",
    "in",
    "is",
    "lambda",
    "nonlocal",
    "not",
    "or",
    "pass",
    "raise",
    "return",
    "try",
    "while",
    "with",
    "yield",
    "all",
    "rule",
    "rules",
    "checkpoint",
];

/// A name for each text, in their order: itself where possible, and no two alike, also without a look at upper and lower case.
pub(crate) fn names<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut seen: BTreeSet<String> = TAKEN.iter().map(|word| word.to_lowercase()).collect();
    let name = |text: &str| {
        let plain = text
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' });
        let mut name: String = plain.collect();
        if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
            name.insert_str(0, "step_");
        }
        let mut free = name.clone();
        let mut number = 2;
        while !seen.insert(free.to_lowercase()) {
            free = format!("{name}_{number}");
            number += 1;
        }
        free
    };
    texts.map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_allowed_and_different() {
        let texts = ["train", "import", "a-b", "a_b", "A-B", "2d", "über", "all"];
        assert_eq!(
            names(texts.into_iter()),
            [
                "train",
                "import_2",
                "a_b",
                "a_b_2",
                "A_B_3",
                "step_2d",
                "step__ber",
                "all_2"
            ]
        );
    }
}
