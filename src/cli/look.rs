//! How the window shows the world: the same options for every verb that opens one.

use std::path::PathBuf;
use takeover::station::{Choice, Look, View};

#[derive(clap::Args, Debug)]
#[command(next_help_heading = "In the window")]
pub struct Args {
    /// First view: driver, panorama, rear, chase, birdseye or map. Key C changes it.
    #[arg(
        long,
        value_name = "NAME",
        conflicts_with = "headless",
        default_value = "driver"
    )]
    view: View,
    /// The panorama on three windows: on three monitors if there are as many.
    #[arg(long, conflicts_with = "headless")]
    side_windows: bool,
    /// Quality of the picture: auto, low, medium or high. Auto: low where a processor draws, else
    /// high, and lower if that is too slow.
    #[arg(
        long,
        value_name = "LEVEL",
        conflicts_with = "headless",
        default_value = "auto"
    )]
    quality: Choice,
    /// Write the time of each picture into this file (CSV: picture, ms).
    #[arg(long, value_name = "FILE", conflicts_with = "headless")]
    frame_times: Option<PathBuf>,
}

impl Args {
    pub fn look(&self) -> Look {
        Look {
            view: self.view,
            side_windows: self.side_windows,
            quality: self.quality,
            frame_times: self.frame_times.clone(),
        }
    }
}
