//! Who drives, why that changes, and how long it took.
//!
//! - [`policy`]: when the vehicle asks for a person;
//! - [`reason`]: why it asks;
//! - [`intent`]: what counts as a person taking over;
//! - [`authority`]: the state machine that says who drives;
//! - [`source`]: who moves the actuators, and how they go from one to the next;
//! - [`event`]: what it tells the world;
//! - [`timeline`]: one takeover, split into its parts.
//!
//! All sans-IO: no clock, no file, no random number. Time is s since the start of the run.

pub mod alert;
pub mod authority;
pub mod change;
pub mod event;
pub mod intent;
pub mod latency;
pub mod policy;
pub mod reason;
pub mod source;
pub mod timeline;
