//! `include:`: files with params, profiles, defaults and steps that several pipelines share.

use rsom_stage::yaml::Document;

use crate::problem::Problems;
use crate::read::node::Node;
use crate::read::place::{FileNumber, Place};

/// Keys of an included file.
pub(crate) const FRAGMENT_KEYS: [&str; 4] = ["params", "profiles", "defaults", "stages"];

/// Reads a file by its path as the pipeline names it. An error is one line.
pub(crate) type Open<'a> = &'a dyn Fn(&str) -> Result<String, String>;

/// An included file.
#[derive(Debug)]
pub(crate) struct Fragment {
    /// Its path as the pipeline names it.
    pub path: String,
    pub text: String,
    pub document: Document,
    pub file: FileNumber,
}

impl Fragment {
    /// The whole file.
    pub fn root(&self) -> Node<'_> {
        Node::root(&self.document, self.file)
    }
}

/// Reads the files that a pipeline includes, in its order. Reports those that cannot be read.
pub(crate) fn fragments(root: &Node<'_>, open: Open<'_>, problems: &mut Problems) -> Vec<Fragment> {
    let mut fragments: Vec<Fragment> = Vec::new();
    for entry in paths(root, problems) {
        let Some(path) = entry.as_text().filter(|path| !path.trim().is_empty()) else {
            problems.add(
                entry.place(),
                "'include' must be a path, or a list of paths",
            );
            continue;
        };
        if fragments.iter().any(|fragment| fragment.path == path) {
            problems.add(entry.place(), format!("'{path}' is included twice"));
            continue;
        }
        match open(path) {
            Ok(text) => {
                let file = problems.add_file(path);
                match Document::parse(&text) {
                    Ok(document) => fragments.push(Fragment {
                        path: path.to_owned(),
                        text,
                        document,
                        file,
                    }),
                    Err(error) => problems.add(Place::of(file, error.place), error.message),
                }
            }
            Err(fault) => problems.add(entry.place(), format!("include '{path}': {fault}")),
        }
    }
    fragments
}

/// The entries of the key `include`: a path, or a list of paths.
fn paths<'a>(root: &Node<'a>, problems: &mut Problems) -> Vec<Node<'a>> {
    let Some(include) = root.child_named("include") else {
        return Vec::new();
    };
    match include.is_list() {
        false => vec![include],
        true => {
            let items = include.items();
            if items.is_empty() {
                problems.add(include.place(), "'include' is an empty list");
            }
            items
        }
    }
}
