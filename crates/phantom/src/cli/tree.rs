//! `rsom-phantom tree`: grows arterial trees and writes them as tables, SWC and voxels.

use std::path::Path;

use ndarray::Axis;
use rsom_formats::table::{Column, Table};
use rsom_io::ports;
use rsom_io::rsom_mat::SPACING_MM;
use rsom_parameters::Parameters;
use rsom_stage::{Command, Invocation, Kind, Port, StageError, Summary, atomic, interrupt};
use rsom_volume::{Grid, Scan, Spacing};

use crate::tree::{Demand, Segment, Tree, TreeConfig, coverage, grow, mask, to_swc};

/// Largest number of voxels of a mask: 2²⁸, nine full RSOM scans.
const MOST_VOXELS: f64 = 268_435_456.0;
/// Largest relative difference between the extents of the box and of a demand volume.
const EXTENT_TOLERANCE: f64 = 0.01;

/// The command `tree`.
pub(super) fn command() -> Command {
    let about = "Grow arterial trees that supply the oxygen demand of tissue; radii and angles follow Murray's law";
    Command::new("tree", about, run)
        .input(Port::optional("demand", Kind::Volume, "Oxygen demand of each voxel of the box, in any unit, instead of --demand-levels"))
        .output(Port::required("nodes", Kind::Table, "Roots, bifurcations and terminals"))
        .output(Port::required("segments", Kind::Table, "Vessels between the nodes: radius, length, volume, order"))
        .output(Port::optional("swc", Kind::Document, "Lines and radii as SWC: samples in µm; type 1 root, 5 bifurcation, 6 terminal, 3 between"))
        .output(Port::optional("mask", Kind::Mask, "Mask of voxels whose center lies in a vessel"))
        .output(Port::optional("coverage", Kind::Probabilities, "Share of each voxel inside a vessel"))
        .parameters(Settings::declare())
        .example("rsom-phantom tree --seed 1 --nodes nodes.parquet --segments segments.parquet --mask vessels.nii.gz")
        .example("rsom-phantom tree --seed 1 --terminals 60 --extent-um 1200,600,900 --demand-depths-um 100,300,900 --demand-levels 0,1,0.3 --nodes n.parquet --segments s.parquet --swc tree.swc")
}

#[derive(Parameters)]
struct Settings {
    /// Seed of the trees.
    #[parameter(required, min = 0)]
    seed: u64,
    #[parameter(flatten)]
    tree: TreeConfig,
    /// Voxel size of mask and coverage along x, y, z (unset: 0.012,0.012,0.003).
    #[parameter(unit = "mm")]
    spacing_mm: Option<[f64; 3]>,
}

fn run(invocation: &Invocation) -> Result<Summary, StageError> {
    let settings: Settings = invocation.settings()?;
    let config = &settings.tree;
    config.check().map_err(StageError::usage)?;
    let wanted = |output: &str| invocation.optional_output(output).is_some();
    // A given voxel size is checked even if no voxels are written.
    let grid = (settings.spacing_mm.is_some() || wanted("mask") || wanted("coverage"))
        .then(|| grid(config, settings.spacing_mm.unwrap_or(SPACING_MM)))
        .transpose()?;
    let demand = demand(invocation, config)?;
    let tree = grow(config, &demand, settings.seed).map_err(StageError::usage)?;
    interrupt::check()?;
    let tables = [invocation.output("nodes")?, invocation.output("segments")?];
    save(invocation, &tree, tables)?;
    if let Some(path) = invocation.optional_output("swc") {
        save_swc(invocation, &tree, path)?;
    }
    let summary = match &grid {
        Some(grid) => write_voxels(invocation, &tree, grid)?,
        None => Summary::new(),
    };
    let largest = tree.segments.iter().map(|s| s.radius_um);
    Ok(summary
        .with("roots", tree.roots())
        .with("terminals", tree.terminals())
        .with("branches", tree.branches())
        .with("segments", tree.segments.len())
        .with("length_um", tree.length_um())
        .with("volume_um3", tree.volume_um3())
        .with("largest_radius_um", largest.fold(0.0, f64::max)))
}

/// Writes the tables of nodes and of segments.
pub(super) fn save(
    invocation: &Invocation,
    tree: &Tree,
    [nodes_path, segments_path]: [&Path; 2],
) -> Result<(), StageError> {
    ports::save_table(invocation, nodes_path, &nodes(tree)?)?;
    ports::save_table(invocation, segments_path, &segments(tree)?)
}

/// Writes center lines and radii as SWC.
pub(super) fn save_swc(
    invocation: &Invocation,
    tree: &Tree,
    path: &Path,
) -> Result<(), StageError> {
    let provenance = invocation.provenance()?.to_string();
    let command = format!("rsom-phantom {}", invocation.command());
    atomic::write_bytes(path, to_swc(tree, &[&command, &provenance]).as_bytes())
}

fn write_voxels(invocation: &Invocation, tree: &Tree, grid: &Grid) -> Result<Summary, StageError> {
    let mut summary = Summary::new();
    if invocation.optional_output("mask").is_some() {
        let mask = mask(tree, grid).map_err(StageError::usage)?;
        ports::write_mask(invocation, "mask", &mask)?;
        summary = summary.with("mask_voxels", mask.count());
    }
    if invocation.optional_output("coverage").is_some() {
        let shares = coverage(tree, grid).map_err(StageError::usage)?;
        let names = vec!["coverage".to_owned()];
        let scan = Scan::new(grid.clone(), names, shares.insert_axis(Axis(3)));
        ports::write_probabilities(invocation, "coverage", &scan.map_err(StageError::failure)?)?;
    }
    Ok(summary)
}

/// The voxel grid of the box; the last voxels may extend beyond it.
fn grid(config: &TreeConfig, spacing_mm: [f64; 3]) -> Result<Grid, StageError> {
    let counts: [f64; 3] = std::array::from_fn(|a| {
        // Rounding must not add a voxel to a box of whole voxels.
        (config.extent_um[a] / (spacing_mm[a] * 1000.0) - 1e-6).ceil()
    });
    let voxels: f64 = counts.iter().product();
    // This form also refuses NaN; the grid refuses negative spacings.
    if !(0.0..=MOST_VOXELS).contains(&voxels.abs()) {
        return Err(StageError::usage(format_args!(
            "a box of {:?} µm has too many voxels of {:?} mm; at most {MOST_VOXELS} are allowed, so choose larger voxels",
            config.extent_um, spacing_mm
        )));
    }
    let shape = counts.map(|count| count.max(1.0) as usize);
    Grid::new(shape, Spacing::Millimetres(spacing_mm)).map_err(StageError::usage)
}

/// The demand of the input, or of the settings if there is no input.
fn demand(invocation: &Invocation, config: &TreeConfig) -> Result<Demand, StageError> {
    let Some(path) = invocation.optional_input("demand") else {
        return Demand::of(config).map_err(StageError::usage);
    };
    if !config.demand_levels.is_empty() {
        let fault = "give --demand or --demand-levels, not both";
        return Err(StageError::usage(fault));
    }
    let scan = ports::read_scan(invocation, "demand")?;
    let (shape, channels) = (scan.grid().shape(), scan.channels().len());
    if channels != 1 {
        let fault = format!("it has {channels} channels, but one is expected");
        return Err(StageError::input(path, fault));
    }
    if let Spacing::Millimetres(mm) = scan.grid().spacing() {
        let extent: [f64; 3] = std::array::from_fn(|a| shape[a] as f64 * mm[a] * 1000.0);
        let far = |a: usize| (extent[a] / config.extent_um[a] - 1.0).abs() > EXTENT_TOLERANCE;
        if (0..3).any(far) {
            return Err(StageError::input(
                path,
                format_args!(
                    "it covers {extent:?} µm, but the box of tissue is {:?} µm (--extent-um)",
                    config.extent_um
                ),
            ));
        }
    }
    let (_, _, levels) = scan.into_parts();
    let levels = levels.index_axis_move(Axis(3), 0);
    Demand::volume(levels).map_err(|e| StageError::input(path, e))
}

fn nodes(tree: &Tree) -> Result<Table, StageError> {
    let nodes = &tree.nodes;
    let along = |a: usize| nodes.iter().map(move |n| Some(n.place_um[a]));
    Table::new(vec![
        Column::integer("node", nodes.iter().map(|n| whole(n.id))),
        Column::integer("tree", nodes.iter().map(|n| whole(n.tree))),
        Column::text("kind", nodes.iter().map(|n| Some(n.kind.name()))),
        Column::number("x_um", along(0)),
        Column::number("y_um", along(1)),
        Column::number("z_um", along(2)),
        Column::boolean("free", nodes.iter().map(|n| Some(n.free))),
    ])
    .map_err(StageError::failure)
}

fn segments(tree: &Tree) -> Result<Table, StageError> {
    let all = || tree.segments.iter();
    let counted =
        |name, of: fn(&Segment) -> usize| Column::integer(name, all().map(|s| whole(of(s))));
    let measured = |name, of: fn(&Segment) -> f64| Column::number(name, all().map(|s| Some(of(s))));
    Table::new(vec![
        counted("segment", |s| s.id),
        counted("tree", |s| s.tree),
        Column::integer("parent_segment", all().map(|s| s.parent.and_then(whole))),
        counted("from_node", |s| s.from),
        counted("to_node", |s| s.to),
        measured("radius_um", |s| s.radius_um),
        measured("length_um", Segment::length_um),
        measured("volume_um3", Segment::volume_um3),
        counted("generation", |s| s.generation),
        counted("strahler_order", |s| s.strahler),
        counted("terminals", |s| s.terminals),
    ])
    .map_err(StageError::failure)
}

fn whole(value: usize) -> Option<i64> {
    i64::try_from(value).ok()
}
