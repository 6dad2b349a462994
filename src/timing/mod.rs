//! The self-test of everything that times are made of: what was measured, what is good enough,
//! and what it means for a reaction time. `takeover timing` runs it.

pub mod clocks;

use crate::command::{Input, Stamp};
use crate::link::survey::percentile;
use serde::Serialize;

/// What a figure is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Good,
    Poor,
    /// Could not be measured here.
    Absent,
}

impl Verdict {
    /// As a person reads it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Poor => "POOR",
            Self::Absent => "not measured",
        }
    }

    fn of(good: bool) -> Self {
        if good { Self::Good } else { Self::Poor }
    }
}

/// One thing measured.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    pub name: &'static str,
    /// The figures, in words; why there are none, if it could not be measured.
    pub measured: String,
    /// What is good enough, in words.
    pub wanted: &'static str,
    pub verdict: Verdict,
    /// What it means for the times of a run.
    pub means: &'static str,
    /// The figures, for programs: by name, in the unit that the name ends with.
    pub values: serde_json::Map<String, serde_json::Value>,
}

/// What a number of samples come to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    pub count: usize,
    pub median: f64,
    pub p99: f64,
    pub max: f64,
}

impl Spread {
    /// None without samples.
    pub fn of(samples: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut sorted: Vec<f64> = samples.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        Some(Self {
            count: sorted.len(),
            median: percentile(&sorted, 0.5)?,
            p99: percentile(&sorted, 0.99)?,
            max: *sorted.last()?,
        })
    }

    /// In ms, of samples in s.
    fn in_ms(&self) -> String {
        format!(
            "median {:.2} ms, 99th percentile {:.2} ms, largest {:.2} ms, n {}",
            self.median * 1e3,
            self.p99 * 1e3,
            self.max * 1e3,
            self.count
        )
    }

    fn values(&self) -> serde_json::Map<String, serde_json::Value> {
        let list = [
            ("count", self.count as f64),
            ("median_s", self.median),
            ("p99_s", self.p99),
            ("max_s", self.max),
        ];
        list.map(|(name, value)| (name.to_string(), value.into()))
            .into_iter()
            .collect()
    }
}

/// A picture of the window: when its drawing began, when it was submitted, when presented, s.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pictured {
    pub begun: f64,
    pub submitted: f64,
    pub presented: f64,
    /// The patch for a light sensor changed with it.
    pub flipped: bool,
}

/// What could not be measured.
pub fn absent(
    name: &'static str,
    wanted: &'static str,
    means: &'static str,
    why: impl Into<String>,
) -> Row {
    Row {
        name,
        measured: why.into(),
        wanted,
        verdict: Verdict::Absent,
        means,
        values: serde_json::Map::new(),
    }
}

const TICKS: &str = "ticks in real time, done after their time";
const TICKS_MEAN: &str = "an input takes force at the first tick at or after its own time; a late \
    tick delays that, and is on record (wall_s)";

/// `late`: of each tick of a run in real time, s.
pub fn ticks(late: &[f64]) -> Row {
    let wanted = "99th percentile below 2 ms, largest below 10 ms (a tick)";
    match Spread::of(late.iter().copied()) {
        None => absent(TICKS, wanted, TICKS_MEAN, "no tick was run"),
        Some(spread) => Row {
            name: TICKS,
            measured: spread.in_ms(),
            wanted,
            verdict: Verdict::of(spread.p99 < 0.002 && spread.max < 0.010),
            means: TICKS_MEAN,
            values: spread.values(),
        },
    }
}

/// `inputs`: what came from pads and wheels; `why`: why none could.
pub fn devices(inputs: &[Input], seconds: f64, why: Option<String>) -> Row {
    let name = "gamepads and wheels, uncertainty";
    let wanted = "99th percentile below 1 ms, kernel stamps";
    let means = "how sure the time of an input is; what the device itself adds is not in it";
    let moved: Vec<&Input> = inputs
        .iter()
        .filter(|input| {
            use crate::command::Change::{Axis, Button};
            matches!(input.change, Axis { .. } | Button { .. })
        })
        .collect();
    let uncertainties = moved.iter().map(|input| input.uncertainty_ns as f64 / 1e9);
    let Some(spread) = Spread::of(uncertainties) else {
        let none = "no event came: move a stick while it measures".to_string();
        return absent(name, wanted, means, why.unwrap_or(none));
    };
    let kernel = moved.iter().filter(|i| i.stamp == Stamp::Kernel).count();
    let rate = moved.len() as f64 / seconds;
    let mut values = spread.values();
    values.insert("rate_per_s".into(), rate.into());
    values.insert("kernel_stamps".into(), kernel.into());
    Row {
        name,
        measured: format!(
            "{}; {rate:.0} events/s, {kernel} of {} stamped by the kernel",
            spread.in_ms(),
            moved.len()
        ),
        wanted,
        verdict: Verdict::of(spread.p99 < 0.001 && 2 * kernel >= moved.len()),
        means,
        values,
    }
}

/// How late a rumble is handed to the kernel. `sent` and `started`: s.
pub fn rumble(started: &[(f64, f64)], why: Option<String>) -> Row {
    let name = "rumble, from submission to the kernel having it";
    let wanted = "99th percentile below 5 ms";
    let means = "when an alert is felt; how long the motor takes (some 50 ms) is not known here";
    match Spread::of(started.iter().map(|(sent, started)| started - sent)) {
        None => absent(
            name,
            wanted,
            means,
            why.unwrap_or_else(|| "no device that can rumble is plugged in".into()),
        ),
        Some(spread) => Row {
            name,
            measured: spread.in_ms(),
            wanted,
            verdict: Verdict::of(spread.p99 < 0.005),
            means,
            values: spread.values(),
        },
    }
}

/// Tones: when each was submitted, when it began to sound and how sure that is, s.
pub fn sound(tones: Result<&[(f64, f64, f64)], String>) -> Row {
    let name = "sound, from submission to playback";
    let wanted = "largest below 100 ms, sure within 50 ms";
    let means = "when an alert is heard: counted for each tone, so that only the uncertainty \
        enters a reaction time; amplifier and loudspeaker are not known here";
    let tones = match tones {
        Ok(tones) => tones,
        Err(why) => return absent(name, wanted, means, why),
    };
    let late = Spread::of(tones.iter().map(|(submitted, begun, _)| begun - submitted));
    let Some(late) = late else {
        return absent(name, wanted, means, "the sound card asked for no sample");
    };
    let within = tones.iter().fold(0.0_f64, |most, (_, _, w)| most.max(*w));
    let mut values = late.values();
    values.insert("uncertainty_s".into(), within.into());
    Row {
        name,
        measured: format!("{}; sure within {:.1} ms", late.in_ms(), within * 1e3),
        wanted,
        verdict: Verdict::of(late.max < 0.1 && within < 0.050),
        means,
        values,
    }
}

/// The window's pictures, and the display's refresh, s.
pub fn pictures(pictures: Result<&[Pictured], String>, refresh: Option<f64>) -> Vec<Row> {
    let intervals_mean = "how long an alert may wait for its picture; the record says when it came";
    let keys_mean = "a key's time is when the window looked; it may be as much earlier. For \
        reaction times a gamepad is better";
    let present_mean = "from commands handed over to the picture queued: both are on record";
    let flips_mean = "the patch for a light sensor changes with the picture that is noted for it";
    let interval = "pictures, from one to the next";
    let keys = "keyboard, uncertainty";
    let present = "pictures, from submitted to presented";
    let flips = "patch, changes counted";
    let wanted = [
        "99th percentile below 25 ms, fewer than 1 % missed",
        "99th percentile below 25 ms",
        "99th percentile below 10 ms",
        "one in every ten pictures",
    ];
    let all = match pictures {
        // The first second is loading.
        Ok(all) => {
            let from = all.first().map_or(0.0, |p| p.begun + 1.0);
            let kept = all.iter().filter(|p| p.begun >= from);
            kept.copied().collect::<Vec<_>>()
        }
        Err(why) => {
            return vec![
                absent(interval, wanted[0], intervals_mean, why.clone()),
                absent(keys, wanted[1], keys_mean, why.clone()),
                absent(present, wanted[2], present_mean, why.clone()),
                absent(flips, wanted[3], flips_mean, why),
            ];
        }
    };
    let between: Vec<f64> = all
        .windows(2)
        .map(|pair| pair[1].presented - pair[0].presented)
        .collect();
    let (Some(spread), Some(presenting)) = (
        Spread::of(between.iter().copied()),
        Spread::of(all.iter().map(|p| p.presented - p.submitted)),
    ) else {
        return self::pictures(Err("the window drew too few pictures".into()), refresh);
    };
    let normal = refresh.unwrap_or(spread.median);
    let missed = between.iter().filter(|t| **t > 1.5 * normal).count();
    let share = missed as f64 / between.len() as f64;
    let display = refresh.map_or("the display's refresh is unknown".into(), |refresh| {
        format!("the display refreshes {:.1} times a second", 1.0 / refresh)
    });
    let mut values = spread.values();
    values.insert("missed".into(), missed.into());
    values.insert("refresh_s".into(), refresh.into());
    let row = |name, measured, wanted, good, means, values| Row {
        name,
        measured,
        wanted,
        verdict: Verdict::of(good),
        means,
        values,
    };
    let flipped = all.iter().filter(|p| p.flipped).count();
    let due = all.len() / 10;
    let counts = [("flips", flipped), ("pictures", all.len())];
    let counts = counts.map(|(name, n)| (name.to_string(), n.into()));
    vec![
        row(
            interval,
            format!("{}; {missed} missed; {display}", spread.in_ms()),
            wanted[0],
            spread.p99 < 0.025 && share < 0.01,
            intervals_mean,
            values,
        ),
        row(
            keys,
            spread.in_ms(),
            wanted[1],
            spread.p99 < 0.025,
            keys_mean,
            spread.values(),
        ),
        row(
            present,
            presenting.in_ms(),
            wanted[2],
            presenting.p99 < 0.010,
            present_mean,
            presenting.values(),
        ),
        row(
            flips,
            format!("{flipped} in {} pictures", all.len()),
            wanted[3],
            flipped.abs_diff(due) <= 1,
            flips_mean,
            counts.into_iter().collect(),
        ),
    ]
}

/// The report for people.
pub fn markdown(rows: &[Row], heading: &[(&str, String)]) -> String {
    let mut text = String::from("# takeover timing\n\n");
    for (name, value) in heading {
        text += &format!("- {name}: {value}\n");
    }
    text +=
        "\n| what | measured | good enough | verdict | what it means |\n|---|---|---|---|---|\n";
    for row in rows {
        let cells = [
            row.name,
            &row.measured,
            row.wanted,
            row.verdict.label(),
            row.means,
        ];
        // A bar would end a cell.
        let cells = cells.map(|cell| cell.replace('|', "/").replace('\n', " "));
        text += &format!("| {} |\n", cells.join(" | "));
    }
    text
}

/// The report on the terminal, line by line.
pub fn lines(rows: &[Row]) -> Vec<String> {
    let line = |row: &Row| {
        let verdict = row.verdict.label();
        format!("{verdict:<12}  {}: {}", row.name, row.measured)
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pictured(n: usize, step: f64) -> Vec<Pictured> {
        let picture = |i: usize| Pictured {
            begun: i as f64 * step,
            submitted: i as f64 * step + 0.002,
            presented: i as f64 * step + 0.003,
            flipped: i % 10 == 9,
        };
        (0..n).map(picture).collect()
    }

    #[test]
    fn steady_pictures_are_good_and_slow_ones_are_not() {
        use Verdict::{Good, Poor};
        let fast = pictures(Ok(&pictured(600, 1.0 / 60.0)), Some(1.0 / 60.0));
        assert_eq!(fast.len(), 4);
        assert!(fast.iter().all(|row| row.verdict == Good), "{fast:?}");
        assert_eq!(fast[0].values["missed"], 0);
        let slow = pictures(Ok(&pictured(60, 1.0 / 3.0)), Some(1.0 / 60.0));
        let verdicts: Vec<Verdict> = slow.iter().map(|row| row.verdict).collect();
        assert_eq!(verdicts, [Poor, Poor, Good, Good]);
        let mut stuck = pictured(600, 1.0 / 60.0);
        stuck.iter_mut().for_each(|p| p.flipped = false);
        assert_eq!(pictures(Ok(&stuck), None)[3].verdict, Poor);
    }

    #[test]
    fn a_tick_that_comes_late_is_noticed() {
        let mut late = vec![0.0002; 1000];
        assert_eq!(ticks(&late).verdict, Verdict::Good);
        late[500] = 0.012;
        let row = ticks(&late);
        assert_eq!(row.verdict, Verdict::Poor);
        assert!(
            row.measured.contains("largest 12.00 ms"),
            "{}",
            row.measured
        );
        assert_eq!(ticks(&[]).verdict, Verdict::Absent);
    }

    #[test]
    fn what_cannot_be_measured_says_why() {
        let rows = [
            sound(Err("no sound card".into())),
            rumble(&[], Some("no udev".into())),
            devices(&[], 10.0, Some("no udev".into())),
            pictures(Err("no display".into()), None).remove(0),
        ];
        for (row, why) in rows
            .iter()
            .zip(["no sound", "no udev", "no udev", "no display"])
        {
            assert_eq!(row.verdict, Verdict::Absent);
            assert!(row.measured.starts_with(why));
        }
        let report = markdown(&rows, &[("version", "1".into())]);
        assert_eq!(
            report.lines().filter(|line| line.starts_with("| ")).count(),
            5
        );
        assert!(report.contains("| not measured |"));
    }

    #[test]
    fn sounds_are_judged_by_their_worst() {
        let tones = [(1.0, 1.04, 0.01), (2.0, 2.06, 0.01)];
        let row = sound(Ok(&tones));
        assert_eq!(row.verdict, Verdict::Good);
        assert!(
            row.measured.contains("sure within 10.0 ms"),
            "{}",
            row.measured
        );
        assert_eq!(sound(Ok(&[(1.0, 1.3, 0.01)])).verdict, Verdict::Poor);
        assert_eq!(sound(Ok(&[(1.0, 1.02, 0.1)])).verdict, Verdict::Poor);
    }
}
