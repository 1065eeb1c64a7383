//! Summary of a group's values at one level.

use rsom_measures::Status;
use rsom_parameters::Choice;

use crate::factor::record::Record;

/// Statistic of points and bars.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Choice)]
pub enum Spread {
    /// Mean, and standard deviation with n − 1.
    MeanSd,
    /// Mean, and its 95 % interval by Student's t distribution.
    MeanCi,
    /// Median, and lower and upper quartile (linear interpolation).
    MedianQuartiles,
}

impl Spread {
    /// Name of the statistic in a figure.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Spread::MeanSd => "mean ± SD",
            Spread::MeanCi => "mean with 95 % interval",
            Spread::MedianQuartiles => "median and quartiles",
        }
    }
}

/// Summary of the values of one group at one level.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// Point and ends of the bar; `None` when no row is `ok` or no row has a value.
    pub point: Option<[f64; 3]>,
    /// Whiskers, quartiles and median: lower whisker, lower quartile, median, upper quartile, upper whisker. Whiskers end at the
    /// last value within 1.5 times the distance of the quartiles (Tukey).
    pub five: Option<[f64; 5]>,
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
            Spread::MeanSd => Some(mean_with(&values, |_| 1.0)),
            Spread::MeanCi => Some(mean_with(&values, |n| t_975(n - 1) / (n as f64).sqrt())),
            Spread::MedianQuartiles => Some([0.5, 0.25, 0.75].map(|q| quantile(&values, q))),
        };
        Some(Self {
            point,
            five: point.map(|_| five(&values)),
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

/// The mean, and the ends of a bar of so many standard deviations, a factor of the number of values.
fn mean_with(values: &[f64], factor: impl Fn(usize) -> f64) -> [f64; 3] {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    if values.len() < 2 {
        return [mean; 3];
    }
    let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
    let half = factor(values.len()) * (squares / (count - 1.0)).sqrt();
    [mean, mean - half, mean + half]
}

/// The 0.975 quantile of Student's t distribution: a table up to 30 degrees of freedom, beyond it the expansion of Abramowitz and Stegun
/// (26.7.5), whose error there is below 1e-5.
fn t_975(degrees: usize) -> f64 {
    const TABLE: [f64; 30] = [
        12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281, 2.2010,
        2.1788, 2.1604, 2.1448, 2.1314, 2.1199, 2.1098, 2.1009, 2.0930, 2.0860, 2.0796, 2.0739,
        2.0687, 2.0639, 2.0595, 2.0555, 2.0518, 2.0484, 2.0452, 2.0423,
    ];
    if let Some(value) = degrees.checked_sub(1).and_then(|place| TABLE.get(place)) {
        return *value;
    }
    let (z, n) = (1.959_963_984_540_054_f64, degrees as f64);
    let [first, second, third] = [
        (z.powi(3) + z) / 4.0,
        (5.0 * z.powi(5) + 16.0 * z.powi(3) + 3.0 * z) / 96.0,
        (3.0 * z.powi(7) + 19.0 * z.powi(5) + 17.0 * z.powi(3) - 15.0 * z) / 384.0,
    ];
    z + first / n + second / n.powi(2) + third / n.powi(3)
}

/// Whiskers, quartiles and median of sorted values.
fn five(sorted: &[f64]) -> [f64; 5] {
    let [low, middle, high] = [0.25, 0.5, 0.75].map(|share| quantile(sorted, share));
    let reach = 1.5 * (high - low);
    let within = |v: &&f64| (low - reach..=high + reach).contains(*v);
    let first = sorted.iter().find(within).copied().unwrap_or(low);
    let last = sorted.iter().rev().find(within).copied().unwrap_or(high);
    [first.min(low), low, middle, high, last.max(high)]
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
            unit: String::new(),
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
    fn intervals_of_means_equal_those_of_scipy() {
        // scipy.stats.t.interval(0.95, 3, 4, sem([1, 2, 4, 9])) = (−1.663, 9.663); t.ppf(0.975, 40) = 2.021075.
        let found = summary(&[1.0, 2.0, 4.0, 9.0].map(Some), Spread::MeanCi);
        let [mean, low, high] = found.point.unwrap();
        assert!((mean - 4.0).abs() < 1e-12);
        assert!((low + 1.663).abs() < 1e-3 && (high - 9.663).abs() < 1e-3);
        assert!((t_975(40) - 2.021_075).abs() < 1e-5);
    }

    #[test]
    fn whiskers_leave_out_what_lies_far_away() {
        // matplotlib.cbook.boxplot_stats([1, 2, 3, 4, 100]): whiskers 1 and 4, quartiles 2, 3 and 4.
        assert_eq!(
            five(&[1.0, 2.0, 3.0, 4.0, 100.0]),
            [1.0, 2.0, 3.0, 4.0, 4.0]
        );
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
