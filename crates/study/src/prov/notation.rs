//! PROV-N, the notation of PROV for people (W3C Recommendation of 30 April 2013).

use std::collections::BTreeMap;
use std::fmt::Write;

use super::document::{Attributes, PREFIXES, Provenance};

/// The document.
pub(super) fn text(provenance: &Provenance) -> String {
    let mut text = "document\n".to_owned();
    for (prefix, namespace) in PREFIXES {
        let _ = writeln!(text, "  prefix {prefix} <{namespace}>");
    }
    text.push('\n');
    things(&mut text, "entity", &provenance.entities, "");
    things(&mut text, "activity", &provenance.activities, "");
    things(
        &mut text,
        "agent",
        &provenance.agents,
        "prov:type='prov:SoftwareAgent', ",
    );
    text.push('\n');
    for [task, file, port] in &provenance.used {
        let _ = writeln!(
            text,
            "  used({task}, {file}, -, [prov:role={}])",
            quoted(port)
        );
    }
    for [file, task, port] in &provenance.generated {
        let _ = writeln!(
            text,
            "  wasGeneratedBy({file}, {task}, -, [prov:role={}])",
            quoted(port)
        );
    }
    for [task, agent] in &provenance.associated {
        let _ = writeln!(text, "  wasAssociatedWith({task}, {agent}, -)");
    }
    text.push_str("endDocument\n");
    text
}

fn things(text: &mut String, kind: &str, all: &BTreeMap<String, Attributes>, first: &str) {
    for (name, about) in all {
        let about: Vec<String> = about
            .iter()
            .map(|(key, value)| format!("{key}={}", quoted(value)))
            .collect();
        let _ = writeln!(text, "  {kind}({name}, [{first}{}])", about.join(", "));
    }
}

/// A string literal.
fn quoted(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('"', "\\\"");
    let text = text
        .replace('\n', "\\n")
        .replace('\r', "\\r")
        .replace('\t', "\\t");
    format!("\"{text}\"")
}
