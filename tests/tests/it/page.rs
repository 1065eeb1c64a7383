//! `rsom report STUDY`: a study on one page.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use rsom_testing::Folder;

use crate::RSOM;

/// Scans with masks, a table, a figure, a picture of each scan, and texts that want to be HTML.
const PIPELINE: &str = r#"
name: paged
manifest: manifest.yaml
params: { word: ["a & <b>", "<script>alert('x')</script>"] }
stages:
  copy: { run: "cp ${in.a} ${out.b}", foreach: scan, in: { a: "${scan.files.image}" }, out: { b: "copies/${scan.id}.txt" } }
  picture: { run: "cp ${in.p} ${out.p}", foreach: scan, in: { p: dot.svg }, out: { p: "pictures/${scan.id}.svg" } }
  figure: { run: "cp ${in.p} ${out.p}", in: { p: dot.svg }, out: { p: figures/dot.svg } }
  table: { run: "cp ${in.t} ${out.t}", matrix: { word: "${word}" }, in: { t: table.md }, out: { t: "results/t${word}.md" } }
  latex: { run: "cp ${in.t} ${out.t}", in: { t: table.tex }, out: { t: "results/last.tex" } }
  last: { run: "cp ${in.t} ${out.t}", in: { t: table.md }, out: { t: "results/last.md" } }
"#;

const MANIFEST: &str = "
name: people
scans:
  - { id: s1, subject: ann, fold: 0, files: { image: [{ path: a.txt, sha256: ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb }] } }
  - { id: s2, subject: ann, fold: 0, files: { image: [{ path: a.txt, sha256: ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb }] } }
  - { id: s3, subject: bob, fold: 1, files: { image: [{ path: a.txt, sha256: ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb }] } }
";

const TABLE: &str = "| Net | Dice | note |\n| --- | :-: | --- |\n| unet | 0.9 ± 0.1 | <img src=x onerror=alert(1)> |\n| fcn \\| 7 | 0.85 | \"quoted\" |\n| deep | 0.95 | |\n\nMean of <3 scans> \\& more.\n";

/// A gray pixel, as Python writes it with its zlib.
const PNG: &[u8] = b"\x89\x50\x4e\x47\x0d\x0a\x1a\x0a\x00\x00\x00\x0d\x49\x48\x44\x52\x00\x00\x00\x01\x00\x00\x00\x01\
    \x08\x00\x00\x00\x00\x3a\x7e\x9b\x55\x00\x00\x00\x0a\x49\x44\x41\x54\x78\x9c\x63\x68\x00\x00\x00\
    \x82\x00\x81\x77\xcd\x72\xb6\x00\x00\x00\x00\x49\x45\x4e\x44\xae\x42\x60\x82";

fn study() -> Folder {
    let folder = Folder::new();
    folder.write("p.yaml", PIPELINE);
    folder.write("manifest.yaml", MANIFEST);
    folder.write("a.txt", "a");
    folder.write("dot.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\"><circle cx=\"4\" cy=\"4\" r=\"3\"/></svg>\n");
    folder.write("table.md", TABLE);
    folder.write(
        "table.tex",
        "\\begin{tabular}{l} a & b \\end{tabular} % </template><script>\n",
    );
    folder
}

fn run(folder: &Folder) {
    RSOM.done(folder, ["run", "p.yaml", "--workdir", "w"]);
}

#[test]
fn a_study_is_on_one_page_and_what_it_says_is_no_html() {
    let folder = study();
    run(&folder);
    let done = RSOM.done(&folder, ["report", "w"]);
    assert!(
        done.stderr
            .contains("w/report.html: 3 tables, 1 figure, pictures of 3 scans, 0 problems"),
        "{done:?}"
    );
    let page = folder.text("w/report.html");
    for part in [
        "<h1>paged</h1>",
        "paged covers 3 scans of 2 subjects. All 11 tasks are done.",
        "Of the data set people, 3 scans of 2 subjects were used. 3 scans are in 2 folds; all scans of a subject are in one fold.",
        "No output was corrected by hand.",
        "<h3>results&#x2f;last</h3>",
        "<td class=\"number\">0.9 ± 0.1</td>",
        "<td>fcn | 7</td>",
        "&lt;img src=x onerror=alert(1)&gt;",
        "Mean of &lt;3 scans&gt; &amp; more.",
        "<b>figures&#x2f;dot.svg</b>: figure, by cp",
        "<option value=\"1\">s2</option>",
        "<code>rsom reproduce . --output ../again</code>",
        "&lt;&#x2f;template&gt;&lt;script&gt;",
        "<td>20</td><td class=\"words\">Level at which these parts are disjoint</td><td class=\"words\">Subjects: all scans of a subject are in one fold.</td>",
        "<td class=\"words\">3 scans of 2 subjects; all scans of the data set.</td>",
        "<td>44</td><td class=\"words\">Funding</td><td class=\"words\">–</td>",
    ] {
        assert!(page.contains(part), "{part}");
    }
    // Its own script is the only one, and nothing is fetched.
    assert_eq!(page.matches("<script>").count(), 1);
    assert_eq!(page.matches("<script").count(), 1);
    assert!(!page.contains("<img src=x"));
    for fetched in ["src=\"http", "href=\"http", "url("] {
        assert!(!page.contains(fetched), "{fetched}");
    }
    // The same study, the same bytes; a page of ours is written again.
    RSOM.done(&folder, ["report", "w/run.json"]);
    assert_eq!(folder.text("w/report.html"), page);
    folder.write("mine.html", "mine");
    RSOM.run(&folder, ["report", "w", "--output", "mine.html"])
        .expect_code(4)
        .expect_one_clear_line(&["is no page that rsom wrote"]);
    assert_eq!(folder.text("mine.html"), "mine");
    RSOM.done(&folder, ["report", "w", "--output", "mine.html", "--force"]);
    assert_eq!(folder.text("mine.html"), page);
}

#[test]
fn a_study_half_done_is_shown_with_what_failed_and_what_is_not_there() {
    let folder = study();
    let failing = PIPELINE.replace(
        "foreach: scan, in: { a:",
        "foreach: scan, where: { subject: ann }, in: { a:",
    );
    folder.write(
        "p.yaml",
        failing.replace(
            "run: \"cp ${in.t} ${out.t}\", in: { t: table.md }",
            "run: \"false ${in.t} ${out.t}\", in: { t: table.md }",
        ),
    );
    RSOM.run(
        &folder,
        [
            "run",
            "p.yaml",
            "--workdir",
            "w",
            "--keep-going",
            "--correct",
            "copy:s1=a.txt",
        ],
    )
    .expect_code(1);
    std::fs::remove_file(folder.join("w/pictures/s3.svg")).unwrap();
    std::fs::remove_file(folder.join("manifest.yaml")).unwrap();
    let done = RSOM.done(&folder, ["report", "w", "--output", "page.html"]);
    assert!(
        done.stderr.contains("pictures of 2 scans, 3 problems"),
        "{done:?}"
    );
    let page = folder.text("page.html");
    for part in [
        "paged covers 3 scans. 9 of 10 tasks are done, and 1 failed.",
        "<b>Failed</b>, last: exit code 1",
        "pictures&#x2f;s3.svg: the file is not there",
        "..&#x2f;manifest.yaml: no such file or folder; so subjects, folds and splits are not stated",
        "Of the outputs &#x27;b&#x27; of the step copy, 1 of 2 was corrected by hand.",
    ] {
        assert!(page.contains(part), "{part}\n{page}");
    }
}

/// Replaces a text in `run.json`.
fn crafted(folder: &Folder, from: &str, to: &str) {
    let text = folder.text("w/run.json");
    assert!(text.contains(from), "{from}");
    folder.write("w/run.json", text.replace(from, to));
}

#[test]
#[cfg(unix)]
fn a_run_json_of_someone_else_brings_no_other_file_onto_the_page() {
    let folder = study();
    run(&folder);
    folder.write("secret.svg", "<svg><!-- secret --></svg>");
    folder.write("secret.md", "| secret |\n| --- |\n| of mine |\n");
    folder.write("secret.tex", "secret");
    std::os::unix::fs::symlink(folder.join("secret.svg"), folder.join("w/link.svg")).unwrap();
    crafted(&folder, "\"figures/dot.svg\"", "\"../secret.svg\"");
    crafted(&folder, "\"pictures/s1.svg\"", "\"link.svg\"");
    let absolute = folder.join("secret.md").display().to_string();
    crafted(&folder, "\"results/last.md\"", &format!("\"{absolute}\""));
    crafted(&folder, "\"../manifest.yaml\"", "\"/dev/zero\"");
    RSOM.done(&folder, ["report", "w"]);
    let page = folder.text("w/report.html");
    for secret in ["of mine", "PHN2Zz48IS0tIHNlY3JldA"] {
        assert!(!page.contains(secret), "{secret}");
    }
    for name in ["..&#x2f;secret.svg", "link.svg", "secret.md"] {
        assert!(
            page.contains(&format!("{name}: it lies outside the folder of the study")),
            "{name}"
        );
    }
}

#[test]
fn what_was_changed_after_the_run_is_named_and_not_shown() {
    let folder = study();
    run(&folder);
    folder.write("w/results/last.md", TABLE.replace("0.95", "0.99"));
    folder.write("w/figures/dot.svg", "<svg/>");
    folder.write(
        "manifest.yaml",
        MANIFEST.replace("name: people", "name: strangers"),
    );
    RSOM.done(&folder, ["report", "w"]);
    let page = folder.text("w/report.html");
    let shown = page.split("<script>").next().unwrap();
    assert!(!shown.contains("0.99") && !shown.contains("strangers"));
    for name in [
        "results&#x2f;last.md",
        "figures&#x2f;dot.svg",
        "..&#x2f;manifest.yaml",
    ] {
        assert!(
            page.contains(&format!("{name}: it was changed after the run")),
            "{name}"
        );
    }
    // An output of the study is not replaced, even if it is a page of ours.
    std::fs::copy(
        folder.join("w/report.html"),
        folder.join("w/results/last.md"),
    )
    .unwrap();
    RSOM.run(&folder, ["report", "w", "--output", "w/results/last.md"])
        .expect_code(4);
}

#[test]
fn pictures_beyond_the_limit_are_named_and_what_is_no_study_is_refused() {
    let folder = study();
    let large = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\"><!--{}--></svg>",
        "x".repeat(400_000)
    );
    folder.write("dot.svg", large);
    run(&folder);
    let done = RSOM.done(&folder, ["report", "w", "--most-mib", "1"]);
    assert!(
        done.stderr.contains("1 figure, pictures of 1 scan, "),
        "{done:?}"
    );
    let page = folder.text("w/report.html");
    assert!(page.contains("2 pictures would make the page larger than 1 MiB"));
    RSOM.run(&folder, ["report", "nowhere"])
        .expect_code(2)
        .expect_one_clear_line(&["'nowhere' is neither a study nor a command"]);
    RSOM.run(&folder, ["report", "runs/nowhere"]).expect_code(3);
    RSOM.run(&folder, ["report", "w", "--most-mib", "0"])
        .expect_code(2);
    RSOM.run(&folder, ["report", "a.txt"]).expect_code(3);
    // The commands of the stage are as before.
    RSOM.done(&folder, ["report", "factor", "--help"]);
    RSOM.done(&folder, ["report", "spec"]);
}

#[test]
fn figures_and_tables_are_read_into_a_paper() {
    let folder = study();
    folder.write("dot.pdf", "%PDF-1.4");
    let with_pdf = PIPELINE.replace(
        "  table: {",
        "  print: { run: \"cp ${in.p} ${out.p}\", in: { p: dot.pdf }, out: { p: figures/print_1.pdf } }\n  table: {",
    );
    folder.write("p.yaml", &with_pdf);
    run(&folder);
    let done = RSOM.done(&folder, ["report", "w", "--tex", "paper/figures.tex"]);
    assert!(done.stderr.contains("1 figure, 1 table"), "{done:?}");
    let tex = folder.text("paper/figures.tex");
    for part in [
        "\\includegraphics[width=\\linewidth]{../w/figures/print_1.pdf}\n\\caption{print, by cp}\n\\label{fig:figures/print-1}",
        "\\label{tab:results/last}\n\\resizebox{\\linewidth}{!}{\\input{../w/results/last.tex}}",
        "% figures/dot.svg: LaTeX reads no SVG; write it as PDF too: output: figures/dot.pdf",
    ] {
        assert!(tex.contains(part), "{part}\n{tex}");
    }
    RSOM.done(&folder, ["report", "w", "--tex", "paper/figures.tex"]);
    folder.write("paper/figures.tex", "mine");
    let again = ["report", "w", "--tex", "paper/figures.tex"];
    RSOM.refused(&folder, again, 4, "was not written by rsom");
}

#[test]
fn a_broken_picture_is_named_and_not_shown_empty() {
    let folder = study();
    let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\"><circle";
    // A PNG file of one pixel, as another program wrote it, whole and cut off.
    let png = PNG;
    std::fs::write(folder.join("whole.png"), png).unwrap();
    std::fs::write(folder.join("cut.png"), &png[..png.len() - 20]).unwrap();
    folder.write("dot.svg", svg);
    let more = "  more: { run: \"cp ${in.p} ${out.p}\", matrix: { of: [whole, cut] }, in: { p: \"${of}.png\" }, out: { p: \"more/${of}.png\" } }\n";
    folder.write("p.yaml", format!("{PIPELINE}{more}"));
    run(&folder);
    let done = RSOM.done(&folder, ["report", "w"]);
    assert!(
        done.stderr
            .contains("1 figure, pictures of 0 scans, 5 problems"),
        "{done:?}"
    );
    let page = folder.text("w/report.html");
    for part in [
        "figures&#x2f;dot.svg: broken SVG: it has no end",
        "more&#x2f;cut.png: broken PNG: ",
        "<b>more&#x2f;whole.png</b>",
    ] {
        assert!(page.contains(part), "{part}");
    }
    assert_eq!(page.matches("<img").count(), 1);
}

#[test]
fn the_page_of_a_bundle_says_how_it_is_run_again() {
    let folder = study();
    run(&folder);
    let bundle = |output: &str, more: &[&str]| {
        let words = ["bundle", "p.yaml", "--workdir", "w", "--output", output];
        RSOM.done(&folder, [&words, more].concat());
        folder.text(&format!("{output}/report.html"))
    };
    let without = bundle("box", &[]);
    assert!(
        without.contains("<code>rsom reproduce . --data FOLDER --output ../again</code>"),
        "{without}"
    );
    let again = ["reproduce", "box", "--data", ".", "--output", "again"];
    let again = RSOM.done(&folder, again);
    assert!(again.stdout.contains("the same in every byte"), "{again:?}");
    // A page that is made of a bundle later says the same.
    RSOM.done(&folder, ["report", "box", "--output", "later.html"]);
    assert_eq!(folder.text("later.html"), without);
    assert!(bundle("full", &["--with-data"]).contains("<code>rsom reproduce . --output"));
}
