//! TIFF files laid out by hand (TIFF 6.0, section 2).

/// Values of a tag.
#[derive(Clone)]
pub enum Field {
    /// SHORT.
    Shorts(Vec<u16>),
    /// LONG.
    Longs(Vec<u32>),
    /// ASCII.
    Text(&'static str),
    /// RATIONAL.
    Ratio(u32, u32),
}

/// One page: its tags without those of the strips, and the bytes of each strip.
#[derive(Clone)]
pub struct Page {
    pub tags: Vec<(u16, Field)>,
    pub strips: Vec<Vec<u8>>,
}

impl Page {
    /// A gray page of 8 bits in one strip.
    pub fn gray(width: u16, height: u16, values: &[u8]) -> Self {
        let shorts = |n: u16| Field::Shorts(vec![n]);
        let tags = vec![
            (256, shorts(width)),
            (257, shorts(height)),
            (258, shorts(8)),
            (259, shorts(1)),
            (262, shorts(1)),
            (277, shorts(1)),
        ];
        Self {
            tags,
            strips: vec![values.to_vec()],
        }
    }

    /// The same page with another value of a tag.
    pub fn with(mut self, tag: u16, field: Field) -> Self {
        self.tags.retain(|(number, _)| *number != tag);
        self.tags.push((tag, field));
        self
    }

    /// The same page with one SHORT for a tag.
    pub fn short(self, tag: u16, value: u16) -> Self {
        self.with(tag, Field::Shorts(vec![value]))
    }
}

/// Writes numbers in one byte order.
#[derive(Clone, Copy)]
struct Order {
    big_endian: bool,
}

impl Order {
    fn two(self, n: u16) -> [u8; 2] {
        match self.big_endian {
            true => n.to_be_bytes(),
            false => n.to_le_bytes(),
        }
    }

    fn four(self, n: u32) -> [u8; 4] {
        match self.big_endian {
            true => n.to_be_bytes(),
            false => n.to_le_bytes(),
        }
    }

    /// Type, count and bytes of a field.
    fn field(self, field: &Field) -> (u16, u32, Vec<u8>) {
        match field {
            Field::Shorts(v) => (
                3,
                v.len() as u32,
                v.iter().flat_map(|n| self.two(*n)).collect(),
            ),
            Field::Longs(v) => (
                4,
                v.len() as u32,
                v.iter().flat_map(|n| self.four(*n)).collect(),
            ),
            Field::Text(t) => (2, t.len() as u32 + 1, [t.as_bytes(), &[0]].concat()),
            Field::Ratio(a, b) => (5, 1, [self.four(*a), self.four(*b)].concat()),
        }
    }
}

/// A file of these pages; `tail` stands behind everything else, and so behind the pixels of the last page.
pub fn file(pages: &[Page], big_endian: bool, tail: &[u8]) -> Vec<u8> {
    let order = Order { big_endian };
    let mut bytes = if big_endian {
        b"MM".to_vec()
    } else {
        b"II".to_vec()
    };
    bytes.extend(order.two(42));
    bytes.extend(order.four(0));
    let mut link = 4;
    for page in pages {
        let place = bytes.len() as u32;
        bytes[link..link + 4].copy_from_slice(&order.four(place));
        link = bytes.len() + 2 + 12 * (page.tags.len() + 2);
        bytes.extend(directory(page, order, link as u32 + 4));
        bytes.extend(page.strips.concat());
    }
    bytes.extend(tail);
    bytes
}

/// A directory without a next one, and its long values from the place `end` on.
fn directory(page: &Page, order: Order, end: u32) -> Vec<u8> {
    let mut tags = page.tags.clone();
    let mut places = Vec::new();
    let mut len = 0;
    for strip in &page.strips {
        places.push(len);
        len += strip.len() as u32;
    }
    let counts = page.strips.iter().map(|strip| strip.len() as u32).collect();
    tags.push((273, Field::Longs(places.clone())));
    tags.push((279, Field::Longs(counts)));
    tags.sort_by_key(|(number, _)| *number);
    let long = tags
        .iter()
        .map(|(_, field)| order.field(field).2.len())
        .filter(|n| *n > 4);
    let start = end + long.sum::<usize>() as u32;
    let (mut list, mut values) = (order.two(tags.len() as u16).to_vec(), Vec::new());
    for (number, field) in &mut tags {
        if *number == 273 {
            *field = Field::Longs(places.iter().map(|place| place + start).collect());
        }
        let (kind, count, mut content) = order.field(field);
        list.extend([order.two(*number), order.two(kind)].concat());
        list.extend(order.four(count));
        if content.len() > 4 {
            list.extend(order.four(end + values.len() as u32));
            values.extend(content);
        } else {
            content.resize(4, 0);
            list.extend(content);
        }
    }
    list.extend(order.four(0));
    list.extend(values);
    list
}
