//! Paints the SVG of a scene.

use std::sync::Arc;

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};

use crate::{Color, Picture, font};

/// Why a document cannot be painted.
#[derive(Debug, thiserror::Error)]
pub enum PaintError {
    /// The document is no SVG.
    #[error("the drawing cannot be read: {0}")]
    Document(#[from] resvg::usvg::Error),
    /// A width of 0, or more pixels than memory can hold.
    #[error("a picture of {0} × {1} pixels cannot be painted")]
    Size(u32, u32),
}

/// Paints an SVG document, `width` pixels wide, with the fonts of this crate and no others.
///
/// # Errors
/// A document that is no SVG; a width of 0 pixels, or too many.
pub fn paint(document: &str, width: u32) -> Result<Picture, PaintError> {
    let mut fonts = fontdb::Database::new();
    fonts.load_font_data(font::REGULAR.to_vec());
    fonts.load_font_data(font::BOLD.to_vec());
    fonts.set_sans_serif_family(font::FAMILY);
    let options = Options {
        fontdb: Arc::new(fonts),
        font_family: font::FAMILY.to_owned(),
        ..Options::default()
    };
    let tree = Tree::from_str(document, &options)?;
    let scale = width as f32 / tree.size().width();
    let height = (tree.size().height() * scale).round() as u32;
    let mut pixels = Pixmap::new(width, height).ok_or(PaintError::Size(width, height))?;
    // Both sides end on whole pixels.
    let down = height as f32 / tree.size().height();
    resvg::render(
        &tree,
        Transform::from_scale(scale, down),
        &mut pixels.as_mut(),
    );
    let columns = width as usize;
    let of = |x: usize, y: usize| {
        let pixel = pixels.pixels()[y * columns + x].demultiply();
        Color([pixel.red(), pixel.green(), pixel.blue()])
    };
    Ok(Picture::from_fn(columns, height as usize, of))
}

/// The pixels of a scene, for tests.
#[cfg(test)]
pub(crate) fn painted(scene: &crate::Scene, width: u32) -> Picture {
    paint(&crate::svg::document(scene, "").unwrap(), width).unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::color::{BLACK, SKY, WHITE};
    use crate::scene::{Item, Path, Text};
    use crate::{Scene, svg};

    #[test]
    fn areas_lie_where_they_are_drawn() {
        let mut scene = Scene::new(20.0, 10.0);
        scene.draw(Path::rectangle([2.0, 3.0], [4.0, 5.0], SKY, 1.0));
        let picture = painted(&scene, 40);
        assert_eq!((picture.width(), picture.height()), (40, 20));
        assert_eq!([picture.pixel(4, 6), picture.pixel(11, 15)], [SKY; 2]);
        assert_eq!([picture.pixel(3, 6), picture.pixel(12, 15)], [WHITE; 2]);
    }

    #[test]
    fn texts_are_painted_without_fonts_of_the_system() {
        let mut scene = Scene::new(40.0, 20.0);
        scene.draw(Text::new("µ−", [2.0, 15.0], 16.0, BLACK));
        let picture = painted(&scene, 40);
        let dark = picture.pixels().iter().filter(|c| c.0[0] < 100).count();
        assert!(dark > 20, "{dark}");
    }

    #[test]
    fn voxels_keep_their_edges() {
        let mut scene = Scene::new(4.0, 2.0);
        let picture = Picture::from_fn(2, 1, |x, _| if x == 0 { BLACK } else { SKY });
        let (at, size) = ([0.0, 0.0], [4.0, 2.0]);
        scene.items.push(Item::Picture { picture, at, size });
        let painted = painted(&scene, 40);
        assert_eq!([painted.pixel(19, 10), painted.pixel(20, 10)], [BLACK, SKY]);
    }

    #[test]
    fn a_picture_without_pixels_is_an_error() {
        let document = svg::document(&Scene::new(4.0, 2.0), "").unwrap();
        assert!(paint(&document, 0).is_err() && paint("<svg", 10).is_err());
    }
}
