//! Comma-separated values (RFC 4180): a header, quotes where they are needed, lines that end in CR LF.

use super::file::Out;
use super::writer::Sink;
use super::{Schema, Value, rfc3339};
use std::io::{self, Write};

struct Csv {
    out: csv::Writer<Out>,
    cell: Vec<u8>,
}

pub(super) fn start(out: Out, schema: &Schema) -> io::Result<Box<dyn Sink>> {
    let mut out = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(out);
    let header = schema.columns().iter().map(|c| c.name.as_bytes());
    out.write_record(header).map_err(into_io)?;
    Ok(Box::new(Csv {
        out,
        cell: Vec::new(),
    }))
}

impl Sink for Csv {
    fn row(&mut self, values: &[Value]) -> io::Result<()> {
        for value in values {
            self.cell.clear();
            match value {
                _ if value.is_missing() => {}
                Value::Missing => {}
                Value::Float(x) => write!(self.cell, "{x:?}")?,
                Value::Integer(n) => write!(self.cell, "{n}")?,
                Value::Flag(b) => write!(self.cell, "{b}")?,
                Value::Text(text) => self.cell.extend_from_slice(text.as_bytes()),
                Value::Time(us) => self.cell.extend_from_slice(rfc3339(*us).as_bytes()),
            }
            self.out.write_field(&self.cell).map_err(into_io)?;
        }
        let ended = self.out.write_record(None::<&[u8]>);
        ended.map_err(into_io)
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.out.flush()
    }
}

/// The error of the disk or the pipe, where it is one, with its kind.
fn into_io(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(io) => io,
        other => io::Error::other(format!("{other:?}")),
    }
}
