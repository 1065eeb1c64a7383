//! Networks from given weights, and on another device.

use std::collections::BTreeMap;

use candle_core::{Device, Tensor};

use crate::{NnError, Parameters};

/// The network that `build` makes on parameters, with these weights; `parameters` gives those of a network.
///
/// # Errors
/// Those of `build`; missing, unknown or mis-shaped weights.
pub fn with_weights<N, E: From<NnError>>(
    build: impl Fn(Parameters) -> Result<N, E>,
    parameters: impl Fn(&N) -> &Parameters,
    weights: &BTreeMap<String, Tensor>,
) -> Result<N, E> {
    // A small file must not make a large network before its weights are compared by name.
    let outline = build(Parameters::outline())?;
    parameters(&outline).require(weights)?;
    let network = build(Parameters::new())?;
    parameters(&network).load_from(weights)?;
    Ok(network)
}

/// The same network on another device, with the first settings of how it is computed.
///
/// # Errors
/// Those of `build`; a device without room for it.
pub fn moved<N, E: From<NnError>>(
    network: N,
    build: impl Fn(Parameters) -> Result<N, E>,
    parameters: impl Fn(&N) -> &Parameters,
    device: &Device,
) -> Result<N, E> {
    if parameters(&network).device().same_device(device) {
        return Ok(network);
    }
    let there = build(Parameters::on(device.clone()))?;
    let weights = parameters(&network).snapshot()?;
    parameters(&there).load_from(&weights)?;
    Ok(there)
}
