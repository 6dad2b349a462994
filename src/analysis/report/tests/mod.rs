//! The document as a whole, and every figure with nothing, with one value, with many, and with values that are
//! not finite.

use super::figure::*;
use super::*;
use samples::{figures, noise};

mod samples;

fn document(blocks: Vec<Block>) -> String {
    let section = Section {
        id: "all".into(),
        title: "All".into(),
        intro: String::new(),
        blocks,
    };
    html(&Report {
        title: "Test".into(),
        sections: vec![section],
        ..Report::default()
    })
    .expect("rendered")
}

fn drawn(figure: &Figure) -> String {
    document(vec![Block::Figure(FigureBlock {
        figure: figure.clone(),
        title: "t".into(),
        caption: String::new(),
    })])
}

/// Names of tags in order; panics where one closes that is not open.
fn check_tags(html: &str) {
    const VOID: [&str; 3] = ["meta", "br", "input"];
    let mut open: Vec<String> = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        rest = &rest[start + 1..];
        let end = rest.find('>').expect("a tag ends");
        let (tag, after) = (&rest[..end], &rest[end + 1..]);
        rest = after;
        if tag.starts_with('!') {
            continue;
        }
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(
                open.pop().as_deref(),
                Some(name),
                "closes before …{}",
                &rest[..rest.len().min(80)]
            );
            continue;
        }
        let name: String = tag
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric())
            .collect();
        assert!(!name.is_empty(), "a bare < before {tag}");
        // Every quote that opens in a tag closes in it.
        assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
        if name == "script" || name == "style" {
            let close = format!("</{name}>");
            rest = &rest[rest.find(&close).expect("it ends") + close.len()..];
        } else if !tag.ends_with('/') && !VOID.contains(&name.as_str()) {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "never closed: {open:?}");
}

/// The document without style and script, whose words are ours.
fn body(html: &str) -> &str {
    let start = html.find("<body>").expect("found");
    &html[start..html.rfind("<script>").expect("found")]
}

fn check(html: &str, what: &str) {
    check_tags(html);
    for word in [
        "NaN", "inf\"", "inf ", "Infinity", "http://", "https://", "src=", "url(http", "@import",
        "\u{1}",
    ] {
        assert!(
            !body(html).contains(word),
            "{what}: {word} in {}",
            context(body(html), word)
        );
    }
    assert!(
        !body(html).contains("<b>\"") && !body(html).contains("\"C\""),
        "{what}: not escaped"
    );
}

fn context<'a>(text: &'a str, word: &str) -> &'a str {
    let at = text.find(word).unwrap_or(0);
    let from = (at.saturating_sub(120)..=at)
        .find(|i| text.is_char_boundary(*i))
        .unwrap_or(0);
    let to = (at + 40..text.len())
        .find(|i| text.is_char_boundary(*i))
        .unwrap_or(text.len());
    &text[from..to]
}

#[test]
fn every_figure_of_nothing_says_so() {
    for (what, figure) in figures(&[]) {
        let html = drawn(&figure);
        check(&html, what);
        assert!(
            html.contains("to draw.") || html.contains("to compare."),
            "{what}"
        );
    }
}

#[test]
fn every_figure_of_one_and_of_many_is_drawn() {
    for values in [vec![0.4], vec![0.4, 0.4, 0.4], noise(7), noise(700)] {
        for (what, figure) in figures(&values) {
            let html = drawn(&figure);
            check(&html, what);
            assert!(
                !html.contains("to draw.") && !html.contains("to compare."),
                "{what} of {}",
                values.len()
            );
        }
    }
}

#[test]
fn values_that_are_not_finite_or_huge_leave_no_trace() {
    let mut some = noise(50);
    some[3] = f64::NAN;
    some[7] = f64::INFINITY;
    some[9] = f64::NEG_INFINITY;
    let huge = vec![1e300, -1e300, 1e-300, 0.0, 5.0];
    for values in [vec![f64::NAN; 5], some, huge] {
        for (what, figure) in figures(&values) {
            check(&drawn(&figure), what);
        }
    }
}

#[test]
fn a_figure_of_very_many_values_stays_small() {
    let empty = document(Vec::new()).len();
    for (what, figure) in figures(&noise(20_000)) {
        let size = drawn(&figure).len() - empty;
        // 250 rows, each with its words, are what they are.
        let most = match what {
            "comparison" => 320_000,
            "forest" | "ratios" | "bars" | "parts" => 100_000,
            _ => 60_000,
        };
        assert!(size < most, "{what}: {size} bytes");
    }
}

#[test]
fn a_straight_signal_of_an_hour_is_short() {
    let points = (0..360_000).map(|i| (f64::from(i) * 0.01, 20.0)).collect();
    let track = Track {
        name: "speed".into(),
        lines: vec![TrackLine {
            points,
            ..TrackLine::default()
        }],
        ..Track::default()
    };
    let figure = Figure::Panel(Panel {
        tracks: vec![track],
        ..Panel::default()
    });
    assert!(drawn(&figure).len() - document(Vec::new()).len() < 6_000);
}

#[test]
fn everything_written_by_people_is_escaped() {
    let evil = "<script>alert(\"1\")</script> & 'x' {{ 7 * 7 }} </style>";
    let s = || evil.to_string();
    let cell = || {
        vec![
            Cell::text(evil),
            Cell::missing(evil),
            Cell::Special {
                text: s(),
                value: 1.0,
            },
            Cell::Link { text: s(), to: s() },
        ]
    };
    let figure = FigureBlock {
        figure: Figure::Bars(Bars::default()),
        title: s(),
        caption: s(),
    };
    let column = |i: usize| Column {
        title: s(),
        unit: s(),
        align: [Align::Left, Align::Right, Align::Center][i % 3],
        definition: s(),
    };
    let stat = Stat {
        label: s(),
        value: Cell::missing(evil),
        unit: s(),
        interval: s(),
        n: Some(3),
        note: s(),
        definition: s(),
    };
    let blocks = vec![
        Block::Text(s()),
        Block::Heading(s()),
        Block::Stats(vec![stat]),
        Block::Table(Table {
            caption: s(),
            columns: (0..4).map(column).collect(),
            rows: vec![cell()],
            footnote: s(),
        }),
        Block::Figure(figure.clone()),
        Block::Takeover(TakeoverCard {
            id: s(),
            heading: s(),
            badges: vec![Badge {
                text: s(),
                tone: Tone::Bad,
            }],
            facts: vec![(s(), Cell::text(evil))],
            figures: vec![figure],
            notes: vec![s()],
        }),
        Block::Details(Details {
            summary: s(),
            open: false,
            blocks: vec![
                Block::Text(s()),
                Block::Details(Details {
                    summary: s(),
                    open: true,
                    blocks: vec![],
                }),
            ],
        }),
        Block::Definitions(vec![Definition {
            term: s(),
            unit: s(),
            text: s(),
            formula: s(),
            source: s(),
        }]),
    ];
    let report = Report {
        title: s(),
        subtitle: s(),
        made_with: s(),
        command: s(),
        date_utc: s(),
        facts: vec![(s(), s())],
        notices: vec![Notice {
            level: Level::Problem,
            text: s(),
            details: vec![s()],
        }],
        sections: vec![Section {
            id: s(),
            title: s(),
            intro: s(),
            blocks,
        }],
    };
    let html = html(&report).expect("rendered");
    check_tags(&html);
    assert_eq!(html.matches("<script>").count(), 1);
    assert_eq!(html.matches("</style>").count(), 1);
    assert!(!html.contains("alert(\"") && html.contains("&lt;script&gt;"));
    assert!(html.contains("{{ 7 * 7 }}"), "data is no template");
}

#[test]
fn anchors_are_unique_and_links_lead_somewhere() {
    let card = |id: &str| {
        Block::Takeover(TakeoverCard {
            id: id.into(),
            heading: "h".into(),
            ..TakeoverCard::default()
        })
    };
    let table = Table {
        columns: vec![Column::words("to")],
        rows: vec![vec![Cell::Link {
            text: "first".into(),
            to: "P1 / 3".into(),
        }]],
        ..Table::default()
    };
    let figures: Vec<Block> = figures(&noise(30))
        .into_iter()
        .map(|(_, figure)| {
            Block::Figure(FigureBlock {
                figure,
                title: "t".into(),
                caption: "c".into(),
            })
        })
        .collect();
    let mut blocks = vec![
        Block::Table(table),
        card("P1 / 3"),
        card("P1 / 3"),
        card("p1-3-2"),
        card("§"),
    ];
    blocks.extend(figures);
    let html = document(blocks);
    let values = |name: &str| -> Vec<&str> {
        html.split(name)
            .skip(1)
            .map(|rest| &rest[..rest.find('"').expect("found")])
            .collect()
    };
    let ids = values(" id=\"");
    let mut unique = ids.clone();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(ids.len(), unique.len(), "{ids:?}");
    let links: Vec<&str> = values("href=\"#")
        .into_iter()
        .chain(
            html.split("url(#")
                .skip(1)
                .map(|r| &r[..r.find(')').expect("found")]),
        )
        .collect();
    assert!(links.len() > 10);
    for link in links {
        assert!(ids.contains(&link), "{link} leads nowhere");
    }
}

#[test]
fn numbers_have_their_digits_and_missing_ones_their_reason() {
    let rows = vec![
        vec![
            Cell::number(1.23456, 2),
            Cell::number(-0.5, 1),
            Cell::count(12),
        ],
        vec![
            Cell::number(-0.0004, 2),
            Cell::number(f64::NAN, 2),
            Cell::missing("no lead vehicle"),
        ],
        vec![
            Cell::number(2.0, 3),
            Cell::option(None, 2, "no lead vehicle"),
        ],
    ];
    let columns = vec![
        Column::numbers("a", "s"),
        Column::numbers("b", ""),
        Column::numbers("c", ""),
    ];
    let html = document(vec![Block::Table(Table {
        columns,
        rows,
        ..Table::default()
    })]);
    for text in [
        "data-v=\"1.23456\">1.23</td>",
        ">−0.5</td>",
        ">12</td>",
        ">0.00</td>",
        ">2.000</td>",
        "<abbr class=\"missing\" title=\"not a finite number\">–</abbr>",
        "<abbr class=\"missing\" title=\"no lead vehicle\">–</abbr>",
        "not a finite number (1); no lead vehicle (2).",
        "<td class=\"right\"></td>",
    ] {
        assert!(html.contains(text), "{text}");
    }
}

#[test]
fn a_stat_without_value_has_neither_unit_nor_interval() {
    let stat = |value| Stat {
        label: "l".into(),
        value,
        unit: "km".into(),
        interval: "95 % CI 1 to 2".into(),
        n: Some(4),
        note: String::new(),
        definition: String::new(),
    };
    let html = document(vec![Block::Stats(vec![stat(Cell::number(1.5, 1))])]);
    assert!(
        html.contains("km</span>") && html.contains("95 % CI 1 to 2") && html.contains("n = 4")
    );
    let html = document(vec![Block::Stats(vec![stat(Cell::missing("too few"))])]);
    assert!(!html.contains("km</span>") && !html.contains("95 % CI") && html.contains("too few"));
}

#[test]
fn empty_reports_and_sections_say_so_and_twice_is_the_same() {
    let report = Report {
        title: "Nothing".into(),
        sections: vec![Section {
            title: "Empty".into(),
            ..Section::default()
        }],
        ..Report::default()
    };
    let first = html(&report).expect("rendered");
    check(&first, "empty");
    assert!(first.contains("Nothing to show here."));
    assert_eq!(first, html(&report).expect("rendered"));
    let (_, figure) = figures(&noise(200)).swap_remove(4);
    assert_eq!(drawn(&figure), drawn(&figure));
}

#[test]
fn figures_and_tables_are_numbered_outside_takeovers() {
    let block = || FigureBlock {
        figure: Figure::Bars(Bars::default()),
        title: "t".into(),
        caption: String::new(),
    };
    let card = TakeoverCard {
        figures: vec![block()],
        ..TakeoverCard::default()
    };
    let html = document(vec![
        Block::Figure(block()),
        Block::Takeover(card),
        Block::Figures(vec![block(), block()]),
    ]);
    assert!(html.contains("Figure 3.") && !html.contains("Figure 4."));
}

#[test]
fn at_risk_are_those_not_yet_ended() {
    let curve = SurvivalCurve {
        name: String::new(),
        steps: vec![SurvivalStep {
            time: 1.0,
            survival: 0.75,
            interval: None,
        }],
        censored: vec![2.0, 4.0, 4.0],
        times: vec![4.0, 1.0, 2.0, 4.0],
    };
    let figure = Figure::Survival(Survival {
        time: Axis::new("t", "s").within(0.0, 4.0),
        share: "S".into(),
        curves: vec![curve],
        marks: vec![],
    });
    let html = drawn(&figure);
    let after = &html[html.find("Number at risk").expect("found")..];
    let counts: Vec<&str> = after
        .split("text-anchor=\"middle\" font-size=\"12\">")
        .skip(1)
        .map(|r| &r[..r.find('<').expect("found")])
        .collect();
    // Ticks at 0, 0.5, … 4: four until 1, three until 2, two until the end.
    assert_eq!(counts, ["4", "4", "4", "3", "3", "2", "2", "2", "2"]);
}
