//! Measures against a factor: one panel per measure, one series per group (the paper's figure 2).

mod levels;
mod marker;
mod panel;
mod record;
mod summary;
mod units;

use crate::Scene;
use crate::color::{GRAY, INK, SERIES};
use crate::font;
use crate::scene::{Anchor, Path, Stroke, Text};
use panel::Frame;

pub use levels::ordered;
pub use record::{Panel, Record};
pub use summary::{Spread, Summary};
pub use units::of_units;

/// Content of a factor figure.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// Title of the horizontal axis.
    pub factor: String,
    /// The unit of a record, such as `subject`.
    pub unit: String,
    /// The measures, from top to bottom.
    pub panels: Vec<Panel>,
    /// Statistic of points and bars.
    pub spread: Spread,
}

const WIDTH: f64 = 620.0;
const PANEL_HEIGHT: f64 = 210.0;
const GAP: f64 = 26.0;
const LEFT: f64 = 86.0;
const RIGHT: f64 = 22.0;
const EM: f64 = 13.0;
const NOTE: f64 = 0.8 * EM;

/// The note that values of a unit are means of several measurements, such as visits.
fn of_measurements<'r>(records: impl Iterator<Item = &'r Record> + Clone) -> Option<String> {
    let counts = records.map(|record| record.measurements);
    let counts = counts.filter(|count| *count > 0);
    let (fewest, most) = (counts.clone().min()?, counts.max()?);
    let counted = match fewest == most {
        _ if most < 2 => return None,
        true => most.to_string(),
        false => format!("{fewest}–{most}"),
    };
    Some(format!("value of a unit: mean of {counted} measurements"))
}

/// Draws the measures as stacked panels above one axis with equally spaced levels.
///
/// Each point is the mean (or median) of a group at a level, the bar its standard deviation (or quartiles). Where
/// values are missing or come from an empty mask, a fraction shows how many are left (`7/9`). Where no row is `ok` (a network that found
/// nothing), there is no point: a cross in a strip below the axis marks it, and the line of the series is interrupted.
#[must_use]
pub fn scene(figure: &Figure) -> Scene {
    let records = || figure.panels.iter().flat_map(|p| &p.records);
    let levels = ordered(records().map(|r| r.level.as_str()));
    let groups = ordered(records().map(|r| r.group.as_str()));
    let named = groups.len() > 1 || groups.first().is_some_and(|g| !g.is_empty());
    let top = if named { 44.0 } else { 16.0 };
    let count = figure.panels.len() as f64;
    let bottom = top + count * PANEL_HEIGHT + (count - 1.0).max(0.0) * GAP;
    let mut scene = Scene::new(WIDTH, bottom + 6.3 * EM);
    if named {
        draw_legend(&mut scene, &groups);
    }
    let mut notes = vec![format!("{} (unit: {})", figure.spread.name(), figure.unit)];
    notes.extend(of_measurements(records()));
    for (i, panel) in figure.panels.iter().enumerate() {
        let frame = Frame {
            left: LEFT,
            right: WIDTH - RIGHT,
            top: top + i as f64 * (PANEL_HEIGHT + GAP),
            height: PANEL_HEIGHT,
            em: EM,
        };
        let cells = summary::cells(&panel.records, &levels, &groups, figure.spread);
        let drawn = panel::draw(&mut scene, panel, &cells, &frame);
        for note in drawn {
            if !notes.iter().any(|n| n == note) {
                notes.push(note.to_owned());
            }
        }
    }
    for (i, level) in levels.iter().enumerate() {
        let x = panel::level_x([LEFT, WIDTH - RIGHT], i, levels.len());
        let tick = Text::new(*level, [x, bottom + 1.5 * EM], EM, INK);
        scene.draw(tick.anchored(Anchor::Middle));
    }
    let middle = (LEFT + WIDTH - RIGHT) / 2.0;
    let title = Text::new(figure.factor.as_str(), [middle, bottom + 3.0 * EM], EM, INK);
    scene.draw(title.bold().anchored(Anchor::Middle));
    let lines = wrapped(&notes);
    let end = bottom + (5.2 + 1.1 * lines.len().saturating_sub(1) as f64) * EM;
    scene.height = scene.height.max(end.ceil());
    for (i, line) in lines.into_iter().enumerate() {
        let at = [LEFT, bottom + (4.6 + 1.1 * i as f64) * EM];
        scene.draw(Text::new(line, at, NOTE, GRAY));
    }
    scene
}

fn draw_legend(scene: &mut Scene, groups: &[&str]) {
    let mut x = LEFT;
    let y = 22.0;
    for (i, group) in groups.iter().enumerate() {
        let color = SERIES[i % SERIES.len()];
        let middle = y - 0.35 * EM;
        scene.line([x, middle], [x + 30.0, middle], Stroke::solid(color, 1.8));
        scene.draw(Path::area(
            vec![marker::shape(i, [x + 15.0, middle], 5.0)],
            color,
            1.0,
        ));
        scene.draw(Text::new(*group, [x + 38.0, y], EM, INK));
        x += 64.0 + font::width_em(group) * EM;
    }
}

/// Joins notes to lines that fit below the panels, even in a wider font.
fn wrapped(notes: &[String]) -> Vec<String> {
    let limit = (WIDTH - LEFT - RIGHT) / NOTE / 1.3;
    let mut lines: Vec<String> = Vec::new();
    for note in notes {
        match lines.last_mut() {
            Some(line) if font::width_em(&format!("{line}; {note}")) <= limit => {
                *line = format!("{line}; {note}");
            }
            _ => lines.push(note.clone()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::Item;

    fn record(level: &str, group: &str, value: Option<f64>, status: &str) -> Record {
        Record {
            level: level.to_owned(),
            group: group.to_owned(),
            value,
            status: status.to_owned(),
            measurements: 1,
        }
    }

    fn figure(records: Vec<Record>) -> Figure {
        Figure {
            factor: "s".to_owned(),
            unit: "subject".to_owned(),
            panels: vec![Panel {
                title: "Ra (voxels)".to_owned(),
                records,
                reference: Some(0.2),
                range: [0.0, f64::INFINITY],
            }],
            spread: Spread::MeanSd,
        }
    }

    fn words(item: &Item) -> Option<&str> {
        match item {
            Item::Text(text) => Some(&text.words),
            _ => None,
        }
    }

    fn texts(scene: &Scene) -> Vec<&str> {
        scene.items.iter().filter_map(words).collect()
    }

    #[test]
    fn units_of_several_measurements_are_said() {
        let repeated = |measurements| Record {
            measurements,
            ..record("0", "", Some(0.3), "ok")
        };
        let said = |counts: &[usize]| {
            let scene = scene(&figure(counts.iter().map(|n| repeated(*n)).collect()));
            let texts: Vec<String> = texts(&scene).into_iter().map(str::to_owned).collect();
            texts.concat()
        };
        assert!(said(&[1, 2]).contains("value of a unit: mean of 1–2 measurements"));
        assert!(said(&[2, 2]).contains("value of a unit: mean of 2 measurements"));
        assert!(!said(&[1, 1]).contains("value of a unit"));
    }

    #[test]
    fn all_notes_lie_within_the_figure() {
        let several = |level, value, status| Record {
            measurements: 5,
            ..record(level, "", value, status)
        };
        let mut figure = figure(vec![
            several("0", Some(0.9), "ok"),
            several("10", Some(0.9), "ok"),
            several("10", Some(0.0), "empty_prediction"),
            several("100", None, "empty_prediction"),
        ]);
        figure.panels[0].reference = Some(0.5);
        let scene = scene(&figure);
        for item in &scene.items {
            if let Item::Text(text) = item {
                assert!(
                    text.at[1] + 0.3 * text.size <= scene.height,
                    "{}",
                    text.words
                );
            }
        }
        assert!(texts(&scene).iter().any(|words| words.contains("dashed")));
    }

    #[test]
    fn a_part_of_collapsed_masks_is_marked() {
        let records = vec![
            record("0", "", Some(0.9), "ok"),
            record("0", "", Some(0.0), "empty_prediction"),
        ];
        let scene = scene(&figure(records));
        assert!(texts(&scene).contains(&"1/2"), "{:?}", texts(&scene));
    }

    #[test]
    fn a_collapsed_network_is_marked_not_dropped() {
        let ok = record("0", "unet", Some(0.12), "ok");
        let collapsed = record("100", "unet", None, "empty_prediction");
        let drawn = scene(&figure(vec![ok.clone(), ok, collapsed.clone(), collapsed]));
        assert!(texts(&drawn).contains(&"empty"));
        assert!(texts(&drawn).iter().any(|t| t.contains("cross")));
        assert!(texts(&drawn).contains(&"100"));
    }

    #[test]
    fn missing_values_are_counted_beside_the_point() {
        let rows = vec![
            record("0", "unet", Some(0.1), "ok"),
            record("0", "unet", Some(0.2), "ok"),
            record("0", "unet", None, "empty_prediction"),
        ];
        assert!(texts(&scene(&figure(rows))).contains(&"2/3"));
    }

    #[test]
    fn levels_stand_in_the_order_of_their_numbers() {
        let rows = ["1000", "1", "10", "0"].map(|l| record(l, "", Some(1.0), "ok"));
        let drawn = scene(&figure(rows.to_vec()));
        let found: Vec<&str> = texts(&drawn)
            .into_iter()
            .filter(|t| ["0", "1", "10", "1000"].contains(t))
            .collect();
        assert_eq!(found, ["0", "1", "10", "1000"]);
    }

    #[test]
    fn a_figure_without_values_is_still_a_figure() {
        let drawn = scene(&figure(Vec::new()));
        assert!(drawn.width > 0.0 && drawn.height > 0.0);
        assert!(!drawn.items.is_empty());
    }
}
