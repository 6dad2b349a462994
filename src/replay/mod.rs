//! What people do with a record once the run is over: look at any moment of it, run it again, ask
//! what if, compare, label.
//!
//! | file | holds | simulation? |
//! |---|---|---|
//! | `reel` | a record, opened at any moment: frames as they left the vehicle, and as the operator saw them | no |

pub mod reel;
