//! A tape of our own for the ops of a network.
//!
//! candle's tape keeps every intermediate result until the whole backward pass is over, and adds each gradient to a tensor
//! of zeros. This one keeps only what backward passes look at, lets go of it as soon as its gradient has been passed on, and
//! takes the first gradient as it is. Ops are recorded on it while [`differentiate`] runs the network; everywhere else they
//! are candle's custom ops.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use candle_core::backprop::GradStore;
use candle_core::{CpuStorage, InplaceOp2, Layout, Result, Shape, Tensor, TensorId, Var, bail};
use rayon::prelude::*;

use crate::Element;
use crate::host::elements;
use crate::ops::composed::has_kernels;
use crate::ops::operation::{self, Needs, Operation, Part};

/// Elements that a task works on.
const CHUNK: usize = 1 << 14;

thread_local! {
    static TAPE: RefCell<Option<Tape>> = const { RefCell::new(None) };
}

/// Runs a network and a loss, and goes back to the gradients of the variables that the network was run with.
///
/// `network` gives the tensor that `loss` makes a scalar of; with the scalar, `loss` may return whatever else it found. The
/// network may use the ops of this crate alone, so that all of it is on the tape (on another device than a CPU, where
/// candle's tape is used, this does not matter); the loss may use any.
///
/// # Errors
/// Those of `network` and `loss`; a variable that no gradient reaches.
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
        return Err(
            candle_core::Error::Msg("the loss does not depend on the network".into()).into(),
        );
    };
    drop(total);
    Ok((tape.backward(&output, gradient)?, found))
}

/// Runs a part of a network of which only the ends are kept: what lies between is computed once more in the backward pass.
///
/// The gradients are the same bytes; a training step takes less memory and, for a whole network in parts, about a third more
/// time. Where nothing is recorded, or not on a CPU, this is `part` itself. Running statistics are updated in the first pass alone.
///
/// # Errors
/// Those of `part`.
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

/// Whether a part of a network runs for the second time, for its gradients.
pub(crate) fn is_recomputing() -> bool {
    TAPE.with_borrow(|tape| tape.as_ref().is_some_and(|tape| tape.recomputing))
}

/// A part of a network that is run again.
struct Recomputed<F> {
    part: F,
    /// How many of the inputs `part` is given; the others are its variables.
    given: usize,
}

impl<F: Fn(&[Tensor]) -> Result<Tensor>> Recorded for Recomputed<F> {
    fn name(&self) -> &'static str {
        "recomputed part"
    }

    fn needs(&self) -> Needs {
        Needs::INPUTS
    }

    fn backward(
        &self,
        inputs: &[&Part],
        _result: Option<&Tensor>,
        gradient: &Tensor,
    ) -> Result<Vec<Option<Tensor>>> {
        let tensors: Vec<Tensor> = inputs
            .iter()
            .filter_map(|part| part.tensor.clone())
            .collect();
        let given = &tensors[..self.given];
        let followed = given.iter().zip(inputs).filter(|(_, part)| part.wanted);
        let start = Tape {
            made: followed.map(|(tensor, _)| tensor.id()).collect(),
            recomputing: true,
            ..Tape::default()
        };
        let (output, tape) = record(start, || (self.part)(given));
        let mut gradients = tape.gradients(&output?, gradient.clone())?;
        let found = tensors.iter().zip(inputs);
        Ok(found
            .map(|(tensor, part)| gradients.remove(&tensor.id()).filter(|_| part.wanted))
            .collect())
    }
}

/// Runs `f` while ops are recorded, and returns what they left on the tape.
fn record<R>(start: Tape, f: impl FnOnce() -> R) -> (R, Tape) {
    /// Puts the outer tape back, also when `f` panics.
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

/// Runs an operation and puts it on the tape.
pub(crate) fn apply<O: Operation>(op: O, inputs: &[Tensor], shape: &Shape) -> Result<Tensor> {
    let result = operation::forward(&op, inputs, shape)?;
    TAPE.with_borrow_mut(|tape| {
        let Some(tape) = tape else { return Ok(()) };
        tape.push(Box::new(op), inputs, &result)
    })?;
    Ok(result)
}

/// An operation whose types are forgotten.
trait Recorded {
    fn name(&self) -> &'static str;

    fn needs(&self) -> Needs;

    fn backward(
        &self,
        inputs: &[&Part],
        result: Option<&Tensor>,
        gradient: &Tensor,
    ) -> Result<Vec<Option<Tensor>>>;
}

impl<O: Operation> Recorded for O {
    fn name(&self) -> &'static str {
        O::NAME
    }

    fn needs(&self) -> Needs {
        Operation::needs(self)
    }

    fn backward(
        &self,
        inputs: &[&Part],
        result: Option<&Tensor>,
        gradient: &Tensor,
    ) -> Result<Vec<Option<Tensor>>> {
        operation::backward(self, inputs, result, gradient)
    }
}

struct Entry {
    op: Box<dyn Recorded>,
    inputs: Vec<(TensorId, Part)>,
    id: TensorId,
    result: Option<Tensor>,
}

#[derive(Default)]
struct Tape {
    entries: Vec<Entry>,
    /// Results on the tape.
    made: HashSet<TensorId>,
    /// Variables that entered.
    variables: HashMap<TensorId, Tensor>,
    /// Whether what is recorded ran before.
    recomputing: bool,
}

impl Tape {
    fn push(&mut self, op: Box<dyn Recorded>, inputs: &[Tensor], result: &Tensor) -> Result<()> {
        let mut wanted = Vec::with_capacity(inputs.len());
        for input in inputs {
            let variable = input.is_variable();
            if input.track_op() && !variable {
                bail!(
                    "{}: an argument is on candle's tape, not on this one",
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
            let inputs = parts.map(|(t, wanted)| (t.id(), Part::new(t, needs.inputs, wanted)));
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

    /// The gradients of all variables, from that of a result.
    fn backward(mut self, output: &Tensor, gradient: Tensor) -> Result<GradStore> {
        let variables = std::mem::take(&mut self.variables);
        let mut gradients = self.gradients(output, gradient)?;
        let mut store = GradStore::default();
        for (id, variable) in variables {
            let Some(gradient) = gradients.remove(&id) else {
                bail!(
                    "no gradient reaches a variable of shape {:?}: is every op of the network one of this crate?",
                    variable.dims()
                );
            };
            store.insert(&variable, gradient);
        }
        Ok(store)
    }

    /// The gradients of all that is not made on this tape, from that of a result.
    fn gradients(mut self, output: &Tensor, gradient: Tensor) -> Result<HashMap<TensorId, Tensor>> {
        let mut gradients = HashMap::from([(output.id(), gradient)]);
        while let Some(entry) = self.entries.pop() {
            let Some(gradient) = gradients.remove(&entry.id) else {
                continue;
            };
            let inputs: Vec<&Part> = entry.inputs.iter().map(|(_, part)| part).collect();
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

/// Adds to a gradient that no one else holds.
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
            _ => bail!("gradients are f32 or f64"),
        }
        Ok(())
    }
}
