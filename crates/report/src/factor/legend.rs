//! The legend of a factor figure.

use super::cells::Order;
use super::figure::Figure;
use super::marks::Marks;
use super::record::Reference;
use crate::chart::{Dash, Entry, Look, Sample};
use crate::color::GRAY;
use crate::scene::Stroke;

/// Entries for groups that have names, and for the values that panels compare with.
pub fn entries(figure: &Figure, order: &Order<'_>, look: &Look) -> Vec<Entry> {
    let is_named = order.groups.len() > 1 || order.groups.first().is_some_and(|g| !g.is_empty());
    let groups: &[&str] = if is_named { &order.groups } else { &[] };
    let group = |(index, name): (usize, &&str)| Entry {
        words: match name.parse::<f64>() {
            Ok(_) if !figure.group.is_empty() && !figure.names.contains_key(*name) => {
                format!("{} = {}", figure.group, name.replace('-', "−"))
            }
            _ => figure.name(name),
        },
        sample: match (
            figure.drawn.marks,
            order.placing.is_ordered && figure.drawn.joined,
        ) {
            (Marks::Box, _) => Sample::Box(
                Stroke::solid(look.color(index), look.line()),
                look.marker(index),
            ),
            (_, true) => Sample::Line(look.stroke(index), Some(look.marker(index))),
            (_, false) => Sample::Mark(look.color(index), look.marker(index)),
        },
    };
    let mut entries: Vec<Entry> = groups.iter().enumerate().map(group).collect();
    entries.extend(references(figure).into_iter().map(|words| Entry {
        words: words.to_owned(),
        sample: Sample::Line(reference_stroke(figure, words, look), None),
    }));
    entries
}

/// The names of all values that panels compare with, each once.
fn references(figure: &Figure) -> Vec<&str> {
    let mut all: Vec<&str> = Vec::new();
    for Reference { words, .. } in figure.panels.iter().flat_map(|panel| &panel.references) {
        if !all.contains(&words.as_str()) {
            all.push(words);
        }
    }
    all
}

/// The line of a value that a panel compares with.
pub fn reference_stroke(figure: &Figure, words: &str, look: &Look) -> Stroke {
    let all = references(figure);
    let place = all.iter().position(|name| *name == words).unwrap_or(0);
    let dash = [Dash::Dashed, Dash::Dotted, Dash::DashDot, Dash::Long][place % 4];
    let width = 0.9 * look.line();
    Stroke {
        dash: dash.lengths(width),
        ..Stroke::solid(GRAY, width)
    }
}
