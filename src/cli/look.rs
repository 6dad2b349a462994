//! How the window shows the world: the same options for every verb that opens one.

use std::path::PathBuf;
use takeover::station::{Choice, Look, View};

#[derive(clap::Args, Clone, Debug, Default, PartialEq)]
#[command(next_help_heading = "In the window")]
pub struct Args {
    /// First view: driver, panorama, rear, chase, birdseye or map. Key C changes it.
    #[arg(long, value_name = "NAME")]
    view: Option<View>,
    /// The panorama on three windows: on three monitors if there are as many.
    #[arg(long)]
    side_windows: bool,
    /// Quality of the picture: auto, low, medium or high. Auto: low where a processor draws, else
    /// high, and lower if that is too slow.
    #[arg(long, value_name = "LEVEL")]
    quality: Option<Choice>,
    /// Write the time of each picture into this file (CSV: picture, ms).
    #[arg(long, value_name = "FILE")]
    frame_times: Option<PathBuf>,
}

impl Args {
    /// `usual`: view and quality where none is asked for.
    pub fn look(&self, usual: (View, Choice)) -> Look {
        Look {
            view: self.view.unwrap_or(usual.0),
            side_windows: self.side_windows,
            quality: self.quality.unwrap_or(usual.1),
            frame_times: self.frame_times.clone(),
        }
    }
}
