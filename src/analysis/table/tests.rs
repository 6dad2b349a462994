//! Tables written and read back, by readers that are not ours: the crates csv, serde_json and parquet.
//!
//! pandas 3.1.1, pyarrow 26.0.1, polars 2.1.0 and duckdb 2.0.1 read the same files alike (2026-11).

use super::*;
use ::parquet::basic::{Compression, LogicalType, Type};
use ::parquet::file::reader::{FileReader, SerializedFileReader};
use ::parquet::record::Field;
use std::fs::File;
use std::path::Path;

fn schema() -> Schema {
    Schema::new(
        "trials",
        "One trial.",
        vec![
            Column::text("who", "The participant's code."),
            Column::float("reaction_time_s", "From request to first input.")
                .unit("s")
                .source("ISO/TR 21959-1:2020")
                .missing("no reaction before the trial ended"),
            Column::integer("presses", "Presses of the button."),
            Column::flag("collided", "Whether there was a collision."),
            Column::time("started", "When it started."),
        ],
    )
}

/// Cells that formats are known to spoil.
fn rows() -> Vec<Vec<Value>> {
    let texts = [
        "plain",
        "a,b",
        "say \"so\"",
        "two\r\nlines",
        " spaces ",
        "Zoë 日本 🚗",
        "NA",
        "=1+1",
        "\u{1}\t\\",
        "-0",
        "a\u{2028}b",
        "",
    ];
    let floats = [
        0.1,
        1.0 / 3.0,
        -0.0,
        5e-324,
        f64::MAX,
        1e16,
        123_456_789.125,
        1e-5,
        2.0,
        f64::MIN_POSITIVE,
        f64::NAN,
        f64::NEG_INFINITY,
    ];
    let integers = [
        0,
        -1,
        i64::MAX,
        i64::MIN,
        9_007_199_254_740_993,
        1,
        2,
        3,
        4,
        5,
        6,
        7,
    ];
    let mut rows: Vec<Vec<Value>> = Vec::new();
    for i in 0..texts.len() {
        rows.push(vec![
            texts[i].into(),
            floats[i].into(),
            Value::Integer(integers[i]),
            (i % 2 == 0).into(),
            Value::Time(1_795_878_741_000_250 - i as i64),
        ]);
    }
    rows.push(vec![Value::Missing; 5]);
    rows
}

fn table(rows: Vec<Vec<Value>>) -> Table {
    let mut table = Table::new(schema());
    for row in rows {
        table.push(row).unwrap();
    }
    table
}

fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Float(a), Value::Float(b)) => a.to_bits() == b.to_bits(),
        _ => a == b,
    }
}

fn assert_same(got: &[Vec<Value>], expected: &[Vec<Value>]) {
    assert_eq!(got.len(), expected.len());
    for (row, (got, expected)) in got.iter().zip(expected).enumerate() {
        assert_eq!(got.len(), expected.len());
        for (got, expected) in got.iter().zip(expected) {
            assert!(same(got, expected), "row {row}: {got:?}, not {expected:?}");
        }
    }
}

/// The microseconds of an instant that one of the tables has.
fn us(text: &str) -> Value {
    let back = (0..60).map(|i| 1_795_878_741_000_250 - i);
    let mut back = back.filter(|&us| rfc3339(us) == text);
    back.next().map_or(Value::Missing, Value::Time)
}

fn parsed(text: &str, kind: Kind) -> Value {
    match kind {
        _ if text.is_empty() => Value::Missing,
        Kind::Float => Value::Float(text.parse().unwrap()),
        Kind::Integer => Value::Integer(text.parse().unwrap()),
        Kind::Flag => Value::Flag(text.parse().unwrap()),
        Kind::Text => Value::Text(text.to_owned()),
        Kind::Time => us(text),
    }
}

fn read_csv(path: &Path, schema: &Schema) -> Vec<Vec<Value>> {
    let mut reader = ::csv::Reader::from_path(path).unwrap();
    let names: Vec<&str> = schema.columns().iter().map(|c| c.name.as_ref()).collect();
    assert_eq!(reader.headers().unwrap(), names);
    let kinds: Vec<Kind> = schema.columns().iter().map(|c| c.kind).collect();
    let row = |record: ::csv::StringRecord| {
        let cells = record.iter().zip(&kinds);
        cells.map(|(text, &kind)| parsed(text, kind)).collect()
    };
    reader.records().map(|r| row(r.unwrap())).collect()
}

fn of_json(object: &serde_json::Value, schema: &Schema) -> Vec<Value> {
    assert_eq!(object.as_object().unwrap().len(), schema.columns().len());
    let cell = |column: &Column| match &object[column.name.as_ref()] {
        serde_json::Value::Null => Value::Missing,
        serde_json::Value::String(text) => parsed(text, column.kind),
        serde_json::Value::Number(n) if column.kind == Kind::Integer => n.as_i64().unwrap().into(),
        serde_json::Value::Number(n) => n.as_f64().unwrap().into(),
        serde_json::Value::Bool(b) => (*b).into(),
        other => panic!("{other}"),
    };
    schema.columns().iter().map(cell).collect()
}

fn read_parquet(path: &Path) -> Vec<Vec<Value>> {
    let reader = SerializedFileReader::new(File::open(path).unwrap()).unwrap();
    let cell = |field: &Field| match field {
        Field::Null => Value::Missing,
        Field::Double(x) => (*x).into(),
        Field::Long(n) => (*n).into(),
        Field::Bool(b) => (*b).into(),
        Field::Str(text) => text.as_str().into(),
        Field::TimestampMicros(us) => Value::Time(*us),
        other => panic!("{other:?}"),
    };
    let rows = reader.get_row_iter(None).unwrap();
    rows.map(|row| {
        row.unwrap()
            .get_column_iter()
            .map(|(_, f)| cell(f))
            .collect()
    })
    .collect()
}

fn read(path: &Path, format: Format, schema: &Schema) -> Vec<Vec<Value>> {
    let text = || std::fs::read_to_string(path).unwrap();
    match format {
        Format::Csv => read_csv(path, schema),
        Format::Parquet => read_parquet(path),
        Format::JsonLines => text()
            .split_terminator('\n')
            .map(|line| of_json(&serde_json::from_str(line).unwrap(), schema))
            .collect(),
        Format::Json => {
            let all: Vec<serde_json::Value> = serde_json::from_str(&text()).unwrap();
            all.iter().map(|o| of_json(o, schema)).collect()
        }
    }
}

#[test]
fn every_format_gives_every_bit_back() {
    let folder = tempfile::tempdir().unwrap();
    let table = table(rows());
    assert_eq!(table.not_finite(), 2);
    for format in Format::ALL {
        let path = folder
            .path()
            .join("trials")
            .with_extension(format.extension());
        let written = table.write(&path, format, Overwrite::Never).unwrap();
        assert_eq!((written.rows, written.not_finite), (13, 2));
        assert_eq!(written.bytes, std::fs::metadata(&path).unwrap().len());
        assert_same(&read(&path, format, table.schema()), table.rows());
    }
    // Nothing but the four files is left.
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 4);
}

#[test]
fn no_rows_and_one_row() {
    let folder = tempfile::tempdir().unwrap();
    for n in 0..2 {
        let table = table(rows().into_iter().take(n).collect());
        for format in Format::ALL {
            let path = folder.path().join(format!("{n}.{}", format.extension()));
            table.write(&path, format, Overwrite::Never).unwrap();
            assert_same(&read(&path, format, table.schema()), table.rows());
        }
    }
}

#[test]
fn one_column_of_missing_cells_keeps_its_rows() {
    let folder = tempfile::tempdir().unwrap();
    let schema = Schema::new(
        "one",
        "One.",
        vec![Column::float("x", "X.").missing("none")],
    );
    let mut table = Table::new(schema);
    for value in [Value::Missing, 1.5.into(), Value::Missing] {
        table.push(vec![value]).unwrap();
    }
    for format in Format::ALL {
        let path = folder.path().join("one").with_extension(format.extension());
        table.write(&path, format, Overwrite::Never).unwrap();
        assert_same(&read(&path, format, table.schema()), table.rows());
    }
}

fn written(format: Format, rows: &[Vec<Value>]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t");
    table(rows.to_vec())
        .write(&path, format, Overwrite::Never)
        .unwrap();
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn text_formats_to_the_letter() {
    let rows = [
        vec![
            "a,\"b\"".into(),
            2.0.into(),
            3.into(),
            true.into(),
            Value::Time(1),
        ],
        vec![Value::Missing; 5],
    ];
    assert_eq!(
        written(Format::Csv, &rows),
        "who,reaction_time_s,presses,collided,started\r\n\
         \"a,\"\"b\"\"\",2.0,3,true,1970-01-01T00:00:00.000001Z\r\n\
         ,,,,\r\n"
    );
    let first = "{\"who\":\"a,\\\"b\\\"\",\"reaction_time_s\":2.0,\"presses\":3,\
                 \"collided\":true,\"started\":\"1970-01-01T00:00:00.000001Z\"}";
    let second = "{\"who\":null,\"reaction_time_s\":null,\"presses\":null,\
                  \"collided\":null,\"started\":null}";
    assert_eq!(
        written(Format::JsonLines, &rows),
        format!("{first}\n{second}\n")
    );
    assert_eq!(
        written(Format::Json, &rows),
        format!("[\n{first},\n{second}\n]\n")
    );
    assert_eq!(written(Format::Json, &[]), "[]\n");
}

#[test]
fn parquet_says_what_its_columns_are() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.parquet");
    table(rows())
        .write(&path, Format::Parquet, Overwrite::Never)
        .unwrap();
    let reader = SerializedFileReader::new(File::open(&path).unwrap()).unwrap();
    let meta = reader.metadata().file_metadata();
    let types: Vec<Type> = (0..5)
        .map(|i| meta.schema_descr().column(i).physical_type())
        .collect();
    let expected = [
        Type::BYTE_ARRAY,
        Type::DOUBLE,
        Type::INT64,
        Type::BOOLEAN,
        Type::INT64,
    ];
    assert_eq!(types, expected);
    let text = meta.schema_descr().column(0);
    assert_eq!(text.logical_type_ref(), Some(&LogicalType::String));
    for chunk in reader.metadata().row_group(0).columns() {
        assert_eq!(chunk.compression(), Compression::SNAPPY);
    }
    let pairs = meta.key_value_metadata().unwrap();
    let value = |key: &str| {
        pairs
            .iter()
            .find(|p| p.key == key)
            .unwrap()
            .value
            .clone()
            .unwrap()
    };
    assert_eq!(value("table"), "trials");
    assert_eq!(value("about"), "One trial.");
    let columns: serde_json::Value = serde_json::from_str(&value("columns")).unwrap();
    assert_eq!(columns[1]["name"], "reaction_time_s");
    assert_eq!(columns[1]["unit"], "s");
    assert_eq!(columns[1]["kind"], "float");
    assert_eq!(columns[1]["source"], "ISO/TR 21959-1:2020");
    assert_eq!(columns[1]["missing"], "no reaction before the trial ended");
}

#[test]
fn many_rows_go_into_groups() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.parquet");
    let schema = schema();
    let row = |i: u32| {
        let third = |v: Value| {
            if i.is_multiple_of(3) {
                Value::Missing
            } else {
                v
            }
        };
        let x = third((f64::from(i) / 7.0).into());
        let flag = third(i.is_multiple_of(2).into());
        vec![
            third(format!("p{i}").into()),
            x,
            third(i.into()),
            flag,
            third(Value::Time(i.into())),
        ]
    };
    let mut writer =
        TableWriter::create(&path, &schema, Format::Parquet, Overwrite::Never).unwrap();
    for i in 0..70_000 {
        writer.row(&row(i)).unwrap();
    }
    assert!(!path.exists(), "there before it is finished");
    assert_eq!(writer.finish().unwrap().rows, 70_000);
    let reader = SerializedFileReader::new(File::open(&path).unwrap()).unwrap();
    let groups: Vec<i64> = reader
        .metadata()
        .row_groups()
        .iter()
        .map(|g| g.num_rows())
        .collect();
    assert_eq!(groups, [32_768, 32_768, 4_464]);
    let expected: Vec<Vec<Value>> = (0..70_000).map(row).collect();
    assert_same(&read_parquet(&path), &expected);
}

#[test]
fn the_same_table_is_the_same_file() {
    let folder = tempfile::tempdir().unwrap();
    for format in Format::ALL {
        let bytes = ["a", "b"].map(|name| {
            let path = folder.path().join(name).with_extension(format.extension());
            table(rows())
                .write(&path, format, Overwrite::Never)
                .unwrap();
            std::fs::read(path).unwrap()
        });
        assert_eq!(bytes[0], bytes[1]);
    }
}

mod rules;
