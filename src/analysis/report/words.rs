//! Words of a drawing: how they look, how wide they are, and how they are broken into lines.

use super::canvas::INK;

/// Size of words, px.
pub(super) const SIZE: f64 = 13.0;

/// Where words stand about their place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// How words look.
#[derive(Debug, Clone, Copy)]
pub(super) struct Text<'a> {
    pub size: f64,
    pub anchor: Anchor,
    pub fill: &'a str,
    pub bold: bool,
    /// Written upward, for the name of a vertical axis.
    pub upward: bool,
}

impl Default for Text<'_> {
    fn default() -> Self {
        Self {
            size: SIZE,
            anchor: Anchor::Start,
            fill: INK,
            bold: false,
            upward: false,
        }
    }
}

/// Width of words, px, as most sans-serif fonts have it, rather too wide than too narrow.
pub(super) fn width(words: &str, size: f64) -> f64 {
    let em: f64 = words
        .chars()
        .map(|c| match c {
            'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' => 0.31,
            'f' | 't' | 'r' | ' ' | '(' | ')' | '-' | '[' | ']' | '/' => 0.39,
            'm' | 'w' | 'M' | 'W' | '%' => 0.93,
            'A'..='Z' => 0.7,
            c if (c as u32) < 0x2E80 => 0.62,
            _ => 1.0,
        })
        .sum();
    em * size
}

/// Words broken into lines of a width; the last ends with an ellipsis if there is more.
pub(super) fn fit(words: &str, room: f64, lines: usize, size: f64) -> Vec<String> {
    let mut out: Vec<String> = vec![String::new()];
    let mut cut = false;
    'words: for word in words.split_whitespace() {
        let mut rest: Vec<char> = word.chars().collect();
        loop {
            let last = out.len() - 1;
            let piece: String = rest.iter().collect();
            let glue = if out[last].is_empty() { "" } else { " " };
            if width(&format!("{}{glue}{piece}", out[last]), size) <= room {
                out[last].push_str(glue);
                out[last].push_str(&piece);
                break;
            }
            // A word that fits nowhere is broken; others go to the next line.
            if out[last].is_empty() || width(&piece, size) > room {
                let mut taken = 0;
                out[last].push_str(glue);
                while taken < rest.len()
                    && (taken == 0 || width(&format!("{}{}", out[last], rest[taken]), size) <= room)
                {
                    out[last].push(rest[taken]);
                    taken += 1;
                }
                rest.drain(..taken);
                if rest.is_empty() {
                    break;
                }
            }
            if out.len() == lines.max(1) {
                cut = true;
                break 'words;
            }
            out.push(String::new());
        }
    }
    if cut && let Some(last) = out.last_mut() {
        while !last.is_empty() && width(&format!("{last}…"), size) > room {
            last.pop();
        }
        last.push('…');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_broken_and_cut() {
        assert_eq!(fit("short", 100.0, 2, 13.0), ["short"]);
        assert_eq!(fit("two words", 50.0, 2, 13.0), ["two", "words"]);
        let cut = fit(
            "a very long name of a condition that never ends",
            80.0,
            2,
            13.0,
        );
        assert!(cut.len() == 2 && cut[1].ends_with('…'), "{cut:?}");
        assert!(cut.iter().all(|l| width(l, 13.0) <= 80.0 + 13.0));
        let broken = fit("Donaudampfschifffahrtsgesellschaft", 60.0, 3, 13.0);
        assert!(
            broken.len() == 3 && broken.iter().all(|l| width(l, 13.0) <= 73.0),
            "{broken:?}"
        );
        assert_eq!(fit("", 60.0, 3, 13.0), [""]);
    }
}
