//! Denominator degrees of freedom of tests of the fixed effects.

use rsom_parameters::Choice;

use super::cholesky::Cholesky;
use super::matrix::{Matrix, bilinear};
use super::model::{MixedModel, State};
use crate::StatsError;

/// The approximation of denominator degrees of freedom. A model without random intercepts always has the exact ones:
/// n − p.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum DfMethod {
    /// Satterthwaite's: the variance of each contrast is matched with a χ² (Giesbrecht & Burns 1985, Biometrics 41,
    /// 477–486), from the observed information of the variances. Agrees with lmerTest 3.1, whose derivatives are
    /// numerical; as there, a variance estimated as 0 counts as known.
    Satterthwaite,
    /// Kenward & Roger's (1997, Biometrics 53, 983–997): standard errors are corrected for small samples, and F is scaled.
    /// From the expected information, a variance of 0 included. Agrees with pbkrtest 0.5; SAS's `ddfm=kr` too. Needs a
    /// REML fit.
    KenwardRoger,
}

/// The distribution of estimated contrasts of the fixed effects, in the model's orthonormal basis and scale.
pub(crate) struct Distribution {
    /// Covariance Φ = (XᵀV⁻¹X)⁻¹.
    pub covariance: Matrix,
    /// The covariance that tests use: Φ, or Kenward and Roger's.
    pub adjusted: Matrix,
    /// ∂Φ/∂τ by each estimated variance τ.
    pub slopes: Vec<Matrix>,
    /// Covariance of the estimated variances; `None` for exact degrees of freedom.
    pub of_variances: Option<Matrix>,
    /// n − p.
    pub residual: f64,
}

impl Distribution {
    /// The distribution of a model's fixed effects.
    ///
    /// # Errors
    /// Kenward–Roger after a fit by ML; a likelihood that is flat at its maximum.
    pub(crate) fn of(model: &MixedModel, method: DfMethod) -> Result<Self, StatsError> {
        let state = &model.state;
        let covariance = state.moments.inverse.clone().scaled(state.variance);
        let mut distribution = Self {
            adjusted: covariance.clone(),
            covariance,
            slopes: Vec::new(),
            of_variances: None,
            residual: (model.n_rows - state.scaled.len()) as f64,
        };
        if state.levels == 0 {
            return Ok(distribution);
        }
        let parts = parts(state, method);
        let information = match method {
            DfMethod::Satterthwaite => observed(model, &parts),
            DfMethod::KenwardRoger if model.reml => expected(state, &parts),
            DfMethod::KenwardRoger => {
                return Err(StatsError::BadModel(
                    "Kenward-Roger degrees of freedom need a fit by REML".to_owned(),
                ));
            }
        };
        let factor = Cholesky::of(&information).ok_or_else(|| {
            StatsError::BadModel(
                "the likelihood is flat at its maximum, so the variances have no standard error and tests no degrees of freedom; simplify the random effects"
                    .to_owned(),
            )
        })?;
        let of_variances = factor.inverse();
        let inverse = &state.moments.inverse;
        distribution.slopes = parts
            .iter()
            .map(|&r| inverse.sandwich(&state.moments.first[r]))
            .collect();
        if method == DfMethod::KenwardRoger {
            distribution.adjusted = adjusted(state, &parts, &of_variances);
        }
        distribution.of_variances = Some(of_variances);
        Ok(distribution)
    }

    /// Degrees of freedom of one contrast: 2·(lᵀΦl)² / Var(lᵀΦl). Both methods have this form.
    pub(crate) fn of_contrast(&self, contrast: &[f64]) -> f64 {
        let Some(of_variances) = &self.of_variances else {
            return self.residual;
        };
        let variance = bilinear(contrast, &self.covariance, contrast);
        let slopes: Vec<f64> = self
            .slopes
            .iter()
            .map(|slope| bilinear(contrast, slope, contrast))
            .collect();
        2.0 * variance * variance / bilinear(&slopes, of_variances, &slopes)
    }
}

/// Indices of the variances that count as estimated: residual, smallest groups, subjects.
fn parts(state: &State, method: DfMethod) -> Vec<usize> {
    let ratios = [1.0, state.ratios.inner, state.ratios.outer];
    (0..=state.levels)
        .filter(|&r| method == DfMethod::KenwardRoger || ratios[r] > 0.0)
        .collect()
}

/// Half the second derivatives of −2 ln L by the variances: yᵀPGᵣPGₛPy − tr(PGᵣPGₛ)/2, with V⁻¹ in the place of P in the
/// trace by ML.
fn observed(model: &MixedModel, parts: &[usize]) -> Matrix {
    let (moments, variance) = (&model.state.moments, model.state.variance);
    let traces = if model.reml {
        &moments.traces_reml
    } else {
        &moments.traces
    };
    let entry = |r: usize, s: usize| {
        (moments.squares[r][s] / variance - 0.5 * traces[r][s]) / (variance * variance)
    };
    table(parts, entry)
}

/// tr(PGᵣPGₛ)/2.
fn expected(state: &State, parts: &[usize]) -> Matrix {
    let variance = state.variance;
    table(parts, |r, s| {
        0.5 * state.moments.traces_reml[r][s] / (variance * variance)
    })
}

fn table(parts: &[usize], entry: impl Fn(usize, usize) -> f64) -> Matrix {
    let rows: Vec<Vec<f64>> = parts
        .iter()
        .map(|&r| parts.iter().map(|&s| entry(r, s)).collect())
        .collect();
    Matrix::from_rows(&rows).symmetric()
}

/// Φ + 2Φ·[Σ Wᵣₛ·(Qᵣₛ − PᵣΦPₛ)]·Φ (Kenward & Roger 1997, equation 3, for variances that enter V linearly).
fn adjusted(state: &State, parts: &[usize], of_variances: &Matrix) -> Matrix {
    let moments = &state.moments;
    let size = moments.inverse.rows();
    let mut sum = Matrix::zeros(size, size);
    for (i, &r) in parts.iter().enumerate() {
        for (j, &s) in parts.iter().enumerate() {
            let products = moments.first[r]
                .times(&moments.inverse)
                .times(&moments.first[s]);
            sum.add(of_variances[(i, j)], &moments.second[r][s]);
            sum.add(-of_variances[(i, j)], &products);
        }
    }
    // Q has the factor σ⁻⁶, PΦP too, and Φ twice σ⁴.
    let mut adjusted = moments.inverse.clone().scaled(state.variance);
    adjusted.add(2.0 / state.variance, &moments.inverse.sandwich(&sum));
    adjusted.symmetric()
}
