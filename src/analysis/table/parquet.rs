//! Apache Parquet: columns that may be null, row groups packed with Snappy, the schema's words in the
//! key-value metadata.

use super::file::Out;
use super::writer::Sink;
use super::{Kind, Schema, Value};
use parquet::basic::{Compression, LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::column::writer::ColumnWriter;
use parquet::data_type::ByteArray;
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{Type, TypePtr};
use std::io;
use std::sync::Arc;

/// A row group is written when it has so many rows, or cells of so many bytes.
const GROUP_ROWS: usize = 32_768;
const GROUP_BYTES: usize = 32 << 20;

struct Parquet {
    file: SerializedFileWriter<Out>,
    columns: Vec<Cells>,
    rows: usize,
    bytes: usize,
}

/// A column's cells of one row group.
struct Cells {
    /// 1 where there is a value, 0 where there is none.
    levels: Vec<i16>,
    values: Values,
}

enum Values {
    Float(Vec<f64>),
    Integer(Vec<i64>),
    Flag(Vec<bool>),
    Text(Vec<ByteArray>),
}

pub(super) fn start(out: Out, schema: &Schema) -> io::Result<Box<dyn Sink>> {
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_key_value_metadata(Some(words(schema)?))
        .build();
    let tree = tree(schema).map_err(io::Error::other)?;
    let file = SerializedFileWriter::new(out, tree, Arc::new(properties));
    Ok(Box::new(Parquet {
        file: file.map_err(into_io)?,
        columns: schema.columns().iter().map(|c| empty(c.kind)).collect(),
        rows: 0,
        bytes: 0,
    }))
}

/// `table`, `about` and `columns`, which is a JSON array of what each column is.
fn words(schema: &Schema) -> io::Result<Vec<KeyValue>> {
    let pair = |key: &str, value: String| KeyValue::new(key.to_owned(), value);
    Ok(vec![
        pair("table", schema.name.to_string()),
        pair("about", schema.about.to_string()),
        pair("columns", serde_json::to_string(schema.columns())?),
    ])
}

fn tree(schema: &Schema) -> Result<TypePtr, ParquetError> {
    let mut fields = Vec::new();
    for column in schema.columns() {
        let (physical, logical) = match column.kind {
            Kind::Float => (Physical::DOUBLE, None),
            Kind::Integer => (Physical::INT64, None),
            Kind::Flag => (Physical::BOOLEAN, None),
            Kind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
            Kind::Time => {
                let utc = LogicalType::timestamp(true, TimeUnit::MICROS);
                (Physical::INT64, Some(utc))
            }
        };
        let field = Type::primitive_type_builder(&column.name, physical)
            .with_repetition(Repetition::OPTIONAL)
            .with_logical_type(logical)
            .build()?;
        fields.push(Arc::new(field));
    }
    let root = Type::group_type_builder("schema").with_fields(fields);
    Ok(Arc::new(root.build()?))
}

fn empty(kind: Kind) -> Cells {
    Cells {
        levels: Vec::new(),
        values: match kind {
            Kind::Float => Values::Float(Vec::new()),
            Kind::Integer | Kind::Time => Values::Integer(Vec::new()),
            Kind::Flag => Values::Flag(Vec::new()),
            Kind::Text => Values::Text(Vec::new()),
        },
    }
}

impl Cells {
    /// Adds a value of the column's kind; returns about how many bytes it takes.
    fn push(&mut self, value: &Value) -> usize {
        let mut bytes = size_of::<i16>();
        let mut there = 1;
        match (&mut self.values, value) {
            _ if value.is_missing() => there = 0,
            (Values::Float(values), Value::Float(x)) => values.push(*x),
            (Values::Integer(values), Value::Integer(n) | Value::Time(n)) => values.push(*n),
            (Values::Flag(values), Value::Flag(b)) => values.push(*b),
            (Values::Text(values), Value::Text(text)) => {
                values.push(text.as_str().into());
                bytes += size_of::<ByteArray>() + text.len();
            }
            // The schema has been checked: no other pair comes here.
            _ => there = 0,
        }
        self.levels.push(there);
        bytes + size_of::<i64>()
    }

    /// Writes the cells of a row group and forgets them.
    fn write(&mut self, to: &mut ColumnWriter<'_>) -> Result<(), ParquetError> {
        let levels = Some(self.levels.as_slice());
        match (&mut self.values, to) {
            (Values::Float(values), ColumnWriter::DoubleColumnWriter(to)) => {
                to.write_batch(values, levels, None)?;
                values.clear();
            }
            (Values::Integer(values), ColumnWriter::Int64ColumnWriter(to)) => {
                to.write_batch(values, levels, None)?;
                values.clear();
            }
            (Values::Flag(values), ColumnWriter::BoolColumnWriter(to)) => {
                to.write_batch(values, levels, None)?;
                values.clear();
            }
            (Values::Text(values), ColumnWriter::ByteArrayColumnWriter(to)) => {
                to.write_batch(values, levels, None)?;
                values.clear();
            }
            _ => {
                let why = "a column's writer is not of the column's type";
                return Err(ParquetError::General(why.to_owned()));
            }
        }
        self.levels.clear();
        Ok(())
    }
}

impl Parquet {
    fn write_group(&mut self) -> Result<(), ParquetError> {
        if self.rows == 0 {
            return Ok(());
        }
        let mut group = self.file.next_row_group()?;
        for cells in &mut self.columns {
            let Some(mut column) = group.next_column()? else {
                let why = "a row group has fewer columns than the table";
                return Err(ParquetError::General(why.to_owned()));
            };
            cells.write(column.untyped())?;
            column.close()?;
        }
        group.close()?;
        self.rows = 0;
        self.bytes = 0;
        Ok(())
    }
}

impl Sink for Parquet {
    fn row(&mut self, values: &[Value]) -> io::Result<()> {
        for (cells, value) in self.columns.iter_mut().zip(values) {
            self.bytes += cells.push(value);
        }
        self.rows += 1;
        if self.rows >= GROUP_ROWS || self.bytes >= GROUP_BYTES {
            self.write_group().map_err(into_io)?;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.write_group().map_err(into_io)?;
        self.file.finish().map_err(into_io)?;
        Ok(())
    }
}

/// The error of the disk, where it is one.
fn into_io(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(cause) => match cause.downcast::<io::Error>() {
            Ok(io) => *io,
            Err(other) => io::Error::other(other),
        },
        other => io::Error::other(other),
    }
}
