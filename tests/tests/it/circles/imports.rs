//! The paths that a file names, and the files that they lead to.

use std::collections::BTreeSet;

/// Names of the modules from the crate's root to a file's: none for the root.
pub type Module = Vec<String>;

/// The files whose items a file uses; `pub use`, which only passes a name on, does not count.
///
/// `modules` are those of all files of the crate. A path within a module in braces is taken for one of its file.
pub fn imports(tokens: &[&str], own: &Module, modules: &BTreeSet<Module>) -> BTreeSet<Module> {
    let paths = paths(tokens);
    let found = paths
        .iter()
        .filter_map(|path| absolute(path, own, modules))
        .filter_map(|path| file_of(&path, modules));
    found.filter(|module| module != own).collect()
}

/// The paths after `use`, and all others of two words and more.
fn paths<'a>(tokens: &[&'a str]) -> Vec<Vec<&'a str>> {
    let (mut paths, mut place) = (Vec::new(), 0);
    while place < tokens.len() {
        let rest = &tokens[place..];
        let length = match rest {
            ["pub", ..] => length_of_reexport(rest),
            // `use<'a>` in a type names no path.
            ["use", next, ..] if *next != "<" => {
                let length = length_of_use(rest);
                leaves(&rest[1..length], &[], &mut paths);
                length
            }
            [word, "::", ..] if is_word(word) => {
                let path = path_at_start(rest);
                let length = 2 * path.len() - 1;
                paths.push(path);
                length
            }
            // What goes on behind a type in brackets begins no path.
            ["::", ..] => 2,
            _ => 1,
        };
        place += length;
    }
    paths
}

fn length_of_reexport(tokens: &[&str]) -> usize {
    let behind = match tokens.get(1) {
        Some(&"(") => tokens.iter().position(|t| *t == ")").map_or(1, |p| p + 1),
        _ => 1,
    };
    match tokens.get(behind) {
        Some(&"use") => behind + length_of_use(&tokens[behind..]),
        _ => 1,
    }
}

fn length_of_use(tokens: &[&str]) -> usize {
    tokens
        .iter()
        .position(|t| *t == ";")
        .unwrap_or(tokens.len())
}

fn path_at_start<'a>(tokens: &[&'a str]) -> Vec<&'a str> {
    let pairs = tokens[1..].chunks_exact(2);
    let behind = pairs.take_while(|pair| pair[0] == "::" && is_word(pair[1]));
    let mut path = vec![tokens[0]];
    path.extend(behind.map(|pair| pair[1]));
    path
}

/// The paths of a tree such as `a::{b, c::{d, self}}`.
fn leaves<'a>(tree: &[&'a str], stem: &[&'a str], paths: &mut Vec<Vec<&'a str>>) {
    let mut path = stem.to_vec();
    for (place, token) in tree.iter().enumerate() {
        match *token {
            "::" => {}
            "as" => break,
            "{" => {
                let mut depth = 0;
                let inside = &tree[place + 1..tree.len() - 1];
                let branches = inside.split(|token| {
                    match *token {
                        "{" => depth += 1,
                        "}" => depth -= 1,
                        _ => {}
                    }
                    depth == 0 && *token == ","
                });
                for branch in branches.filter(|branch| !branch.is_empty()) {
                    leaves(branch, &path, paths);
                }
                return;
            }
            word => path.push(word),
        }
    }
    paths.push(path);
}

/// The path from the crate's root; `None` for one into another crate, and for one that begins with a type or a variable.
fn absolute(path: &[&str], own: &Module, modules: &BTreeSet<Module>) -> Option<Module> {
    let first = path.first()?;
    let supers = path.iter().take_while(|word| **word == "super").count();
    let child: Module = own.iter().cloned().chain([(*first).to_owned()]).collect();
    let (start, behind) = match *first {
        "crate" => (&[][..], &path[1..]),
        "self" => (&own[..], &path[1..]),
        "super" => (&own[..own.len().checked_sub(supers)?], &path[supers..]),
        _ if modules.contains(&child) => (&own[..], path),
        _ => return None,
    };
    let behind = behind.iter().map(|word| (*word).to_owned());
    Some(start.iter().cloned().chain(behind).collect())
}

/// The file that holds what a path names: the longest of its beginnings that is a module.
fn file_of(path: &[String], modules: &BTreeSet<Module>) -> Option<Module> {
    let beginnings = (0..=path.len()).rev().map(|length| path[..length].to_vec());
    beginnings
        .into_iter()
        .find(|module| modules.contains(module))
}

fn is_word(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}
