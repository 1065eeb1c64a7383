//! A struct whose fields are parameters.

use serde_json::{Map, Value};

use crate::{Parameter, ParameterFault};

/// A struct whose fields are parameters; derive it.
pub trait Parameters: Sized {
    /// The parameters, in the order of the fields.
    fn declare() -> Vec<Parameter>;

    /// Creates the struct from values by name. A missing or null value takes its default; names of other parameters are
    /// ignored.
    ///
    /// # Errors
    /// A value that is missing, of the wrong type or out of bounds; a broken rule.
    fn from_map(values: &Map<String, Value>) -> Result<Self, ParameterFault>;

    /// Checks every bound and rule, for structs that were not created by [`from_map`](Self::from_map).
    ///
    /// # Errors
    /// The first parameter that is out of bounds or breaks a rule.
    fn check(&self) -> Result<(), ParameterFault>;
}
