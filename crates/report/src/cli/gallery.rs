//! `rsom-report gallery`: the worst, a typical and the best scan by a measure.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ndarray::{Array2, Axis};
use rsom_formats::table::{Column, Table};
use rsom_io::ports;
use rsom_measures::{Metric, column};
use rsom_parameters::{Choice, Parameters};
use rsom_stage::{Command, Invocation, Kind, Named, Port, StageError, Summary};

use super::print::{self, Print};
use super::rows::rows_where;
use super::titles::stem;
use crate::Picture;
use crate::bscan::Marks;
use crate::bscan::gallery::{Panel, scene};
use crate::picture::from_channels;

/// The command `gallery`.
pub fn command() -> Command {
    print::figure(Command::new("gallery", "Draw B-scans of the worst, the median and the best scan by a measure", run)
        .input(Port::required("input", Kind::Table, "Tables of measurements").many())
        .input(Port::required("image", Kind::Volume, "Scans; each file name begins with the name of its scan in the tables").many())
        .input(Port::required("reference", Kind::Mask, "Reference masks, in the same order").many())
        .input(Port::required("prediction", Kind::Mask, "Predicted masks, in the same order").many()))
        .parameters(Settings::declare())
        .names_in_tables("input", Named::Metric, &["metric"])
        .example("rsom-report gallery --input measures/*_unet_s10.parquet --image scans/p01.nii.gz scans/p02.nii.gz scans/p03.nii.gz --reference masks/p01.nii.gz masks/p02.nii.gz masks/p03.nii.gz --prediction unet/p01.nii.gz unet/p02.nii.gz unet/p03.nii.gz --metric dice --output gallery.png")
}

#[derive(Debug, Parameters)]
struct Settings {
    /// Measure of whole scans that ranks them.
    #[parameter(default = "dice")]
    metric: String,
    /// Use only rows with this value in a column, such as net=unet; there must be one value for each scan.
    r#where: BTreeMap<String, String>,
    /// Which scans to draw.
    #[parameter(default = [Rank::Worst, Rank::Median, Rank::Best])]
    show: Vec<Rank>,
    /// Labels of reference label maps that form the structure (unset: the only label of a map).
    reference_labels: Option<Vec<i32>>,
    /// How predictions are drawn.
    #[parameter(default = Marks::Differences)]
    marks: Marks,
    #[parameter(flatten)]
    print: Print,
}

/// A place in the ranking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
enum Rank {
    Worst,
    Median,
    Best,
}

/// A scan with its value.
struct Ranked {
    scan: String,
    value: f64,
    files: usize,
}

/// A drawn B-scan.
struct Drawn {
    title: String,
    picture: Picture,
    colored: bool,
    spacing_mm: Option<[f64; 2]>,
    reference: Array2<bool>,
    prediction: Array2<bool>,
}

fn run(invocation: &Invocation) -> Result<Summary, StageError> {
    let settings: Settings = invocation.settings()?;
    let look = settings.print.look(invocation)?;
    let table = ports::read_table(invocation, "input")?;
    let [images, references, predictions] =
        ["image", "reference", "prediction"].map(|name| invocation.inputs(name));
    for (name, files) in [("--reference", references), ("--prediction", predictions)] {
        if files.len() != images.len() {
            return Err(StageError::usage(format_args!(
                "{name}: {} masks for {} scans; give one for each scan, in the same order",
                files.len(),
                images.len()
            )));
        }
    }
    let ranked = ranked(&table, images, &settings)?;
    let name = print::metrics_in_words(std::slice::from_ref(&settings.metric));
    let places = places(&settings.show, ranked.len());
    let mut drawn = Vec::new();
    for (place, words) in &places {
        let of_rank = &ranked[*place];
        let files = [images, references, predictions].map(|files| files[of_rank.files].as_path());
        let title = format!("{words}: {}, {name} {:.3}", of_rank.scan, of_rank.value);
        drawn.push(read(files, title, &settings)?);
    }
    let panels: Vec<Panel<'_>> = drawn.iter().map(Drawn::panel).collect();
    let shown: Vec<String> = places.iter().map(|(_, words)| words.clone()).collect();
    let caption = format!(
        "B-scans with the reference and the prediction, by {name} among {}: {}. {}",
        match ranked.len() {
            1 => "1 scan".to_owned(),
            scans => format!("{scans} scans"),
        },
        print::in_words(&shown),
        settings.marks.words()
    );
    let figure = scene(&panels, settings.marks, &look);
    settings
        .print
        .write(invocation, (figure, caption.trim_end()), || {
            vec![
                Column::integer("rank", (1..).take(ranked.len()).map(Some)),
                Column::text("scan", ranked.iter().map(|r| Some(r.scan.clone()))),
                Column::number(&settings.metric, ranked.iter().map(|r| Some(r.value))),
            ]
        })?;
    Ok(Summary::new()
        .with("scans", ranked.len())
        .with("panels", panels.len()))
}

/// The places of the wanted scans among `count`, the worst first, with words for them. A scan that several words name is there once: of two
/// scans there is a worst and a best one, and no third.
///
/// Of an even number, two scans are nearest to the median, and the worse one is taken.
fn places(show: &[Rank], count: usize) -> Vec<(usize, String)> {
    let last = count - 1;
    let mut places: Vec<(usize, String)> = Vec::new();
    for rank in show {
        let (place, words) = match rank {
            _ if count == 1 => (0, "the only scan"),
            Rank::Worst => (0, "worst"),
            Rank::Median if last.is_multiple_of(2) => (last / 2, "median"),
            Rank::Median => (last / 2, "nearest to the median"),
            Rank::Best => (last, "best"),
        };
        if !places.iter().any(|(known, _)| *known == place) {
            places.push((place, words.to_owned()));
        }
    }
    places
}

/// The value of each scan, and whether high values are better.
fn values_of(
    table: &Table,
    settings: &Settings,
) -> Result<(BTreeMap<String, f64>, bool), StageError> {
    let rows = rows_where(table, &settings.r#where)?;
    let metrics = table.texts(column::METRIC).map_err(StageError::inputs)?;
    let slices = table.integers(column::SLICE).map_err(StageError::inputs)?;
    let scans = table.texts(column::SCAN).map_err(StageError::inputs)?;
    let values = table.numbers(column::VALUE).map_err(StageError::inputs)?;
    let higher = table.booleans(column::HIGHER_IS_BETTER).unwrap_or_default();
    let metric = settings.metric.as_str();
    let mut is_better = Metric::named(metric).and_then(|known| known.higher_is_better);
    let mut found = BTreeMap::new();
    for row in rows {
        let is_of_scan = metrics[row].as_deref() == Some(metric) && slices[row].is_none();
        let (true, Some(scan), Some(value)) = (is_of_scan, &scans[row], values[row]) else {
            continue;
        };
        is_better = is_better.or(higher.get(row).copied().flatten());
        if found.insert(scan.clone(), value).is_some() {
            return Err(StageError::usage(format_args!(
                "{scan} has several values of {metric}; choose one with --where, such as --where net=unet"
            )));
        }
    }
    if found.is_empty() {
        return Err(StageError::usage(format_args!(
            "--metric {metric}: the tables have no value of it for a whole scan"
        )));
    }
    let is_better = is_better.ok_or_else(|| {
        StageError::usage(format_args!(
            "--metric {metric}: neither high nor low values are better, so that no scan is best"
        ))
    })?;
    Ok((found, is_better))
}

/// The scans with a file and a value, the worst first.
fn ranked(
    table: &Table,
    images: &[PathBuf],
    settings: &Settings,
) -> Result<Vec<Ranked>, StageError> {
    let (found, higher_is_better) = values_of(table, settings)?;
    let mut ranked = Vec::new();
    for (files, path) in images.iter().enumerate() {
        let name = stem(path);
        let is_its = |scan: &&String| name == **scan || name.starts_with(&format!("{scan}_"));
        let scan = found.keys().filter(is_its).max_by_key(|scan| scan.len());
        let scan = scan.ok_or_else(|| {
            let fault = format_args!(
                "no scan of the tables has a value and a name with which '{name}' begins"
            );
            StageError::input(path, fault)
        })?;
        ranked.push(Ranked {
            scan: scan.clone(),
            value: found[scan],
            files,
        });
    }
    ranked.sort_by(|a, b| {
        let order = a.value.total_cmp(&b.value);
        let order = if higher_is_better {
            order
        } else {
            order.reverse()
        };
        order.then_with(|| a.scan.cmp(&b.scan))
    });
    Ok(ranked)
}

/// The middle B-scan of those with reference voxels.
fn read(
    [image, reference, prediction]: [&Path; 3],
    title: String,
    settings: &Settings,
) -> Result<Drawn, StageError> {
    let scan = ports::load_scan(image)?;
    let truth = match settings.reference_labels.as_deref() {
        Some(labels) => ports::load_labels(reference)?.select(labels),
        None => ports::load_mask(reference)?,
    };
    let mask = ports::load_mask(prediction)?;
    ports::require_same_grid(image, scan.grid(), reference, truth.grid())?;
    ports::require_same_grid(image, scan.grid(), prediction, mask.grid())?;
    let planes = truth.voxels().axis_iter(Axis(1)).enumerate();
    let filled: Vec<usize> = planes
        .filter(|(_, plane)| plane.iter().any(|v| *v))
        .map(|(y, _)| y)
        .collect();
    let [_, count, _] = truth.grid().shape();
    let slice = filled.get(filled.len() / 2).copied().unwrap_or(count / 2);
    let channels: Vec<_> = (0..scan.channels().len())
        .filter_map(|c| scan.channel(c))
        .map(|c| c.index_axis_move(Axis(1), slice))
        .collect();
    Ok(Drawn {
        title,
        picture: from_channels(&channels),
        colored: channels.len() > 1,
        spacing_mm: scan.grid().spacing().millimetres().map(|mm| [mm[0], mm[2]]),
        reference: truth.voxels().index_axis(Axis(1), slice).to_owned(),
        prediction: mask.voxels().index_axis(Axis(1), slice).to_owned(),
    })
}

impl Drawn {
    fn panel(&self) -> Panel<'_> {
        Panel {
            title: self.title.clone(),
            picture: self.picture.clone(),
            colored: self.colored,
            spacing_mm: self.spacing_mm,
            reference: self.reference.view(),
            prediction: self.prediction.view(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_scan_is_drawn_once() {
        let all = [Rank::Worst, Rank::Median, Rank::Best];
        let words = |count: usize| -> Vec<(usize, String)> { places(&all, count) };
        let owned = |place: usize, text: &str| (place, text.to_owned());
        assert_eq!(words(1), [owned(0, "the only scan")]);
        assert_eq!(words(2), [owned(0, "worst"), owned(1, "best")]);
        assert_eq!(
            words(3),
            [owned(0, "worst"), owned(1, "median"), owned(2, "best")]
        );
        assert_eq!(
            words(4),
            [
                owned(0, "worst"),
                owned(1, "nearest to the median"),
                owned(3, "best")
            ]
        );
    }
}
