use super::*;
use std::path::{Path, PathBuf};

const SHEET: &str = "sheet.csv";

fn sheet(text: &str) -> Sheet {
    Sheet::parse(Path::new(SHEET), text).expect("a sheet")
}

fn sheet_error(text: &str) -> String {
    let error = Sheet::parse(Path::new(SHEET), text);
    error.expect_err("a mistake").to_string()
}

fn answers_error(text: &str) -> String {
    let error = responses::parse(Path::new("answers.csv"), text);
    error.expect_err("a mistake").to_string()
}

fn logs(names: &[&str]) -> Vec<PathBuf> {
    names.iter().map(PathBuf::from).collect()
}

#[test]
fn a_row_for_each_log_gives_participant_and_factors() {
    let sheet = sheet("log,participant,condition,age\na.mcap,P1,haptic,31\nb.mcap,P2,,44\n");
    assert_eq!(sheet.columns, ["condition", "age"]);
    assert!(sheet.is_by_log());
    let row = sheet.of_log(Path::new("/data/runs/a.mcap")).expect("a row");
    assert_eq!((row.line, row.participant.as_deref()), (2, Some("P1")));
    assert_eq!(sheet.value(row, "condition"), Some("haptic"));
    assert_eq!(sheet.value(row, "Age"), Some("31"));
    assert_eq!(sheet.value(row, "weight"), None);
    let row = sheet.of_log(Path::new("b.mcap")).expect("a row");
    assert_eq!(
        sheet.value(row, "condition"),
        None,
        "an empty cell says nothing"
    );
    assert_eq!(sheet.of_log(Path::new("c.mcap")), None);
    assert_eq!(sheet.of_log(Path::new("")), None);
    assert_eq!(sheet.of_log(Path::new("/")), None);
}

#[test]
fn a_sheet_of_participants_gives_what_is_between_them() {
    let sheet = sheet("participant,group\nP1,old\nP2,young\nP3,old\n");
    assert!(!sheet.is_by_log());
    let rows = sheet.of_participant("P2");
    assert_eq!(rows.len(), 1);
    assert_eq!(sheet.value(rows[0], "group"), Some("young"));
    assert!(
        sheet.of_participant("p2").is_empty(),
        "names are as they are written"
    );
    assert_eq!(sheet.of_log(Path::new("a.mcap")), None);
    assert_eq!(sheet.levels("group"), ["old", "young"]);
    assert!(!sheet.varies_within("group"));
    assert_eq!(sheet.check(&logs(&["a.mcap"])), Ok(Unmatched::default()));
}

#[test]
fn a_sheet_of_logs_only_has_no_participants() {
    let sheet = sheet("log\na.mcap\n");
    assert!(sheet.columns.is_empty());
    assert_eq!(
        sheet
            .of_log(Path::new("a.mcap"))
            .expect("a row")
            .participant,
        None
    );
    assert!(sheet.of_participant("P1").is_empty());
    assert!(!sheet.varies_within("participant"));
    assert!(sheet.levels("condition").is_empty());
}

#[test]
fn where_names_repeat_the_folders_must_be_the_logs_too() {
    let text =
        "log,participant\np1/run.mcap,P1\n./p2/run.mcap,P2\nx\\p2\\run.mcap,P3\nonly.mcap,P4\n";
    let sheet = sheet(text);
    let of = |log: &str| {
        sheet
            .of_log(Path::new(log))
            .and_then(|r| r.participant.as_deref())
    };
    assert_eq!(of("/data/p1/run.mcap"), Some("P1"));
    assert_eq!(of("/data/./p2/run.mcap"), Some("P2"));
    assert_eq!(
        of("/data/x/p2/run.mcap"),
        Some("P3"),
        "the one that names most folders"
    );
    assert_eq!(of("/data/p3/run.mcap"), None);
    assert_eq!(of("/data/xp1/run.mcap"), None, "folders are whole names");
    assert_eq!(of("anywhere/only.mcap"), Some("P4"));
    let two = self::sheet("log\np1/run.mcap\np2/run.mcap\n");
    assert_eq!(two.of_log(Path::new("/data/p3/run.mcap")), None);
}

#[test]
fn a_log_named_from_its_own_folder_is_found_too() {
    let here = std::env::current_dir().expect("a folder");
    let folder = here.file_name().expect("a name").to_string_lossy();
    let sheet = sheet(&format!(
        "log,participant\n{folder}/run.mcap,P1\nother/run.mcap,P2\n"
    ));
    let row = sheet.of_log(Path::new("run.mcap")).expect("a row");
    assert_eq!(row.participant.as_deref(), Some("P1"));
}

#[test]
fn factors_within_and_between_are_told_apart() {
    let text = "log,participant,interface,age\na,P1,base,30\nb,P1,haptic,30\nc,P2,haptic,40\n";
    let sheet = sheet(text);
    assert!(sheet.varies_within("interface"));
    assert!(!sheet.varies_within("age"));
    assert_eq!(sheet.levels("interface"), ["base", "haptic"]);
    assert_eq!(sheet.of_participant("P1").len(), 2);
}

#[test]
fn what_has_no_counterpart_is_told() {
    let sheet = sheet("log,participant\na.mcap,P1\nb.mcap,P2\n");
    let unmatched = sheet
        .check(&logs(&["runs/b.mcap", "runs/c.mcap"]))
        .expect("no mistake");
    assert_eq!(unmatched.rows, [(2, "a.mcap".to_string())]);
    assert_eq!(unmatched.logs, logs(&["runs/c.mcap"]));
    let none = sheet.check(&[]).expect("no mistake");
    assert_eq!((none.rows.len(), none.logs.len()), (2, 0));
    let error = sheet
        .check(&logs(&["p1/a.mcap", "p2/a.mcap"]))
        .expect_err("two logs of a row");
    assert_eq!(
        error.to_string(),
        "sheet.csv:2: column `log`: expected one log `a.mcap`, got p1/a.mcap and p2/a.mcap; \
         give each its own row, with its folder before its name"
    );
}

#[test]
fn csv_may_be_odd() {
    // BOM, semicolons, CRLF, quotes with a separator, a quote and a line end in them, empty lines and rows.
    let text = "\u{feff}\r\nLog;Participant;\"note\"\r\n\r\n a.mcap ;P1;\"one; \"\"two\"\"\"\r\n;;\r\n\r\n\"b.mcap\";P2;\"x\r\ny\"\r\nc.mcap;P3;5\" wheel\r\n;;;;\r\n";
    let sheet = sheet(text);
    assert_eq!(sheet.columns, ["note"]);
    let lines: Vec<u64> = sheet.rows.iter().map(|r| r.line).collect();
    assert_eq!(lines, [4, 7, 9]);
    let notes: Vec<Option<&str>> = sheet.rows.iter().map(|r| sheet.value(r, "note")).collect();
    assert_eq!(
        notes,
        [Some("one; \"two\""), Some("x\r\ny"), Some("5\" wheel")]
    );
    assert_eq!(sheet.rows[0].log.as_deref(), Some("a.mcap"));
    // Only a comma inside quotes: the separator is still the semicolon. No line end at the end.
    let semicolons = self::sheet("log;\"a,b,c\"\nx;1");
    assert_eq!(semicolons.columns, ["a,b,c"]);
    // As many of the one as of the other: the comma.
    assert_eq!(self::sheet("log,a;b\nx,1").columns, ["a;b"]);
    // Old Macintosh line ends.
    assert_eq!(self::sheet("log,age\rx,1\ry,2").rows.len(), 2);
}

#[test]
fn every_mistake_of_a_file_is_told() {
    for (text, message) in [
        (
            "",
            "sheet.csv: expected a header, got an empty file; name the columns in the first line",
        ),
        (
            "\u{feff}\n \n,,\n",
            "sheet.csv: expected a header, got an empty file; name the columns in the first line",
        ),
        (
            "log,age\n\n",
            "sheet.csv: expected rows below the header, got none; write a row for each of what the file lists",
        ),
        (
            "\nlog,,age\na,1,2\n",
            "sheet.csv:2: expected a name for every column, got none for column 2; name it in the header, or delete it",
        ),
        (
            "log,age,Age\na,1,2\n",
            "sheet.csv:1: expected each column's name once, got `Age` for columns 2 and 3; rename one, or delete it",
        ),
        (
            "log,age\na,1\n\nb,1,2\n",
            "sheet.csv:4: expected 2 cells, as many as columns, got 3; add or delete cells; put a text that has the separator in it in quotes",
        ),
        (
            "log,age\na\n",
            "sheet.csv:2: expected 2 cells, as many as columns, got 1; add or delete cells; put a text that has the separator in it in quotes",
        ),
        (
            "log,note\na,\"x\"\",y\nb,z\n",
            "sheet.csv:2: expected a closing quote for the one that opens a cell here, got the end of the file; close it, or write the quote twice and in quotes",
        ),
        (
            "log,note\na,x\nb,\"y\nc,z\n",
            "sheet.csv:3: expected a closing quote for the one that opens a cell here, got the end of the file; close it, or write the quote twice and in quotes",
        ),
    ] {
        assert_eq!(sheet_error(text), message);
    }
}

#[test]
fn every_mistake_of_a_sheet_is_told() {
    for (text, message) in [
        (
            "file,age\na,1\n",
            "sheet.csv: expected a column `log` or `participant`, got `file`, `age`; name the column of the logs' files `log`, or that of the people `participant`",
        ),
        (
            "log,age\na,1\n,2\n",
            "sheet.csv:3: column `log`: expected a log's file name, got nothing; fill the cell, or delete the row",
        ),
        (
            "log,participant\na,P1\nb,\n",
            "sheet.csv:3: column `participant`: expected a participant, got nothing; fill the cell, or delete the row",
        ),
        (
            "log\np1/a\nb\n\np1\\a\n",
            "sheet.csv:5: column `log`: expected each log once, got `p1\\a` in lines 2 and 5; delete one; name the folder too if they are two logs",
        ),
        (
            "participant,group\nP1,a\nP1,b\n",
            "sheet.csv:3: column `participant`: expected each participant once, got `P1` in lines 2 and 3; delete one, or add a column `log` to tell the runs apart",
        ),
    ] {
        assert_eq!(sheet_error(text), message);
    }
}

#[test]
fn a_file_that_is_missing_or_no_utf_8_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("sheet.csv");
    let error = Sheet::read(&path).expect_err("no file");
    assert_eq!(
        (error.line, error.column.as_deref(), &*error.path),
        (None, None, path.as_path())
    );
    assert_eq!(&*error.expected, "a CSV file that can be read");
    assert!(error.got.starts_with("No such file"), "{error}");
    assert_eq!(&*error.fix, "check the path");
    // `Müller` in Latin-1.
    std::fs::write(&path, b"log,name\na,x\nb,M\xfcller\n").expect("written");
    let error = Sheet::read(&path).expect_err("Latin-1");
    assert_eq!(
        error.to_string(),
        format!(
            "{}:3: expected UTF-8 text, got other bytes; save it as \"CSV UTF-8\"",
            path.display()
        )
    );
    for error in [
        responses::read(&path).expect_err("Latin-1"),
        tasks::read(&path).expect_err("Latin-1"),
    ] {
        assert_eq!(error.line, Some(3));
    }
    std::fs::write(&path, "\u{feff}participant;name\nP1;Müller\n").expect("written");
    assert_eq!(
        Sheet::read(&path).expect("a sheet").levels("name"),
        ["Müller"]
    );
}

#[test]
fn every_mistake_of_answers_is_told() {
    let head = "participant,instrument,item,response\n";
    for (text, message) in [
        (
            "participant,instrument,question,response\nP1,sus,1,3\n".to_string(),
            "answers.csv: expected a column `item`, got `participant`, `instrument`, `question`, `response`; name a column `item` in the header",
        ),
        (
            format!("{head},sus,1,3\n"),
            "answers.csv:2: column `participant`: expected a participant, got nothing; fill the cell, or delete the row",
        ),
        (
            format!("{head}P1,,1,3\n"),
            "answers.csv:2: column `instrument`: expected an instrument, got nothing; fill the cell, or delete the row",
        ),
        (
            format!("{head}P1,sus,1,3\nP1,ueq,1,3\n"),
            "answers.csv:3: column `instrument`: expected one of nasa_tlx, sus, jian, tia, ssq, kss, sart, sagat, rating, got `ueq`; choose one; answers to any other question are items of `rating`",
        ),
        (
            format!("{head}P1,jian,13,3\n"),
            "answers.csv:2: column `item`: expected an item of jian: 1 to 12, got `13`; name the item as it is listed here",
        ),
        (
            format!("{head}P1,kss,sleepy,3\n"),
            "answers.csv:2: column `item`: expected an item of kss: 1, got `sleepy`; name the item as it is listed here",
        ),
        (
            format!("{head}P1,nasa_tlx,7,3\n"),
            "answers.csv:2: column `item`: expected an item of nasa_tlx: 1 to 6, or mental, physical, temporal, performance, effort, frustration, weight_mental, weight_physical, weight_temporal, weight_performance, weight_effort, weight_frustration, got `7`; name the item as it is listed here",
        ),
        (
            format!("{head}P1,sagat,gap,1\n"),
            "answers.csv:2: column `item`: expected an item of sagat: level1_NAME, level2_NAME or level3_NAME, where NAME is your query, got `gap`; name the item as it is listed here",
        ),
        (
            format!("{head}P1,rating,,1\n"),
            "answers.csv:2: column `item`: expected an item of rating, got nothing; fill the cell, or delete the row",
        ),
        (
            format!("{head}P1,sus,easy,6\n"),
            "answers.csv:2: column `response`: expected a whole number from 1 to 5 for item easy of sus, got `6`; correct it, or leave it empty if it was not answered",
        ),
        (
            format!("{head}P1,sus,3,2.5\n"),
            "answers.csv:2: column `response`: expected a whole number from 1 to 5 for item easy of sus, got `2.5`; correct it, or leave it empty if it was not answered",
        ),
        (
            format!("{head}P1,nasa_tlx,effort,-0.5\n"),
            "answers.csv:2: column `response`: expected a number from 0 to 100 for item effort of nasa_tlx, got `-0.5`; correct it, or leave it empty if it was not answered",
        ),
        (
            format!("{head}P1,rating,fun,NaN\n"),
            "answers.csv:2: column `response`: expected a number, got `NaN`; write a number, such as 3 or 2.5; leave the cell empty if there is none",
        ),
        (
            format!("{head}P1,rating,fun,inf\n"),
            "answers.csv:2: column `response`: expected a number, got `inf`; write a number, such as 3 or 2.5; leave the cell empty if there is none",
        ),
        (
            format!("{head}P1,sus,3,2\nP1,SUS,Easy,2\n"),
            "answers.csv:3: column `item`: expected each item of sus once, got `Easy` in lines 2 and 3; delete one; if both are right, tell them apart by a condition column, such as `time`",
        ),
    ] {
        assert_eq!(answers_error(&text), message);
    }
}

#[test]
fn participants_are_scored_under_each_condition() {
    // Columns in any order; two conditions; decimal commas, since there are semicolons.
    let text = "time;participant;interface;instrument;item;response\n\
        before;P1;base;KSS;1;3\n\
        after;P1;base;kss;1;7\n\
        before;P2;;kss;1;2\n\
        before;P1;base;rating;Ease of use;2,5\n\
        before;P1;base;rating;ease-of-use;3\n";
    let scores = responses::parse(Path::new("answers.csv"), text).expect("answers");
    assert_eq!(scores.conditions, ["time", "interface"]);
    let groups: Vec<(&str, &str, &str)> = scores
        .groups
        .iter()
        .map(|g| {
            (
                g.participant.as_str(),
                g.conditions[0].as_str(),
                g.conditions[1].as_str(),
            )
        })
        .collect();
    assert_eq!(
        groups,
        [
            ("P1", "before", "base"),
            ("P1", "after", "base"),
            ("P2", "before", "")
        ]
    );
    assert_eq!(scores.names(), ["kss", "rating_ease_of_use"]);
    let values = |name| -> Vec<Option<f64>> {
        scores
            .groups
            .iter()
            .map(|g| g.score(name).and_then(|s| s.value))
            .collect()
    };
    assert_eq!(values("kss"), [Some(3.0), Some(7.0), Some(2.0)]);
    // (2.5 + 3) / 2
    assert_eq!(values("rating_ease_of_use"), [Some(2.75), None, None]);
}

#[test]
fn every_score_is_declared_once_and_in_full() {
    let mut names = Vec::new();
    for d in declarations() {
        assert!(!names.contains(&d.name), "{}", d.name);
        names.push(d.name);
        for text in [d.name, d.group, d.definition, d.source, d.missing] {
            assert!(!text.is_empty(), "{}", d.name);
        }
        if let (Some(least), Some(most)) = (d.least, d.most) {
            assert!(least < most, "{}", d.name);
        }
    }
    assert_eq!(names.len(), 20 + 4 + 9, "{names:?}");
    let of = |name: &str| {
        declarations()
            .filter(|d| d.is_of(name))
            .map(|d| d.name)
            .collect::<Vec<_>>()
    };
    assert_eq!(of("rating_fun"), ["rating_ITEM"]);
    assert_eq!(of("sagat_query_level1_gap"), ["sagat_query_QUERY"]);
    assert_eq!(of("sagat_level1"), ["sagat_level1"]);
    assert!(of("rating_").is_empty() && of("fun").is_empty());
    let range = |name| {
        declarations()
            .find(|d| d.name == name)
            .map(Declaration::range)
    };
    assert_eq!(range("ssq_total").as_deref(), Some("0 to 235.62"));
    assert_eq!(range("surt_rt_ms").as_deref(), Some("from 0"));
    assert_eq!(range("rating_ITEM").as_deref(), Some(""));
}
