//! The folder of a study's data, as the environment names it.

use std::ffi::OsString;
use std::path::PathBuf;

/// The variable that names the folder of the data where no option does. A pipeline hands it on to its tasks.
pub const DATA_VARIABLE: &str = "RSOM_DATA";

/// The folder that [`DATA_VARIABLE`] names; an empty value counts as unset.
#[must_use]
pub fn data_folder() -> Option<PathBuf> {
    named(std::env::var_os(DATA_VARIABLE))
}

fn named(value: Option<OsString>) -> Option<PathBuf> {
    value.filter(|v| !v.is_empty()).map(PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_value_counts_as_unset() {
        assert_eq!(named(None), None);
        assert_eq!(named(Some("".into())), None);
        assert_eq!(named(Some("a b".into())), Some("a b".into()));
    }
}
