//! Summary of a group's values at one level.

use rsom_measures::Status;
use rsom_parameters::Choice;

use crate::factor::record::Record;

/// Statistic of points and bars.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Spread {
    /// Mean, and standard deviation with n − 1.
    MeanSd,
    /// Median, and lower and upper quartile (linear interpolation).
    MedianQuartiles,
}

impl Spread {
    /// Name of the statistic in a figure.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Spread::MeanSd => "mean ± sd",
            Spread::MedianQuartiles => "median and quartiles",
        }
    }
}

/// Summary of the values of one group at one level.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// Point and ends of the bar; `None` when no row is `ok` or no row has a value.
    pub point: Option<[f64; 3]>,
    /// Number of records with a value of status `ok`.
    pub sound: usize,
    /// Number of all records.
    pub rows: usize,
    /// The most frequent status other than `ok`, when no record is `ok`.
    pub failure: Option<String>,
}

impl Summary {
    /// Summarizes records; `None` without records.
    #[must_use]
    pub fn of(records: &[&Record], spread: Spread) -> Option<Self> {
        if records.is_empty() {
            return None;
        }
        let mut values: Vec<f64> = records.iter().filter_map(|r| r.value).collect();
        values.retain(|v| v.is_finite());
        values.sort_by(f64::total_cmp);
        let failed = records.iter().all(|r| r.status != Status::Ok);
        let point = match spread {
            _ if failed || values.is_empty() => None,
            Spread::MeanSd => Some(mean_sd(&values)),
            Spread::MedianQuartiles => Some([0.5, 0.25, 0.75].map(|q| quantile(&values, q))),
        };
        Some(Self {
            point,
            sound: records.iter().filter(|r| is_sound(r)).count(),
            rows: records.len(),
            failure: failed.then(|| commonest(records)),
        })
    }
}

/// Whether a record has a value that is not of an empty or full mask.
fn is_sound(record: &Record) -> bool {
    record.value.is_some_and(f64::is_finite) && record.status == Status::Ok
}

/// The summaries of each group (outer) at each level (inner).
pub fn cells(
    records: &[Record],
    levels: &[&str],
    groups: &[&str],
    spread: Spread,
) -> Vec<Vec<Option<Summary>>> {
    let cell = |group: &str, level: &str| {
        let of_cell = records
            .iter()
            .filter(|r| r.group == group && r.level == level);
        Summary::of(&of_cell.collect::<Vec<_>>(), spread)
    };
    let series = |group: &&str| levels.iter().map(|level| cell(group, level)).collect();
    groups.iter().map(series).collect()
}

fn mean_sd(values: &[f64]) -> [f64; 3] {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
    let sd = if values.len() > 1 {
        (squares / (count - 1.0)).sqrt()
    } else {
        0.0
    };
    [mean, mean - sd, mean + sd]
}

fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len() - 1) as f64;
    let (below, above) = (
        sorted[place.floor() as usize],
        sorted[place.ceil() as usize],
    );
    below + (above - below) * place.fract()
}

/// The most frequent status; among equally frequent ones the last in alphabetical order.
pub(super) fn commonest(records: &[&Record]) -> String {
    let mut words: Vec<&str> = records.iter().map(|r| r.status.as_str()).collect();
    words.sort_unstable();
    let runs = words.chunk_by(|a, b| a == b);
    let longest = runs.max_by_key(|run| run.len());
    longest.map_or("", |run| run[0]).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(values: &[Option<f64>]) -> Vec<Record> {
        let record = |value: &Option<f64>| Record {
            level: "0".to_owned(),
            group: String::new(),
            value: *value,
            status: if value.is_some() {
                "ok"
            } else {
                "empty_prediction"
            }
            .to_owned(),
            measurements: 1,
        };
        values.iter().map(record).collect()
    }

    fn summary(values: &[Option<f64>], spread: Spread) -> Summary {
        let records = records(values);
        Summary::of(&records.iter().collect::<Vec<_>>(), spread).unwrap()
    }

    #[test]
    fn mean_and_sd_equal_those_of_numpy() {
        // numpy: mean([1, 2, 4, 9]) = 4, std(ddof=1) = 3.5590260840104366.
        let found = summary(&[1.0, 2.0, 4.0, 9.0].map(Some), Spread::MeanSd)
            .point
            .unwrap();
        assert!((found[0] - 4.0).abs() < 1e-12);
        assert!((found[2] - 4.0 - 3.559_026_084_010_436_6).abs() < 1e-12);
    }

    #[test]
    fn quartiles_equal_those_of_numpy() {
        // numpy.quantile([9, 1, 2, 4], [0.5, 0.25, 0.75]) = 3, 1.75, 5.25.
        let found = summary(&[9.0, 1.0, 2.0, 4.0].map(Some), Spread::MedianQuartiles);
        assert_eq!(found.point, Some([3.0, 1.75, 5.25]));
    }

    #[test]
    fn missing_values_are_counted() {
        let found = summary(&[Some(1.0), None, Some(3.0)], Spread::MeanSd);
        assert_eq!((found.sound, found.rows, found.failure), (2, 3, None));
    }

    #[test]
    fn a_level_where_nothing_is_ok_has_no_point_but_a_reason() {
        let found = summary(&[None, None], Spread::MeanSd);
        assert_eq!(found.point, None);
        assert_eq!(found.failure.as_deref(), Some("empty_prediction"));
        assert_eq!(Summary::of(&[], Spread::MeanSd), None);
    }
}
