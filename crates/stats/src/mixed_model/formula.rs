//! A model formula: an outcome, fixed terms and random intercepts.

use std::fmt;

use super::parser::parse;
use crate::StatsError;

/// A formula in the syntax of R and lme4, such as `ra_um ~ s * group + age + (1|subject/visit)`.
///
/// - `a + b`: terms; `a:b`: their interaction; `a*b`: `a + b + a:b`, for any number of factors.
/// - The intercept is implied. `- 1` or `+ 0` removes it.
/// - `C(a)` treats a column of numbers as a factor. A column of texts is always a factor.
/// - `(1|subject)`: a random intercept for each subject. `(1|subject/visit)`: in addition one for each visit within a
///   subject, so that visit 1 of two subjects are two visits. `(1|subject) + (1|subject:visit)` means the same.
/// - A name consists of letters, digits, `_`, `.` and `@`; any other name stands between backticks.
///
/// As in R, terms are ordered by their number of variables, and the variables of an interaction by their first
/// appearance. Random slopes, crossed random effects, functions such as `log(x)`, and parentheses are refused: compute a
/// column before it is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Formula {
    /// Column of the outcome.
    pub outcome: String,
    /// Whether the model has an intercept.
    pub intercept: bool,
    /// Fixed terms, without the intercept.
    pub terms: Vec<Term>,
    /// Columns of the random intercepts: none; the subject; or the subject and what is nested in it.
    pub random: Vec<String>,
}

/// A fixed term: one variable, or the interaction of several.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Term {
    /// Its variables.
    pub variables: Vec<Variable>,
}

/// A column in a formula.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Variable {
    /// Name of the column.
    pub column: String,
    /// Whether the formula makes it a factor, by `C(…)`.
    pub as_factor: bool,
}

impl Formula {
    /// Reads a formula.
    ///
    /// # Errors
    /// What is not in the syntax above; an outcome that is also an explanatory variable; random terms that are not nested.
    pub fn parse(text: &str) -> Result<Self, StatsError> {
        let parsed = parse(text).map_err(|problem| StatsError::BadFormula {
            formula: text.trim().to_owned(),
            problem,
        })?;
        Ok(Self {
            outcome: parsed.outcome,
            intercept: parsed.intercept,
            terms: terms(&parsed.terms),
            random: parsed.random,
        })
    }

    /// The variables of the fixed terms, in the order of their first appearance.
    #[must_use]
    pub fn variables(&self) -> Vec<&Variable> {
        let mut variables: Vec<&Variable> = Vec::new();
        for variable in self.terms.iter().flat_map(|term| &term.variables) {
            if !variables.contains(&variable) {
                variables.push(variable);
            }
        }
        variables
    }
}

/// Terms in R's order, each once.
fn terms(parsed: &[Vec<(String, bool)>]) -> Vec<Term> {
    let mut appearance: Vec<&(String, bool)> = Vec::new();
    for variable in parsed.iter().flatten() {
        if !appearance.contains(&variable) {
            appearance.push(variable);
        }
    }
    let mut found: Vec<Term> = Vec::new();
    for term in parsed {
        let variables = appearance.iter().filter(|v| term.contains(v));
        let variables = variables.map(|(column, as_factor)| Variable {
            column: column.clone(),
            as_factor: *as_factor,
        });
        let term = Term {
            variables: variables.collect(),
        };
        if !found.contains(&term) {
            found.push(term);
        }
    }
    found.sort_by_key(|term| term.variables.len());
    found
}

impl fmt::Display for Variable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.as_factor {
            write!(f, "C({})", self.column)
        } else {
            f.write_str(&self.column)
        }
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<String> = self.variables.iter().map(Variable::to_string).collect();
        f.write_str(&names.join(":"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        let formula = Formula::parse(text).unwrap();
        formula.terms.iter().map(Term::to_string).collect()
    }

    fn problem(text: &str) -> String {
        Formula::parse(text).unwrap_err().to_string()
    }

    // R 4.2: attr(terms(y ~ …), "term.labels")
    #[test]
    fn terms_have_the_order_of_r() {
        assert_eq!(
            names("y ~ a*b*c"),
            ["a", "b", "c", "a:b", "a:c", "b:c", "a:b:c"]
        );
        assert_eq!(names("y ~ a:b + c + b + b"), ["c", "b", "a:b"]);
        assert_eq!(names("y ~ b:a + a + a:b"), ["a", "b:a"]);
        assert_eq!(names("y ~ a*b:c"), ["a", "b:c", "a:b:c"]);
        assert_eq!(names("y ~ 1"), Vec::<String>::new());
    }

    #[test]
    fn the_intercept_can_be_removed() {
        for text in ["y ~ a - 1", "y ~ 0 + a", "y ~ a + 0", "y~-1+a"] {
            assert!(!Formula::parse(text).unwrap().intercept, "{text}");
        }
        assert!(Formula::parse("y ~ 1 + a").unwrap().intercept);
        assert!(Formula::parse("y ~ 0 + a + 1").unwrap().intercept);
    }

    #[test]
    fn random_intercepts_are_read_in_both_spellings() {
        let random = |text: &str| Formula::parse(text).unwrap().random;
        assert_eq!(random("y ~ a + (1|subject)"), ["subject"]);
        assert_eq!(
            random("y ~ (1 | subject / visit) + a"),
            ["subject", "visit"]
        );
        assert_eq!(random("y ~ a+(1|s)+(1|s:v)"), ["s", "v"]);
        assert_eq!(random("y ~ a+(1|v:s)+(1|s)"), ["s", "v"]);
        assert!(random("y ~ a").is_empty());
    }

    #[test]
    fn names_may_be_quoted_and_factors_forced() {
        let formula = Formula::parse("`ra [um]` ~ C(s) + `a b`:Größe_1.x").unwrap();
        assert_eq!(formula.outcome, "ra [um]");
        let shown: Vec<String> = formula.terms.iter().map(Term::to_string).collect();
        assert_eq!(shown, ["C(s)", "a b:Größe_1.x"]);
        assert_eq!(formula.variables().len(), 3);
    }

    #[test]
    fn what_is_not_supported_is_named() {
        for (text, words) in [
            ("y", "~"),
            ("", "~"),
            ("~ a", "outcome"),
            ("y ~", "nothing"),
            ("y ~ a +", "nothing"),
            ("y ~ a ~ b", "~"),
            ("y ~ a + y", "outcome"),
            ("y ~ log(a)", "log"),
            ("y ~ (a + b)", "parenthes"),
            ("y ~ (a|subject)", "random slope"),
            ("y ~ (1 + a|subject)", "random slope"),
            ("y ~ (1|a) + (1|b)", "nested"),
            ("y ~ (1|a/b/c)", "two"),
            ("y ~ (1|a/a)", "nested"),
            ("y ~ (1|a:b)", "nested"),
            ("y ~ (1|a) + (1|a)", "nested"),
            ("y ~ (1|y)", "outcome"),
            ("y ~ (1|subject", "closing"),
            ("y ~ a^2", "^"),
            ("y ~ a - b", "-"),
            ("y ~ a b", "b"),
            ("y ~ 2*a", "2"),
            ("y ~ 0", "no fixed"),
            ("y ~ C(a", "closing"),
            ("y ~ `a", "backtick"),
            ("y ~ .", "."),
            ("y ~ a:", "nothing"),
        ] {
            let message = problem(text);
            assert!(message.contains(words), "{text}: {message}");
        }
    }
}
