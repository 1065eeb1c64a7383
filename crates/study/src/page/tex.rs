//! The figures and tables of a study as one LaTeX file, to be read into a paper.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rsom_pipeline::RecordedRun;
use rsom_stage::one_line;

use super::captions::caption;
use super::files::{Folder, MOST_BYTES, outputs};

/// The first line, by which a file of ours is known.
pub(super) const START: &str = "% Figures and tables of a study, by rsom report --tex.";

/// Formats that LaTeX reads, the best first.
const READABLE: [&str; 3] = [".pdf", ".png", ".jpg"];

/// A LaTeX file `tex` with a `figure` for each figure of the study and a `table` for each of its tables, with captions and labels. Paths
/// are relative to the folder of the file. Figures that are only there as SVG are named in a comment.
pub(super) fn document(recorded: &RecordedRun, folder: &Folder, tex: &Path) -> String {
    let mut text = format!("{START} Needs \\usepackage{{graphicx,booktabs}}.\n");
    let mut known = BTreeSet::new();
    let shown: BTreeMap<&str, &str> = (READABLE.iter().rev())
        .flat_map(|ending| outputs(recorded, ending))
        .filter_map(|(_, path, _)| Some((path.rsplit_once('.')?.0, path)))
        .collect();
    for (task, path, file) in outputs(recorded, "") {
        let Some((stem, ending)) = path.rsplit_once('.').filter(|_| task.scan.is_none()) else {
            continue;
        };
        let is_figure = matches!(ending, "svg" | "pdf" | "png" | "jpg");
        if !(is_figure || ending == "tex") || !known.insert((stem, is_figure)) {
            continue;
        }
        let label = escaped_label(stem);
        let found = if is_figure {
            shown.get(stem).copied()
        } else {
            Some(path)
        };
        let Some(found) = found else {
            // A line break in a name would end the comment.
            let stem = one_line(stem);
            text += &format!(
                "\n% {stem}.svg: LaTeX reads no SVG; write it as PDF too: output: {stem}.pdf\n"
            );
            continue;
        };
        let Some(place) = folder.beside(file, found, tex) else {
            text += &format!("\n% {} cannot be named, or is not there\n", one_line(found));
            continue;
        };
        let content = folder.read(file, MOST_BYTES).ok();
        let caption = escaped(&caption(task, path, content.as_deref()));
        text += &match is_figure {
            true => format!(
                "\n\\begin{{figure}}\n\\centering\n\\includegraphics[width=\\linewidth]{{{place}}}\n\\caption{{{caption}}}\n\\label{{fig:{label}}}\n\\end{{figure}}\n"
            ),
            false => format!(
                "\n\\begin{{table}}\n\\centering\n\\caption{{{caption}}}\n\\label{{tab:{label}}}\n\\resizebox{{\\linewidth}}{{!}}{{\\input{{{place}}}}}\n\\end{{table}}\n"
            ),
        };
    }
    text
}

/// A text with LaTeX's special characters escaped.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' | '%' | '$' | '#' | '_' | '{' | '}' => out.extend(['\\', letter]),
            '~' => out.push_str("\\textasciitilde{}"),
            '^' => out.push_str("\\textasciicircum{}"),
            '\\' => out.push_str("\\textbackslash{}"),
            '<' => out.push_str("\\textless{}"),
            '>' => out.push_str("\\textgreater{}"),
            letter if letter.is_control() => out.push(' '),
            letter => out.push(letter),
        }
    }
    out
}

/// A label: letters, digits, `-` and `/`.
fn escaped_label(text: &str) -> String {
    let kept = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '/');
    text.chars()
        .map(|c| if kept(c) { c } else { '-' })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_break_in_a_name_ends_no_comment() {
        let recorded = serde_json::json!({
            "pipeline": "p", "state": "done", "corrections": [],
            "tasks": [{
                "task": "t", "stage": "t", "state": "done",
                "outputs": { "o": { "path": "x\n\\input{y}.svg", "sha256": null }, "p": { "path": "x\n\\input{z}.png", "sha256": null } },
            }],
        });
        let recorded: RecordedRun = serde_json::from_value(recorded).unwrap();
        let text = document(&recorded, &Folder::of(Path::new(".")), Path::new("f.tex"));
        let lines: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
        assert_eq!(lines.len(), 3, "{text}");
        assert!(lines.iter().all(|line| line.starts_with('%')), "{text}");
    }

    #[test]
    fn no_character_of_a_name_is_a_command() {
        assert_eq!(
            escaped("a_b 5% {x}\\y~"),
            "a\\_b 5\\% \\{x\\}\\textbackslash{}y\\textasciitilde{}"
        );
        assert_eq!(escaped_label("results/curve_s=1"), "results/curve-s-1");
    }
}
