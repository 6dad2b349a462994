//! What a channel is: columns, each with how its cell is found, and the rows that an entry gives.

use super::super::table::{Column, Schema, TableError, Value};
use crate::record::messages::Command;
use crate::record::{Entry, RunInfo};
use crate::scenario::Scenario;
use crate::traffic::Traffic;

/// What is known of a record besides the entry at hand.
#[derive(Debug)]
pub struct Context {
    /// Ticks per second.
    hz: f64,
    format: u32,
    /// Names and kinds of the others, in the order of the bodies behind the ego.
    others: Vec<(String, String)>,
    /// The latest command.
    pub(super) command: Option<Command>,
}

impl Context {
    /// Without a scenario the others have numbers for names.
    pub fn new(info: &RunInfo, scenario: Option<&Scenario>) -> Self {
        let others = scenario.map_or_else(Vec::new, |scenario| {
            let traffic = Traffic::new(&scenario.network, &scenario.traffic, info.seed);
            let kind = |i| traffic.shape(i).kind.label().to_string();
            let names = traffic.names().into_iter().enumerate();
            names.map(|(i, name)| (name, kind(i))).collect()
        });
        Self {
            hz: info.tick_hz.max(1) as f64,
            format: info.format,
            others,
            command: None,
        }
    }

    /// Takes note of an entry before its rows are made.
    pub fn note(&mut self, entry: &Entry) {
        if let Entry::Command(command) = entry {
            self.command = Some(*command);
        }
    }

    /// s since the start of the run.
    pub(super) fn time(&self, tick: u64) -> Value {
        Value::Float(tick as f64 / self.hz)
    }

    /// The name of a body by its place, of which the ego's is 0.
    pub(super) fn name(&self, place: usize) -> Value {
        match place.checked_sub(1) {
            None => "ego".into(),
            Some(i) => match self.others.get(i) {
                Some((name, _)) => name.as_str().into(),
                None => place.to_string().into(),
            },
        }
    }

    /// What a body is, by its place; missing if the scenario is.
    pub(super) fn kind(&self, place: usize) -> Value {
        let other = place.checked_sub(1).and_then(|i| self.others.get(i));
        other.map_or(Value::Missing, |(_, kind)| kind.as_str().into())
    }

    /// A cell that records of format 1 do not have.
    pub(super) fn since_2(&self, value: impl Into<Value>) -> Value {
        if self.format < 2 {
            Value::Missing
        } else {
            value.into()
        }
    }
}

/// How empty cells of older records are told.
pub(super) const FORMAT_1: &str = "a log of format 1";

/// Takes rows.
pub type Rows<'a> = dyn FnMut(&[Value]) -> Result<(), TableError> + 'a;

/// A table of what is on record.
pub trait Channel: Send {
    /// Its name, and its file's.
    fn name(&self) -> &'static str;

    /// Name, what a row is, columns.
    fn schema(&self) -> Schema;

    /// It needs every body of every tick, which takes longer to read.
    fn needs_others(&self) -> bool;

    /// Gives the rows of an entry.
    ///
    /// # Errors
    /// As the one that takes them.
    fn rows(&self, context: &Context, entry: &Entry, to: &mut Rows<'_>) -> Result<(), TableError>;

    /// How many rows an entry gives.
    fn count(&self, entry: &Entry) -> u64;
}

type Cell<R> = fn(&Context, &R) -> Value;

/// Gives each row of an entry.
pub(super) type Each<R> = fn(&Entry, &mut dyn FnMut(&R));

/// A channel whose rows are made of `R`s.
pub(super) struct Layout<R> {
    pub name: &'static str,
    pub about: &'static str,
    pub needs_others: bool,
    pub each: Each<R>,
    pub fields: Vec<(Column, Cell<R>)>,
}

impl<R> Channel for Layout<R> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn schema(&self) -> Schema {
        let columns = self.fields.iter().map(|(column, _)| column.clone());
        Schema::new(self.name, self.about, columns.collect())
    }

    fn needs_others(&self) -> bool {
        self.needs_others
    }

    fn rows(&self, context: &Context, entry: &Entry, to: &mut Rows<'_>) -> Result<(), TableError> {
        let mut done = Ok(());
        let mut row = Vec::with_capacity(self.fields.len());
        (self.each)(entry, &mut |of| {
            if done.is_ok() {
                row.clear();
                row.extend(self.fields.iter().map(|(_, cell)| cell(context, of)));
                done = to(&row);
            }
        });
        done
    }

    fn count(&self, entry: &Entry) -> u64 {
        let mut rows = 0;
        (self.each)(entry, &mut |_| rows += 1);
        rows
    }
}
