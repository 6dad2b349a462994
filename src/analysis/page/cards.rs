//! Takeovers one by one: time line, signals, map. Their logs are read once more for that.

use super::super::case::Case;
use super::super::channels::{Channels, OTHERS_EVERY};
use super::super::report::{
    Badge, Block, Cell, Figure, FigureBlock, Section, TakeoverCard, Tone,
    figure::{
        Driver, DriverSpan, Map, MapMark, MapPath, OtherPath, Panel, PanelMark, Part, Parts,
        PartsRow, Track, TrackLine,
    },
};
use super::super::rows::{Arm, RunRow, TakeoverRow};
use super::super::run::{Run, Scenarios};
use super::super::settings::Settings;
use super::summary::counted;
use crate::parallel::parallel;
use crate::road::{LaneKind, Network};
use crate::takeover::event::{Authority, Outcome};
use crate::takeover::intent::Means;
use std::collections::BTreeMap;
use std::ops::Range;

/// Shown before a takeover, and after it, s.
const BEFORE: f64 = 5.0;
const AFTER: f64 = 15.0;
/// Rows from one point of a curve to the next: 20 a second.
const STEP: usize = 5;
/// Others farther away than this are not on the map, m.
const NEAR: f64 = 70.0;
/// From one point of a lane's edge to the next, m.
const EDGE_STEP: f64 = 4.0;
/// Rows of the figure of parts.
const MOST_PARTS: usize = 40;

/// The takeovers that are shown, and how many there are.
#[derive(Clone, Debug, Default)]
pub struct Chosen {
    pub cards: Vec<TakeoverCard>,
    parts: Vec<PartsRow>,
    pub all: usize,
}

/// Which takeovers are shown: all, if there are no more than `most`; else the gravest (collision, missed, too late,
/// unprompted), then the slowest. Places of runs and of takeovers in them, in the order of the runs.
pub fn choose(runs: &[RunRow], most: usize) -> Vec<(usize, usize)> {
    let attended = runs
        .iter()
        .enumerate()
        .filter(|(_, r)| r.origin.arm == Arm::Team);
    let mut all: Vec<(usize, usize, u32, f64)> = attended
        .flat_map(|(i, run)| {
            run.takeovers.iter().enumerate().map(move |(k, t)| {
                let time = t.observed.map_or(0.0, |o| o.0);
                (i, k, gravity(t), time)
            })
        })
        .collect();
    all.sort_by(|a, b| a.2.cmp(&b.2).then(b.3.total_cmp(&a.3)).then(a.0.cmp(&b.0)));
    all.truncate(most);
    let mut chosen: Vec<(usize, usize)> = all.into_iter().map(|x| (x.0, x.1)).collect();
    chosen.sort_unstable();
    chosen
}

/// 0 is the gravest.
fn gravity(t: &TakeoverRow) -> u32 {
    let is = |name: &str| t.is(name) == Some(true);
    match () {
        () if is("collided") => 0,
        () if is("missed") => 1,
        () if is("too_late") => 2,
        () if is("unprompted") => 3,
        () => 4,
    }
}

impl Chosen {
    /// Draws the chosen ones; `done` is told after each log.
    pub fn draw(
        runs: &[RunRow],
        chosen: &[(usize, usize)],
        settings: &Settings,
        done: impl Fn() + Sync,
    ) -> Self {
        let mut by_run: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (run, takeover) in chosen {
            by_run.entry(*run).or_default().push(*takeover);
        }
        let by_run: Vec<(usize, Vec<usize>)> = by_run.into_iter().collect();
        let scenarios = Scenarios::default();
        // Cards are numbered in their order.
        let before: Vec<usize> = by_run
            .iter()
            .scan(0, |n, (_, takeovers)| {
                let first = *n + 1;
                *n += takeovers.len();
                Some(first)
            })
            .collect();
        let drawn = parallel(
            by_run.len(),
            |i| {
                let ((run, takeovers), first) = (&by_run[i], &before[i]);
                let row = &runs[*run];
                let Ok(read) = Run::read(&row.origin.log, settings, &scenarios) else {
                    // It was there a moment ago; what is known of it stands in the tables.
                    return Vec::new();
                };
                let number = |k: &usize| row.takeovers[*k].number;
                let case = |(i, k): (usize, &usize)| {
                    let case = Case::new(&read, number(k), settings)?;
                    let n = *first + i;
                    Some((card(&case, row, n), parts(&case, row, n)))
                };
                takeovers.iter().enumerate().filter_map(case).collect()
            },
            done,
        );
        let (cards, parts): (Vec<_>, Vec<_>) = drawn.into_iter().flatten().unzip();
        let attended = runs.iter().filter(|r| r.origin.arm == Arm::Team);
        Self {
            cards,
            parts: parts.into_iter().flatten().take(MOST_PARTS).collect(),
            all: attended.map(|r| r.takeovers.len()).sum(),
        }
    }

    pub(super) fn section(&self) -> Section {
        let mut blocks = Vec::new();
        if !self.parts.is_empty() {
            let names = ["alert shown", "first input", "threshold", "in force"];
            blocks.push(Block::Figure(FigureBlock {
                figure: Figure::Parts(Parts {
                    time: "time since the request was raised".into(),
                    names: names.map(String::from).to_vec(),
                    rows: self.parts.clone(),
                }),
                title: "What the takeover time consists of".into(),
                caption: format!(
                    "Whiskers: the bounds within which each moment truly lies. {} of the requests shown below.",
                    self.parts.len()
                ),
            }));
        }
        blocks.extend(self.cards.iter().cloned().map(Block::Takeover));
        let shown = self.cards.len();
        let intro = match (shown, self.all) {
            (_, 0) => "There was no takeover and no request to an operator.".to_string(),
            (shown, all) if shown == all => format!(
                "{}, each with its time line, signals and map.",
                counted(all, "takeover")
            ),
            (shown, all) => format!(
                "{shown} of {all} takeovers are shown: the gravest (collision, missed, too late, unprompted), then the slowest. --cards N shows more; takeovers.csv has all; `takeover replay LOG` shows any of them."
            ),
        };
        Section {
            id: "takeovers".into(),
            title: "Takeovers one by one".into(),
            intro,
            blocks,
        }
    }
}

/// Which card: what the figure of parts and the card itself are called by.
fn short(number: usize, row: &RunRow) -> String {
    format!("{number}  {}", row.origin.scenario)
}

fn name(case: &Case<'_>, row: &RunRow) -> String {
    let who = row
        .origin
        .participant
        .clone()
        .unwrap_or_else(|| row.origin.operator.clone());
    format!(
        "{who}, {}, seed {}, takeover {}",
        row.origin.scenario, row.origin.seed, case.number
    )
}

fn parts(case: &Case<'_>, row: &RunRow, number: usize) -> Option<PartsRow> {
    let t = case.takeover;
    let raised = t.raised_s?;
    let mut parts = Vec::new();
    let mut before = raised;
    for (time, within) in [
        (t.shown_s, t.shown_uncertainty_s),
        (t.first_input_s, t.input_uncertainty_s),
        (t.threshold_s, t.input_uncertainty_s),
        (t.in_force_s, Some(0.0)),
    ] {
        let Some(time) = time else { break };
        parts.push(Part {
            length: time - before,
            uncertainty: within.map(|u| (u, u)),
        });
        before = time;
    }
    let open = !case.taken();
    if open {
        parts.push(Part {
            length: (case.over - before).max(0.0),
            uncertainty: None,
        });
    }
    Some(PartsRow {
        name: short(number, row),
        parts,
        open,
    })
}

fn card(case: &Case<'_>, row: &RunRow, number: usize) -> TakeoverCard {
    let c = &case.run.channels;
    let from = (case.start - BEFORE).max(c.time(0));
    let to = (case.over + AFTER).min(c.time(c.len()));
    let rows = c.row(from)..c.row(to);
    let t = case.takeover;
    let seconds = |v: Option<f64>, why: &str| Cell::option(v, 3, why);
    let d = &case.driving;
    let mut facts = vec![
        (
            "log".to_string(),
            Cell::text(row.origin.log.display().to_string()),
        ),
        ("reason".into(), Cell::text(t.reason.replace('_', " "))),
        (
            "reaction time, s".into(),
            seconds(case.reaction(), "no reaction"),
        ),
        (
            "uncertainty, s".into(),
            seconds(
                t.reaction_uncertainty_s
                    .filter(|_| case.reaction().is_some()),
                "unknown, or no reaction",
            ),
        ),
        (
            "first input".into(),
            Cell::text(t.first_input.map_or("none", Means::label)),
        ),
        (
            "taken over by".into(),
            Cell::text(t.by.map_or("nothing", Means::label)),
        ),
        (
            "time budget, s".into(),
            Cell::option(
                case.verdict.and_then(|v| v.budget_s),
                1,
                "not needed, or not judged",
            ),
        ),
        (
            "stabilised after, s".into(),
            Cell::option(
                t.in_force_s.zip(t.stabilised_s).map(|(a, b)| b - a),
                2,
                "not taken over, or not stable",
            ),
        ),
        (
            "smallest TTC, s".into(),
            Cell::option(d.ttc, 2, "never on a collision course within 10 s"),
        ),
        (
            "hardest braking, m/s²".into(),
            Cell::option(
                d.acceleration.map(|a| a.max_braking),
                1,
                "nothing on record",
            ),
        ),
        (
            "SDLP, m".into(),
            Cell::option(
                d.position.and_then(|p| p.sd),
                2,
                "not driven by the operator",
            ),
        ),
    ];
    for (factor, level) in &row.origin.factors {
        facts.push((factor.clone(), Cell::text(level.clone())));
    }
    TakeoverCard {
        id: format!("takeover-{number}"),
        heading: format!("{number}. {}", name(case, row)),
        badges: badges(case),
        facts,
        figures: vec![
            FigureBlock {
                figure: Figure::Panel(panel(case, c, &rows, from, to)),
                title: "Time line and signals".into(),
                caption: String::new(),
            },
            FigureBlock {
                figure: Figure::Map(map(case, c, &rows)),
                title: "Map".into(),
                caption: String::new(),
            },
        ],
        notes: case.verdict.map(|v| v.describe()).into_iter().collect(),
    }
}

fn badges(case: &Case<'_>) -> Vec<Badge> {
    let badge = |text: &str, tone| Badge {
        text: text.into(),
        tone,
    };
    let outcome = case.takeover.outcome;
    let mut badges = vec![badge(
        outcome.label(),
        match outcome {
            Outcome::TakenOver => Tone::Good,
            Outcome::Rejected | Outcome::RunEnded => Tone::Neutral,
            Outcome::MinimalRisk => Tone::Caution,
            Outcome::Collision => Tone::Bad,
        },
    )];
    if !case.asked() {
        badges.push(badge("unprompted", Tone::Caution));
    }
    match case.verdict.map(|v| (v.needed, v.in_time)) {
        Some((true, Some(true))) => badges.push(badge("needed, in time", Tone::Good)),
        Some((true, Some(false))) => badges.push(badge("needed, asked too late", Tone::Bad)),
        Some((true, None)) => badges.push(badge("needed", Tone::Good)),
        Some((false, _)) => badges.push(badge("not needed", Tone::Neutral)),
        None => {}
    }
    if case.driving.collisions > 0 {
        badges.push(badge("collision", Tone::Bad));
    }
    if case.driving.near_misses > 0 {
        badges.push(badge("near miss", Tone::Caution));
    }
    badges
}

fn driver(authority: Authority) -> Driver {
    match authority {
        Authority::Automation | Authority::RequestPending => Driver::Automation,
        Authority::Operator => Driver::Human,
        Authority::Shared => Driver::Shared,
        Authority::MinimalRisk => Driver::MinimalRisk,
        Authority::Standstill => Driver::Nobody,
    }
}

/// Stretches of rows with the same driver.
fn spans(c: &Channels, rows: &Range<usize>) -> Vec<(Range<usize>, Driver)> {
    let mut out: Vec<(Range<usize>, Driver)> = Vec::new();
    for row in rows.clone() {
        let who = driver(c.authority[row]);
        match out.last_mut() {
            Some((span, last)) if *last == who => span.end = row + 1,
            _ => out.push((row..row + 1, who)),
        }
    }
    out
}

fn panel(case: &Case<'_>, c: &Channels, rows: &Range<usize>, from: f64, to: f64) -> Panel {
    let zero = case.start;
    let at = |row: usize| c.time(row) - zero;
    let line = |name: &str, of: &dyn Fn(usize) -> f64| TrackLine {
        name: name.into(),
        points: rows
            .clone()
            .step_by(STEP)
            .map(|row| (at(row), of(row)))
            .collect(),
        steps: false,
    };
    let track = |name: &str, unit: &str, range, lines| Track {
        name: name.into(),
        unit: unit.into(),
        range,
        lines,
        levels: vec![],
    };
    let optional = |v: Option<f64>| v.unwrap_or(f64::NAN);
    let marks = case
        .takeover
        .parts()
        .into_iter()
        .filter_map(|(name, time, within)| {
            let time = time.filter(|t| (from..=to).contains(t))?;
            Some(PanelMark {
                at: time - zero,
                label: name.into(),
                definition: match within {
                    Some(w) if w > 0.0 => format!("{name} at {time:.3} s ± {w:.4} s"),
                    _ => format!("{name} at {time:.3} s"),
                },
            })
        });
    let has_lead = c.lead[rows.clone()].iter().any(Option::is_some);
    let has_ttc = c.ttc[rows.clone()].iter().any(Option::is_some);
    let mut tracks = vec![
        track("speed", "m/s", None, vec![line("", &|r| c.speed[r])]),
        track(
            "steering",
            "deg",
            None,
            vec![
                line("in force", &|r| c.wheel_deg[r]),
                line("operator", &|r| c.commanded_wheel_deg[r]),
            ],
        ),
        track(
            "operator's pedals",
            "",
            Some((0.0, 1.0)),
            vec![
                line("brake", &|r| c.commanded_brake[r]),
                line("accelerator", &|r| c.commanded_accelerator[r]),
            ],
        ),
        track(
            "confidence",
            "",
            Some((0.0, 1.0)),
            vec![line("", &|r| c.confidence[r])],
        ),
    ];
    if has_lead {
        let gap = |r: usize| optional(c.lead[r].map(|l| l.gap));
        tracks.push(track("gap ahead", "m", None, vec![line("", &gap)]));
    }
    if has_ttc {
        let ttc = |r: usize| optional(c.ttc[r]);
        tracks.push(track(
            "time to collision",
            "s",
            Some((0.0, 10.0)),
            vec![line("", &ttc)],
        ));
    }
    tracks.push(track(
        "left of lane centre",
        "m",
        None,
        vec![line("", &|r| c.offset[r])],
    ));
    Panel {
        time: match case.asked() {
            true => "time since the request was raised".into(),
            false => "time since the first input".into(),
        },
        range: Some((from - zero, to - zero)),
        drivers: spans(c, rows)
            .into_iter()
            .map(|(span, driver)| DriverSpan {
                from: at(span.start),
                to: at(span.end),
                driver,
            })
            .collect(),
        marks: marks.collect(),
        tracks,
    }
}

fn map(case: &Case<'_>, c: &Channels, rows: &Range<usize>) -> Map {
    let place = |row: usize| (f64::from(c.x[row]), f64::from(c.y[row]));
    let ego = spans(c, rows).into_iter().map(|(span, driver)| MapPath {
        driver,
        points: (span.start..span.end)
            .step_by(STEP)
            // To the next stretch's first point, so that there is no gap.
            .chain(std::iter::once(span.end.min(rows.end.saturating_sub(1))))
            .map(place)
            .collect(),
    });
    let marks = case
        .takeover
        .parts()
        .into_iter()
        .filter_map(|(name, time, _)| {
            let row = c.row(time?);
            rows.contains(&row).then(|| {
                let (x, y) = place(row);
                MapMark {
                    x,
                    y,
                    label: name.into(),
                }
            })
        });
    let mut marks: Vec<MapMark> = marks.collect();
    for crash in &case.run.account.collisions {
        let row = c.row(crash.time_s);
        if rows.contains(&row) {
            let (x, y) = place(row);
            marks.push(MapMark {
                x,
                y,
                label: format!("collision with {}", crash.with),
            });
        }
    }
    let network = &case.run.scenario.network;
    let points: Vec<(f64, f64)> = rows.clone().step_by(STEP * 4).map(place).collect();
    Map {
        edges: edges(network, &points),
        ego: ego.collect(),
        others: others(case.run, rows),
        marks,
    }
}

/// Paths of others that came near.
fn others(run: &Run, rows: &Range<usize>) -> Vec<OtherPath> {
    let c = &run.channels;
    let name = |i: usize| run.names.get(i).cloned().unwrap_or_default();
    let path = |i: usize| {
        let places = (rows.start / OTHERS_EVERY..rows.end.div_ceil(OTHERS_EVERY)).filter_map(|k| {
            let place = c.others.get(k)?.get(i)?;
            let row = (k * OTHERS_EVERY).min(c.len() - 1);
            let (x, y) = (f64::from(place[0]), f64::from(place[1]));
            let (ex, ey) = (f64::from(c.x[row]), f64::from(c.y[row]));
            (libm::hypot(x - ex, y - ey) < NEAR).then_some((x, y))
        });
        let points: Vec<(f64, f64)> = places.collect();
        (points.len() > 1).then(|| OtherPath {
            name: name(i),
            points,
        })
    };
    (0..run.names.len()).filter_map(path).collect()
}

/// Edges of the lanes along these places.
fn edges(network: &Network, points: &[(f64, f64)]) -> Vec<Vec<(f64, f64)>> {
    let mut stretches: BTreeMap<usize, (f64, f64)> = BTreeMap::new();
    for (x, y) in points {
        for place in network.roads_at(*x, *y) {
            let (from, to) = stretches
                .entry(place.road.0 as usize)
                .or_insert((place.s, place.s));
            (*from, *to) = (from.min(place.s), to.max(place.s));
        }
    }
    let mut edges = Vec::new();
    for (index, (from, to)) in stretches {
        let road = &network.roads[index];
        let (from, to) = ((from - 15.0).max(0.0), (to + 30.0).min(road.length()));
        for (i, section) in road.sections.iter().enumerate() {
            let next = road.sections.get(i + 1).map_or(road.length(), |s| s.s);
            let (begin, end) = (from.max(section.s), to.min(next));
            if begin >= end {
                continue;
            }
            let steps = ((end - begin) / EDGE_STEP).ceil() as usize;
            for id in section.ids() {
                let wanted = section.lane(id).is_some_and(|l| {
                    matches!(
                        l.kind,
                        LaneKind::Driving | LaneKind::Shoulder | LaneKind::Cycle
                    )
                });
                if !wanted {
                    continue;
                }
                let edge = |outer: bool| {
                    let point = |k: usize| {
                        // A section ends where the next begins: a little before it is still this one.
                        let s = (begin + (end - begin) * k as f64 / steps as f64).min(end - 1e-6);
                        let (a, b) = road.edges(id, s)?;
                        let pose = road.pose(s, if outer { b } else { a });
                        Some((pose.x, pose.y))
                    };
                    (0..=steps).filter_map(point).collect::<Vec<_>>()
                };
                edges.push(edge(true));
                if id.abs() == 1 {
                    edges.push(edge(false));
                }
            }
        }
    }
    edges
}
