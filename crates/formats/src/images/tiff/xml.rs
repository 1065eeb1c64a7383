//! The elements of an XML text, as far as OME's descriptions need them: names, attributes, and the text that follows.

/// A start tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Element {
    /// Name without its namespace.
    pub name: String,
    /// Attributes in their order.
    pub attributes: Vec<(String, String)>,
    /// The text up to the next tag.
    pub text: String,
}

impl Element {
    /// The value of an attribute.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(found, _)| found == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// The elements of a text in their order, without comments and processing instructions.
///
/// # Errors
/// A tag without an end.
pub(super) fn elements(text: &str) -> Result<Vec<Element>, String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        rest = &rest[start..];
        let end = match rest {
            _ if rest.starts_with("<!--") => rest.find("-->").map(|end| end + 3),
            _ if rest.starts_with("<![CDATA[") => rest.find("]]>").map(|end| end + 3),
            _ => end_of_tag(rest),
        };
        let end = end.ok_or("a tag has no end")?;
        let (tag, behind) = rest.split_at(end);
        rest = behind;
        if !tag.starts_with("</") && !tag.starts_with("<!") && !tag.starts_with("<?") {
            let text = behind.split('<').next().unwrap_or_default();
            found.push(element(tag.trim_matches(['<', '>', '/']), text));
        }
    }
    Ok(found)
}

/// The place behind the `>` of a tag; one inside quotes does not count.
fn end_of_tag(text: &str) -> Option<usize> {
    let mut quote = None;
    for (place, letter) in text.char_indices() {
        match (letter, quote) {
            ('"' | '\'', None) => quote = Some(letter),
            (letter, Some(open)) if letter == open => quote = None,
            ('>', None) => return Some(place + 1),
            _ => {}
        }
    }
    None
}

fn element(tag: &str, text: &str) -> Element {
    let end = tag.find(char::is_whitespace).unwrap_or(tag.len());
    let (name, mut rest) = tag.split_at(end);
    let mut attributes = Vec::new();
    while let Some((key, behind)) = rest.split_once('=') {
        let behind = behind.trim_start();
        let Some(quote) = behind.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
            break;
        };
        let Some((value, after)) = behind[1..].split_once(quote) else {
            break;
        };
        attributes.push((without_namespace(key.trim()), plain(value)));
        rest = after;
    }
    Element {
        name: without_namespace(name),
        attributes,
        text: plain(text.trim()),
    }
}

fn without_namespace(name: &str) -> String {
    name.rsplit(':').next().unwrap_or(name).to_owned()
}

/// A text without the predefined entities and without references to characters by number (XML 1.0, sections 4.1, 4.6).
fn plain(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(start) = rest.find('&') {
        plain.push_str(&rest[..start]);
        rest = &rest[start..];
        let found = rest
            .find(';')
            .and_then(|end| Some((character(&rest[1..end])?, end)));
        match found {
            Some((character, end)) => {
                plain.push(character);
                rest = &rest[end + 1..];
            }
            None => {
                plain.push('&');
                rest = &rest[1..];
            }
        }
    }
    plain.push_str(rest);
    plain
}

/// The character of a reference, without `&` and `;`.
fn character(name: &str) -> Option<char> {
    let number = match name {
        "lt" => return Some('<'),
        "gt" => return Some('>'),
        "quot" => return Some('"'),
        "apos" => return Some('\''),
        "amp" => return Some('&'),
        _ => name.strip_prefix('#')?,
    };
    let code = match number.strip_prefix('x') {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => number.parse(),
    };
    char::from_u32(code.ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_comments_and_quotes_are_told_apart() {
        let text = "<?xml version='1.0'?><!-- <Pixels/> --><ome:OME a=\"x > y\"><UUID FileName='f'>urn</UUID><Pixels SizeZ = \"3\"/></ome:OME>";
        let found = elements(text).unwrap();
        let names: Vec<&str> = found.iter().map(|e| e.name.as_str()).collect();
        assert_eq!(names, ["OME", "UUID", "Pixels"]);
        assert_eq!(found[0].attribute("a"), Some("x > y"));
        assert_eq!(
            (found[1].attribute("FileName"), found[1].text.as_str()),
            (Some("f"), "urn")
        );
        assert_eq!(found[2].attribute("SizeZ"), Some("3"));
        assert!(elements("<OME a='").is_err());
    }

    #[test]
    fn characters_by_number_are_decoded() {
        assert_eq!(plain("&#x03BC;m &#xB5;m &#181;m"), "μm µm µm");
        assert_eq!(
            plain("a &amp;lt; b && c &#x110000; &nbsp;"),
            "a &lt; b && c &#x110000; &nbsp;"
        );
    }

    proptest::proptest! {
        #[test]
        fn any_text_ends(text in "[<>/a=\"' !?\\-µ]{0,40}") {
            let _ = elements(&text);
        }
    }
}
