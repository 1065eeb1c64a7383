//! Trees as SWC.

use super::common::*;
use rsom_phantom::tree::{Segment, TreeConfig, to_swc};
use std::f64::consts::PI;

/// A sample of SWC: type, place, radius, index of its parent.
pub type Sample = (u8, Point, f64, Option<usize>);

/// A strict reader: seven columns, numbers from 1 without gaps, parents before their children, positive radii.
pub fn read_swc(text: &str) -> Vec<Sample> {
    let lines = text.lines().filter(|l| !l.starts_with('#'));
    let mut samples: Vec<Sample> = Vec::new();
    for line in lines {
        let words: Vec<&str> = line.split(' ').collect();
        assert_eq!(words.len(), 7, "{line}");
        assert_eq!(words[0].parse::<usize>().unwrap(), samples.len() + 1);
        let number = |i: usize| words[i].parse::<f64>().unwrap();
        let parent = match words[6].parse::<i64>().unwrap() {
            -1 => None,
            id => Some(usize::try_from(id).unwrap() - 1),
        };
        assert!(
            parent.is_none_or(|p| p < samples.len()) && number(5) > 0.0,
            "{line}"
        );
        let kind = words[1].parse().unwrap();
        assert_eq!(kind == 1, parent.is_none(), "{line}");
        samples.push((kind, [number(2), number(3), number(4)], number(5), parent));
    }
    samples
}

#[test]
fn swc_holds_the_whole_tree() {
    let config = TreeConfig {
        roots: 2,
        ..small()
    };
    let tree = grown(&config, 21);
    let text = to_swc(&tree, &["two\nlines"]);
    assert!(text.starts_with("# two\n# lines\n"));
    let samples = read_swc(&text);
    let of_kind = |kind: u8| samples.iter().filter(|s| s.0 == kind).count();
    assert_eq!(
        [of_kind(1), of_kind(5), of_kind(6)],
        [2, tree.branches(), tree.terminals()]
    );
    assert_eq!(
        of_kind(1) + of_kind(3) + of_kind(5) + of_kind(6),
        samples.len()
    );
    let mut children = vec![0; samples.len()];
    let (mut length, mut volume) = (0.0, 0.0);
    for (_, place, radius, parent) in &samples {
        if let Some(parent) = parent {
            children[*parent] += 1;
            let step = distance(*place, samples[*parent].1);
            length += step;
            volume += PI * radius * radius * step;
        }
    }
    for (count, sample) in children.iter().zip(&samples) {
        assert_eq!(
            *count,
            match sample.0 {
                5 => 2,
                6 => 0,
                _ => 1,
            }
        );
    }
    // Four digits behind the point.
    assert!((length / tree.length_um() - 1.0).abs() < 1e-5);
    let cylinders: f64 = tree.segments.iter().map(Segment::volume_um3).sum();
    assert!((volume / cylinders - 1.0).abs() < 1e-4);
}
