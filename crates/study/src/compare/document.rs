//! The pipeline that compares masks, as a text that users read and change.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// What the pipeline is asked for.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Question {
    /// The names of the methods.
    pub methods: Vec<String>,
    /// The method with which the others are compared; `None` for all pairs.
    pub baseline: Option<String>,
    /// Labels with the names of their structures. Empty for masks of one structure.
    pub labels: BTreeMap<String, String>,
    /// The same for predictions with other numbers.
    pub labels_of_prediction: BTreeMap<String, String>,
    /// The words of the parameter `measures`.
    pub measures: Vec<String>,
    /// Metrics of the tables and tests.
    pub metrics: Vec<String>,
    /// Columns by which tables and tests are split, such as the group.
    pub group_by: Vec<String>,
    /// Whether each B-scan is measured, too.
    pub per_slice: bool,
}

impl Question {
    /// The text of the pipeline.
    pub(super) fn pipeline(&self) -> String {
        let parts = [
            self.head(),
            self.evaluate(),
            self.tests(),
            self.table(),
            self.tests_table(),
            self.wide(),
            self.figures(),
        ];
        parts.concat()
    }

    fn head(&self) -> String {
        format!(
            "# Masks of the same scans compared with their references. Written by 'rsom compare'. A copy of this file can be changed
# and run: rsom run COPY.yaml --workdir FOLDER
name: compare
manifest: scans.yaml

params:
  method: {methods}
{baseline}
stages:
",
            methods = json!(self.methods),
            // A single method is tested against none.
            baseline = self.baseline.as_ref().filter(|_| self.methods.len() > 1).map_or(String::new(), |baseline| {
                format!("  # Each other method is tested against this one.\n  baseline: {}\n", json!(baseline))
            }),
        )
    }

    fn evaluate(&self) -> String {
        let predictions = self.methods.iter().map(|method| {
            format!(
                "        - {{ from: \"scan.files.{method}\", when: {{ method: {} }} }}\n",
                json!(method)
            )
        });
        let mut with = String::new();
        for (name, labels) in [
            ("labels", &self.labels),
            ("labels_of_prediction", &self.labels_of_prediction),
        ] {
            if !labels.is_empty() {
                with += &format!("      {name}: {}\n", json!(labels));
            }
        }
        if self.per_slice {
            with += "      per_slice: true\n";
        }
        format!(
            "  evaluate:
    uses: metrics evaluate
    foreach: scan
    matrix: {{ method: \"${{method}}\" }}
    in:
      reference: ${{scan.files.reference}}
      prediction:
{predictions}    with:
      subject: ${{scan.subject}}
      scan: ${{scan.id}}
      measures: {measures}
{with}      factor: {{ method: \"${{method}}\" }}
      # Columns of the spreadsheet become columns of the table.
      attributes: ${{scan.attributes}}
    out:
      output: measures/${{scan.id}}_${{method}}.parquet

",
            predictions = predictions.collect::<String>(),
            measures = json!(self.measures),
        )
    }

    /// Paired tests; several scans of a subject are averaged first.
    fn tests(&self) -> String {
        if self.methods.len() < 2 {
            return String::new();
        }
        format!(
            "  # Scans of one subject are averaged first, so that each subject counts once.
  tests:
    uses: stats compare
    in:
      input: evaluate.output
    with:
      metric: {metrics}
      factor: method
      {against}
      pair_by: [subject]
      group_by: {group_by}
    out:
      output: results/tests.parquet

",
            metrics = json!(self.metrics),
            against = match self.baseline {
                Some(_) => "baseline: ${baseline}",
                None => "contrasts: all_pairs",
            },
            group_by = json!(self.group_by),
        )
    }

    fn table(&self) -> String {
        // A row of the table has one p-value: that against the baseline.
        let tests = match (&self.baseline, self.methods.len()) {
            (None, _) | (_, 0 | 1) => "",
            _ => "      tests: tests.output\n",
        };
        format!(
            "  table:
    uses: stats table
    matrix: {{ format: [md, tex, csv] }}
    in:
      input: evaluate.output
{tests}    with:
      rows: {rows}
{layout}      metric: {metrics}
      format: ${{format}}
    out:
      output: results/table.${{format}}

",
            rows = json!(self.rows()),
            // A metric of each label is a column, which is too many for a page.
            layout = match self.labels.is_empty() {
                true => "",
                false => "      layout: wide\n",
            },
            metrics = json!(self.metrics),
        )
    }

    /// One row for each comparison: difference, interval and p-values.
    fn tests_table(&self) -> String {
        if self.methods.len() < 2 {
            return String::new();
        }
        format!(
            "  tests_table:
    uses: stats tests
    matrix: {{ format: [md, tex, csv] }}
    in:
      input: tests.output
    with:
      metric: {metrics}
      format: ${{format}}
    out:
      output: results/tests.${{format}}

",
            metrics = json!(self.metrics),
        )
    }

    /// One row for each scan and method, for other programs.
    fn wide(&self) -> String {
        let keys = match self.labels.is_empty() {
            true => json!(["subject", "scan", "method"]),
            false => json!(["subject", "scan", "label", "method"]),
        };
        format!(
            "  # One row for each scan, for spreadsheets, R and pandas.
  scans:
    uses: io table wide
    matrix: {{ ending: [csv, parquet] }}
    in:
      input: evaluate.output
    with:
      keys: {keys}
    out:
      output: results/scans.${{ending}}

"
        )
    }

    fn figures(&self) -> String {
        let names: std::collections::BTreeSet<&String> = self.labels.values().collect();
        let (matrix, label, name) = match names.is_empty() {
            true => ("{ format: [svg, png] }".to_owned(), "", "methods"),
            false => (
                format!("{{ format: [svg, png], label: {} }}", json!(names)),
                "      label: ${label}\n",
                "${label}",
            ),
        };
        format!(
            "  figure:
    uses: report factor
    matrix: {matrix}
    in:
      input: evaluate.output
    with:
      metric: {metrics}
      factor: method
{label}    out:
      output: results/{name}.${{format}}
",
            metrics = json!(self.metrics),
        )
    }

    /// The columns whose levels are the conditions of the table.
    fn rows(&self) -> Vec<Value> {
        let groups = self.group_by.iter().map(String::as_str);
        groups.chain(["method"]).map(Value::from).collect()
    }
}
