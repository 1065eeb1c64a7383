//! Brackets with p-values above the values that they compare.

use rsom_parameters::Choice;

use crate::chart::Look;
use crate::font;
use crate::scene::{Anchor, Path, Stroke, Text};
use crate::{Color, Scene};

/// How p-values are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum PValues {
    /// As numbers: p = 0.012.
    Numbers,
    /// As stars: * below 0.05, ** below 0.01, *** below 0.001, n.s. otherwise.
    Stars,
    /// Not at all.
    None,
}

/// A bracket between two positions.
#[derive(Debug, Clone, PartialEq)]
pub struct Bracket {
    /// Left and right end.
    pub ends: [f64; 2],
    /// The words above it.
    pub words: String,
    /// Its color.
    pub color: Color,
}

/// Gap between two brackets of one lane, in ems.
const GAP: f64 = 0.5;

/// The words of a p-value.
#[must_use]
pub fn words(p: f64, style: PValues) -> String {
    match style {
        PValues::None => String::new(),
        PValues::Stars if p < 0.001 => "***".to_owned(),
        PValues::Stars if p < 0.01 => "**".to_owned(),
        PValues::Stars if p < 0.05 => "*".to_owned(),
        PValues::Stars => "n.s.".to_owned(),
        PValues::Numbers if p < 0.001 => "p < 0.001".to_owned(),
        PValues::Numbers if p < 0.1 => format!("p = {p:.3}"),
        PValues::Numbers => format!("p = {p:.2}"),
    }
}

/// The lane of each bracket, 0 the lowest: brackets of one lane, with their words, do not touch. Narrow brackets lie below wide ones.
fn lanes(brackets: &[Bracket], look: &Look) -> Vec<usize> {
    let mut order: Vec<usize> = (0..brackets.len()).collect();
    let width = |i: &usize| brackets[*i].ends[1] - brackets[*i].ends[0];
    order.sort_by(|a, b| {
        let by_width = width(a).total_cmp(&width(b));
        by_width.then(brackets[*a].ends[0].total_cmp(&brackets[*b].ends[0]))
    });
    let mut taken: Vec<Vec<[f64; 2]>> = Vec::new();
    let mut found = vec![0; brackets.len()];
    for i in order {
        let [left, right] = extent(&brackets[i], look);
        let is_free = |lane: &Vec<[f64; 2]>| lane.iter().all(|[a, b]| right < *a || left > *b);
        // A bracket lies above all that it spans, not only in the first free lane.
        let above = taken
            .iter()
            .rposition(|lane| !is_free(lane))
            .map_or(0, |lane| lane + 1);
        if above == taken.len() {
            taken.push(Vec::new());
        }
        taken[above].push([left, right]);
        found[i] = above;
    }
    found
}

/// Left and right end of a bracket and its words.
fn extent(bracket: &Bracket, look: &Look) -> [f64; 2] {
    let half = font::width_em(&bracket.words) * look.small() / 2.0;
    let middle = f64::midpoint(bracket.ends[0], bracket.ends[1]);
    let gap = GAP * look.em() / 2.0;
    [
        bracket.ends[0].min(middle - half) - gap,
        bracket.ends[1].max(middle + half) + gap,
    ]
}

/// Height of a lane.
fn lane_height(look: &Look) -> f64 {
    1.15 * look.small() + 0.35 * look.em()
}

/// Height of all brackets of a panel.
#[must_use]
pub fn height(brackets: &[Bracket], look: &Look) -> f64 {
    let last = lanes(brackets, look).into_iter().max();
    last.map_or(0.0, |last| {
        (last + 1) as f64 * lane_height(look) + 0.6 * look.em()
    })
}

/// Draws brackets above a height, each in its lane.
pub fn draw(scene: &mut Scene, brackets: &[Bracket], floor: f64, look: &Look) {
    let hook = 0.3 * look.em();
    for (bracket, lane) in brackets.iter().zip(lanes(brackets, look)) {
        let y = floor - hook - 0.2 * look.em() - lane as f64 * lane_height(look);
        let [left, right] = bracket.ends;
        let stroke = Stroke::solid(bracket.color, look.hairline());
        let line = vec![[left, y + hook], [left, y], [right, y], [right, y + hook]];
        scene.draw(Path::open(vec![line], stroke).named("bracket"));
        let at = [f64::midpoint(left, right), y - 0.25 * look.small()];
        let text = Text::new(&bracket.words, at, look.small(), bracket.color);
        scene.draw(text.anchored(Anchor::Middle));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::style::tests::look;

    fn bracket(left: f64, right: f64) -> Bracket {
        Bracket {
            ends: [left, right],
            words: words(0.012, PValues::Numbers),
            color: crate::color::INK,
        }
    }

    #[test]
    fn p_values_are_written_as_numbers_or_stars() {
        let all = [0.000_2, 0.001, 0.0123, 0.05, 0.42, 1.0];
        let numbers = all.map(|p| words(p, PValues::Numbers));
        assert_eq!(
            numbers,
            [
                "p < 0.001",
                "p = 0.001",
                "p = 0.012",
                "p = 0.050",
                "p = 0.42",
                "p = 1.00"
            ]
        );
        let stars = all.map(|p| words(p, PValues::Stars));
        assert_eq!(stars, ["***", "**", "*", "n.s.", "n.s.", "n.s."]);
    }

    #[test]
    fn brackets_never_overlap() {
        let look = look(175.0);
        let brackets = [
            (0.0, 300.0),
            (0.0, 100.0),
            (100.0, 200.0),
            (0.0, 200.0),
            (210.0, 300.0),
        ];
        let brackets = brackets.map(|(a, b)| bracket(a, b));
        let lanes = lanes(&brackets, &look);
        for i in 0..brackets.len() {
            for j in 0..i {
                let [a, b] = [i, j].map(|k| extent(&brackets[k], &look));
                assert!(
                    lanes[i] != lanes[j] || a[1] < b[0] || b[1] < a[0],
                    "{i} {j} {lanes:?}"
                );
            }
        }
        // Neighbors share an end: their hooks would touch, so they have lanes of their own.
        assert_eq!(lanes[4], 0);
        assert!(lanes[0] > lanes[3] && lanes[3] > lanes[1].max(lanes[2]));
    }
}
