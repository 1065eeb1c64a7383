//! Whether the names of images and of their label pictures agree with their order.

/// The first pair of names that disagrees when images and labels are paired in order; `None` when all agree, or when
/// names say nothing.
///
/// A name is compared by its parts: runs of digits, and words between them. Parts that all names of a list have are left
/// out, as are leading zeros: `eye_01.png` and `eye_1_label.png` agree. Lists of different length do not pair by name.
#[must_use]
pub fn disagreement(images: &[String], labels: &[String]) -> Option<(String, String)> {
    if images.len() != labels.len() {
        return None;
    }
    let (keys_of_images, keys_of_labels) = (keys(images), keys(labels));
    let agree = |place: &usize| {
        let (image, label) = (&keys_of_images[*place], &keys_of_labels[*place]);
        match images.len() {
            // One name has nothing to differ from: the numbers of the shorter one must stand in the other.
            1 => image.iter().all(|n| label.contains(n)) || label.iter().all(|n| image.contains(n)),
            _ => image == label,
        }
    };
    let place = (0..images.len()).find(|place| !agree(place))?;
    Some((images[place].clone(), labels[place].clone()))
}

/// The parts of each name that differ within the list; for a single name its numbers.
fn keys(names: &[String]) -> Vec<Vec<String>> {
    let parts: Vec<Vec<String>> = names.iter().map(|name| parts(name)).collect();
    let len = parts.first().map_or(0, Vec::len);
    let aligned = parts.iter().all(|p| p.len() == len);
    let constant = |place: usize, part: &String| match aligned {
        true => parts.iter().all(|other| other[place] == *part),
        false => parts.iter().all(|other| other.contains(part)),
    };
    let key = |of: &Vec<String>| -> Vec<String> {
        let kept = of
            .iter()
            .enumerate()
            .filter(|(place, part)| match names.len() {
                1 => part.starts_with(|c: char| c.is_ascii_digit()),
                _ => !constant(*place, part),
            });
        kept.map(|(_, part)| part.clone()).collect()
    };
    parts.iter().map(key).collect()
}

/// The runs of digits, without leading zeros, and the words of a name without its ending.
fn parts(name: &str) -> Vec<String> {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let mut parts: Vec<String> = Vec::new();
    let mut last = None;
    for letter in stem.chars() {
        let kind = (letter.is_alphanumeric()).then(|| letter.is_ascii_digit());
        match (kind, kind == last) {
            (Some(_), true) => {
                if let Some(part) = parts.last_mut() {
                    part.push(letter);
                }
            }
            (Some(_), false) => parts.push(letter.to_string()),
            (None, _) => {}
        }
        last = kind;
    }
    let number = |part: String| match part.trim_start_matches('0') {
        "" if part.starts_with('0') => "0".to_owned(),
        trimmed if part.starts_with(|c: char| c.is_ascii_digit()) => trimmed.to_owned(),
        _ => part,
    };
    parts.into_iter().map(number).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(images: &[&str], labels: &[&str]) -> Option<(String, String)> {
        let owned = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
        disagreement(&owned(images), &owned(labels))
    }

    #[test]
    fn names_that_differ_in_prefix_suffix_and_zeros_agree() {
        assert_eq!(found(&["b0.png", "b1.png"], &["b0.png", "b1.png"]), None);
        assert_eq!(
            found(
                &["eye_01.png", "eye_12.png"],
                &["1_mask.tif", "12_mask.tif"]
            ),
            None
        );
        assert_eq!(
            found(
                &["s1_5.png", "s1_6.png"],
                &["s1_5_label2.png", "s1_6_label2.png"]
            ),
            None
        );
        assert_eq!(
            found(
                &["anna.png", "bert.png"],
                &["anna_label.png", "bert_label.png"]
            ),
            None
        );
        assert_eq!(found(&["scan_2024.tif"], &["labels.tif"]), None);
        assert_eq!(found(&["a.png", "b.png"], &["all.tif"]), None);
    }

    #[test]
    fn names_that_disagree_with_their_order_are_found() {
        let pair = |a: &str, b: &str| Some((a.to_owned(), b.to_owned()));
        let images = ["b0.png", "b1.png", "b3.png"];
        let labels = ["b0.png", "b2.png", "b3.png"];
        assert_eq!(found(&images, &labels), pair("b1.png", "b2.png"));
        assert_eq!(
            found(&["a_1.png", "a_2.png"], &["l_11.png", "l_12.png"]),
            pair("a_1.png", "l_11.png")
        );
        assert_eq!(
            found(&["anna.png", "bert.png"], &["carl.png", "dora.png"]),
            pair("anna.png", "carl.png")
        );
        assert_eq!(found(&["b1.png"], &["b2.png"]), pair("b1.png", "b2.png"));
    }
}
