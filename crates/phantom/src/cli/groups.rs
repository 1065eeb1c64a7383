//! The groups of a cohort, and how they differ.

use std::collections::BTreeMap;

use rsom_stage::{Invocation, Parameter, StageError};
use serde::Deserialize;

use super::settings::{Effect, scene};
use crate::Config;

/// The parameters of groups.
pub(super) fn parameters() -> [Parameter; 2] {
    let none: [&str; 0] = [];
    [
        Parameter::texts("groups", "Names of groups, such as healthy,diabetic; subjects are dealt to them in turn [none: one population]").default(none.as_slice()),
        Parameter::map("effects", "Factors on the settings of a group, such as diabetic.loops_per_mm2=0.6"),
    ]
}

/// A group, and the scene of its mean subject.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Group {
    /// Its name; `None` where there are no groups.
    pub name: Option<String>,
    /// The scene before a subject differs from it.
    pub population: Config,
}

#[derive(Deserialize)]
struct Settings {
    groups: Vec<String>,
    effects: Option<BTreeMap<String, String>>,
}

/// The groups of a run; one without a name where none are given.
///
/// # Errors
/// Exit code 2: a name that is empty, has a dot or comes twice; an effect on no group or setting, or that is no factor.
pub(super) fn read(invocation: &Invocation) -> Result<Vec<Group>, StageError> {
    let settings: Settings = invocation.parameters()?;
    for (i, name) in settings.groups.iter().enumerate() {
        if name.is_empty() || name.contains('.') || settings.groups[..i].contains(name) {
            return Err(StageError::usage(format_args!(
                "groups: '{name}' must be a name without dots that comes once"
            )));
        }
    }
    let mut effects: BTreeMap<&str, Vec<Effect>> = BTreeMap::new();
    let given = settings.effects.unwrap_or_default();
    for (key, value) in &given {
        let (group, effect) = effect(key, value, &settings.groups)?;
        effects.entry(group).or_default().push(effect);
    }
    let group = |name: Option<&String>| {
        let own = name.and_then(|name| effects.get(name.as_str()));
        Ok(Group {
            name: name.cloned(),
            population: scene(invocation, own.map_or(&[], Vec::as_slice))?,
        })
    };
    if settings.groups.is_empty() {
        return Ok(vec![group(None)?]);
    }
    settings
        .groups
        .iter()
        .map(|name| group(Some(name)))
        .collect()
}

/// The group that `group.setting` names, and the factor on its setting.
fn effect<'a>(
    key: &'a str,
    value: &str,
    groups: &[String],
) -> Result<(&'a str, Effect), StageError> {
    let refuse = |what: &str| {
        Err(StageError::usage(format_args!(
            "effects: {key}={value}: {what}"
        )))
    };
    let Some((group, setting)) = key.split_once('.') else {
        return refuse("it must be a group, a dot and a setting");
    };
    if !groups.iter().any(|name| name == group) {
        return refuse("there is no group of this name");
    }
    match value.parse::<f64>() {
        Ok(factor) if factor.is_finite() && factor >= 0.0 => Ok((
            group,
            Effect {
                setting: setting.to_owned(),
                factor,
            },
        )),
        _ => refuse("the factor must be a number that is not negative"),
    }
}
