//! Reaction times: survival, distribution, parts, sensitivity to thresholds.

use super::super::reaction::{Fitted, Reaction};
use super::super::report::{
    Block, Cell, Column, Details, Figure, FigureBlock, Section, Table,
    figure::{Axis, Curve, Histogram, Mark, Survival, SurvivalCurve, SurvivalStep},
};
use super::super::results::Results;
use super::super::settings::Settings;
use super::super::stats::fit::{Distribution, Family};
use super::{p_value, with_interval};

/// Points of a fitted density.
const POINTS: usize = 120;

pub(super) fn family(family: Family) -> &'static str {
    match family {
        Family::LogNormal => "log-normal",
        Family::ExGaussian => "ex-Gaussian",
        Family::ShiftedWald => "shifted Wald",
    }
}

pub(super) fn survival_curve(r: &Reaction) -> Option<SurvivalCurve> {
    let curve = r.curve.as_ref()?;
    let mut times = Vec::new();
    for step in &curve.steps {
        times.extend(std::iter::repeat_n(step.time, step.events + step.censored));
    }
    let censored = curve.steps.iter().filter(|s| s.censored > 0);
    Some(SurvivalCurve {
        name: r.name.clone(),
        steps: curve
            .steps
            .iter()
            .map(|s| SurvivalStep {
                time: s.time,
                survival: s.survival,
                interval: s.band.map(|b| (b.low, b.high)),
            })
            .collect(),
        censored: censored.map(|s| s.time).collect(),
        times,
    })
}

pub(super) fn survival_figure(reactions: &[&Reaction], title: &str, caption: String) -> Block {
    Block::Figure(FigureBlock {
        figure: Figure::Survival(Survival {
            time: Axis::new("time since the request was shown", "s"),
            share: "not yet taken over".into(),
            curves: reactions.iter().filter_map(|r| survival_curve(r)).collect(),
            marks: vec![],
        }),
        title: title.into(),
        caption,
    })
}

pub(super) fn section(r: &Results, settings: &Settings) -> Section {
    let all = &r.reaction;
    let mut blocks = Vec::new();
    if all.requests == 0 {
        return Section {
            id: "reaction".into(),
            title: "Reaction time".into(),
            intro: "Nobody was asked to take over: there are no reaction times.".into(),
            blocks,
        };
    }
    blocks.push(survival_figure(
        &[all],
        "Share of requests not yet answered",
        format!(
            "Kaplan-Meier with pointwise {:.0} % log-log bands. n = {}: {} answered, {} censored (missed, rejected, or open at the end). {}",
            settings.level * 100.0,
            all.requests,
            all.answered,
            all.censored,
            left_out(all)
        ),
    ));
    blocks.push(Block::Table(summary_table(&[all], "All requests")));
    if all.answered >= 2 {
        blocks.push(histogram(all));
    }
    blocks.push(Block::Table(fits_table(all)));
    if let Some(c) = &all.components {
        blocks.push(Block::Text(format!(
            "Of the variance of the answered reaction times, {:.0} % lies between participants (REML; ICC(1) by analysis of variance {}; {} times of {} participants; F({:.0}, {:.0}) = {:.2}, p = {:.3}). The larger it is, the more a comparison gains from asking everyone in every condition.",
            c.reml.share_between * 100.0,
            with_interval(c.icc, Some(c.icc_interval.low), Some(c.icc_interval.high), 2),
            c.n,
            c.people,
            c.df.0,
            c.df.1,
            c.f,
            c.p
        )));
    }
    blocks.push(Block::Table(sensitivity(r)));
    Section {
        id: "reaction".into(),
        title: "Reaction time".into(),
        intro: "From the request shown to the crossing of a takeover threshold. A request that nobody answered is a reaction time that was longer than it was watched: censored, never dropped.".into(),
        blocks,
    }
}

fn left_out(r: &Reaction) -> String {
    match r.unprompted_left_out {
        0 => String::new(),
        n => format!("{n} takeovers that nobody asked for have no reaction time and are left out."),
    }
}

/// One row for each group.
pub(super) fn summary_table(reactions: &[&Reaction], caption: &str) -> Table {
    let none = "no request was answered";
    let row = |r: &&Reaction| {
        let s = r.summary.as_ref();
        let median = match &r.median {
            Some(m) => match m.estimate {
                Some(value) => Cell::Special {
                    text: with_interval(value, m.low, m.high, 2),
                    value,
                },
                None => Cell::missing("less than half of the requests were answered"),
            },
            None => Cell::missing("no requests"),
        };
        let mean = match &r.mean {
            Some(b) => Cell::Special {
                text: with_interval(b.estimate, Some(b.interval.low), Some(b.interval.high), 2),
                value: b.estimate,
            },
            None => Cell::option(s.map(|s| s.mean), 2, none),
        };
        vec![
            Cell::text(r.name.clone()),
            Cell::count(r.requests),
            Cell::count(r.answered),
            Cell::count(r.censored),
            median,
            mean,
            Cell::option(s.and_then(|s| s.sd), 2, "less than two were answered"),
            Cell::option(s.map(|s| s.q1), 2, none),
            Cell::option(s.map(|s| s.q3), 2, none),
            Cell::option(s.map(|s| s.min), 2, none),
            Cell::option(s.map(|s| s.max), 2, none),
        ]
    };
    let clustered = reactions.iter().any(|r| r.by_participant);
    Table {
        caption: format!("Reaction times: {caption}"),
        columns: vec![
            Column::words("Group"),
            Column::numbers("Requests", ""),
            Column::numbers("Answered", ""),
            Column::numbers("Censored", ""),
            Column::numbers("Median", "s").defined(
                "Kaplan-Meier median with Brookmeyer-Crowley interval; censored requests included.",
            ),
            Column::numbers("Mean of answered", "s").defined(
                "Mean of the answered ones with a bootstrap interval (BCa). Too short where requests were missed.",
            ),
            Column::numbers("SD", "s"),
            Column::numbers("Q1", "s"),
            Column::numbers("Q3", "s"),
            Column::numbers("Min", "s"),
            Column::numbers("Max", "s"),
        ],
        rows: reactions.iter().map(row).collect(),
        footnote: format!(
            "SD, quartiles and extremes are of the answered requests. {}",
            match clustered {
                true => "Bootstrap over participants, each with all of their times.",
                false => "Bootstrap over requests.",
            }
        ),
    }
}

/// Fits that can be drawn.
fn drawable(fits: &[Fitted]) -> impl Iterator<Item = (&'static str, &Distribution)> {
    fits.iter()
        .filter_map(|f| Some((family(f.family), &f.fit.as_ref().ok()?.distribution)))
}

fn histogram(r: &Reaction) -> Block {
    let mut values: Vec<f64> = Vec::new();
    for step in r.curve.iter().flat_map(|c| &c.steps) {
        values.extend(std::iter::repeat_n(step.time, step.events));
    }
    let most = values.iter().copied().fold(0.0, f64::max) * 1.1;
    let share = r.answered as f64 / r.requests.max(1) as f64;
    let density = |(name, d): (&'static str, &Distribution)| Curve {
        name: name.into(),
        points: (1..=POINTS)
            .filter_map(|i| {
                let x = most * i as f64 / POINTS as f64;
                Some((x, d.pdf(x)?))
            })
            .collect(),
    };
    Block::Figure(FigureBlock {
        figure: Figure::Histogram(Histogram {
            axis: Axis::new("reaction time", "s"),
            values,
            bin_width: None,
            densities: drawable(&r.fits).map(density).collect(),
            marks: r
                .median
                .as_ref()
                .and_then(|m| m.estimate)
                .map(|at| Mark {
                    at,
                    label: "median".into(),
                })
                .into_iter()
                .collect(),
        }),
        title: "Distribution of reaction times, with fitted densities".into(),
        caption: match r.censored {
            0 => format!("n = {} answered requests.", r.answered),
            n => format!(
                "n = {} answered requests ({:.0} % of all). The densities are fitted to all requests, the {n} censored ones included, so they lie below the bars where requests were missed.",
                r.answered,
                share * 100.0
            ),
        },
    })
}

fn fits_table(r: &Reaction) -> Table {
    let best = r
        .fits
        .iter()
        .filter_map(|f| f.fit.as_ref().ok().map(|x| x.aic));
    let best = best.fold(f64::INFINITY, f64::min);
    let row = |f: &Fitted| {
        let name = Cell::text(family(f.family));
        match &f.fit {
            Err(why) => {
                let why = match r.requests > 10_000 {
                    true => "not fitted: more than 10,000 requests".to_string(),
                    false => why.to_string(),
                };
                let mut row = vec![name];
                row.extend(std::iter::repeat_n(Cell::missing(why), 6));
                row
            }
            Ok(fit) => {
                let parameters: Vec<String> = fit
                    .parameters
                    .iter()
                    .map(|p| match p.standard_error {
                        Some(se) => format!("{} {:.3} (SE {se:.3})", p.name, p.value),
                        None => format!("{} {:.3}", p.name, p.value),
                    })
                    .collect();
                let why = match r.censored {
                    0 => "not for this many requests",
                    _ => "not with censored requests",
                };
                let g = f.goodness.as_ref();
                vec![
                    name,
                    Cell::text(parameters.join(", ")),
                    Cell::number(fit.log_likelihood, 2),
                    Cell::number(fit.aic, 1),
                    Cell::number(fit.aic - best, 1),
                    p_value(g.map(|g| g.kolmogorov_smirnov_p), why),
                    p_value(g.map(|g| g.anderson_darling_p), why),
                ]
            }
        }
    };
    Table {
        caption: "Fitted distributions".into(),
        columns: vec![
            Column::words("Family"),
            Column::words("Parameters"),
            Column::numbers("Log-likelihood", ""),
            Column::numbers("AIC", ""),
            Column::numbers("ΔAIC", "").defined("Difference from the best; above 10 there is hardly any support."),
            Column::numbers("p (KS)", "").defined(
                "Kolmogorov-Smirnov, by parametric bootstrap: small means that the family does not fit.",
            ),
            Column::numbers("p (AD)", "").defined(
                "Anderson-Darling, by parametric bootstrap: small means that the family does not fit.",
            ),
        ],
        rows: r.fits.iter().map(row).collect(),
        footnote: format!(
            "Maximum likelihood, n = {} with {} censored. Requests are taken as independent.",
            r.requests, r.censored
        ),
    }
}

fn sensitivity(r: &Results) -> Table {
    let none = "not crossed by anybody";
    let rows = r.sensitivity.iter().map(|s| {
        let sum = s.summary.as_ref();
        vec![
            Cell::number(f64::from(s.steering_deg), 0),
            Cell::number(f64::from(s.pedal_share) * 100.0, 0),
            Cell::count(s.crossed),
            Cell::count(s.n - s.crossed),
            Cell::option(sum.map(|x| x.median), 3, none),
            Cell::option(sum.map(|x| x.mean), 3, none),
            Cell::option(sum.and_then(|x| x.sd), 3, "less than two"),
            Cell::option(s.median_change_s, 3, none),
        ]
    });
    Table {
        caption: "Sensitivity: reaction times by other thresholds, recomputed from raw input".into(),
        columns: vec![
            Column::numbers("Steering", "deg"),
            Column::numbers("Pedal", "%"),
            Column::numbers("Crossed", ""),
            Column::numbers("Not crossed", ""),
            Column::numbers("Median", "s"),
            Column::numbers("Mean", "s"),
            Column::numbers("SD", "s"),
            Column::numbers("Median change", "s").defined("Against the reaction time of this analysis."),
        ],
        rows: rows.collect(),
        footnote: "Of the requests that were answered. No threshold for gamepads is published; 2 degrees and 10 % assume a wheel and pedals. The button counts at any threshold.".into(),
    }
}

/// Folded: parts of each takeover's time.
pub(super) fn folded(summary: &str, blocks: Vec<Block>) -> Block {
    Block::Details(Details {
        summary: summary.into(),
        open: false,
        blocks,
    })
}
