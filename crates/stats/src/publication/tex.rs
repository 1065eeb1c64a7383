//! Characters as LaTeX that pdfLaTeX can set with its standard fonts.

/// The character in text, for a document without further packages.
///
/// ASCII is escaped; Greek letters and signs are set in math, accented Latin letters by LaTeX's accents. Anything else
/// becomes its number, such as `[U+4E2D]`: pdfLaTeX stops at a character that its fonts lack.
pub(super) fn set(c: char) -> String {
    let known = special(c).map(str::to_owned);
    known
        .or_else(|| (c.is_ascii() && !c.is_control()).then(|| c.to_string()))
        .or_else(|| sign(c))
        .or_else(|| raised_or_lowered(c))
        .or_else(|| accented(c))
        .unwrap_or_else(|| match c.is_control() {
            true => " ".to_owned(),
            false => format!("[U+{:04X}]", u32::from(c)),
        })
}

fn special(c: char) -> Option<&'static str> {
    Some(match c {
        '&' => "\\&",
        '%' => "\\%",
        '$' => "\\$",
        '#' => "\\#",
        '_' => "\\_",
        '{' => "\\{",
        '}' => "\\}",
        '\\' => "\\textbackslash{}",
        '~' => "\\textasciitilde{}",
        '^' => "\\textasciicircum{}",
        // Quotation marks are shorthands of some languages, and join with their like.
        '"' | '”' => "''{}",
        '“' => "``{}",
        '`' | '‘' => "`{}",
        '’' => "'{}",
        '<' => "$<$",
        '>' => "$>$",
        '|' => "$|$",
        '−' => "$-$",
        '°' => "$^{\\circ}$",
        '–' => "--",
        '—' => "---",
        '‐' | '‑' => "-",
        '…' => "\\ldots{}",
        '½' => "$\\frac{1}{2}$",
        '¼' => "$\\frac{1}{4}$",
        '¾' => "$\\frac{3}{4}$",
        '§' => "\\S{}",
        '¶' => "\\P{}",
        '©' => "\\copyright{}",
        '£' => "\\pounds{}",
        'Æ' => "\\AE{}",
        'æ' => "\\ae{}",
        'Œ' => "\\OE{}",
        'œ' => "\\oe{}",
        'Ø' => "\\O{}",
        'ø' => "\\o{}",
        'Ł' => "\\L{}",
        'ł' => "\\l{}",
        'ß' => "\\ss{}",
        'ı' => "\\i{}",
        // Spaces that do not break, and characters without width.
        '\u{a0}' | '\u{202f}' => "~",
        '\u{2009}' => "\\,",
        '\u{ad}' | '\u{200b}' | '\u{feff}' => "",
        _ => return None,
    })
}

/// Greek letters and signs, with the names of LaTeX.
#[rustfmt::skip]
const SIGNS: [(char, &str); 106] = [
    ('α', "alpha"), ('β', "beta"), ('γ', "gamma"), ('δ', "delta"), ('ε', "varepsilon"), ('ϵ', "epsilon"),
    ('ζ', "zeta"), ('η', "eta"), ('θ', "theta"), ('ϑ', "vartheta"), ('ι', "iota"), ('κ', "kappa"), ('λ', "lambda"),
    ('μ', "mu"), ('µ', "mu"), ('ν', "nu"), ('ξ', "xi"), ('π', "pi"), ('ϖ', "varpi"), ('ρ', "rho"), ('ϱ', "varrho"),
    ('σ', "sigma"), ('ς', "varsigma"), ('τ', "tau"), ('υ', "upsilon"), ('φ', "varphi"), ('ϕ', "phi"), ('χ', "chi"),
    ('ψ', "psi"), ('ω', "omega"), ('Γ', "Gamma"), ('Δ', "Delta"), ('∆', "Delta"), ('Θ', "Theta"), ('Λ', "Lambda"),
    ('Ξ', "Xi"), ('Π', "Pi"), ('Σ', "Sigma"), ('Υ', "Upsilon"), ('Φ', "Phi"), ('Ψ', "Psi"), ('Ω', "Omega"),
    ('±', "pm"), ('∓', "mp"), ('×', "times"), ('÷', "div"), ('·', "cdot"), ('⋅', "cdot"), ('∗', "ast"), ('∘', "circ"),
    ('•', "bullet"), ('≤', "leq"), ('≥', "geq"), ('⩽', "leq"), ('⩾', "geq"), ('≪', "ll"), ('≫', "gg"), ('«', "ll"),
    ('»', "gg"), ('≠', "neq"), ('≈', "approx"), ('≃', "simeq"), ('≅', "cong"), ('≡', "equiv"), ('∼', "sim"),
    ('∝', "propto"), ('∞', "infty"), ('√', "surd"), ('∑', "sum"), ('∏', "prod"), ('∫', "int"), ('∂', "partial"),
    ('∇', "nabla"), ('∈', "in"), ('∉', "notin"), ('⊂', "subset"), ('⊆', "subseteq"), ('⊃', "supset"),
    ('⊇', "supseteq"), ('∪', "cup"), ('∩', "cap"), ('∅', "emptyset"), ('∀', "forall"), ('∃', "exists"), ('¬', "neg"),
    ('∧', "wedge"), ('∨', "vee"), ('⊕', "oplus"), ('⊗', "otimes"), ('⊥', "perp"), ('∥', "parallel"),
    ('←', "leftarrow"), ('→', "rightarrow"), ('↔', "leftrightarrow"), ('↑', "uparrow"), ('↓', "downarrow"),
    ('⇐', "Leftarrow"), ('⇒', "Rightarrow"), ('⇔', "Leftrightarrow"), ('ℓ', "ell"), ('′', "prime"),
    ('″', "prime\\prime"), ('⟨', "langle"), ('⟩', "rangle"), ('†', "dagger"), ('‡', "ddagger"),
];

fn sign(c: char) -> Option<String> {
    let (_, name) = SIGNS.iter().find(|(sign, _)| *sign == c)?;
    Some(format!("$\\{name}$"))
}

/// Greek capitals and the omicron that look like Latin letters, which LaTeX does not name.
const LIKE_LATIN: (&str, &str) = ("ΑΒΕΖΗΙΚΜΝΟΡΤΧο", "ABEZHIKMNOPTXo");
const RAISED: (&str, &str) = ("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ", "0123456789+-n");
const LOWERED: (&str, &str) = ("₀₁₂₃₄₅₆₇₈₉₊₋", "0123456789+-");

fn raised_or_lowered(c: char) -> Option<String> {
    let in_math = |prefix: &str, base: char| format!("${prefix}{{{base}}}$");
    counterpart(c, RAISED)
        .map(|base| in_math("^", base))
        .or_else(|| counterpart(c, LOWERED).map(|base| in_math("_", base)))
        .or_else(|| counterpart(c, LIKE_LATIN).map(|base| in_math("\\mathrm", base)))
}

/// Accents of LaTeX, with letters that have them and the letters below.
const ACCENTS: [(&str, &str, &str); 12] = [
    ("\\`", "ÀÈÌÒÙàèìòù", "AEIOUaeiou"),
    ("\\'", "ÁÉÍÓÚÝáéíóúýĆćŃńŚśŹź", "AEIOUYaeiouyCcNnSsZz"),
    ("\\^", "ÂÊÎÔÛâêîôûĈĉĜĝĤĥŜŝŴŵŶŷ", "AEIOUaeiouCcGgHhSsWwYy"),
    ("\\\"", "ÄËÏÖÜäëïöüÿŸ", "AEIOUaeiouyY"),
    ("\\~", "ÃÑÕãñõĨĩŨũ", "ANOanoIiUu"),
    ("\\c", "ÇçŞşŢţ", "CcSsTt"),
    ("\\v", "ČčĎďĚěŇňŘřŠšŤťŽž", "CcDdEeNnRrSsTtZz"),
    ("\\H", "ŐőŰű", "OoUu"),
    ("\\r", "ÅåŮů", "AaUu"),
    ("\\=", "ĀāĒēĪīŌōŪū", "AaEeIiOoUu"),
    ("\\.", "ĖėĠġİŻż", "EeGgIZz"),
    ("\\u", "ĂăĔĕĞğĬĭŎŏŬŭ", "AaEeGgIiOoUu"),
];

fn accented(c: char) -> Option<String> {
    ACCENTS.iter().find_map(|(accent, letters, bases)| {
        let base = counterpart(c, (letters, bases))?;
        Some(format!("{accent}{{{base}}}"))
    })
}

fn counterpart(c: char, (from, to): (&str, &str)) -> Option<char> {
    let place = from.chars().position(|known| known == c)?;
    to.chars().nth(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn greek_letters_and_signs_are_set_in_math() {
        let text: String = "αΔ≥µ×²₁Α".chars().map(set).collect();
        let math = [
            "\\alpha",
            "\\Delta",
            "\\geq",
            "\\mu",
            "\\times",
            "^{2}",
            "_{1}",
            "\\mathrm{A}",
        ];
        let expected = math.map(|m| format!("${m}$")).concat();
        assert_eq!(text, expected);
    }

    #[test]
    fn accents_are_commands_and_other_letters_are_numbers() {
        let text: String = "Müller Łódź 中\u{301}".chars().map(set).collect();
        assert_eq!(text, "M\\\"{u}ller \\L{}\\'{o}d\\'{z} [U+4E2D][U+0301]");
    }

    #[test]
    fn every_table_of_counterparts_is_complete() {
        let pairs = [LIKE_LATIN, RAISED, LOWERED];
        for (from, to) in pairs
            .into_iter()
            .chain(ACCENTS.map(|(_, from, to)| (from, to)))
        {
            assert_eq!(from.chars().count(), to.chars().count(), "{from}");
        }
    }
}
