//! Was a request needed, and did it come in time?

use super::{Limit, RefereeSettings};
use serde::{Deserialize, Serialize};

/// What the referee says of a request, or of a takeover that nobody asked for: by what the
/// automation would have met alone, from the same moment on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RequestVerdict {
    /// Number of the request; none for an unprompted takeover.
    pub request: Option<u32>,
    /// When it was raised, or taken over, s since the start of the run.
    pub time_s: f64,
    /// The automation was followed alone for this long, s: the horizon, or less if it met the
    /// gravest of limits or the end of its road before.
    pub followed_s: f64,
    /// The first limit it met.
    pub limit: Option<Limit>,
    /// The gravest that followed; the same if nothing worse did.
    pub gravest: Option<Limit>,
    /// There was one.
    pub needed: bool,
    /// From this moment to the first limit, s: the true time budget.
    pub budget_s: Option<f64>,
    /// The budget was enough; none if nothing was needed or nobody was asked.
    pub in_time: Option<bool>,
    /// An operator drove.
    pub answered: bool,
    /// The gravest limit that was met in the run as it was, within the same time.
    pub met: Option<Limit>,
    /// The difference between the two.
    pub effect: Effect,
}

/// The difference that a request, and whoever acted on it, made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Nothing happened, nor would it have.
    None,
    /// A limit was not met that would have been.
    Prevented,
    /// A graver limit was not met, a lesser one was.
    Eased,
    /// As grave a limit was met all the same.
    NotPrevented,
    /// A limit was met that would not have been, or a graver one.
    Caused,
}

/// A moment at which a person was asked or took over by themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The tick at which it happened.
    pub tick: u64,
    /// Hash of the run at that tick.
    pub hash: u64,
    /// Number of the request; none for an unprompted takeover.
    pub request: Option<u32>,
    pub answered: bool,
}

fn gravest<'a>(limits: impl Iterator<Item = &'a Limit>) -> Option<Limit> {
    limits.min_by_key(|l| l.kind).cloned()
}

impl RequestVerdict {
    /// `alone`: the limits that the automation met alone, in order, in `followed_s`. `limits`: all
    /// those of the run as it was. `time_s` is the moment's time.
    pub fn new(
        settings: &RefereeSettings,
        moment: &Moment,
        time_s: f64,
        followed_s: f64,
        alone: &[Limit],
        limits: &[Limit],
    ) -> Self {
        let limit = alone.first().cloned();
        let within = time_s..=time_s + settings.horizon;
        let met = gravest(limits.iter().filter(|l| within.contains(&l.time)));
        let worst = gravest(alone.iter());
        let budget_s = limit.as_ref().map(|l| (l.time - time_s).max(0.0));
        let effect = match (&worst, &met) {
            (None, None) => Effect::None,
            (Some(_), None) => Effect::Prevented,
            (None, Some(_)) => Effect::Caused,
            (Some(without), Some(with)) => match without.kind.cmp(&with.kind) {
                std::cmp::Ordering::Less => Effect::Eased,
                std::cmp::Ordering::Equal => Effect::NotPrevented,
                std::cmp::Ordering::Greater => Effect::Caused,
            },
        };
        Self {
            request: moment.request,
            time_s,
            followed_s,
            needed: limit.is_some(),
            budget_s,
            in_time: budget_s
                .filter(|_| moment.request.is_some())
                .map(|b| b >= settings.lead - 1e-9),
            answered: moment.answered,
            limit,
            gravest: worst,
            met,
            effect,
        }
    }

    /// One line for a person.
    pub fn describe(&self) -> String {
        let what = match self.request {
            Some(id) => format!("request {id} at {:.2} s", self.time_s),
            None => format!("unprompted takeover at {:.2} s", self.time_s),
        };
        let (Some(limit), Some(budget)) = (&self.limit, self.budget_s) else {
            let caused = match &self.met {
                Some(met) => format!("; caused: {}", met.describe()),
                None => String::new(),
            };
            return format!(
                "{what}: not needed (alone, nothing would have happened in {:.0} s){caused}",
                self.followed_s
            );
        };
        let worse = match &self.gravest {
            Some(worst) if worst != limit => {
                format!(
                    ", {} {:.1} s after",
                    worst.describe(),
                    worst.time - self.time_s
                )
            }
            _ => String::new(),
        };
        let timely = match self.in_time {
            Some(true) => ", in time",
            Some(false) => ", too late",
            None => "",
        };
        let effect = match (self.effect, &self.met) {
            (Effect::Prevented, _) => "; prevented".into(),
            (Effect::Eased, Some(met)) => format!("; eased: {}", met.describe()),
            (Effect::NotPrevented, Some(met)) => format!("; not prevented: {}", met.describe()),
            (Effect::Caused, Some(met)) => format!("; made worse: {}", met.describe()),
            _ => String::new(),
        };
        format!(
            "{what}: needed (alone, {} {budget:.1} s after{worse}){timely}{effect}",
            limit.describe()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::super::LimitKind::{self, *};
    use super::*;

    fn limit(kind: LimitKind, time: f64) -> Limit {
        let with = None;
        Limit { kind, time, with }
    }

    fn verdict(alone: &[Limit], met: &[Limit], request: Option<u32>) -> RequestVerdict {
        let moment = Moment {
            tick: 1000,
            hash: 0,
            request,
            answered: true,
        };
        RequestVerdict::new(&RefereeSettings::default(), &moment, 10.0, 20.0, alone, met)
    }

    #[test]
    fn needed_is_a_limit_alone_and_in_time_is_the_lead_before_it() {
        let none = verdict(&[], &[], Some(1));
        assert_eq!((none.needed, none.in_time), (false, None));
        assert_eq!(none.effect, Effect::None);
        let early = verdict(&[limit(Blocked, 14.0)], &[], Some(1));
        assert_eq!((early.needed, early.budget_s), (true, Some(4.0)));
        assert_eq!(early.in_time, Some(true));
        let late = verdict(
            &[limit(NearMiss, 13.9), limit(Collision, 15.4)],
            &[],
            Some(1),
        );
        assert_eq!(late.in_time, Some(false));
        assert_eq!(late.gravest, Some(limit(Collision, 15.4)));
        let unprompted = verdict(&[limit(Blocked, 14.0)], &[], None);
        assert_eq!((unprompted.needed, unprompted.in_time), (true, None));
    }

    #[test]
    fn the_effect_is_what_was_met_against_what_would_have_been() {
        let without = [limit(NearMiss, 12.0), limit(Collision, 13.0)];
        let effect = |met: &[Limit]| verdict(&without, met, Some(1)).effect;
        assert_eq!(effect(&[]), Effect::Prevented);
        assert_eq!(effect(&[limit(HardBraking, 12.0)]), Effect::Eased);
        assert_eq!(effect(&[limit(Collision, 14.0)]), Effect::NotPrevented);
        assert_eq!(
            effect(&[limit(Collision, 31.0)]),
            Effect::Prevented,
            "later"
        );
        assert_eq!(
            effect(&[limit(Collision, 9.0)]),
            Effect::Prevented,
            "before"
        );
        let caused = verdict(&[], &[limit(LeftRoad, 12.0)], None);
        assert_eq!((caused.needed, caused.effect), (false, Effect::Caused));
        let worse = verdict(&[limit(Blocked, 12.0)], &[limit(Collision, 12.0)], None);
        assert_eq!(worse.effect, Effect::Caused);
        assert!(worse.describe().contains("made worse: collision"));
    }
}
