//! PyTorch state dicts: the tensors that the pickle describes, and their elements from the archive.

use std::collections::BTreeMap;

use candle_core::{DType, Device, Tensor};

use super::archive::Archive;
use super::pickle::{self, Id, Object, Pickle};
use crate::WeightsError;

/// Tensors may share elements, but their total size is at most this multiple of the file size.
const MOST_SHARING: usize = 4;

/// Keys under which training scripts store the state dict, next to an epoch and an optimizer.
const WRAPPERS: [&str; 2] = ["state_dict", "model_state_dict"];

/// The tensors of a state dict, or of a nested one under `state_dict` or `model_state_dict`.
pub(super) fn read(bytes: &[u8]) -> Result<BTreeMap<String, Tensor>, WeightsError> {
    let mut archive = Archive::open(bytes)?;
    let in_pickle = |fault: String| WeightsError::Corrupt(format!("data.pkl {fault}"));
    let (pickle, root) = pickle::read(&archive.pickle()?).map_err(in_pickle)?;
    let entries = entries(&pickle, root).map_err(in_pickle)?;
    let mut left = bytes.len().saturating_mul(MOST_SHARING);
    let mut tensors = BTreeMap::new();
    for (name, id) in entries {
        let about = |fault: String| WeightsError::Corrupt(format!("'{name}' {fault}"));
        let view = View::of(&pickle, id).map_err(about)?;
        left = view
            .byte_count()
            .and_then(|count| left.checked_sub(count))
            .ok_or_else(|| about(format!("of shape {:?} is larger than the file", view.shape)))?;
        let tensor = view.load(&archive.storage(&view.key)?).map_err(about)?;
        if tensors.insert(name.clone(), tensor).is_some() {
            return Err(about("occurs twice".to_string()));
        }
    }
    Ok(tensors)
}

/// Names and values of the state dict.
fn entries(pickle: &Pickle, root: Id) -> Result<Vec<(String, Id)>, String> {
    let Object::Dict(mut items) = pickle.object(root).clone() else {
        return Err("has no dict; save a state dict, not a whole model".to_string());
    };
    let wrapped = |(key, value): &(Id, Id)| {
        let wrapper = pickle.text(*key).is_some_and(|key| WRAPPERS.contains(&key));
        match pickle.object(*value) {
            Object::Dict(inner) if wrapper => Some(inner.clone()),
            _ => None,
        }
    };
    if let Some(inner) = items.iter().find_map(wrapped) {
        items = inner;
    }
    items
        .into_iter()
        .map(|(key, value)| match pickle.text(key) {
            Some(name) => Ok((name.to_string(), value)),
            None => Err("has a key that is not a text".to_string()),
        })
        .collect()
}

/// A tensor as a strided view of a storage.
#[derive(Debug)]
struct View {
    key: String,
    dtype: DType,
    offset: usize,
    shape: Vec<usize>,
    stride: Vec<usize>,
}

impl View {
    fn of(pickle: &Pickle, id: Id) -> Result<Self, String> {
        let no_tensor = || "is not a tensor".to_string();
        let Object::Call(function, arguments) = pickle.object(id) else {
            return Err(no_tensor());
        };
        let (Object::Global(function), Object::Tuple(arguments)) =
            (pickle.object(*function), pickle.object(*arguments))
        else {
            return Err(no_tensor());
        };
        match (function.as_str(), arguments.as_slice()) {
            ("torch._utils _rebuild_parameter", [data, ..]) => match pickle.object(*data) {
                // One level only: a parameter contains a tensor, never another parameter.
                Object::Call(inner, _)
                    if pickle.object(*inner) == &Object::Global(function.clone()) =>
                {
                    Err(no_tensor())
                }
                _ => Self::of(pickle, *data),
            },
            ("torch._utils _rebuild_tensor_v2", [storage, offset, shape, stride, ..]) => {
                let (key, dtype) = storage_of(pickle, *storage)?;
                let view = Self {
                    key,
                    dtype,
                    offset: size(pickle, *offset)?,
                    shape: sizes(pickle, *shape)?,
                    stride: sizes(pickle, *stride)?,
                };
                if view.shape.len() == view.stride.len() {
                    Ok(view)
                } else {
                    Err(format!(
                        "has shape {:?} but strides {:?}",
                        view.shape, view.stride
                    ))
                }
            }
            _ => Err(format!("is made by '{function}', not a plain tensor")),
        }
    }

    fn byte_count(&self) -> Option<usize> {
        let count = self
            .shape
            .iter()
            .try_fold(1_usize, |n, extent| n.checked_mul(*extent))?;
        count.checked_mul(self.dtype.size_in_bytes())
    }

    fn is_contiguous(&self) -> bool {
        let mut expected = 1;
        let axes = self.shape.iter().zip(&self.stride).rev();
        self.shape.contains(&0)
            || axes
                .filter(|(extent, _)| **extent > 1)
                .all(|(extent, stride)| {
                    let fits = *stride == expected;
                    expected *= extent;
                    fits
                })
    }

    /// Copies element by element; each element must be in the storage.
    fn gather(&self, storage: &[u8], count: usize) -> Vec<u8> {
        let size = self.dtype.size_in_bytes();
        let mut bytes = Vec::with_capacity(count * size);
        let mut index = vec![0; self.shape.len()];
        for _ in 0..count {
            let place: usize = index
                .iter()
                .zip(&self.stride)
                .map(|(i, stride)| i * stride)
                .sum();
            let start = (self.offset + place) * size;
            bytes.extend_from_slice(&storage[start..start + size]);
            for axis in (0..index.len()).rev() {
                index[axis] += 1;
                if index[axis] < self.shape[axis] {
                    break;
                }
                index[axis] = 0;
            }
        }
        bytes
    }

    /// The elements in the order of the shape.
    fn load(&self, storage: &[u8]) -> Result<Tensor, String> {
        let size = self.dtype.size_in_bytes();
        let count: usize = self.shape.iter().product();
        let last = self
            .shape
            .iter()
            .zip(&self.stride)
            .try_fold(self.offset, |last, (n, stride)| {
                n.saturating_sub(1).checked_mul(*stride)?.checked_add(last)
            });
        let fits = last.and_then(|last| last.checked_add(1)?.checked_mul(size));
        if count > 0 && fits.is_none_or(|needed| needed > storage.len()) {
            let stored = storage.len() / size;
            return Err(format!(
                "of shape {:?} does not match its {stored} stored numbers",
                self.shape
            ));
        }
        if count == 0 {
            return Tensor::from_raw_buffer(&[], self.dtype, &self.shape, &Device::Cpu)
                .map_err(|e| e.to_string());
        }
        let start = self.offset * size;
        let gathered;
        let bytes = if self.is_contiguous() {
            &storage[start..start + count * size]
        } else {
            gathered = self.gather(storage, count);
            &gathered
        };
        Tensor::from_raw_buffer(bytes, self.dtype, &self.shape, &Device::Cpu)
            .map_err(|e| e.to_string())
    }
}

/// Archive key and element type of a storage: `('storage', torch.FloatStorage, key, device, count)`.
fn storage_of(pickle: &Pickle, id: Id) -> Result<(String, DType), String> {
    let fault = || "has no storage".to_string();
    let Object::Persistent(id) = pickle.object(id) else {
        return Err(fault());
    };
    let Object::Tuple(parts) = pickle.object(*id) else {
        return Err(fault());
    };
    let [_, class, key, ..] = parts.as_slice() else {
        return Err(fault());
    };
    let (Object::Global(class), Some(key)) = (pickle.object(*class), pickle.text(*key)) else {
        return Err(fault());
    };
    let dtype = match class.as_str() {
        "torch FloatStorage" => DType::F32,
        "torch DoubleStorage" => DType::F64,
        "torch HalfStorage" => DType::F16,
        "torch BFloat16Storage" => DType::BF16,
        "torch LongStorage" => DType::I64,
        "torch ByteStorage" => DType::U8,
        other => return Err(format!("has elements of the unsupported type '{other}'")),
    };
    Ok((key.to_string(), dtype))
}

fn size(pickle: &Pickle, id: Id) -> Result<usize, String> {
    match pickle.object(id) {
        Object::Int(value) => usize::try_from(*value).map_err(|_| format!("has a size of {value}")),
        _ => Err("has a size that is not a number".to_string()),
    }
}

fn sizes(pickle: &Pickle, id: Id) -> Result<Vec<usize>, String> {
    match pickle.object(id) {
        Object::Tuple(items) => items.iter().map(|item| size(pickle, *item)).collect(),
        _ => Err("has a shape that is not a tuple".to_string()),
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use proptest::prelude::*;
    use zip::write::{SimpleFileOptions, ZipWriter};

    use super::*;

    /// A pickle of `{name: tensor}` with one storage of six floats, as `torch.save` would write it.
    fn pickle_of(offset: u8, shape: &[u8], stride: &[u8]) -> Vec<u8> {
        let mut bytes = b"\x80\x02}q\x00(X\x01\x00\x00\x00w".to_vec();
        bytes.extend(b"ctorch._utils\n_rebuild_tensor_v2\n((X\x07\x00\x00\x00storage");
        bytes.extend(b"ctorch\nFloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x06tQK");
        bytes.push(offset);
        for sizes in [shape, stride] {
            bytes.push(b'(');
            sizes.iter().for_each(|size| bytes.extend([b'K', *size]));
            bytes.push(b't');
        }
        bytes.extend(b"\x89)tRu.");
        bytes
    }

    fn archive_of(pickle: &[u8]) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        let floats: Vec<u8> = (0..6_u8).flat_map(|i| f32::from(i).to_le_bytes()).collect();
        let entries = [
            ("m/data.pkl", pickle),
            ("m/byteorder", b"little"),
            ("m/data/0", &floats),
        ];
        for (name, content) in entries {
            zip.start_file(name, SimpleFileOptions::default()).unwrap();
            zip.write_all(content).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    fn fault(pickle: &[u8]) -> String {
        read(&archive_of(pickle)).unwrap_err().to_string()
    }

    #[test]
    fn strides_and_offsets_are_followed() {
        let rows = |offset, shape: &[u8], stride: &[u8]| {
            let tensors = read(&archive_of(&pickle_of(offset, shape, stride))).unwrap();
            tensors["w"]
                .flatten_all()
                .unwrap()
                .to_vec1::<f32>()
                .unwrap()
        };
        assert_eq!(rows(0, &[2, 3], &[3, 1]), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
        assert_eq!(rows(0, &[3, 2], &[1, 3]), [0.0, 3.0, 1.0, 4.0, 2.0, 5.0]);
        assert_eq!(rows(4, &[1, 2], &[9, 1]), [4.0, 5.0]);
        assert_eq!(rows(5, &[], &[]), [5.0]);
        assert_eq!(rows(0, &[0, 3], &[3, 1]), [0.0; 0]);
    }

    #[test]
    fn a_tensor_beyond_its_storage_is_an_error() {
        assert_eq!(
            fault(&pickle_of(1, &[2, 3], &[3, 1])),
            "'w' of shape [2, 3] does not match its 6 stored numbers"
        );
        assert_eq!(
            fault(&pickle_of(0, &[2], &[200])),
            "'w' of shape [2] does not match its 6 stored numbers"
        );
        assert_eq!(
            fault(&pickle_of(0, &[255, 255], &[0, 0])),
            "'w' of shape [255, 255] is larger than the file"
        );
        assert_eq!(
            fault(&pickle_of(0, &[1], &[])),
            "'w' has shape [1] but strides []"
        );
    }

    #[test]
    fn what_is_no_state_dict_is_named() {
        assert_eq!(
            fault(b"\x80\x02K\x01."),
            "data.pkl has no dict; save a state dict, not a whole model"
        );
        assert_eq!(
            fault(b"}K\x01K\x02s."),
            "data.pkl has a key that is not a text"
        );
        assert_eq!(fault(b"}X\x01\x00\x00\x00wK\x02s."), "'w' is not a tensor");
        let call = b"}X\x01\x00\x00\x00wcos\nsystem\n)Rs.";
        assert_eq!(
            fault(call),
            "'w' is made by 'os system', not a plain tensor"
        );
        let twice = b"}(X\x01\x00\x00\x00wNX\x01\x00\x00\x00wNu.";
        assert_eq!(fault(twice), "'w' is not a tensor");
    }

    #[test]
    fn a_state_dict_one_level_down_is_found() {
        let inner = pickle_of(0, &[6], &[1]);
        let mut bytes = b"}(X\x05\x00\x00\x00epochK\x03X\x0a\x00\x00\x00state_dict".to_vec();
        bytes.extend(&inner[2..inner.len() - 1]);
        bytes.extend(b"u.");
        assert_eq!(read(&archive_of(&bytes)).unwrap()["w"].dims(), [6]);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

        #[test]
        fn a_changed_pickle_never_panics(
            changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..5)
        ) {
            let mut bytes = pickle_of(0, &[2, 3], &[3, 1]);
            for (place, value) in changes {
                let place = place.index(bytes.len());
                bytes[place] = value;
            }
            if let Ok(tensors) = read(&archive_of(&bytes)) {
                prop_assert!(tensors.values().all(|tensor| tensor.elem_count() < 1000));
            }
        }
    }
}
