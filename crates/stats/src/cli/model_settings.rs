//! The parameters of `model`.

use std::collections::BTreeMap;

use rsom_parameters::Parameters;

use super::measurements::MeasuredPer;
use crate::Adjustment;
use crate::mixed_model::{DfMethod, FitConfig, Formula, Likelihood, TestType};

/// What is fitted, tested and estimated.
#[derive(Parameters)]
#[parameters(check = Settings::check)]
pub(super) struct Settings {
    /// The model: METRIC ~ terms + (1|subject). METRIC may be NAME@SURFACE. Terms are columns of the tables: a + b, a:b, a*b,
    /// C(a) for a column of numbers as a factor. (1|subject/visit): random intercepts for subjects, and visits within them.
    #[parameter(required)]
    pub formula: String,
    /// Reference level of a factor, such as group=control (unset: the first level: numbers by value, then texts by alphabet).
    pub reference: BTreeMap<String, String>,
    /// Columns to group by; one model for each group.
    #[parameter(default = Vec::new())]
    pub group_by: Vec<String>,
    /// Likelihood that is maximized: restricted (reml), or not (ml).
    #[parameter(default = Likelihood::Reml)]
    pub likelihood: Likelihood,
    /// Degrees of freedom of the tests.
    #[parameter(default = DfMethod::Satterthwaite)]
    pub df: DfMethod,
    /// Hypotheses of the F tests of terms: each after all others (iii), or after those that do not contain it (ii).
    #[parameter(default = TestType::Iii, advanced)]
    pub test_type: TestType,
    /// Factors whose marginal means are estimated.
    #[parameter(default = Vec::new())]
    pub means_of: Vec<String>,
    /// Correction of p-values: over all F tests of this call, and over the differences between the means of each factor.
    #[parameter(default = Adjustment::Holm)]
    pub adjust: Adjustment,
    /// Fit rows of one subject without a random intercept for it, as if they were independent: p may be far too small, and the
    /// table says so.
    #[parameter(advanced)]
    pub treat_slices_as_independent: bool,
    /// Rows to use: measures of whole scans (no slice) or of single slices.
    #[parameter(default = MeasuredPer::Scan, advanced)]
    pub measured_per: MeasuredPer,
    /// Columns in addition to subject, scan and slice that distinguish measurements, such as seed.
    #[parameter(default = Vec::new(), advanced)]
    pub repeated_over: Vec<String>,
    /// Use only rows with this value in a column, such as label=4, or with one of several: slice=1|2|9.
    #[parameter(advanced)]
    pub r#where: BTreeMap<String, String>,
    /// Confidence level of the intervals.
    #[parameter(default = 0.95, above = 0.0, below = 1.0, advanced)]
    pub confidence: f64,
    /// Significance level, for the text.
    #[parameter(default = 0.05, above = 0.0, below = 1.0, advanced)]
    pub alpha: f64,
}

impl Settings {
    fn check(&self) -> Result<(), String> {
        let formula = Formula::parse(&self.formula).map_err(|e| e.to_string())?;
        if self.likelihood == Likelihood::Ml && self.df == DfMethod::KenwardRoger {
            return Err("--df kenward_roger needs --likelihood reml".to_owned());
        }
        let variables = formula.variables();
        let is_variable = |name: &String| variables.iter().any(|v| v.column == *name);
        if let Some(other) = self.reference.keys().find(|name| !is_variable(name)) {
            return Err(format!(
                "--reference: '{other}' is not a term of the formula"
            ));
        }
        if let Some(other) = self.means_of.iter().find(|name| !is_variable(name)) {
            return Err(format!(
                "--means-of: '{other}' is not a term of the formula"
            ));
        }
        Ok(())
    }

    pub fn config(&self) -> FitConfig {
        FitConfig {
            likelihood: self.likelihood,
            references: self.reference.clone().into_iter().collect(),
        }
    }
}
