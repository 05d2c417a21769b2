//! HTML and SVG text that cannot be broken by data: only literals go in raw, everything else is escaped for its place.

/// A piece of markup under construction.
///
/// [`Markup::raw`] takes `&'static str` on purpose: a value from a file cannot reach it without an effort that a reader of
/// the code would notice.
#[derive(Debug, Default, Clone)]
pub struct Markup(String);

impl Markup {
    /// Nothing yet.
    pub fn new() -> Markup {
        Markup::default()
    }

    /// Literal markup.
    pub fn raw(&mut self, markup: &'static str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// Text content: escaped, control characters made visible.
    pub fn text(&mut self, text: &str) -> &mut Self {
        escape_into(&mut self.0, text);
        self
    }

    /// ` name="value"`, the value escaped.
    pub fn attr(&mut self, name: &'static str, value: &str) -> &mut Self {
        self.0.push(' ');
        self.0.push_str(name);
        self.0.push_str("=\"");
        escape_into(&mut self.0, value);
        self.0.push('"');
        self
    }

    /// ` name="number"` with at most two decimals, for coordinates.
    pub fn num(&mut self, name: &'static str, value: f64) -> &mut Self {
        self.attr(name, &coordinate(value))
    }

    /// `<tag>text</tag>`.
    pub fn element(&mut self, tag: &'static str, text: &str) -> &mut Self {
        self.0.push('<');
        self.0.push_str(tag);
        self.0.push('>');
        self.text(text);
        // The tag may carry literal attributes: only its name closes it.
        let name = tag.split(' ').next().unwrap_or(tag);
        self.0.push_str("</");
        self.0.push_str(name);
        self.0.push('>');
        self
    }

    /// Text that was made safe for where it goes: JSON by [`script_json`], or [`base64`].
    pub(super) fn trusted(&mut self, safe: &str) -> &mut Self {
        self.0.push_str(safe);
        self
    }

    /// Another piece.
    pub fn push(&mut self, other: &Markup) -> &mut Self {
        self.0.push_str(&other.0);
        self
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A coordinate as SVG wants it: at most two decimals, no `-0`, no exponent.
pub fn coordinate(value: f64) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_string() } else { text.to_string() }
}

/// Control characters as people can see them: `\x1b`. Tab and line feed stay, since both are harmless and readable.
pub fn visible(text: &str) -> std::borrow::Cow<'_, str> {
    let is_hidden = |c: char| (c.is_control() && c != '\t' && c != '\n') || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    if !text.chars().any(is_hidden) {
        return text.into();
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            c if !is_hidden(c) => out.push(c),
            c if (c as u32) < 0x100 => out.push_str(&format!("\\x{:02x}", c as u32)),
            c => out.push_str(&format!("\\u{{{:x}}}", c as u32)),
        }
    }
    out.into()
}

fn escape_into(out: &mut String, text: &str) {
    for c in visible(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
}

/// JSON that may stand inside a `<script>` element: nothing in it can end the element or open a comment.
pub fn script_json(value: &serde_json::Value) -> String {
    let mut out = String::new();
    for c in value.to_string().chars() {
        match c {
            '<' => out.push_str("\\u003c"),
            '>' => out.push_str("\\u003e"),
            '&' => out.push_str("\\u0026"),
            '\u{2028}' => out.push_str("\\u2028"),
            '\u{2029}' => out.push_str("\\u2029"),
            c => out.push(c),
        }
    }
    out
}

/// Base64 of RFC 4648 with padding.
pub fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let word = u32::from(chunk[0]) << 16 | u32::from(*chunk.get(1).unwrap_or(&0)) << 8 | u32::from(*chunk.get(2).unwrap_or(&0));
        for place in 0..4 {
            if place <= chunk.len() {
                out.push(char::from(ALPHABET[(word >> (18 - 6 * place)) as usize & 63]));
            } else {
                out.push('=');
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_stays_text() {
        for (raw, escaped) in [
            ("</script><svg onload=alert(1)>", "&lt;/script&gt;&lt;svg onload=alert(1)&gt;"),
            ("\" onmouseover='x'", "&quot; onmouseover=&#39;x&#39;"),
            ("A&amp;B", "A&amp;amp;B"),
            ("\x1b[31mred\0", "\\x1b[31mred\\x00"),
            ("evil\u{202e}txt", "evil\\u{202e}txt"),
            ("Åre Ö", "Åre Ö"),
        ] {
            assert_eq!(Markup::new().text(raw).as_str(), escaped);
        }
        let json = script_json(&serde_json::json!(["</script>", "\u{2028}", "&"]));
        assert_eq!(json, "[\"\\u003c/script\\u003e\",\"\\u2028\",\"\\u0026\"]");
    }

    #[test]
    fn encodes_as_rfc_4648_says() {
        for (raw, encoded) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy")] {
            assert_eq!(base64(raw.as_bytes()), encoded);
        }
    }

    #[test]
    fn coordinates_are_short() {
        for (value, text) in [(0.0, "0"), (-0.001, "0"), (12.5, "12.5"), (1.0 / 3.0, "0.33"), (100.0, "100")] {
            assert_eq!(coordinate(value), text);
        }
    }
}
