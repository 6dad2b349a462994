use super::super::responses;
use super::super::score::Score;
use super::sagat::SAGAT;
use super::*;
use std::path::Path;

/// Scores of one participant, of rows `item,response`.
fn score(instrument: &str, rows: &[(&str, &str)]) -> Vec<Score> {
    let mut text = "participant,instrument,item,response\n".to_string();
    for (item, response) in rows {
        text += &format!("P1,{instrument},{item},{response}\n");
    }
    let mut scores = responses::parse(Path::new("answers.csv"), &text).expect("answers");
    assert_eq!(scores.groups.len(), 1);
    scores.groups.remove(0).scores
}

/// Of responses to items 1, 2, 3, ...
fn numbered(instrument: &str, responses: &[u8]) -> Vec<Score> {
    let rows: Vec<(String, String)> = responses
        .iter()
        .enumerate()
        .map(|(i, r)| ((i + 1).to_string(), r.to_string()))
        .collect();
    let rows: Vec<(&str, &str)> = rows.iter().map(|(i, r)| (i.as_str(), r.as_str())).collect();
    score(instrument, &rows)
}

#[track_caller]
fn assert_values(scores: &[Score], expected: &[(&str, f64)]) {
    assert_eq!(scores.len(), expected.len(), "{scores:?}");
    for (score, (name, value)) in scores.iter().zip(expected) {
        assert_eq!(score.name, *name);
        assert_eq!(score.missing, None, "{name}");
        let got = score.value.expect("a value");
        assert!((got - value).abs() < 1e-9, "{name}: {got}, not {value}");
    }
}

/// Why there is no score of this name.
#[track_caller]
fn missing<'a>(scores: &'a [Score], name: &str) -> (&'a str, usize) {
    let score = scores.iter().find(|s| s.name == name).expect("declared");
    assert_eq!(score.value, None, "{name}");
    (score.missing.as_deref().expect("a reason"), score.n_items)
}

#[test]
fn every_score_that_is_given_is_declared_in_its_order_and_range() {
    let cases: [(&str, Vec<Score>); 7] = [
        ("nasa_tlx", numbered("nasa_tlx", &[50; 6])),
        ("sus", numbered("sus", &[2; 10])),
        ("jian", numbered("jian", &[2; 12])),
        ("tia", numbered("tia", &[2; 19])),
        ("ssq", numbered("ssq", &[2; 16])),
        ("kss", numbered("kss", &[2])),
        ("sart", numbered("sart", &[2; 10])),
    ];
    for (name, scores) in cases {
        let declared = find(name).expect("known").scores;
        let names: Vec<&str> = declared.iter().map(|d| d.name).collect();
        assert_eq!(
            scores.iter().map(|s| s.name.as_str()).collect::<Vec<_>>(),
            names
        );
        for (score, d) in scores.iter().zip(declared) {
            assert_eq!(score.unit, d.unit);
            if let Some(value) = score.value {
                assert!(d.least.is_some_and(|l| l <= value) && d.most.is_some_and(|m| value <= m));
            }
        }
    }
}

#[test]
fn instruments_go_by_any_of_their_names() {
    for (name, is) in [
        ("NASA-TLX", "nasa_tlx"),
        ("nasa tlx", "nasa_tlx"),
        ("TLX", "nasa_tlx"),
        ("SART-10D", "sart"),
        ("jian_trust", "jian"),
        ("TiA", "tia"),
    ] {
        assert_eq!(find(name).map(Instrument::name), Some(is));
    }
    assert!(find("").is_none() && find("nasa").is_none());
    let mut names: Vec<&str> = ALL.iter().flat_map(|i| i.names).copied().collect();
    names.sort_unstable();
    let all = names.len();
    names.dedup();
    assert_eq!(names.len(), all, "a name is of one instrument");
    assert!(names.iter().all(|n| *n == key(n)), "as a key is written");
    assert!(ALL.iter().all(|i| !i.title.is_empty()));
}

#[test]
fn nasa_tlx_raw_and_weighted() {
    let rows = [
        ("mental", "70"),
        ("physical", "10"),
        ("temporal", "62.5"),
        ("Performance", "35"),
        ("effort", "55"),
        ("6", "20"),
        ("weight_mental", "5"),
        ("weight_physical", "0"),
        ("weight-temporal", "4"),
        ("weight_performance", "2"),
        ("weight_effort", "3"),
        ("weight_frustration", "1"),
    ];
    let scores = score("nasa_tlx", &rows);
    // Raw: (70 + 10 + 62.5 + 35 + 55 + 20) / 6 = 252.5 / 6.
    // Weighted: (5*70 + 0*10 + 4*62.5 + 2*35 + 3*55 + 1*20) / 15 = (350 + 250 + 70 + 165 + 20) / 15 = 855 / 15.
    assert_values(
        &scores,
        &[("nasa_tlx_raw", 252.5 / 6.0), ("nasa_tlx_weighted", 57.0)],
    );
    assert_eq!((scores[0].n_items, scores[1].n_items), (6, 12));

    let none = score("nasa_tlx", &rows[..6]);
    assert_eq!(
        none[0].value,
        Some(252.5 / 6.0),
        "it does not hang on the weights"
    );
    assert_eq!(
        missing(&none, "nasa_tlx_weighted"),
        ("no weights were given", 6)
    );

    let few = score("nasa_tlx", &rows[..11]);
    assert_eq!(
        missing(&few, "nasa_tlx_weighted"),
        ("not answered: item weight_frustration", 11)
    );

    let mut wrong = rows;
    wrong[6].1 = "4";
    let wrong = score("nasa_tlx", &wrong);
    assert_eq!(
        missing(&wrong, "nasa_tlx_weighted"),
        ("the weights sum to 14, not to 15", 12)
    );
    assert!(wrong[0].value.is_some());

    let scale = score("nasa_tlx", &rows[1..]);
    assert_eq!(
        missing(&scale, "nasa_tlx_raw"),
        ("not answered: item mental", 5)
    );
    assert_eq!(
        missing(&scale, "nasa_tlx_weighted"),
        ("not answered: item mental", 11)
    );
}

#[test]
fn nasa_tlx_has_its_ends() {
    assert_eq!(numbered("nasa_tlx", &[0; 6])[0].value, Some(0.0));
    assert_eq!(numbered("nasa_tlx", &[100; 6])[0].value, Some(100.0));
}

#[test]
fn sus_turns_every_second_item() {
    // Odd items 4, 5, 3, 4, 5: 3 + 4 + 2 + 3 + 4 = 16. Even items 2, 1, 3, 2, 1: 3 + 4 + 2 + 3 + 4 = 16.
    // 2.5 * 32 = 80.
    let scores = numbered("sus", &[4, 2, 5, 1, 3, 3, 4, 2, 5, 1]);
    assert_values(&scores, &[("sus", 80.0)]);
    assert_eq!(scores[0].n_items, 10);
    let names = [
        ("use_often", "4"),
        ("complex", "2"),
        ("easy", "5"),
        ("need_support", "1"),
        ("integrated", "3"),
        ("inconsistent", "3"),
        ("learn_quickly", "4"),
        ("cumbersome", "2"),
        ("confident", "5"),
        ("learn_a_lot", "1"),
    ];
    assert_eq!(score("sus", &names), scores, "by names as by numbers");
    assert_values(
        &numbered("sus", &[5, 1, 5, 1, 5, 1, 5, 1, 5, 1]),
        &[("sus", 100.0)],
    );
    assert_values(
        &numbered("sus", &[1, 5, 1, 5, 1, 5, 1, 5, 1, 5]),
        &[("sus", 0.0)],
    );
    // All alike: 5 * (x - 1) + 5 * (5 - x) = 20, whatever x.
    assert_values(&numbered("sus", &[3; 10]), &[("sus", 50.0)]);
    let short = numbered("sus", &[3; 8]);
    assert_eq!(
        missing(&short, "sus"),
        ("not answered: item confident, learn_a_lot", 8)
    );
}

#[test]
fn jian_turns_the_first_five() {
    // Reversed: 8 - 1, 8 - 2, 8 - 3, 8 - 2, 8 - 1 = 7 + 6 + 5 + 6 + 7 = 31.
    // As they are: 5 + 6 + 7 + 4 + 5 + 6 + 3 = 36. (31 + 36) / 12 = 67 / 12.
    let scores = numbered("jian", &[1, 2, 3, 2, 1, 5, 6, 7, 4, 5, 6, 3]);
    assert_values(&scores, &[("jian_trust", 67.0 / 12.0)]);
    assert_values(
        &numbered("jian", &[1, 1, 1, 1, 1, 7, 7, 7, 7, 7, 7, 7]),
        &[("jian_trust", 7.0)],
    );
    assert_values(
        &numbered("jian", &[7, 7, 7, 7, 7, 1, 1, 1, 1, 1, 1, 1]),
        &[("jian_trust", 1.0)],
    );
    let short = numbered("jian", &[4; 11]);
    assert_eq!(missing(&short, "jian_trust"), ("not answered: item 12", 11));
}

#[test]
fn tia_has_six_subscales() {
    // Items 1 to 19.
    let responses = [4, 3, 1, 5, 2, 5, 2, 4, 3, 1, 4, 5, 3, 4, 3, 1, 2, 4, 5];
    let scores = numbered("tia", &responses);
    assert_values(
        &scores,
        &[
            // 1: 4, 6: 5, 10: 6-1 = 5, 13: 3, 15: 6-3 = 3, 19: 5 -> 25 / 6
            ("tia_reliability_competence", 25.0 / 6.0),
            // 2: 3, 7: 6-2 = 4, 11: 4, 16: 6-1 = 5 -> 16 / 4
            ("tia_understanding_predictability", 4.0),
            // 3: 1, 17: 2 -> 3 / 2
            ("tia_familiarity", 1.5),
            // 4: 5, 8: 4 -> 9 / 2
            ("tia_intention_of_developers", 4.5),
            // 5: 6-2 = 4, 12: 5, 18: 4 -> 13 / 3
            ("tia_propensity_to_trust", 13.0 / 3.0),
            // 9: 3, 14: 4 -> 7 / 2
            ("tia_trust_in_automation", 3.5),
        ],
    );
    let items: Vec<usize> = scores.iter().map(|s| s.n_items).collect();
    assert_eq!(items, [6, 4, 2, 2, 3, 2]);
}

#[test]
fn tia_has_its_ends_and_each_subscale_hangs_on_its_own_items() {
    let mut best = [5; 19];
    for item in [5, 7, 10, 15, 16] {
        best[item - 1] = 1;
    }
    let worst = best.map(|x| 6 - x);
    assert!(numbered("tia", &best).iter().all(|s| s.value == Some(5.0)));
    assert!(numbered("tia", &worst).iter().all(|s| s.value == Some(1.0)));
    // Item 19 is missing.
    let scores = numbered("tia", &best[..18]);
    assert_eq!(
        missing(&scores, "tia_reliability_competence"),
        ("not answered: item 19", 5)
    );
    assert!(scores[1..].iter().all(|s| s.value == Some(5.0)));
}

#[test]
fn ssq_by_hand() {
    // Items 1 to 16.
    let responses = [1, 2, 0, 3, 1, 0, 1, 2, 1, 0, 2, 1, 0, 1, 0, 3];
    assert_values(
        &numbered("ssq", &responses),
        &[
            // 1: 1, 6: 0, 7: 1, 8: 2, 9: 1, 15: 0, 16: 3 -> 8
            ("ssq_nausea", 9.54 * 8.0),
            // 1: 1, 2: 2, 3: 0, 4: 3, 5: 1, 9: 1, 11: 2 -> 10
            ("ssq_oculomotor", 7.58 * 10.0),
            // 5: 1, 8: 2, 10: 0, 11: 2, 12: 1, 13: 0, 14: 1 -> 7
            ("ssq_disorientation", 13.92 * 7.0),
            // 8 + 10 + 7 = 25
            ("ssq_total", 93.5),
        ],
    );
}

#[test]
fn ssq_has_its_published_ends() {
    let most = [
        ("ssq_nausea", 200.34),
        ("ssq_oculomotor", 159.18),
        ("ssq_disorientation", 292.32),
        ("ssq_total", 235.62),
    ];
    assert_values(&numbered("ssq", &[3; 16]), &most);
    assert_values(
        &numbered("ssq", &[0; 16]),
        &most.map(|(name, _)| (name, 0.0)),
    );
}

#[test]
fn ssq_items_count_where_they_should() {
    // Each item alone at 1: N, O, D raw.
    let lists = [
        (1, [1, 1, 0]),
        (2, [0, 1, 0]),
        (3, [0, 1, 0]),
        (4, [0, 1, 0]),
        (5, [0, 1, 1]),
        (6, [1, 0, 0]),
        (7, [1, 0, 0]),
        (8, [1, 0, 1]),
        (9, [1, 1, 0]),
        (10, [0, 0, 1]),
        (11, [0, 1, 1]),
        (12, [0, 0, 1]),
        (13, [0, 0, 1]),
        (14, [0, 0, 1]),
        (15, [1, 0, 0]),
        (16, [1, 0, 0]),
    ];
    for (item, [n, o, d]) in lists {
        let mut responses = [0; 16];
        responses[item - 1] = 1;
        assert_values(
            &numbered("ssq", &responses),
            &[
                ("ssq_nausea", 9.54 * f64::from(n)),
                ("ssq_oculomotor", 7.58 * f64::from(o)),
                ("ssq_disorientation", 13.92 * f64::from(d)),
                ("ssq_total", 3.74 * f64::from(n + o + d)),
            ],
        );
    }
}

#[test]
fn ssq_without_an_item_has_the_subscales_that_do_not_need_it() {
    let scores = numbered("ssq", &[1; 14]);
    assert_eq!(
        missing(&scores, "ssq_nausea"),
        ("not answered: item 15, 16", 5)
    );
    assert_eq!(
        missing(&scores, "ssq_total"),
        ("not answered: item 15, 16", 14)
    );
    assert!(scores[1].value.is_some() && scores[2].value.is_some());
}

#[test]
fn kss_is_its_answer() {
    assert_values(&numbered("kss", &[7]), &[("kss", 7.0)]);
    for empty in ["", "NA"] {
        let scores = score("kss", &[("1", empty)]);
        assert_eq!(missing(&scores, "kss"), ("not answered: item 1", 0));
    }
}

#[test]
fn sart_is_understanding_less_demand_beyond_supply() {
    // Demand 5 + 4 + 3 = 12, supply 6 + 5 + 2 + 4 = 17, understanding 6 + 5 + 3 = 14; 14 - (12 - 17) = 19.
    let scores = numbered("sart", &[5, 4, 3, 6, 5, 2, 4, 6, 5, 3]);
    assert_values(
        &scores,
        &[
            ("sart", 19.0),
            ("sart_demand", 12.0),
            ("sart_supply", 17.0),
            ("sart_understanding", 14.0),
        ],
    );
    // 3 - (21 - 4) and 21 - (3 - 28).
    let least = numbered("sart", &[7, 7, 7, 1, 1, 1, 1, 1, 1, 1]);
    let most = numbered("sart", &[1, 1, 1, 7, 7, 7, 7, 7, 7, 7]);
    assert_eq!((least[0].value, most[0].value), (Some(-14.0), Some(46.0)));
    let short = numbered("sart", &[4; 9]);
    assert_eq!(
        missing(&short, "sart"),
        ("not answered: item familiarity", 9)
    );
    assert_eq!(
        missing(&short, "sart_understanding"),
        ("not answered: item familiarity", 2)
    );
    assert_eq!(short[1].value, Some(12.0));
}

#[test]
fn sagat_by_query_and_level() {
    let rows = [
        ("level1_gap", "1"),
        ("level1_gap", "0"),
        ("level1_lane", "1"),
        ("level1_gap", "1"),
        ("level3_who_yields", "0"),
    ];
    let scores = score("sagat", &rows);
    let value = |name: &str| scores.iter().find(|s| s.name == name).and_then(|s| s.value);
    // 3 of 4; none put; 0 of 1; 2 of 3; 1 of 1; 0 of 1.
    assert_eq!(value("sagat_level1"), Some(75.0));
    assert_eq!(missing(&scores, "sagat_level2"), ("no query was put", 0));
    assert_eq!(value("sagat_level3"), Some(0.0));
    assert_eq!(value("sagat_query_level1_gap"), Some(100.0 * 2.0 / 3.0));
    assert_eq!(value("sagat_query_level1_lane"), Some(100.0));
    assert_eq!(value("sagat_query_level3_who_yields"), Some(0.0));
    assert_eq!(scores.len(), 6);
    assert!(scores.iter().all(|s| s.unit == "%"));

    let open = score(
        "sagat",
        &[("level2_why", ""), ("level2_why", "1"), ("level1_gap", "1")],
    );
    let why = "1 of 2 queries have no answer (write 0 for one not given)";
    assert_eq!(missing(&open, "sagat_level2"), (why, 1));
    assert_eq!(missing(&open, "sagat_query_level2_why"), (why, 1));
    assert_eq!(open[0].value, Some(100.0));
    assert!(SAGAT.item("level1_").is_none(), "a query has a name");
}

#[test]
fn ratings_are_means_of_each_question() {
    let rows = [
        ("toc", "4"),
        ("comfort", "-1.5"),
        ("toc", "7"),
        ("toc", "5"),
    ];
    let scores = score("rating", &rows);
    // (4 + 7 + 5) / 3
    assert_values(
        &scores,
        &[("rating_toc", 16.0 / 3.0), ("rating_comfort", -1.5)],
    );
    let open = score("rating", &[("toc", "4"), ("toc", "NA"), ("fun", "")]);
    assert_eq!(
        missing(&open, "rating_toc"),
        ("1 of 2 answers are missing", 1)
    );
    assert_eq!(
        missing(&open, "rating_fun"),
        ("1 of 1 answers are missing", 0)
    );
    let huge = score("rating", &[("x", "1e308"), ("x", "1e308")]);
    assert_eq!(
        missing(&huge, "rating_x"),
        ("the numbers are too great to reckon with", 2)
    );
}
