//! Conditions under `where:` and `when:`, which select tasks and scans.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::plan::scans::Scan;
use crate::plan::scope::Scope;
use crate::read::model;
use crate::read::template;
use crate::value;

/// A condition after its placeholders are filled.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Condition {
    key: String,
    not: bool,
    values: Vec<Value>,
}

/// A task that a condition may select: its factors and its scan.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Candidate<'a> {
    pub factors: &'a [(String, Value)],
    pub scan: Option<&'a Scan>,
}

impl Condition {
    /// The condition that a key has one of some values, or none of them.
    pub fn of(key: &str, not: bool, values: Vec<Value>) -> Self {
        Self {
            key: key.to_owned(),
            not,
            values,
        }
    }

    /// The first value that none of the candidates has: likely a misspelling.
    pub fn unknown_value<'a>(
        &self,
        candidates: impl Iterator<Item = Candidate<'a>>,
    ) -> Option<&Value> {
        let known: BTreeSet<String> = candidates
            .map(|c| value::key_of(&c.get(&self.key)))
            .collect();
        let mut values = self.values.iter();
        values.find(|wanted| !known.contains(&value::key_of(wanted)))
    }

    /// Whether it holds for a task or a scan that has the key. False for one that does not.
    pub fn holds_of_known(&self, candidate: &Candidate<'_>) -> bool {
        !candidate.get(&self.key).is_null() && self.holds(candidate)
    }

    /// Fills the placeholders with the values of a task.
    ///
    /// # Errors
    /// An unknown placeholder.
    pub fn fill(condition: &model::Condition, scope: &Scope<'_>) -> Result<Self, String> {
        let filled = template::fill(&condition.value, &|name| scope.lookup(name))?;
        let values = match filled {
            Value::Array(items) => items,
            single => vec![single],
        };
        Ok(Self {
            key: condition.key.clone(),
            not: condition.not,
            values,
        })
    }

    /// Whether the condition holds: one of its values equals the candidate's value (with `not`: none does).
    pub fn holds(&self, candidate: &Candidate<'_>) -> bool {
        let own = candidate.get(&self.key);
        let among = self.values.iter().any(|value| value::same(value, &own));
        among != self.not
    }
}

impl Candidate<'_> {
    /// The value of `scan.<attribute>`, or of a name: of the factor if there is one, else of the attribute. Null if there is
    /// neither.
    fn get(&self, key: &str) -> Value {
        let attribute = key.strip_prefix("scan.");
        if attribute.is_none()
            && let Some((_, value)) = self.factors.iter().find(|(name, _)| name == key)
        {
            return value.clone();
        }
        let attribute = attribute.unwrap_or(key);
        self.scan
            .map_or(Value::Null, |scan| scan.attribute(attribute))
    }
}
