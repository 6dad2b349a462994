//! Vehicles per operator: how many an operator can serve before requests come too late.
//!
//! - Formulas: [`erlang_b`] and [`erlang_c`] for requests that come whatever the operators do,
//!   [`finite_source`] for a fleet whose waiting vehicles do not ask again, [`allen_cunneen`] for service
//!   times that are not exponential.
//! - [`simulate()`]: the fleet, event by event: any law or measured times, requests of many vehicles at
//!   once, requests that are lost when the budget is over.
//! - [`size()`]: the largest fleet that a number of operators can serve.
//!
//! Words: a *request* is one vehicle asking for one operator. It waits until one is free, first come
//! first served. *Service* is how long the operator has it. The *gap* is how long a vehicle then drives
//! until it asks again. *Load* is arrivals per second times seconds of service (Erlang).

mod estimate;
mod finite;
mod law;
mod needs;
mod queue;
mod simulate;
mod size;

pub use estimate::Estimate;
pub use finite::{FiniteSource, finite_source};
pub use law::Law;
pub use needs::NoAnswer;
pub use queue::{Queue, allen_cunneen, erlang_b, erlang_c};
pub use simulate::{CommonCause, Demand, Run, Simulated, simulate};
pub use size::{Goal, Limit, Size, Verdict, size, size_simulated};

/// The largest fleet, and number of operators, that we compute.
pub const MOST: u32 = 100_000;

/// Times are between these, s; loads and squared coefficients of variation are at most the longest.
const SHORTEST_S: f64 = 1e-9;
const LONGEST_S: f64 = 1e12;
