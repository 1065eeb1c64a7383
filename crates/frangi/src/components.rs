//! Connected components of the voxels that reach a threshold, out of runs along z.

use ndarray::Array3;

/// Voxels of one row that follow each other along z and all reach the threshold.
#[derive(Debug, Clone, Copy)]
struct Run {
    row: usize,
    start: usize,
    /// The first voxel behind it.
    end: usize,
    /// The largest value in it.
    peak: f32,
}

/// What is known of a component.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Component {
    /// The largest value of its voxels.
    pub peak: f32,
    /// Its voxels.
    pub size: u64,
    /// Its voxels that a reference marks.
    pub overlap: u64,
}

/// The 26-connected components of the voxels whose value is at least a threshold.
pub(crate) struct Components {
    runs: Vec<Run>,
    /// The component of each run.
    of_run: Vec<usize>,
    /// All components, in the order of their first voxels.
    pub all: Vec<Component>,
}

impl Components {
    /// Finds the components of `values` ≥ `low`, and counts the voxels that `reference` marks. Both have shape (x, y, z).
    pub(crate) fn of(values: &Array3<f32>, low: f32, reference: Option<&Array3<bool>>) -> Self {
        let (runs, rows) = runs(values, low);
        let of_run = joined(&runs, &rows, values.dim().1);
        let empty = Component {
            peak: f32::NEG_INFINITY,
            size: 0,
            overlap: 0,
        };
        let mut all = vec![empty; of_run.iter().max().map_or(0, |last| last + 1)];
        let columns = values.dim().1;
        for (run, component) in runs.iter().zip(&of_run) {
            let component = &mut all[*component];
            component.peak = component.peak.max(run.peak);
            component.size += (run.end - run.start) as u64;
            if let Some(reference) = reference {
                let (x, y) = (run.row / columns, run.row % columns);
                let marked = (run.start..run.end).filter(|z| reference[[x, y, *z]]);
                component.overlap += marked.count() as u64;
            }
        }
        Self { runs, of_run, all }
    }

    /// The voxels of all components that `keep` says yes to.
    pub(crate) fn mask(
        &self,
        shape: (usize, usize, usize),
        keep: impl Fn(&Component) -> bool,
    ) -> Array3<bool> {
        let mut mask = Array3::from_elem(shape, false);
        let kept: Vec<bool> = self.all.iter().map(keep).collect();
        for (run, component) in self.runs.iter().zip(&self.of_run) {
            if kept[*component] {
                let (x, y) = (run.row / shape.1, run.row % shape.1);
                (run.start..run.end).for_each(|z| mask[[x, y, z]] = true);
            }
        }
        mask
    }
}

/// All runs in the order of rows (row = x · extent of y + y), and where those of each row begin.
fn runs(values: &Array3<f32>, low: f32) -> (Vec<Run>, Vec<usize>) {
    let (mut runs, mut rows) = (Vec::new(), vec![0]);
    for (row, values) in values.rows().into_iter().enumerate() {
        let mut open: Option<Run> = None;
        for (z, value) in values.iter().enumerate() {
            if *value >= low {
                let run = open.get_or_insert(Run {
                    row,
                    start: z,
                    end: z,
                    peak: *value,
                });
                run.end = z + 1;
                run.peak = run.peak.max(*value);
            } else {
                runs.extend(open.take());
            }
        }
        runs.extend(open);
        rows.push(runs.len());
    }
    (runs, rows)
}

/// The component of each run, numbered in the order of first runs.
fn joined(runs: &[Run], rows: &[usize], columns: usize) -> Vec<usize> {
    let mut parents: Vec<usize> = (0..runs.len()).collect();
    for row in 0..rows.len() - 1 {
        let y = row % columns;
        let here = rows[row]..rows[row + 1];
        // The neighbors that came before: (x, y − 1), and y − 1 to y + 1 of x − 1.
        let before = [
            (y > 0).then(|| row - 1),
            (y > 0).then(|| row.checked_sub(columns + 1)).flatten(),
            row.checked_sub(columns),
            (y + 1 < columns)
                .then(|| row.checked_sub(columns - 1))
                .flatten(),
        ];
        for neighbor in before.into_iter().flatten() {
            let there = rows[neighbor]..rows[neighbor + 1];
            join_touching(runs, here.clone(), there, &mut parents);
        }
    }
    let mut numbers = vec![0; runs.len()];
    let mut next = 0;
    for run in 0..runs.len() {
        let root = root_of(run, &mut parents);
        // A root is the first run of its component.
        if root == run {
            numbers[run] = next;
            next += 1;
        } else {
            numbers[run] = numbers[root];
        }
    }
    numbers
}

/// Joins the runs of two neighboring rows that touch at least at a corner.
fn join_touching(
    runs: &[Run],
    mut here: std::ops::Range<usize>,
    mut there: std::ops::Range<usize>,
    parents: &mut [usize],
) {
    while here.start < here.end && there.start < there.end {
        let (a, b) = (&runs[here.start], &runs[there.start]);
        if a.start <= b.end && b.start <= a.end {
            let (a, b) = (root_of(here.start, parents), root_of(there.start, parents));
            parents[a.max(b)] = a.min(b);
        }
        if a.end < b.end {
            here.start += 1;
        } else {
            there.start += 1;
        }
    }
}

fn root_of(mut run: usize, parents: &mut [usize]) -> usize {
    while parents[run] != run {
        parents[run] = parents[parents[run]];
        run = parents[run];
    }
    run
}
