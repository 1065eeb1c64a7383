//! The derives, attribute by attribute.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod bounds;
mod choices;
mod declaration;
mod flattened;
mod types;

use rsom_parameters::{ParameterFault, Parameters};
use serde_json::Value;

/// Settings from a JSON object.
fn read<T: Parameters>(values: Value) -> Result<T, ParameterFault> {
    T::from_map(values.as_object().unwrap())
}

/// The message of settings that cannot be read.
fn fault<T: Parameters>(values: Value) -> String {
    read::<T>(values).err().unwrap().to_string()
}
