//! The data folder from the environment.

use std::ffi::OsString;
use std::path::PathBuf;

/// The environment variable with the path of the data folder. An option such as `--data` overrides it. A pipeline passes it
/// to its tasks.
pub const DATA_VARIABLE: &str = "RSOM_DATA";

/// The folder in [`DATA_VARIABLE`]. `None` if the variable is unset or empty.
#[must_use]
pub fn data_folder() -> Option<PathBuf> {
    folder_from(std::env::var_os(DATA_VARIABLE))
}

fn folder_from(value: Option<OsString>) -> Option<PathBuf> {
    value.filter(|v| !v.is_empty()).map(PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_value_counts_as_unset() {
        assert_eq!(folder_from(None), None);
        assert_eq!(folder_from(Some("".into())), None);
        assert_eq!(folder_from(Some("a b".into())), Some("a b".into()));
    }
}
