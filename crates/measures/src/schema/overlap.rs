//! Overlap of voxels and of center lines.

metrics! {
    OVERLAP_GROUP: "Overlap";
    DICE: "dice", One, HIGHER, SCORE, "Twice the common voxels, divided by the voxels of both masks: 2 TP / (2 TP + FP + FN).", title "Dice", heading "Dice", symbol "DSC";
    IOU: "iou", One, HIGHER, SCORE, "Common voxels, divided by the voxels in either mask: TP / (TP + FP + FN); also known as Jaccard index.", title "IoU", heading "IoU", symbol "J";
    PRECISION: "precision", One, HIGHER, SHARE_OF_PREDICTION, "Share of the predicted voxels that the reference has: TP / (TP + FP).", title "Precision", heading "Precision";
    RECALL: "recall", One, HIGHER, SHARE_OF_REFERENCE, "Share of the reference's voxels that are predicted: TP / (TP + FN); also known as sensitivity.", title "Recall", heading "Recall";
    SPECIFICITY: "specificity", One, HIGHER, MEASURED, "Share of the voxels outside the reference that are not predicted: TN / (TN + FP); it depends on the size of the field of view.", title "Specificity", heading "Specificity";
    VOLUME_DIFFERENCE_VOX: "volume_difference_vox", Voxels, NEITHER, MEASURED, "Number of predicted voxels minus number of the reference's.", title "Volume difference", heading "Volume difference";
    VOLUME_DIFFERENCE_MM3: "volume_difference_mm3", CubicMillimeters, NEITHER, MEASURED, "Predicted volume minus reference volume.", title "Volume difference", heading "Volume difference";
    RELATIVE_VOLUME_DIFFERENCE: "relative_volume_difference", One, NEITHER, OF_REFERENCE, "Predicted volume minus reference volume, divided by the reference volume.", title "Relative volume difference", heading "Relative volume difference", symbol "RVD";
    DICE_BSCAN_MEAN: "dice_bscan_mean", One, HIGHER, SCORE, "Mean over B-scans of their Dice; a B-scan that is empty in both masks counts as 1.", title "Dice, mean of B-scans";
    IOU_BSCAN_MEAN: "iou_bscan_mean", One, HIGHER, SCORE, "Mean over B-scans of their IoU; a B-scan that is empty in both masks counts as 1.", title "IoU, mean of B-scans";
    PRECISION_BSCAN_MEAN: "precision_bscan_mean", One, HIGHER, SHARE_OF_PREDICTION, "Mean of the precision over the B-scans with predicted voxels.", title "Precision, mean of B-scans";
    PRECISION_BSCAN_COVERAGE: "precision_bscan_coverage", One, NEITHER, AMOUNT, "Share of the B-scans with predicted voxels: those in `precision_bscan_mean`.";
    RECALL_BSCAN_MEAN: "recall_bscan_mean", One, HIGHER, SHARE_OF_REFERENCE, "Mean of the recall over the B-scans with voxels of the reference.", title "Recall, mean of B-scans";
    RECALL_BSCAN_COVERAGE: "recall_bscan_coverage", One, NEITHER, AMOUNT_OF_REFERENCE, "Share of the B-scans with voxels of the reference: those in `recall_bscan_mean`.";
}
