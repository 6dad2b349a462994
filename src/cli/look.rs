//! How the window shows the world: the same options for every verb that opens one.

use std::path::PathBuf;
use takeover::station::{Choice, Look};

#[derive(clap::Args, Clone, Debug, Default, PartialEq)]
#[command(next_help_heading = "In the window")]
pub struct Args {
    /// Quality of the picture: auto, low, medium or high. Auto: low where a processor draws, else
    /// high, and lower if that is too slow.
    #[arg(long, value_name = "LEVEL")]
    quality: Option<Choice>,
    /// Write the time of each picture into this file (CSV: picture, ms).
    #[arg(long, value_name = "FILE")]
    frame_times: Option<PathBuf>,
}

impl Args {
    /// `usual`: the quality where none is asked for.
    pub fn look(&self, usual: Choice) -> Look {
        Look {
            quality: self.quality.unwrap_or(usual),
            frame_times: self.frame_times.clone(),
        }
    }
}
