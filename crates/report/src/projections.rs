//! Maximum intensity projections of a scan along its three axes, alone and with its vessels and epidermis.

mod axis;
mod center_lines;
mod contrast;
mod depth;
mod depth_axis;
mod layout;
mod maxima;

use ndarray::{Array2, ArrayView3};

use crate::chart::{ColorBar, Look, color_bar};
use crate::color::{INK, WHITE};
use crate::font;
use crate::panel::{Title, draw_label, draw_scale_bar, draw_swatch, draw_title, shortened};
use crate::scene::{Item, Path, Text};
use crate::{Color, Picture, Scene};
pub use axis::{AXES, Axis};
pub use center_lines::CenterLine;
pub use contrast::{ColorProjection, colored};
pub use depth::{Coloring, depths};
use layout::{LEGEND_LINE, Layout};
pub use maxima::{OffsetMask, maxima};

/// Opacity of the epidermis.
const VEIL: f64 = 0.5;
/// Color that vessels add.
const VESSEL: Color = Color([0, 0, 255]);

/// Content of a figure of projections.
#[derive(Debug, Clone)]
pub struct Figure<'a> {
    /// Title above all panels.
    pub title: Option<String>,
    /// One or two channels of shape (x, y, z) with their names; see [`colored`].
    pub channels: Vec<(String, ArrayView3<'a, f32>)>,
    /// Voxel size in mm; `None` draws cubic voxels without scale bars.
    pub spacing_mm: Option<[f64; 3]>,
    /// Mask of the epidermis.
    pub layer: Option<OffsetMask<'a>>,
    /// Mask of the vessels.
    pub vessels: Option<OffsetMask<'a>>,
    /// Center lines of the vessels, drawn over the masks in colors by diameter.
    pub center_lines: Vec<CenterLine>,
    /// What the colors of the scan alone mean.
    pub coloring: Coloring,
}

/// A projection along one axis.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    /// The axis of the projection.
    pub axis: Axis,
    /// The projection in colors, one pixel per line of voxels.
    pub input: ColorProjection,
    /// The projection in the colors of depths, if these are wanted.
    pub tinted: Option<Picture>,
    /// The projection with the masks; `None` without masks.
    pub overlay: Option<Picture>,
    /// Masks without voxels in the scan.
    pub missing: Vec<&'static str>,
}

/// Projects a scan and its masks along z, y and x, in this order.
///
/// Vessels set the blue of their pixels to the maximum. The epidermis is a half transparent white layer. The view along
/// z leaves it out, because it lies above the tissue and would cover everything.
#[must_use]
pub fn views(figure: &Figure<'_>) -> [View; 3] {
    let depth = figure.channels.first().map_or(0, |(_, c)| c.dim().2);
    let mut channels: Vec<_> = figure.channels.iter().map(|(_, c)| maxima(*c)).collect();
    let mut vessels = figure.vessels.map(|mask| mask.shadows(depth));
    let mut layer = figure.layer.map(|mask| mask.shadows(depth));
    let mut views = AXES.map(|axis| {
        let index = axis.index();
        let channels: Vec<Array2<f32>> = channels
            .iter_mut()
            .map(|c| std::mem::take(&mut c[index]))
            .collect();
        let shadow = |mask: &mut Option<[Array2<bool>; 3]>| {
            mask.as_mut().map(|mask| std::mem::take(&mut mask[index]))
        };
        let vessels = shadow(&mut vessels);
        let layer = shadow(&mut layer).filter(|_| axis != Axis::Z);
        view(axis, colored(&channels), vessels, layer)
    });
    if figure.coloring == Coloring::Depth {
        let depths = depths_of(figure, &views);
        for view in &mut views {
            view.tinted = Some(depth::tinted(
                &view.input.picture,
                view.axis,
                &depths,
                depth,
            ));
        }
    }
    views
}

/// The depth index of the maximum of each column, with the second channel multiplied as in the view from above.
#[must_use]
pub fn depths_of(figure: &Figure<'_>, views: &[View; 3]) -> Array2<usize> {
    let channels: Vec<_> = figure.channels.iter().map(|(_, c)| *c).collect();
    depths(&channels, views[0].input.factor.unwrap_or(1.0))
}

fn view(
    axis: Axis,
    input: ColorProjection,
    vessels: Option<Array2<bool>>,
    layer: Option<Array2<bool>>,
) -> View {
    let is_empty =
        |mask: &Option<Array2<bool>>| mask.as_ref().is_some_and(|m| m.iter().all(|v| !v));
    let masks = [("no vessels", &vessels), ("no epidermis", &layer)];
    let missing = masks.into_iter().filter(|(_, mask)| is_empty(mask));
    let missing = missing.map(|(words, _)| words).collect();
    let below = &input.picture;
    let has = |mask: &Option<Array2<bool>>, x, y| mask.as_ref().is_some_and(|m| m[[x, y]]);
    let overlay = (vessels.is_some() || layer.is_some()).then(|| {
        Picture::from_fn(below.width(), below.height(), |x, y| {
            let mut color = below.pixel(x, y);
            if has(&vessels, x, y) {
                color = Color(std::array::from_fn(|i| {
                    color.0[i].saturating_add(VESSEL.0[i])
                }));
            }
            if has(&layer, x, y) {
                color = WHITE.over(color, VEIL);
            }
            color
        })
    });
    View {
        axis,
        input,
        tinted: None,
        overlay,
        missing,
    }
}

/// Draws projections: one row per axis with the scan alone and, if there are masks, next to it the scan with masks.
///
/// All panels have the same scale. `views` must come from [`views()`] of the same figure.
#[must_use]
pub fn scene(figure: &Figure<'_>, views: &[View; 3], look: &Look) -> Scene {
    let shape = figure.channels.first().map_or((0, 0, 0), |(_, c)| c.dim());
    let has_masks = figure.vessels.is_some() || figure.layer.is_some();
    let columns = if has_masks { 2 } else { 1 };
    let titled = figure.title.is_some();
    let bars = bars(figure);
    let layout = Layout::new(shape.into(), figure.spacing_mm, columns, titled, look.ems());
    let lines = legend(figure, look.ems() - 2.0);
    let layout = layout.with_legend(bars.len(), lines.len());
    let mut scene = Scene::new(layout.width(), layout.height()).with_width_mm(look.width_mm);
    scene.background = look.background();
    let em = layout.em;
    if let Some(title) = &figure.title {
        let words = shortened(title, (layout.width() - 2.0 * em) / em / 1.2);
        scene.draw(Text::new(words, [em, 1.9 * em], 1.2 * em, INK).bold());
    }
    let mut panels = 0;
    for (row, view) in views.iter().enumerate() {
        draw_row(&mut scene, figure, (row, view), &mut panels, &layout);
    }
    let sizes = color_bar::Sizes {
        bar: [
            (24.0 * em).min(layout.width() - layout.left() - em),
            1.2 * em,
        ],
        em,
        small: em,
        line: 0.08 * em,
    };
    for (index, bar) in bars.iter().enumerate() {
        bar.draw(&mut scene, layout.bar(index), sizes);
    }
    draw_legend(&mut scene, &lines, &layout);
    scene
}

fn bars(figure: &Figure<'_>) -> Vec<ColorBar> {
    let mut bars = Vec::new();
    if figure.coloring == Coloring::Depth {
        let depth = figure.channels.first().map_or(0, |(_, c)| c.dim().2);
        bars.push(depth::bar(depth, step_um(figure)));
    }
    if !figure.center_lines.is_empty() {
        bars.push(center_lines::bar());
    }
    bars
}

/// Depth of a voxel, if it is known.
fn step_um(figure: &Figure<'_>) -> Option<f64> {
    figure.spacing_mm.map(|mm| mm[2] * 1000.0)
}

/// Draws the panels of a view; `panels` counts them.
fn draw_row(
    scene: &mut Scene,
    figure: &Figure<'_>,
    (row, view): (usize, &View),
    panels: &mut usize,
    layout: &Layout,
) {
    let em = layout.em;
    let mut draw = |scene: &mut Scene, picture: &Picture, column: usize, words: &str| {
        let title = Title {
            index: *panels,
            words,
        };
        draw_panel(scene, picture, [row, column], title, layout);
        *panels += 1;
    };
    let ([left, top], [width, height]) = (layout.panel(row, 0), layout.sizes[row]);
    let picture = view.tinted.as_ref().unwrap_or(&view.input.picture);
    draw(scene, picture, 0, &title(figure, view));
    if view.axis != Axis::Z {
        let depth = figure.channels.first().map_or(0, |(_, c)| c.dim().2);
        depth_axis::draw(scene, [left, top], height, (depth, step_um(figure)), em);
    }
    if let Some(mm) = figure
        .spacing_mm
        .filter(|_| layout.has_room_for_scale_bar(row))
    {
        let [across, _] = view.axis.picture();
        let um_per_pixel = mm[across] * 1000.0 / layout.voxel[across];
        draw_scale_bar(scene, [left, top + height], width, um_per_pixel, em);
    }
    let Some(overlay) = &view.overlay else {
        return;
    };
    draw(scene, overlay, 1, overlay_title(figure, view.axis));
    let [left, top] = layout.panel(row, 1);
    center_lines::draw(scene, &figure.center_lines, view.axis, [left, top], layout);
    if !view.missing.is_empty() {
        let place = [left + 0.6 * em, top + 1.6 * em];
        draw_label(scene, &view.missing.join(", "), place, em);
    }
}

fn draw_panel(
    scene: &mut Scene,
    picture: &Picture,
    [row, column]: [usize; 2],
    title: Title<'_>,
    layout: &Layout,
) {
    let at = layout.panel(row, column);
    scene.items.push(Item::Picture {
        picture: picture.clone(),
        at,
        size: layout.sizes[row],
    });
    draw_title(scene, title, at, layout.column(), layout.em);
}

fn title(figure: &Figure<'_>, view: &View) -> String {
    let side = match view.axis {
        Axis::X => "from the side, along x",
        Axis::Y => "from the side, along y",
        Axis::Z => "from above, along z",
    };
    if figure.coloring == Coloring::Depth {
        return format!("{side}, depth in color");
    }
    match (view.input.factor, figure.channels.get(1)) {
        (Some(factor), Some((name, _))) => format!("{side}, {name} × {factor:.2}"),
        _ => side.to_owned(),
    }
}

fn overlay_title(figure: &Figure<'_>, axis: Axis) -> &'static str {
    match (&figure.vessels, &figure.layer) {
        (Some(_), Some(_)) if axis != Axis::Z => "with vessels and epidermis",
        (Some(_), _) => "with vessels",
        (None, _) => "with epidermis",
    }
}

/// The colors that need words, in lines of at most `room` ems.
fn legend(figure: &Figure<'_>, room: f64) -> Vec<Vec<(String, Color)>> {
    let gray = Color([70; 3]);
    let mut entries: Vec<(String, Color)> = Vec::new();
    let has_masks = figure.vessels.is_some() || figure.layer.is_some();
    let shows_signal = figure.coloring == Coloring::Signal || has_masks;
    if let ([(first, _), (second, _), ..], true) = (figure.channels.as_slice(), shows_signal) {
        entries.push((first.clone(), Color([255, 0, 0])));
        entries.push((second.clone(), Color([0, 255, 0])));
    }
    entries.extend(figure.vessels.map(|_| ("vessels".to_owned(), VESSEL)));
    entries.extend(figure.layer.map(|_| {
        let words = "epidermis (side views)".to_owned();
        (words, WHITE.over(gray, VEIL))
    }));
    let mut lines: Vec<Vec<(String, Color)>> = Vec::new();
    let mut free = 0.0;
    for entry in entries {
        let width = entry_ems(&entry.0);
        match lines.last_mut().filter(|_| width <= free) {
            Some(line) => line.push(entry),
            None => {
                free = room;
                lines.push(vec![entry]);
            }
        }
        free -= width;
    }
    lines
}

/// Width of an entry of the legend with the gap after it, in ems.
fn entry_ems(words: &str) -> f64 {
    4.4 + font::width_em(words)
}

fn draw_legend(scene: &mut Scene, lines: &[Vec<(String, Color)>], layout: &Layout) {
    let em = layout.em;
    for (place, line) in lines.iter().enumerate() {
        let y = layout.legend() + LEGEND_LINE * place as f64 * em;
        let mut x = em;
        for (words, color) in line {
            draw_swatch(scene, [x, y], em);
            let area = [x + 0.3 * em, y - 0.65 * em];
            scene.draw(Path::rectangle(area, [1.6 * em, 0.6 * em], *color, 1.0));
            scene.draw(Text::new(words, [x + 2.8 * em, y], em, INK));
            x += entry_ems(words) * em;
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;

    use super::*;
    use crate::chart::style::tests::look;
    use crate::paint::painted as paint;

    const SHAPE: (usize, usize, usize) = (60, 40, 80);
    const SPACING_MM: [f64; 3] = [0.012, 0.012, 0.003];

    struct Study {
        lf: Array3<f32>,
        hf: Array3<f32>,
        layer: Array3<bool>,
        vessels: Array3<bool>,
    }

    impl Study {
        /// An LF tube along y at x = 30, z = 50, an HF speck at (10, 20, 60); the mask of the tube begins at depth 45, that of the
        /// layer ends at depth 15 of the scan, being cut off above.
        fn new() -> Self {
            let mut hf = Array3::zeros(SHAPE);
            hf[[10, 20, 60]] = 80.0;
            Self {
                lf: Array3::from_shape_fn(SHAPE, |(x, _, z)| {
                    f32::from(u8::from(x == 30 && z == 50)) * 200.0
                }),
                hf,
                layer: Array3::from_shape_fn((60, 40, 30), |(_, _, z)| (15..25).contains(&z)),
                vessels: Array3::from_shape_fn((60, 40, 90), |(x, _, z)| x == 30 && z == 5),
            }
        }

        fn figure(&self, spacing_mm: Option<[f64; 3]>) -> Figure<'_> {
            Figure {
                title: None,
                channels: vec![
                    ("LF".to_owned(), self.lf.view()),
                    ("HF".to_owned(), self.hf.view()),
                ],
                spacing_mm,
                layer: Some(OffsetMask {
                    voxels: self.layer.view(),
                    offset: -10,
                }),
                vessels: Some(OffsetMask {
                    voxels: self.vessels.view(),
                    offset: 45,
                }),
                center_lines: Vec::new(),
                coloring: Coloring::Signal,
            }
        }
    }

    fn texts(scene: &Scene) -> Vec<&str> {
        scene
            .items
            .iter()
            .filter_map(|item| match item {
                Item::Text(text) => Some(text.words.as_str()),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn masks_lie_over_the_projections_where_their_depths_say() {
        let study = Study::new();
        let [z, y, x] = views(&study.figure(None));
        let above = z.overlay.unwrap();
        // From above the tube is a line; the layer would be everywhere, and is left out.
        assert_eq!(above.pixel(30, 7), Color([255, 0, 255]));
        assert_eq!(above.pixel(29, 7), Color([0; 3]));
        let side = y.overlay.unwrap();
        assert_eq!(side.pixel(30, 50).0[2], 255);
        assert_eq!(side.pixel(30, 49), Color([0; 3]));
        // Depths 15 to 24 of the mask are 5 to 14 of the scan.
        let half = Color([128; 3]);
        assert_eq!(
            [4, 5, 14, 15].map(|z| side.pixel(0, z) == half),
            [false, true, true, false]
        );
        let other = x.overlay.unwrap();
        assert_eq!(
            (0..40).filter(|y| other.pixel(*y, 50).0[2] == 255).count(),
            40
        );
        assert_eq!(other.pixel(39, 5), half);
    }

    #[test]
    fn the_input_is_shown_without_masks() {
        let study = Study::new();
        let figure = study.figure(None);
        let bare = Figure {
            layer: None,
            vessels: None,
            ..figure.clone()
        };
        let (with, without) = (views(&figure), views(&bare));
        for (a, b) in with.iter().zip(&without) {
            assert_eq!(a.input, b.input);
            assert_eq!(b.overlay, None);
        }
        let pictures = |scene: Scene| {
            let pictures = scene.items.into_iter();
            pictures
                .filter(|i| matches!(i, Item::Picture { .. }))
                .count()
        };
        assert_eq!(pictures(scene(&figure, &with, &look(175.0))), 6);
        assert_eq!(pictures(scene(&bare, &without, &look(175.0))), 3);
    }

    #[test]
    fn a_layer_alone_leaves_nothing_to_lay_over_the_view_from_above() {
        let study = Study::new();
        let figure = Figure {
            vessels: None,
            ..study.figure(None)
        };
        let views = views(&figure);
        let overlays = views.each_ref().map(|v| v.overlay.is_some());
        assert_eq!(overlays, [false, true, true]);
    }

    #[test]
    fn depth_runs_down_and_voxels_keep_their_shape() {
        let study = Study::new();
        let figure = study.figure(Some(SPACING_MM));
        let views = views(&figure);
        let drawn = scene(&figure, &views, &look(175.0));
        let painted = paint(&drawn, drawn.width as u32);
        let layout = Layout::new(SHAPE.into(), Some(SPACING_MM), 2, false, look(175.0).ems());
        assert_eq!(layout.voxel[0], 4.0 * layout.voxel[2]);
        let at = |row: usize, column: usize, across: f64, down: f64| {
            let [left, top] = layout.panel(row, column);
            let [a, d] = views[row].axis.picture().map(|axis| layout.voxel[axis]);
            painted.pixel((left + across * a) as usize, (top + down * d) as usize)
        };
        // The tube from the side along y: one voxel, red alone, magenta with its mask.
        assert_eq!(at(1, 0, 30.5, 50.5), Color([255, 0, 0]));
        assert_eq!(at(1, 1, 30.5, 50.5), Color([255, 0, 255]));
        for (across, down) in [(29.5, 50.5), (31.5, 50.5), (30.5, 49.5), (30.5, 51.5)] {
            assert_eq!(at(1, 1, across, down), Color([0; 3]));
        }
        // The speck, from all sides.
        for (row, across, down) in [(0, 10.5, 20.5), (1, 10.5, 60.5), (2, 20.5, 60.5)] {
            assert_eq!(
                at(row, 0, across, down),
                views[row]
                    .input
                    .picture
                    .pixel(across as usize, down as usize)
            );
        }
    }

    #[test]
    fn scale_bars_stand_only_where_the_voxel_size_is_known() {
        let study = Study::new();
        let [known, unknown] = [Some(SPACING_MM), None].map(|mm| {
            let figure = study.figure(mm);
            let views = views(&figure);
            scene(&figure, &views, &look(175.0))
        });
        // 60 voxels of 12 µm are 720 µm, 40 are 480 µm: a round length within a quarter of each is 100 µm.
        let bars = texts(&known).iter().filter(|t| **t == "100 µm").count();
        assert_eq!(bars, 3);
        assert!(!texts(&unknown).iter().any(|t| t.ends_with("µm")));
    }

    #[test]
    fn a_mask_without_voxels_in_the_scan_is_said_so() {
        let study = Study::new();
        let figure = Figure {
            layer: Some(OffsetMask {
                voxels: study.layer.view(),
                offset: 80,
            }),
            ..study.figure(None)
        };
        let views = views(&figure);
        assert_eq!(views.each_ref().map(|v| v.missing.len()), [0, 1, 1]);
        let scene = scene(&figure, &views, &look(175.0));
        let notes = texts(&scene)
            .iter()
            .filter(|t| **t == "no epidermis")
            .count();
        assert_eq!(notes, 2);
    }
}
