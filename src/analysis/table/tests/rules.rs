//! What is refused, and what is left when something goes wrong.

use super::*;

#[test]
fn a_row_that_does_not_fit_is_refused_by_name() {
    let mut table = Table::new(schema());
    let short = table.push(vec!["a".into()]).unwrap_err().to_string();
    assert_eq!(short, "table trials, row 0: expected 5 values, got 1");
    let mut row = rows().remove(0);
    table.push(row.clone()).unwrap();
    row[1] = Value::Integer(3);
    let wrong = table.push(row.clone()).unwrap_err().to_string();
    let expected = "table trials, row 1, column reaction_time_s: expected float, got integer 3";
    assert_eq!(wrong, expected);
    assert_eq!(table.rows().len(), 1);

    // A writer refuses it too, and goes on.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.csv");
    let mut writer = TableWriter::create(&path, &schema(), Format::Csv, Overwrite::Never).unwrap();
    assert_eq!(
        writer.row(&row).unwrap_err().to_string(),
        expected.replace("row 1", "row 0")
    );
    row[1] = f64::INFINITY.into();
    writer.row(&row).unwrap();
    let done = writer.finish().unwrap();
    assert_eq!((done.rows, done.not_finite), (1, 1));
    assert_eq!(read_csv(&path, &schema())[0][1], Value::Missing);
}

#[test]
fn nothing_is_overwritten_unasked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.csv");
    std::fs::write(&path, "mine").unwrap();
    let table = table(rows());
    let refused = table
        .write(&path, Format::Csv, Overwrite::Never)
        .unwrap_err();
    assert!(matches!(&refused, TableError::Exists { path: p } if *p == path));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "mine");
    table.write(&path, Format::Csv, Overwrite::Yes).unwrap();
    assert_same(&read_csv(&path, table.schema()), table.rows());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_file_that_came_while_we_wrote_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.csv");
    let writer = TableWriter::create(&path, &schema(), Format::Csv, Overwrite::Never).unwrap();
    std::fs::write(&path, "mine").unwrap();
    assert!(matches!(writer.finish(), Err(TableError::Exists { .. })));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "mine");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_writer_that_is_dropped_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.parquet");
    for format in Format::ALL {
        let mut writer = TableWriter::create(&path, &schema(), format, Overwrite::Yes).unwrap();
        writer.row(&rows()[0]).unwrap();
        drop(writer);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}

#[test]
fn an_error_names_the_file() {
    let nowhere = Path::new("/nowhere/at/all/t.csv");
    let error = table(rows())
        .write(nowhere, Format::Csv, Overwrite::Never)
        .unwrap_err();
    assert!(
        error.to_string().contains("/nowhere/at/all/t.csv"),
        "{error}"
    );
}

/// Takes so many bytes, and then is a full disk.
struct Full(usize);

impl std::io::Write for Full {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.0 == 0 {
            return Err(std::io::ErrorKind::StorageFull.into());
        }
        let taken = bytes.len().min(self.0);
        self.0 -= taken;
        Ok(taken)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_full_disk_is_an_error_in_every_format() {
    for format in Format::ALL {
        let write = || -> Result<Written, TableError> {
            let full = Box::new(Full(20));
            let mut writer = TableWriter::to(full, "the disk", &schema(), format)?;
            for row in rows() {
                writer.row(&row)?;
            }
            writer.finish()
        };
        match write() {
            Err(TableError::File { path, source }) => {
                assert_eq!(path, Path::new("the disk"));
                assert_eq!(source.kind(), std::io::ErrorKind::StorageFull, "{format:?}");
            }
            other => panic!("{format:?}: {other:?}"),
        }
    }
}

#[test]
fn columns_that_make_no_table_are_refused() {
    let check = |columns| {
        Schema::new("t", "A.", columns)
            .check()
            .map_err(|e| e.to_string())
    };
    let x = || Column::float("x", "X.");
    assert_eq!(check(vec![x()]), Ok(()));
    assert!(check(vec![]).unwrap_err().contains("needs a column"));
    assert!(
        check(vec![x(), x()])
            .unwrap_err()
            .contains("column \"x\": two columns")
    );
    assert!(
        check(vec![Column::float("Zeit s", "Z.")])
            .unwrap_err()
            .contains("a-z")
    );
    assert!(
        check(vec![Column::float("", "Z.")])
            .unwrap_err()
            .contains("a-z")
    );
    assert!(
        check(vec![x().unit("s")])
            .unwrap_err()
            .contains("ends in _s")
    );
    assert!(
        check(vec![x().unit("m/s²")])
            .unwrap_err()
            .contains("_mps2 or _m_s2")
    );
    let good = [
        ("v_mps", "m/s"),
        ("t_s", "s"),
        ("a_deg", "°"),
        ("share_percent", "%"),
    ];
    for (name, unit) in good {
        assert_eq!(check(vec![Column::float(name, "G.").unit(unit)]), Ok(()));
    }
}

#[test]
fn the_dictionary_has_every_column() {
    let other = Schema::new("b", "Ein | B.", vec![Column::float("x", "A | b\n<c>.")]);
    let dictionary = dictionary(&[&schema(), &other]);
    dictionary.schema().check().unwrap();
    assert_eq!(dictionary.rows().len(), 6);
    for row in dictionary.rows() {
        dictionary.schema().check_row(0, row).unwrap();
    }
    let second: Vec<Value> = vec![
        "trials".into(),
        2.into(),
        "reaction_time_s".into(),
        "float".into(),
        "s".into(),
        "From request to first input.".into(),
        "ISO/TR 21959-1:2020".into(),
        "no reaction before the trial ended".into(),
    ];
    assert_eq!(dictionary.rows()[1], second);
    assert_eq!(dictionary.rows()[5][4], Value::Missing);

    let markdown = dictionary_markdown(&[&schema(), &other]);
    let line = "| `reaction_time_s` | float | s | From request to first input. | \
                ISO/TR 21959-1:2020 | no reaction before the trial ended |";
    assert!(markdown.lines().any(|l| l == line), "{markdown}");
    let line = "| `x` | float |  | A \\| b \\<c>. |  |  |";
    assert!(markdown.lines().any(|l| l == line), "{markdown}");
    assert!(markdown.contains("\n## b\n\nEin \\| B.\n"));
}

#[test]
fn a_column_can_be_taken_out() {
    let table = table(rows());
    let presses = table.column("presses").unwrap();
    let numbers: Vec<f64> = presses.filter_map(Value::number).collect();
    assert_eq!(numbers.len(), 12);
    assert_eq!(numbers[1], -1.0);
    assert!(table.column("nothing").is_none());
}
