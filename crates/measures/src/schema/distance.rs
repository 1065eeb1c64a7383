//! Distances between the surfaces of two masks.

metrics! {
    DISTANCE_GROUP: "Distances between surfaces";
    HD_MM: "hd_mm", Millimeters, LOWER, MISSING, "Hausdorff distance: the largest distance of a piece of one surface to the other surface.", title "Hausdorff distance", heading "HD", symbol "HD";
    HD95_MM: "hd95_mm", Millimeters, LOWER, MISSING, "95th percentile of the distances by surface area, for each direction; the larger of both. As the library surface-distance. This is the default meaning of HD95 here.", title "95 % Hausdorff distance", heading "HD95", symbol "HD95";
    ASSD_MM: "assd_mm", Millimeters, LOWER, MISSING, "Average symmetric surface distance: the mean distance over the area of both surfaces together.", title "Average surface distance", heading "ASSD", symbol "ASSD";
    MASD_MM: "masd_mm", Millimeters, LOWER, MISSING, "Mean average surface distance: the mean of the two directed averages.", title "Mean average surface distance", heading "MASD", symbol "MASD";
    SURFACE_DICE: "surface_dice", One, HIGHER, SCORE, "Normalized surface Dice: share of the area of both surfaces within `tolerance_um` of the other surface (Nikolov et al. 2021).", title "Surface Dice", heading "NSD", symbol "NSD";
    HD_VOX: "hd_vox", Voxels, LOWER, MISSING, "`hd_mm` with voxel edges of length 1 along each axis.", title "Hausdorff distance", heading "HD";
    HD95_VOX: "hd95_vox", Voxels, LOWER, MISSING, "`hd95_mm` with voxel edges of length 1 along each axis.", title "95 % Hausdorff distance", heading "HD95";
    ASSD_VOX: "assd_vox", Voxels, LOWER, MISSING, "`assd_mm` with voxel edges of length 1 along each axis.", title "Average surface distance", heading "ASSD";
    MASD_VOX: "masd_vox", Voxels, LOWER, MISSING, "`masd_mm` with voxel edges of length 1 along each axis.", title "Mean average surface distance", heading "MASD";
    HD_VOXELS_MM: "hd_voxels_mm", Millimeters, LOWER, MISSING, "Hausdorff distance between the centers of border voxels. As MedPy and MONAI.", title "Hausdorff distance (voxels)", heading "HD (voxels)";
    HD95_POOLED_MM: "hd95_pooled_mm", Millimeters, LOWER, MISSING, "95th percentile of the distances between border voxels, both directions pooled. As MedPy.", title "95 % Hausdorff distance (pooled)", heading "HD95 (pooled)";
    HD95_DIRECTED_MM: "hd95_directed_mm", Millimeters, LOWER, MISSING, "95th percentile of the distances between border voxels, for each direction; the larger of both. As MONAI.", title "95 % Hausdorff distance (directed)", heading "HD95 (directed)";
    ASSD_VOXELS_MM: "assd_voxels_mm", Millimeters, LOWER, MISSING, "Mean distance over the border voxels of both masks together. As MedPy 0.5.", title "Average surface distance (voxels)", heading "ASSD (voxels)";
    MASD_VOXELS_MM: "masd_voxels_mm", Millimeters, LOWER, MISSING, "Mean of the two directed averages over border voxels.", title "Mean average surface distance (voxels)", heading "MASD (voxels)";
    SURFACE_DICE_VOXELS: "surface_dice_voxels", One, HIGHER, SCORE, "Share of the border voxels of both masks within `tolerance_um` of a border voxel of the other. As MONAI.", title "Surface Dice (voxels)", heading "NSD (voxels)";
}
