//! All measures of the agreement of two methods, as one list.

use super::{
    AgreementConfig, IccForm, Limit, bland_altman, bland_altman_repeated, concordance, icc,
    passing_bablok, spearman,
};
use crate::{ConfidenceInterval, StatsError};

/// A measure of agreement.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AgreementMeasure {
    /// Its name, such as `bias`.
    pub name: &'static str,
    /// The estimate; `None` where these values do not define it.
    pub value: Option<f64>,
    /// Lower and upper end of its interval.
    pub interval: Option<(f64, f64)>,
    /// p of its test against 0, where there is one.
    pub p_value: Option<f64>,
}

impl AgreementMeasure {
    fn new(name: &'static str, value: Option<f64>, interval: Option<ConfidenceInterval>) -> Self {
        Self {
            name,
            value,
            interval: interval.map(|i| (i.low, i.high)),
            p_value: None,
        }
    }

    fn limit(name: &'static str, limit: Limit) -> Self {
        Self::new(name, Some(limit.estimate), Some(limit.interval))
    }

    fn with_p(self, p_value: Option<f64>) -> Self {
        Self { p_value, ..self }
    }
}

/// A list of measures, and why others are missing.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AgreementMeasures {
    /// The measures.
    pub measures: Vec<AgreementMeasure>,
    /// Reasons why measures are missing, one sentence each.
    pub missing: Vec<String>,
}

impl AgreementMeasures {
    fn take(&mut self, what: &str, found: Result<Vec<AgreementMeasure>, StatsError>) {
        match found {
            Ok(measures) => self.measures.extend(measures),
            Err(reason) => self.missing.push(format!("{what}: {reason}")),
        }
    }
}

/// Bias with limits of agreement, proportional bias, intraclass correlations, concordance, rank correlation and
/// Passing–Bablok regression of pairs of independent units; `first` is the method, `second` the reference.
///
/// A measure that these values do not define is left out, with the reason.
#[must_use]
pub fn agreement_measures(
    first: &[f64],
    second: &[f64],
    config: AgreementConfig,
) -> AgreementMeasures {
    let mut all = AgreementMeasures::default();
    all.take("limits of agreement", limits(first, second, config));
    let rows: Vec<Vec<f64>> = first
        .iter()
        .zip(second)
        .map(|(a, b)| vec![*a, *b])
        .collect();
    all.take("intraclass correlation", intraclass(&rows, config));
    all.take("concordance", concordances(first, second, config));
    all.take("rank correlation", ranks(first, second, config));
    all.take(
        "Passing–Bablok regression",
        regression(first, second, config),
    );
    all
}

/// Bias with limits of agreement of pairs of which several belong to a subject: the limits include the spread within subjects
/// and between them. The other measures need independent pairs.
#[must_use]
pub fn repeated_agreement_measures(
    first: &[f64],
    second: &[f64],
    subjects: &[usize],
    config: AgreementConfig,
) -> AgreementMeasures {
    let mut all = AgreementMeasures::default();
    let found = bland_altman_repeated(first, second, subjects, config).map(|b| {
        vec![
            AgreementMeasure::new("bias", Some(b.bias), Some(b.bias_interval)),
            AgreementMeasure::new("sd", Some(b.sd_total), None),
            AgreementMeasure::new("sd_within_subjects", Some(b.sd_within), None),
            AgreementMeasure::new("sd_between_subjects", Some(b.sd_between), None),
            AgreementMeasure::limit("limit_lower", b.lower),
            AgreementMeasure::limit("limit_upper", b.upper),
        ]
    });
    all.take("limits of agreement", found);
    all.missing.push(
        "correlations and regression need one pair per subject; aggregate with --pair-by subject"
            .to_owned(),
    );
    all
}

/// Intraclass correlations of all raters, one row per unit.
#[must_use]
pub fn rater_measures(rows: &[Vec<f64>], config: AgreementConfig) -> AgreementMeasures {
    let mut all = AgreementMeasures::default();
    all.take("intraclass correlation", intraclass(rows, config));
    all
}

fn limits(
    first: &[f64],
    second: &[f64],
    config: AgreementConfig,
) -> Result<Vec<AgreementMeasure>, StatsError> {
    let b = bland_altman(first, second, config)?;
    let mut measures = vec![
        AgreementMeasure::new("bias", Some(b.bias), Some(b.bias_interval)),
        AgreementMeasure::new("sd", Some(b.sd), None),
        AgreementMeasure::limit("limit_lower", b.lower),
        AgreementMeasure::limit("limit_upper", b.upper),
    ];
    measures.extend(b.proportional_bias.map(|p| {
        AgreementMeasure::new("proportional_bias", Some(p.slope), Some(p.interval))
            .with_p(Some(p.p_value))
    }));
    Ok(measures)
}

fn intraclass(
    rows: &[Vec<f64>],
    config: AgreementConfig,
) -> Result<Vec<AgreementMeasure>, StatsError> {
    let forms = icc(rows, config.confidence)?;
    let measure = |form: super::Icc| {
        AgreementMeasure::new(form.form.name(), form.estimate, form.interval).with_p(form.p_value)
    };
    Ok(forms.into_iter().map(measure).collect())
}

fn concordances(
    first: &[f64],
    second: &[f64],
    config: AgreementConfig,
) -> Result<Vec<AgreementMeasure>, StatsError> {
    let c = concordance(first, second, config.confidence)?;
    Ok(vec![
        AgreementMeasure::new("lin_concordance", Some(c.estimate), c.interval),
        AgreementMeasure::new("pearson", c.pearson, None),
        AgreementMeasure::new("accuracy", c.accuracy, None),
    ])
}

fn ranks(
    first: &[f64],
    second: &[f64],
    config: AgreementConfig,
) -> Result<Vec<AgreementMeasure>, StatsError> {
    let s = spearman(first, second, config.confidence)?;
    let measure = AgreementMeasure::new("spearman", Some(s.rho), s.interval);
    Ok(vec![measure.with_p(Some(s.p_value))])
}

fn regression(
    first: &[f64],
    second: &[f64],
    config: AgreementConfig,
) -> Result<Vec<AgreementMeasure>, StatsError> {
    // The method against the reference.
    let r = passing_bablok(second, first, config.confidence)?;
    Ok(vec![
        AgreementMeasure::new("passing_bablok_slope", Some(r.slope), r.slope_interval),
        AgreementMeasure::new(
            "passing_bablok_intercept",
            Some(r.intercept),
            r.intercept_interval,
        ),
    ])
}

impl IccForm {
    /// Its name in tables: `icc_a_1` is ICC(A,1) of McGraw and Wong.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            IccForm::OneWaySingle => "icc_1_1",
            IccForm::AgreementSingle => "icc_a_1",
            IccForm::ConsistencySingle => "icc_c_1",
            IccForm::OneWayAverage => "icc_1_k",
            IccForm::AgreementAverage => "icc_a_k",
            IccForm::ConsistencyAverage => "icc_c_k",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: AgreementConfig = AgreementConfig {
        enclosed: 0.95,
        confidence: 0.95,
    };

    fn value(all: &AgreementMeasures, name: &str) -> Option<f64> {
        all.measures.iter().find(|m| m.name == name)?.value
    }

    #[test]
    fn an_offset_is_a_bias_that_consistency_ignores() {
        let reference = [1.0, 2.5, 3.0, 4.5, 6.0, 7.0];
        let noise = [0.1, -0.1, 0.1, -0.1, 0.1, -0.1];
        let method: Vec<f64> = reference
            .iter()
            .zip(noise)
            .map(|(v, e)| v + 0.5 + e)
            .collect();
        let all = agreement_measures(&method, &reference, CONFIG);
        assert!(value(&all, "bias").is_some_and(|bias| (bias - 0.5).abs() < 1e-12));
        // sd of ±0.1 with five degrees of freedom.
        let limit = 0.5 + 1.959_963_984_540_054 * (0.06f64 / 5.0).sqrt();
        assert!(value(&all, "limit_upper").is_some_and(|l| (l - limit).abs() < 1e-12));
        let (consistent, agreeing) = (value(&all, "icc_c_1"), value(&all, "icc_a_1"));
        assert!(consistent.is_some_and(|icc| icc > 0.99) && consistent > agreeing);
        assert_eq!(value(&all, "spearman"), Some(1.0));
        assert_eq!(all.missing, Vec::<String>::new());
    }

    #[test]
    fn what_is_not_defined_is_left_out_with_the_reason() {
        let all = agreement_measures(&[1.0, 1.0, 1.0], &[1.0, 2.0, 3.0], CONFIG);
        assert!(value(&all, "bias").is_some() && value(&all, "spearman").is_none());
        assert!(
            all.missing
                .iter()
                .any(|m| m.starts_with("rank correlation:"))
        );
    }

    #[test]
    fn repeated_pairs_have_limits_alone() {
        let (first, second) = ([1.0, 1.2, 3.0, 3.3], [1.1, 1.0, 3.2, 3.1]);
        let all = repeated_agreement_measures(&first, &second, &[0, 0, 1, 1], CONFIG);
        assert!(value(&all, "sd_within_subjects").is_some());
        assert!(value(&all, "icc_a_1").is_none() && all.missing.len() == 1);
    }
}
