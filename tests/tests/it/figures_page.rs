//! The page `docs/figures.md`, followed literally in an empty folder.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use rsom_testing::{Folder, checkout};

use crate::RSOM;
use crate::followed::{commands, followed};

#[test]
fn every_command_of_the_page_of_figures_draws() {
    let folder = Folder::new();
    followed("figures.md", &mut folder.join(""));
    let page = std::fs::read_to_string(checkout().join("docs/figures.md")).unwrap();
    let lines = commands(&page);
    let named = lines.iter().flat_map(|line| line.split(' '));
    let drawn: Vec<&str> = named
        .filter(|word| word.starts_with("figures/") && !word.ends_with(".yaml"))
        .collect();
    assert!(drawn.len() > 20, "{drawn:?}");
    for name in drawn {
        assert!(folder.join(format!("study/{name}")).exists(), "{name}");
    }
}

#[test]
fn every_figure_is_on_the_page_and_takes_the_same_options() {
    let page = std::fs::read_to_string(checkout().join("docs/figures.md")).unwrap();
    let lines = commands(&page);
    let spec = RSOM.done(".", ["report", "spec"]).stdout;
    let spec: serde_json::Value = serde_json::from_str(&spec).unwrap();
    let has = |ports: &serde_json::Value, name: &str| {
        let mut ports = ports.as_array().unwrap().iter();
        ports.any(|port| port["name"] == name)
    };
    let all = spec["commands"].as_array().unwrap();
    assert!(all.len() > 10);
    for command in all {
        let name = command["name"].as_str().unwrap();
        let start = format!("rsom report {name} ");
        assert!(lines.iter().any(|line| line.starts_with(&start)), "{name}");
        for parameter in ["width", "dpi"] {
            let declared = &command["parameters"]["properties"][parameter];
            assert!(!declared.is_null(), "{name}: {parameter}");
        }
        assert!(
            has(&command["inputs"], "style") && has(&command["outputs"], "data"),
            "{name}"
        );
    }
}
