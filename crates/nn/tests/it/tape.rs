//! The tape of a network: ops that it refuses, nesting, recomputation.

#![allow(clippy::unwrap_used)]

use candle_core::{Error, Result, Tensor};
use rsom_nn::ops::{concat_channels, max_pool2d, relu};
use rsom_nn::{differentiate, recomputed};

use crate::common::{flat, random, variable};

fn total(y: &Tensor) -> Result<(Tensor, f64)> {
    let total = y.sum_all()?;
    let value = total.to_scalar()?;
    Ok((total, value))
}

#[test]
fn a_tensor_that_is_used_twice_gets_the_sum_of_both_gradients() {
    let x = variable(&[1, 1, 4, 6], "x");
    let twice = || concat_channels(&relu(&x)?, &relu(&x)?);
    let (gradients, value) = differentiate(twice, total).unwrap();
    let positive = |x: f64| if x > 0.0 { 2.0 } else { 0.0 };
    let expected: Vec<f64> = flat(&x).into_iter().map(positive).collect();
    assert_eq!(flat(gradients.get(&x).unwrap()), expected);
    let sum: f64 = flat(&x).iter().map(|x| 2.0 * x.max(0.0)).sum();
    assert!((value - sum).abs() < 1e-12);
}

#[test]
fn a_tensor_that_is_no_variable_gets_no_gradient() {
    let (x, data) = (variable(&[1, 1, 2, 2], "x"), random(&[1, 1, 2, 2], "data"));
    let (gradients, _) = differentiate(|| concat_channels(&x, &relu(&data)?), total).unwrap();
    assert_eq!(gradients.get_ids().count(), 1);
    assert_eq!(flat(gradients.get(&x).unwrap()), [1.0; 4]);
}

#[test]
fn an_op_that_is_not_on_the_tape_is_an_error_and_no_silent_zero() {
    let x = variable(&[1, 1, 2, 2], "x");
    // candle's own multiplication in the middle of the network, then before it.
    let middle = || relu(&(relu(&x)? * 2.0)?);
    assert!(differentiate(middle, total).is_err());
    let before = || relu(&(x.as_tensor() * 2.0)?);
    let error = differentiate(before, total).unwrap_err().to_string();
    assert!(error.contains("candle's tape"), "{error}");
}

#[test]
fn recording_ends_with_the_network_whatever_happens_in_it() {
    let x = variable(&[1, 1, 4, 4], "x");
    let failed = differentiate(|| Err(Error::Msg("no network".into())), total);
    assert!(failed.unwrap_err().to_string().contains("no network"));
    let panics = || {
        let _ = differentiate(|| panic!("no network at all"), total);
    };
    assert!(std::panic::catch_unwind(panics).is_err());
    // On candle's tape again.
    let y = max_pool2d(x.as_tensor()).unwrap().sum_all().unwrap();
    let gradients = y.backward().unwrap();
    assert_eq!(flat(gradients.get(&x).unwrap()).iter().sum::<f64>(), 4.0);
}

#[test]
fn a_network_within_a_network_has_a_tape_of_its_own() {
    let (x, z) = (variable(&[1, 1, 2, 2], "x"), variable(&[1, 1, 2, 2], "z"));
    let network = || {
        let (inner, _) = differentiate(|| relu(&z), total)?;
        assert!(inner.get(&z).is_some());
        relu(&x)
    };
    let (outer, _) = differentiate(network, total).unwrap();
    assert!(outer.get(&x).is_some() && outer.get(&z).is_none());
}

#[test]
fn a_recomputed_part_has_the_gradients_of_the_part_itself() {
    let (x, y) = (variable(&[1, 1, 4, 6], "x"), variable(&[1, 1, 4, 6], "y"));
    let part = {
        let y = y.clone();
        // Uses a variable of its own, and its input twice.
        move |inputs: &[Tensor]| {
            concat_channels(&relu(&inputs[0])?, &concat_channels(&y, &inputs[0])?)
        }
    };
    let around = |again: bool| {
        let part = part.clone();
        let network = || {
            let x = relu(&x)?;
            let joined = match again {
                true => recomputed(&[&x], part)?,
                false => part(&[x])?,
            };
            max_pool2d(&joined)
        };
        let (gradients, value) = differentiate(network, total).unwrap();
        let of = |v| flat(gradients.get(v).unwrap());
        (of(x.as_tensor()), of(y.as_tensor()), value)
    };
    assert_eq!(around(true), around(false));
    assert!(around(true).0.iter().any(|g| *g != 0.0));
}
