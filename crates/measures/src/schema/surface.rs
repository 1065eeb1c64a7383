//! Surfaces of a layer.

metrics! {
    SURFACE_GROUP: "Surfaces of a layer";
    RA_VOX: "ra_vox", Voxels, LOWER, OF_PREDICTION, "Mean of the absolute deviation of the surface from its moving mean over five columns (paper, equation 5).", title "Roughness Ra", heading "Ra", symbol "Ra";
    RA_UM: "ra_um", Micrometers, LOWER, OF_PREDICTION, "`ra_vox` times the voxel size along z.", title "Roughness Ra", heading "Ra", symbol "Ra";
    RA_COVERAGE: "ra_coverage", One, NEITHER, OF_PREDICTION, "Share of the columns that Ra includes.", title "Columns in Ra";
    REFERENCE_RA_VOX: "reference_ra_vox", Voxels, NEITHER, OF_REFERENCE, "`ra_vox` of the reference.";
    REFERENCE_RA_UM: "reference_ra_um", Micrometers, NEITHER, OF_REFERENCE, "`ra_um` of the reference.";
    REFERENCE_RA_COVERAGE: "reference_ra_coverage", One, NEITHER, OF_REFERENCE, "`ra_coverage` of the reference.";
    BOUNDARY_ERROR_VOX: "boundary_error_vox", Voxels, LOWER, MISSING, "Mean distance along depth between the predicted and the reference surface, without sign.", title "Boundary error", heading "Boundary error";
    BOUNDARY_ERROR_UM: "boundary_error_um", Micrometers, LOWER, MISSING, "`boundary_error_vox` times the voxel size along z.", title "Boundary error", heading "Boundary error";
    BOUNDARY_BIAS_VOX: "boundary_bias_vox", Voxels, NEITHER, MISSING, "Mean of predicted minus reference depth of the surface: above 0 where the prediction is deeper.", title "Boundary bias", heading "Boundary bias";
    BOUNDARY_BIAS_UM: "boundary_bias_um", Micrometers, NEITHER, MISSING, "`boundary_bias_vox` times the voxel size along z.", title "Boundary bias", heading "Boundary bias";
    BOUNDARY_ERROR_P95_VOX: "boundary_error_p95_vox", Voxels, LOWER, MISSING, "95th percentile over columns of the boundary error.", title "95th percentile of the boundary error", heading "Boundary error, 95 %";
    BOUNDARY_ERROR_P95_UM: "boundary_error_p95_um", Micrometers, LOWER, MISSING, "`boundary_error_p95_vox` times the voxel size along z.", title "95th percentile of the boundary error", heading "Boundary error, 95 %";
    BOUNDARY_COVERAGE: "boundary_coverage", One, HIGHER, SHARE_OF_REFERENCE, "Share of the columns with a reference surface that also have a predicted one.", title "Columns with both boundaries";
    NORMAL_ANGLE_DEG: "normal_angle_deg", Degrees, NEITHER, OF_PREDICTION, "Mean angle between the surface normal and depth.", title "Normal angle";
    REFERENCE_NORMAL_ANGLE_DEG: "reference_normal_angle_deg", Degrees, NEITHER, OF_REFERENCE, "`normal_angle_deg` of the reference.";
    NORMAL_COUNT: "normal_count", Columns, NEITHER, OF_PREDICTION, "Number of columns whose normal has an angle in a bin of a histogram.";
    REFERENCE_NORMAL_COUNT: "reference_normal_count", Columns, NEITHER, OF_REFERENCE, "`normal_count` of the reference.";
}
