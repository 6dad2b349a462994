//! One run: simulation, link, operator and record together.

#[cfg(feature = "sim")]
pub mod again;
pub mod cases;
pub mod choice;
pub mod dangers;
#[cfg(feature = "sim")]
pub mod fork;
pub mod limit;
pub mod link_account;
#[cfg(feature = "sim")]
pub mod live;
#[cfg(feature = "sim")]
mod pace;
#[cfg(feature = "sim")]
pub mod report;
#[cfg(feature = "sim")]
mod run;
pub mod tally;

#[cfg(feature = "sim")]
pub use pace::{Pace, Paced, Stop};
#[cfg(feature = "sim")]
pub use run::Session;
