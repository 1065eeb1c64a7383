//! Vessels.

metrics! {
    VESSELS_GROUP: "Vessels";
    CUT_DEPTH_VOX: "cut_depth_vox", Voxels, NEITHER, MEASURED, "How much deeper the vessels' grid begins than the layer's.";
    CUT_DEPTH_UM: "cut_depth_um", Micrometers, NEITHER, MEASURED, "`cut_depth_vox` times the voxel size along z.";
    VESSEL_VOXELS: "vessel_voxels", Voxels, NEITHER, AMOUNT, "Number of vessel voxels.";
    VESSEL_VOLUME_MM3: "vessel_volume_mm3", CubicMillimeters, NEITHER, AMOUNT, "Number of vessel voxels times the volume of a voxel: the total blood volume.", title "Vessel volume";
    VESSEL_VOLUME_FRACTION_OF_SCAN: "vessel_volume_fraction_of_scan", One, NEITHER, AMOUNT, "Vessel voxels divided by all voxels of their grid: do not compare scans of different depth or with different cuts.", title "Vessel volume fraction of the scan";
    VESSEL_DEPTH_VOX: "vessel_depth_vox", Voxels, NEITHER, OF_PREDICTION, "Mean depth of the vessel voxels below the lower surface of the layer.", title "Depth of vessels";
    VESSEL_DEPTH_UM: "vessel_depth_um", Micrometers, NEITHER, OF_PREDICTION, "`vessel_depth_vox` times the voxel size along z.", title "Depth of vessels";
    VESSEL_DEPTH_COVERAGE: "vessel_depth_coverage", One, NEITHER, OF_PREDICTION, "Share of the vessel voxels that `vessel_depth_vox` includes: those below the layer.";
    VESSEL_LENGTH_MM: "vessel_length_mm", Millimeters, NEITHER, AMOUNT, "Length of the center lines.", title "Vessel length", heading "Vessel length";
    VESSEL_LENGTH_DENSITY_PER_MM2: "vessel_length_density_per_mm2", PerSquareMillimeter, NEITHER, AMOUNT, "Length of the center lines divided by the volume of the tissue.", title "Vessel length density", heading "Length density";
    VESSEL_DIAMETER_UM: "vessel_diameter_um", Micrometers, NEITHER, OF_PREDICTION, "Mean diameter over the length of the center lines.", title "Vessel diameter", heading "Diameter";
    VESSEL_DENSITY: "vessel_density", One, NEITHER, AMOUNT, "Share of the columns with vessel voxels, as seen from above.", title "Vessel density";
    VESSEL_SEGMENT_COUNT: "vessel_segment_count", One, NEITHER, AMOUNT, "Number of vessel segments: parts of vessels between branch points and ends.", title "Vessel segments", heading "Segments";
    BRANCH_COUNT: "branch_count", One, NEITHER, AMOUNT, "Number of points where vessels branch.", title "Branch points", heading "Branch points";
    LOOP_COUNT: "loop_count", One, NEITHER, AMOUNT, "Number of capillary loops whose tip lies inside the scan; known for phantoms only.";
    LOOP_DENSITY_PER_MM2: "loop_density_per_mm2", PerSquareMillimeter, NEITHER, AMOUNT, "`loop_count` divided by the area of the scan.";
}
