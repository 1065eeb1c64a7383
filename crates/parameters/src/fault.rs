//! Why settings cannot be used.

/// A parameter, or several together, that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParameterFault {
    /// One parameter: its name, and what is wrong with its value.
    #[error("{name}: {fault}")]
    Parameter {
        /// Name in `snake_case`.
        name: String,
        /// What is wrong, and what is allowed.
        fault: String,
    },
    /// A rule about several parameters; the text names them.
    #[error("{0}")]
    Rule(String),
}

impl ParameterFault {
    /// A fault of one parameter.
    #[must_use]
    pub fn of(name: &str, fault: String) -> Self {
        let name = name.to_owned();
        Self::Parameter { name, fault }
    }
}
