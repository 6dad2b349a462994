//! Integration tests, one binary. `cli`, `scenarios` and `determinism` say what they need.

#![allow(clippy::panic, reason = "a test that panics is a test that reports")]

mod alerts;
mod export;
mod export_limits;
mod export_raw;
mod label;
mod long;
mod manual;
mod map;
mod network_mistakes;
mod networks;
mod queries;
mod scenarios;
mod traffic_file;
mod vehicle;

#[cfg(feature = "sim")]
mod analysis;
#[cfg(feature = "sim")]
mod assess;
#[cfg(feature = "sim")]
mod authority;
#[cfg(feature = "sim")]
mod autopilot;
#[cfg(feature = "sim")]
mod calibration;
#[cfg(feature = "sim")]
mod cli;
#[cfg(feature = "sim")]
mod determinism;
#[cfg(all(feature = "sim", feature = "gamepad", target_os = "linux"))]
mod devices;
#[cfg(feature = "sim")]
mod diff;
#[cfg(feature = "sim")]
mod driving;
#[cfg(feature = "sim")]
mod durability;
#[cfg(feature = "sim")]
mod fork;
#[cfg(feature = "sim")]
mod human;
#[cfg(feature = "sim")]
mod library;
#[cfg(feature = "sim")]
mod link;
#[cfg(feature = "sim")]
mod others;
#[cfg(feature = "sim")]
mod pause;
#[cfg(feature = "sim")]
mod record;
#[cfg(feature = "sim")]
mod referee;
#[cfg(feature = "sim")]
mod replay;
#[cfg(feature = "station")]
mod shell;
#[cfg(feature = "station")]
mod views;
#[cfg(feature = "station")]
mod window;

mod told;

/// What several tests need.
mod common {
    use std::path::PathBuf;
    use std::process::Command;

    /// A file of this project.
    pub fn project(path: &str) -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)
    }

    /// The program, started in the project's folder.
    pub fn takeover() -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_takeover"));
        command.current_dir(env!("CARGO_MANIFEST_DIR"));
        command
    }

    /// Standard output, standard error and exit code of a finished program.
    pub fn output(command: &mut Command) -> (String, String, i32) {
        let out = command.output().expect("the program starts");
        (
            String::from_utf8_lossy(&out.stdout).into_owned(),
            String::from_utf8_lossy(&out.stderr).into_owned(),
            out.status.code().expect("not killed by a signal"),
        )
    }
}
