//! Errors of networks and their weights.

/// An error of this crate.
#[derive(Debug, thiserror::Error)]
pub enum NnError {
    /// A tensor operation failed, for example because shapes or types do not match.
    #[error("{0}")]
    Tensor(#[from] candle_core::Error),
    /// Two parameters of one network have the same name.
    #[error("the network has two parameters named '{0}'")]
    DuplicateName(String),
    /// A weights file cannot be read or written.
    #[error(transparent)]
    Weights(#[from] rsom_weights::WeightsError),
    /// Names or shapes of weights differ from those of the network.
    #[error("the weights do not fit the network: {0}")]
    Mismatch(Mismatch),
    /// A setting is out of range.
    #[error("{name} is {value}, but must be {expected}")]
    Setting {
        /// Name of the setting.
        name: &'static str,
        /// The given value.
        value: String,
        /// The allowed values.
        expected: &'static str,
    },
}

/// The differences between named tensors and the parameters of a network.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mismatch {
    /// Names in the network that the tensors lack.
    pub missing: Vec<String>,
    /// Names in the tensors that the network lacks.
    pub extra: Vec<String>,
    /// Tensors with a wrong shape: name, shape in the network, shape of the tensor.
    pub misshaped: Vec<(String, Vec<usize>, Vec<usize>)>,
}

impl Mismatch {
    /// Returns `true` if there are no differences.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.missing.is_empty() && self.extra.is_empty() && self.misshaped.is_empty()
    }
}

impl std::fmt::Display for Mismatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut parts = Vec::new();
        if !self.missing.is_empty() {
            parts.push(format!("missing {}", some_of(&self.missing)));
        }
        if !self.extra.is_empty() {
            parts.push(format!("unknown {}", some_of(&self.extra)));
        }
        let shapes: Vec<String> = self
            .misshaped
            .iter()
            .map(|(name, network, file)| format!("{name} is {file:?} instead of {network:?}"))
            .collect();
        if !shapes.is_empty() {
            parts.push(some_of(&shapes));
        }
        write!(f, "{}", parts.join("; "))
    }
}

/// The first 12 items of a list and the number of the others, so that an error message stays one readable line.
fn some_of(items: &[String]) -> String {
    const SHOWN: usize = 12;
    let mut text = items[..items.len().min(SHOWN)].join(", ");
    if items.len() > SHOWN {
        text.push_str(&format!(" and {} more", items.len() - SHOWN));
    }
    text
}
