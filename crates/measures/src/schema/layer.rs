//! A layer as a whole.

metrics! {
    LAYER_GROUP: "A layer as a whole";
    HOLE_COUNT: "hole_count", Columns, LOWER, COUNT, "Number of columns with reference voxels and without predicted voxels.", title "Holes", heading "Holes";
    COVERAGE: "coverage", One, HIGHER, SHARE_OF_REFERENCE, "Share of the columns with reference voxels that have predicted voxels.", title "Coverage";
    LAYER_THICKNESS_VOX: "layer_thickness_vox", Voxels, NEITHER, OF_PREDICTION, "Mean over columns of the number of voxels from the first to the last one of the layer, along depth.", title "Layer thickness";
    LAYER_THICKNESS_UM: "layer_thickness_um", Micrometers, NEITHER, OF_PREDICTION, "`layer_thickness_vox` times the voxel size along z.", title "Layer thickness";
    LAYER_THICKNESS_SD_VOX: "layer_thickness_sd_vox", Voxels, NEITHER, OF_PREDICTION, "Standard deviation (n − 1) of the thickness over columns.";
    LAYER_THICKNESS_SD_UM: "layer_thickness_sd_um", Micrometers, NEITHER, OF_PREDICTION, "`layer_thickness_sd_vox` times the voxel size along z.";
    LAYER_THICKNESS_MEDIAN_VOX: "layer_thickness_median_vox", Voxels, NEITHER, OF_PREDICTION, "Median of the thickness over columns.";
    LAYER_THICKNESS_MEDIAN_UM: "layer_thickness_median_um", Micrometers, NEITHER, OF_PREDICTION, "`layer_thickness_median_vox` times the voxel size along z.";
    LAYER_THICKNESS_COVERAGE: "layer_thickness_coverage", One, NEITHER, OF_PREDICTION, "Share of the layer's columns whose thickness is known: the field of view does not cut them.";
    REFERENCE_LAYER_THICKNESS_VOX: "reference_layer_thickness_vox", Voxels, NEITHER, OF_REFERENCE, "`layer_thickness_vox` of the reference.";
    REFERENCE_LAYER_THICKNESS_UM: "reference_layer_thickness_um", Micrometers, NEITHER, OF_REFERENCE, "`layer_thickness_um` of the reference.";
    REFERENCE_LAYER_THICKNESS_SD_VOX: "reference_layer_thickness_sd_vox", Voxels, NEITHER, OF_REFERENCE, "`layer_thickness_sd_vox` of the reference.";
    REFERENCE_LAYER_THICKNESS_SD_UM: "reference_layer_thickness_sd_um", Micrometers, NEITHER, OF_REFERENCE, "`layer_thickness_sd_um` of the reference.";
    REFERENCE_LAYER_THICKNESS_MEDIAN_VOX: "reference_layer_thickness_median_vox", Voxels, NEITHER, OF_REFERENCE, "`layer_thickness_median_vox` of the reference.";
    REFERENCE_LAYER_THICKNESS_MEDIAN_UM: "reference_layer_thickness_median_um", Micrometers, NEITHER, OF_REFERENCE, "`layer_thickness_median_um` of the reference.";
    THICKNESS_BIAS_VOX: "thickness_bias_vox", Voxels, NEITHER, MISSING, "Mean over columns of predicted minus reference thickness.", title "Thickness bias", heading "Thickness bias";
    THICKNESS_BIAS_UM: "thickness_bias_um", Micrometers, NEITHER, MISSING, "`thickness_bias_vox` times the voxel size along z.", title "Thickness bias", heading "Thickness bias";
    LAYER_COVERAGE: "layer_coverage", One, NEITHER, AMOUNT, "Share of the scan's columns with layer voxels.", title "Columns with a layer";
    LAYER_VOXELS: "layer_voxels", Voxels, NEITHER, AMOUNT, "Number of voxels of the layer.";
    LAYER_VOLUME_MM3: "layer_volume_mm3", CubicMillimeters, NEITHER, AMOUNT, "Number of voxels of the layer times the volume of a voxel.", title "Layer volume";
}
