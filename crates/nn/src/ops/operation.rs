//! What all ops share: one definition of forward and backward over slices, which runs on candle's tape and on ours, and one
//! out of candle's own ops, which runs on a GPU.

use std::cell::Cell;

use candle_core::backend::BackendStorage;
use candle_core::{
    CpuStorage, CustomOp1, CustomOp2, CustomOp3, Layout, Result, Shape, Tensor, bail,
};

use crate::Element;
use crate::host::{Host, elements, storage, tensor, with_element};
use crate::profile::{Way, timed};
use crate::tape;

/// A differentiable function of tensors, all contiguous and of one element type.
pub(crate) trait Operation: Send + Sync + 'static {
    const NAME: &'static str;

    /// What the backward pass looks at; our tape keeps nothing else for it.
    fn needs(&self) -> Needs;

    /// The elements of the result.
    fn forward<T: Element>(&self, inputs: &[&[T]]) -> Vec<T>;

    /// The gradients of the inputs, in their order; `None` where none is wanted.
    fn backward<T: Element>(&self, pass: &Pass<T>) -> Vec<Option<Vec<T>>>;

    /// The same out of candle's ops, with candle's gradients: for devices that our kernels do not run on.
    fn composed(&self, inputs: &[Tensor]) -> Result<Tensor>;
}

/// What a backward pass looks at beside the gradient of the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Needs {
    pub(crate) inputs: bool,
    pub(crate) result: bool,
}

impl Needs {
    pub(crate) const NOTHING: Self = Self {
        inputs: false,
        result: false,
    };
    pub(crate) const INPUTS: Self = Self {
        inputs: true,
        result: false,
    };
}

/// What a backward pass works with; empty where it is not needed.
pub(crate) struct Pass<'a, T> {
    pub(crate) inputs: Vec<&'a [T]>,
    /// Which of the inputs need a gradient.
    pub(crate) wanted: &'a [bool],
    /// What the forward pass gave.
    pub(crate) result: &'a [T],
    /// Gradient of the result.
    pub(crate) gradient: &'a [T],
}

impl<T: Element> Pass<'_, T> {
    /// The gradient of input `index`, computed if it is wanted.
    pub(crate) fn wanted(&self, index: usize, gradient: impl FnOnce() -> Vec<T>) -> Option<Vec<T>> {
        self.wanted[index].then(gradient)
    }
}

/// Applies an operation to tensors, recording it on whichever tape is there.
pub(crate) fn apply<O: Operation>(
    op: O,
    inputs: &[&Tensor],
    shape: impl Into<Shape>,
) -> Result<Tensor> {
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
        _ => bail!("{}: {} arguments", O::NAME, inputs.len()),
    }
}

thread_local! {
    static COMPOSED: Cell<bool> = const { Cell::new(false) };
}

/// Runs `f` with candle's own ops in place of our kernels: what a GPU computes, on any device.
pub fn without_kernels<R>(f: impl FnOnce() -> R) -> R {
    /// Puts the outer state back, also when `f` panics.
    struct Outer(bool);
    impl Drop for Outer {
        fn drop(&mut self) {
            COMPOSED.set(self.0);
        }
    }
    let _outer = Outer(COMPOSED.replace(true));
    f()
}

/// Whether our kernels run on these tensors.
pub(crate) fn has_kernels<'a>(mut tensors: impl Iterator<Item = &'a Tensor>) -> bool {
    !COMPOSED.get() && tensors.all(|tensor| tensor.device().is_cpu())
}

/// Runs an operation forward.
pub(crate) fn forward<O: Operation>(op: &O, inputs: &[Tensor], shape: &Shape) -> Result<Tensor> {
    let Some(first) = inputs.first() else {
        bail!("{}: no argument", O::NAME);
    };
    let hosts: Vec<Host> = inputs.iter().map(Host::of).collect();
    with_element!(first.dtype(), T => {
        let slices: Vec<&[T]> = hosts.iter().map(Host::elements).collect::<Result<_>>()?;
        let result = timed(O::NAME, Way::Forward, || op.forward::<T>(&slices));
        tensor(result, shape)
    })
}

/// A tensor that takes part in an operation, or, when its elements are not needed, its shape.
pub(crate) struct Part {
    pub(crate) tensor: Option<Tensor>,
    pub(crate) shape: Shape,
    /// Whether its gradient is wanted.
    pub(crate) wanted: bool,
}

impl Part {
    pub(crate) fn new(tensor: &Tensor, needed: bool, wanted: bool) -> Self {
        Self {
            tensor: needed.then(|| tensor.clone()),
            shape: tensor.shape().clone(),
            wanted,
        }
    }
}

/// Runs an operation backward.
pub(crate) fn backward<O: Operation>(
    op: &O,
    inputs: &[&Part],
    result: Option<&Tensor>,
    gradient: &Tensor,
) -> Result<Vec<Option<Tensor>>> {
    let gradient = gradient.contiguous()?;
    let hosts: Vec<Option<Host>> = inputs
        .iter()
        .map(|p| p.tensor.as_ref().map(Host::of))
        .collect();
    let (result_host, gradient_host) = (result.map(Host::of), Host::of(&gradient));
    let wanted: Vec<bool> = inputs.iter().map(|part| part.wanted).collect();
    with_element!(gradient.dtype(), T => {
        let pass = Pass {
            inputs: hosts.iter().map(slice::<T>).collect::<Result<_>>()?,
            wanted: &wanted,
            result: slice(&result_host)?,
            gradient: gradient_host.elements()?,
        };
        let found = timed(O::NAME, Way::Backward, || op.backward(&pass));
        let gradients = found.into_iter().zip(inputs);
        gradients
            .map(|(gradient, input)| gradient.map(|g| tensor(g, &input.shape)).transpose())
            .collect()
    })
}

fn slice<'a, T: Element>(host: &'a Option<Host<'_>>) -> Result<&'a [T]> {
    host.as_ref().map_or(Ok(&[]), Host::elements)
}

/// An operation as candle sees it.
struct Custom<O> {
    op: O,
    shape: Shape,
}

impl<O: Operation> Custom<O> {
    fn cpu(&self, inputs: &[(&CpuStorage, &Layout)]) -> Result<(CpuStorage, Shape)> {
        let Some((first, _)) = inputs.first() else {
            bail!("{}: no argument", O::NAME);
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
        let parts: Vec<Part> = inputs
            .iter()
            .map(|tensor| Part::new(tensor, true, tensor.track_op()))
            .collect();
        let parts: Vec<&Part> = parts.iter().collect();
        let gradients = backward(&self.op, &parts, Some(result), gradient)?;
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
