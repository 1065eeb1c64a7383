//! Publication tables as HTML pages.

use super::cells::Cells;

/// Rules as in print; nothing is fetched.
const LOOK: &str = "body{font:15px/1.4 sans-serif;margin:2em}table{border-collapse:collapse;border-top:2px solid;border-bottom:2px \
                    solid}th{border-bottom:1px solid;font-weight:600}th,td{padding:.2em .7em;text-align:center;\
                    font-variant-numeric:tabular-nums}.t{text-align:left}div{overflow-x:auto}.g td{border-top:1px solid}p{max-width:60em;font-size:.9em}";

/// The texts as a page of its own, to open in a browser or to paste into a text processor.
pub(super) fn rendered(cells: &Cells) -> String {
    let cell = |tag: &str, (column, text): (usize, &String)| {
        let class = match column < cells.text_columns {
            true => " class=\"t\"",
            false => "",
        };
        let scope = if tag == "th" { " scope=\"col\"" } else { "" };
        format!("<{tag}{scope}{class}>{}</{tag}>", escaped(&set(text)))
    };
    let line = |tag: &str, texts: &[String]| -> String {
        texts
            .iter()
            .enumerate()
            .map(|text| cell(tag, text))
            .collect()
    };
    let rows: String = (cells.rows.iter().enumerate())
        .map(|(index, row)| {
            let class = match cells.group_starts.contains(&index) {
                true => " class=\"g\"",
                false => "",
            };
            format!("<tr{class}>{}</tr>\n", line("td", row))
        })
        .collect();
    let notes: String = (cells.notes.iter())
        .map(|note| format!("<p>{}</p>\n", escaped(note)))
        .collect();
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Table</title>\n<style>{LOOK}</style>\n\
         </head>\n<body>\n<div><table>\n<thead>\n<tr>{}</tr>\n</thead>\n<tbody>\n{rows}</tbody>\n</table></div>\n{notes}</body>\n</html>\n",
        line("th", &cells.header)
    )
}

/// A hyphen before a number becomes a minus sign, and `0.87 ± 0.09` and `0.1 to 0.3` stay on one line.
fn set(text: &str) -> String {
    let mut set = String::with_capacity(text.len());
    let mut before = ' ';
    for c in text.chars() {
        set.push(match c {
            '-' if !before.is_alphanumeric() => '−',
            c => c,
        });
        before = c;
    }
    set.replace(" ± ", "\u{a0}±\u{a0}")
        .replace(" to ", "\u{a0}to\u{a0}")
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_become_tags_and_numbers_keep_together() {
        let cells = Cells {
            header: vec!["<script>".to_owned(), "p".to_owned()],
            text_columns: 1,
            rows: vec![
                vec!["a & b".to_owned(), "<0.001".to_owned()],
                vec!["U-Net".to_owned(), "-0.1 ± 0.2 (-0.3 to 0.1)".to_owned()],
            ],
            group_starts: vec![0],
            notes: vec!["\"quoted\"".to_owned()],
        };
        let page = rendered(&cells);
        assert!(
            page.contains("<th scope=\"col\" class=\"t\">&lt;script&gt;</th>"),
            "{page}"
        );
        assert!(
            page.contains("<tr class=\"g\"><td class=\"t\">a &amp; b</td><td>&lt;0.001</td></tr>")
        );
        assert!(page.contains(
            "<td class=\"t\">U-Net</td><td>−0.1\u{a0}±\u{a0}0.2 (−0.3\u{a0}to\u{a0}0.1)</td>"
        ));
        assert!(page.contains("<p>&quot;quoted&quot;</p>"));
    }
}
