//! Every pipeline of the repository with scans of its own has a plan, in each of its profiles.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use rsom_testing::{Folder, checkout, shared};

use crate::RSOM;

/// The names of the profiles of a pipeline, from its text.
fn profiles(text: &str) -> Vec<String> {
    let lines = text.lines().skip_while(|line| *line != "profiles:").skip(1);
    let names = lines.take_while(|line| line.is_empty() || line.starts_with(' '));
    names
        .filter_map(|line| line.strip_prefix("  ")?.split_once(':'))
        .filter(|(name, _)| !name.starts_with([' ', '#']))
        .map(|(name, _)| name.to_owned())
        .collect()
}

#[test]
fn every_pipeline_with_scans_has_a_plan_in_each_of_its_profiles() {
    let Some(data) = shared("data") else { return };
    let data = data.to_string_lossy();
    let entries = std::fs::read_dir(checkout().join("pipelines")).unwrap();
    let mut planned = Vec::new();
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.extension().is_none_or(|ending| ending != "yaml") {
            continue;
        }
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        if !text.lines().any(|line| line.starts_with("manifest:")) {
            // It takes the user's own.
            continue;
        }
        let mut sizes = vec![None];
        sizes.extend(profiles(&text).into_iter().map(Some));
        for profile in sizes {
            let (folder, pipeline) = (Folder::new(), path.to_string_lossy());
            let workdir = folder.to_string_lossy();
            let mut words = vec!["plan", &pipeline, "--workdir", &workdir, "--data", &data];
            words.extend(profile.iter().flat_map(|profile| ["--profile", profile]));
            let plan = RSOM.run(checkout(), words).expect_code(0);
            assert!(!plan.stdout.is_empty(), "{name} {profile:?}");
            planned.push(format!("{name} {}", profile.unwrap_or_default()));
        }
    }
    for pipeline in [
        "smoothness smoke",
        "octlayers smoke",
        "gerl2020 full",
        "pam-hand ",
    ] {
        assert!(planned.iter().any(|name| name == pipeline), "{planned:?}");
    }
}
