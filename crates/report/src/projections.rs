//! Maximum intensity projections of a scan along its three axes, alone and with its vessels and epidermis.

mod axis;
mod center_lines;
mod contrast;
mod layout;
mod maxima;

use ndarray::{Array2, ArrayView3};

use crate::color::{INK, WHITE};
use crate::font;
use crate::panel::{Title, draw_label, draw_scale_bar, draw_swatch, draw_title, shortened};
use crate::scene::{Item, Path, Text};
use crate::{Color, Picture, Scene};
pub use axis::{AXES, Axis};
pub use center_lines::CenterLine;
pub use contrast::{ColorProjection, colored};
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
}

/// A projection along one axis.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    /// The axis of the projection.
    pub axis: Axis,
    /// The projection in colors, one pixel per line of voxels.
    pub input: ColorProjection,
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
    AXES.map(|axis| {
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
    })
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
        overlay,
        missing,
    }
}

/// Draws projections: one row per axis with the scan alone and, if there are masks, next to it the scan with masks.
///
/// All panels have the same scale. `views` must come from [`views()`] of the same figure.
#[must_use]
pub fn scene(figure: &Figure<'_>, views: &[View; 3]) -> Scene {
    let shape = figure.channels.first().map_or((0, 0, 0), |(_, c)| c.dim());
    let columns = if figure.vessels.is_some() || figure.layer.is_some() {
        2
    } else {
        1
    };
    let titled = figure.title.is_some();
    let legend_lines = if figure.center_lines.is_empty() { 1 } else { 2 };
    let layout =
        Layout::new(shape.into(), figure.spacing_mm, columns, titled).with_legend(legend_lines);
    let mut scene = Scene::new(layout.width(), layout.height());
    let em = layout.em;
    if let Some(title) = &figure.title {
        let words = shortened(title, (layout.width() - 2.0 * em) / em / 1.2);
        let at = [layout.margin(), 1.9 * em];
        scene.draw(Text::new(words, at, 1.2 * em, INK).bold());
    }
    let mut panels = 0;
    for (row, view) in views.iter().enumerate() {
        let title = title(figure, view);
        draw_panel(
            &mut scene,
            &view.input.picture,
            [row, 0],
            Title {
                index: panels,
                words: &title,
            },
            &layout,
        );
        panels += 1;
        if let Some(mm) = figure
            .spacing_mm
            .filter(|_| layout.has_room_for_scale_bar(row))
        {
            let ([left, top], [width, height]) = (layout.panel(row, 0), layout.sizes[row]);
            let [across, _] = view.axis.picture();
            let um_per_pixel = mm[across] * 1000.0 / layout.voxel[across];
            draw_scale_bar(&mut scene, [left, top + height], width, um_per_pixel, em);
        }
        let Some(overlay) = &view.overlay else {
            continue;
        };
        let title = overlay_title(figure, view.axis);
        let title = Title {
            index: panels,
            words: title,
        };
        draw_panel(&mut scene, overlay, [row, 1], title, &layout);
        let corner = layout.panel(row, 1);
        center_lines::draw(&mut scene, &figure.center_lines, view.axis, corner, &layout);
        panels += 1;
        if !view.missing.is_empty() {
            let [left, top] = layout.panel(row, 1);
            let place = [left + 0.6 * em, top + 1.6 * em];
            draw_label(&mut scene, &view.missing.join(", "), place, em);
        }
    }
    draw_legend(&mut scene, figure, &layout);
    scene
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

/// Draws the legend of the colors, in a line below the panels.
fn draw_legend(scene: &mut Scene, figure: &Figure<'_>, layout: &Layout) {
    let gray = Color([70; 3]);
    let mut entries: Vec<(String, Color)> = Vec::new();
    if let [(first, _), (second, _), ..] = figure.channels.as_slice() {
        entries.push((first.clone(), Color([255, 0, 0])));
        entries.push((second.clone(), Color([0, 255, 0])));
    }
    entries.extend(figure.vessels.map(|_| ("vessels".to_owned(), VESSEL)));
    entries.extend(figure.layer.map(|_| {
        let words = "epidermis (side views)".to_owned();
        (words, WHITE.over(gray, VEIL))
    }));
    if !figure.center_lines.is_empty() {
        entries.extend(center_lines::legend());
    }
    let em = layout.em;
    let (mut x, mut y) = (layout.margin(), layout.legend());
    for (words, color) in entries {
        let width = (4.4 + font::width_em(&words)) * em;
        if x + width > layout.width() && x > layout.margin() {
            (x, y) = (layout.margin(), y + LEGEND_LINE * em);
        }
        draw_swatch(scene, [x, y], em);
        let area = [x + 0.3 * em, y - 0.65 * em];
        scene.draw(Path::rectangle(area, [1.6 * em, 0.6 * em], color, 1.0));
        scene.draw(Text::new(words, [x + 2.8 * em, y], em, INK));
        x += width;
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array3;

    use super::*;
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
        assert_eq!(pictures(scene(&figure, &with)), 6);
        assert_eq!(pictures(scene(&bare, &without)), 3);
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
        let drawn = scene(&figure, &views);
        let painted = paint(&drawn, drawn.width as u32);
        let layout = Layout::new(SHAPE.into(), Some(SPACING_MM), 2, false);
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
            scene(&figure, &views)
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
        let scene = scene(&figure, &views);
        let notes = texts(&scene)
            .iter()
            .filter(|t| **t == "no epidermis")
            .count();
        assert_eq!(notes, 2);
    }
}
