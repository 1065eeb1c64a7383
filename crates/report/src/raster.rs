//! Paints a scene as pixels, with antialiasing.

mod coverage;

use crate::color::WHITE;
use crate::font;
use crate::raster::coverage::Coverage;
use crate::scene::{Anchor, Item, Path, Point, Stroke, Text};
use crate::{Color, Picture, Scene};

/// Paints a scene on white, with `scale` × `scale` pixels per pixel of the scene.
#[must_use]
pub fn paint(scene: &Scene, scale: usize) -> Picture {
    let factor = scale as f64;
    let (width, height) = (scene.width * factor, scene.height * factor);
    let mut canvas = Picture::filled(width as usize, height as usize, WHITE);
    for item in &scene.items {
        match item {
            Item::Path(path) => paint_path(&mut canvas, &scaled(path, factor)),
            Item::Text(text) => paint_path(&mut canvas, &scaled(&lettering(text), factor)),
            Item::Picture { picture, at, size } => {
                let (at, size) = (at.map(|v| v * factor), size.map(|v| v * factor));
                paint_picture(&mut canvas, picture, at, size);
            }
        }
    }
    canvas
}

/// A text as lines of the built-in font.
fn lettering(text: &Text) -> Path {
    let shift = match text.anchor {
        Anchor::Start => 0.0,
        Anchor::Middle => 0.5,
        Anchor::End => 1.0,
    } * font::width_em(&text.words)
        * text.size;
    let place = |[x, y]: Point| {
        let along = x - shift;
        if text.upwards {
            [text.at[0] + y, text.at[1] - along]
        } else {
            [text.at[0] + along, text.at[1] + y]
        }
    };
    let mut lines = font::strokes(&text.words, text.size);
    for point in lines.iter_mut().flatten() {
        *point = place(*point);
    }
    let weight = if text.bold { 0.125 } else { 0.08 };
    Path::open(lines, Stroke::solid(text.color, weight * text.size))
}

fn scaled(path: &Path, factor: f64) -> Path {
    let mut path = path.clone();
    for point in path.lines.iter_mut().flatten() {
        *point = point.map(|v| v * factor);
    }
    if let Some(stroke) = &mut path.stroke {
        stroke.width *= factor;
        stroke.dash = stroke.dash.map(|lengths| lengths.map(|v| v * factor));
    }
    path
}

fn paint_path(canvas: &mut Picture, path: &Path) {
    let size = [canvas.width(), canvas.height()];
    if let Some((color, opacity)) = path.fill {
        let coverage = Coverage::of_area(&path.lines, size);
        blend(canvas, &coverage, color, opacity);
    }
    if let Some(stroke) = path.stroke {
        let mut lines = path.lines.clone();
        if path.closed {
            for line in &mut lines {
                line.extend(line.first().copied());
            }
        }
        let lines = match stroke.dash {
            Some(lengths) => lines.iter().flat_map(|l| dashes(l, lengths)).collect(),
            None => lines,
        };
        let coverage = Coverage::of_lines(&lines, stroke.width, size);
        blend(canvas, &coverage, stroke.color, 1.0);
    }
}

fn blend(canvas: &mut Picture, coverage: &Coverage, color: Color, opacity: f64) {
    for (x, y, share) in coverage.iter() {
        let pixel = canvas.pixel_mut(x, y);
        *pixel = color.over(*pixel, opacity * share);
    }
}

fn paint_picture(canvas: &mut Picture, picture: &Picture, at: Point, size: [f64; 2]) {
    if picture.width() == 0 || picture.height() == 0 {
        return;
    }
    let [right, bottom] = [at[0] + size[0], at[1] + size[1]];
    let range = |low: f64, high: f64, limit: usize| {
        (low.round().max(0.0) as usize)..(high.round().max(0.0) as usize).min(limit)
    };
    // The source pixel at the center of the painted pixel.
    let source = |p: usize, start: f64, extent: f64, count: usize| {
        let share = (p as f64 + 0.5 - start) / extent;
        ((share * count as f64).max(0.0) as usize).min(count - 1)
    };
    for y in range(at[1], bottom, canvas.height()) {
        let row = source(y, at[1], size[1], picture.height());
        for x in range(at[0], right, canvas.width()) {
            let column = source(x, at[0], size[0], picture.width());
            *canvas.pixel_mut(x, y) = picture.pixel(column, row);
        }
    }
}

/// Cuts a line into dashes, starting with a dash.
fn dashes(line: &[Point], [dash, gap]: [f64; 2]) -> Vec<Vec<Point>> {
    let lengths = [dash.max(0.1), gap.max(0.1)];
    let mut out: Vec<Vec<Point>> = vec![line.first().copied().into_iter().collect()];
    let (mut phase, mut left) = (0, lengths[0]);
    for ends in line.windows(2) {
        let ([from, to], mut done) = ([ends[0], ends[1]], 0.0);
        let length = libm::hypot(to[0] - from[0], to[1] - from[1]);
        while length - done > left {
            done += left;
            let share = done / length;
            let point = std::array::from_fn(|i| from[i] + (to[i] - from[i]) * share);
            if phase == 0 {
                out.last_mut().into_iter().for_each(|l| l.push(point));
            } else {
                out.push(vec![point]);
            }
            phase = 1 - phase;
            left = lengths[phase];
        }
        left -= length - done;
        if phase == 0 {
            out.last_mut().into_iter().for_each(|l| l.push(to));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::color::BLACK;

    #[test]
    fn a_rectangle_on_the_pixel_grid_is_sharp() {
        let mut scene = Scene::new(6.0, 4.0);
        scene.draw(Path::rectangle([1.0, 1.0], [3.0, 2.0], BLACK, 1.0));
        let painted = paint(&scene, 2);
        assert_eq!((painted.width(), painted.height()), (12, 8));
        for y in 0..8 {
            for x in 0..12 {
                let inside = (2..8).contains(&x) && (2..6).contains(&y);
                assert_eq!(painted.pixel(x, y), if inside { BLACK } else { WHITE });
            }
        }
    }

    #[test]
    fn half_a_pixel_is_half_as_dark() {
        let mut scene = Scene::new(3.0, 1.0);
        scene.draw(Path::rectangle([0.5, 0.0], [1.0, 1.0], BLACK, 1.0));
        let painted = paint(&scene, 1);
        assert_eq!(painted.pixel(0, 0), Color([128; 3]));
        assert_eq!(painted.pixel(1, 0), Color([128; 3]));
        assert_eq!(painted.pixel(2, 0), WHITE);
    }

    #[test]
    fn a_picture_is_stretched_without_smoothing() {
        let mut scene = Scene::new(4.0, 2.0);
        let picture = Picture::from_fn(2, 1, |x, _| Color([x as u8 * 200; 3]));
        scene.items.push(Item::Picture {
            picture,
            at: [0.0, 0.0],
            size: [4.0, 2.0],
        });
        let painted = paint(&scene, 3);
        assert_eq!(painted.pixel(5, 5), Color([0; 3]));
        assert_eq!(painted.pixel(6, 0), Color([200; 3]));
    }

    #[test]
    fn dashes_and_gaps_alternate() {
        let found = dashes(&[[0.0, 0.0], [4.0, 0.0], [10.0, 0.0]], [3.0, 2.0]);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0], [[0.0, 0.0], [3.0, 0.0]]);
        assert_eq!(found[1], [[5.0, 0.0], [8.0, 0.0]]);
    }

    #[test]
    fn text_is_painted_where_it_is_anchored() {
        let dark = |anchor: Anchor| {
            let mut scene = Scene::new(90.0, 20.0);
            scene.draw(Text::new("HHH", [45.0, 15.0], 12.0, BLACK).anchored(anchor));
            let painted = paint(&scene, 1);
            let columns = (0..90).filter(|x| (0..20).any(|y| painted.pixel(*x, y) != WHITE));
            let columns: Vec<usize> = columns.collect();
            (columns[0], columns[columns.len() - 1])
        };
        assert!(dark(Anchor::Start).0 >= 44);
        assert!(dark(Anchor::End).1 <= 45);
        let (left, right) = dark(Anchor::Middle);
        assert!((left + right).abs_diff(89) <= 1, "{left} {right}");
    }
}
