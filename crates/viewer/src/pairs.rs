//! Which scan a mask belongs to.

use std::path::{Path, PathBuf};

/// The place of the scan whose name is part of a mask's name as a whole word; of several, the longest name.
///
/// # Errors
/// In words: there is none, or two scans are equally good.
pub(crate) fn scan_of(mask: &Path, scans: &[PathBuf]) -> Result<usize, &'static str> {
    let mask = stem(mask);
    let stems: Vec<String> = scans.iter().map(|scan| stem(scan)).collect();
    let fits = |stem: &&String| has_word(&mask, stem);
    let best = stems.iter().filter(fits).map(String::len).max();
    let best = best.ok_or("no scan's name is part of its name")?;
    let is_best = |place: &usize| stems[*place].len() == best && fits(&&stems[*place]);
    let places: Vec<usize> = (0..stems.len()).filter(is_best).collect();
    match places[..] {
        [place] => Ok(place),
        _ => Err("several scans have the same name"),
    }
}

/// The name of a file, without its folder.
pub(crate) fn file_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    name.to_string_lossy().into_owned()
}

fn stem(path: &Path) -> String {
    let name = file_name(path);
    let stem = name.strip_suffix(".gz").unwrap_or(&name);
    stem.strip_suffix(".nii").unwrap_or(stem).to_owned()
}

/// Whether a word stands in a text and does not go on there: `S1` stands in `S1_mask`, and neither in `S12_mask` nor in `S1_2_mask`, which may be
/// of another visit.
fn has_word(text: &str, word: &str) -> bool {
    let goes_on = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    !word.is_empty()
        && text.match_indices(word).any(|(at, _)| {
            let before = text[..at].chars().next_back();
            let mut after = text[at + word.len()..].chars();
            let (next, second) = (after.next(), after.next());
            let is_numbered = second.is_some_and(|c| c.is_ascii_digit());
            !goes_on(before) && !goes_on(next) && !is_numbered
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(mask: &str, scans: &[&str]) -> Option<usize> {
        let scans: Vec<PathBuf> = scans.iter().map(PathBuf::from).collect();
        scan_of(Path::new(mask), &scans).ok()
    }

    #[test]
    fn a_mask_belongs_to_the_scan_in_its_name() {
        let scans = ["a/S1.nii.gz", "a/S12.nii.gz", "a/S1_b.nii", "a/S1_2.nii"];
        assert_eq!(found("m/S1_mask.nii.gz", &scans), Some(0));
        assert_eq!(found("m/S1.nii.gz", &scans), Some(0));
        assert_eq!(found("m/unet_S12.nii.gz", &scans), Some(1));
        assert_eq!(found("m/S1_b_mask.nii", &scans), Some(2));
        assert_eq!(found("m/S1_2_mask.nii", &scans), Some(3));
        assert_eq!(found("m/S2.nii", &scans), None);
        // Perhaps of a visit whose scan is not here.
        assert_eq!(found("m/S1_3_mask.nii", &scans), None);
    }

    #[test]
    fn two_scans_of_a_name_have_no_masks() {
        assert_eq!(found("m/S1_mask.nii", &["a/S1.nii", "b/S1.nii"]), None);
        assert_eq!(found("m/S2_mask.nii", &["a/S1.nii"]), None);
    }
}
