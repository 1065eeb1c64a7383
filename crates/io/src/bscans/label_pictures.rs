//! Converts label pictures to labels: pixel values are the labels.

use std::collections::BTreeMap;

use ndarray::Array3;

use super::annotate::Annotation;
use super::stack::same_size;
use rsom_formats::images::{Picture, SampleKind};

/// Radius, in pixels, of the search for exact label values around a smoothed pixel.
const EDGE_PIXELS: usize = 2;
/// Largest share of the pixels other than 0 that may change to a label. Antialiased drawings of thin layers reach 0.47;
/// above one half, the values are not those that were named.
const LARGEST_MENDED_SHARE: f64 = 0.5;
/// Largest number of values that a message lists.
const MOST_LISTED: usize = 8;

/// Converts label pictures to labels: the pixel values are the labels, `values` are the expected ones.
///
/// A value other than 0 and `values` comes from a smoothed edge. It is snapped to the nearest label among the exact
/// label values within two pixels (so that an edge from 255 to 0 does not become a rim of 127), or to the nearest of
/// all labels where there are none. Ties go to the smaller label. Snapped pixels count as mended.
///
/// Pictures of 1, 2 or 4 bits per pixel may mean their stored values or the same values widened to 8 bits (1 bit: 0 and
/// 255). The expected values decide.
///
/// # Errors
/// No pictures, pictures of different size, or color pictures. Values that are not smoothed edges: no pixel has an
/// expected value; 3 × 3 pixels have the same unexpected value; more than [`LARGEST_MENDED_SHARE`] of the pixels other
/// than 0 have unexpected values. The message states the values.
pub fn labels_from_pictures(pictures: &[Picture], values: &[i32]) -> Result<Annotation, String> {
    let first = same_size(pictures)?;
    if first.channels != 1 {
        return Err("label pictures must be gray, with one value per pixel".into());
    }
    let factor = widening(pictures, values);
    let widened: Vec<Picture>;
    let pictures = match factor {
        1.0 => pictures,
        factor => {
            widened = pictures
                .iter()
                .map(|picture| times(picture, factor))
                .collect();
            &widened
        }
    };
    let mut known: Vec<i32> = values.iter().copied().chain([0]).collect();
    known.sort_unstable();
    refuse_other_values(pictures, &known)?;
    let mut mended = 0;
    let shape = (first.width, pictures.len(), first.height);
    let labels = Array3::from_shape_fn(shape, |(x, y, z)| {
        let label = label_at(&pictures[y], [z, x], &known);
        mended += usize::from(f64::from(label) != pictures[y].at(z, x, 0));
        label
    });
    Ok(Annotation {
        labels,
        mended,
        missing: 0,
    })
}

/// The factor from stored values to those that the expected values mean: 1, or that of widening to 8 bits.
fn widening(pictures: &[Picture], values: &[i32]) -> f64 {
    let narrow = |p: &Picture| p.sample.kind == SampleKind::Unsigned && p.sample.bits < 8;
    let Some(bits) = pictures
        .first()
        .filter(|p| narrow(p))
        .map(|p| p.sample.bits)
    else {
        return 1.0;
    };
    let factor = f64::from(255 / ((1 << bits) - 1));
    let found = counted(pictures);
    let expected = |factor: f64| {
        let known = |value: f64| {
            values
                .iter()
                .any(|label| f64::from(*label) == value * factor)
        };
        found
            .values()
            .any(|(value, _)| *value != 0.0 && known(*value))
    };
    if !expected(1.0) && expected(factor) {
        factor
    } else {
        1.0
    }
}

fn times(picture: &Picture, factor: f64) -> Picture {
    Picture {
        values: picture.values.iter().map(|value| value * factor).collect(),
        ..picture.clone()
    }
}

/// The values of all pictures with the number of their pixels, in ascending order.
fn counted(pictures: &[Picture]) -> BTreeMap<u64, (f64, usize)> {
    let mut found = BTreeMap::new();
    for value in pictures.iter().flat_map(|picture| &picture.values) {
        // Adding 0 turns -0 into 0; the key sorts as the numbers do.
        let bits = (value + 0.0).to_bits();
        let key = if bits >> 63 == 1 {
            !bits
        } else {
            bits | 1 << 63
        };
        found.entry(key).or_insert((*value, 0)).1 += 1;
    }
    found
}

/// Refuses unexpected values that are not smoothed edges.
fn refuse_other_values(pictures: &[Picture], known: &[i32]) -> Result<(), String> {
    let found = counted(pictures);
    let is_known = |value: f64| known.iter().any(|label| f64::from(*label) == value);
    let foreground: usize = found
        .values()
        .filter(|(v, _)| *v != 0.0)
        .map(|(_, n)| n)
        .sum();
    let other: usize = found
        .values()
        .filter(|(v, _)| !is_known(*v))
        .map(|(_, n)| n)
        .sum();
    if other == 0 {
        return Ok(());
    }
    let expected = known
        .iter()
        .filter(|label| **label != 0)
        .map(ToString::to_string);
    let expected = expected.collect::<Vec<_>>().join(", ");
    let share = other as f64 / foreground as f64;
    if found
        .values()
        .all(|(value, _)| *value == 0.0 || !is_known(*value))
    {
        let there = listed(&found);
        return Err(format!(
            "no pixel has a value that is named ({expected}): the values are {there}; name the values of the pictures"
        ));
    }
    if let Some(value) = pictures
        .iter()
        .find_map(|picture| plateau(picture, &is_known))
    {
        return Err(format!(
            "the value {value} fills areas and is not named (named are {expected}); name it, or change it in the pictures"
        ));
    }
    if share > LARGEST_MENDED_SHARE {
        let (there, percent) = (listed(&found), 100.0 * share);
        return Err(format!(
            "{other} of {foreground} pixels other than 0 ({percent:.0} %) have none of the values that are named ({expected}): the values are {there}"
        ));
    }
    Ok(())
}

fn listed(found: &BTreeMap<u64, (f64, usize)>) -> String {
    let values = found.values().take(MOST_LISTED);
    let mut words: Vec<String> = values.map(|(v, n)| format!("{v} ({n} pixels)")).collect();
    if found.len() > MOST_LISTED {
        words.push(format!("{} more", found.len() - MOST_LISTED));
    }
    words.join(", ")
}

/// An unexpected value that 3 × 3 pixels have: a smoothed edge has none.
fn plateau(picture: &Picture, is_known: &impl Fn(f64) -> bool) -> Option<f64> {
    for row in 1..picture.height.saturating_sub(1) {
        for column in 1..picture.width.saturating_sub(1) {
            let value = picture.at(row, column, 0);
            let same = |r: usize| (column - 1..=column + 1).all(|c| picture.at(r, c, 0) == value);
            if !is_known(value) && (row - 1..=row + 1).all(same) {
                return Some(value);
            }
        }
    }
    None
}

/// The label of a pixel; `known` holds the labels in ascending order.
fn label_at(picture: &Picture, [row, column]: [usize; 2], known: &[i32]) -> i32 {
    let value = picture.at(row, column, 0);
    let is_known = |label: &&i32, value: f64| f64::from(**label) == value;
    if let Some(label) = known.iter().find(|label| is_known(label, value)) {
        return *label;
    }
    let around = |center: usize, extent: usize| {
        center.saturating_sub(EDGE_PIXELS)..(center + EDGE_PIXELS + 1).min(extent)
    };
    let stands_near = |label: &&i32| {
        around(row, picture.height)
            .any(|r| around(column, picture.width).any(|c| is_known(label, picture.at(r, c, 0))))
    };
    let distance = |label: &&i32| (f64::from(**label) - value).abs();
    let nearest = |a: &&i32, b: &&i32| distance(a).total_cmp(&distance(b));
    let near = known.iter().filter(stands_near).min_by(nearest);
    near.or_else(|| known.iter().min_by(nearest))
        .copied()
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rsom_formats::images::Sample;

    fn picture(width: usize, values: &[f64]) -> Picture {
        Picture::gray(
            [width, values.len() / width],
            Sample::UINT8,
            values.to_vec(),
        )
    }

    #[test]
    fn antialiased_pixels_are_snapped_to_the_nearest_label() {
        let values = [0.0, 127.0, 255.0, 200.0, 60.0, 191.0, 255.0, 127.0, 255.0];
        let annotation = labels_from_pictures(&[picture(3, &values)], &[255, 127]).unwrap();
        let labels: Vec<i32> = annotation.labels.iter().copied().collect();
        // Column by column: (0, 200), (127, 60), (255, 191); all labels stand near; 191 lies midway and goes to the
        // smaller.
        assert_eq!(labels, [0, 255, 255, 127, 0, 127, 255, 127, 255]);
        assert_eq!(annotation.mended, 3);
    }

    #[test]
    fn a_smoothed_edge_does_not_become_a_rim_of_another_label() {
        // From 255 to 0 through 130, which is nearest to 127; a true 127 stands far away.
        let values = [255.0, 130.0, 0.0, 0.0, 0.0, 0.0, 127.0];
        let annotation = labels_from_pictures(&[picture(7, &values)], &[255, 127]).unwrap();
        let labels: Vec<i32> = annotation.labels.iter().copied().collect();
        assert_eq!(labels, [255, 255, 0, 0, 0, 0, 127]);
    }

    #[test]
    fn pictures_without_a_named_value_are_refused_with_their_values() {
        let error = labels_from_pictures(&[picture(2, &[0.0, 255.0])], &[1]).unwrap_err();
        assert!(
            error.contains("named (1)") && error.contains("255 (1 pixels)"),
            "{error}"
        );
        let empty = labels_from_pictures(&[picture(2, &[0.0, 0.0])], &[1]).unwrap();
        assert_eq!(empty.mended, 0);
    }

    #[test]
    fn an_area_of_an_unnamed_value_is_refused_and_a_thin_edge_is_not() {
        let mut values = vec![255.0; 25];
        for row in 1..4 {
            values[row * 5 + 1..row * 5 + 4].fill(85.0);
        }
        let error = labels_from_pictures(&[picture(5, &values)], &[255]).unwrap_err();
        assert!(error.contains("the value 85 fills areas"), "{error}");
        values[6] = 86.0;
        assert_eq!(
            labels_from_pictures(&[picture(5, &values)], &[255])
                .unwrap()
                .mended,
            9
        );
    }

    #[test]
    fn pictures_that_would_change_for_the_most_part_are_refused() {
        let error =
            labels_from_pictures(&[picture(4, &[255.0, 9.0, 8.0, 0.0])], &[255]).unwrap_err();
        assert!(
            error.contains("2 of 3 pixels other than 0 (67 %)"),
            "{error}"
        );
    }

    #[test]
    fn narrow_pictures_mean_what_the_named_values_say() {
        let narrow = Picture::gray([3, 1], Sample::unsigned(2), vec![0.0, 1.0, 3.0]);
        let labels = |values: &[i32]| labels_from_pictures(std::slice::from_ref(&narrow), values);
        let flat = |annotation: Annotation| annotation.labels.into_iter().collect::<Vec<i32>>();
        assert_eq!(flat(labels(&[1, 3]).unwrap()), [0, 1, 3]);
        assert_eq!(flat(labels(&[85, 255]).unwrap()), [0, 85, 255]);
        assert!(labels(&[127]).is_err());
    }
}
