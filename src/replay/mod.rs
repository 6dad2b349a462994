//! What people do with a record once the run is over: look at any moment of it, run it again, ask
//! what if, compare, label.
//!
//! | file | holds | simulation? |
//! |---|---|---|
//! | `at` | a moment, as people name it | no |
//! | `environment` | what is different here from where a record was made | no |
//! | `fork`, `outcome` | the same world from a moment on with something else in it; what runs came to, side by side | yes, no |
//! | `moment` | what is on record of one moment, for people and programs | no |
//! | `recorded` | a record as far as running it again needs it | no |
//! | `reel` | a record, opened at any moment: frames as they left the vehicle, and as the operator saw them | no |
//! | `transport` | play, pause, step, jump; several runs on one time axis | no |
//! | `verify` | runs a record again and compares every tick | yes |

pub mod at;
pub mod environment;
#[cfg(feature = "sim")]
pub mod fork;
pub mod moment;
pub mod outcome;
pub mod recorded;
pub mod reel;
pub mod transport;
#[cfg(feature = "sim")]
pub mod verify;
