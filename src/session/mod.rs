//! One run: simulation, link, operator and record together.

pub mod live;
