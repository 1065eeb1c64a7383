//! `where:`: which tasks a stage has, and which tasks of another stage it gathers.

use serde_json::Value;

use crate::plan::scans::Scan;
use crate::plan::scope::Scope;
use crate::read::model;
use crate::read::template;
use crate::value;

/// A condition whose placeholders are filled.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Condition {
    key: String,
    not: bool,
    values: Vec<Value>,
}

/// What a condition is asked about: a task's factors and scan.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Subject<'a> {
    pub factors: &'a [(String, Value)],
    pub scan: Option<&'a Scan>,
}

impl Condition {
    /// Fills the placeholders from the scope of the task that asks.
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

    /// Whether the condition holds: one of the values is the subject's (with `not`: none is).
    pub fn holds(&self, subject: &Subject<'_>) -> bool {
        let own = subject.get(&self.key);
        let among = self.values.iter().any(|value| value::same(value, &own));
        among != self.not
    }
}

impl Subject<'_> {
    /// `scan.<attribute>`; a bare name is a factor if there is one, else an attribute. Null when there is neither.
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
