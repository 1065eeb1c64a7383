//! A layer as a whole.

metrics! {
    LAYER_GROUP: "A layer as a whole";
    HOLE_COUNT: "hole_count", Columns, LOWER, COUNT, "Number of columns with reference voxels and without predicted voxels.", title "Holes", heading "Holes";
    COVERAGE: "coverage", One, HIGHER, SHARE_OF_REFERENCE, "Share of the columns with reference voxels that have predicted voxels.", title "Coverage";
    GAP_COUNT: "gap_count", One, LOWER, COUNT, "Number of gaps: groups of columns that share edges, with reference voxels and without predicted voxels.", title "Gaps", heading "Gaps";
    GAP_COLUMNS: "gap_columns", Columns, LOWER, COUNT, "Number of columns in all gaps.", title "Area of gaps";
    GAP_AREA_MM2: "gap_area_mm2", SquareMillimeters, LOWER, COUNT, "Area of all gaps, seen from above.", title "Area of gaps", heading "Area of gaps";
    LARGEST_GAP_COLUMNS: "largest_gap_columns", Columns, LOWER, COUNT, "Number of columns of the largest gap.", title "Largest gap";
    LARGEST_GAP_MM2: "largest_gap_mm2", SquareMillimeters, LOWER, COUNT, "Area of the largest gap, seen from above.", title "Largest gap", heading "Largest gap";
    PIECE_COUNT: "piece_count", One, LOWER, AMOUNT, "Number of pieces of the layer seen from above: groups of columns that share edges; within B-scans, the sum over B-scans.", title "Pieces", heading "Pieces";
    LARGEST_PIECE_SHARE: "largest_piece_share", One, HIGHER, OF_PREDICTION, "Share of the layer's columns that are in its largest piece.", title "Largest piece", heading "Largest piece";
    RUN_LENGTH_SHARE: "run_length_share", One, HIGHER, OF_PREDICTION, "Mean length of the unbroken runs of columns along x, divided by the width of the scan.", title "Length of unbroken runs", heading "Unbroken runs";
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
    THICKNESS_ERROR_VOX: "thickness_error_vox", Voxels, LOWER, MISSING, "Mean over columns of predicted minus reference thickness, without sign.", title "Thickness error", heading "Thickness error";
    THICKNESS_ERROR_UM: "thickness_error_um", Micrometers, LOWER, MISSING, "`thickness_error_vox` times the voxel size along z.", title "Thickness error", heading "Thickness error";
    THICKNESS_LIMIT_LOW_VOX: "thickness_limit_low_vox", Voxels, NEITHER, MISSING, "Lower limit of agreement of the thickness of single columns: bias minus 1.96 standard deviations of the differences (Bland and Altman 1986).", title "Lower limit of agreement of the thickness";
    THICKNESS_LIMIT_LOW_UM: "thickness_limit_low_um", Micrometers, NEITHER, MISSING, "`thickness_limit_low_vox` times the voxel size along z.", title "Lower limit of agreement of the thickness";
    THICKNESS_LIMIT_HIGH_VOX: "thickness_limit_high_vox", Voxels, NEITHER, MISSING, "Upper limit of agreement of the thickness of single columns: bias plus 1.96 standard deviations of the differences (Bland and Altman 1986).", title "Upper limit of agreement of the thickness";
    THICKNESS_LIMIT_HIGH_UM: "thickness_limit_high_um", Micrometers, NEITHER, MISSING, "`thickness_limit_high_vox` times the voxel size along z.", title "Upper limit of agreement of the thickness";
    LAYER_COVERAGE: "layer_coverage", One, NEITHER, AMOUNT, "Share of the scan's columns with layer voxels.", title "Columns with a layer";
    LAYER_VOXELS: "layer_voxels", Voxels, NEITHER, AMOUNT, "Number of voxels of the layer.";
    LAYER_VOLUME_MM3: "layer_volume_mm3", CubicMillimeters, NEITHER, AMOUNT, "Number of voxels of the layer times the volume of a voxel.", title "Layer volume";
}
