//! F-tests of the terms of a model.

use rsom_parameters::Choice;

use super::contrast_test::Tests;
use super::degrees_of_freedom::DfMethod;
use super::model::{MixedModel, State};
use super::orthonormal::Orthonormal;
use crate::StatsError;

/// The hypothesis that the test of a term is about. Both are the same when no term contains another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum TestType {
    /// Each term after all terms that do not contain it. A term contains another if it has all its variables, the
    /// same ones of numbers, and more factors (SAS; lmerTest).
    Ii,
    /// Each term after all others, where the levels of a factor have equal weight: coefficients under sum-to-zero coding.
    Iii,
}

/// An F-test of a term.
#[derive(Debug, Clone, PartialEq)]
pub struct TermTest {
    /// The term, as in the formula.
    pub term: String,
    /// F; by Kenward–Roger the scaled one.
    pub f: f64,
    /// Numerator degrees of freedom: the number of coefficients of the term.
    pub numerator_df: usize,
    /// Denominator degrees of freedom.
    pub denominator_df: f64,
    /// Upper tail probability of F, in (0, 1].
    pub p_value: f64,
}

/// Tests each term of the fixed effects (analysis of variance).
///
/// *Type III* tests the coefficients of the term as they would be under sum-to-zero coding (`contr.sum`). So the result
/// does not depend on the coding or the reference of a factor, and a main effect is the mean effect over the levels of the
/// factors it interacts with, each with the same weight. Numbers enter as they are: the effect of a factor that
/// interacts with a number is that at zero of the number, so center the number. Equal to
/// `anova(lmerTest::lmer(…), type = "III")`. `car::Anova(type = 3)` agrees only if the fit used `contr.sum`: with R's
/// default `contr.treatment` its main effects are those at the reference level.
///
/// *Type II* tests the part of the term that is orthogonal to all terms that do not contain it, as
/// `anova(lmerTest::lmer(…), type = "II")`. `car::Anova(type = 2)` differs twice: it uses the covariance of the outcome for
/// what is orthogonal, and a term of numbers contains its margins too.
///
/// Satterthwaite's degrees of freedom for several coefficients depend a little (in the fourth digit) on the form in which a
/// hypothesis is written; the forms are those of lmerTest. F does not depend on the form, nor do Kenward and Roger's.
///
/// The intercept is not tested. Degrees of freedom of several coefficients: Fai & Cornelius for Satterthwaite, the scaled
/// F of Kenward & Roger (`pbkrtest::KRmodcomp`), n − p without random intercepts.
///
/// # Errors
/// As [`coefficient_tests`](super::coefficient_tests).
pub fn term_tests(
    model: &MixedModel,
    test_type: TestType,
    method: DfMethod,
) -> Result<Vec<TermTest>, StatsError> {
    let tests = Tests::of(model, method)?;
    let design = &model.state.design;
    let terms = design.terms.len();
    let indexed = design.terms.iter().enumerate();
    indexed
        .map(|(index, term)| {
            let contained = (0..terms).any(|other| design.contains(other, index));
            // The same hypothesis in the form of lmerTest, because Satterthwaite's approximation depends on the form.
            let combinations = if terms > 1 && (test_type == TestType::Iii || !contained) {
                model.state.estimable.type_three(design, index)?
            } else {
                after_others(&model.state, index)?
            };
            let joint = tests.joint(&combinations)?;
            Ok(TermTest {
                term: term.term.to_string(),
                f: joint.f,
                numerator_df: combinations.len(),
                denominator_df: joint.denominator_df,
                p_value: joint.p_value,
            })
        })
        .collect()
}

/// The combinations Qᵀ·X of a term's columns that are orthogonal to the columns of all terms that do not contain it, each
/// with 1 at its own column.
fn after_others(state: &State, index: usize) -> Result<Vec<Vec<f64>>, StatsError> {
    let design = &state.design;
    let (own, mut before) = (design.range(index), Vec::new());
    before.extend(0..usize::from(design.intercept));
    for other in 0..design.terms.len() {
        if other != index && !design.contains(other, index) {
            before.extend(design.range(other));
        }
    }
    // X = Q·R: columns of R have the same inner products as those of X.
    let triangle = state.r.transposed();
    let columns: Vec<Vec<f64>> = before
        .iter()
        .copied()
        .chain(own.clone())
        .map(|column| triangle.row(column).to_vec())
        .collect();
    let orthonormal = Orthonormal::of(&columns).map_err(|_| {
        StatsError::BadModel(format!(
            "the term {} is aliased with terms that do not contain it",
            design.terms[index].term
        ))
    })?;
    let directions = orthonormal.q[before.len()..].iter().zip(own);
    let combinations = directions.map(|(direction, column)| {
        let combination = triangle.times_vector(direction);
        combination
            .iter()
            .map(|v| v / combination[column])
            .collect()
    });
    Ok(combinations.collect())
}
