//! A scene as SVG.

use std::fmt::Write;

use crate::scene::{Anchor, Item, Path, Point, Text};
use crate::{Picture, Scene, base64, png_file};

/// Writes a scene as an SVG document, with `metadata` (such as provenance) as text in its `metadata` element.
///
/// The document states its size in mm; its coordinates are pixels. Pictures are embedded as PNG. Deterministic.
///
/// # Errors
/// A picture without pixels.
pub fn document(scene: &Scene, metadata: &str) -> Result<String, png::EncodingError> {
    let (width, height) = (number(scene.width), number(scene.height));
    let in_mm = |pixels: f64| number(pixels * scene.width_mm / scene.width);
    let [across, down] = [scene.width, scene.height].map(in_mm);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{across}mm\" height=\"{down}mm\" \
         viewBox=\"0 0 {width} {height}\" font-family=\"Arial, 'Liberation Sans', Helvetica, sans-serif\">\n"
    );
    if !scene.caption.is_empty() {
        let _ = writeln!(out, "<desc>{}</desc>", escaped(&scene.caption));
    }
    if !metadata.is_empty() {
        let _ = writeln!(out, "<metadata>{}</metadata>", escaped(metadata));
    }
    let _ = writeln!(
        out,
        "<rect width=\"{width}\" height=\"{height}\" fill=\"{}\"/>",
        scene.background.hex()
    );
    for item in &scene.items {
        let element = match item {
            Item::Path(path) => path_element(path),
            Item::Text(text) => text_element(text),
            Item::Picture { picture, at, size } => picture_element(picture, *at, *size)?,
        };
        out.push_str(&element);
        out.push('\n');
    }
    out.push_str("</svg>\n");
    Ok(out)
}

fn path_element(path: &Path) -> String {
    let mut data = String::new();
    for line in &path.lines {
        for (i, [x, y]) in line.iter().enumerate() {
            let command = if i == 0 { 'M' } else { 'L' };
            let _ = write!(data, "{command}{} {}", number(*x), number(*y));
        }
        if path.closed {
            data.push('Z');
        }
    }
    let mut out = match path.class {
        "" => format!("<path d=\"{data}\""),
        class => format!("<path class=\"{class}\" d=\"{data}\""),
    };
    match path.fill {
        Some((color, opacity)) => {
            let _ = write!(out, " fill=\"{}\" fill-rule=\"evenodd\"", color.hex());
            if opacity < 1.0 {
                let _ = write!(out, " fill-opacity=\"{}\"", number(opacity));
            }
        }
        None => out.push_str(" fill=\"none\""),
    }
    if let Some(stroke) = path.stroke {
        let (color, width) = (stroke.color.hex(), number(stroke.width));
        let _ = write!(
            out,
            " stroke=\"{color}\" stroke-width=\"{width}\" stroke-linejoin=\"round\""
        );
        match stroke.dash {
            Some([dash, gap]) => {
                let _ = write!(
                    out,
                    " stroke-dasharray=\"{} {}\"",
                    number(dash),
                    number(gap)
                );
            }
            None => out.push_str(" stroke-linecap=\"round\""),
        }
    }
    out.push_str("/>");
    out
}

fn text_element(text: &Text) -> String {
    let (x, y) = (number(text.at[0]), number(text.at[1]));
    let mut out = format!(
        "<text x=\"{x}\" y=\"{y}\" font-size=\"{}\" fill=\"{}\"",
        number(text.size),
        text.color.hex()
    );
    match text.anchor {
        Anchor::Start => {}
        Anchor::Middle => out.push_str(" text-anchor=\"middle\""),
        Anchor::End => out.push_str(" text-anchor=\"end\""),
    }
    if text.bold {
        out.push_str(" font-weight=\"bold\"");
    }
    if text.upwards {
        let _ = write!(out, " transform=\"rotate(-90 {x} {y})\"");
    }
    let _ = write!(out, ">{}</text>", escaped(&text.words));
    out
}

fn picture_element(
    picture: &Picture,
    at: Point,
    size: [f64; 2],
) -> Result<String, png::EncodingError> {
    let [x, y, width, height] = [at[0], at[1], size[0], size[1]].map(number);
    let png = base64::encode(&png_file::encode(picture, &[])?);
    Ok(format!(
        "<image x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" preserveAspectRatio=\"none\" \
         style=\"image-rendering:pixelated\" href=\"data:image/png;base64,{png}\"/>"
    ))
}

/// A coordinate with at most two decimals.
fn number(value: f64) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" {
        "0".to_owned()
    } else {
        text.to_owned()
    }
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // XML 1.0 forbids other control characters, even escaped.
            c if c.is_control() && !matches!(c, '\t' | '\n' | '\r') => out.push('\u{fffd}'),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::color::{BLACK, SKY};
    use crate::scene::Stroke;

    #[test]
    fn coordinates_are_short() {
        assert_eq!(number(12.0), "12");
        assert_eq!(number(0.125), "0.12");
        assert_eq!(number(-0.001), "0");
        assert_eq!(number(100.0), "100");
    }

    #[test]
    fn a_document_holds_every_item() {
        let mut scene = Scene::new(20.0, 10.0);
        scene.draw(Path::rectangle([1.0, 2.0], [3.0, 4.0], SKY, 0.5));
        scene.line(
            [0.0, 0.0],
            [5.0, 5.0],
            Stroke::solid(BLACK, 1.0).dashed(2.0, 1.0),
        );
        scene.draw(Text::new("a < b & c", [1.0, 1.0], 8.0, BLACK).upwards());
        scene.items.push(Item::Picture {
            picture: Picture::filled(2, 2, SKY),
            at: [0.0, 0.0],
            size: [4.0, 4.0],
        });
        let svg = document(&scene, "{\"tool\": \"<rsom>\"}").unwrap();
        assert!(svg.contains("M1 2L4 2L4 6L1 6Z"));
        assert!(svg.contains("stroke-dasharray=\"2 1\""));
        assert!(svg.contains(">a &lt; b &amp; c</text>"));
        assert!(svg.contains("href=\"data:image/png;base64,iVBOR"));
        assert!(svg.contains("<metadata>{&quot;tool&quot;: &quot;&lt;rsom&gt;&quot;}</metadata>"));
    }

    #[test]
    fn control_characters_do_not_break_the_document() {
        assert_eq!(escaped("a\u{0}b\u{1b}c"), "a\u{fffd}b\u{fffd}c");
    }
}
