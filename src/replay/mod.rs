//! What people do with a record once the run is over: look at any moment of it, run it again, ask
//! what if, compare, label.
//!
//! | file | holds | simulation? |
//! |---|---|---|
//! | `at` | a moment, as people name it | no |
//! | `batch` | many records at once: how many interventions were needed, too late, needless | yes |
//! | `diff/` | where and when two runs part | no |
//! | `environment` | what is different here from where a record was made | no |
//! | `fork`, `outcome` | the same world from a moment on with something else in it; what runs came to, side by side | yes, no |
//! | `recorded` | a record as far as running it again needs it | no |
//! | `reel` | a record, opened at any moment: frames as they left the vehicle, and as the operator saw them | no |
//! | `verify` | runs a record again and compares every tick | yes |

pub mod at;
#[cfg(feature = "sim")]
pub mod batch;
pub mod diff;
pub mod environment;
#[cfg(feature = "sim")]
pub mod fork;
pub mod outcome;
pub mod recorded;
pub mod reel;
#[cfg(feature = "sim")]
pub mod verify;
