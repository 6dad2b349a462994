//! What people do with a record once the run is over: look at any moment of it, run it again, ask
//! what if, compare, label.
//!
//! | file | holds | simulation? |
//! |---|---|---|
//! | `agreement` | how far raters agree, beyond chance | no |
//! | `at` | a moment, as people name it | no |
//! | `batch` | many records at once: how many interventions were needed, too late, needless | yes |
//! | `diff/` | where and when two runs part | no |
//! | `environment` | what is different here from where a record was made | no |
//! | `events` | the event data record, in the terms of the rules | no |
//! | `fork`, `outcome` | the same world from a moment on with something else in it; what runs came to, side by side | yes, no |
//! | `moment` | what is on record of one moment, for people and programs | no |
//! | `rebuilt` | from what a record keeps back to a frame | no |
//! | `recorded` | a record as far as running it again needs it | no |
//! | `labels`, `taxonomy` | what people say about a log, beside it; the causes they choose from | no |
//! | `reel` | a record, opened at any moment: frames as they left the vehicle, and as the operator saw them | no |
//! | `transport` | play, pause, step, jump; several runs on one time axis | no |
//! | `verify` | runs a record again and compares every tick | yes |

pub mod agreement;
pub mod at;
#[cfg(feature = "sim")]
pub mod batch;
pub mod diff;
pub mod environment;
pub mod events;
#[cfg(feature = "sim")]
pub mod fork;
pub mod labels;
pub mod moment;
pub mod outcome;
mod rebuilt;
pub mod recorded;
pub mod reel;
pub mod taxonomy;
pub mod transport;
mod utc;
#[cfg(feature = "sim")]
pub mod verify;
