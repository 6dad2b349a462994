//! `takeover vehicle PROFILE`: a vehicle on the proving ground, as a table.

use super::{Done, Usage, print, say};
use anyhow::Context;
use clap::ValueEnum;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use takeover::surface::Surface;
use takeover::vehicle::dynamics::Ground;
use takeover::vehicle::proving::{Drive, Manoeuvre, Sample};
use takeover::vehicle::{VehicleSpec, profile, profile_names};

const AFTER_HELP: &str = "\
Examples:
  takeover vehicle bmw_320i --manoeuvre step-steer --speed 20 --steer 0.03 --csv step.csv
  takeover vehicle saloon --manoeuvre brake --speed 30 --surface wet
  takeover vehicle my_car.ron --manoeuvre coast --speed 30 --duration 60

Manoeuvres:
  step-steer  constant speed, the road wheels turn at 0.2 rad/s from t = 1 s to the angle
  sine-steer  constant speed, 0.5 Hz of this amplitude from t = 0.5 to 4.5 s
  brake       full brake from t = 1 s until standstill
  coast       no pedals

Constant speed: without drag, rolling resistance and drive, so that only the bend slows it.
Columns: time s, position m, yaw rad, road-wheel angle rad, speeds m/s and accelerations m/s2 of the
centre of gravity along and across the heading, yaw rate rad/s. A row every 0.02 s.";

/// Drive a vehicle through a standard manoeuvre on an empty flat road, and print its motion.
#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// A vehicle that comes with the program, or a vehicle file (RON).
    #[arg(value_name = "PROFILE")]
    profile: String,
    /// What to drive.
    #[arg(long, value_enum)]
    manoeuvre: Kind,
    /// Speed at the start, m/s.
    #[arg(long, value_name = "M/S", allow_negative_numbers = true)]
    speed: f64,
    /// Road-wheel angle of the steering manoeuvres, rad, positive to the left.
    #[arg(long, value_name = "RAD", allow_negative_numbers = true)]
    steer: Option<f64>,
    /// What the road is covered with.
    #[arg(long, value_enum, default_value = "dry")]
    surface: Cover,
    /// Length of the run, s [default: 5; brake: until standstill, at most 600].
    #[arg(long, value_name = "S", allow_negative_numbers = true)]
    duration: Option<f64>,
    /// Where the table goes; - is standard output.
    #[arg(long, value_name = "FILE", default_value = "-")]
    csv: PathBuf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    StepSteer,
    SineSteer,
    Brake,
    Coast,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Cover {
    Dry,
    Wet,
    Snow,
    Ice,
}

impl Cover {
    fn surface(self) -> Surface {
        match self {
            Self::Dry => Surface::Dry,
            Self::Wet => Surface::Wet,
            Self::Snow => Surface::Snow,
            Self::Ice => Surface::Ice,
        }
    }
}

/// Most a run can start with, m/s.
const TOP_SPEED: f64 = 70.0;
/// s.
const LONGEST: f64 = 600.0;
/// A vehicle that leans more than this does not come back, rad.
const ROLLED_OVER: f64 = 0.9;
/// Ticks from row to row.
const EVERY: u64 = 2;

pub fn vehicle(args: &Args) -> anyhow::Result<Done> {
    let spec = find(&args.profile)?;
    in_range("--speed", args.speed, 0.0, TOP_SPEED, "m/s")?;
    let manoeuvre = manoeuvre(args, &spec)?;
    let duration = match args.duration {
        Some(duration) => {
            in_range("--duration", duration, 0.02, LONGEST, "s")?;
            duration
        }
        None if args.manoeuvre == Kind::Brake => LONGEST,
        None => 5.0,
    };
    let ground = Ground {
        friction: [args.surface.surface().friction(); 4],
        ..Ground::flat()
    };
    let samples = Drive::new(&spec, ground, args.speed).run(manoeuvre, duration, EVERY);
    if let Some(over) = samples.iter().find(|s| s.roll.abs() > ROLLED_OVER) {
        say(format_args!(
            "takeover: {} rolls over at {:.2} s; what comes after that is a body that tumbles",
            args.profile, over.time
        ));
    }
    let lines = std::iter::once(HEADER.to_string()).chain(samples.iter().map(row));
    if args.csv == Path::new("-") {
        print(lines)?;
    } else {
        let mut text = String::new();
        for line in lines {
            text.push_str(&line);
            text.push('\n');
        }
        std::fs::write(&args.csv, text)
            .with_context(|| format!("{}: cannot write the table", args.csv.display()))?;
        say(format_args!(
            "{}: {} rows, {}",
            args.csv.display(),
            samples.len(),
            summary(&samples)
        ));
    }
    Ok(Done::Fine)
}

/// The vehicle of this name or in this file.
fn find(name: &str) -> anyhow::Result<VehicleSpec> {
    if let Some(spec) = profile(name) {
        return Ok(spec);
    }
    let path = Path::new(name);
    if path.extension().is_none() && !path.exists() {
        let known: Vec<_> = profile_names().collect();
        return Err(Usage(format!(
            "PROFILE: expected one of {}, or a vehicle file (*.ron), got `{name}`",
            known.join(", ")
        ))
        .into());
    }
    Ok(VehicleSpec::load(path)?)
}

fn manoeuvre(args: &Args, spec: &VehicleSpec) -> anyhow::Result<Manoeuvre> {
    let name = args.manoeuvre.to_possible_value();
    let name = name.as_ref().map_or("", |v| v.get_name());
    let steers = matches!(args.manoeuvre, Kind::StepSteer | Kind::SineSteer);
    let angle = match args.steer {
        Some(angle) if steers => {
            let lock = f64::from(spec.steering.max_wheel_angle);
            // What is compared is what a person wrote: 0.6 is within a lock of 0.6.
            if !(angle.is_finite() && angle.abs() <= lock + 1e-6) {
                return Err(Usage(format!(
                    "--steer: expected a road-wheel angle of at most {:.3} rad either way, the lock of {}, got {angle}",
                    lock, args.profile
                ))
                .into());
            }
            angle
        }
        Some(angle) => {
            if angle != 0.0 {
                say(format_args!(
                    "takeover: {name} drives straight ahead: --steer {angle} is not used"
                ));
            }
            0.0
        }
        None if steers => {
            return Err(Usage(format!(
                "--steer: {name} needs a road-wheel angle in rad, for example --steer 0.03"
            ))
            .into());
        }
        None => 0.0,
    };
    let chosen = match args.manoeuvre {
        Kind::StepSteer => Manoeuvre::StepSteer { angle },
        Kind::SineSteer => Manoeuvre::SineSteer { amplitude: angle },
        Kind::Brake => Manoeuvre::Brake,
        Kind::Coast => Manoeuvre::Coast,
    };
    let fastest = f64::from(spec.steering.max_rate);
    if chosen.steer_rate() > fastest {
        say(format_args!(
            "takeover: {} turns its wheels at {fastest} rad/s at most, {name} asks for {:.2}: the steering lags behind",
            args.profile,
            chosen.steer_rate()
        ));
    }
    Ok(chosen)
}

fn in_range(what: &str, value: f64, low: f64, high: f64, unit: &str) -> anyhow::Result<()> {
    if (low..=high).contains(&value) {
        return Ok(());
    }
    Err(Usage(format!(
        "{what}: expected {low} to {high} {unit}, got {value}"
    ))
    .into())
}

const HEADER: &str = "t_s,x_m,y_m,yaw_rad,steer_rad,vx_mps,vy_mps,yaw_rate_radps,ax_mps2,ay_mps2";

fn row(s: &Sample) -> String {
    let values = [
        s.time, s.x, s.y, s.yaw, s.steer, s.vx, s.vy, s.yaw_rate, s.ax, s.ay,
    ];
    let mut line = String::with_capacity(100);
    for (i, value) in values.iter().enumerate() {
        if i > 0 {
            line.push(',');
        }
        // Writing to a string cannot fail.
        let _ = write!(line, "{value:.5}");
    }
    line
}

fn summary(samples: &[Sample]) -> String {
    let most = |get: fn(&Sample) -> f64| samples.iter().map(get).fold(0.0, f64::max);
    let last = samples.last();
    format!(
        "{:.2} s, {:.2} m ahead, {:.2} m to the left; most yaw rate {:.3} rad/s, most lateral acceleration {:.2} m/s2, end speed {:.2} m/s",
        last.map_or(0.0, |s| s.time),
        last.map_or(0.0, |s| s.x),
        last.map_or(0.0, |s| s.y),
        most(|s| s.yaw_rate.abs()),
        most(|s| s.ay.abs()),
        last.map_or(0.0, |s| s.vx),
    )
}
