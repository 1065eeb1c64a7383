//! The named parameters of a network.

use std::collections::BTreeMap;

use candle_core::{DType, Device, Shape, Tensor, Var};

use crate::{Init, Mismatch, NnError};

/// Last part of the name of a counter that PyTorch stores with each batch norm; we ignore it.
const BATCH_COUNTER: &str = "num_batches_tracked";

/// Trainable parameters and buffers (running statistics) of a network, by name.
///
/// Names and shapes are those of a PyTorch state dict (`down_path.0.block.0.weight`). Iteration is in the order of the
/// names. Elements are `f32`, except for [`Parameters::doubles`].
#[derive(Debug, Clone)]
pub struct Parameters {
    trainable: BTreeMap<String, Var>,
    buffers: BTreeMap<String, Var>,
    device: Device,
    dtype: DType,
    /// Shapes by name, for an outline without values.
    outline: Option<BTreeMap<String, Shape>>,
}

impl Default for Parameters {
    fn default() -> Self {
        Self::new()
    }
}

impl Parameters {
    /// An empty set of parameters on the CPU.
    #[must_use]
    pub fn new() -> Self {
        Self::on(Device::Cpu)
    }

    /// An empty set of parameters on this device.
    #[must_use]
    pub fn on(device: Device) -> Self {
        Self {
            trainable: BTreeMap::new(),
            buffers: BTreeMap::new(),
            device,
            dtype: DType::F32,
            outline: None,
        }
    }

    /// An empty set of parameters that keeps names and shapes but no values. It checks the names and shapes in a file
    /// before memory is allocated. A network built on it cannot be run.
    #[must_use]
    pub fn outline() -> Self {
        Self {
            outline: Some(BTreeMap::new()),
            ..Self::new()
        }
    }

    /// An empty set of `f64` parameters on the CPU, for tests of gradients against central differences. They cannot be
    /// trained.
    #[must_use]
    pub fn doubles() -> Self {
        Self {
            dtype: DType::F64,
            ..Self::new()
        }
    }

    /// The device of the parameters.
    #[must_use]
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// A builder that adds parameters. Their initial values come from random streams of this seed, one for each name.
    pub fn builder(&mut self, seed: u64) -> Builder<'_> {
        Builder {
            parameters: self,
            prefix: String::new(),
            seed,
        }
    }

    /// Trainable parameters, sorted by name.
    pub fn trainable(&self) -> impl ExactSizeIterator<Item = (&str, &Var)> {
        self.trainable
            .iter()
            .map(|(name, var)| (name.as_str(), var))
    }

    /// Buffers, sorted by name.
    pub fn buffers(&self) -> impl ExactSizeIterator<Item = (&str, &Var)> {
        self.buffers.iter().map(|(name, var)| (name.as_str(), var))
    }

    /// The parameter or buffer with this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Var> {
        self.trainable.get(name).or_else(|| self.buffers.get(name))
    }

    /// Number of elements of all trainable parameters.
    #[must_use]
    pub fn count(&self) -> usize {
        self.trainable.values().map(|var| var.elem_count()).sum()
    }

    /// Copies all parameters and buffers to the CPU, by name, as for a weights file.
    ///
    /// # Errors
    /// Returns an error if a copy fails, for example because a GPU was lost.
    pub fn snapshot(&self) -> Result<BTreeMap<String, Tensor>, NnError> {
        self.trainable
            .iter()
            .chain(&self.buffers)
            .map(|(name, var)| {
                let copy = var.as_detached_tensor().copy()?;
                Ok((name.clone(), copy.to_device(&Device::Cpu)?))
            })
            .collect()
    }

    /// Sets all parameters and buffers from tensors of the same names and shapes.
    ///
    /// Ignores `num_batches_tracked` of PyTorch's batch norm and converts other float types.
    ///
    /// # Errors
    /// Returns [`NnError::Mismatch`] with all missing, unknown and misshaped names; then nothing is changed.
    pub fn load_from(&self, tensors: &BTreeMap<String, Tensor>) -> Result<(), NnError> {
        self.require(tensors)?;
        for (name, var) in self.trainable.iter().chain(&self.buffers) {
            let Some(tensor) = tensors.get(name) else {
                continue;
            };
            let tensor = tensor.to_dtype(var.dtype())?;
            var.set(&tensor.to_device(&self.device)?.copy()?)?;
        }
        Ok(())
    }

    /// Checks that tensors have the names and shapes of all parameters and buffers, and no other names.
    ///
    /// # Errors
    /// Returns [`NnError::Mismatch`] with all missing, unknown and misshaped names.
    pub fn require(&self, tensors: &BTreeMap<String, Tensor>) -> Result<(), NnError> {
        let mismatch = self.mismatch(tensors);
        if mismatch.is_empty() {
            return Ok(());
        }
        Err(NnError::Mismatch(mismatch))
    }

    fn mismatch(&self, tensors: &BTreeMap<String, Tensor>) -> Mismatch {
        let mut mismatch = Mismatch::default();
        for (name, var) in self.trainable.iter().chain(&self.buffers) {
            let outlined = self.outline.as_ref().and_then(|shapes| shapes.get(name));
            let shape = outlined.unwrap_or_else(|| var.shape());
            match tensors.get(name) {
                None => mismatch.missing.push(name.clone()),
                Some(tensor) if tensor.shape() != shape => mismatch.misshaped.push((
                    name.clone(),
                    shape.dims().to_vec(),
                    tensor.dims().to_vec(),
                )),
                Some(_) => {}
            }
        }
        mismatch.extra = tensors
            .keys()
            .filter(|name| self.get(name).is_none())
            .filter(|name| name.rsplit('.').next() != Some(BATCH_COUNTER))
            .cloned()
            .collect();
        mismatch.missing.sort();
        mismatch
    }

    fn insert(&mut self, name: &str, var: &Var, trainable: bool) -> Result<(), NnError> {
        if self.get(name).is_some() {
            return Err(NnError::DuplicateName(name.to_string()));
        }
        let map = if trainable {
            &mut self.trainable
        } else {
            &mut self.buffers
        };
        map.insert(name.to_string(), var.clone());
        Ok(())
    }
}

/// Adds parameters below a dotted prefix.
#[derive(Debug)]
pub struct Builder<'a> {
    parameters: &'a mut Parameters,
    prefix: String,
    seed: u64,
}

impl Builder<'_> {
    /// A builder one level deeper: `builder.at("down_path").at("0")` is the same as `builder.at("down_path.0")`.
    pub fn at(&mut self, name: impl std::fmt::Display) -> Builder<'_> {
        let prefix = self.full_name(&name.to_string());
        Builder {
            parameters: self.parameters,
            prefix,
            seed: self.seed,
        }
    }

    /// The full name of a parameter: the prefix of this builder and `name`.
    #[must_use]
    pub fn full_name(&self, name: &str) -> String {
        match (self.prefix.as_str(), name) {
            ("", name) => name.to_string(),
            (prefix, "") => prefix.to_string(),
            (prefix, name) => format!("{prefix}.{name}"),
        }
    }

    /// Adds a trainable parameter. Its initial values depend only on `init`, the seed and its full name.
    ///
    /// # Errors
    /// Returns [`NnError::DuplicateName`] if the name is in use.
    pub fn trainable(
        &mut self,
        name: &str,
        shape: impl Into<Shape>,
        init: Init,
    ) -> Result<Var, NnError> {
        self.add(name, shape.into(), init, true)
    }

    /// Adds a buffer, which is saved but not trained, filled with `value`.
    ///
    /// # Errors
    /// Returns [`NnError::DuplicateName`] if the name is in use.
    pub fn buffer(
        &mut self,
        name: &str,
        shape: impl Into<Shape>,
        value: f32,
    ) -> Result<Var, NnError> {
        self.add(name, shape.into(), Init::Constant(value), false)
    }

    fn add(
        &mut self,
        name: &str,
        shape: Shape,
        init: Init,
        trainable: bool,
    ) -> Result<Var, NnError> {
        let name = self.full_name(name);
        if let Some(shapes) = &mut self.parameters.outline {
            shapes.insert(name.clone(), shape);
            let nothing = Var::from_vec(Vec::<f32>::new(), 0, &self.parameters.device)?;
            self.parameters.insert(&name, &nothing, trainable)?;
            return Ok(nothing);
        }
        let values = init.values(shape.elem_count(), self.seed, &name);
        let values = Tensor::from_vec(values, shape, &self.parameters.device)?;
        let var = Var::from_tensor(&values.to_dtype(self.parameters.dtype)?)?;
        self.parameters.insert(&name, &var, trainable)?;
        Ok(var)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two_layers() -> Parameters {
        let mut parameters = Parameters::new();
        let mut builder = parameters.builder(5);
        let uniform = Init::Uniform { fan_in: 2 };
        builder
            .at("b.0")
            .trainable("weight", (2, 3), uniform)
            .unwrap();
        builder.at("a").at(1).trainable("bias", 4, uniform).unwrap();
        builder.at("a").buffer("running_var", 2, 1.0).unwrap();
        parameters
    }

    #[test]
    fn names_are_dotted_and_sorted() {
        let parameters = two_layers();
        let names: Vec<&str> = parameters.trainable().map(|(name, _)| name).collect();
        assert_eq!(names, ["a.1.bias", "b.0.weight"]);
        let names: Vec<&str> = parameters.buffers().map(|(name, _)| name).collect();
        assert_eq!(names, ["a.running_var"]);
        assert_eq!(parameters.count(), 10);
    }

    #[test]
    fn first_values_do_not_depend_on_the_order_of_creation() {
        let mut other = Parameters::new();
        let uniform = Init::Uniform { fan_in: 2 };
        other
            .builder(5)
            .at("a")
            .at("1")
            .trainable("bias", 4, uniform)
            .unwrap();
        let values = |p: &Parameters| p.get("a.1.bias").unwrap().to_vec1::<f32>().unwrap();
        assert_eq!(values(&other), values(&two_layers()));
    }

    #[test]
    fn a_name_is_taken_once() {
        let mut parameters = two_layers();
        let error = parameters
            .builder(0)
            .at("a")
            .buffer("running_var", 2, 0.0)
            .unwrap_err();
        assert!(matches!(error, NnError::DuplicateName(name) if name == "a.running_var"));
    }

    #[test]
    fn a_snapshot_does_not_follow_later_changes_and_loads_back() {
        let parameters = two_layers();
        let before = parameters.snapshot().unwrap();
        let weight = parameters.get("b.0.weight").unwrap();
        weight.set(&weight.zeros_like().unwrap()).unwrap();
        assert_ne!(
            before["b.0.weight"].to_vec2::<f32>().unwrap(),
            vec![vec![0.0; 3]; 2]
        );
        parameters.load_from(&before).unwrap();
        assert_eq!(
            weight.to_vec2::<f32>().unwrap(),
            before["b.0.weight"].to_vec2::<f32>().unwrap()
        );
    }

    #[test]
    fn an_outline_knows_what_is_missing_and_holds_no_numbers() {
        let mut outline = Parameters::outline();
        let mut builder = outline.builder(0);
        let huge = Init::Constant(0.0);
        builder
            .trainable("weight", (1 << 20, 1 << 20), huge)
            .unwrap();
        builder.buffer("mean", 2, 0.0).unwrap();
        assert_eq!(outline.count(), 0);
        let mean = Tensor::ones(3, DType::F32, &Device::Cpu).unwrap();
        let error = outline.require(&BTreeMap::from([("mean".into(), mean)]));
        assert_eq!(
            error.unwrap_err().to_string(),
            "the weights do not fit the network: missing weight; mean is [3] instead of [2]"
        );
    }

    #[test]
    fn a_misfit_lists_every_name_and_changes_nothing() {
        let parameters = two_layers();
        let before = parameters.snapshot().unwrap();
        let mut tensors = before.clone();
        let ones = |n: usize| Tensor::ones(n, DType::F32, &Device::Cpu).unwrap();
        tensors.remove("b.0.weight");
        tensors.insert("a.1.bias".into(), ones(5));
        tensors.insert("c".into(), ones(1));
        tensors.insert("a.num_batches_tracked".into(), ones(1));
        tensors.insert("a.running_var".into(), ones(2));
        let error = parameters.load_from(&tensors).unwrap_err();
        let NnError::Mismatch(mismatch) = &error else {
            panic!("{error}")
        };
        assert_eq!(mismatch.missing, ["b.0.weight"]);
        assert_eq!(mismatch.extra, ["c"]);
        assert_eq!(
            mismatch.misshaped,
            [("a.1.bias".to_string(), vec![4], vec![5])]
        );
        assert_eq!(
            error.to_string(),
            "the weights do not fit the network: missing b.0.weight; unknown c; a.1.bias is [5] instead of [4]"
        );
        let after = parameters
            .get("a.1.bias")
            .unwrap()
            .to_vec1::<f32>()
            .unwrap();
        assert_eq!(after, before["a.1.bias"].to_vec1::<f32>().unwrap());
    }
}
