//! What a user asked `rsom compare` for.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::ArgMatches;
use rsom_manifest::Pattern;
use rsom_stage::StageError;

use super::masks::Masks;
use super::measures::METRICS;
use crate::arguments::{absolute, absolute_path};

/// The arguments.
pub(super) struct Asked {
    /// The references.
    pub reference: Masks,
    /// Names of the methods, and their masks.
    pub methods: Vec<(String, Masks)>,
    pub output: PathBuf,
    /// The method with which the others are compared; `None` for all pairs.
    pub baseline: Option<String>,
    pub labels: BTreeMap<String, String>,
    pub labels_of_prediction: BTreeMap<String, String>,
    pub measures: Vec<String>,
    pub per_slice: bool,
    pub table: Option<PathBuf>,
    pub subject_column: Option<String>,
    pub subject: Option<Pattern>,
    /// The id of a scan, composed of columns of the table, if each of its rows is a scan.
    pub table_scan: Option<Pattern>,
    pub group_by: Vec<String>,
    pub allow_unpaired: bool,
    pub replace: bool,
}

impl Asked {
    /// Reads the arguments.
    ///
    /// # Errors
    /// Exit code 2: a method without a name or folder, two methods of one name, an unknown baseline or measure.
    pub(super) fn of(matches: &ArgMatches) -> Result<Self, StageError> {
        let given = |name: &str| matches.get_one::<String>(name).cloned();
        let methods = methods(matches)?;
        let names = || methods.iter().map(|(name, _)| name.as_str());
        let baseline = match matches.get_flag("all-pairs") {
            true => None,
            false => given("baseline").or_else(|| names().next().map(str::to_owned)),
        };
        if let Some(baseline) = baseline
            .as_ref()
            .filter(|b| !names().any(|name| name == *b))
        {
            let names = names().collect::<Vec<_>>().join(", ");
            return Err(StageError::usage(format_args!(
                "--baseline {baseline}: no method has this name; there are: {names}"
            )));
        }
        let subject = given("subject")
            .map(|text| Pattern::parse(&text))
            .transpose();
        let table_scan = given("table-scan")
            .map(|text| Pattern::parse(&text))
            .transpose();
        let measures = list(given("measures"));
        let known = METRICS.map(|(word, _)| word);
        if let Some(word) = measures.iter().find(|word| !known.contains(&word.as_str())) {
            return Err(StageError::usage(format_args!(
                "--measures {word}: unknown; choose from {}",
                known.join(", ")
            )));
        }
        let asked = Self {
            reference: Masks::at(&absolute(matches, "reference")?)?,
            output: absolute(matches, "output")?,
            baseline,
            labels: labels(given("labels"), "--labels")?,
            labels_of_prediction: labels(given("labels-of-prediction"), "--labels-of-prediction")?,
            measures,
            per_slice: matches.get_flag("per-slice"),
            table: match matches.get_one::<PathBuf>("table") {
                Some(path) => Some(absolute_path(path)?),
                None => None,
            },
            subject_column: given("subject-column"),
            subject: subject.map_err(StageError::usage)?,
            table_scan: table_scan.map_err(StageError::usage)?,
            group_by: list(given("group-by")),
            allow_unpaired: matches.get_flag("allow-unpaired"),
            replace: matches.get_flag("replace"),
            methods,
        };
        asked.require_use()?;
        Ok(asked)
    }

    /// Refuses arguments that would be ignored.
    fn require_use(&self) -> Result<(), StageError> {
        let needs = |is_given: bool, flag: &str, other: &str| match is_given {
            true => Err(StageError::usage(format_args!("{flag} needs {other}"))),
            false => Ok(()),
        };
        let no_table = self.table.is_none();
        needs(
            no_table && self.subject_column.is_some(),
            "--subject-column",
            "--table",
        )?;
        needs(
            no_table && self.table_scan.is_some(),
            "--table-scan",
            "--table",
        )?;
        needs(
            no_table && !self.group_by.is_empty(),
            "--group-by",
            "--table",
        )?;
        needs(
            self.labels.is_empty() && !self.labels_of_prediction.is_empty(),
            "--labels-of-prediction",
            "--labels",
        )
    }
}

/// The methods of `--prediction NAME=DIR`.
fn methods(matches: &ArgMatches) -> Result<Vec<(String, Masks)>, StageError> {
    let mut methods: Vec<(String, Masks)> = Vec::new();
    for word in matches
        .get_many::<String>("prediction")
        .into_iter()
        .flatten()
    {
        let Some((name, folder)) = word.split_once('=') else {
            return Err(StageError::usage(format_args!(
                "--prediction {word}: give the method a name, as in --prediction unet={word}"
            )));
        };
        let usable = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        let is_name =
            name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(usable);
        if !is_name || name == "reference" {
            return Err(StageError::usage(format_args!(
                "--prediction {word}: '{name}' is no name of a method; begin with a letter and use letters, digits, '_' and '-'"
            )));
        }
        if methods.iter().any(|(known, _)| known == name) {
            return Err(StageError::usage(format_args!(
                "--prediction {word}: another method has the name '{name}'"
            )));
        }
        methods.push((name.to_owned(), Masks::at(folder.as_ref())?));
    }
    Ok(methods)
}

/// The words between commas.
fn list(text: Option<String>) -> Vec<String> {
    let text = text.unwrap_or_default();
    let words = text
        .split(',')
        .map(str::trim)
        .filter(|word| !word.is_empty());
    words.map(str::to_owned).collect()
}

/// Labels with their names: `1=epidermis,2=dermis`.
fn labels(text: Option<String>, flag: &str) -> Result<BTreeMap<String, String>, StageError> {
    let mut labels = BTreeMap::new();
    for word in list(text) {
        let parts = word
            .split_once('=')
            .map(|(label, name)| (label.trim(), name.trim()));
        let is_name = |name: &str| {
            let usable = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ' ');
            !name.is_empty() && name.chars().all(usable)
        };
        let Some((label, name)) =
            parts.filter(|(label, name)| label.parse::<i32>().is_ok() && is_name(name))
        else {
            return Err(StageError::usage(format_args!(
                "{flag} {word}: write a label and its name, such as 1=epidermis, with letters, digits, '_', '-' and '.' in the name"
            )));
        };
        if labels.insert(label.to_owned(), name.to_owned()).is_some() {
            return Err(StageError::usage(format_args!(
                "{flag}: the label {label} is given twice"
            )));
        }
    }
    Ok(labels)
}
