//! Reads a figure back: its lines, areas, texts and pictures, with their places.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::BTreeMap;

pub type Point = [f64; 2];

/// An element with its attributes and the text in it.
#[derive(Debug, Clone)]
pub struct Element {
    pub name: String,
    pub attributes: BTreeMap<String, String>,
    pub text: String,
}

/// All elements of a document, in the order in which they are drawn.
pub fn elements(svg: &str) -> Vec<Element> {
    svg.split('<')
        .skip(1)
        .filter(|part| !part.starts_with(['/', '?', '!']))
        .map(|part| {
            let (tag, text) = part.split_once('>').unwrap();
            let tag = tag.trim_end_matches('/');
            let (name, rest) = tag.split_once(' ').unwrap_or((tag, ""));
            let mut pieces = rest.split('"');
            let mut attributes = BTreeMap::new();
            while let (Some(key), Some(value)) = (pieces.next(), pieces.next()) {
                let key = key.trim().trim_end_matches('=');
                attributes.insert(key.to_owned(), value.to_owned());
            }
            Element {
                name: name.to_owned(),
                attributes,
                text: text.trim().to_owned(),
            }
        })
        .collect()
}

impl Element {
    pub fn number(&self, key: &str) -> f64 {
        self.attributes[key].parse().unwrap()
    }

    pub fn is(&self, key: &str, value: &str) -> bool {
        self.attributes.get(key).is_some_and(|v| v == value)
    }

    /// The lines of a path, each the points it runs through.
    pub fn lines(&self) -> Vec<Vec<Point>> {
        let data = self.attributes["d"].trim_end_matches('Z').replace('Z', "");
        data.split('M').skip(1).map(points).collect()
    }

    /// Left, top, right and bottom of all points of a path.
    pub fn bounds(&self) -> [f64; 4] {
        let points = self.lines().concat();
        let least = |i: usize| points.iter().map(|p| p[i]).fold(f64::INFINITY, f64::min);
        let most = |i: usize| points.iter().map(|p| p[i]).fold(0.0, f64::max);
        [least(0), least(1), most(0), most(1)]
    }
}

fn points(line: &str) -> Vec<Point> {
    line.split('L')
        .map(|point| {
            let mut numbers = point.split_whitespace().map(|n| n.parse().unwrap());
            [numbers.next().unwrap(), numbers.next().unwrap()]
        })
        .collect()
}

/// Paths of one outline or fill.
pub fn paths<'a>(elements: &'a [Element], key: &str, value: &str) -> Vec<&'a Element> {
    let paths = elements.iter().filter(|e| e.name == "path");
    paths.filter(|e| e.is(key, value)).collect()
}

/// The text that reads so, which stands once.
pub fn text<'a>(elements: &'a [Element], words: &str) -> &'a Element {
    let texts = elements.iter().filter(|e| e.name == "text");
    let found: Vec<&Element> = texts.filter(|e| e.text == words).collect();
    assert_eq!(found.len(), 1, "'{words}' stands {} times", found.len());
    found[0]
}
