//! What can go wrong with networks and their files.

/// An error of this crate.
#[derive(Debug, thiserror::Error)]
pub enum NnError {
    /// A tensor operation failed (shapes, types).
    #[error("{0}")]
    Tensor(#[from] candle_core::Error),
    /// Two parameters of one network were given the same name.
    #[error("the network has two parameters named '{0}'")]
    DuplicateName(String),
    /// A weights file that cannot be read or written.
    #[error(transparent)]
    Weights(#[from] rsom_weights::WeightsError),
    /// Weights of another network.
    #[error("the weights do not fit the network: {0}")]
    Mismatch(Mismatch),
    /// A setting out of its range.
    #[error("{name} is {value}, but must be {expected}")]
    Setting {
        /// Name of the setting.
        name: &'static str,
        /// The value given.
        value: String,
        /// What would be right.
        expected: &'static str,
    },
}

/// How a set of named tensors differs from the parameters of a network.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mismatch {
    /// Names that the network has and the file lacks.
    pub missing: Vec<String>,
    /// Names that the file has and the network lacks.
    pub extra: Vec<String>,
    /// Names with another shape: name, shape in the network, shape in the file.
    pub misshaped: Vec<(String, Vec<usize>, Vec<usize>)>,
}

impl Mismatch {
    /// Whether nothing differs.
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

/// The first few of a list, and how many more there are: an error message stays one readable line.
fn some_of(items: &[String]) -> String {
    const SHOWN: usize = 12;
    let mut text = items[..items.len().min(SHOWN)].join(", ");
    if items.len() > SHOWN {
        text.push_str(&format!(" and {} more", items.len() - SHOWN));
    }
    text
}
