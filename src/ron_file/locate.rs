//! Where in a RON text a value stands, so that errors can name line and field.
//!
//! `ron` tells where it stopped reading but not which field that was, and after reading it tells
//! nothing. This walks the text once and lists every value with its path, such as
//! `traffic[1].speed`.

/// A value in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Field names and indices from the top, for example `road.line[2].radius`.
    pub path: String,
    /// Byte offsets.
    pub start: usize,
    pub end: usize,
}

/// Every value of the text, outer ones before their inner ones. Stops quietly at the first thing
/// it cannot read; `ron` reports that better.
pub fn places(text: &str) -> Vec<Place> {
    let mut walker = Walker {
        text: text.as_bytes(),
        at: 0,
        depth: 0,
        out: Vec::new(),
    };
    walker.value("");
    walker.out
}

/// Line and column (in characters), both from 1, of a byte offset.
pub fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
    (line, column)
}

/// Byte offset of a line and column (in characters), both from 1.
pub fn offset_of(text: &str, line: usize, column: usize) -> usize {
    let mut lines = text.split_inclusive('\n');
    let start: usize = lines.by_ref().take(line - line.min(1)).map(str::len).sum();
    let rest = lines.next().unwrap_or_default();
    let within = rest.char_indices().nth(column - column.min(1));
    start + within.map_or(rest.len(), |c| c.0)
}

/// Groups nested deeper than this are not looked into; `ron` refuses them.
const DEEPEST: usize = 128;

struct Walker<'a> {
    text: &'a [u8],
    at: usize,
    depth: usize,
    out: Vec<Place>,
}

impl Walker<'_> {
    fn value(&mut self, path: &str) -> Option<()> {
        if self.depth == DEEPEST {
            return None;
        }
        self.depth += 1;
        self.value_inside(path)?;
        self.depth -= 1;
        Some(())
    }

    fn value_inside(&mut self, path: &str) -> Option<()> {
        self.skip_space();
        let index = self.out.len();
        self.out.push(Place {
            path: path.to_string(),
            start: self.at,
            end: self.text.len(),
        });
        match self.peek()? {
            b'"' => self.string()?,
            b'r' if self.raw_string_hashes().is_some() => self.raw_string()?,
            b'[' => self.list(path)?,
            b'(' => self.tuple(path)?,
            _ => {
                self.word();
                // `Straight(length: 1.0)` or `Some(3)`: the parentheses belong to the word.
                let end = self.at;
                self.skip_space();
                if self.peek() == Some(b'(') {
                    self.tuple(path)?;
                } else {
                    self.at = end;
                }
            }
        }
        self.out[index].end = self.at;
        Some(())
    }

    fn list(&mut self, path: &str) -> Option<()> {
        self.at += 1;
        let mut index = 0;
        loop {
            self.skip_space();
            if self.peek()? == b']' {
                self.at += 1;
                return Some(());
            }
            self.value(&format!("{path}[{index}]"))?;
            index += 1;
            self.comma();
        }
    }

    fn tuple(&mut self, path: &str) -> Option<()> {
        self.at += 1;
        let mut index = 0;
        loop {
            self.skip_space();
            if self.peek()? == b')' {
                self.at += 1;
                return Some(());
            }
            let start = self.at;
            let name = self.word();
            self.skip_space();
            if !name.is_empty() && self.peek() == Some(b':') {
                self.at += 1;
                let dot = if path.is_empty() { "" } else { "." };
                self.value(&format!("{path}{dot}{name}"))?;
            } else {
                self.at = start;
                self.value(&format!("{path}.{index}"))?;
                index += 1;
            }
            self.comma();
        }
    }

    fn comma(&mut self) {
        self.skip_space();
        if self.peek() == Some(b',') {
            self.at += 1;
        }
    }

    /// A name, a number, `true`: anything up to the next delimiter.
    fn word(&mut self) -> String {
        let start = self.at;
        while let Some(b) = self.peek() {
            if b.is_ascii_whitespace() || b"()[]{},:\"/".contains(&b) {
                break;
            }
            self.at += 1;
        }
        if self.at == start {
            // Never stand still on something unexpected.
            self.at = (self.at + 1).min(self.text.len());
        }
        String::from_utf8_lossy(&self.text[start..self.at]).into_owned()
    }

    fn string(&mut self) -> Option<()> {
        self.at += 1;
        loop {
            match self.peek()? {
                b'\\' => self.at += 2,
                b'"' => {
                    self.at += 1;
                    return Some(());
                }
                _ => self.at += 1,
            }
        }
    }

    /// Number of `#` in front of a raw string's quotation mark, if one begins here.
    fn raw_string_hashes(&self) -> Option<usize> {
        let rest = self.text.get(self.at + 1..)?;
        let hashes = rest.iter().take_while(|b| **b == b'#').count();
        (rest.get(hashes) == Some(&b'"')).then_some(hashes)
    }

    fn raw_string(&mut self) -> Option<()> {
        let hashes = self.raw_string_hashes()?;
        let end = [&b"\""[..], &b"#".repeat(hashes)].concat();
        let inside = self.at + 1 + hashes + 1;
        let rest = self.text.get(inside..)?;
        let length = rest.windows(end.len()).position(|w| w == end)?;
        self.at = inside + length + end.len();
        Some(())
    }

    fn skip_space(&mut self) {
        while let Some(b) = self.peek() {
            let rest = &self.text[self.at..];
            if b.is_ascii_whitespace() {
                self.at += 1;
            } else if rest.starts_with(b"//") {
                let line = rest.iter().position(|b| *b == b'\n');
                self.at += line.unwrap_or(rest.len());
            } else if rest.starts_with(b"/*") {
                let end = rest.windows(2).position(|w| w == b"*/");
                self.at += end.map_or(rest.len(), |n| n + 2);
            } else {
                return;
            }
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"// a comment
(
    title: "a (strange), title: with \" marks",
    road: (lanes: 2, line: [Straight(length: 10.0), Curve(radius: -5.0, length: 2.0)]),
    /* block */ speed: Some(3.5),
)
"#;

    fn text_of(path: &str) -> &str {
        let place = places(TEXT)
            .into_iter()
            .find(|p| p.path == path)
            .expect(path);
        &TEXT[place.start..place.end]
    }

    #[test]
    fn every_value_is_found_under_its_path() {
        assert_eq!(text_of("road.lanes"), "2");
        assert_eq!(text_of("road.line[1].radius"), "-5.0");
        assert_eq!(text_of("road.line[0]"), "Straight(length: 10.0)");
        assert_eq!(text_of("speed"), "Some(3.5)");
        assert!(text_of("title").starts_with("\"a (str"));
    }

    #[test]
    fn offsets_lines_and_columns_agree() {
        for offset in [0, 13, 40, TEXT.len()] {
            let (line, column) = line_and_column(TEXT, offset);
            assert_eq!(offset_of(TEXT, line, column), offset);
        }
    }

    #[test]
    fn raw_strings_are_passed_over_whole() {
        let text = "(title: r#\"a \" ( [\"#, speed: 3.5)";
        let speed = places(text)
            .into_iter()
            .find(|p| p.path == "speed")
            .expect("found");
        assert_eq!(&text[speed.start..speed.end], "3.5");
    }

    #[test]
    fn deep_nesting_ends_the_walk() {
        for open in ["(", "[", "(a:"] {
            assert!(places(&open.repeat(200_000)).len() <= DEEPEST);
        }
    }

    #[test]
    fn broken_text_ends_the_walk_without_a_panic() {
        for end in 0..TEXT.len() {
            if TEXT.is_char_boundary(end) {
                places(&TEXT[..end]);
            }
        }
        places(")))]]]:::,,,///");
    }
}
