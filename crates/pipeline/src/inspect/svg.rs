//! A graph as an SVG picture.

use crate::inspect::layers::{Item, Layers};
use crate::inspect::nodes::Graph;

/// Height of a box, and of the place where an arrow passes, in px.
const BOX: f64 = 44.0;
const PASS: f64 = 12.0;
/// Space between two rows and between two columns in px.
const ROWS: f64 = 14.0;
const COLUMNS: f64 = 64.0;
const MARGIN: f64 = 16.0;
/// Width of a character in px, for the larger and the smaller text. Wider than most, so that texts fit in other fonts, too.
const LARGE: f64 = 7.8;
const SMALL: f64 = 6.4;

/// The picture. It needs no fonts and no other files.
pub(crate) fn draw(graph: &Graph) -> String {
    let layers = Layers::of(graph);
    let widths: Vec<f64> = layers.columns.iter().map(|c| width_of(graph, c)).collect();
    let heights: Vec<f64> = layers.columns.iter().map(|c| height_of(c)).collect();
    let tallest = heights.iter().copied().fold(0.0, f64::max);
    let mut left = MARGIN;
    let mut lefts = Vec::new();
    for width in &widths {
        lefts.push(left);
        left += width + COLUMNS;
    }
    let (width, height) = (left - COLUMNS + MARGIN, tallest + 2.0 * MARGIN);
    // The middle of each item.
    let middles: Vec<Vec<f64>> = (layers.columns.iter().zip(&heights))
        .map(|(column, height)| {
            let mut top = MARGIN + (tallest - height) / 2.0;
            let middle = |item: &Item| {
                let own = item_height(item);
                let middle = top + own / 2.0;
                top += own + ROWS;
                middle
            };
            column.iter().map(middle).collect()
        })
        .collect();
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" viewBox=\"0 0 {width:.0} {height:.0}\" \
         font-family=\"sans-serif\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n\
         <defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" orient=\"auto\">\
         <path d=\"M0,0.5 L8,4 L0,7.5 z\" fill=\"#5b6472\"/></marker></defs>\n"
    );
    for way in &layers.ways {
        let ends = way.iter().map(|(column, row)| {
            let (left, middle) = (lefts[*column], middles[*column][*row]);
            [(left, middle), (left + widths[*column], middle)]
        });
        text.push_str(&arrow(&ends.collect::<Vec<_>>()));
    }
    for (column, items) in layers.columns.iter().enumerate() {
        for (item, middle) in items.iter().zip(&middles[column]) {
            if let Item::Node(number) = item {
                let of = &graph.boxes[*number];
                text.push_str(&draw_box(
                    &of.name,
                    &of.about,
                    [lefts[column], *middle, widths[column]],
                ));
            }
        }
    }
    text.push_str("</svg>\n");
    text
}

fn width_of(graph: &Graph, column: &[Item]) -> f64 {
    let width = |item: &Item| match item {
        Item::Node(number) => {
            let of = &graph.boxes[*number];
            let count = |text: &str| text.chars().count() as f64;
            (count(&of.name) * LARGE).max(count(&of.about) * SMALL) + 24.0
        }
        Item::Pass(_) => 0.0,
    };
    column.iter().map(width).fold(0.0, f64::max)
}

fn height_of(column: &[Item]) -> f64 {
    let items: f64 = column.iter().map(item_height).sum();
    items + ROWS * column.len().saturating_sub(1) as f64
}

fn item_height(item: &Item) -> f64 {
    match item {
        Item::Node(_) => BOX,
        Item::Pass(_) => PASS,
    }
}

/// An arrow along the left and right ends of its items: curved between columns, straight through them.
fn arrow(ends: &[[(f64, f64); 2]]) -> String {
    let Some([_, start]) = ends.first() else {
        return String::new();
    };
    let mut path = format!("M{:.1},{:.1}", start.0, start.1);
    for pair in ends.windows(2) {
        let (from, to) = (pair[0][1], pair[1][0]);
        let middle = f64::midpoint(from.0, to.0);
        path.push_str(&format!(
            " C{middle:.1},{:.1} {middle:.1},{:.1} {:.1},{:.1}",
            from.1, to.1, to.0, to.1
        ));
        path.push_str(&format!(" L{:.1},{:.1}", pair[1][1].0, pair[1][1].1));
    }
    // The last straight part would cross its box.
    let path = match path.rfind(" L") {
        Some(end) => path[..end].to_owned(),
        None => path,
    };
    format!(
        "<path d=\"{path}\" fill=\"none\" stroke=\"#5b6472\" stroke-width=\"1.2\" marker-end=\"url(#tip)\"/>\n"
    )
}

fn draw_box(name: &str, about: &str, [left, middle, width]: [f64; 3]) -> String {
    let top = middle - BOX / 2.0;
    let center = left + width / 2.0;
    format!(
        "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{BOX:.0}\" rx=\"6\" fill=\"#eef3fa\" stroke=\"#3b6ea5\"/>\n\
         <text x=\"{center:.1}\" y=\"{:.1}\" text-anchor=\"middle\" font-size=\"13\" fill=\"#16202c\">{}</text>\n\
         <text x=\"{center:.1}\" y=\"{:.1}\" text-anchor=\"middle\" font-size=\"11\" fill=\"#4a5565\">{}</text>\n",
        middle - 3.0,
        escaped(name),
        middle + 13.0,
        escaped(about)
    )
}

fn escaped(text: &str) -> String {
    let escaped = text.chars().map(|c| match c {
        '&' => "&amp;".to_owned(),
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        '"' => "&quot;".to_owned(),
        c if c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}') => " ".to_owned(),
        c => c.to_string(),
    });
    escaped.collect()
}
