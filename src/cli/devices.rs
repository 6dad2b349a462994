//! `takeover devices`: what is plugged in, what it does, and how to teach this program a new one.

use super::{Done, Usage};
use std::path::PathBuf;

/// List gamepads, steering wheels and joysticks; watch, test and calibrate them.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  takeover devices                       what is plugged in, and which profile it has
  takeover devices --watch               live values, until Ctrl-C
  takeover devices --rumble              each motor in turn
  takeover devices --calibrate           asks for each control and writes a profile
  takeover devices --profile wheel.ron --watch
                                         tries a profile

Profiles of your own: $XDG_CONFIG_HOME/takeover/devices/*.ron (~/.config/takeover/devices). docs/devices.md
explains each field. Reading devices needs udev; a device that may not be opened needs you in the group
`input`, or a login at the machine itself.")]
pub struct Args {
    /// Show every change as it happens, until Ctrl-C.
    #[arg(long, conflicts_with_all = ["rumble", "calibrate"])]
    pub watch: bool,
    /// Play each rumble motor, and shake each wheel.
    #[arg(long, conflicts_with = "calibrate")]
    pub rumble: bool,
    /// Ask for each control, and write a profile.
    #[arg(long)]
    pub calibrate: bool,
    /// Only this device, by its number in the list.
    #[arg(long, value_name = "N")]
    pub device: Option<u32>,
    /// Use this profile for the devices it fits.
    #[arg(long, value_name = "FILE")]
    pub profile: Option<PathBuf>,
    /// With --calibrate: the profile to write. It must be new.
    #[arg(long, value_name = "FILE", requires = "calibrate")]
    pub out: Option<PathBuf>,
    /// With --calibrate: gamepad, wheel or joystick, if the guess is wrong.
    #[arg(long, value_name = "KIND", requires = "calibrate")]
    pub kind: Option<DeviceWord>,
    /// With --calibrate: how far a wheel turns from lock to lock, degrees.
    #[arg(long, value_name = "DEG", requires = "calibrate")]
    pub lock_angle: Option<f32>,
    /// With --watch or --calibrate: end after so many seconds.
    #[arg(long, value_name = "S")]
    pub seconds: Option<f64>,
    /// Print JSON: the list as one array, or with --watch one object a line.
    #[arg(long, conflicts_with_all = ["rumble", "calibrate"])]
    pub json: bool,
}

/// A kind of device, as a word of the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum DeviceWord {
    Gamepad,
    Wheel,
    Joystick,
}

#[cfg(not(all(feature = "gamepad", target_os = "linux")))]
pub fn devices(_args: &Args) -> anyhow::Result<Done> {
    let why = if cfg!(feature = "gamepad") {
        "devices are listed on Linux only; pads work without it"
    } else {
        "this takeover was built without devices; build with `--features gamepad`"
    };
    Err(Usage(why.into()).into())
}

#[cfg(all(feature = "gamepad", target_os = "linux"))]
pub fn devices(args: &Args) -> anyhow::Result<Done> {
    if let Some(s) = args.seconds
        && !(s > 0.0 && s <= 1e6)
    {
        return Err(Usage(format!("--seconds: expected more than 0, got {s}")).into());
    }
    if let Some(deg) = args.lock_angle
        && !(90.0..=3000.0).contains(&deg)
    {
        return Err(Usage(format!(
            "--lock-angle: expected 90 to 3000 degrees, got {deg}"
        ))
        .into());
    }
    live::devices(args)
}

#[cfg(all(feature = "gamepad", target_os = "linux"))]
#[path = "devices_live.rs"]
mod live;
