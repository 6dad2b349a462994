//! From plain data to the document: words and numbers formatted, figures drawn, templates filled.

use super::model::{
    Align, Badge, Block, Cell, Column, Definition, Details, FigureBlock, Level, Notice, Report,
    Section, Stat, Table, TakeoverCard, Tone, anchor,
};
use super::number::{NONE, fixed};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, context};
use serde::Serialize;
use std::collections::BTreeMap;

/// The document could not be made from its templates.
#[derive(Debug)]
pub struct RenderError(minijinja::Error);

impl std::fmt::Display for RenderError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the report could not be written as HTML: {}", self.0)
    }
}

impl std::error::Error for RenderError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

impl From<minijinja::Error> for RenderError {
    fn from(error: minijinja::Error) -> Self {
        Self(error)
    }
}

/// The report as one HTML document that needs no other file and no network.
///
/// # Errors
///
/// Only when a template is broken, which tests would have found.
pub fn html(report: &Report) -> Result<String, RenderError> {
    let mut env = Environment::new();
    env.set_auto_escape_callback(|_| AutoEscape::Html);
    env.set_syntax(
        SyntaxConfig::builder()
            .trim_blocks(true)
            .lstrip_blocks(true)
            .build()?,
    );
    env.add_template("blocks.html", include_str!("blocks.html"))?;
    env.add_template("page.html", include_str!("page.html"))?;
    let mut writer = Writer::default();
    let sections: Vec<SectionView> = report.sections.iter().map(|s| writer.section(s)).collect();
    let notices: Vec<NoticeView> = report.notices.iter().map(notice).collect();
    let page = env.get_template("page.html")?.render(context! {
        title => report.title.clone(),
        subtitle => report.subtitle.clone(),
        made_with => report.made_with.clone(),
        command => report.command.clone(),
        date => report.date_utc.clone(),
        facts => Serde(&report.facts),
        notices => Serde(&notices),
        sections => Serde(&sections),
        light => Value::from_safe_string(include_str!("light.css").into()),
        dark => Value::from_safe_string(include_str!("dark.css").into()),
        style => Value::from_safe_string(include_str!("style.css").into()),
        print_title => Value::from_safe_string(css_string(&report.title)),
        print_date => Value::from_safe_string(css_string(&report.date_utc)),
        script => Value::from_safe_string(include_str!("script.js").into()),
    })?;
    Ok(page)
}

/// A string of a style sheet. Everything but letters, digits and spaces is written by its number.
fn css_string(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        if c.is_alphanumeric() || c == ' ' {
            out.push(c);
        } else if !c.is_control() {
            out.push_str(&format!("\\{:x} ", c as u32));
        }
    }
    out.push('"');
    out
}

#[derive(Serialize)]
struct NoticeView {
    level: &'static str,
    word: &'static str,
    text: String,
    details: Vec<String>,
}

fn notice(notice: &Notice) -> NoticeView {
    let (level, word) = match notice.level {
        Level::Info => ("info", "Note"),
        Level::Caution => ("caution", "Caution"),
        Level::Problem => ("problem", "Problem"),
    };
    NoticeView {
        level,
        word,
        text: notice.text.clone(),
        details: notice.details.clone(),
    }
}

#[derive(Serialize)]
struct SectionView {
    id: String,
    title: String,
    intro: Vec<String>,
    blocks: Vec<BlockView>,
    /// Headings and takeovers within, for the table of contents: anchor and words.
    inside: Vec<(String, String)>,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum BlockView {
    Text {
        paragraphs: Vec<String>,
    },
    Heading {
        id: String,
        text: String,
    },
    Stats {
        stats: Vec<StatView>,
    },
    Table(TableView),
    Figures {
        figures: Vec<FigureView>,
    },
    Takeover(TakeoverView),
    Details {
        summary: String,
        open: bool,
        blocks: Vec<BlockView>,
    },
    Definitions {
        terms: Vec<DefinitionView>,
    },
}

#[derive(Serialize)]
struct StatView {
    label: String,
    value: CellView,
    unit: String,
    interval: String,
    n: Option<usize>,
    note: String,
    definition: String,
}

#[derive(Serialize)]
struct TableView {
    number: usize,
    caption: String,
    columns: Vec<ColumnView>,
    rows: Vec<Vec<CellView>>,
    footnote: String,
    /// Why values are missing, and how many.
    reasons: Vec<(String, usize)>,
    long: bool,
}

#[derive(Serialize)]
struct ColumnView {
    title: String,
    unit: String,
    class: &'static str,
    definition: String,
}

#[derive(Serialize)]
struct CellView {
    text: String,
    /// What a number is sorted by.
    sort: Option<String>,
    class: &'static str,
    /// Why there is none.
    reason: Option<String>,
    href: Option<String>,
}

#[derive(Serialize)]
struct FigureView {
    /// `None` within a takeover, where figures are found by their titles.
    number: Option<usize>,
    title: String,
    caption: String,
    svg: Value,
    wide: bool,
}

#[derive(Serialize)]
struct TakeoverView {
    id: String,
    heading: String,
    badges: Vec<(String, &'static str)>,
    facts: Vec<(String, CellView)>,
    figures: Vec<FigureView>,
    notes: Vec<String>,
}

#[derive(Serialize)]
struct DefinitionView {
    term: String,
    unit: String,
    text: Vec<String>,
    formula: String,
    source: String,
}

/// Counts what is numbered.
#[derive(Default)]
struct Writer {
    tables: usize,
    figures: usize,
    drawings: usize,
    anchors: BTreeMap<String, usize>,
}

impl Writer {
    /// An anchor that no other part of the document has.
    fn anchor(&mut self, id: &str) -> String {
        let id = anchor(id);
        let count = self.anchors.entry(id.clone()).or_insert(0);
        *count += 1;
        let count = *count;
        if count == 1 {
            id
        } else {
            self.anchor(&format!("{id}-{count}"))
        }
    }

    fn section(&mut self, section: &Section) -> SectionView {
        let id = self.anchor(&section.id);
        let blocks = self.blocks(&section.blocks);
        let mut inside = Vec::new();
        for block in &blocks {
            match block {
                BlockView::Heading { id, text } => inside.push((id.clone(), text.clone())),
                BlockView::Takeover(card) => inside.push((card.id.clone(), card.heading.clone())),
                _ => {}
            }
        }
        SectionView {
            id,
            title: section.title.clone(),
            intro: paragraphs(&section.intro),
            blocks,
            inside,
        }
    }

    fn blocks(&mut self, blocks: &[Block]) -> Vec<BlockView> {
        blocks.iter().map(|b| self.block(b)).collect()
    }

    fn block(&mut self, block: &Block) -> BlockView {
        match block {
            Block::Text(text) => BlockView::Text {
                paragraphs: paragraphs(text),
            },
            Block::Heading(text) => BlockView::Heading {
                id: self.anchor(text),
                text: text.clone(),
            },
            Block::Stats(stats) => BlockView::Stats {
                stats: stats.iter().map(stat).collect(),
            },
            Block::Table(table) => {
                self.tables += 1;
                BlockView::Table(table_view(table, self.tables))
            }
            Block::Figure(figure) => BlockView::Figures {
                figures: vec![self.figure(figure, true)],
            },
            Block::Figures(figures) => BlockView::Figures {
                figures: figures.iter().map(|f| self.figure(f, true)).collect(),
            },
            Block::Takeover(card) => BlockView::Takeover(self.takeover(card)),
            Block::Details(Details {
                summary,
                open,
                blocks,
            }) => BlockView::Details {
                summary: summary.clone(),
                open: *open,
                blocks: self.blocks(blocks),
            },
            Block::Definitions(terms) => BlockView::Definitions {
                terms: terms.iter().map(definition).collect(),
            },
        }
    }

    fn figure(&mut self, block: &FigureBlock, numbered: bool) -> FigureView {
        if numbered {
            self.figures += 1;
        }
        self.drawings += 1;
        let drawing = block.figure.draw();
        let svg = drawing.finish(&format!("f{}", self.drawings), &block.title, &block.caption);
        FigureView {
            number: numbered.then_some(self.figures),
            title: block.title.clone(),
            caption: block.caption.clone(),
            svg: Value::from_safe_string(svg),
            wide: drawing.width > 500.0,
        }
    }

    fn takeover(&mut self, card: &TakeoverCard) -> TakeoverView {
        let tone = |badge: &Badge| match badge.tone {
            Tone::Neutral => "neutral",
            Tone::Good => "good",
            Tone::Caution => "caution",
            Tone::Bad => "bad",
        };
        TakeoverView {
            id: self.anchor(&card.id),
            heading: card.heading.clone(),
            badges: card
                .badges
                .iter()
                .map(|b| (b.text.clone(), tone(b)))
                .collect(),
            facts: card
                .facts
                .iter()
                .map(|(name, value)| (name.clone(), cell(value)))
                .collect(),
            figures: card.figures.iter().map(|f| self.figure(f, false)).collect(),
            notes: card.notes.clone(),
        }
    }
}

fn paragraphs(text: &str) -> Vec<String> {
    text.split("\n\n")
        .map(str::trim)
        .filter(|p| !p.is_empty())
        .map(Into::into)
        .collect()
}

fn stat(stat: &Stat) -> StatView {
    let value = cell(&stat.value);
    StatView {
        label: stat.label.clone(),
        // A unit or an interval of nothing would be read as one of something.
        unit: if value.reason.is_some() {
            String::new()
        } else {
            stat.unit.clone()
        },
        interval: if value.reason.is_some() {
            String::new()
        } else {
            stat.interval.clone()
        },
        value,
        n: stat.n,
        note: stat.note.clone(),
        definition: stat.definition.clone(),
    }
}

fn definition(definition: &Definition) -> DefinitionView {
    DefinitionView {
        term: definition.term.clone(),
        unit: definition.unit.clone(),
        text: paragraphs(&definition.text),
        formula: definition.formula.clone(),
        source: definition.source.clone(),
    }
}

fn cell(cell: &Cell) -> CellView {
    let plain = |text: String, class| CellView {
        text,
        sort: None,
        class,
        reason: None,
        href: None,
    };
    match cell {
        Cell::Number { value, digits } if value.is_finite() => CellView {
            sort: Some(format!("{value}")),
            ..plain(fixed(*value, *digits), "number")
        },
        Cell::Number { .. } => CellView {
            reason: Some("not a finite number".into()),
            ..plain(NONE.into(), "missing")
        },
        Cell::Special { text, value } => CellView {
            sort: value.is_finite().then(|| format!("{value}")),
            ..plain(text.clone(), "number")
        },
        Cell::Text(text) => plain(text.clone(), "words"),
        Cell::Link { text, to } => CellView {
            href: Some(anchor(to)),
            ..plain(text.clone(), "words")
        },
        Cell::Missing(reason) => CellView {
            reason: Some(reason.clone()),
            ..plain(NONE.into(), "missing")
        },
    }
}

fn table_view(table: &Table, number: usize) -> TableView {
    let width = table.columns.len();
    let mut reasons: Vec<(String, usize)> = Vec::new();
    let rows: Vec<Vec<CellView>> = table
        .rows
        .iter()
        .map(|row| {
            let empty = Cell::Text(String::new());
            (0..width)
                .map(|i| cell(row.get(i).unwrap_or(&empty)))
                .collect()
        })
        .collect();
    for reason in rows.iter().flatten().filter_map(|c| c.reason.as_ref()) {
        match reasons.iter_mut().find(|(known, _)| known == reason) {
            Some((_, count)) => *count += 1,
            None => reasons.push((reason.clone(), 1)),
        }
    }
    TableView {
        number,
        caption: table.caption.clone(),
        columns: table.columns.iter().map(column).collect(),
        long: rows.len() > 12,
        rows,
        footnote: table.footnote.clone(),
        reasons,
    }
}

fn column(column: &Column) -> ColumnView {
    ColumnView {
        title: column.title.clone(),
        unit: column.unit.clone(),
        class: match column.align {
            Align::Left => "left",
            Align::Right => "right",
            Align::Center => "center",
        },
        definition: column.definition.clone(),
    }
}
