//! Surfaces of a layer.

metrics! {
    SURFACE_GROUP: "Surfaces of a layer";
    RA_VOX: "ra_vox", Voxels, LOWER, OF_PREDICTION, "Mean of the absolute deviation of the surface from its moving mean over five columns (paper, equation 5).", title "Roughness Ra", heading "Ra", symbol "Ra";
    RA_UM: "ra_um", Micrometers, LOWER, OF_PREDICTION, "`ra_vox` times the voxel size along z.", title "Roughness Ra", heading "Ra", symbol "Ra";
    RA_COVERAGE: "ra_coverage", One, NEITHER, OF_PREDICTION, "Share of the columns that Ra includes.", title "Columns in Ra";
    REFERENCE_RA_VOX: "reference_ra_vox", Voxels, NEITHER, OF_REFERENCE, "`ra_vox` of the reference.";
    REFERENCE_RA_UM: "reference_ra_um", Micrometers, NEITHER, OF_REFERENCE, "`ra_um` of the reference.";
    REFERENCE_RA_COVERAGE: "reference_ra_coverage", One, NEITHER, OF_REFERENCE, "`ra_coverage` of the reference.";
    RQ_VOX: "rq_vox", Voxels, LOWER, OF_PREDICTION, "Root mean square of the deviation whose mean is Ra: single large steps count more.", title "Roughness Rq", heading "Rq", symbol "Rq";
    RQ_UM: "rq_um", Micrometers, LOWER, OF_PREDICTION, "`rq_vox` times the voxel size along z.", title "Roughness Rq", heading "Rq", symbol "Rq";
    REFERENCE_RQ_VOX: "reference_rq_vox", Voxels, NEITHER, OF_REFERENCE, "`rq_vox` of the reference.";
    REFERENCE_RQ_UM: "reference_rq_um", Micrometers, NEITHER, OF_REFERENCE, "`rq_um` of the reference.";
    WQ_VOX: "wq_vox", Voxels, NEITHER, OF_PREDICTION, "Waviness: root mean square height at wavelengths of 16 columns and more, after each run of columns has lost its mean and slope; a flat surface has 0, a smooth one need not.", title "Waviness Wq", heading "Wq", symbol "Wq";
    WQ_UM: "wq_um", Micrometers, NEITHER, OF_PREDICTION, "`wq_vox` times the voxel size along z.", title "Waviness Wq", heading "Wq", symbol "Wq";
    REFERENCE_WQ_VOX: "reference_wq_vox", Voxels, NEITHER, OF_REFERENCE, "`wq_vox` of the reference.";
    REFERENCE_WQ_UM: "reference_wq_um", Micrometers, NEITHER, OF_REFERENCE, "`wq_um` of the reference.";
    SPECTRUM_RMS_VOX: "spectrum_rms_vox", Voxels, NEITHER, OF_PREDICTION, "Root mean square height of the surface in an octave of wavelengths along x.";
    SPECTRUM_RMS_UM: "spectrum_rms_um", Micrometers, NEITHER, OF_PREDICTION, "`spectrum_rms_vox` times the voxel size along z.";
    REFERENCE_SPECTRUM_RMS_VOX: "reference_spectrum_rms_vox", Voxels, NEITHER, OF_REFERENCE, "`spectrum_rms_vox` of the reference.";
    REFERENCE_SPECTRUM_RMS_UM: "reference_spectrum_rms_um", Micrometers, NEITHER, OF_REFERENCE, "`spectrum_rms_um` of the reference.";
    BOUNDARY_ERROR_VOX: "boundary_error_vox", Voxels, LOWER, MISSING, "Mean distance along depth between the predicted and the reference surface, without sign.", title "Boundary error", heading "Boundary error";
    BOUNDARY_ERROR_UM: "boundary_error_um", Micrometers, LOWER, MISSING, "`boundary_error_vox` times the voxel size along z.", title "Boundary error", heading "Boundary error";
    BOUNDARY_BIAS_VOX: "boundary_bias_vox", Voxels, NEITHER, MISSING, "Mean of predicted minus reference depth of the surface: above 0 where the prediction is deeper.", title "Boundary bias", heading "Boundary bias";
    BOUNDARY_BIAS_UM: "boundary_bias_um", Micrometers, NEITHER, MISSING, "`boundary_bias_vox` times the voxel size along z.", title "Boundary bias", heading "Boundary bias";
    BOUNDARY_ERROR_P95_VOX: "boundary_error_p95_vox", Voxels, LOWER, MISSING, "95th percentile over columns of the boundary error.", title "95th percentile of the boundary error", heading "Boundary error, 95 %";
    BOUNDARY_ERROR_P95_UM: "boundary_error_p95_um", Micrometers, LOWER, MISSING, "`boundary_error_p95_vox` times the voxel size along z.", title "95th percentile of the boundary error", heading "Boundary error, 95 %";
    BOUNDARY_COVERAGE: "boundary_coverage", One, HIGHER, SHARE_OF_REFERENCE, "Share of the columns with a reference surface that also have a predicted one.", title "Columns with both boundaries";
    NORMAL_ANGLE_DEG: "normal_angle_deg", Degrees, NEITHER, OF_PREDICTION, "Mean angle between the surface normal and depth.", title "Normal angle";
    REFERENCE_NORMAL_ANGLE_DEG: "reference_normal_angle_deg", Degrees, NEITHER, OF_REFERENCE, "`normal_angle_deg` of the reference.";
    NORMAL_DISTANCE_DEG: "normal_distance_deg", Degrees, LOWER, MISSING, "Wasserstein-1 distance between the distributions of angles of prediction and reference: the mean angle by which one must be moved to become the other.", title "Distance of normals", heading "Distance of normals";
    NORMAL_KS: "normal_ks", One, LOWER, MISSING, "Kolmogorov–Smirnov distance between the distributions of angles of prediction and reference.", title "Kolmogorov–Smirnov distance of normals", heading "KS of normals";
    NORMAL_COUNT: "normal_count", Columns, NEITHER, OF_PREDICTION, "Number of columns whose normal has an angle in a bin of a histogram.";
    REFERENCE_NORMAL_COUNT: "reference_normal_count", Columns, NEITHER, OF_REFERENCE, "`normal_count` of the reference.";
}
