//! `rsom-report depth-profile`: signal and vessels against the depth below the skin surface.

use std::collections::BTreeMap;
use std::path::PathBuf;

use ndarray::Array2;
use rsom_formats::table::Column;
use rsom_io::ports;
use rsom_parameters::{Choice, Parameters};
use rsom_stage::{Command, Invocation, Kind, Port, StageError, Summary};

use super::print::{self, Print};
use crate::chart::{Entry, Look, Sample};
use crate::curves::{Curve, Panel, Weight, scene};
use crate::depth_profile::{of_channel, over_scans, profile, surface};
use crate::factor::ordered;

/// The command `depth-profile`.
pub fn command() -> Command {
    print::figure(Command::new("depth-profile", "Draw mean signal and vessel density against the depth below the skin surface, over scans", run)
        .input(Port::required("image", Kind::Volume, "Scans").many())
        .input(Port::optional("layer", Kind::Mask, "Masks of the layer whose surface is depth 0, one for each scan, in the same order (none: the first depth of each scan, as after 'preprocess flatten')").many())
        .input(Port::optional("vessels", Kind::Mask, "Masks of vessels, one for each scan, in the same order").many()))
        .parameters(Settings::declare())
        .example("rsom-report depth-profile --image a.nii.gz b.nii.gz --layer a_layer.nii.gz b_layer.nii.gz --vessels a_vessels.nii.gz b_vessels.nii.gz --output depth.pdf")
}

#[derive(Debug, Parameters)]
struct Settings {
    /// Surface of the layer that is depth 0.
    #[parameter(default = Side::Upper)]
    below: Side,
    /// Depth at which curves end.
    #[parameter(default = 1500.0, above = 0.0, unit = "µm")]
    deepest_um: f64,
    /// A group for each scan, in the same order, such as healthy,healthy,patient: a curve for each group (unset: one group).
    #[parameter(default = Vec::new())]
    groups: Vec<String>,
    /// Printed names of groups and channels, such as LF=low frequencies.
    names: BTreeMap<String, String>,
    #[parameter(flatten)]
    print: Print,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
enum Side {
    Upper,
    Lower,
}

/// Name of the quantity of vessels.
const VESSELS: &str = "vessels";

/// The profiles of a scan: quantity and values, one for each voxel of depth.
struct Profiles {
    group: String,
    of: Vec<(String, Vec<Option<f64>>)>,
    step_um: f64,
}

fn run(invocation: &Invocation) -> Result<Summary, StageError> {
    let settings: Settings = invocation.settings()?;
    let look = settings.print.look(invocation)?;
    invocation.input("image")?;
    let images = invocation.inputs("image");
    let [layers, vessels] = ["layer", "vessels"].map(|name| invocation.inputs(name));
    for (name, given) in [
        ("--layer", layers.len()),
        ("--vessels", vessels.len()),
        ("--groups", settings.groups.len()),
    ] {
        if given != 0 && given != images.len() {
            return Err(StageError::usage(format_args!(
                "{name}: {given} for {} scans; give one for each scan, in the same order",
                images.len()
            )));
        }
    }
    let scans: Vec<Profiles> = (0..images.len())
        .map(|i| {
            of_scan(
                [Some(&images[i]), layers.get(i), vessels.get(i)],
                settings.groups.get(i),
                &settings,
            )
        })
        .collect::<Result<_, _>>()?;
    let drawn = Drawn::of(scans, images)?;
    let panels: Vec<Panel> = drawn
        .quantities
        .iter()
        .map(|q| drawn.panel(q, &settings.names))
        .collect();
    let notes = drawn.notes(&settings.names);
    let figure = scene(&panels, &drawn.entries(&settings, &look), &notes, &look);
    let from = match (layers.is_empty(), settings.below) {
        (true, _) => "from the top of the scans",
        (false, Side::Upper) => "below the upper surface of the layer",
        (false, Side::Lower) => "below the lower surface of the layer",
    };
    let of = if vessels.is_empty() {
        "Signal"
    } else {
        "Signal and share of vessels"
    };
    let caption = format!("{of} by depth {from}.");
    settings
        .print
        .write(invocation, (figure, &caption), || drawn.columns())?;
    Ok(Summary::new()
        .with("scans", images.len())
        .with("panels", panels.len()))
}

fn of_scan(
    [image, layer, vessels]: [Option<&PathBuf>; 3],
    group: Option<&String>,
    settings: &Settings,
) -> Result<Profiles, StageError> {
    let path = image.ok_or_else(|| StageError::usage("--image: no scan"))?;
    let scan = ports::load_scan(path)?;
    let mut spacing = scan.grid().spacing();
    let [width, height, depth] = scan.grid().shape();
    let mut top = Array2::from_elem((width, height), Some(0));
    let mut layer_offset = 0;
    if let Some(layer) = layer {
        let mask = ports::load_mask(layer)?;
        layer_offset = ports::require_depth_offset(path, scan.grid(), layer, mask.grid())?;
        spacing = scan.grid().agreed_spacing(mask.grid());
        top = surface(mask.voxels().view(), settings.below == Side::Lower);
        if top.iter().all(Option::is_none) {
            return Err(StageError::input(
                layer,
                "the mask is empty, so that it has no surface",
            ));
        }
    }
    let step_um = spacing
        .millimetres()
        .map(|mm| mm[2] * 1000.0)
        .ok_or_else(|| {
            StageError::input(
                path,
                "the voxel size is unknown, so that depths have no unit",
            )
        })?;
    let count = (settings.deepest_um / step_um).floor() as isize + 1;
    let mut of = Vec::new();
    for (channel, name) in scan.channels().iter().enumerate() {
        let value = of_channel(scan.intensities().view(), channel);
        of.push((
            name.clone(),
            profile(value, depth, &top, [-layer_offset, count]),
        ));
    }
    if let Some(vessels) = vessels {
        let mask = ports::load_mask(vessels)?;
        let offset = ports::require_depth_offset(path, scan.grid(), vessels, mask.grid())?;
        let value = |place: [usize; 3]| f64::from(u8::from(mask.voxels()[place]));
        let depth = mask.grid().shape()[2];
        of.push((
            VESSELS.to_owned(),
            profile(value, depth, &top, [offset - layer_offset, count]),
        ));
    }
    Ok(Profiles {
        group: group.cloned().unwrap_or_default(),
        of,
        step_um,
    })
}

/// All that is drawn.
struct Drawn {
    scans: Vec<Profiles>,
    groups: Vec<String>,
    quantities: Vec<String>,
    step: f64,
}

/// Mean, ends of the band and number of scans, at a depth.
type Row = (f64, [f64; 3], usize);

impl Drawn {
    /// The profiles of scans.
    ///
    /// # Errors
    /// Exit code 3: scans whose voxels are not equally deep, or with other channels.
    fn of(scans: Vec<Profiles>, images: &[PathBuf]) -> Result<Self, StageError> {
        let first = images
            .first()
            .map_or(String::new(), |path| path.display().to_string());
        let step = scans.first().map_or(1.0, |scan| scan.step_um);
        let names = |scan: &Profiles| -> Vec<String> {
            scan.of.iter().map(|(name, _)| name.clone()).collect()
        };
        let quantities = scans.first().map_or_else(Vec::new, names);
        for (scan, path) in scans.iter().zip(images) {
            let other = scan.step_um;
            if (other - step).abs() > 1e-6 * step {
                let fault =
                    format_args!("voxels are {other} µm deep, but those of {first} are {step} µm");
                return Err(StageError::input(path, fault));
            }
            if names(scan) != quantities {
                let fault = format_args!("the channels are not those of {first}");
                return Err(StageError::input(path, fault));
            }
        }
        let groups = ordered(scans.iter().map(|scan| scan.group.as_str()));
        let groups = groups.into_iter().map(str::to_owned).collect();
        Ok(Self {
            scans,
            groups,
            quantities,
            step,
        })
    }

    /// The rows of a quantity in a group.
    fn rows(&self, quantity: &str, group: &str) -> Vec<Row> {
        let of_group = self.scans.iter().filter(|scan| scan.group == group);
        let profiles: Vec<&Vec<Option<f64>>> = (of_group.flat_map(|scan| &scan.of))
            .filter(|(name, _)| name == quantity)
            .map(|(_, profile)| profile)
            .collect();
        let all = over_scans(&profiles).into_iter().enumerate();
        let row = |(depth, found): (usize, Option<([f64; 2], usize)>)| {
            let ([mean, sd], count) = found?;
            // No share of voxels is below 0.
            let least = if quantity == VESSELS {
                0.0
            } else {
                f64::NEG_INFINITY
            };
            Some((
                depth as f64 * self.step,
                [mean, (mean - sd).max(least), mean + sd],
                count,
            ))
        };
        all.filter_map(row).collect()
    }

    fn panel(&self, quantity: &str, names: &BTreeMap<String, String>) -> Panel {
        let curve = |(series, group): (usize, &String)| {
            let rows = self.rows(quantity, group);
            let is_several = rows.iter().any(|(.., count)| *count > 1);
            let bands = rows.iter().map(|(_, [_, low, high], _)| [*low, *high]);
            Curve {
                series,
                weight: Weight::Full,
                points: rows
                    .iter()
                    .map(|(depth, [mean, ..], _)| [*depth, *mean])
                    .collect(),
                band: if is_several {
                    bands.collect()
                } else {
                    Vec::new()
                },
                mark: None,
            }
        };
        let given = names.get(quantity).cloned();
        let title = match quantity {
            VESSELS => given.unwrap_or_else(|| "Vessel density (share of voxels)".to_owned()),
            channel if channel == "intensity" || channel.chars().all(|c| c.is_ascii_digit()) => {
                given.unwrap_or_else(|| "Signal (a.u.)".to_owned())
            }
            channel => format!(
                "Signal of {} (a.u.)",
                given.unwrap_or_else(|| channel.to_owned())
            ),
        };
        Panel {
            across: "Depth below the surface (µm)".to_owned(),
            up: title,
            log: false,
            include: vec![0.0],
            include_across: Vec::new(),
            curves: self.groups.iter().enumerate().map(curve).collect(),
        }
    }

    fn entries(&self, settings: &Settings, look: &Look) -> Vec<Entry> {
        let entry = |(index, group): (usize, &String)| Entry {
            words: settings.names.get(group).unwrap_or(group).clone(),
            sample: Sample::Line(look.stroke(index), None),
        };
        match &self.groups[..] {
            [one] if one.is_empty() => Vec::new(),
            groups => groups.iter().enumerate().map(entry).collect(),
        }
    }

    /// What curves and bands are, and the number of scans of each group.
    fn notes(&self, names: &BTreeMap<String, String>) -> Vec<String> {
        let count = |group: &String| {
            let of_group = self.scans.iter().filter(|scan| scan.group == *group);
            of_group.count()
        };
        let counts: Vec<usize> = self.groups.iter().map(count).collect();
        let (fewest, most) = (counts.iter().min(), counts.iter().max());
        let statistic = match (fewest, most) {
            (Some(2..), _) => "mean ± SD over scans",
            (_, Some(2..)) => "mean ± SD over scans; one scan has no band",
            _ => "single scans",
        };
        let named = |(group, count): (&String, &usize)| match group.is_empty() {
            true => format!("n = {count}"),
            false => format!("{} n = {count}", names.get(group).unwrap_or(group)),
        };
        let named: Vec<String> = self.groups.iter().zip(&counts).map(named).collect();
        match self.scans.len() {
            0 | 1 => Vec::new(),
            _ => vec![statistic.to_owned(), named.join(", ")],
        }
    }

    fn columns(&self) -> Vec<Column> {
        let mut rows: Vec<(&str, &str, Row)> = Vec::new();
        for quantity in &self.quantities {
            for group in &self.groups {
                rows.extend(
                    self.rows(quantity, group)
                        .into_iter()
                        .map(|row| (quantity.as_str(), group.as_str(), row)),
                );
            }
        }
        let number = |name: &str, of: &dyn Fn(&Row) -> f64| {
            Column::number(name, rows.iter().map(|(.., row)| Some(of(row))))
        };
        vec![
            Column::text(
                "quantity",
                rows.iter().map(|(quantity, ..)| Some(*quantity)),
            ),
            Column::text(
                "group",
                rows.iter()
                    .map(|(_, group, _)| Some(*group).filter(|g| !g.is_empty())),
            ),
            number("depth_um", &|row| row.0),
            number("mean", &|row| row.1[0]),
            number("low", &|row| row.1[1]),
            number("high", &|row| row.1[2]),
            Column::integer("n", rows.iter().map(|(.., row)| Some(row.2 as i64))),
        ]
    }
}
