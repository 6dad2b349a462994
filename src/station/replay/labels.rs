//! Key L: what a person says about the takeover nearest to the cursor. Words are typed elsewhere
//! (`takeover label`); here is what a few keys can say.

use super::player::Run;
use crate::devices::menu::Step;
use crate::replay::labels::{Label, Labels, Needed, Target, anchor};
use crate::station::words::{fill, t};
use crate::takeover::timeline::Takeover;
use bevy::prelude::Resource;

/// Who labels, and the page when it is open.
#[derive(Default, Resource)]
pub struct Desk {
    labels: Option<(String, Labels)>,
    pub page: Option<Page>,
}

/// A label being made.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    label: Label,
    /// What it is about, in words.
    about: String,
    causes: Vec<(String, String)>,
    row: usize,
}

const ROWS: usize = 3;
const MOST: u8 = 10;

impl Desk {
    pub fn new(labels: Option<(String, Labels)>) -> Self {
        Self { labels, page: None }
    }

    /// Opens the page for the takeover nearest to a time of the run, s.
    ///
    /// # Errors
    /// In words: nobody labels, or there is no takeover.
    pub fn open(&mut self, run: &Run, at: f64) -> Result<(), String> {
        let Some((rater, labels)) = &self.labels else {
            return Err(t("replay.label_nobody").into());
        };
        let takeovers = &run.survey.takeovers;
        let Some(number) = nearest(takeovers, at) else {
            return Err(t("replay.label_nothing").into());
        };
        let target = Target::Takeover { number };
        let said = labels
            .of(rater)
            .into_iter()
            .find(|r| r.label.target == target);
        let time = moment(&takeovers[number as usize - 1]).unwrap_or_default();
        let about = fill(
            "replay.label_about",
            &[
                ("n", &number.to_string()),
                ("t", &format!("{time:.1}")),
                ("rater", rater),
            ],
        );
        let causes = labels.taxonomy().causes.iter();
        self.page = Some(Page {
            label: said.map_or_else(|| Label::about(target), |rating| rating.label),
            about,
            causes: causes
                .map(|c| (c.code.clone(), c.definition.clone()))
                .collect(),
            row: 0,
        });
        Ok(())
    }

    /// A step on the page; what is to be told of it.
    pub fn step(&mut self, step: Step) -> Option<String> {
        let page = self.page.as_mut()?;
        match step {
            Step::Confirm => {
                let page = self.page.take()?;
                let (rater, labels) = self.labels.as_mut()?;
                Some(match labels.add(rater, &page.label) {
                    Ok(_) => fill("replay.label_saved", &[("about", &page.about)]),
                    Err(why) => why.to_string(),
                })
            }
            Step::Back | Step::Pause | Step::View => {
                self.page = None;
                None
            }
            other => {
                page.step(other);
                None
            }
        }
    }
}

/// When a takeover was about, s.
fn moment(takeover: &Takeover) -> Option<f64> {
    takeover.raised_s.or(takeover.in_force_s)
}

/// The number of the takeover nearest to a time, from 1.
fn nearest(takeovers: &[Takeover], at: f64) -> Option<u32> {
    let far = |takeover: &Takeover| moment(takeover).map_or(f64::INFINITY, |m| (m - at).abs());
    let each = takeovers.iter().zip(1..);
    each.min_by(|a, b| far(a.0).total_cmp(&far(b.0)))
        .map(|n| n.1)
}

/// The next of so many values or the one before, with none before the first.
fn turn(now: Option<usize>, count: usize, way: i32) -> Option<usize> {
    let places = count as i32 + 1;
    let at = now.map_or(0, |i| i as i32 + 1);
    usize::try_from((at + way).rem_euclid(places) - 1).ok()
}

impl Page {
    fn step(&mut self, step: Step) {
        let way = match step {
            Step::Up => return self.row = (self.row + ROWS - 1) % ROWS,
            Step::Down => return self.row = (self.row + 1) % ROWS,
            Step::Left => -1,
            Step::Right => 1,
            _ => return,
        };
        let label = &mut self.label;
        match self.row {
            0 => {
                let now = label
                    .needed
                    .and_then(|n| Needed::ALL.iter().position(|m| *m == n));
                label.needed = turn(now, Needed::ALL.len(), way).map(|i| Needed::ALL[i]);
            }
            1 => {
                let code = label.cause.as_ref();
                let now = code.and_then(|code| self.causes.iter().position(|c| c.0 == *code));
                let next = turn(now, self.causes.len(), way);
                label.cause = next.map(|i| self.causes[i].0.clone());
            }
            _ => {
                let now = label.quality.map(|q| usize::from(q) - 1);
                let next = turn(now, usize::from(MOST), way);
                label.quality = next.and_then(|i| u8::try_from(i + 1).ok());
            }
        }
    }

    pub fn words(&self) -> String {
        let none = || "-".to_string();
        let label = &self.label;
        let cause = label.cause.as_ref().map(|code| {
            let definition = self.causes.iter().find(|c| c.0 == *code);
            format!("{code}: {}", definition.map_or("", |c| c.1.as_str()))
        });
        let values = [
            (t("replay.label_needed"), label.needed.map(needed)),
            (t("replay.label_cause"), cause),
            (
                t("replay.label_quality"),
                label.quality.map(|q| format!("{q}, {}", anchor(q))),
            ),
        ];
        let rows = values.into_iter().enumerate().map(|(i, (name, value))| {
            let (mark, value) = (
                if i == self.row { '>' } else { ' ' },
                value.unwrap_or_else(none),
            );
            format!("{mark} {name:<18} < {value} >")
        });
        let rows: Vec<String> = rows.collect();
        format!(
            "{}\n\n{}\n\n{}",
            self.about,
            rows.join("\n"),
            t("replay.label_keys")
        )
    }
}

fn needed(needed: Needed) -> String {
    t(&format!("replay.needed_{}", needed.name())).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page() -> Page {
        Page {
            label: Label::about(Target::Takeover { number: 1 }),
            about: String::new(),
            causes: vec![("fog".into(), "one".into()), ("rain".into(), "two".into())],
            row: 0,
        }
    }

    #[test]
    fn a_few_steps_say_it_and_take_it_back() {
        let mut page = page();
        let steps = |page: &mut Page, steps: &[Step]| steps.iter().for_each(|s| page.step(*s));
        steps(
            &mut page,
            &[Step::Right, Step::Down, Step::Left, Step::Down],
        );
        steps(&mut page, &[Step::Right, Step::Right, Step::Right]);
        let label = &page.label;
        assert_eq!(label.needed, Some(Needed::Yes));
        assert_eq!(label.cause.as_deref(), Some("rain"), "the last one");
        assert_eq!(label.quality, Some(3));
        assert!(page.words().contains("imprecision"));
        steps(
            &mut page,
            &[Step::Down, Step::Left, Step::Up, Step::Up, Step::Right],
        );
        assert_eq!(page.label.needed, None);
        assert_eq!(page.label.cause, None, "round and round");
    }

    #[test]
    fn quality_stays_from_1_to_10() {
        let mut page = page();
        page.row = 2;
        let mut seen = Vec::new();
        for _ in 0..11 {
            page.step(Step::Left);
            seen.push(page.label.quality.unwrap_or(0));
        }
        assert_eq!(seen, [10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
    }
}
