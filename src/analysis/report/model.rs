//! What a report says: sections of blocks, in the order in which they are read.

use super::Figure;

/// A whole report.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Report {
    /// What the report is about, as in a citation.
    pub title: String,
    /// One line below the title; may be empty.
    pub subtitle: String,
    /// Program and version, such as `takeover 0.1.0`.
    pub made_with: String,
    /// The command that makes the same report again.
    pub command: String,
    /// When it was made, in UTC, as `2026-11-28 15:04`.
    pub date_utc: String,
    /// What a reader needs to know first: name and value.
    pub facts: Vec<(String, String)>,
    /// What a reader must not miss, shown above everything else.
    pub notices: Vec<Notice>,
    /// The chapters.
    pub sections: Vec<Section>,
}

/// Something that a reader must not miss.
#[derive(Debug, Clone, PartialEq)]
pub struct Notice {
    /// How much it matters.
    pub level: Level,
    /// What it is, in a sentence.
    pub text: String,
    /// More about it, one item each; may be empty.
    pub details: Vec<String>,
}

/// How much a notice matters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Level {
    /// Good to know.
    #[default]
    Info,
    /// Limits what may be concluded.
    Caution,
    /// Something is wrong with the data.
    Problem,
}

/// A chapter.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Section {
    /// Anchor in the document: letters, digits and hyphens; anything else becomes a hyphen.
    /// Equal ids are told apart by a number.
    pub id: String,
    /// Heading.
    pub title: String,
    /// What the chapter shows, before its blocks; may be empty.
    pub intro: String,
    /// What it shows. An empty chapter says that there is nothing to show.
    pub blocks: Vec<Block>,
}

/// One piece of a chapter.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// Paragraphs, separated by empty lines.
    Text(String),
    /// A heading within a chapter.
    Heading(String),
    /// Numbers that matter most, as cards side by side.
    Stats(Vec<Stat>),
    /// A table.
    Table(Table),
    /// A figure.
    Figure(FigureBlock),
    /// Small figures side by side where there is room.
    Figures(Vec<FigureBlock>),
    /// Everything about one takeover.
    Takeover(TakeoverCard),
    /// What only some readers want: folded until opened, always open on paper.
    Details(Details),
    /// Terms and formulas.
    Definitions(Vec<Definition>),
}

/// One value of a table or a card.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// A number shown with so many digits after the point. Not finite: shown as missing.
    Number {
        /// The value, in the unit of its column.
        value: f64,
        /// Digits after the point.
        digits: usize,
    },
    /// A number that is not a plain decimal, such as `< 0.001`, with the value that sorting uses.
    Special {
        /// As shown.
        text: String,
        /// What it is sorted by.
        value: f64,
    },
    /// Words.
    Text(String),
    /// A link to an anchor of this document (see [`anchor`]).
    Link {
        /// As shown.
        text: String,
        /// Anchor without `#`.
        to: String,
    },
    /// No value, and why: shown as an en dash with the reason on hover.
    Missing(String),
}

impl Cell {
    /// A number with so many digits after the point.
    pub fn number(value: f64, digits: usize) -> Self {
        Self::Number { value, digits }
    }

    /// A count.
    pub fn count(value: usize) -> Self {
        Self::Number {
            value: value as f64,
            digits: 0,
        }
    }

    /// Words.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// No value, and why.
    pub fn missing(reason: impl Into<String>) -> Self {
        Self::Missing(reason.into())
    }

    /// A number if there is one, else the reason why there is none.
    pub fn option(value: Option<f64>, digits: usize, reason: &str) -> Self {
        value.map_or_else(
            || Self::missing(reason),
            |value| Self::number(value, digits),
        )
    }
}

/// A value with the range in which the true value is to be expected.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The value itself.
    pub value: f64,
    /// Lower end of the interval; `None`: no interval.
    pub low: Option<f64>,
    /// Upper end of the interval; `None`: no interval.
    pub high: Option<f64>,
}

impl Estimate {
    /// A value with its interval.
    pub fn new(value: f64, low: f64, high: f64) -> Self {
        Self {
            value,
            low: Some(low),
            high: Some(high),
        }
    }

    /// A value without interval.
    pub fn bare(value: f64) -> Self {
        Self {
            value,
            low: None,
            high: None,
        }
    }
}

/// One card with one number.
#[derive(Debug, Clone, PartialEq)]
pub struct Stat {
    /// What it is.
    pub label: String,
    /// The number.
    pub value: Cell,
    /// Its unit; may be empty.
    pub unit: String,
    /// Its interval, already worded: `95 % CI 1.8 to 2.4`; may be empty.
    pub interval: String,
    /// How many observations it rests on.
    pub n: Option<usize>,
    /// Anything else, such as how many were left out and why; may be empty.
    pub note: String,
    /// How it is defined, shown on hover; may be empty.
    pub definition: String,
}

/// Where a column's values stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Align {
    /// Words.
    #[default]
    Left,
    /// Numbers, with points below each other when all have the same digits.
    Right,
    /// Marks.
    Center,
}

/// A column of a table.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Column {
    /// Heading.
    pub title: String,
    /// Unit, below the heading; may be empty.
    pub unit: String,
    /// Where its values stand.
    pub align: Align,
    /// How the values are defined, shown on hover; may be empty.
    pub definition: String,
}

impl Column {
    /// A column of words.
    pub fn words(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            ..Self::default()
        }
    }

    /// A column of numbers with their unit, which may be empty.
    pub fn numbers(title: impl Into<String>, unit: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            unit: unit.into(),
            align: Align::Right,
            definition: String::new(),
        }
    }

    /// The same column with its definition.
    pub fn defined(mut self, definition: impl Into<String>) -> Self {
        self.definition = definition.into();
        self
    }
}

/// A table.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    /// What it shows, above it.
    pub caption: String,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows. A row that is too short is filled with empty cells; cells past the last column are not shown.
    pub rows: Vec<Vec<Cell>>,
    /// Below it: how many observations, how many left out and why; may be empty.
    pub footnote: String,
}

/// A figure with its words.
#[derive(Debug, Clone, PartialEq)]
pub struct FigureBlock {
    /// What is drawn.
    pub figure: Figure,
    /// What it shows, in a few words.
    pub title: String,
    /// How to read it, and from how many observations it is; may be empty.
    pub caption: String,
}

/// How a badge is to be taken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Tone {
    /// Neither good nor bad.
    #[default]
    Neutral,
    /// As it should be.
    Good,
    /// Take note.
    Caution,
    /// As it should not be.
    Bad,
}

/// A word or two beside a heading.
#[derive(Debug, Clone, PartialEq)]
pub struct Badge {
    /// The words.
    pub text: String,
    /// How they are to be taken.
    pub tone: Tone,
}

/// Everything about one takeover.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TakeoverCard {
    /// Anchor, by the rules of [`Section::id`].
    pub id: String,
    /// Which takeover it is.
    pub heading: String,
    /// Its outcome and what is special about it.
    pub badges: Vec<Badge>,
    /// Names and values; units belong into the name or the text of the value.
    pub facts: Vec<(String, Cell)>,
    /// Its figures.
    pub figures: Vec<FigureBlock>,
    /// Remarks, one paragraph each.
    pub notes: Vec<String>,
}

/// Folded blocks.
#[derive(Debug, Clone, PartialEq)]
pub struct Details {
    /// What is inside.
    pub summary: String,
    /// Whether it is open to begin with.
    pub open: bool,
    /// The blocks inside.
    pub blocks: Vec<Block>,
}

/// A term, what it means, and how it is computed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Definition {
    /// The term.
    pub term: String,
    /// Its unit; may be empty.
    pub unit: String,
    /// What it means.
    pub text: String,
    /// How it is computed, on its own line; may be empty.
    pub formula: String,
    /// Standard or paper; may be empty.
    pub source: String,
}

/// The anchor that an id becomes: lower-case letters, digits and hyphens.
pub fn anchor(id: &str) -> String {
    let mut out = String::new();
    for c in id.chars() {
        if c.is_ascii_alphanumeric() {
            out.push(c.to_ascii_lowercase());
        } else if !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
    }
    let out = out.trim_end_matches('-');
    if out.is_empty() {
        "part".into()
    } else {
        out.into()
    }
}
