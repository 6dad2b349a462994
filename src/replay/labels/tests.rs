use super::*;

fn identity() -> Identity {
    Identity::new(1_700_000_000_000_000_000, 0xabcd)
}

fn takeover(number: u32) -> Label {
    Label::about(Target::Takeover { number })
}

fn needed(number: u32, needed: Needed) -> Label {
    Label {
        needed: Some(needed),
        ..takeover(number)
    }
}

/// A folder, and where a log would be in it.
fn place() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("a run.mcap");
    (folder, log)
}

#[test]
fn what_is_written_is_read_again_by_rater() {
    let (_folder, log) = place();
    let mut labels = Labels::open(&log, identity()).expect("opens");
    assert!(!Labels::folder(&log).exists(), "reading makes no folder");
    let full = Label {
        needed: Some(Needed::Yes),
        cause: Some("perception.missed".into()),
        quality: Some(4),
        note: Some("a \"note\"\nof two lines".into()),
        ..takeover(1)
    };
    assert_eq!(labels.add("anna", &full).expect("adds").0, "anna-1");
    let unsure = needed(1, Needed::Unsure);
    assert_eq!(labels.add("ben-2", &unsure).expect("adds").0, "ben-2-1");
    let again = Labels::open(&log, identity()).expect("opens");
    assert_eq!(again.all(), labels.all());
    assert_eq!(again.raters().collect::<Vec<_>>(), ["anna", "ben-2"]);
    let anna = again.of("anna");
    assert_eq!(anna.len(), 1);
    assert_eq!(anna[0].label.note, full.note);
    assert_eq!(anna[0].label.taxonomy.as_deref(), Some(Taxonomy::BUILT_IN));
    assert_eq!(again.of("nobody"), []);
}

#[test]
fn corrections_are_later_entries_and_nothing_is_lost() {
    let (_folder, log) = place();
    let mut labels = Labels::open(&log, identity()).expect("opens");
    labels.add("anna", &needed(1, Needed::Yes)).expect("adds");
    let quality = Label {
        quality: Some(3),
        ..takeover(1)
    };
    labels.add("anna", &quality).expect("adds");
    let third = labels.add("anna", &needed(1, Needed::No)).expect("adds");
    let stands = &labels.of("anna")[0];
    assert_eq!(stands.label.needed, Some(Needed::No));
    assert_eq!(stands.label.quality, Some(3));
    assert_eq!(stands.entries.len(), 3);
    labels.retract("anna", &third).expect("retracts");
    assert_eq!(labels.of("anna")[0].label.needed, Some(Needed::Yes));
    assert_eq!(labels.entries().count(), 4);
    let twice = labels.retract("anna", &third).expect_err("twice");
    assert!(twice.to_string().contains("already"), "{twice}");
    for (rater, id) in [("anna", "anna-9"), ("anna", "anna-4"), ("ben", "anna-1")] {
        let id = Id(id.into());
        labels.retract(rater, &id).expect_err("not theirs");
    }
}

#[test]
fn labels_of_another_run_are_refused() {
    let (folder, log) = place();
    let mut labels = Labels::open(&log, identity()).expect("opens");
    labels.add("anna", &needed(1, Needed::Yes)).expect("adds");
    for other in [
        Identity::new(1, 0xabcd),
        Identity::new(identity().started_ns, 1),
    ] {
        let refused = Labels::open(&log, other).expect_err("another run");
        assert!(
            refused
                .to_string()
                .contains("anna.jsonl:1: expected labels of this log")
        );
    }
    // Log and labels move together, under any name.
    let moved = folder.path().join("b.mcap");
    std::fs::rename(Labels::folder(&log), Labels::folder(&moved)).expect("moves");
    let labels = Labels::open(&moved, identity()).expect("opens");
    assert_eq!(labels.all().len(), 1);
}

#[test]
fn a_crash_in_the_middle_of_a_line_costs_only_that_line() {
    let (_folder, log) = place();
    let mut labels = Labels::open(&log, identity()).expect("opens");
    labels.add("anna", &needed(1, Needed::Yes)).expect("adds");
    labels.add("anna", &needed(2, Needed::No)).expect("adds");
    let file = Labels::folder(&log).join("anna.jsonl");
    let whole = std::fs::read(&file).expect("reads");
    let first = whole.iter().position(|b| *b == b'\n').expect("a line") + 1;
    for cut in first + 1..whole.len() {
        std::fs::write(&file, &whole[..cut]).expect("writes");
        let mut labels = Labels::open(&log, identity()).expect("opens");
        // Without its end of line the last entry is still whole.
        let lost = usize::from(cut + 1 < whole.len());
        assert_eq!(labels.damaged().count(), lost, "cut at {cut}");
        let id = labels.add("anna", &needed(3, Needed::No)).expect("adds");
        assert_eq!(id.0, "anna-3");
        let again = Labels::open(&log, identity()).expect("opens");
        assert_eq!(again.all().len(), 3 - lost);
        let now = std::fs::read(&file).expect("reads");
        assert_eq!(now[..cut], whole[..cut], "what was there stays");
    }
}

#[test]
fn two_who_write_at_once_lose_nothing() {
    let (_folder, log) = place();
    let each = 25;
    std::thread::scope(|scope| {
        // Two people, and one of them from two windows.
        for rater in ["anna", "anna", "ben"] {
            let log = &log;
            scope.spawn(move || {
                let mut labels = Labels::open(log, identity()).expect("opens");
                for number in 1..=each {
                    labels
                        .add(rater, &needed(number, Needed::Yes))
                        .expect("adds");
                }
            });
        }
    });
    let labels = Labels::open(&log, identity()).expect("opens");
    assert_eq!(labels.damaged().count(), 0);
    let mut ids: Vec<_> = labels.entries().map(|e| e.id.clone()).collect();
    assert_eq!(ids.len(), 3 * each as usize);
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 3 * each as usize, "every id once");
}

#[test]
fn what_is_not_sound_is_not_written() {
    let (_folder, log) = place();
    let mut labels = Labels::open(&log, identity()).expect("opens");
    let span = |from_s, to_s| Label {
        needed: Some(Needed::Yes),
        ..Label::about(Target::Span { from_s, to_s })
    };
    let with = |change: fn(&mut Label)| {
        let mut label = takeover(1);
        change(&mut label);
        label
    };
    let unsound = [
        (takeover(1), "label: expected at least one of"),
        (with(|l| l.quality = Some(0)), "quality: expected 1"),
        (with(|l| l.quality = Some(11)), "quality: expected 1"),
        (
            with(|l| l.cause = Some("fog".into())),
            "cause: expected a cause of",
        ),
        (with(|l| l.note = Some(" ".into())), "note: expected 1 to"),
        (span(3.0, 2.0), "span: expected FROM..TO"),
        (span(-1.0, 2.0), "span: expected FROM..TO"),
        (span(0.0, f64::NAN), "span: expected FROM..TO"),
        (span(0.0, f64::INFINITY), "span: expected FROM..TO"),
    ];
    for (label, expected) in unsound {
        let error = labels.add("anna", &label).expect_err(expected).to_string();
        assert!(error.starts_with(expected), "{error}");
    }
    for name in ["", "a b", "../x", "ä", "a.b", &"a".repeat(65)] {
        let error = labels.add(name, &needed(1, Needed::Yes)).expect_err(name);
        assert!(error.to_string().starts_with("rater: expected"), "{error}");
    }
    assert!(!Labels::folder(&log).exists());
}

#[test]
fn a_target_must_be_in_the_log() {
    let extent = Extent {
        takeovers: 2,
        events: 5,
        length: 30.0,
    };
    let span = |from_s, to_s| Target::Span { from_s, to_s };
    let takeover = |number| Target::Takeover { number };
    for fine in [Target::Run, takeover(1), takeover(2), span(0.0, 30.0)] {
        fine.within(&extent).expect("is there");
    }
    let not = [
        (takeover(0), "takeover: expected 1 to 2, got 0"),
        (takeover(3), "takeover: expected 1 to 2, got 3"),
        (Target::Event { number: 6 }, "event: expected 1 to 5, got 6"),
        (
            span(29.0, 30.5),
            "span: expected a span within the run's 30.00 s, got 29..30.5",
        ),
    ];
    for (target, expected) in not {
        let error = target.within(&extent).expect_err(expected);
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn a_newer_layout_is_not_guessed_at() {
    let (_folder, log) = place();
    let folder = Labels::folder(&log);
    std::fs::create_dir(&folder).expect("a folder");
    std::fs::write(
        folder.join("anna.jsonl"),
        "{\"version\":2,\"all\":\"new\"}\n",
    )
    .expect("writes");
    let refused = Labels::open(&log, identity()).expect_err("newer");
    assert!(
        refused
            .to_string()
            .contains("anna.jsonl:1: expected labels of version 1 or older")
    );
}

#[test]
fn every_quality_has_an_anchor() {
    let anchors = [1, 2, 3, 4, 6, 7, 9, 10].map(anchor);
    let expected = [
        "perfect",
        "imprecision",
        "imprecision",
        "driving errors",
        "driving errors",
        "endangerment",
        "endangerment",
        "uncontrollable",
    ];
    assert_eq!(anchors, expected);
}
