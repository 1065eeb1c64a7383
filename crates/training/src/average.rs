//! Average of the loss terms over the images of an epoch.

use crate::NamedValues;

/// Running average of loss terms.
#[derive(Default)]
pub(crate) struct Average {
    sums: Vec<(String, Option<f64>)>,
    images: usize,
}

impl Average {
    /// Adds the terms of a batch of `images` images, multiplied by `weight`.
    pub(crate) fn add(&mut self, terms: &NamedValues, weight: f64, images: usize) {
        for (index, (name, value)) in terms.iter().enumerate() {
            if self.sums.len() == index {
                self.sums.push((name.to_owned(), None));
            }
            if let Some(value) = value {
                *self.sums[index].1.get_or_insert(0.0) += weight * value;
            }
        }
        self.images += images;
    }

    /// The weighted sums divided by the number of images.
    pub(crate) fn value(self) -> NamedValues {
        let images = self.images.max(1) as f64;
        let mean = |(name, sum): (String, Option<f64>)| (name, sum.map(|sum| sum / images));
        self.sums.into_iter().map(mean).collect()
    }
}
