//! Topology of two masks: components, tunnels, cavities, center lines.

metrics! {
    TOPOLOGY_GROUP: "Topology";
    COMPONENT_COUNT: "component_count", One, NEITHER, AMOUNT, "Number of connected components of the prediction (26 neighbors; 8 in two dimensions): its Betti number 0.", title "Components", heading "Components", symbol "β₀";
    REFERENCE_COMPONENT_COUNT: "reference_component_count", One, NEITHER, AMOUNT_OF_REFERENCE, "Number of connected components of the reference.";
    COMPONENTS_MATCHED: "components_matched", One, HIGHER, AMOUNT_OF_BOTH, "Number of components of the reference that share a voxel with the prediction.", title "Components found", heading "Components found";
    COMPONENTS_MISSED: "components_missed", One, LOWER, AMOUNT_OF_REFERENCE, "Number of components of the reference that share no voxel with the prediction.", title "Components missed", heading "Components missed";
    COMPONENTS_SPURIOUS: "components_spurious", One, LOWER, AMOUNT, "Number of components of the prediction that share no voxel with the reference.", title "Spurious components", heading "Spurious components";
    BETTI_0_ERROR: "betti_0_error", One, LOWER, MEASURED, "Difference between the numbers of components of prediction and reference, without sign.", title "Betti-0 error", heading "Betti-0 error";
    BETTI_1_ERROR: "betti_1_error", One, LOWER, MEASURED, "Difference between the numbers of tunnels of prediction and reference (in two dimensions, of holes), without sign.", title "Betti-1 error", heading "Betti-1 error";
    BETTI_2_ERROR: "betti_2_error", One, LOWER, MEASURED, "Difference between the numbers of cavities of prediction and reference, without sign.", title "Betti-2 error", heading "Betti-2 error";
    CLDICE: "cldice", One, HIGHER, SCORE, "Harmonic mean of topology precision and topology sensitivity (Shit et al. 2021).", title "clDice", heading "clDice", symbol "clDice";
    TOPOLOGY_PRECISION: "topology_precision", One, HIGHER, SHARE_OF_PREDICTION, "Share of the center line of the prediction that lies in the reference.", title "Topology precision", heading "Topology precision";
    TOPOLOGY_SENSITIVITY: "topology_sensitivity", One, HIGHER, SHARE_OF_REFERENCE, "Share of the center line of the reference that lies in the prediction.", title "Topology sensitivity", heading "Topology sensitivity";
}
