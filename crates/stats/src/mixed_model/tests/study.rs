//! The data sets as tables.

use super::super::{Column, FitConfig, Formula, Likelihood, MixedModel, Table, fit};
use super::data::{ALIKE, GROWTH, SLEEPSTUDY_MS, VISITS};
use crate::StatsError;

/// Columns that a test can change before they become a table.
#[derive(Clone, Debug)]
pub(super) struct Study {
    pub numbers: Vec<(&'static str, Vec<f64>)>,
    pub texts: Vec<(&'static str, Vec<&'static str>)>,
}

impl Study {
    pub(super) fn named(name: &str) -> Self {
        match name {
            "SLEEPSTUDY" => sleepstudy(),
            "VISITS" => visits(),
            "GROWTH" => growth(),
            _ => alike(),
        }
    }

    pub(super) fn column(&mut self, name: &str) -> &mut Vec<f64> {
        let found = self.numbers.iter_mut().find(|(n, _)| *n == name);
        &mut found.unwrap().1
    }

    pub(super) fn fit(
        &self,
        formula: &str,
        likelihood: Likelihood,
    ) -> Result<MixedModel, StatsError> {
        self.fit_with(formula, &config(likelihood))
    }

    pub(super) fn fit_with(
        &self,
        formula: &str,
        config: &FitConfig,
    ) -> Result<MixedModel, StatsError> {
        let numbers = self.numbers.iter().map(|(n, v)| (*n, Column::Numbers(v)));
        let texts = self.texts.iter().map(|(n, v)| (*n, Column::Texts(v)));
        let table = Table::new(numbers.chain(texts).collect())?;
        fit(&Formula::parse(formula)?, &table, config)
    }
}

pub(super) fn config(likelihood: Likelihood) -> FitConfig {
    FitConfig {
        likelihood,
        references: Vec::new(),
    }
}

fn sleepstudy() -> Study {
    let index = |f: fn(usize) -> usize| (0..180).map(|i| f(i) as f64).collect();
    Study {
        numbers: vec![
            ("Reaction", SLEEPSTUDY_MS.to_vec()),
            ("Days", index(|i| i % 10)),
            ("Subject", index(|i| i / 10)),
        ],
        texts: Vec::new(),
    }
}

fn visits() -> Study {
    Study {
        numbers: vec![
            ("subject", VISITS.iter().map(|r| r.0).collect()),
            ("visit", VISITS.iter().map(|r| r.1).collect()),
            ("s", VISITS.iter().map(|r| r.2).collect()),
            ("age", VISITS.iter().map(|r| r.3).collect()),
            ("ra_um", VISITS.iter().map(|r| r.5[0]).collect()),
            ("without_visits", VISITS.iter().map(|r| r.5[1]).collect()),
            ("without_subjects", VISITS.iter().map(|r| r.5[2]).collect()),
        ],
        texts: vec![("group", VISITS.iter().map(|r| r.4).collect())],
    }
}

fn growth() -> Study {
    Study {
        numbers: vec![
            ("id", GROWTH.iter().map(|r| r.0).collect()),
            ("age", GROWTH.iter().map(|r| r.1).collect()),
            ("y", GROWTH.iter().map(|r| r.4).collect()),
        ],
        texts: vec![
            ("sex", GROWTH.iter().map(|r| r.2).collect()),
            ("g", GROWTH.iter().map(|r| r.3).collect()),
        ],
    }
}

fn alike() -> Study {
    Study {
        numbers: vec![
            ("id", ALIKE.iter().map(|r| r.0).collect()),
            ("x", ALIKE.iter().map(|r| r.2).collect()),
            ("y", ALIKE.iter().map(|r| r.3).collect()),
        ],
        texts: vec![("g", ALIKE.iter().map(|r| r.1).collect())],
    }
}
