//! Application of an operation, recorded on our tape or on candle's.

use candle_core::backend::BackendStorage;
use candle_core::{
    CpuStorage, CustomOp1, CustomOp2, CustomOp3, Layout, Result, Shape, Tensor, bail,
};

use super::composed::has_kernels;
use super::operation::{Operand, Operation, backward};
use crate::host::{elements, storage, with_element};
use crate::profile::{Way, timed};
use crate::tape;

/// Applies an operation to one to three tensors and records it on our tape or on candle's. `shape` is the shape of the
/// result.
///
/// Copies tensors that are not contiguous. On devices other than a CPU, runs [`Operation::composed`].
///
/// # Errors
/// Returns an error if the number of tensors is not 1 to 3, if the element type is not `f32` or `f64`, or if
/// [`Operation::composed`] fails.
pub fn apply<O: Operation>(op: O, inputs: &[&Tensor], shape: impl Into<Shape>) -> Result<Tensor> {
    let shape = shape.into();
    let inputs: Vec<Tensor> = inputs
        .iter()
        .map(|tensor| tensor.contiguous())
        .collect::<Result<_>>()?;
    if !has_kernels(inputs.iter()) {
        return op.composed(&inputs)?.reshape(shape);
    }
    if tape::is_recording() {
        return tape::apply(op, &inputs, &shape);
    }
    let op = Custom { op, shape };
    match inputs.as_slice() {
        [a] => a.apply_op1(op),
        [a, b] => a.apply_op2(b, op),
        [a, b, c] => a.apply_op3(b, c, op),
        _ => bail!("{}: expected 1 to 3 inputs, got {}", O::NAME, inputs.len()),
    }
}

/// An operation as a custom op of candle.
struct Custom<O> {
    op: O,
    shape: Shape,
}

impl<O: Operation> Custom<O> {
    fn cpu(&self, inputs: &[(&CpuStorage, &Layout)]) -> Result<(CpuStorage, Shape)> {
        let Some((first, _)) = inputs.first() else {
            bail!("{}: expected at least one input", O::NAME);
        };
        with_element!(first.dtype(), T => {
            let slices: Vec<&[T]> = inputs
                .iter()
                .map(|(storage, layout)| elements(storage, layout))
                .collect::<Result<_>>()?;
            let result = timed(O::NAME, Way::Forward, || self.op.forward::<T>(&slices));
            Ok(storage(result, self.shape.clone()))
        })
    }

    fn gradients(
        &self,
        inputs: &[&Tensor],
        result: &Tensor,
        gradient: &Tensor,
    ) -> Result<impl Iterator<Item = Option<Tensor>> + use<O>> {
        let operands: Vec<Operand> = inputs
            .iter()
            .map(|tensor| Operand::new(tensor, true, tensor.track_op()))
            .collect();
        let operands: Vec<&Operand> = operands.iter().collect();
        let gradients = backward(&self.op, &operands, Some(result), gradient)?;
        Ok(gradients.into_iter())
    }
}

impl<O: Operation> CustomOp1 for Custom<O> {
    fn name(&self) -> &'static str {
        O::NAME
    }

    fn cpu_fwd(&self, a: &CpuStorage, a_layout: &Layout) -> Result<(CpuStorage, Shape)> {
        self.cpu(&[(a, a_layout)])
    }

    fn bwd(&self, a: &Tensor, result: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        Ok(self.gradients(&[a], result, gradient)?.next().flatten())
    }
}

impl<O: Operation> CustomOp2 for Custom<O> {
    fn name(&self) -> &'static str {
        O::NAME
    }

    fn cpu_fwd(
        &self,
        a: &CpuStorage,
        a_layout: &Layout,
        b: &CpuStorage,
        b_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        self.cpu(&[(a, a_layout), (b, b_layout)])
    }

    fn bwd(
        &self,
        a: &Tensor,
        b: &Tensor,
        result: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let mut gradients = self.gradients(&[a, b], result, gradient)?;
        let mut next = || gradients.next().flatten();
        Ok((next(), next()))
    }
}

impl<O: Operation> CustomOp3 for Custom<O> {
    fn name(&self) -> &'static str {
        O::NAME
    }

    fn cpu_fwd(
        &self,
        a: &CpuStorage,
        a_layout: &Layout,
        b: &CpuStorage,
        b_layout: &Layout,
        c: &CpuStorage,
        c_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        self.cpu(&[(a, a_layout), (b, b_layout), (c, c_layout)])
    }

    fn bwd(
        &self,
        a: &Tensor,
        b: &Tensor,
        c: &Tensor,
        result: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let mut gradients = self.gradients(&[a, b, c], result, gradient)?;
        let mut next = || gradients.next().flatten();
        Ok((next(), next(), next()))
    }
}
