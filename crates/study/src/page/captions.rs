//! Captions of figures: what a figure says of itself in its file, and where it comes from.

use rsom_formats::images::png_text;
use rsom_pipeline::RecordedTask;

use super::words::factors;

/// The caption of a figure: its description, where the file has one, and the step that drew it.
pub(super) fn caption(task: &RecordedTask, path: &str, content: Option<&[u8]>) -> String {
    let factors = match factors(task) {
        none if none.is_empty() => none,
        factors => format!(" ({factors})"),
    };
    let from = format!("{}{factors}", task.stage);
    match content.and_then(|content| description(path, content)) {
        Some(text) => format!("{text} Step: {from}."),
        None => {
            let words = [task.tool.as_deref(), task.command.as_deref()];
            let words: Vec<&str> = words.into_iter().flatten().collect();
            match words.is_empty() {
                true => from,
                false => format!("{from}, by {}", words.join(" ")),
            }
        }
    }
}

/// The description in the file of a figure: `<desc>` of an SVG, `Description` of a PNG, the subject of a PDF of ours.
fn description(path: &str, content: &[u8]) -> Option<String> {
    let text = match path.rsplit_once('.')?.1 {
        "svg" => of_svg(std::str::from_utf8(content).ok()?),
        "png" => png_text(content, "Description"),
        "pdf" => of_pdf(content),
        _ => None,
    }?;
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn of_svg(text: &str) -> Option<String> {
    let (_, rest) = text.split_once("<desc>")?;
    let (text, _) = rest.split_once("</desc>")?;
    // The ampersand last: "&amp;lt;" is the text "&lt;".
    let letters = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&apos;", "'"),
        ("&amp;", "&"),
    ];
    let text = letters
        .iter()
        .fold(text.to_owned(), |text, (from, to)| text.replace(from, to));
    Some(text)
}

/// The subject of a PDF whose document information is neither compressed nor encrypted, as in ours.
fn of_pdf(content: &[u8]) -> Option<String> {
    const KEY: &[u8] = b"/Subject";
    let at = content
        .windows(KEY.len())
        .position(|window| window == KEY)?;
    let rest = content[at + KEY.len()..].trim_ascii_start();
    match rest.split_first()? {
        (b'(', rest) => literal(rest),
        (b'<', rest) => hexadecimal(rest),
        _ => None,
    }
}

/// A string in parentheses: ASCII, or UTF-16 after its mark.
fn literal(bytes: &[u8]) -> Option<String> {
    let mut out = Vec::new();
    let mut depth = 0;
    let mut bytes = bytes.iter().copied();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => out.push(match bytes.next()? {
                b'n' => b'\n',
                b'r' => b'\r',
                b't' => b'\t',
                other => other,
            }),
            b')' if depth == 0 => return decoded(&out),
            _ => {
                depth += i32::from(byte == b'(') - i32::from(byte == b')');
                out.push(byte);
            }
        }
    }
    None
}

fn hexadecimal(bytes: &[u8]) -> Option<String> {
    let end = bytes.iter().position(|byte| *byte == b'>')?;
    let digits = std::str::from_utf8(&bytes[..end]).ok()?;
    let pairs = (0..digits.len() / 2)
        .map(|at| u8::from_str_radix(digits.get(2 * at..2 * at + 2)?, 16).ok());
    decoded(&pairs.collect::<Option<Vec<u8>>>()?)
}

fn decoded(bytes: &[u8]) -> Option<String> {
    let Some(units) = bytes.strip_prefix(&[0xfe, 0xff]) else {
        return String::from_utf8(bytes.to_vec()).ok();
    };
    let units: Vec<u16> = (units.chunks_exact(2))
        .map(|pair| u16::from_be_bytes([pair[0], pair[1]]))
        .collect();
    String::from_utf16(&units).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_describes_itself() {
        let svg = b"<svg><desc>Ra &lt; 1 &amp;lt; \"x\"</desc></svg>";
        assert_eq!(description("a.svg", svg).unwrap(), "Ra < 1 &lt; \"x\"");
        assert_eq!(description("a.svg", b"<svg></svg>"), None);
        let pdf = b"<< /Keywords (x) /Subject (Dice \\(n = 3\\) by s.) >>";
        assert_eq!(description("a.pdf", pdf).unwrap(), "Dice (n = 3) by s.");
        let pdf = b"/Subject <FEFF00B5006D>";
        assert_eq!(description("a.pdf", pdf).unwrap(), "\u{b5}m");
        assert_eq!(description("a.pdf", b"/Subject (no end"), None);
        assert_eq!(description("a.png", b"no PNG"), None);
    }
}
