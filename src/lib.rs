#![doc = include_str!("../README.md")]

pub mod autopilot;
pub mod clock;
pub mod command;
pub mod devices;
pub mod frame;
pub mod link;
pub mod perception;
pub mod random;
pub mod road;
pub mod scenario;
pub mod session;
#[cfg(feature = "station")]
pub mod station;
pub mod takeover;
pub mod traffic;
pub mod vehicle;
