//! The text above the drawing: what the scenario is for, and what is going to happen, in boxes.

use super::canvas::{CHARACTER, Canvas};
use super::{MARGIN, WIDTH, words};
use crate::scenario::Scenario;

/// Size of the text and height of a line, px.
const SIZE: f64 = 14.0;
const LINE: f64 = 19.0;
/// More lines than this in a box are counted, not written.
const MOST_LINES: usize = 40;

/// Breaks a text into lines of at most `width` px.
fn wrapped(text: &str, width: f64) -> Vec<String> {
    let most = (width / (SIZE * CHARACTER)) as usize;
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= most => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_string()),
        }
    }
    lines
}

/// Title and purpose, hazard, what it provokes, budget and outcome; where it ends, px.
pub fn header(canvas: &mut Canvas, scenario: &Scenario, summary: &str) -> f64 {
    let bold = "font-weight=\"bold\"";
    canvas.text(MARGIN, 30.0, 21.0, "start", bold, &scenario.title);
    canvas.text(MARGIN, 50.0, SIZE, "start", "fill=\"#444\"", summary);
    let budget = scenario
        .time_budget
        .map_or(String::new(), |b| format!("{b} s"));
    let end = scenario.without_operator.map_or("", |end| end.label());
    let mut y = 50.0;
    for (name, text) in [
        ("Purpose", scenario.purpose.as_str()),
        ("Hazard", &scenario.hazard),
        ("Provokes", &scenario.provokes),
        ("Time budget", &budget),
        ("Without an operator", end),
    ] {
        const NAMES: f64 = 170.0;
        for (i, line) in wrapped(text, WIDTH - NAMES).iter().enumerate() {
            y += LINE;
            if i == 0 {
                canvas.text(MARGIN, y, SIZE, "start", bold, name);
            }
            canvas.text(MARGIN + NAMES, y, SIZE, "start", "", line);
        }
    }
    y + 8.0
}

/// What others do, what goes wrong, and the weather, side by side; where they end, px.
pub fn boxes(canvas: &mut Canvas, scenario: &Scenario, top: f64) -> f64 {
    let others: Vec<String> = words::others(scenario)
        .into_iter()
        .map(|(who, what)| format!("{who}: {what}"))
        .collect();
    let faults = words::faults(scenario);
    let weather = words::weather(scenario);
    let columns: Vec<(&str, Vec<String>, f64)> = [
        ("What others do", others, 2.0),
        ("What goes wrong", faults, 1.2),
        ("Weather and light", weather, 1.3),
    ]
    .into_iter()
    .filter(|c| !c.1.is_empty())
    .collect();
    let shares: f64 = columns.iter().map(|c| c.2).sum();
    const GAP: f64 = 14.0;
    let room = WIDTH - GAP * columns.len().saturating_sub(1) as f64;
    let mut left = MARGIN;
    let mut bottom = top;
    let mut boxes = Vec::new();
    for (title, items, share) in &columns {
        let width = room * share / shares;
        let mut y = top + 22.0;
        let bold = "font-weight=\"bold\"";
        canvas.text(left + 10.0, y, SIZE, "start", bold, title);
        let mut lines: Vec<String> = Vec::new();
        for item in items {
            // What goes on in a second line is set in.
            for (i, line) in wrapped(item, width - 36.0).into_iter().enumerate() {
                lines.push(if i == 0 {
                    line
                } else {
                    format!("\u{2003}{line}")
                });
            }
        }
        let more = lines.len().saturating_sub(MOST_LINES);
        lines.truncate(MOST_LINES);
        if more > 0 {
            lines.push(format!("and {more} more lines"));
        }
        for line in &lines {
            y += LINE;
            canvas.text(left + 10.0, y, SIZE, "start", "", line);
        }
        bottom = bottom.max(y + 10.0);
        boxes.push((left, width));
        left += width + GAP;
    }
    for (left, width) in boxes {
        canvas.put(format_args!(
            "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{:.1}\" fill=\"none\" stroke=\"#888\" rx=\"4\"/>",
            bottom - top
        ));
    }
    bottom + 8.0
}
