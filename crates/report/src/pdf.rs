//! A scene as PDF: lines stay lines, texts stay texts, and the font is in the file.

use std::collections::BTreeMap;

use miniz_oxide::deflate::compress_to_vec_zlib;
use pdf_writer::types::{
    CidFontType, FontFlags, LineCapStyle, LineJoinStyle, SystemInfo, UnicodeCmap,
};
use pdf_writer::{Content, Filter, Finish, Name, Pdf, Rect, Ref, Str, TextStr};
use ttf_parser::Face;

use crate::scene::{Anchor, Item, PT_PER_MM, Path, Text};
use crate::{Color, Scene, font};

/// Level of compression.
const LEVEL: u8 = 9;
const CATALOG: Ref = Ref::new(1);
const PAGES: Ref = Ref::new(2);
const PAGE: Ref = Ref::new(3);
const CONTENT: Ref = Ref::new(4);
const INFO: Ref = Ref::new(5);
/// The objects of the regular and the bold font.
const FONTS: [FontRefs; 2] = [FontRefs::from(10), FontRefs::from(20)];
/// The first of the pictures and of the opacities.
const FIRST_FREE: i32 = 30;
const IDENTITY: SystemInfo<'_> = SystemInfo {
    registry: Str(b"Adobe"),
    ordering: Str(b"Identity"),
    supplement: 0,
};

/// Writes a scene as a PDF of one page, `width_mm` wide, with `metadata` (such as provenance) as its keywords and its caption as its subject.
///
/// The keywords are ASCII: other characters are written as in JSON, `\u00b5`. Deterministic: the file contains no time.
#[must_use]
pub fn document(scene: &Scene, metadata: &str) -> Vec<u8> {
    let scale = scene.width_mm * PT_PER_MM / scene.width;
    let mut page = Page {
        content: Content::new(),
        pdf: Pdf::new(),
        free: FIRST_FREE,
        pictures: Vec::new(),
        opacities: BTreeMap::new(),
        used: [BTreeMap::new(), BTreeMap::new()],
    };
    let [width, height] = [scene.width * scale, scene.height * scale].map(|pt| pt as f32);
    // From pixels below the top left corner to points above the bottom left corner.
    let place = [scale as f32, 0.0, 0.0, -scale as f32, 0.0, height];
    page.content.transform(place);
    page.draw_path(&Path::rectangle(
        [0.0, 0.0],
        [scene.width, scene.height],
        scene.background,
        1.0,
    ));
    for item in &scene.items {
        match item {
            Item::Path(path) => page.draw_path(path),
            Item::Text(text) => page.draw_text(text),
            Item::Picture { picture, at, size } => {
                let bytes = compress_to_vec_zlib(&picture.bytes(), LEVEL);
                let pixels = [picture.width(), picture.height()];
                page.draw_picture(&bytes, pixels, [*at, *size]);
            }
        }
    }
    page.finish([width, height], (metadata, &scene.caption))
}

/// A page that is being written.
struct Page {
    content: Content,
    pdf: Pdf,
    free: i32,
    pictures: Vec<Ref>,
    /// Opacities of areas in thousandths.
    opacities: BTreeMap<u32, Ref>,
    /// The glyphs of the two fonts that the page shows, with their letters.
    used: [BTreeMap<u16, char>; 2],
}

/// The objects of a font.
struct FontRefs {
    font: Ref,
    letters: Ref,
    descriptor: Ref,
    file: Ref,
    unicode: Ref,
}

impl FontRefs {
    const fn from(first: i32) -> Self {
        Self {
            font: Ref::new(first),
            letters: Ref::new(first + 1),
            descriptor: Ref::new(first + 2),
            file: Ref::new(first + 3),
            unicode: Ref::new(first + 4),
        }
    }
}

impl Page {
    fn next(&mut self) -> Ref {
        self.free += 1;
        Ref::new(self.free - 1)
    }

    fn draw_path(&mut self, path: &Path) {
        let opacity = path.fill.map_or(1.0, |(_, opacity)| opacity);
        let thousandths = (opacity * 1000.0).round() as u32;
        self.content.save_state();
        if thousandths < 1000 {
            if !self.opacities.contains_key(&thousandths) {
                let id = self.next();
                self.opacities.insert(thousandths, id);
            }
            let name = format!("G{thousandths}");
            self.content.set_parameters(Name(name.as_bytes()));
        }
        if let Some((color, _)) = path.fill {
            let [r, g, b] = shares(color);
            self.content.set_fill_rgb(r, g, b);
        }
        if let Some(stroke) = path.stroke {
            let [r, g, b] = shares(stroke.color);
            self.content.set_stroke_rgb(r, g, b);
            self.content.set_line_width(stroke.width as f32);
            self.content.set_line_join(LineJoinStyle::RoundJoin);
            match stroke.dash {
                Some(dash) => {
                    let dash = dash.map(|length| length as f32);
                    self.content.set_dash_pattern(dash, 0.0);
                }
                None => {
                    self.content.set_line_cap(LineCapStyle::RoundCap);
                }
            }
        }
        for line in &path.lines {
            for (i, [x, y]) in line.iter().enumerate() {
                let (x, y) = (*x as f32, *y as f32);
                match i {
                    0 => self.content.move_to(x, y),
                    _ => self.content.line_to(x, y),
                };
            }
            if path.closed {
                self.content.close_path();
            }
        }
        match (path.fill.is_some(), path.stroke.is_some()) {
            (true, true) => self.content.fill_even_odd_and_stroke(),
            (true, false) => self.content.fill_even_odd(),
            (false, true) => self.content.stroke(),
            (false, false) => self.content.end_path(),
        };
        self.content.restore_state();
    }

    fn draw_text(&mut self, text: &Text) {
        let glyphs = font::glyphs(&text.words, text.bold);
        let used = &mut self.used[usize::from(text.bold)];
        used.extend(glyphs.iter().map(|glyph| (glyph.id, glyph.letter)));
        let width = glyphs.iter().map(|g| g.advance_em).sum::<f64>() * text.size;
        let back = match text.anchor {
            Anchor::Start => 0.0,
            Anchor::Middle => width / 2.0,
            Anchor::End => width,
        };
        let [x, y] = text.at;
        // Letters are upright where y grows upwards, so the matrix turns y back.
        let [a, b, c, d, x, y] = match text.upwards {
            true => [0.0, -1.0, -1.0, 0.0, x, y + back],
            false => [1.0, 0.0, 0.0, -1.0, x - back, y],
        };
        let [red, green, blue] = shares(text.color);
        let name = if text.bold { Name(b"F1") } else { Name(b"F0") };
        self.content.set_fill_rgb(red, green, blue);
        self.content.begin_text();
        self.content.set_font(name, text.size as f32);
        self.content
            .set_text_matrix([a, b, c, d, x, y].map(|v| v as f32));
        let mut positioned = self.content.show_positioned();
        let mut items = positioned.items();
        for glyph in &glyphs {
            items.show(Str(&glyph.id.to_be_bytes()));
            if glyph.kerning_em != 0.0 {
                items.adjust((-1000.0 * glyph.kerning_em) as f32);
            }
        }
        items.finish();
        positioned.finish();
        self.content.end_text();
    }

    fn draw_picture(
        &mut self,
        bytes: &[u8],
        [columns, rows]: [usize; 2],
        [at, size]: [[f64; 2]; 2],
    ) {
        let id = self.next();
        let mut image = self.pdf.image_xobject(id, bytes);
        image.filter(Filter::FlateDecode);
        image.width(columns as i32);
        image.height(rows as i32);
        image.color_space().device_rgb();
        image.bits_per_component(8);
        image.interpolate(false);
        image.finish();
        let name = format!("P{}", self.pictures.len());
        self.pictures.push(id);
        let [x, y, width, height] = [at[0], at[1], size[0], size[1]].map(|v| v as f32);
        self.content.save_state();
        self.content
            .transform([width, 0.0, 0.0, -height, x, y + height]);
        self.content.x_object(Name(name.as_bytes()));
        self.content.restore_state();
    }

    fn finish(mut self, [width, height]: [f32; 2], (metadata, caption): (&str, &str)) -> Vec<u8> {
        self.pdf.catalog(CATALOG).pages(PAGES);
        self.pdf.pages(PAGES).kids([PAGE]).count(1);
        let content = compress_to_vec_zlib(&self.content.finish(), LEVEL);
        self.pdf
            .stream(CONTENT, &content)
            .filter(Filter::FlateDecode);
        let mut page = self.pdf.page(PAGE);
        page.parent(PAGES);
        page.media_box(Rect::new(0.0, 0.0, width, height));
        page.contents(CONTENT);
        let mut resources = page.resources();
        let mut fonts = resources.fonts();
        for (name, font) in [b"F0", b"F1"].into_iter().zip(&FONTS) {
            fonts.pair(Name(name), font.font);
        }
        fonts.finish();
        let mut pictures = resources.x_objects();
        for (place, id) in self.pictures.iter().enumerate() {
            pictures.pair(Name(format!("P{place}").as_bytes()), *id);
        }
        pictures.finish();
        let mut states = resources.ext_g_states();
        for (thousandths, id) in &self.opacities {
            states.pair(Name(format!("G{thousandths}").as_bytes()), *id);
        }
        states.finish();
        resources.finish();
        page.finish();
        for (thousandths, id) in &self.opacities {
            let mut state = self.pdf.ext_graphics(*id);
            state.non_stroking_alpha(*thousandths as f32 / 1000.0);
        }
        for ((bold, font), used) in FONTS.iter().enumerate().zip(&self.used) {
            write_font(&mut self.pdf, font, bold == 1, used);
        }
        let mut info = self.pdf.document_info(INFO);
        info.producer(TextStr("rsom"));
        info.keywords(TextStr(&ascii(metadata)));
        info.subject(TextStr(caption));
        info.finish();
        self.pdf.finish()
    }
}

/// Writes a whole font, small as it is, with the letters of the glyphs that are used, so that texts can be searched and copied.
fn write_font(pdf: &mut Pdf, refs: &FontRefs, bold: bool, used: &BTreeMap<u16, char>) {
    let (bytes, name) = match bold {
        true => (font::BOLD, Name(b"RsomSans-Bold")),
        false => (font::REGULAR, Name(b"RsomSans-Regular")),
    };
    let Ok(face) = Face::parse(bytes, 0) else {
        return;
    };
    let thousandth = 1000.0 / f32::from(face.units_per_em());
    let units = |value: i16| f32::from(value) * thousandth;
    pdf.type0_font(refs.font)
        .base_font(name)
        .encoding_predefined(Name(b"Identity-H"))
        .descendant_font(refs.letters)
        .to_unicode(refs.unicode);
    let mut letters = pdf.cid_font(refs.letters);
    letters.subtype(CidFontType::Type2).base_font(name);
    letters
        .system_info(IDENTITY)
        .font_descriptor(refs.descriptor);
    letters.cid_to_gid_map_predefined(Name(b"Identity"));
    let mut widths = letters.widths();
    for id in used.keys() {
        let width = face.glyph_hor_advance(ttf_parser::GlyphId(*id));
        widths.same(*id, *id, f32::from(width.unwrap_or(0)) * thousandth);
    }
    widths.finish();
    letters.finish();
    let bounds = face.global_bounding_box();
    let [left, bottom, right, top] = [bounds.x_min, bounds.y_min, bounds.x_max, bounds.y_max];
    pdf.font_descriptor(refs.descriptor)
        .name(name)
        .flags(FontFlags::SYMBOLIC)
        .bbox(Rect::new(
            units(left),
            units(bottom),
            units(right),
            units(top),
        ))
        .italic_angle(0.0)
        .ascent(units(face.ascender()))
        .descent(units(face.descender()))
        .cap_height(units(face.capital_height().unwrap_or(face.ascender())))
        .stem_v(if bold { 140.0 } else { 80.0 })
        .font_file2(refs.file);
    let file = compress_to_vec_zlib(bytes, LEVEL);
    let mut stream = pdf.stream(refs.file, &file);
    stream.pair(Name(b"Length1"), bytes.len() as i32);
    stream.filter(Filter::FlateDecode);
    stream.finish();
    let mut unicode = UnicodeCmap::new(Name(b"Letters"), IDENTITY);
    for (id, letter) in used {
        unicode.pair(*id, *letter);
    }
    pdf.cmap(refs.unicode, &unicode.finish());
}

fn shares(color: Color) -> [f32; 3] {
    color.0.map(|byte| f32::from(byte) / 255.0)
}

/// The text with all other characters than those of ASCII as in JSON.
fn ascii(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            ' '..='~' => out.push(letter),
            _ => {
                let mut units = [0; 2];
                for unit in letter.encode_utf16(&mut units) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Picture;
    use crate::color::{BLACK, SKY};
    use crate::scene::Stroke;

    fn scene() -> Scene {
        let mut scene = Scene::new(100.0, 50.0).with_width_mm(85.0);
        scene.draw(Path::rectangle([1.0, 2.0], [30.0, 4.0], SKY, 0.5));
        scene.line(
            [0.0, 0.0],
            [5.0, 5.0],
            Stroke::solid(BLACK, 1.0).dashed(2.0, 1.0),
        );
        scene.draw(Text::new("Ra (µm)", [1.0, 20.0], 8.0, BLACK).upwards());
        scene.draw(Text::new("AV", [1.0, 20.0], 8.0, BLACK).bold());
        scene.items.push(Item::Picture {
            picture: Picture::filled(2, 2, SKY),
            at: [0.0, 0.0],
            size: [4.0, 4.0],
        });
        scene
    }

    #[test]
    fn a_page_is_as_wide_as_the_figure_in_print_and_keeps_its_keywords() {
        let bytes = document(&scene(), "{\"unit\": \"µm (a)\"}");
        let text = String::from_utf8_lossy(&bytes);
        assert!(text.starts_with("%PDF-1.7") && text.trim_end().ends_with("%%EOF"));
        // 85 mm are 240.94 points.
        assert!(text.contains("/MediaBox [0 0 240.944"), "{text}");
        assert!(text.contains("/Keywords ({\"unit\": \"\\\\u00b5m (a)\"})"));
        assert!(text.contains("/BaseFont /RsomSans-Bold") && text.contains("/ca 0.5"));
    }

    #[test]
    fn the_same_scene_has_the_same_bytes() {
        assert_eq!(document(&scene(), "a"), document(&scene(), "a"));
    }
}
