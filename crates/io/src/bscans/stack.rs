//! Stacks pictures of one size into a volume.

use ndarray::Array4;

use rsom_formats::images::Picture;

/// Stacks B-scans, in order, into intensities of shape (column, B-scan, row, channel).
///
/// # Errors
/// No pictures, or pictures of different size, channels or type; the message states which picture.
pub fn stack_bscans(pictures: &[Picture]) -> Result<Array4<f32>, String> {
    let first = same_size(pictures)?;
    let shape = (first.width, pictures.len(), first.height, first.channels);
    Ok(Array4::from_shape_fn(shape, |(x, y, z, c)| {
        pictures[y].at(z, x, c) as f32
    }))
}

/// Stacks pages, in order, into intensities of shape (column, row, page, channel).
///
/// # Errors
/// No pictures, or pictures of different size, channels or type; the message states which picture.
pub fn stack_pages(pictures: &[Picture]) -> Result<Array4<f32>, String> {
    let first = same_size(pictures)?;
    let shape = (first.width, first.height, pictures.len(), first.channels);
    Ok(Array4::from_shape_fn(shape, |(x, y, z, c)| {
        pictures[z].at(y, x, c) as f32
    }))
}

pub(super) fn same_size(pictures: &[Picture]) -> Result<&Picture, String> {
    let first = pictures.first().ok_or("there are no pictures")?;
    for (number, picture) in pictures.iter().enumerate() {
        if picture.form() != first.form() {
            let (form, of_first) = (picture.form(), first.form());
            return Err(format!(
                "picture {} has {form}, but the first one has {of_first}",
                number + 1
            ));
        }
    }
    Ok(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rsom_formats::images::Sample;

    fn picture(width: usize, height: usize, start: f64) -> Picture {
        let values = (0..width * height).map(|i| start + i as f64).collect();
        Picture::gray([width, height], Sample::UINT8, values)
    }

    #[test]
    fn columns_are_x_rows_are_depth_and_bscans_are_y() {
        let volume = stack_bscans(&[picture(3, 2, 0.0), picture(3, 2, 10.0)]).unwrap();
        assert_eq!(volume.shape(), [3, 2, 2, 1]);
        // Row 1, column 2 of the second B-scan: 10 + 1·3 + 2.
        assert_eq!(volume[[2, 1, 1, 0]], 15.0);
    }

    #[test]
    fn pages_are_depth() {
        let volume = stack_pages(&[picture(3, 2, 0.0), picture(3, 2, 10.0)]).unwrap();
        assert_eq!(volume.shape(), [3, 2, 2, 1]);
        assert_eq!(volume[[2, 1, 1, 0]], 15.0);
        assert_eq!(volume[[2, 1, 0, 0]], 5.0);
    }

    #[test]
    fn a_picture_of_another_size_is_named() {
        let error = stack_bscans(&[picture(3, 2, 0.0), picture(4, 2, 0.0)]).unwrap_err();
        assert!(error.contains("picture 2 has 4 × 2"), "{error}");
    }
}
