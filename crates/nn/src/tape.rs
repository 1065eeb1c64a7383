//! Our own tape for the ops of a network, which needs less memory and time than candle's.
//!
//! candle's tape keeps all intermediate results until the end of the backward pass, and adds each gradient to a tensor of
//! zeros. Our tape keeps only the tensors that backward passes read, frees each result once its gradient has been
//! propagated, and uses the first gradient of a tensor without a copy. [`differentiate`] records the ops of the network on
//! our tape; everywhere else they run as candle's custom ops.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use candle_core::backprop::GradStore;
use candle_core::{CpuStorage, InplaceOp2, Layout, Result, Shape, Tensor, TensorId, Var, bail};
use rayon::prelude::*;

use crate::Element;
use crate::host::elements;
use crate::ops::composed::has_kernels;
use crate::ops::operation::{self, Needs, Operand, Operation};

/// Elements per parallel task.
const CHUNK: usize = 1 << 14;

thread_local! {
    static TAPE: RefCell<Option<Tape>> = const { RefCell::new(None) };
}

/// Runs a network and a loss, and computes the gradients of the loss for all variables of the network.
///
/// `network` returns the output, usually logits. `loss` reduces it to a scalar and may return further results. On a CPU,
/// `network` may use only ops of this crate, so that our tape records all of them; on other devices, which use candle's
/// tape, it may use any op. `loss` may always use any op.
///
/// # Errors
/// Returns the errors of `network` and `loss`, and an error if a variable gets no gradient.
pub fn differentiate<R, E: From<candle_core::Error>>(
    network: impl FnOnce() -> std::result::Result<Tensor, E>,
    loss: impl FnOnce(&Tensor) -> std::result::Result<(Tensor, R), E>,
) -> std::result::Result<(GradStore, R), E> {
    let (output, tape) = record(Tape::default(), network);
    let output = output?;
    if !output.device().is_cpu() || tape.entries.is_empty() {
        let (total, found) = loss(&output)?;
        return Ok((total.backward()?, found));
    }
    let leaf = Var::from_tensor(&output)?;
    let (total, found) = loss(leaf.as_tensor())?;
    let Some(gradient) = total.backward()?.remove(&leaf) else {
        return Err(candle_core::Error::Msg(
            "the loss does not depend on the output of the network".into(),
        )
        .into());
    };
    drop(total);
    Ok((tape.backward(&output, gradient)?, found))
}

/// Runs a part of a network with activation recomputation: keeps only its inputs and its result, and recomputes the
/// intermediate results in the backward pass.
///
/// The gradients are byte-identical. A training step takes less memory and, if all parts of a network are recomputed, about
/// a third more time. Running statistics are updated in the first pass only. On other devices than a CPU, and when no tape
/// is recording, this only calls `part`.
///
/// # Errors
/// Returns the errors of `part`.
pub fn recomputed(
    inputs: &[&Tensor],
    part: impl Fn(&[Tensor]) -> Result<Tensor> + 'static,
) -> Result<Tensor> {
    let mut inputs: Vec<Tensor> = inputs.iter().map(|tensor| (*tensor).clone()).collect();
    if !is_recording() || !has_kernels(inputs.iter()) {
        return part(&inputs);
    }
    let (result, between) = record(Tape::default(), || part(&inputs));
    let result = result?;
    let op = Recomputed {
        part,
        given: inputs.len(),
    };
    inputs.extend(between.variables.into_values());
    TAPE.with_borrow_mut(|tape| {
        let Some(tape) = tape else { return Ok(()) };
        tape.push(Box::new(op), &inputs, &result)
    })?;
    Ok(result)
}

/// [`recomputed`] if `recomputing`, else only `part`.
///
/// # Errors
/// Returns the errors of `part`.
pub fn recomputed_if(
    recomputing: bool,
    inputs: &[&Tensor],
    part: impl Fn(&[Tensor]) -> Result<Tensor> + 'static,
) -> Result<Tensor> {
    if recomputing {
        return recomputed(inputs, part);
    }
    let inputs: Vec<Tensor> = inputs.iter().map(|tensor| (*tensor).clone()).collect();
    part(&inputs)
}

/// Whether a part of a network is being recomputed in the backward pass.
pub(crate) fn is_recomputing() -> bool {
    TAPE.with_borrow(|tape| tape.as_ref().is_some_and(|tape| tape.recomputing))
}

/// A part of a network that is recomputed in the backward pass.
struct Recomputed<F> {
    part: F,
    /// Number of inputs of `part`; the remaining inputs of the op are its variables.
    given: usize,
}

impl<F: Fn(&[Tensor]) -> Result<Tensor>> TapeOp for Recomputed<F> {
    fn name(&self) -> &'static str {
        "recomputed part"
    }

    fn needs(&self) -> Needs {
        Needs::INPUTS
    }

    fn backward(
        &self,
        inputs: &[&Operand],
        _result: Option<&Tensor>,
        gradient: &Tensor,
    ) -> Result<Vec<Option<Tensor>>> {
        let tensors: Vec<Tensor> = inputs
            .iter()
            .filter_map(|operand| operand.tensor.clone())
            .collect();
        let given = &tensors[..self.given];
        let followed = given
            .iter()
            .zip(inputs)
            .filter(|(_, operand)| operand.wanted);
        let start = Tape {
            made: followed.map(|(tensor, _)| tensor.id()).collect(),
            recomputing: true,
            ..Tape::default()
        };
        let (output, tape) = record(start, || (self.part)(given));
        let mut gradients = tape.gradients(&output?, gradient.clone())?;
        let found = tensors.iter().zip(inputs);
        Ok(found
            .map(|(tensor, operand)| gradients.remove(&tensor.id()).filter(|_| operand.wanted))
            .collect())
    }
}

/// Runs `f` while ops are recorded, and returns its result and the tape.
fn record<R>(start: Tape, f: impl FnOnce() -> R) -> (R, Tape) {
    /// Restores the outer tape, also if `f` panics.
    struct Outer(Option<Tape>);
    impl Drop for Outer {
        fn drop(&mut self) {
            TAPE.set(self.0.take());
        }
    }
    let outer = Outer(TAPE.replace(Some(start)));
    let result = f();
    let tape = TAPE.take().unwrap_or_default();
    drop(outer);
    (result, tape)
}

pub(crate) fn is_recording() -> bool {
    TAPE.with_borrow(Option::is_some)
}

/// Runs an operation and records it on the tape.
pub(crate) fn apply<O: Operation>(op: O, inputs: &[Tensor], shape: &Shape) -> Result<Tensor> {
    let result = operation::forward(&op, inputs, shape)?;
    TAPE.with_borrow_mut(|tape| {
        let Some(tape) = tape else { return Ok(()) };
        tape.push(Box::new(op), inputs, &result)
    })?;
    Ok(result)
}

/// An op on the tape: an [`Operation`] as a trait object.
trait TapeOp {
    fn name(&self) -> &'static str;

    fn needs(&self) -> Needs;

    fn backward(
        &self,
        inputs: &[&Operand],
        result: Option<&Tensor>,
        gradient: &Tensor,
    ) -> Result<Vec<Option<Tensor>>>;
}

impl<O: Operation> TapeOp for O {
    fn name(&self) -> &'static str {
        O::NAME
    }

    fn needs(&self) -> Needs {
        Operation::needs(self)
    }

    fn backward(
        &self,
        inputs: &[&Operand],
        result: Option<&Tensor>,
        gradient: &Tensor,
    ) -> Result<Vec<Option<Tensor>>> {
        operation::backward(self, inputs, result, gradient)
    }
}

struct Entry {
    op: Box<dyn TapeOp>,
    inputs: Vec<(TensorId, Operand)>,
    id: TensorId,
    result: Option<Tensor>,
}

#[derive(Default)]
struct Tape {
    entries: Vec<Entry>,
    /// Tensors that need a gradient because an op on the tape computed them.
    made: HashSet<TensorId>,
    /// Variables among the inputs of the ops.
    variables: HashMap<TensorId, Tensor>,
    /// Whether this is the second run of a [`recomputed`] part.
    recomputing: bool,
}

impl Tape {
    fn push(&mut self, op: Box<dyn TapeOp>, inputs: &[Tensor], result: &Tensor) -> Result<()> {
        let mut wanted = Vec::with_capacity(inputs.len());
        for input in inputs {
            let variable = input.is_variable();
            if input.track_op() && !variable {
                bail!(
                    "{}: an input is on candle's tape; a network may use only ops of rsom-nn, not of candle",
                    op.name()
                );
            }
            if variable {
                self.variables.insert(input.id(), input.clone());
            }
            wanted.push(variable || self.made.contains(&input.id()));
        }
        if wanted.contains(&true) {
            let needs = op.needs();
            let parts = inputs.iter().zip(wanted);
            let inputs = parts.map(|(t, wanted)| (t.id(), Operand::new(t, needs.inputs, wanted)));
            self.made.insert(result.id());
            self.entries.push(Entry {
                op,
                inputs: inputs.collect(),
                id: result.id(),
                result: needs.result.then(|| result.clone()),
            });
        }
        Ok(())
    }

    /// The gradients of all variables, from the gradient of the output.
    fn backward(mut self, output: &Tensor, gradient: Tensor) -> Result<GradStore> {
        let variables = std::mem::take(&mut self.variables);
        let mut gradients = self.gradients(output, gradient)?;
        let mut store = GradStore::default();
        for (id, variable) in variables {
            let Some(gradient) = gradients.remove(&id) else {
                bail!(
                    "a variable of shape {:?} has no gradient; a network may use only ops of rsom-nn",
                    variable.dims()
                );
            };
            store.insert(&variable, gradient);
        }
        Ok(store)
    }

    /// The gradients of all tensors that were not computed on this tape, from the gradient of the output.
    fn gradients(mut self, output: &Tensor, gradient: Tensor) -> Result<HashMap<TensorId, Tensor>> {
        let mut gradients = HashMap::from([(output.id(), gradient)]);
        while let Some(entry) = self.entries.pop() {
            let Some(gradient) = gradients.remove(&entry.id) else {
                continue;
            };
            let inputs: Vec<&Operand> = entry.inputs.iter().map(|(_, operand)| operand).collect();
            let found = entry
                .op
                .backward(&inputs, entry.result.as_ref(), &gradient)?;
            drop(gradient);
            for ((id, _), gradient) in entry.inputs.iter().zip(found) {
                let Some(gradient) = gradient else { continue };
                match gradients.get(id) {
                    Some(sum) => sum.inplace_op2(&gradient, &AddTo)?,
                    None => drop(gradients.insert(*id, gradient)),
                }
            }
        }
        Ok(gradients)
    }
}

/// Adds in place to a gradient that has no other owner.
struct AddTo;

fn add<T: Element>(sum: &mut [T], more: &[T]) {
    let chunks = sum.par_chunks_mut(CHUNK).zip(more.par_chunks(CHUNK));
    chunks.for_each(|(sum, more)| sum.iter_mut().zip(more).for_each(|(s, m)| *s += *m));
}

impl InplaceOp2 for AddTo {
    fn name(&self) -> &'static str {
        "add gradient"
    }

    fn cpu_fwd(
        &self,
        sum: &mut CpuStorage,
        _layout: &Layout,
        more: &CpuStorage,
        layout: &Layout,
    ) -> Result<()> {
        match sum {
            CpuStorage::F32(sum) => add(sum, elements(more, layout)?),
            CpuStorage::F64(sum) => add(sum, elements(more, layout)?),
            _ => bail!("gradients must be f32 or f64"),
        }
        Ok(())
    }
}
