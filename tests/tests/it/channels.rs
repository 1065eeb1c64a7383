//! A network takes the channels of a scan by their names.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use rsom_formats::nifti::read_scan;
use rsom_testing::Folder;

use crate::RSOM;

/// A scan with the channels LF and HF, the same scan stored as HF and LF, and with other names.
fn scans() -> Folder {
    let folder = Folder::new();
    RSOM.done(&folder, "phantom scan --seed 3 --shape 32,4,64 --image scan.nii.gz --layer layer.nii.gz --vessels vessels.nii.gz");
    RSOM.done(
        &folder,
        "io convert --input scan.nii.gz --channels HF,LF --output swapped.nii.gz",
    );
    RSOM.done(
        &folder,
        "io convert --input scan.nii.gz --channel-names foo,bar --output other.nii.gz",
    );
    folder
}

/// Trains, predicts the three scans, and checks that the first two have the same probabilities.
fn trained_and_applied(stage: &str, mask: &str, more: &str) {
    let folder = scans();
    RSOM.done(&folder, &*format!("{stage} train --image scan.nii.gz --mask {mask} --epochs 1 --weights w.safetensors {more}"));
    let predict = |scan: &str| {
        let words = format!(
            "{stage} predict --weights w.safetensors --input {scan}.nii.gz --output m.nii.gz --probabilities {scan}_p.nii.gz"
        );
        let said = RSOM.done(&folder, &*words).stderr;
        (
            read_scan(&folder.join(format!("{scan}_p.nii.gz"))).unwrap(),
            said,
        )
    };
    let (scan, said) = predict("scan");
    assert!(!said.contains("channels"), "{said}");
    let (swapped, said) = predict("swapped");
    assert!(
        said.contains("HF, LF are put in the order LF, HF"),
        "{said}"
    );
    assert_eq!(scan, swapped);
    let (_, said) = predict("other");
    assert!(
        said.contains("warning")
            && said.contains("foo, bar, but the network was trained on LF, HF"),
        "{said}"
    );
}

#[test]
fn a_layer_network_takes_channels_by_name() {
    trained_and_applied("layerseg", "layer.nii.gz", "--depth 2 --width 4");
}

#[test]
fn a_vessel_network_takes_channels_by_name() {
    trained_and_applied(
        "vesselseg",
        "vessels.nii.gz",
        "--network unet3d --depth 2 --width 4 --tile-vox 16,4,16",
    );
}
