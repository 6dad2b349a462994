//! The data dictionary: what every column of every table is.

use super::{Column, Schema, Table};
use std::fmt::Write;

/// The data dictionary as a table: a row a column, in the order of the tables.
pub fn dictionary(schemas: &[&Schema]) -> Table {
    let schema = Schema::new(
        "dictionary",
        "One column of one table.",
        vec![
            Column::text("table_name", "The table the column is in."),
            Column::integer("position", "Where it is in the table, from 1."),
            Column::text("column_name", "The column."),
            Column::text("kind", "float, integer, flag, text or time (UTC)."),
            Column::text("unit", "Its unit.").missing("it has none"),
            Column::text("definition", "What it is."),
            Column::text("source", "The standard, paper or formula behind it.")
                .missing("it needs none"),
            Column::text("missing_means", "What an empty cell means.").missing("no cell is empty"),
        ],
    );
    let mut rows = Vec::new();
    for schema in schemas {
        for (i, column) in schema.columns().iter().enumerate() {
            rows.push(vec![
                schema.name.as_ref().into(),
                (i + 1).into(),
                column.name.as_ref().into(),
                column.kind.name().into(),
                column.unit.as_ref().into(),
                column.definition.as_ref().into(),
                column.source.as_ref().into(),
                column.missing.as_ref().into(),
            ]);
        }
    }
    Table::of_fitting(schema, rows)
}

/// The data dictionary in Markdown: a section a table.
pub fn dictionary_markdown(schemas: &[&Schema]) -> String {
    let mut out = String::from("# Data dictionary\n");
    for schema in schemas {
        // Writing to a string does not fail.
        let _ = write!(
            out,
            "\n## {}\n\n{}\n\n",
            cell(&schema.name),
            cell(&schema.about)
        );
        out.push_str("| column | kind | unit | definition | source | empty cell |\n");
        out.push_str("|---|---|---|---|---|---|\n");
        for c in schema.columns() {
            let _ = writeln!(
                out,
                "| `{}` | {} | {} | {} | {} | {} |",
                c.name,
                c.kind,
                cell(&c.unit),
                cell(&c.definition),
                cell(&c.source),
                cell(&c.missing)
            );
        }
    }
    out
}

/// Text that stays in its cell.
fn cell(text: &str) -> String {
    let line: Vec<&str> = text.split_whitespace().collect();
    line.join(" ")
        .replace('\\', "\\\\")
        .replace('|', "\\|")
        .replace('<', "\\<")
}
