//! `takeover run SCENARIO`: drive it.

use super::Done;
use std::path::PathBuf;
#[cfg(feature = "station")]
use std::str::FromStr;
use takeover::session::choice::Who;

/// Run a scenario, in the station's window or without one.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  takeover run scenarios/fog_bank.ron
      In the window. Pad: left stick steers, triggers are pedals, A takes over, B hands back.
      Keyboard: arrows or WASD, Space takes over, Backspace hands back, Esc ends.
  takeover run scenarios/fog_bank.ron --headless --operator none
      Nobody answers: the vehicle stops by itself.
  takeover run scenarios/fog_bank.ron --headless --operator script:my_script.ron --seed 7 --json
      Repeatable: the same script and seed give the same state_hash (in a window, with latency_cap,
      the screen's own delay counts as well: the log has it).
  takeover run scenarios/fog_bank.ron --link 4g
      Over another link than the scenario's.
  takeover run scenarios/fog_bank.ron --headless --realtime --operator human
      A gamepad without a window.
  takeover run scenarios/fog_bank.ron --alerts visual --patch top-left:100
      Alerts for the eye only, and a patch for a light sensor.

The log goes to runs/ and is never overwritten. Ctrl-C ends the run and closes its log (exit code 3).")]
pub struct Args {
    /// Scenario file (RON); `takeover list` shows what there is.
    #[arg(value_name = "SCENARIO")]
    pub scenario: PathBuf,
    /// No window. As fast as possible, unless --realtime.
    #[arg(long)]
    pub headless: bool,
    /// With --headless: at the speed of the wall clock.
    #[arg(long, requires = "headless")]
    pub realtime: bool,
    /// Who answers: human, model, none or script:FILE. Default: human in the window, model without.
    #[arg(long, value_name = "WHO")]
    pub operator: Option<Who>,
    /// Profile of the vehicle instead of the scenario's: `saloon`, `van`, ... (assets/vehicles).
    #[arg(long, value_name = "PROFILE")]
    pub vehicle: Option<String>,
    /// Another link than the scenario's: a preset (`takeover link` lists them) or a file (RON).
    #[arg(long, value_name = "PRESET|FILE")]
    pub link: Option<String>,
    /// Seed of everything random.
    #[arg(long, default_value_t = 1, allow_hyphen_values = true)]
    pub seed: u64,
    /// Folder for the log.
    #[arg(long, value_name = "DIR", default_value = "runs")]
    pub out: PathBuf,
    /// The log's own name, instead of one in the folder.
    #[arg(long, value_name = "FILE", conflicts_with = "out")]
    pub log: Option<PathBuf>,
    /// What to do if the log cannot be written on (full disk, folder gone); it is said at once.
    #[arg(long, value_name = "WHAT", value_enum, default_value_t)]
    pub if_record_fails: IfRecordFails,
    /// A human's device: use this profile (see `takeover devices`) for the devices it fits.
    #[arg(long, value_name = "FILE")]
    pub profile: Option<PathBuf>,
    /// How the operator is alerted, instead of the scenario's alerts: full, visual_sound, visual,
    /// sound, none, or a file (docs/alerts.md).
    #[arg(long, value_name = "NAME|FILE")]
    pub alerts: Option<String>,
    /// Print the result as one JSON object.
    #[arg(long)]
    pub json: bool,
    /// End by writing a report of the run into a folder beside its log.
    #[arg(long)]
    pub report: bool,
    #[command(flatten)]
    pub study: StudyArgs,
    /// In the window: save pictures of the request, the takeover and the end into this folder.
    #[cfg(feature = "station")]
    #[arg(long, value_name = "DIR", conflicts_with = "headless")]
    pub screenshots: Option<PathBuf>,
    /// In the window: close it when the run is over.
    #[cfg(feature = "station")]
    #[arg(long, conflicts_with = "headless")]
    pub close_at_end: bool,
    #[cfg(feature = "station")]
    #[command(flatten)]
    pub window: WindowArgs,
}

/// What becomes of a run whose record fails: a full disk, a folder that is gone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum IfRecordFails {
    /// It goes on: a participant sits in the chair.
    #[default]
    GoOn,
    /// It ends: without a record it is worth nothing.
    Stop,
}

/// What a study notes in the log.
#[derive(clap::Args, Clone, Debug, Default)]
#[command(next_help_heading = "For studies")]
pub struct StudyArgs {
    /// Who takes part: a code, never a name.
    #[arg(long, value_name = "CODE", value_parser = code)]
    pub participant: Option<String>,
    /// A condition of the study; can be given several times. `takeover analyze` compares by it.
    #[arg(long = "condition", value_name = "FACTOR=LEVEL", value_parser = condition)]
    pub conditions: Vec<(String, String)>,
}

#[cfg(feature = "sim")]
impl StudyArgs {
    /// A factor has one level in a run.
    pub fn check(&self) -> Result<(), super::Usage> {
        for (i, (factor, level)) in self.conditions.iter().enumerate() {
            if let Some((_, before)) = self.conditions[..i].iter().find(|c| c.0 == *factor) {
                return Err(super::Usage(format!(
                    "--condition: expected each factor once, got {factor}={before} and {factor}={level}"
                )));
            }
        }
        Ok(())
    }
}

fn code(text: &str) -> Result<String, String> {
    let fits = |c: char| c.is_alphanumeric() || "-_.".contains(c);
    if (1..=64).contains(&text.chars().count()) && text.chars().all(fits) {
        return Ok(text.into());
    }
    Err("expected a code of up to 64 letters, digits, `-`, `_` or `.`, for example P07".into())
}

fn condition(text: &str) -> Result<(String, String), String> {
    let wrong = || "expected FACTOR=LEVEL, for example alert=sound".to_string();
    let (factor, level) = text.split_once('=').ok_or_else(wrong)?;
    if factor.trim().is_empty() || level.trim().is_empty() {
        return Err(wrong());
    }
    Ok((factor.trim().into(), level.trim().into()))
}

/// How the window is opened.
#[cfg(feature = "station")]
#[derive(clap::Args, Clone, Debug, Default, PartialEq)]
pub struct WindowArgs {
    /// Size of the window, for example 1280x720 (the default).
    #[arg(long, value_name = "WxH")]
    pub size: Option<Size>,
    /// Full screen; F11 changes it.
    #[arg(long)]
    pub fullscreen: bool,
    /// On which monitor, from 1; the settings page lists them.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub monitor: Option<u16>,
    /// No pauses: for studies.
    #[arg(long)]
    pub no_pause: bool,
    #[command(flatten)]
    pub look: super::look::Args,
    /// A patch that flips with each alert, for a light sensor; corner and size in pixels, for
    /// example top-left:64.
    #[arg(long, value_name = "CORNER[:SIZE]")]
    pub patch: Option<takeover::station::Patch>,
    /// How large words are, 0.8 to 2.
    #[arg(long, value_name = "FACTOR", value_parser = text_scale)]
    pub text_scale: Option<f32>,
    /// The file of the station's settings, instead of the one in the user's configuration folder.
    #[arg(long, value_name = "FILE")]
    pub settings: Option<PathBuf>,
}

#[cfg(feature = "station")]
pub fn text_scale(text: &str) -> Result<f32, String> {
    match text.parse() {
        Ok(scale) if (0.8..=2.0).contains(&scale) => Ok(scale),
        _ => Err("expected a number from 0.8 to 2".into()),
    }
}

/// Width and height of a window, pixels.
#[cfg(feature = "station")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size(pub u32, pub u32);

#[cfg(feature = "station")]
impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected =
            || "expected WIDTHxHEIGHT from 320x200 to 7680x4320, for example 1280x720".to_string();
        let (w, h) = text.split_once('x').ok_or_else(expected)?;
        match (w.parse(), h.parse()) {
            (Ok(w @ 320..=7680), Ok(h @ 200..=4320)) => Ok(Self(w, h)),
            _ => Err(expected()),
        }
    }
}

#[cfg(not(feature = "sim"))]
pub fn run(_args: &Args) -> anyhow::Result<Done> {
    Err(super::Usage(
        "this takeover was built without the simulation; build with `--features sim` (headless) or `--features station`"
            .into(),
    )
    .into())
}

#[cfg(feature = "sim")]
pub fn run(args: &Args) -> anyhow::Result<Done> {
    #[cfg(feature = "station")]
    if args.headless && args.window != WindowArgs::default() {
        return Err(super::Usage(
            "--headless has no window: leave out --size, --fullscreen, --quality and the other options of the window".into(),
        )
        .into());
    }
    args.study.check()?;
    super::run_live::run(args)
}
