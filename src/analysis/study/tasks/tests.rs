use super::super::score::Group;
use super::*;

fn parse(text: &str) -> (Task, Scores) {
    super::parse(Path::new("trials.csv"), text).expect("trials")
}

fn error(text: &str) -> String {
    let error = super::parse(Path::new("trials.csv"), text);
    error.expect_err("a mistake").to_string()
}

#[track_caller]
fn value(group: &Group, name: &str) -> f64 {
    group.score(name).and_then(|s| s.value).expect(name)
}

#[track_caller]
fn missing<'a>(group: &'a Group, name: &str) -> &'a str {
    let score = group.score(name).expect(name);
    assert_eq!(score.value, None);
    score.missing.as_deref().expect("a reason")
}

#[test]
fn drt_from_times() {
    let text = "participant,condition,stimulus_s,response_s\n\
        P1,base,10.0,10.3\n\
        P1,base,14.0,14.5\n\
        P1,base,18.0,\n\
        P1,base,22.0,22.05\n\
        P1,base,26.0,28.6\n\
        P1,haptic,3.0,3.4\n\
        P2,base,5.0,\n";
    let (task, scores) = parse(text);
    assert_eq!(task, Task::Drt);
    assert_eq!(scores.conditions, ["condition"]);
    assert_eq!(scores.groups.len(), 3);
    let group = &scores.groups[0];
    // Hits at 300 and 500 ms; misses: none, and 2600 ms; an anticipation at 50 ms. Hit rate 2 / 5.
    assert_eq!(value(group, "drt_hit_rate"), 0.4);
    assert!((value(group, "drt_rt_ms") - 400.0).abs() < 1e-6);
    assert_eq!(value(group, "drt_hits"), 2.0);
    assert_eq!(value(group, "drt_misses"), 2.0);
    assert_eq!(value(group, "drt_anticipations"), 1.0);
    let items: Vec<usize> = group.scores.iter().map(|s| s.n_items).collect();
    assert_eq!(items, [5, 2, 5, 5, 5]);
    assert!((value(&scores.groups[1], "drt_rt_ms") - 400.0).abs() < 1e-6);
    assert_eq!(value(&scores.groups[2], "drt_hit_rate"), 0.0);
    assert_eq!(missing(&scores.groups[2], "drt_rt_ms"), "there is no hit");
}

#[test]
fn drt_is_valid_from_100_to_2500_ms() {
    let of = |rt: &str| {
        let (_, scores) = parse(&format!("participant,rt_ms\nP1,{rt}\nP1,\n"));
        let group = &scores.groups[0];
        ["drt_hits", "drt_misses", "drt_anticipations"].map(|name| value(group, name))
    };
    assert_eq!(of("100"), [1.0, 1.0, 0.0]);
    assert_eq!(of("99.9"), [0.0, 1.0, 1.0]);
    assert_eq!(of("0"), [0.0, 1.0, 1.0]);
    assert_eq!(of("2500"), [1.0, 1.0, 0.0]);
    assert_eq!(of("2500.1"), [0.0, 2.0, 0.0]);
    // In s the difference is 99.99999999999997 ms, and 2500.0000000000005: rounding is not reaction.
    for (stimulus, response) in [("0.8", "0.9"), ("1.9", "4.4")] {
        let text = format!("participant,stimulus_s,response_s\nP1,{stimulus},{response}\n");
        assert_eq!(
            value(&parse(&text).1.groups[0], "drt_hits"),
            1.0,
            "{stimulus}"
        );
    }
}

#[test]
fn drt_knows_its_columns() {
    // The measured time goes before the difference; an onset beside it is no condition.
    let (_, scores) = parse("participant,stimulus_s,response_s,rt_ms\nP1,1,2,250\nP1,5,6,350\n");
    assert!(scores.conditions.is_empty());
    assert_eq!(value(&scores.groups[0], "drt_rt_ms"), 300.0);
    let (_, scores) = parse("participant,stimulus_s,rt_ms\nP1,1,250\nP1,5,350\n");
    assert!(scores.conditions.is_empty());
    assert_eq!(value(&scores.groups[0], "drt_rt_ms"), 300.0);
}

#[test]
fn n_back_accuracy_and_d_prime() {
    let mut text = "participant,level,target,response\n".to_string();
    let mut add = |level, target, response, times: usize| {
        for _ in 0..times {
            text += &format!("P1,{level},{target},{response}\n");
        }
    };
    // 7 hits of 8, 2 false alarms of 12: accuracy (7 + 10) / 20.
    add(1, 1, 1, 7);
    add(1, 1, 0, 1);
    add(1, 0, 1, 2);
    add(1, 0, 0, 10);
    // All right: 10 targets, 20 others.
    add(2, 1, 1, 10);
    add(2, 0, 0, 20);
    // 0 hits of 3, 2 false alarms of 6.
    add(3, 1, 0, 3);
    add(3, 0, 1, 2);
    add(3, 0, 0, 4);
    let (task, scores) = parse(&text);
    assert_eq!(task, Task::NBack);
    assert_eq!(scores.conditions, ["level"]);
    // R 4.2.2:
    // qnorm(7.5/9) - qnorm(2.5/13); qnorm(10.5/11) - qnorm(0.5/21); qnorm(0.5/4) - qnorm(2.5/7)
    for (group, accuracy, d_prime) in [
        (&scores.groups[0], 0.85, 1.836_845_339_39),
        (&scores.groups[1], 1.0, 3.671_374_026_23),
        (&scores.groups[2], 4.0 / 9.0, -0.784_243_023_575),
    ] {
        assert!((value(group, "n_back_accuracy") - accuracy).abs() < 1e-12);
        let got = value(group, "n_back_d_prime");
        assert!((got - d_prime).abs() < 1e-9, "{got}, not {d_prime}");
    }
    assert_eq!(scores.groups[0].scores[1].n_items, 20);
}

#[test]
fn n_back_needs_targets_and_others_for_d_prime() {
    let (_, scores) = parse("participant,target,response\nP1,1,1\nP2,0,0\nP2,0,1\n");
    let (targets, others) = (&scores.groups[0], &scores.groups[1]);
    assert_eq!(
        missing(targets, "n_back_d_prime"),
        "there is nothing but targets"
    );
    assert_eq!(missing(others, "n_back_d_prime"), "there are no targets");
    assert_eq!(value(targets, "n_back_accuracy"), 1.0);
    assert_eq!(value(others, "n_back_accuracy"), 0.5);
}

#[test]
fn surt_times_and_share() {
    let (task, scores) =
        parse("participant;rt_s;correct\nP1;1,5;1\nP1;2,5;0\nP1;;0\nP1;0,5;1\nP2;;0\n");
    assert_eq!(task, Task::Surt);
    // (1500 + 2500 + 500) / 3, 2 of 4.
    assert_eq!(value(&scores.groups[0], "surt_rt_ms"), 1500.0);
    assert_eq!(value(&scores.groups[0], "surt_correct"), 0.5);
    let items: Vec<usize> = scores.groups[0].scores.iter().map(|s| s.n_items).collect();
    assert_eq!(items, [3, 4]);
    assert_eq!(
        missing(&scores.groups[1], "surt_rt_ms"),
        "there is no answer"
    );
    assert_eq!(value(&scores.groups[1], "surt_correct"), 0.0);
    let (_, scores) = parse("participant,rt_ms,correct\nP1,800,1\n");
    assert_eq!(value(&scores.groups[0], "surt_rt_ms"), 800.0);
}

#[test]
fn every_score_that_is_given_is_declared() {
    for (text, declared) in [
        ("participant,rt_ms\nP1,300\n", drt::SCORES),
        ("participant,target,response\nP1,1,1\n", n_back::SCORES),
        ("participant,rt_ms,correct\nP1,800,1\n", surt::SCORES),
    ] {
        let names: Vec<&str> = declared.iter().map(|d| d.name).collect();
        assert_eq!(parse(text).1.names(), names);
    }
}

#[test]
fn every_mistake_is_told() {
    for (text, message) in [
        (
            "participant,time\nP1,300\n",
            "trials.csv: expected the columns of a task: `stimulus_s` and `response_s`, or `rt_ms` (DRT); `target` and `response` (n-back); `correct`, and `rt_ms` or `rt_s` (SuRT-like), got `participant`, `time`; name the columns so",
        ),
        (
            "person,rt_ms\nP1,300\n",
            "trials.csv: expected a column `participant`, got `person`, `rt_ms`; name a column `participant` in the header",
        ),
        (
            "participant,rt_ms\n,300\n",
            "trials.csv:2: column `participant`: expected a participant, got nothing; fill the cell, or delete the row",
        ),
        (
            "participant,rt_ms\nP1,fast\n",
            "trials.csv:2: column `rt_ms`: expected a number, got `fast`; write a number, such as 3 or 2.5; leave the cell empty if there is none",
        ),
        (
            "participant,rt_ms\nP1,300\nP1,-5\n",
            "trials.csv:3: column `rt_ms`: expected a response after the stimulus's onset, got `-5`; leave it empty if the response belongs to no stimulus",
        ),
        (
            "participant,stimulus_s,response_s\nP1,5,4.9\n",
            "trials.csv:2: column `response_s`: expected a response after the stimulus's onset, got `4.9`; leave it empty if the response belongs to no stimulus",
        ),
        (
            "participant,stimulus_s,response_s\nP1,,4.9\n",
            "trials.csv:2: column `stimulus_s`: expected a time, got nothing; write the stimulus's onset in s, or delete the row",
        ),
        (
            "participant,target,response\nP1,2,1\n",
            "trials.csv:2: column `target`: expected 0 or 1, got `2`; write 1 for a target, 0 for another digit",
        ),
        (
            "participant,target,response\nP1,1,\n",
            "trials.csv:2: column `response`: expected 0 or 1, got nothing; write 1 for a response, 0 for none",
        ),
        (
            "participant,rt_s,correct\nP1,1.5,yes\n",
            "trials.csv:2: column `correct`: expected 0 or 1, got `yes`; write 1 for the right answer, 0 for a wrong one or none",
        ),
        (
            "participant,rt_s,correct\nP1,-1.5,1\n",
            "trials.csv:2: column `rt_s`: expected a time of 0 or more, got `-1.5`; correct it",
        ),
        (
            "participant,rt_s,correct\nP1,,1\n",
            "trials.csv:2: column `rt_s`: expected a time for the right answer, got nothing; write the time, or 0 for `correct` if there was no answer",
        ),
    ] {
        assert_eq!(error(text), message);
    }
}
