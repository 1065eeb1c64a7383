//! Which scan a mask belongs to.

use std::path::{Path, PathBuf};

/// The place of the scan that a mask belongs to: the only one, or the one whose name is part of the mask's name as a whole word; of
/// several, the longest name. `None` if there is none, or if two scans are equally good.
pub(crate) fn scan_of(mask: &Path, scans: &[PathBuf]) -> Option<usize> {
    if scans.len() == 1 {
        return Some(0);
    }
    let mask = stem(mask);
    let stems: Vec<String> = scans.iter().map(|scan| stem(scan)).collect();
    let best = (stems.iter())
        .filter(|stem| has_word(&mask, stem))
        .map(String::len)
        .max()?;
    let mut places = (0..stems.len())
        .filter(|place| stems[*place].len() == best && has_word(&mask, &stems[*place]));
    let place = places.next()?;
    places.next().is_none().then_some(place)
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

/// Whether a word stands in a text and does not go on there: `S1` stands in `S1_mask`, and not in `S12_mask`.
fn has_word(text: &str, word: &str) -> bool {
    let goes_on = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    !word.is_empty()
        && text.match_indices(word).any(|(at, _)| {
            let before = text[..at].chars().next_back();
            let after = text[at + word.len()..].chars().next();
            !goes_on(before) && !goes_on(after)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(mask: &str, scans: &[&str]) -> Option<usize> {
        let scans: Vec<PathBuf> = scans.iter().map(PathBuf::from).collect();
        scan_of(Path::new(mask), &scans)
    }

    #[test]
    fn a_mask_belongs_to_the_scan_in_its_name() {
        let scans = ["a/S1.nii.gz", "a/S12.nii.gz", "a/S1_b.nii"];
        assert_eq!(found("m/S1_mask.nii.gz", &scans), Some(0));
        assert_eq!(found("m/unet_S12.nii.gz", &scans), Some(1));
        assert_eq!(found("m/S1_b_mask.nii", &scans), Some(2));
        assert_eq!(found("m/S2.nii", &scans), None);
    }

    #[test]
    fn one_scan_has_all_masks_and_two_of_a_name_have_none() {
        assert_eq!(found("m/unet.nii", &["a/S1.nii"]), Some(0));
        assert_eq!(found("m/S1_mask.nii", &["a/S1.nii", "b/S1.nii"]), None);
    }
}
