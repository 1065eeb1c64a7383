//! Where masks are: a folder, or those of its files that a pattern names.

use std::fmt;
use std::path::{Path, PathBuf};

use rsom_stage::{Kind, StageError, atomic, folder};

use crate::arguments::absolute_path;

/// A folder of masks.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Masks {
    /// The folder.
    pub folder: PathBuf,
    /// Pattern of the paths below it, with `*` for any characters but `/`, and `?` for one; `None` for all files.
    names: Option<String>,
}

impl Masks {
    /// A folder, or a folder and a pattern: `masks/*_unet.nii.gz` are the files below `masks` with such a name.
    ///
    /// # Errors
    /// Exit code 3: the current folder is unknown.
    pub(super) fn at(path: &Path) -> Result<Self, StageError> {
        let text = folder::slashed(path);
        let Some(star) = text.find(['*', '?']).filter(|_| !path.exists()) else {
            return Ok(Self {
                folder: absolute_path(path)?,
                names: None,
            });
        };
        let (above, names) = match text[..star].rfind('/') {
            Some(end) => (&text[..=end], &text[end + 1..]),
            None => (".", text.as_str()),
        };
        Ok(Self {
            folder: absolute_path(Path::new(above))?,
            names: Some(names.to_owned()),
        })
    }

    /// The paths of the masks below the folder, with `/` between their parts.
    ///
    /// # Errors
    /// Exit code 3: the folder cannot be read, or has no such mask.
    pub(super) fn found(&self) -> Result<Vec<String>, StageError> {
        let root = &self.folder;
        let files = folder::files(root).map_err(|e| StageError::input(root, atomic::plain(&e)))?;
        let visible = files
            .into_iter()
            .filter(|file| !folder::is_hidden(&file.name));
        let masks = visible.filter(|file| Kind::Mask.accepts_name(&file.name));
        let names = masks.map(|file| folder::slashed(&file.name));
        let names: Vec<String> = names.filter(|name| self.accepts(name)).collect();
        if !names.is_empty() {
            return Ok(names);
        }
        Err(StageError::input(
            root,
            match &self.names {
                None => "there is no NIfTI file (.nii.gz or .nii); 'rsom io convert' writes one from other formats"
                    .to_owned(),
                Some(names) => format!("there is no NIfTI file (.nii.gz or .nii) named {names}"),
            },
        ))
    }

    fn accepts(&self, name: &str) -> bool {
        let Some(pattern) = &self.names else {
            return true;
        };
        let (wanted, parts) = (pattern.split('/'), name.split('/'));
        wanted.clone().count() == parts.clone().count()
            && wanted
                .zip(parts)
                .all(|(wanted, part)| is_like(part, wanted))
    }
}

impl fmt::Display for Masks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.names {
            Some(names) => write!(f, "{}", self.folder.join(names).display()),
            None => write!(f, "{}", self.folder.display()),
        }
    }
}

/// Whether a text is like a pattern, in which each `*` stands for any characters and each `?` for one.
fn is_like(text: &str, pattern: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    // Whether the part of the pattern so far is like the first n characters, for each n.
    let mut like = vec![false; text.len() + 1];
    like[0] = true;
    for wanted in pattern.chars() {
        let before = like.clone();
        for n in 0..like.len() {
            like[n] = match wanted {
                '*' => before[n] || n > 0 && like[n - 1],
                '?' => n > 0 && before[n - 1],
                letter => n > 0 && before[n - 1] && text[n - 1] == letter,
            };
        }
    }
    like[text.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_characters_and_a_question_mark_for_one() {
        for (text, pattern) in [
            ("S01_unet_s0.nii.gz", "*_unet_s0.*"),
            ("S01_unet_s0.nii.gz", "S01*"),
            ("S01_unet_s0.nii.gz", "*"),
            ("S01_unet_s0.nii.gz", "*01*net*gz"),
            ("aab", "*ab"),
            ("ab", "a**b"),
            ("é_1", "*_*"),
            ("S01_1.nii.gz", "*_?.nii.gz"),
            ("é", "?"),
        ] {
            assert!(is_like(text, pattern), "{text}, {pattern}");
        }
        for (text, pattern) in [
            ("S01_unet_s0.nii.gz", "*_unet_s1.*"),
            ("S01_unet_s100.nii.gz", "*_s10.*"),
            ("aba", "ab*ba"),
            ("ab", "ab*b"),
            ("a", "b"),
            ("", "a*"),
            ("", "?"),
            ("S01_1_scan.nii.gz", "*_?.nii.gz"),
        ] {
            assert!(!is_like(text, pattern), "{text}, {pattern}");
        }
    }

    #[test]
    fn a_star_does_not_cross_folders() {
        let masks = |names: &str| Masks {
            folder: PathBuf::new(),
            names: Some(names.to_owned()),
        };
        assert!(masks("fold*/S*.nii").accepts("fold0/S1.nii"));
        assert!(!masks("S*.nii").accepts("fold0/S1.nii"));
        assert!(!masks("f*.nii").accepts("fold0/S1.nii"));
    }
}
