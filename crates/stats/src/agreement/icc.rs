//! Intraclass correlations in the six forms of Shrout and Fleiss.

use crate::confidence::require_level;
use crate::moments::{is_noise, largest, mean, require_squarable};
use crate::tails::variance_ratio;
use crate::{ConfidenceInterval, StatsError};

/// A form of the intraclass correlation: its model, and whether it is about one rater or the mean of all k.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum IccForm {
    /// ICC(1,1) of Shrout & Fleiss, ICC(1) of McGraw & Wong: other raters for each subject; one rater.
    OneWaySingle,
    /// ICC(2,1), ICC(A,1): the same raters, a random sample of raters, for all subjects; absolute agreement; one rater.
    AgreementSingle,
    /// ICC(3,1), ICC(C,1): the same raters, no others of interest, for all subjects; consistency; one rater.
    ConsistencySingle,
    /// ICC(1,k), ICC(k): as the first, for the mean of k raters.
    OneWayAverage,
    /// ICC(2,k), ICC(A,k): as the second, for the mean of k raters.
    AgreementAverage,
    /// ICC(3,k), ICC(C,k): as the third, for the mean of k raters; equal to Cronbach's α.
    ConsistencyAverage,
}

/// An intraclass correlation with its interval and F test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Icc {
    /// The form.
    pub form: IccForm,
    /// The estimate, at most 1; may be negative. `None` when its denominator, an estimate of a variance, is not
    /// positive: the subjects differ less than chance lets them.
    pub estimate: Option<f64>,
    /// The interval; `None` when an end is not defined, and when the raters do not differ within subjects (for
    /// consistency: except for constant offsets).
    pub interval: Option<ConfidenceInterval>,
    /// F of the hypothesis that the correlation is 0; `None` when the raters do not differ within subjects.
    pub f: Option<f64>,
    /// Degrees of freedom of F.
    pub df: (f64, f64),
    /// p of F, one-sided: correlations above 0; `None` as F.
    pub p_value: Option<f64>,
}

/// All six intraclass correlations of a table: one row per subject, one column per rater (Shrout & Fleiss 1979,
/// Psychological Bulletin 86, 420–428; McGraw & Wong 1996, Psychological Methods 1, 30–46), in the order of
/// [`IccForm`].
///
/// With the mean squares of subjects MSB, within subjects MSW, of raters MSJ and residual MSE: ICC(1,1) = (MSB −
/// MSW)/(MSB + (k − 1)MSW), ICC(2,1) = (MSB − MSE)/(MSB + (k − 1)MSE + k(MSJ − MSE)/n), ICC(3,1) = (MSB − MSE)/(MSB +
/// (k − 1)MSE), and for means of k raters (MSB − MSW)/MSB, (MSB − MSE)/(MSB + (MSJ − MSE)/n), (MSB − MSE)/MSB.
/// Intervals are exact F intervals for the first and third model, and Satterthwaite's approximation for the second,
/// all for normal residuals. The same numbers as R's `psych::ICC(lmer = FALSE)`; with `lmer = TRUE` psych fits by
/// maximum likelihood, which differs when a variance component is negative.
///
/// # Errors
/// Fewer than two subjects or two raters, rows of different length, values that are NaN, infinite or beyond 1e140, a table without
/// spread between its values, a confidence outside (0, 1).
pub fn icc(table: &[Vec<f64>], confidence: f64) -> Result<[Icc; 6], StatsError> {
    require_level("confidence", confidence)?;
    let squares = MeanSquares::of(table)?;
    let forms = [
        IccForm::OneWaySingle,
        IccForm::AgreementSingle,
        IccForm::ConsistencySingle,
        IccForm::OneWayAverage,
        IccForm::AgreementAverage,
        IccForm::ConsistencyAverage,
    ];
    Ok(forms.map(|form| squares.icc(form, confidence)))
}

/// The analysis of variance of a table.
struct MeanSquares {
    /// Number of subjects.
    n: f64,
    /// Number of raters.
    k: f64,
    subjects: f64,
    /// Within subjects; 0 when it is noise.
    within: f64,
    raters: f64,
    /// Residual; 0 when it is noise.
    residual: f64,
}

impl MeanSquares {
    fn of(table: &[Vec<f64>]) -> Result<Self, StatsError> {
        let raters = table.first().ok_or(StatsError::Empty)?.len();
        for (what, found) in [("subjects", table.len()), ("raters", raters)] {
            if found < 2 {
                return Err(StatsError::TooFew {
                    what,
                    needed: 2,
                    found,
                });
            }
        }
        for row in table {
            if row.len() != raters {
                let message = format!("a row has {} values, but another has {raters}", row.len());
                return Err(StatsError::BadBlocks(message));
            }
        }
        require_squarable(&table.concat())?;
        let (n, k) = (table.len() as f64, raters as f64);
        let row_means: Vec<f64> = table.iter().map(|row| mean(row)).collect();
        let column = |j: usize| -> Vec<f64> { table.iter().map(|row| row[j]).collect() };
        let column_means: Vec<f64> = (0..raters).map(|j| mean(&column(j))).collect();
        let grand = mean(&row_means);
        let square = |v: f64| v * v;
        let (mut within, mut residual) = (0.0, 0.0);
        for (row, row_mean) in table.iter().zip(&row_means) {
            for (value, column_mean) in row.iter().zip(&column_means) {
                within += square(value - row_mean);
                residual += square(value - row_mean - column_mean + grand);
            }
        }
        let around = |means: &[f64]| means.iter().map(|m| square(m - grand)).sum::<f64>();
        let size = largest(table.iter().flatten().copied());
        let or_zero = |v: f64| if is_noise(v, size) { 0.0 } else { v };
        let result = Self {
            n,
            k,
            subjects: or_zero(k * around(&row_means) / (n - 1.0)),
            within: or_zero(within / (n * (k - 1.0))),
            raters: n * around(&column_means) / (k - 1.0),
            residual: or_zero(residual / ((n - 1.0) * (k - 1.0))),
        };
        if result.subjects == 0.0 && result.residual == 0.0 {
            return Err(StatsError::Undefined(
                "neither subjects nor residuals vary: an intraclass correlation needs a spread",
            ));
        }
        Ok(result)
    }

    fn icc(&self, form: IccForm, confidence: f64) -> Icc {
        let (n, k) = (self.n, self.k);
        let one_way = matches!(form, IccForm::OneWaySingle | IccForm::OneWayAverage);
        let (error, error_df) = if one_way {
            (self.within, n * (k - 1.0))
        } else {
            (self.residual, (n - 1.0) * (k - 1.0))
        };
        let df = (n - 1.0, error_df);
        let f = (error > 0.0).then(|| self.subjects / error);
        let tail = (1.0 - confidence) / 2.0;
        let averaged = matches!(
            form,
            IccForm::OneWayAverage | IccForm::AgreementAverage | IccForm::ConsistencyAverage
        );
        let single = ratio(self.subjects - error, self.of_one_rater(form, error));
        let estimate = if averaged {
            ratio(
                self.subjects - error,
                self.subjects + self.of_raters(form) / k,
            )
        } else {
            single
        };
        let of_one = f.zip(single).map(|(f, single)| match form {
            IccForm::AgreementSingle | IccForm::AgreementAverage => {
                self.agreement_ends(single, tail)
            }
            _ => {
                let low = f / variance_ratio::upper_quantile(tail, df.0, df.1);
                let high = f * variance_ratio::upper_quantile(tail, df.1, df.0);
                [low, high].map(|f| (f - 1.0) / (f + k - 1.0))
            }
        });
        // Spearman–Brown, for a correlation of one rater above its smallest value, −1/(k − 1).
        let of_mean = |r: f64| ratio(r * k, 1.0 + r * (k - 1.0));
        let end = |r: f64| if averaged { of_mean(r) } else { Some(r) };
        let interval = of_one.and_then(|[low, high]| {
            Some(ConfidenceInterval {
                low: end(low)?,
                high: end(high)?,
                confidence,
            })
        });
        Icc {
            form,
            estimate,
            interval: interval
                .filter(|i| estimate.is_some() && i.low.is_finite() && i.high.is_finite()),
            f,
            df,
            p_value: f.map(|f| variance_ratio::upper_tail(f, df.0, df.1).max(f64::MIN_POSITIVE)),
        }
    }

    /// k/n·(MSJ − MSE) for agreement, otherwise 0.
    fn of_raters(&self, form: IccForm) -> f64 {
        match form {
            IccForm::AgreementSingle | IccForm::AgreementAverage => {
                self.k / self.n * (self.raters - self.residual)
            }
            _ => 0.0,
        }
    }

    /// The variance of the values of one rater, times k.
    fn of_one_rater(&self, form: IccForm, error: f64) -> f64 {
        self.subjects + (self.k - 1.0) * error + self.of_raters(form)
    }

    /// Ends of ICC(2,1) (Shrout & Fleiss 1979, the equations after table 5).
    fn agreement_ends(&self, icc: f64, tail: f64) -> [f64; 2] {
        let (n, k) = (self.n, self.k);
        let raters = k * icc * self.raters / self.residual;
        let rest = n * (1.0 + (k - 1.0) * icc) - k * icc;
        let df = (k - 1.0) * (n - 1.0) * (raters + rest) * (raters + rest)
            / ((n - 1.0) * raters * raters + rest * rest);
        let mixed = k * self.raters + (k * n - k - n) * self.residual;
        let low_f = variance_ratio::upper_quantile(tail, n - 1.0, df);
        let high_f = variance_ratio::upper_quantile(tail, df, n - 1.0);
        let low = n * (self.subjects - low_f * self.residual) / (low_f * mixed + n * self.subjects);
        let high =
            n * (high_f * self.subjects - self.residual) / (mixed + n * high_f * self.subjects);
        [low, high]
    }
}

/// The ratio; `None` when the denominator is not positive.
fn ratio(numerator: f64, denominator: f64) -> Option<f64> {
    (denominator > 0.0).then(|| numerator / denominator)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Table 2 of Shrout & Fleiss (1979): 6 subjects, 4 raters.
    fn shrout_and_fleiss() -> Vec<Vec<f64>> {
        [
            [9.0, 2.0, 5.0, 8.0],
            [6.0, 1.0, 3.0, 2.0],
            [8.0, 4.0, 6.0, 8.0],
            [7.0, 1.0, 2.0, 6.0],
            [10.0, 5.0, 6.0, 9.0],
            [6.0, 2.0, 4.0, 7.0],
        ]
        .map(|row| row.to_vec())
        .to_vec()
    }

    // R 4.2, psych 2: print(ICC(x, lmer = FALSE)$results, digits = 12); the paper prints .17, .29, .71, .44, .62, .91.
    #[test]
    fn all_forms_are_those_of_psych() {
        let expected = [
            [
                0.165_741_768_405_476,
                1.794_678_492_239_47,
                0.164_768_808_344_64,
                -0.132_932_324_874_751,
                0.722_560_062_328_121,
            ],
            [
                0.289_763_779_527_559,
                11.027_247_956_403_3,
                0.000_134_566_516_484_337,
                0.018_786_513_374_712_1,
                0.761_084_369_648_953,
            ],
            [
                0.714_840_714_840_715,
                11.027_247_956_403_3,
                0.000_134_566_516_484_337,
                0.342_464_765_033_925,
                0.945_858_259_955_36,
            ],
            [
                0.442_797_133_679_269,
                1.794_678_492_239_47,
                0.164_768_808_344_64,
                -0.884_442_155_238_119,
                0.912_415_420_340_776,
            ],
            [
                0.620_050_547_598_989,
                11.027_247_956_403_3,
                0.000_134_566_516_484_337,
                0.071_136_815_302_503_5,
                0.927_232_040_167_722,
            ],
            [
                0.909_315_542_377_069,
                11.027_247_956_403_3,
                0.000_134_566_516_484_337,
                0.675_674_713_816_305,
                0.985_891_678_169_062,
            ],
        ];
        let got = icc(&shrout_and_fleiss(), 0.95).unwrap();
        for (icc, [estimate, f, p, low, high]) in got.iter().zip(expected) {
            let interval = icc.interval.unwrap();
            let close = |got: f64, expected: f64| {
                assert!(
                    (got - expected).abs() < 1e-9 * expected.abs().max(0.1),
                    "{icc:?} {expected}"
                );
            };
            close(icc.estimate.unwrap(), estimate);
            close(icc.f.unwrap(), f);
            close(icc.p_value.unwrap(), p);
            close(interval.low, low);
            close(interval.high, high);
        }
    }

    #[test]
    fn perfect_agreement_is_one_without_an_interval() {
        let table = vec![vec![0.1 + 0.2, 0.3], vec![0.7, 0.7], vec![0.9, 0.9]];
        for icc in icc(&table, 0.95).unwrap() {
            assert_eq!((icc.estimate, icc.interval, icc.f), (Some(1.0), None, None));
        }
        let offset = vec![vec![1.0, 2.0], vec![3.0, 4.0], vec![7.0, 8.0]];
        let forms = icc(&offset, 0.95).unwrap();
        assert_eq!((forms[2].estimate, forms[2].interval), (Some(1.0), None));
        assert!(forms[1].estimate < Some(1.0) && forms[0].interval.is_some());
    }

    #[test]
    fn subjects_that_do_not_differ_have_no_correlation_of_means() {
        let forms = icc(&[vec![0.0, 1.0], vec![1.0, 0.0]], 0.95).unwrap();
        let estimates = forms.map(|icc| icc.estimate);
        let expected = [Some(-1.0), None, Some(-1.0), None, None, None];
        assert_eq!(estimates, expected);
        for icc in &forms {
            let finite = |i: &ConfidenceInterval| i.low.is_finite() && i.high.is_finite();
            assert!(icc.interval.as_ref().is_none_or(finite), "{icc:?}");
        }
    }

    #[test]
    fn bad_tables_are_refused() {
        assert_eq!(icc(&[], 0.95), Err(StatsError::Empty));
        assert!(matches!(
            icc(&[vec![1.0, 2.0]], 0.95),
            Err(StatsError::TooFew { .. })
        ));
        assert!(icc(&[vec![1.0], vec![2.0]], 0.95).is_err());
        assert!(icc(&[vec![1.0, 2.0], vec![2.0]], 0.95).is_err());
        assert!(icc(&[vec![1.0, f64::NAN], vec![2.0, 1.0]], 0.95).is_err());
        assert!(icc(&[vec![1.0, f64::INFINITY], vec![2.0, 1.0]], 0.95).is_err());
        assert!(matches!(
            icc(&vec![vec![0.1, 0.1]; 4], 0.95),
            Err(StatsError::Undefined(_))
        ));
        assert!(matches!(
            icc(&vec![vec![0.1, 0.4]; 4], 0.95),
            Err(StatsError::Undefined(_))
        ));
        assert!(icc(&shrout_and_fleiss(), 1.0).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]
        #[test]
        fn order_of_subjects_and_raters_offset_and_unit_change_nothing(
            rows in prop::collection::vec(prop::collection::vec(-20i32..20, 3), 2..8),
            unit in prop::sample::select(vec![1e-6, 0.5, 1e4]),
        ) {
            let table: Vec<Vec<f64>> =
                rows.iter().map(|r| r.iter().map(|v| f64::from(*v)).collect()).collect();
            let Ok(one) = icc(&table, 0.9) else { return Ok(()) };
            let other: Vec<Vec<f64>> = table
                .iter()
                .rev()
                .map(|r| r.iter().rev().map(|v| (v + 3.0) * unit).collect())
                .collect();
            let other = icc(&other, 0.9).unwrap();
            for (a, b) in one.iter().zip(&other) {
                // Two estimates that are almost undefined lose the digits that their denominator loses.
                if let (Some(x), Some(y)) = (a.estimate, b.estimate) {
                    prop_assert!(x <= 1.0 + 1e-12);
                    prop_assert!((x - y).abs() < 1e-6 * x.abs().max(1.0) || x < -1e6);
                }
                if let (Some(i), Some(j)) = (a.interval, b.interval) {
                    prop_assert!((i.high - j.high).abs() < 1e-6 * i.high.abs().max(1.0) || i.high < -1e6);
                }
            }
        }
    }
}
