//! Sizes of files in words.

/// A size such as `1.5 GB`, with decimal prefixes.
pub(crate) fn words(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    let mut value = bytes as f64 / 1000.0;
    let mut unit = 0;
    while value >= 999.5 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    let decimals = usize::from(value < 9.95);
    format!("{value:.decimals$} {}", UNITS[unit])
}

/// The number of bytes of a text such as `200GB`, `1.5 TB` or `800`.
///
/// # Errors
/// The text is no size.
pub(crate) fn parse(text: &str) -> Result<u64, String> {
    let fault = || format!("'{text}' is no size; write one such as 200GB");
    let trimmed = text.trim();
    let digits = trimmed.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let factor = match trimmed[digits.len()..].to_ascii_uppercase().as_str() {
        "" | "B" => 1.0,
        "KB" | "K" => 1e3,
        "MB" | "M" => 1e6,
        "GB" | "G" => 1e9,
        "TB" | "T" => 1e12,
        _ => return Err(fault()),
    };
    let number: f64 = digits.trim_end().parse().map_err(|_| fault())?;
    let bytes = number * factor;
    // Exact in f64 up to 9 PB.
    match (0.0..9e15).contains(&bytes) {
        true => Ok(bytes.round() as u64),
        false => Err(fault()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_in_words() {
        for (bytes, text) in [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1.0 kB"),
            (9_949, "9.9 kB"),
            (9_950, "10 kB"),
            (999_499, "999 kB"),
            (999_500, "1.0 MB"),
            (1_500_000_000, "1.5 GB"),
            (5_000_000_000_000_000, "5000 TB"),
        ] {
            assert_eq!(words(bytes), text);
        }
    }

    #[test]
    fn words_for_sizes() {
        for (text, bytes) in [
            ("200GB", 200_000_000_000),
            ("1.5 tb", 1_500_000_000_000),
            ("800", 800),
            (" 3k ", 3000),
        ] {
            assert_eq!(parse(text), Ok(bytes));
        }
        for text in ["", "GB", "-1", "1e30", "nan", "inf", "5 apples", "1,5GB"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
