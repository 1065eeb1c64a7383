//! Marks that a reader of a page makes, as attributes of scans.

use crate::RSOM;
use crate::page_slices::{SLICES, sliced};

/// Makes the columns of `marks.csv` attributes of the scans.
const ANNOTATE: [&str; 7] = [
    "io",
    "manifest",
    "annotate",
    "scans.yaml",
    "--table",
    "marks.csv",
    "--output=scans.yaml",
];

#[test]
fn marks_of_the_page_become_attributes_of_scans() {
    let folder = sliced();
    folder.write(
        "marks.csv",
        "scan,quality,note\ns1,good,\ns2,bad,\"moved, twice\"\n",
    );
    let looked = RSOM.done(
        &folder,
        [
            "io",
            "manifest",
            "annotate",
            "scans.yaml",
            "--table",
            "marks.csv",
        ],
    );
    assert!(
        looked
            .stdout
            .contains("3 changes; nothing is written without --output scans.yaml"),
        "{looked:?}"
    );
    RSOM.done(&folder, ANNOTATE);
    let chosen = "foreach: scan\n    where: { quality: { not: bad } }";
    folder.write(
        "q.yaml",
        SLICES
            .replace("foreach: scan", chosen)
            .replace("sliced", "good"),
    );
    let planned = RSOM.done(&folder, ["plan", "q.yaml", "--workdir", "w2"]);
    assert!(
        planned.stdout.contains("skin s1") && !planned.stdout.contains("skin s2"),
        "{planned:?}"
    );
    // A mark that was taken away is taken away; other attributes stay.
    folder.write("marks.csv", "scan,quality,note\ns1,,\ns3,good,\n");
    let done = RSOM.done(&folder, ANNOTATE);
    assert!(
        done.stderr.contains("s1: quality = nothing, was good"),
        "{done:?}"
    );
    assert!(
        done.stderr
            .contains("1 rows of the table have no scan: s3 (line 3)"),
        "{done:?}"
    );
    let manifest = folder.text("scans.yaml");
    assert!(
        manifest.contains("moved, twice") && manifest.contains("seed: 1"),
        "{manifest}"
    );
    assert!(!manifest.contains("good"), "{manifest}");
}

#[test]
fn groups_may_change_notes_are_words_and_a_table_of_nobody_is_a_mistake() {
    let folder = sliced();
    folder.write("marks.csv", "scan,group,note\ns1,patient,12\n");
    RSOM.done(&folder, ANNOTATE);
    folder.write("marks.csv", "scan,group,note\ns1,control,12\n");
    RSOM.done(&folder, ANNOTATE);
    let manifest = folder.text("scans.yaml");
    assert!(
        manifest.contains("control") && manifest.contains("'12'"),
        "{manifest}"
    );
    folder.write(
        "marks.csv",
        "scan,group,note\ns1,control,NA\ns2,patient,\"1,5\"\n",
    );
    RSOM.done(&folder, ANNOTATE);
    let manifest = folder.text("scans.yaml");
    for note in ["note: NA\n", "note: 1,5\n"] {
        assert!(manifest.contains(note), "{manifest}");
    }
    folder.write("marks.csv", "id,quality\nnobody,bad\n");
    let refused = RSOM.failed(&folder, ANNOTATE);
    assert!(
        refused.0 == 3 && refused.1.contains("no row names a scan or subject"),
        "{refused:?}"
    );
}
