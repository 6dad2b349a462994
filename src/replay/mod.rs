//! What people do with a record once the run is over: look at any moment of it, run it again, ask
//! what if, compare, label.
//!
//! | file | holds | simulation? |
//! |---|---|---|
//! | `environment` | what is different here from where a record was made | no |
//! | `reel` | a record, opened at any moment: frames as they left the vehicle, and as the operator saw them | no |
//! | `verify` | runs a record again and compares every tick | yes |

pub mod environment;
pub mod reel;
#[cfg(feature = "sim")]
pub mod verify;
