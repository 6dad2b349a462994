//! Runs the scripts and compares the log with what was injected.

use super::Vm;
use super::script::{Script, random};
use serde_json::Value;
use std::path::Path;
use takeover::command::{Change, Input, Stamp};
use takeover::record::{Entry, Log};
use takeover::scenario::Scenario;
use takeover::session::tally::Tally;
use takeover::takeover::alert::Channel;

/// One event as the virtual pad wrote it.
struct Injected {
    code: u32,
    value: i32,
    /// ns since the Unix epoch, just before and just after the write.
    before_ns: i64,
    after_ns: i64,
}

fn injected(folder: &Path) -> Vec<Injected> {
    let text = std::fs::read_to_string(folder.join("pad.jsonl")).unwrap();
    let number = |v: &Value, name: &str| v[name].as_i64().unwrap();
    text.lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|v| v["kind"] == "event")
        .map(|v| Injected {
            code: (number(&v, "type_num") << 16 | number(&v, "code_num")) as u32,
            value: number(&v, "value") as i32,
            before_ns: number(&v, "realtime_ns"),
            after_ns: number(&v, "realtime_after_ns"),
        })
        .collect()
}

/// Axis and button inputs of a log.
fn logged(log: &Log) -> Vec<&Input> {
    log.entries
        .iter()
        .filter_map(|entry| match entry {
            Entry::Input(input) => Some(input),
            _ => None,
        })
        .filter(|i| matches!(i.change, Change::Axis { .. } | Change::Button { .. }))
        .collect()
}

fn code_and_value(input: &Input) -> (u32, i32) {
    match input.change {
        Change::Axis { code, raw, .. } => (code, raw),
        Change::Button { code, pressed } => (code, i32::from(pressed)),
        _ => (0, 0),
    }
}

/// How far times were off, µs, and what was claimed.
struct Figures {
    n: usize,
    median: f64,
    p99: f64,
    worst: f64,
    /// Of the first events after silences of 0.5 s or more.
    after_silence: (usize, f64),
    longest_silence_s: f64,
    /// Farthest outside of the time that the pad's write took, µs: what is not the machine's.
    beyond_write: f64,
    arrival_stamps: usize,
    outside_uncertainty: usize,
}

fn figures(injected: &[Injected], logged: &[&Input]) -> Figures {
    assert_eq!(injected.len(), logged.len(), "all events, and no other");
    let mut off = Vec::new();
    let (mut after_silence, mut longest) = ((0, 0.0_f64), 0);
    let (mut arrival_stamps, mut outside, mut beyond) = (0, 0, 0.0_f64);
    for (n, (truth, input)) in injected.iter().zip(logged).enumerate() {
        assert_eq!(
            (truth.code, truth.value),
            code_and_value(input),
            "event {n}"
        );
        let error = input.realtime_ns.abs_diff(truth.before_ns) as f64 / 1e3;
        off.push(error);
        let late = input.realtime_ns - truth.after_ns;
        let early = truth.before_ns - input.realtime_ns;
        beyond = beyond.max(late.max(early) as f64 / 1e3);
        if input.stamp == Stamp::Arrival {
            arrival_stamps += 1;
        }
        let u = input.uncertainty_ns as i64;
        let covers =
            input.realtime_ns + u >= truth.before_ns && input.realtime_ns - u <= truth.after_ns;
        outside += usize::from(!covers);
        let silence = n
            .checked_sub(1)
            .map_or(i64::MAX, |p| truth.before_ns - injected[p].before_ns);
        if silence >= 500_000_000 {
            after_silence = (after_silence.0 + 1, after_silence.1.max(error));
            if silence < i64::MAX {
                longest = longest.max(silence);
            }
        }
    }
    off.sort_by(f64::total_cmp);
    let pick = |share: f64| off[((off.len() - 1) as f64 * share).round() as usize];
    Figures {
        n: off.len(),
        median: pick(0.5),
        p99: pick(0.99),
        worst: pick(1.0),
        after_silence,
        longest_silence_s: longest as f64 / 1e9,
        beyond_write: beyond,
        arrival_stamps,
        outside_uncertainty: outside,
    }
}

/// Ticks from the crossing of a threshold to force, in the only takeover of a log.
fn ticks_to_force(log: &Log) -> f64 {
    let scenario = Scenario::parse(&log.scenario).unwrap();
    let account = Tally::of_log(log, &scenario);
    let [takeover] = &account.takeovers[..] else {
        panic!("one takeover, not {:?}", account.takeovers);
    };
    let (threshold, in_force) = (takeover.threshold_s.unwrap(), takeover.in_force_s.unwrap());
    (in_force - threshold) * log.info.tick_hz as f64
}

/// `takeover run` itself: the pad is pulled out while a request is pending, put back, takes over,
/// and is pulled out while driving. What the person felt is in the log at the time the pad was told.
fn lost_and_back(vm: &Vm) -> bool {
    let script = "\
4.0 button BTN_EAST 1
4.1 button BTN_EAST 0
18.0 unplug
19.0 plug
22.5 button BTN_SOUTH 1
22.7 button BTN_SOUTH 0
26.0 unplug
";
    let program = "run fog_bank.ron --headless --realtime --operator human --log run.mcap";
    let mut args = vec![env!("CARGO_BIN_EXE_takeover")];
    args.extend(program.split(' '));
    let folder = vm.run("run", script, 60, false, true, &args);
    let log = Log::read(&folder.join("run.mcap")).unwrap();
    let (mut events, mut felt) = (Vec::new(), Vec::new());
    for entry in &log.entries {
        match entry {
            Entry::Event(e) => events.push(format!("{:.2} s {}", e.time, e.event.describe())),
            Entry::Presented(p) if p.channel == Channel::Haptic => felt.push(*p),
            _ => {}
        }
    }
    let plays = rumble_plays(&folder, &log);
    for p in &felt {
        let nearest = plays
            .iter()
            .map(|t| (t - p.presented).abs())
            .fold(f64::MAX, f64::min);
        println!(
            "felt: request {} level {} handed over in {:.2} ms, the pad had it {:.2} ms away",
            p.request,
            p.level,
            (p.presented - p.submitted) * 1e3,
            nearest * 1e3
        );
    }
    let all = events.join("\n");
    let order = [
        "takeover requested",
        "operator or device lost",
        "operator or device back",
        "taken over by button",
        "operator or device lost",
        "the operator is gone",
    ];
    let mut rest = &all[..];
    for what in order {
        let Some(at) = rest.find(what) else {
            println!("this does not hold: {what}, after what came before it, in\n{all}");
            return false;
        };
        rest = &rest[at + what.len()..];
    }
    println!(
        "pulled out while a request is pending, back, takes over, pulled out while driving: as it should be"
    );
    !felt.is_empty() && ticks_to_force(&log) <= 2.0 + 1e-6
}

/// When the pad was told to rumble, s on the run's clock. The clock's zero is known from any input
/// that the kernel stamped.
fn rumble_plays(folder: &Path, log: &Log) -> Vec<f64> {
    let zero_ns = logged(log)
        .iter()
        .find(|i| i.stamp == Stamp::Kernel)
        .map_or(0, |i| i.realtime_ns - i.time_ns);
    let text = std::fs::read_to_string(folder.join("pad.jsonl")).unwrap();
    text.lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|v| v["kind"] == "rumble_play")
        .map(|v| (v["realtime_ns"].as_i64().unwrap() - zero_ns) as f64 / 1e9)
        .collect()
}

/// Runs everything; whether all held.
pub fn all(vm: &Vm) -> bool {
    let long = std::env::var_os("TAKEOVER_GAMEPAD_VM_LONG").is_some();
    let (seconds, silence) = if long { (110.0, 60.0) } else { (10.0, 4.0) };
    let me = std::env::current_exe().unwrap();
    let me = me.to_str().unwrap();
    let mut fine = true;
    // It fails by itself if something is amiss.
    let folder = vm.run(
        "devices",
        "0.2 button BTN_TL 1\n0.4 button BTN_TL 0\n",
        40,
        true,
        false,
        &[me, "inside-devices"],
    );
    let said = std::fs::read_to_string(folder.join("stdout")).unwrap();
    for line in said.lines().filter(|l| !l.starts_with("found")) {
        println!("{line}");
    }
    fine &= lost_and_back(vm);
    println!(
        "frame/s  rumble   n      median   p99      worst µs  beyond write  silences (longest)  worst after   arrival  outside  ticks"
    );
    for (seed, draw_ms, rumble) in [
        (1, 10, "none"),
        (2, 10, "ours"),
        (3, 33, "ours"),
        (4, 333, "ours"),
        (5, 333, "foreign"),
    ] {
        let Script { text, seconds } = random(seed, seconds, silence);
        let name = format!("{draw_ms}-{rumble}");
        let end = format!("{:.1}", seconds + 2.0);
        let program = [me, "inside", &draw_ms.to_string(), &end, rumble];
        let folder = vm.run(&name, &text, seconds as u32, true, false, &program);
        let log = Log::read(&folder.join("run.mcap")).unwrap();
        let f = figures(&injected(&folder), &logged(&log));
        let ticks = ticks_to_force(&log);
        println!(
            "{:<8} {rumble:<8} {:<6} {:<8.1} {:<8.1} {:<9.1} {:<12.1} {:<3} ({:>5.1} s)       {:<13.1} {:<8} {:<8} {ticks:.2}",
            1000 / draw_ms,
            f.n,
            f.median,
            f.p99,
            f.worst,
            f.beyond_write,
            f.after_silence.0,
            f.longest_silence_s,
            f.after_silence.1,
            f.arrival_stamps,
            f.outside_uncertainty
        );
        // Stamps that another program has spoilt give way to the arrival, within the time to the
        // last look at an empty queue; for those only what is claimed must hold.
        let sharp = rumble == "foreign" || f.beyond_write < 1000.0;
        let held = ticks <= 2.0 + 1e-6
            && f.median < 200.0
            && f.p99 < 1000.0
            && sharp
            && f.outside_uncertainty == 0;
        if !held {
            println!(
                "         this does not hold: median < 200, p99 < 1000, all within what is claimed"
            );
        }
        fine &= held;
    }
    fine
}
