//! `rsom view`: slices of scans on the loopback address.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};

use rsom_testing::Folder;

use crate::RSOM;

/// A running view; ended when it is dropped.
struct Running {
    child: Child,
    /// `127.0.0.1:PORT`.
    host: String,
    token: String,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Running {
    fn start(folder: &Folder, arguments: &[&str]) -> Self {
        let mut child = RSOM
            .command(folder, [&["view"], arguments].concat().as_slice())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut address = String::new();
        BufReader::new(child.stdout.as_mut().unwrap())
            .read_line(&mut address)
            .unwrap();
        let rest = address.trim().strip_prefix("http://").unwrap();
        let (host, token) = rest.trim_end_matches('/').split_once('/').unwrap();
        Self {
            child,
            host: host.to_owned(),
            token: token.to_owned(),
        }
    }

    /// The status and the body of an answer.
    fn ask(&self, method: &str, path: &str, host: &str) -> (u16, Vec<u8>) {
        let mut stream = TcpStream::connect(&self.host).unwrap();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
        )
        .unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let end = answer
            .windows(4)
            .position(|four| four == b"\r\n\r\n")
            .unwrap();
        let head = String::from_utf8_lossy(&answer[..end]).into_owned();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, answer[end + 4..].to_vec())
    }

    fn get(&self, path: &str) -> (u16, Vec<u8>) {
        self.ask("GET", &format!("/{}/{path}", self.token), &self.host)
    }
}

fn folder() -> Folder {
    let folder = Folder::new();
    for seed in ["1", "2"] {
        let [image, layer] = ["s", "m/s"].map(|start| format!("{start}{seed}.nii.gz"));
        std::fs::create_dir_all(folder.join("m")).unwrap();
        RSOM.done(
            &folder,
            [
                "phantom", "scan", "--seed", seed, "--shape", "16,3,64", "--image", &image,
                "--layer", &layer,
            ],
        );
    }
    folder
}

#[test]
fn slices_come_from_the_files_that_were_named() {
    let folder = folder();
    let view = Running::start(&folder, &["s1.nii.gz", "s2.nii.gz", "--mask", "m"]);
    let (status, page) = view.get("");
    assert_eq!(status, 200);
    assert!(
        String::from_utf8(page)
            .unwrap()
            .contains("<title>rsom view</title>")
    );
    assert_eq!(view.get("scans").1, b"[\"s1.nii.gz\",\"s2.nii.gz\"]");
    let about: serde_json::Value = serde_json::from_slice(&view.get("1/view").1).unwrap();
    assert_eq!(about["masks"][0]["name"], "s2.nii.gz");
    let reading = &about["reading"];
    assert_eq!(view.get(&format!("1/{}/0/bscan/2", 99)).0, 409);
    assert_eq!(about["left_out"], serde_json::json!([]));
    // Three bytes of color and one of masks for each pixel.
    let (_, slice) = view.get(&format!("1/{reading}/0/bscan/2"));
    assert_eq!(slice.len(), 16 * 64 * 4);
    let mask = rsom_formats::nifti::read_mask(&folder.join("m/s2.nii.gz")).unwrap();
    for ((x, z), inside) in mask.voxels().index_axis(ndarray::Axis(1), 2).indexed_iter() {
        assert_eq!(
            slice[16 * 64 * 3 + z * 16 + x],
            u8::from(*inside),
            "{x} {z}"
        );
    }
    assert_eq!(
        view.get(&format!("1/{reading}/0/side/15")).1.len(),
        3 * 64 * 4
    );
    assert_eq!(
        view.get(&format!("1/{reading}/0/enface/0")).1.len(),
        16 * 3 * 4
    );
}

#[test]
fn nothing_else_is_served_and_nobody_else_is_answered() {
    let folder = folder();
    let view = Running::start(&folder, &["s1.nii.gz"]);
    for path in [
        "1/view",
        "0/0/0/bscan/3",
        "0/0/0/up/0",
        "0/0/0/bscan/-1",
        "../../etc/passwd",
        "s1.nii.gz",
        "0/view/x/y/z",
        "18446744073709551616/view",
    ] {
        assert_eq!(view.get(path).0, 404, "{path}");
    }
    let own = format!("/{}/scans", view.token);
    assert_eq!(view.ask("GET", &own, "localhost:1").0, 200);
    assert_eq!(view.ask("GET", &own, "evil.example").0, 403);
    assert_eq!(view.ask("GET", &own, "127.0.0.1.evil.example:80").0, 403);
    assert_eq!(view.ask("POST", &own, &view.host).0, 405);
    assert_eq!(view.ask("GET", "/scans", &view.host).0, 404);
    assert_eq!(
        view.ask("GET", &format!("/{}/scans", "0".repeat(32)), &view.host)
            .0,
        404
    );
    assert_eq!(view.token.len(), 32);
}

#[test]
fn wrong_files_are_named_before_anything_is_served() {
    let folder = folder();
    folder.write("broken.nii", "no volume");
    for (arguments, code, words) in [
        (vec!["absent.nii"], 3, "absent.nii: no such file"),
        (vec!["broken.nii"], 3, "broken.nii: "),
        (vec!["s1.nii.gz", "--mask", "broken.nii"], 3, "broken.nii: "),
        (
            vec!["s1.nii.gz", "s2.nii.gz", "--mask", "broken.nii"],
            2,
            "of which scan is it?",
        ),
    ] {
        let arguments = [&["view"], &arguments[..]].concat();
        RSOM.refused(&folder, arguments.as_slice(), code, words);
    }
}
