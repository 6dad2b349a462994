//! The report of an analysis: one HTML file that needs nothing else, neither network nor script nor other files.
//!
//! [`Report`] is plain data: text, tables, figures. [`html`] turns it into a document that reads well on a screen
//! (wide or narrow, light or dark) and on paper. Nothing is computed here that a reader would cite: estimates and
//! intervals come in as they are to be shown. What cannot be shown as a number is shown as a dash with its reason.

mod axes;
mod canvas;
mod decimate;
pub mod figure;
mod model;
mod number;
mod page;
mod plot;
mod scale;
#[cfg(test)]
mod tests;
mod words;

pub use figure::Figure;
pub use model::*;
pub use page::{RenderError, html};
