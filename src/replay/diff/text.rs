//! A comparison in words.

use super::{Diff, EventDifference, Far, Line, Moment, Side};
use crate::replay::environment::{Unlike, short};

/// Settings, events, bodies, spans that are told one by one.
const TOLD: usize = 40;

fn at(moment: Moment) -> String {
    format!("{:.2} s (tick {})", moment.time_s, moment.tick)
}

/// The first of many lines, and how many more there are.
fn few(lines: &mut Vec<String>, all: impl ExactSizeIterator<Item = String>) {
    let more = all.len().saturating_sub(TOLD);
    lines.extend(all.take(TOLD));
    if more > 0 {
        lines.push(format!("  and {more} more; --json has them all"));
    }
}

pub fn lines(diff: &Diff) -> Vec<String> {
    let mut lines = vec![side("A", &diff.a), side("B", &diff.b), String::new()];
    world(&mut lines, diff);
    lines.push(String::new());
    settings(&mut lines, diff);
    events(&mut lines, diff);
    if !diff.identical {
        trajectories(&mut lines, diff);
    }
    if !diff.notes.is_empty() {
        lines.push("notes".into());
        lines.extend(diff.notes.iter().map(|note| format!("  {note}")));
    }
    lines
}

fn side(name: &str, side: &Side) -> String {
    format!(
        "{name}  {}: {}, seed {}, operator {}, {} ticks, {:.2} s, {}",
        side.log.display(),
        side.scenario,
        side.seed,
        side.operator,
        side.ticks,
        side.sim_time_s,
        side.ended.map_or("its end is not on record", |e| e.label())
    )
}

fn world(lines: &mut Vec<String>, diff: &Diff) {
    let m = &diff.motion;
    match &m.parted {
        None if m.ticks == 0 => {
            lines.push("nothing to compare: there is no tick that both have".into());
        }
        None => lines.push(format!("identical over {} ticks", m.ticks)),
        Some(parted) => {
            let before = match parted.at.tick.saturating_sub(1) {
                0 => "from the first tick on".into(),
                before => format!("identical up to tick {before}"),
            };
            lines.push(format!("they part at {}: {before}", at(parted.at)));
            if let Some(command) = m.commands_part {
                lines.push(format!("  commands are others from {} on", at(command)));
            }
            lines.extend(parted.what.iter().map(|what| format!("  {what}")));
            if parted.what.is_empty() {
                lines.push(
                    "  in that tick the difference is smaller than a record's rounding".into(),
                );
            }
        }
    }
    for (name, ticks) in [("A", m.only_a_ticks), ("B", m.only_b_ticks)] {
        if ticks > 0 {
            lines.push(format!("{ticks} ticks are only in {name}"));
        }
    }
}

fn settings(lines: &mut Vec<String>, diff: &Diff) {
    let list = |lines: &mut Vec<String>, title: &str, all: &[Unlike]| {
        if all.is_empty() {
            lines.push(format!("{title}: the same"));
            return;
        }
        lines.push(format!("{title}: {} not the same", all.len()));
        let told = all.iter();
        few(
            lines,
            told.map(|u| format!("  {}: A {}, B {}", u.path, short(&u.a), short(&u.b))),
        );
    };
    list(lines, "run", &diff.run);
    list(lines, "settings", &diff.settings);
    for (name, line) in [
        ("scenario's text", &diff.scenario),
        ("operator's script", &diff.script),
    ] {
        if let Some(Line { line, a, b }) = line {
            let text = |t: &Option<String>| match t {
                Some(t) => format!("`{}`", t.trim()),
                None => "no such line".into(),
            };
            lines.push(format!(
                "{name}: not the same from line {line} on: A {}, B {}",
                text(a),
                text(b)
            ));
        }
    }
}

fn events(lines: &mut Vec<String>, diff: &Diff) {
    let found = &diff.events;
    let (mut only_a, mut only_b, mut moved, mut changed) = (0, 0, 0, 0);
    for event in &found.differ {
        *match event {
            EventDifference::OnlyA { .. } => &mut only_a,
            EventDifference::OnlyB { .. } => &mut only_b,
            EventDifference::Both { later_s, .. } if *later_s == 0.0 => &mut changed,
            EventDifference::Both { .. } => &mut moved,
        } += 1;
    }
    if found.differ.is_empty() {
        lines.push(format!("events: the same, {}", found.same));
        return;
    }
    lines.push(format!(
        "events: {} the same, {moved} moved, {changed} changed, {only_a} only in A, {only_b} only in B",
        found.same
    ));
    let told = found.differ.iter().map(|event| match event {
        EventDifference::OnlyA { event } => {
            format!(
                "  only A   {:>8.2} s  {}",
                event.time,
                event.event.describe()
            )
        }
        EventDifference::OnlyB { event } => {
            format!(
                "  only B   {:>8.2} s  {}",
                event.time,
                event.event.describe()
            )
        }
        EventDifference::Both { a, b, later_s, .. } => {
            let (x, y) = (a.event.describe(), b.event.describe());
            let what = if x == y { x } else { format!("A {x}; B {y}") };
            if *later_s == 0.0 {
                format!("  changed  {:>8.2} s  {what}", a.time)
            } else {
                format!(
                    "  moved    {:>8.2} s  by {later_s:+.2} s to {:.2} s: {what}",
                    a.time, b.time
                )
            }
        }
    });
    few(lines, told);
}

fn far(far: &Far, unit: &str) -> String {
    match far.at {
        Some(moment) => format!("{:.3} {unit} at {}", far.value, at(moment)),
        None => "never".into(),
    }
}

fn trajectories(lines: &mut Vec<String>, diff: &Diff) {
    let m = &diff.motion;
    let ego = &m.ego;
    let steps = [
        ("1 mm", ego.mm_1),
        ("1 cm", ego.cm_1),
        ("10 cm", ego.cm_10),
        ("1 m", ego.m_1),
    ];
    if ego.mm_1.is_none() {
        lines.push("ego: never further apart than 1 mm".into());
    } else {
        lines.push(format!(
            "ego: furthest apart {}; speed by {}",
            far(&ego.furthest, "m"),
            far(&ego.speed, "m/s")
        ));
        for (step, moment) in steps {
            lines.push(match moment {
                Some(moment) => format!("  {step} apart from {}", at(moment)),
                None => format!("  never {step} apart"),
            });
        }
    }
    if m.others.is_empty() {
        lines.push("others: none further apart than 1 cm".into());
    } else {
        lines.push(format!(
            "others: {} further apart than 1 cm",
            m.others.len()
        ));
        let told = m.others.iter();
        few(
            lines,
            told.map(|o| {
                format!(
                    "  {}: from {} on, furthest {}",
                    o.name,
                    at(o.parted),
                    far(&o.furthest, "m")
                )
            }),
        );
    }
    for (side, names) in [("A", &m.only_a), ("B", &m.only_b)] {
        if !names.is_empty() {
            let told: Vec<_> = names.iter().take(10).map(String::as_str).collect();
            let more = match names.len() - told.len() {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            lines.push(format!("  only in {side}: {}{more}", told.join(", ")));
        }
    }
    if m.authority.is_empty() {
        lines.push("authority: the same all the time".into());
    } else {
        lines.push("authority: not the same".into());
        few(
            lines,
            m.authority.iter().map(|s| {
                format!(
                    "  {:.2} s to {:.2} s: A {}, B {}",
                    s.from.time_s,
                    s.to.time_s,
                    s.a.label(),
                    s.b.label()
                )
            }),
        );
    }
    let c = &m.confidence;
    lines.push(match c.parted {
        None => "confidence: never further apart than 1 %".into(),
        Some(moment) => format!(
            "confidence: more than 1 % apart from {}, {:.1} % in the mean, furthest {:.0} % at {}",
            at(moment),
            100.0 * c.mean,
            100.0 * c.furthest.value,
            c.furthest.at.map_or(String::new(), at)
        ),
    });
}
