//! Weights of networks: tensors by name.

use std::path::Path;

use rsom_stage::atomic;
use rsom_weights::Weights;

use super::degree::Agreement;
use super::numbers::Numbers;

/// Compares two weights files. Scale of the differences: the largest number of a tensor.
pub(super) fn compare(a: &Path, b: &Path) -> Result<Agreement, String> {
    let read = |path: &Path| -> Result<Weights, String> {
        let bytes = std::fs::read(path).map_err(|e| atomic::plain(&e))?;
        rsom_weights::from_bytes(&bytes).map_err(|e| e.to_string())
    };
    let (a, b) = (read(a)?, read(b)?);
    if a.tensors.keys().ne(b.tensors.keys()) {
        return Err("they have other tensors".to_owned());
    }
    let mut numbers = Numbers::default();
    for (name, x) in &a.tensors {
        let shapes = [x.dims(), b.tensors[name].dims()];
        if shapes[0] != shapes[1] {
            return Err(format!("'{name}' has the shapes {shapes:?}"));
        }
        let values = |weights: &Weights| {
            let values = weights.doubles(name).map_err(|e| e.to_string())?;
            Ok::<_, String>(values.unwrap_or_default())
        };
        numbers.add_all(&values(&a)?, &values(&b)?);
    }
    Ok(numbers.agreement())
}

#[cfg(test)]
mod tests {
    use rsom_weights::{Metadata, without_tensors};

    use super::*;

    /// A file with one tensor of single precision.
    fn write(path: &Path, tensor: &str, values: &[f32], note: &str) {
        let end = 4 * values.len();
        let shape = values.len();
        let header = format!(
            r#"{{"__metadata__":{{"note":"{note}"}},"{tensor}":{{"dtype":"F32","shape":[{shape}],"data_offsets":[0,{end}]}}}}"#
        );
        let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
        bytes.extend(header.bytes());
        bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        std::fs::write(path, bytes).unwrap();
    }

    #[test]
    fn tensors_are_compared_and_the_provenance_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, tensor: &str, values: &[f32], note: &str| {
            let path = folder.path().join(name);
            write(&path, tensor, values, note);
            path
        };
        let a = write("a", "w", &[1.0, 2.0], "a");
        assert_eq!(
            compare(&a, &write("b", "w", &[1.0, 2.0], "b")),
            Ok(Agreement::Values)
        );
        let near = compare(&a, &write("c", "w", &[1.001, 2.0], "a"));
        assert!(matches!(near, Ok(Agreement::Digits(d)) if d.digits == 3 && d.different == 1));
        let said = compare(&a, &write("d", "w", &[1.0], "a")).unwrap_err();
        assert_eq!(said, "'w' has the shapes [[2], [1]]");
        assert!(compare(&a, &write("e", "v", &[1.0, 2.0], "a")).is_err());
        let empty = folder.path().join("f");
        std::fs::write(&empty, without_tensors(&Metadata::default())).unwrap();
        assert!(compare(&a, &empty).is_err());
    }
}
