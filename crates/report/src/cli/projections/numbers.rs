//! The numbers of projections, as columns.

use ndarray::{Array2, ArrayView2};
use rsom_formats::table::Column;

use crate::projections::{Axis, Figure, OffsetMask, View, depths_of, maxima};

/// What is drawn at a place: a pixel of a view, or a point of a center line.
struct Row {
    item: &'static str,
    /// Indices of the voxel; an axis along which a view projects has none, but for the depth of a maximum.
    place: [Option<f64>; 3],
    signal: Vec<Option<f64>>,
    /// Whether vessels and epidermis are there.
    masks: [Option<bool>; 2],
    line: Option<(i64, Option<f64>)>,
}

/// One row for each pixel of each view, then one for each point of center lines.
pub fn columns(figure: &Figure<'_>, views: &[View; 3]) -> Vec<Column> {
    let mut rows = Vec::new();
    let depth = figure.channels.first().map_or(0, |(_, c)| c.dim().2);
    let channels: Vec<[Array2<f32>; 3]> = figure.channels.iter().map(|(_, c)| maxima(*c)).collect();
    let shadows = |mask: Option<OffsetMask<'_>>| mask.map(|mask| mask.shadows(depth));
    let masks = [shadows(figure.vessels), shadows(figure.layer)];
    let depths = depths_of(figure, views);
    for view in views {
        let index = view.axis.index();
        let of_view = Pixels {
            axis: view.axis,
            signal: channels.iter().map(|c| c[index].view()).collect(),
            masks: masks
                .each_ref()
                .map(|m| m.as_ref().map(|m| m[index].view())),
            depths: &depths,
        };
        of_view.add(&mut rows);
    }
    for (number, line) in figure.center_lines.iter().enumerate() {
        let points = line.places_vox.iter().zip(&line.diameters_um);
        rows.extend(points.map(|(place, diameter)| Row {
            item: "center line",
            place: place.map(Some),
            signal: vec![None; channels.len()],
            masks: [None; 2],
            line: Some((number as i64, *diameter)),
        }));
    }
    table(figure, &rows)
}

/// The pixels of a view.
struct Pixels<'a> {
    axis: Axis,
    signal: Vec<ArrayView2<'a, f32>>,
    masks: [Option<ArrayView2<'a, bool>>; 2],
    depths: &'a Array2<usize>,
}

impl Pixels<'_> {
    fn add(&self, rows: &mut Vec<Row>) {
        let [across, down] = self.axis.picture();
        let item = match self.axis {
            Axis::X => "along x",
            Axis::Y => "along y",
            Axis::Z => "along z",
        };
        let size = self.signal.first().map_or((0, 0), ArrayView2::dim);
        for (a, d) in ndarray::indices(size) {
            let mut place = [None; 3];
            (place[across], place[down]) = (Some(a as f64), Some(d as f64));
            if self.axis == Axis::Z {
                place[2] = Some(self.depths[[a, d]] as f64);
            }
            let value =
                |c: &ArrayView2<'_, f32>| Some(f64::from(c[[a, d]])).filter(|v| v.is_finite());
            rows.push(Row {
                item,
                place,
                signal: self.signal.iter().map(value).collect(),
                masks: self.masks.map(|mask| mask.map(|mask| mask[[a, d]])),
                line: None,
            });
        }
    }
}

fn table(figure: &Figure<'_>, rows: &[Row]) -> Vec<Column> {
    let mut columns = vec![Column::text("item", rows.iter().map(|row| Some(row.item)))];
    for (axis, name) in ["x", "y", "z"].into_iter().enumerate() {
        columns.push(Column::number(name, rows.iter().map(|row| row.place[axis])));
    }
    for (index, (name, _)) in figure.channels.iter().enumerate() {
        let values = rows.iter().map(|row| row.signal[index]);
        columns.push(Column::number(&format!("signal {name}"), values));
    }
    let masks = [
        figure.vessels.map(|_| "vessels"),
        figure.layer.map(|_| "epidermis"),
    ];
    for (index, name) in masks.into_iter().enumerate() {
        let values = rows.iter().map(|row| row.masks[index]);
        columns.extend(name.map(|name| Column::boolean(name, values)));
    }
    if !figure.center_lines.is_empty() {
        let segments = rows.iter().map(|row| row.line.map(|(number, _)| number));
        columns.push(Column::integer("segment", segments));
        let diameters = rows.iter().map(|row| row.line.and_then(|(_, um)| um));
        columns.push(Column::number("diameter_um", diameters));
    }
    columns
}
