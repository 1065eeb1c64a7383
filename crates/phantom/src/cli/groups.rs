//! The groups of a cohort and their effects.

use std::collections::BTreeMap;

use rsom_parameters::Parameters;
use rsom_stage::{Invocation, StageError};

use super::settings::{Effect, scene};
use crate::Config;

/// Parameters of the groups.
#[derive(Parameters)]
pub(super) struct Groups {
    /// Names of groups, such as healthy,diabetic; subjects are assigned to them in turn (none: one population).
    #[parameter(default = Vec::new(), check = names)]
    groups: Vec<String>,
    /// Factor on a setting of a group, such as diabetic.loops_per_mm2=0.6.
    #[parameter(advanced)]
    effects: BTreeMap<String, String>,
}

fn names(groups: &[String]) -> Result<(), String> {
    for (i, name) in groups.iter().enumerate() {
        if name.is_empty() || name.contains('.') || groups[..i].contains(name) {
            return Err(format!(
                "'{name}' must be a name without dots, and different from the other names"
            ));
        }
    }
    Ok(())
}

/// A group, and the scene of its average subject.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Group {
    /// Its name; `None` without groups.
    pub name: Option<String>,
    /// The scene before the variation between subjects.
    pub population: Config,
}

/// The groups of a run; a single group without name if none are given.
///
/// # Errors
/// Exit code 2: an effect with an unknown group or setting, or with a value that is not a factor.
pub(super) fn read(invocation: &Invocation, settings: &Groups) -> Result<Vec<Group>, StageError> {
    let mut effects: BTreeMap<&str, Vec<Effect>> = BTreeMap::new();
    for (key, value) in &settings.effects {
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

/// Splits `group.setting` and checks the factor on the setting.
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
        return refuse("write it as group.setting=factor");
    };
    if !groups.iter().any(|name| name == group) {
        return refuse("there is no group of this name; add it to --groups");
    }
    match value.parse::<f64>() {
        Ok(factor) if factor.is_finite() && factor >= 0.0 => Ok((
            group,
            Effect {
                setting: setting.to_owned(),
                factor,
            },
        )),
        _ => refuse("the factor must be a number ≥ 0"),
    }
}
