//! Errors of settings.

/// An invalid parameter, or an invalid combination of parameters.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParameterFault {
    /// One parameter.
    #[error("{name}: {fault}")]
    Parameter {
        /// Name in `snake_case`.
        name: String,
        /// The fault, and the allowed values.
        fault: String,
    },
    /// A broken rule about several parameters; the text names them.
    #[error("{0}")]
    Rule(String),
}

impl ParameterFault {
    /// An error of one parameter.
    #[must_use]
    pub fn of(name: &str, fault: String) -> Self {
        let name = name.to_owned();
        Self::Parameter { name, fault }
    }
}
