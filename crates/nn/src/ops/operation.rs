//! The trait of an op: forward and backward passes over slices for a CPU, and a version from candle's ops for a GPU.

use candle_core::{Result, Shape, Tensor, bail};

use crate::Element;
use crate::host::{Host, tensor, with_element};
use crate::profile::{Way, timed};

/// A differentiable function of contiguous tensors of one element type. [`apply`](super::apply()) runs it.
///
/// ```
/// use candle_core::{DType, Device, Result, Tensor, Var};
/// use rsom_nn::Element;
/// use rsom_nn::ops::{Needs, Operation, Pass, apply};
///
/// /// The sum of squares, whose gradient is 2x.
/// struct Squares;
///
/// impl Operation for Squares {
///     const NAME: &'static str = "sum of squares";
///
///     fn needs(&self) -> Needs {
///         Needs::INPUTS
///     }
///
///     fn forward<T: Element>(&self, inputs: &[&[T]]) -> Vec<T> {
///         let squares = inputs[0].iter().map(|x| x.to_f64() * x.to_f64());
///         vec![T::from_f64(squares.sum())]
///     }
///
///     fn backward<T: Element>(&self, pass: &Pass<T>) -> Vec<Option<Vec<T>>> {
///         let outer = pass.gradient[0] + pass.gradient[0];
///         vec![pass.wanted(0, || pass.inputs[0].iter().map(|x| *x * outer).collect())]
///     }
///
///     fn composed(&self, inputs: &[Tensor]) -> Result<Tensor> {
///         inputs[0].sqr()?.sum_all()
///     }
/// }
///
/// # fn main() -> Result<()> {
/// let x = Var::ones(3, DType::F32, &Device::Cpu)?;
/// let gradients = apply(Squares, &[&x], ())?.backward()?;
/// # assert_eq!(gradients.get(&x).map(|g| g.to_vec1::<f32>()).transpose()?, Some(vec![2.0; 3]));
/// # Ok(())
/// # }
/// ```
pub trait Operation: Send + Sync + 'static {
    /// Name of the op in errors and profiles.
    const NAME: &'static str;

    /// The tensors that the backward pass reads; our tape keeps only these.
    fn needs(&self) -> Needs;

    /// Forward pass: computes the elements of the result from those of the inputs.
    fn forward<T: Element>(&self, inputs: &[&[T]]) -> Vec<T>;

    /// Backward pass: computes the gradient of each input, or `None` if it is not wanted.
    fn backward<T: Element>(&self, pass: &Pass<T>) -> Vec<Option<Vec<T>>>;

    /// The same function from candle's ops, with candle's gradients, for devices on which our kernels do not run.
    ///
    /// # Errors
    /// Returns an error if an op of candle fails.
    fn composed(&self, inputs: &[Tensor]) -> Result<Tensor>;
}

/// The tensors that a backward pass reads in addition to the gradient of the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Needs {
    /// Whether it reads the inputs.
    pub inputs: bool,
    /// Whether it reads the result.
    pub result: bool,
}

impl Needs {
    /// Neither inputs nor result.
    pub const NOTHING: Self = Self {
        inputs: false,
        result: false,
    };
    /// Only the inputs.
    pub const INPUTS: Self = Self {
        inputs: true,
        result: false,
    };
}

/// Arguments of a backward pass.
pub struct Pass<'a, T> {
    /// Elements of each input; empty if not needed ([`Needs::inputs`]).
    pub inputs: Vec<&'a [T]>,
    /// For each input, whether its gradient is wanted.
    pub wanted: &'a [bool],
    /// Result of the forward pass; empty if not needed ([`Needs::result`]).
    pub result: &'a [T],
    /// Gradient of the result.
    pub gradient: &'a [T],
}

impl<T: Element> Pass<'_, T> {
    /// Computes the gradient of input `index` with `gradient` if it is wanted.
    #[must_use]
    pub fn wanted(&self, index: usize, gradient: impl FnOnce() -> Vec<T>) -> Option<Vec<T>> {
        self.wanted[index].then(gradient)
    }
}

/// Runs the forward pass of an operation.
pub(crate) fn forward<O: Operation>(op: &O, inputs: &[Tensor], shape: &Shape) -> Result<Tensor> {
    let Some(first) = inputs.first() else {
        bail!("{}: expected at least one input", O::NAME);
    };
    let hosts: Vec<Host> = inputs.iter().map(Host::of).collect();
    with_element!(first.dtype(), T => {
        let slices: Vec<&[T]> = hosts.iter().map(Host::elements).collect::<Result<_>>()?;
        let result = timed(O::NAME, Way::Forward, || op.forward::<T>(&slices));
        tensor(result, shape)
    })
}

/// An input of an operation, kept for the backward pass.
pub(crate) struct Operand {
    /// The tensor, if the backward pass reads its elements.
    pub(crate) tensor: Option<Tensor>,
    pub(crate) shape: Shape,
    /// Whether its gradient is wanted.
    pub(crate) wanted: bool,
}

impl Operand {
    pub(crate) fn new(tensor: &Tensor, needed: bool, wanted: bool) -> Self {
        Self {
            tensor: needed.then(|| tensor.clone()),
            shape: tensor.shape().clone(),
            wanted,
        }
    }
}

/// Runs the backward pass of an operation.
pub(crate) fn backward<O: Operation>(
    op: &O,
    inputs: &[&Operand],
    result: Option<&Tensor>,
    gradient: &Tensor,
) -> Result<Vec<Option<Tensor>>> {
    let gradient = gradient.contiguous()?;
    let hosts: Vec<Option<Host>> = inputs
        .iter()
        .map(|p| p.tensor.as_ref().map(Host::of))
        .collect();
    let (result_host, gradient_host) = (result.map(Host::of), Host::of(&gradient));
    let wanted: Vec<bool> = inputs.iter().map(|input| input.wanted).collect();
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
