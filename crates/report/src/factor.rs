//! Measures against a factor: one panel per measure, one series per group (the paper's figure 2).

mod brackets;
mod cells;
mod data;
mod figure;
mod legend;
mod levels;
mod marks;
mod notes;
mod panel;
mod placing;
mod record;
mod strip;
mod summary;
mod units;

use crate::chart::frame::{self, Margins};
use crate::chart::{Axis, Frame, Grid, Look, Sides, grid, legend as key};
use crate::color::INK;
use crate::scene::Path;
use crate::{Color, Scene};
use cells::{Cell, Order};
use panel::Plot;

pub use brackets::PValues;
pub use data::{Datum, data};
pub use figure::Figure;
pub use levels::ordered;
pub use marks::{Drawn, Marks};
pub use placing::{AxisKind, Placing};
pub use record::{Panel, Record, Reference, Test};
pub use summary::{Spread, Summary};
pub use units::of_units;

/// Ticks of a vertical axis, about.
const TICKS: usize = 5;
/// Most panels side by side.
const ACROSS: usize = 3;

/// A panel with all that its place depends on.
struct Prepared<'f> {
    cells: Vec<Cell<'f>>,
    axis: Axis,
    strip: f64,
    panel: &'f Panel,
}

/// Draws the measures as panels side by side, or below each other in a narrow figure, each with its own axes.
///
/// Each point is the mean (or median) of a group at a level, the bar its spread; points of units, lines between the values of
/// one unit and boxes as [`Drawn`] says. Lines join the points of a group only where levels are numbers. Where values are
/// missing or come from an empty mask, a fraction in a strip below the values shows how many are left (`7/9`); where no row is
/// `ok` (a network that found nothing), there is no point, and the line of the series is interrupted.
#[must_use]
pub fn scene(figure: &Figure, look: &Look) -> Scene {
    let order = figure.order();
    let page = Page {
        figure,
        order: &order,
        look,
    };
    let prepared: Vec<Prepared<'_>> = figure.panels.iter().map(|p| page.prepare(p)).collect();
    let count = prepared.len();
    let expected = grid::expected_height(look, count, ACROSS);
    let sides: Vec<Sides> = (prepared.iter().enumerate())
        .map(|(i, p)| page.sides(p, (count > 1).then_some(i)))
        .collect();
    let margins_of = |height: f64| {
        let margins = sides.iter().map(|s| s.margins(look, height));
        margins.fold(Margins::default(), Margins::max)
    };
    // Names of levels break or turn by the width that is left between the margins.
    let first = Grid::new(look, count, ACROSS, margins_of(expected), [0.0; 2]);
    let margins = margins_of(first.size()[1]);
    let em = look.em();
    let mut scene = Scene::in_points(look.width_mm, 10.0, look.background());
    let entries = legend::entries(figure, &order, look);
    let at = [0.5 * em + margins.left, 0.4 * em];
    let top = at[1] + key::draw(&mut scene, &entries, at, look);
    // Brackets depend on the width of a panel, and its height on the brackets.
    let flat = Grid::new(look, count, ACROSS, margins, [top, 0.0]);
    let heads: Vec<Vec<brackets::Bracket>> = (prepared.iter().enumerate())
        .map(|(i, p)| page.brackets(p, &flat.frame(i, look)))
        .collect();
    let above = heads.iter().map(|head| brackets::height(head, look));
    let above = above.fold(0.0, f64::max);
    let below = prepared.iter().map(|p| p.strip).fold(0.0, f64::max);
    let grid = Grid::new(look, count, ACROSS, margins, [top, above + below]);
    for (i, panel) in prepared.iter().enumerate() {
        let frame = grid.frame(i, look);
        let values = Frame {
            top: frame.top + above,
            bottom: frame.bottom - panel.strip,
            ..frame
        };
        draw_sides(&mut scene, &sides[i], [&frame, &values], look);
        page.draw_values(&mut scene, panel, [frame, values]);
        brackets::draw(&mut scene, &heads[i], values.top, look);
    }
    let cells: Vec<&[Cell<'_>]> = prepared.iter().map(|p| p.cells.as_slice()).collect();
    let at = [grid.left() + margins.left, grid.bottom() + 0.3 * em];
    let height = frame::draw_notes(&mut scene, &notes::of(figure, &cells), at, look);
    scene.height = grid.bottom() + height + 0.8 * em;
    scene
}

/// Draws axes whose ticks lie in the part of the frame that holds the values.
fn draw_sides(scene: &mut Scene, sides: &Sides, [frame, values]: [&Frame; 2], look: &Look) {
    let whole = frame.bottom - values.top;
    let share = |part: f64| (frame.bottom - values.y(part)) / whole;
    let ticks = (sides.up_ticks.iter()).map(|(part, label)| (share(*part), label.clone()));
    let sides = Sides {
        up_ticks: ticks.collect(),
        raise: values.top - frame.top,
        ..sides.clone()
    };
    let frame = Frame {
        top: values.top,
        ..*frame
    };
    sides.draw(scene, &frame, look);
}

/// What all panels of a figure share.
struct Page<'f> {
    figure: &'f Figure,
    order: &'f Order<'f>,
    look: &'f Look,
}

impl Page<'_> {
    fn prepare<'p>(&self, panel: &'p Panel) -> Prepared<'p> {
        let drawn = self.figure.drawn;
        let cells = self.order.cells(&panel.records, self.figure.spread);
        let within = |point| panel::clipped(point, panel.range);
        let mut ends: Vec<f64> = Vec::new();
        for cell in &cells {
            match drawn.marks {
                // Values beyond the whiskers have points.
                Marks::Box => {}
                _ => ends.extend(cell.summary.point.into_iter().flat_map(within)),
            }
            if drawn.points || drawn.lines || drawn.marks == Marks::Box {
                ends.extend(cell.records.iter().filter_map(|r| r.value));
            }
        }
        ends.extend(panel.references.iter().map(|reference| reference.value));
        Prepared {
            strip: strip::height(&cells, self.look),
            axis: Axis::linear(ends, TICKS),
            cells,
            panel,
        }
    }

    fn sides(&self, prepared: &Prepared<'_>, letter: Option<usize>) -> Sides {
        let placing = &self.order.placing;
        let tick = |(level, share): (&&str, &f64)| {
            let words = self.figure.name(level);
            let words = match placing.is_ordered {
                true => words.replace('-', "−"),
                false => words,
            };
            (*share, words)
        };
        Sides {
            letter,
            title: String::new(),
            across: self.figure.factor.clone(),
            up: prepared.panel.title.clone(),
            across_ticks: placing.ticks.clone().unwrap_or_else(|| {
                let levels = self.order.levels.iter().zip(&placing.shares);
                levels.map(tick).collect()
            }),
            up_ticks: prepared.axis.ticks(),
            raise: 0.0,
        }
    }

    fn draw_values(&self, scene: &mut Scene, prepared: &Prepared<'_>, [frame, values]: [Frame; 2]) {
        for reference in &prepared.panel.references {
            let y = values.y(prepared.axis.share(reference.value));
            let [left, right] = self.reference_ends(reference, &values);
            let ends = vec![[left, y], [right, y]];
            let line = Path::open(
                vec![ends],
                legend::reference_stroke(self.figure, &reference.words, self.look),
            );
            scene.draw(line.named("reference"));
        }
        if prepared.strip > 0.0 {
            let below = Frame {
                top: values.bottom,
                ..frame
            };
            strip::draw(scene, &prepared.cells, self.order, &below, self.look);
        }
        let plot = Plot {
            frame: values,
            axis: prepared.axis.clone(),
            order: self.order,
            drawn: self.figure.drawn,
            range: prepared.panel.range,
            look: self.look,
        };
        plot.draw(scene, &prepared.cells);
    }

    /// From where to where the line of a reference goes: over the whole panel, or over its cell.
    fn reference_ends(&self, reference: &Reference, frame: &Frame) -> [f64; 2] {
        let place = |(level, group): &(String, String)| {
            let level = self.order.levels.iter().position(|l| l == level)?;
            let group = self.order.groups.iter().position(|g| g == group)?;
            Some(self.order.x(level, group, frame, self.look))
        };
        let half = self.order.width(frame, self.look) / 2.0;
        match reference.cell.as_ref().and_then(place) {
            Some(middle) => [
                (middle - half).max(frame.left),
                (middle + half).min(frame.right),
            ],
            None => [frame.left, frame.right],
        }
    }

    /// The color of a group in whose own levels a test was made, where there are several groups.
    fn color(&self, test: &Test) -> Color {
        let [(_, first), (_, second)] = &test.cells;
        let group = self.order.groups.iter().position(|g| g == first);
        match group.filter(|_| first == second && self.order.groups.len() > 1) {
            Some(group) => self.look.color(group),
            None => INK,
        }
    }

    fn brackets(&self, prepared: &Prepared<'_>, frame: &Frame) -> Vec<brackets::Bracket> {
        let place = |(level, group): &(String, String)| {
            let level = self.order.levels.iter().position(|l| l == level)?;
            let group = self.order.groups.iter().position(|g| g == group)?;
            Some(self.order.x(level, group, frame, self.look))
        };
        let bracket = |test: &Test| {
            let ends = [place(&test.cells[0])?, place(&test.cells[1])?];
            Some(brackets::Bracket {
                ends: [ends[0].min(ends[1]), ends[0].max(ends[1])],
                words: brackets::words(test.p, self.figure.p_values),
                color: self.color(test),
            })
        };
        match self.figure.p_values {
            PValues::None => Vec::new(),
            _ => prepared.panel.tests.iter().filter_map(bracket).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::style::tests::look;
    use crate::scene::Item;

    fn record(level: &str, group: &str, value: Option<f64>, status: &str) -> Record {
        Record {
            level: level.to_owned(),
            group: group.to_owned(),
            unit: "a".to_owned(),
            value,
            status: status.to_owned(),
            measurements: 1,
        }
    }

    fn figure(records: Vec<Record>) -> Figure {
        let levels: Vec<String> = ordered(records.iter().map(|r| r.level.as_str()))
            .into_iter()
            .map(str::to_owned)
            .collect();
        let words: Vec<&str> = levels.iter().map(String::as_str).collect();
        let placing = Placing::of(&words, AxisKind::Category).unwrap();
        Figure {
            factor: "s".to_owned(),
            group: String::new(),
            unit: "subject".to_owned(),
            panels: vec![Panel {
                metric: "ra_vox".to_owned(),
                title: "Ra (voxels)".to_owned(),
                records,
                references: vec![Reference {
                    words: "reference".to_owned(),
                    value: 0.2,
                    cell: None,
                }],
                range: [0.0, f64::INFINITY],
                tests: Vec::new(),
            }],
            levels,
            names: std::collections::BTreeMap::new(),
            placing,
            spread: Spread::MeanSd,
            drawn: Drawn {
                marks: Marks::Bars,
                points: false,
                lines: false,
                joined: true,
            },
            p_values: PValues::Numbers,
            test: String::new(),
        }
    }

    fn texts(scene: &Scene) -> Vec<&str> {
        let texts = scene.items.iter().filter_map(|item| match item {
            Item::Text(text) => Some(text.words.as_str()),
            _ => None,
        });
        texts.collect()
    }

    fn paths<'s>(scene: &'s Scene, class: &str) -> Vec<&'s Path> {
        let paths = scene.items.iter().filter_map(|item| match item {
            Item::Path(path) if path.class == class => Some(path),
            _ => None,
        });
        paths.collect()
    }

    #[test]
    fn units_of_several_measurements_are_said() {
        let repeated = |measurements| Record {
            measurements,
            ..record("0", "", Some(0.3), "ok")
        };
        let said = |counts: &[usize]| {
            let scene = scene(
                &figure(counts.iter().map(|n| repeated(*n)).collect()),
                &look(175.0),
            );
            texts(&scene).concat()
        };
        assert!(said(&[1, 2]).contains("value of a unit: mean of 1–2 measurements"));
        assert!(said(&[2, 2]).contains("value of a unit: mean of 2 measurements"));
        assert!(!said(&[1, 1]).contains("value of a unit"));
    }

    #[test]
    fn all_texts_lie_within_the_figure() {
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
        figure.panels = vec![figure.panels[0].clone(); 3];
        for width in [85.0, 120.0, 175.0] {
            let scene = scene(&figure, &look(width));
            for item in &scene.items {
                let Item::Text(text) = item else { continue };
                assert!(
                    text.at[1] + 0.3 * text.size <= scene.height,
                    "{}",
                    text.words
                );
                assert!(text.size >= 6.0 && text.at[0] > 0.0 && text.at[0] < scene.width);
            }
        }
    }

    #[test]
    fn a_collapsed_network_is_marked_not_dropped() {
        let ok = record("0", "unet", Some(0.12), "ok");
        let collapsed = record("100", "unet", None, "empty_prediction");
        let figure = figure(vec![ok.clone(), ok, collapsed.clone(), collapsed]);
        let drawn = scene(&figure, &look(85.0));
        assert!(texts(&drawn).contains(&"0/2") && texts(&drawn).contains(&"valid"));
        assert!(texts(&drawn).contains(&"100"));
        assert_eq!(paths(&drawn, "mean").len(), 1);
    }

    #[test]
    fn missing_values_are_counted_below_the_point() {
        let rows = vec![
            record("0", "unet", Some(0.1), "ok"),
            record("0", "unet", Some(0.2), "ok"),
            record("0", "unet", Some(0.0), "empty_prediction"),
        ];
        assert!(texts(&scene(&figure(rows), &look(85.0))).contains(&"2/3"));
    }

    #[test]
    fn words_are_not_joined_by_a_line_and_numbers_are() {
        let of = |levels: [&str; 2]| {
            let rows = levels.map(|l| record(l, "", Some(0.5), "ok")).to_vec();
            paths(&scene(&figure(rows), &look(85.0)), "means").len()
        };
        assert_eq!((of(["fcn7", "unet"]), of(["0", "10"])), (0, 1));
    }

    #[test]
    fn no_name_of_a_level_is_left_out_or_off_the_page() {
        let names = [
            "baseline",
            "étude",
            "follow-up visit",
            "week 4 of treatment",
            "a",
            "b b b b",
            "control",
        ];
        for (width, count) in [(85.0, 2), (85.0, 4), (85.0, 7), (175.0, 7)] {
            let rows = names[..count]
                .iter()
                .map(|l| record(l, "", Some(0.5), "ok"));
            let drawn = scene(&figure(rows.collect()), &look(width));
            let said = texts(&drawn).join(" ");
            for name in &names[..count] {
                assert!(said.contains(name), "{width} {name}: {said}");
            }
            for item in &drawn.items {
                let Item::Text(text) = item else { continue };
                let half = crate::font::width_em(&text.words) * text.size / 2.0;
                let (down, across) = match text.upwards {
                    true => (2.0 * half, 0.0),
                    false => (0.0, half),
                };
                if text.anchor == crate::scene::Anchor::Middle && !text.upwards {
                    assert!(
                        text.at[0] - across >= 0.0 && text.at[0] + across <= drawn.width,
                        "{}",
                        text.words
                    );
                }
                if text.anchor == crate::scene::Anchor::End {
                    assert!(text.at[1] + down <= drawn.height, "{}", text.words);
                }
            }
        }
    }

    #[test]
    fn brackets_stand_above_all_values() {
        let rows: Vec<Record> = ["0", "10", "100"]
            .into_iter()
            .flat_map(|l| [0.3, 0.9].map(|v| record(l, "", Some(v), "ok")))
            .collect();
        let mut figure = figure(rows);
        let test = |a: &str, b: &str, p| Test {
            cells: [a, b].map(|level| (level.to_owned(), String::new())),
            p,
        };
        figure.panels[0].tests = vec![test("0", "10", 0.03), test("0", "100", 0.000_1)];
        let drawn = scene(&figure, &look(85.0));
        let brackets = paths(&drawn, "bracket");
        let top = |path: &Path| {
            path.lines
                .concat()
                .iter()
                .map(|p| p[1])
                .fold(f64::INFINITY, f64::min)
        };
        let highest = paths(&drawn, "interval")
            .into_iter()
            .map(top)
            .fold(f64::INFINITY, f64::min);
        let lowest = |path: &Path| path.lines.concat().iter().map(|p| p[1]).fold(0.0, f64::max);
        assert_eq!(brackets.len(), 2);
        assert!(brackets.iter().all(|b| lowest(b) <= highest), "{highest}");
        assert!(texts(&drawn).contains(&"p = 0.030") && texts(&drawn).contains(&"p < 0.001"));
    }

    #[test]
    fn a_box_shows_its_quartiles_and_each_unit() {
        let rows = [1.0, 2.0, 3.0, 4.0, 5.0].map(|v| record("fcn7", "", Some(v), "ok"));
        let mut figure = figure(rows.to_vec());
        figure.drawn = Drawn {
            marks: Marks::Box,
            points: true,
            lines: false,
            joined: false,
        };
        let drawn = scene(&figure, &look(85.0));
        assert_eq!(
            (paths(&drawn, "box").len(), paths(&drawn, "unit").len()),
            (1, 5)
        );
        let numbers = data(&figure);
        assert_eq!(
            (numbers[0].value, numbers[0].ends),
            (Some(3.0), Some([2.0, 4.0]))
        );
        assert_eq!(numbers.iter().filter(|d| d.kind == "unit").count(), 5);
    }

    #[test]
    fn a_figure_without_values_is_still_a_figure() {
        let drawn = scene(&figure(Vec::new()), &look(85.0));
        assert!(drawn.width > 0.0 && drawn.height > 0.0);
        assert!(!drawn.items.is_empty());
    }
}
