#![doc = include_str!("../README.md")]
// A test that panics is a test that reports.
#![cfg_attr(test, allow(clippy::panic, clippy::unwrap_used))]

pub mod autopilot;
pub mod clock;
pub mod command;
pub mod devices;
pub mod frame;
pub mod link;
pub mod map;
pub mod operator;
pub mod perception;
pub mod random;
pub mod record;
pub mod road;
pub mod road_user;
pub mod ron_file;
pub mod scenario;
pub mod session;
#[cfg(feature = "sim")]
pub mod sim;
#[cfg(feature = "station")]
pub mod station;
pub mod surface;
pub mod takeover;
pub mod traffic;
pub mod vehicle;
