//! Files that people write, in RON: read once, checked, and refused with one clear line for each
//! thing that is wrong: file, line, field, what was expected, what was found.

mod locate;

use serde::de::DeserializeOwned;
use std::fmt;
use std::path::{Path, PathBuf};

/// One thing that is wrong in a file's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub line: usize,
    pub column: usize,
    /// Path of the field, for example `traffic[1].speed`; empty if it is about the whole text.
    pub field: String,
    pub expected: String,
    pub got: String,
}

impl Problem {
    /// A problem with the value at `path`, or, if the file leaves it to its default, with the
    /// nearest value around it that is written.
    pub fn at_path(text: &str, path: &str, expected: String, got: String) -> Self {
        let places = locate::places(text);
        let mut around = path;
        let place = loop {
            if let Some(place) = places.iter().find(|p| p.path == around) {
                break Some(place);
            }
            let cut = around.rfind(['.', '[']);
            match cut {
                Some(n) => around = &around[..n],
                None if !around.is_empty() => around = "",
                None => break None,
            }
        };
        let (line, column) = locate::line_and_column(text, place.map_or(0, |p| p.start));
        Self {
            line,
            column,
            field: path.to_string(),
            expected,
            got,
        }
    }

    /// What `ron` says, with the field it was about.
    fn from_ron(text: &str, error: &ron::error::SpannedError) -> Self {
        use ron::error::Error;
        let at = error.span.start;
        let offset = locate::offset_of(text, at.line, at.col);
        let places = locate::places(text);
        // `ron` stops just before a value as often as just inside it.
        let space = text[offset..].len() - text[offset..].trim_start().len();
        let inside = places
            .iter()
            .filter(|p| p.start <= offset + space && offset <= p.end)
            .max_by_key(|p| (p.start, usize::MAX - p.end));
        let field = inside.map_or(String::new(), |p| p.path.clone());
        let rest = text[offset..]
            .trim_start()
            .lines()
            .next()
            .unwrap_or_default();
        let found = match rest.chars().take(30).collect::<String>() {
            nothing if nothing.is_empty() => "the end of the file".to_string(),
            start => format!("`{}`", start.trim_end()),
        };
        let (field, expected, got) = match &error.code {
            Error::NoSuchStructField {
                expected, found, ..
            } => (
                places
                    .iter()
                    .filter(|p| p.path.rsplit('.').next() == Some(found))
                    .min_by_key(|p| p.start.abs_diff(offset))
                    .map_or(found.clone(), |p| p.path.clone()),
                format!("one of the fields {}", expected.join(", ")),
                format!("an unknown field `{found}`"),
            ),
            Error::MissingStructField { field: missing, .. } => (
                // The group it is missing from, not the last value in that group.
                places
                    .iter()
                    .filter(|p| p.start < offset && offset < p.end)
                    .filter(|p| text[..p.end].ends_with(')'))
                    .max_by_key(|p| p.start)
                    .filter(|p| !p.path.is_empty())
                    .map_or(missing.to_string(), |p| format!("{}.{missing}", p.path)),
                "this field, which has no default".into(),
                "nothing".into(),
            ),
            Error::NoSuchEnumVariant {
                expected, found, ..
            } => (
                field,
                format!("one of {}", expected.join(", ")),
                format!("`{found}`"),
            ),
            Error::InvalidValueForType { expected, found } => {
                (field, expected.clone(), found.clone())
            }
            Error::DuplicateStructField { field: name, .. } => (
                name.to_string(),
                "this field once".into(),
                "it twice".into(),
            ),
            Error::IntegerOutOfBounds => (
                field,
                "a whole number that is not too large, or negative where none can be".into(),
                found,
            ),
            Error::ExpectedComma => (
                field,
                "a comma, or a whole number without a decimal point".into(),
                found,
            ),
            Error::Eof | Error::ExpectedStringEnd => (
                field,
                "a closing bracket or quotation mark".into(),
                "the end of the file".into(),
            ),
            Error::UnclosedBlockComment => (
                field,
                "a comment that is closed by */".into(),
                "the end of the file".into(),
            ),
            Error::ExpectedStructLike | Error::ExpectedNamedStructLike(_) => {
                (field, "a group in parentheses".into(), found)
            }
            Error::ExceededRecursionLimit => (field, "groups nested less deeply".into(), found),
            other => {
                let message = other.to_string();
                let message = message.strip_prefix("Expected ").unwrap_or(&message);
                (field, plain_words(&message.to_lowercase()), found)
            }
        };
        Self {
            line: at.line,
            column: at.col,
            field,
            expected,
            got,
        }
    }
}

/// What `ron` expects, without the names that only this program knows.
fn plain_words(message: &str) -> String {
    if message.contains("struct `raw") {
        "a group in parentheses".into()
    } else if message.starts_with("float") {
        "a number".into()
    } else {
        message.into()
    }
}

/// Why a file cannot be used.
#[derive(Debug)]
pub enum FileError {
    Unreadable {
        path: PathBuf,
        why: std::io::Error,
    },
    Wrong {
        path: PathBuf,
        problems: Vec<Problem>,
    },
}

impl std::error::Error for FileError {}

impl fmt::Display for FileError {
    /// One line for each problem: `file:line:column: field: expected ..., got ...`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { path, why } => {
                write!(f, "{}: cannot read the file: {why}", path.display())
            }
            Self::Wrong { path, problems } => {
                for (i, p) in problems.iter().enumerate() {
                    if i > 0 {
                        writeln!(f)?;
                    }
                    write!(f, "{}:{}:{}: ", path.display(), p.line, p.column)?;
                    if !p.field.is_empty() {
                        write!(f, "{}: ", p.field)?;
                    }
                    write!(f, "expected {}, got {}", p.expected.trim(), p.got)?;
                }
                Ok(())
            }
        }
    }
}

/// Reads a file and hands its text to `parse`.
///
/// # Errors
/// If the file cannot be read, or `parse` finds problems.
pub fn load<T>(
    path: &Path,
    parse: impl FnOnce(&str) -> Result<T, Vec<Problem>>,
) -> Result<T, FileError> {
    let text = std::fs::read_to_string(path).map_err(|why| FileError::Unreadable {
        path: path.to_path_buf(),
        why,
    })?;
    // Some editors put an invisible mark in front.
    parse(text.trim_start_matches('\u{feff}')).map_err(|problems| FileError::Wrong {
        path: path.to_path_buf(),
        problems,
    })
}

/// Parses a text into its raw form.
///
/// # Errors
/// One problem: the first thing that is not RON of this form.
pub fn parse<T: DeserializeOwned>(text: &str) -> Result<T, Vec<Problem>> {
    // `brake: 0.5` for an optional field, not `brake: Some(0.5)`.
    ron::Options::default()
        .with_default_extension(ron::extensions::Extensions::IMPLICIT_SOME)
        .from_str(text)
        .map_err(|e| vec![Problem::from_ron(text, &e)])
}

/// The text with the value at `path`, a field of the group at its front, written anew.
///
/// None if there is no such group. A field that is left to its default is added.
pub fn with_value(text: &str, group: &str, field: &str, value: &str) -> Option<String> {
    let places = locate::places(text);
    let path = format!("{group}.{field}");
    let (start, end, new) = match places.iter().find(|p| p.path == path) {
        Some(place) => (place.start, place.end, value.to_owned()),
        None => {
            let group = places.iter().find(|p| p.path == group)?;
            let inside = group.start + text.get(group.start..group.end)?.find('(')? + 1;
            (inside, inside, format!("{field}: {value}, "))
        }
    };
    Some([text.get(..start)?, &new, text.get(end..)?].concat())
}

/// The first character of the value at `path` of a text; of the whole text without a path.
pub fn first_character(text: &str, path: &str) -> Option<char> {
    let place = locate::places(text).into_iter().find(|p| p.path == path)?;
    text.get(place.start..)?.chars().next()
}

/// Parses the value at `path` of a text by itself; the whole text without a path. A variant's fields
/// may stand right in its parentheses: `Threshold(raise_below: 0.5)`.
///
/// # Errors
/// One problem: the first thing that is not RON of this form, or that there is no such value.
pub fn parse_part<T: DeserializeOwned>(text: &str, path: &str) -> Result<T, Vec<Problem>> {
    use ron::extensions::Extensions;
    let place = locate::places(text).into_iter().find(|p| p.path == path);
    let (start, end) = match place {
        Some(place) if !path.is_empty() => (place.start, place.end),
        _ => (0, text.len()),
    };
    // Blanks for what stands before, so that lines and columns are those of the whole text.
    let before = text[..start].chars();
    let mut part: String = before.map(|c| if c == '\n' { c } else { ' ' }).collect();
    part.push_str(&text[start..end]);
    ron::Options::default()
        .with_default_extension(Extensions::IMPLICIT_SOME | Extensions::UNWRAP_VARIANT_NEWTYPES)
        .from_str(&part)
        .map_err(|e| vec![Problem::from_ron(text, &e)])
}
