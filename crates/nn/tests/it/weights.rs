//! Weights files: round trips, PyTorch state dicts against candle's reader, and invalid files.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeMap;

use candle_core::{DType, Device, Tensor};
use proptest::prelude::*;
use rsom_nn::Parameters;
use rsom_testing::{golden, shared};
use rsom_weights::{self as weights, Metadata, WeightsError};

use crate::common::npy::state_dict;
use crate::common::{flat, random};

fn some_tensors() -> BTreeMap<String, Tensor> {
    let tensor = |shape: &[usize], name: &str| random(shape, name).to_dtype(DType::F32).unwrap();
    BTreeMap::from([
        (
            "down_path.0.block.0.weight".to_string(),
            tensor(&[2, 3, 3, 3], "a"),
        ),
        ("last.bias".to_string(), tensor(&[1], "b")),
        ("a scalar".to_string(), tensor(&[], "c")),
    ])
}

fn some_metadata() -> Metadata {
    let text = |key: usize| (format!("key {key}"), format!("value \"{key}\" \n µm"));
    (0..20).map(text).collect()
}

fn some_file() -> Vec<u8> {
    weights::to_bytes(&some_tensors(), &some_metadata()).unwrap()
}

fn message(bytes: &[u8]) -> String {
    match weights::from_bytes(bytes).unwrap_err() {
        WeightsError::Corrupt(text) => text,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_was_written_is_read_back_bit_for_bit() {
    let back = weights::from_bytes(&some_file()).unwrap();
    assert_eq!(back.metadata, some_metadata());
    let names: Vec<&String> = back.tensors.keys().collect();
    assert_eq!(names, some_tensors().keys().collect::<Vec<_>>());
    for (name, tensor) in some_tensors() {
        assert_eq!(back.tensors[&name].dims(), tensor.dims());
        assert_eq!(flat(&back.tensors[&name]), flat(&tensor));
    }
}

#[test]
fn the_bytes_are_those_of_the_reference_reader() {
    // The safetensors crate and candle both read the file, and the elements are aligned.
    let bytes = some_file();
    let other = candle_core::safetensors::load_buffer(&bytes, &Device::Cpu).unwrap();
    assert_eq!(other.len(), 3);
    assert_eq!(
        flat(&other["last.bias"]),
        flat(&some_tensors()["last.bias"])
    );
    let (header, metadata) = safetensors::SafeTensors::read_metadata(&bytes).unwrap();
    assert_eq!(header % 8, 0);
    assert_eq!(metadata.metadata().as_ref().unwrap().len(), 20);
    assert_eq!(some_file(), bytes);
}

#[test]
fn elements_at_an_odd_place_are_read() {
    let header = r#"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#;
    let header = format!("{header:55}");
    let mut bytes = 55_u64.to_le_bytes().to_vec();
    bytes.extend(header.as_bytes());
    bytes.extend([1.5_f32, -2.0].iter().flat_map(|v| v.to_le_bytes()));
    let tensors = weights::from_bytes(&bytes).unwrap().tensors;
    assert_eq!(flat(&tensors["w"]), [1.5, -2.0]);
}

#[test]
fn a_view_is_written_in_its_own_order() {
    let whole = random(&[3, 4], "view").to_dtype(DType::F32).unwrap();
    let view = whole.t().unwrap().narrow(0, 1, 2).unwrap();
    let tensors = BTreeMap::from([("view".to_string(), view.clone())]);
    let bytes = weights::to_bytes(&tensors, &Metadata::default()).unwrap();
    assert_eq!(
        flat(&weights::from_bytes(&bytes).unwrap().tensors["view"]),
        flat(&view)
    );
}

#[test]
fn every_truncation_is_an_error() {
    let bytes = some_file();
    for len in 0..bytes.len() {
        assert!(
            message(&bytes[..len]).starts_with("not a safetensors file"),
            "{len}"
        );
    }
    let longer = [bytes.as_slice(), &[0]].concat();
    assert!(weights::from_bytes(&longer).is_err());
}

#[test]
fn a_header_that_lies_is_an_error_without_an_allocation() {
    let lies = [
        (u64::MAX, "{}"),
        (1 << 40, "{}"),
        (90_000_000, "{}"),
        (2, "{}"),
    ];
    for (len, header) in lies {
        let bytes = [len.to_le_bytes().as_slice(), header.as_bytes()].concat();
        assert_eq!(weights::from_bytes(&bytes).is_err(), len != 2, "{len}");
    }
    let headers = [
        r#"{"a":{"dtype":"F32","shape":[1099511627776],"data_offsets":[0,4398046511104]}}"#,
        r#"{"a":{"dtype":"F32","shape":[4294967296,4294967296,4294967296],"data_offsets":[0,4]}}"#,
        r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#,
        r#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#,
        r#"{"a":{"dtype":"X9","shape":[1],"data_offsets":[0,4]}}"#,
        r#"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#,
        r#"{"a":7}"#,
        "[]",
        "\u{fffd}",
    ];
    for header in headers {
        let len = header.len() as u64;
        let bytes = [len.to_le_bytes().as_slice(), header.as_bytes(), &[0; 4]].concat();
        assert!(weights::from_bytes(&bytes).is_err(), "{header}");
    }
}

#[test]
fn state_dicts_are_read_as_candle_reads_them() {
    let path = |name: &str| golden(&format!("nets/{name}.pt"));
    let mut paths = ["unet_release", "dvn_groupnorm", "traj_start"]
        .map(path)
        .to_vec();
    let more = ["unet_one_logit", "fcn7"].map(|name| shared(&format!("golden/nets/{name}.pt")));
    paths.extend(more.into_iter().flatten());
    for path in paths {
        let name = path.display();
        let ours = weights::from_bytes(&std::fs::read(&path).unwrap()).unwrap();
        let theirs = candle_core::pickle::read_all(&path).unwrap();
        assert_eq!(ours.tensors.len(), theirs.len(), "{name}");
        for (key, tensor) in theirs {
            assert_eq!(ours.tensors[&key].dims(), tensor.dims(), "{name} {key}");
            assert_eq!(flat(&ours.tensors[&key]), flat(&tensor), "{name} {key}");
        }
    }
}

#[test]
fn another_network_s_weights_list_what_is_missing_and_unknown() {
    let tensors = state_dict(&golden("nets/dvn_plain.pt"));
    let mut parameters = Parameters::new();
    parameters
        .builder(0)
        .at("head")
        .buffer("weight", 3, 0.0)
        .unwrap();
    let text = parameters.load_from(&tensors).unwrap_err().to_string();
    assert!(text.contains("missing head.weight"), "{text}");
    assert!(
        text.contains("unknown layers.0.block.0.bias") && text.ends_with("layers.4.weight"),
        "{text}"
    );
}

#[test]
fn broken_state_dicts_are_errors() {
    let bytes = std::fs::read(golden("nets/dvn_plain.pt")).unwrap();
    for len in (0..bytes.len()).step_by(bytes.len() / 400) {
        assert!(weights::from_bytes(&bytes[..len]).is_err(), "{len}");
    }
    assert!(message(b"PK\x03\x04").starts_with("not a PyTorch archive"));
    assert!(message(b"\x80\x02\x8a\x0al").contains("before version 1.6"));
}

proptest! {
    #[test]
    fn a_flipped_bit_never_panics_a_safetensors_reader(place in any::<prop::sample::Index>(), bit in 0..8_u32) {
        let mut bytes = some_file();
        let place = place.index(bytes.len());
        bytes[place] ^= 1_u8 << bit;
        // A flip within the elements or a text leaves a valid file; any outcome but a panic is allowed.
        if let Ok(file) = weights::from_bytes(&bytes) {
            let count: usize = file.tensors.values().map(Tensor::elem_count).sum();
            prop_assert!(count <= bytes.len());
        }
    }

    #[test]
    fn any_bytes_never_panic_a_reader(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(weights::from_bytes(&bytes).is_err());
        let zip = [b"PK\x03\x04".as_slice(), &bytes].concat();
        prop_assert!(weights::from_bytes(&zip).is_err());
    }

    #[test]
    fn flipped_bits_never_panic_a_state_dict_reader(
        flips in prop::collection::vec((any::<prop::sample::Index>(), 0..8_u32), 1..4)
    ) {
        let mut bytes = std::fs::read(golden("nets/dvn_plain.pt")).unwrap();
        for (place, bit) in flips {
            let place = place.index(bytes.len());
            bytes[place] ^= 1_u8 << bit;
        }
        let _ = weights::from_bytes(&bytes);
    }
}
