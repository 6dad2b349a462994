//! JSON: one object a row, with every column; a line each, or all in one array.

use super::file::Out;
use super::writer::Sink;
use super::{Schema, Value, rfc3339};
use std::io::{self, BufWriter, Write};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    Lines,
    Array,
}

struct Json {
    out: BufWriter<Out>,
    /// `"name":` of each column.
    keys: Vec<String>,
    layout: Layout,
    first: bool,
}

pub(super) fn start(out: Out, schema: &Schema, layout: Layout) -> io::Result<Box<dyn Sink>> {
    let mut keys = Vec::new();
    for column in schema.columns() {
        keys.push(serde_json::to_string(&column.name)? + ":");
    }
    let mut out = BufWriter::new(out);
    if layout == Layout::Array {
        out.write_all(b"[")?;
    }
    Ok(Box::new(Json {
        out,
        keys,
        layout,
        first: true,
    }))
}

impl Sink for Json {
    fn row(&mut self, values: &[Value]) -> io::Result<()> {
        let out = &mut self.out;
        if self.layout == Layout::Array {
            out.write_all(if self.first { b"\n" } else { b",\n" })?;
        }
        self.first = false;
        let mut before = b"{";
        for (key, value) in self.keys.iter().zip(values) {
            out.write_all(before)?;
            before = b",";
            out.write_all(key.as_bytes())?;
            match value {
                _ if value.is_missing() => out.write_all(b"null")?,
                Value::Missing => out.write_all(b"null")?,
                // The shortest digits, as in CSV; always with a point or an exponent.
                Value::Float(x) => write!(out, "{x:?}")?,
                Value::Integer(n) => write!(out, "{n}")?,
                Value::Flag(b) => write!(out, "{b}")?,
                Value::Text(text) => serde_json::to_writer(&mut *out, text)?,
                Value::Time(us) => write!(out, "\"{}\"", rfc3339(*us))?,
            }
        }
        out.write_all(b"}")?;
        if self.layout == Layout::Lines {
            out.write_all(b"\n")?;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        if self.layout == Layout::Array {
            self.out
                .write_all(if self.first { b"]\n" } else { b"\n]\n" })?;
        }
        self.out.flush()
    }
}
