//! Names and marks of tables for a paper.

use std::collections::BTreeMap;

use rsom_measures::{Metric, column};
use rsom_parameters::Choice;

use super::numbers::{p_value, p_value_with};

/// The habits of a journal for p-values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Choice)]
pub enum JournalStyle {
    /// `0.031`, `<0.001`, `>0.999`.
    #[default]
    Plain,
    /// American Psychological Association: `.031`, `< .001`, `> .999`.
    Apa,
    /// American Medical Association: `.03`, three decimals below .01, `<.001`, `>.99`.
    Ama,
}

/// Names and marks of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Printing {
    /// How p-values are written.
    pub style: JournalStyle,
    /// Significance level: adjusted p-values below it are marked.
    pub alpha: f64,
    /// Printed names of metrics, factors and levels: `ra_vox` → `Ra`.
    pub names: BTreeMap<String, String>,
}

impl Printing {
    /// A p-value in the style of the journal; never rounded onto the significance level.
    #[must_use]
    pub fn p(&self, p: f64) -> String {
        let least_decimals = match self.style {
            JournalStyle::Ama if p >= 0.01 => 2,
            _ => 3,
        };
        let text = match self.style {
            JournalStyle::Plain => return p_value(p, self.alpha),
            _ => p_value_with(p, self.alpha, least_decimals),
        };
        // No zero before the point of a number that cannot exceed 1.
        let text = text.replacen("0.", ".", 1);
        match self.style {
            JournalStyle::Apa => text.replace('<', "< ").replace('>', "> "),
            _ => text,
        }
    }

    /// `p = 0.031` or `p < 0.001`, for a sentence.
    #[must_use]
    pub fn p_sentence(&self, p: f64) -> String {
        let text = self.p(p);
        match text.chars().next() {
            Some(sign @ ('<' | '>')) => format!("p {sign} {}", text[1..].trim_start()),
            _ => format!("p = {text}"),
        }
    }

    /// The printed name of a metric, a factor or a level.
    #[must_use]
    pub fn name(&self, name: &str) -> String {
        let known = || KNOWN_NAMES.iter().find(|(k, _)| *k == name);
        let known = || known().map(|(_, v)| *v).or_else(|| heading_of(name));
        let declared = self.names.get(name).map(String::as_str);
        declared.or_else(known).unwrap_or(name).to_owned()
    }
}

/// The heading of a metric, or its title if it has no heading.
fn heading_of(metric: &str) -> Option<&'static str> {
    let known = Metric::named(metric)?;
    Some(match known.heading == known.name {
        true => known.title,
        false => known.heading,
    })
}

/// Printed names of factors and networks; those of metrics come from `measures`.
const KNOWN_NAMES: [(&str, &str); 6] = [
    ("net", "Network"),
    ("loss", "Loss"),
    ("unet", "U-Net"),
    ("fcn7", "7FCN"),
    (column::SUBJECT, "Subject"),
    (column::SURFACE, "Surface"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(style: JournalStyle, p: f64) -> String {
        let printing = Printing {
            style,
            alpha: 0.05,
            names: BTreeMap::new(),
        };
        format!("{} | {}", printing.p(p), printing.p_sentence(p))
    }

    #[test]
    fn journals_write_p_in_their_own_way() {
        assert_eq!(printed(JournalStyle::Plain, 0.0312), "0.031 | p = 0.031");
        assert_eq!(printed(JournalStyle::Plain, 1e-7), "<0.001 | p < 0.001");
        assert_eq!(printed(JournalStyle::Apa, 0.0312), ".031 | p = .031");
        assert_eq!(printed(JournalStyle::Apa, 1e-7), "< .001 | p < .001");
        assert_eq!(printed(JournalStyle::Apa, 1.0), "> .999 | p > .999");
        assert_eq!(printed(JournalStyle::Ama, 0.0312), ".03 | p = .03");
        assert_eq!(printed(JournalStyle::Ama, 0.0473), ".047 | p = .047");
        assert_eq!(printed(JournalStyle::Ama, 0.0072), ".007 | p = .007");
        assert_eq!(printed(JournalStyle::Ama, 0.998), ">.99 | p > .99");
    }
}
