//! Names that a manifest and a pipeline can have.

/// A name with letters, digits, `_`, `-` and `.` only, as those of scans and studies must be: `_` stands for anything else.
pub(crate) fn valid_name(text: &str) -> String {
    let usable = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let kept = |c: char| if usable(c) { c } else { '_' };
    let name: String = text.chars().map(kept).collect();
    match name.is_empty() || name.starts_with(['.', '-']) {
        true => format!("_{name}"),
        false => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_can_be_parts_of_paths() {
        let names = ["S01/v 1", "-x", "Müller", ""].map(valid_name);
        assert_eq!(names, ["S01_v_1", "_-x", "M_ller", "_"]);
    }
}
