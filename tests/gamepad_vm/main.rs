//! Real kernel gamepad events, in a virtual machine: are logged input times the injected ones?
//!
//! Needs the `gamepad-vm` tool (a QEMU machine with a virtual pad): `TAKEOVER_GAMEPAD_VM` names it,
//! and without that the test says so and passes, because it measures times and wants a machine to
//! itself. `TAKEOVER_GAMEPAD_VM_LONG=1` makes scripts long (silences up to 60 s). The same binary is the host's side and, started with `inside`, the program
//! that runs in the machine: a session with a person at real devices and a screen that takes a given
//! time for each picture, beside the command line's own `takeover run`.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test program reports and fails loudly"
)]

mod compare;
mod devices;
mod inside;
mod script;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.first().map(String::as_str) {
        Some("inside") => {
            inside::run(&args[1..]);
            return ExitCode::SUCCESS;
        }
        Some("inside-devices") => {
            devices::run();
            return ExitCode::SUCCESS;
        }
        _ => {}
    }
    // As the usual test programs: a word that does not fit our name means another test.
    let filtered = |a: &String| !a.starts_with('-') && !"gamepad_vm".contains(a.as_str());
    if args.iter().any(filtered) || args.iter().any(|a| a == "--list") {
        return ExitCode::SUCCESS;
    }
    let Some(tool) = std::env::var_os("TAKEOVER_GAMEPAD_VM").map(PathBuf::from) else {
        println!(
            "gamepad_vm: skipped, it takes minutes on a quiet machine: TAKEOVER_GAMEPAD_VM=TOOL runs it (docs/devices.md)"
        );
        return ExitCode::SUCCESS;
    };
    if !tool.exists() {
        println!(
            "gamepad_vm: no virtual machine: {} is missing",
            tool.display()
        );
        return ExitCode::FAILURE;
    }
    let folder = tempfile::tempdir().unwrap();
    let out = std::env::var_os("TAKEOVER_GAMEPAD_VM_OUT")
        .map_or_else(|| folder.path().to_path_buf(), PathBuf::from);
    if compare::all(&Vm { tool, out }) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// The tool's exit status when it, not the program in the machine, has failed.
const HARNESS_FAILED: i32 = 125;

/// The virtual machine.
pub struct Vm {
    tool: PathBuf,
    out: PathBuf,
}

impl Vm {
    /// Plays a script while a program runs, from when it says `READY` or, if it never does, from
    /// its start; the folder with what came back. The program finds the scenario beside it.
    pub fn run(
        &self,
        name: &str,
        script: &str,
        seconds: u32,
        says_ready: bool,
        fog: bool,
        program: &[&str],
    ) -> PathBuf {
        let folder = self.out.join(name);
        std::fs::create_dir_all(&folder).unwrap();
        let events = folder.join("script");
        std::fs::write(&events, script).unwrap();
        let scenario = folder.join("fog_bank.ron");
        let mut text = std::fs::read_to_string(project("scenarios/fog_bank.ron")).unwrap();
        let changes: &[(&str, &str)] = if fog {
            // Sooner than in the library: a request after 15 s.
            &[("from: 1300.0, to: 1800.0", "from: 420.0, to: 920.0")]
        } else {
            // Nothing to ask about, so that the run lasts.
            &[
                (
                    "fog: [(from: 1300.0, to: 1800.0, visibility: 45.0, edge: 250.0)],",
                    "",
                ),
                ("speed: 4.0, rate: 2.5", "speed: 22.0, rate: 1.0"),
            ]
        };
        for (from, to) in changes {
            assert!(text.contains(from), "the scenario no longer has `{from}`");
            text = text.replace(from, to);
        }
        std::fs::write(&scenario, text).unwrap();
        let (binary, args) = program.split_first().unwrap();
        let run = || {
            Command::new(&self.tool)
                .args(if says_ready {
                    &["--start-on", "READY"][..]
                } else {
                    &[]
                })
                .args(["--timeout", &(seconds + 40).to_string(), "--script"])
                .arg(&events)
                .arg("--out")
                .arg(folder.join("out"))
                .arg("--file")
                .arg(&scenario)
                .arg("--")
                .arg(binary)
                .args(args)
                .stdin(Stdio::null())
                .output()
                .unwrap()
        };
        let mut output = run();
        if output.status.code() == Some(HARNESS_FAILED) {
            // On a busy machine it may not boot in time.
            output = run();
        }
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        let status = output.status;
        let folder = folder.join("out");
        let said = std::fs::read_to_string(folder.join("stderr")).unwrap_or_default();
        assert!(status.success(), "{name}: {status}\n{said}\n{told}");
        folder
    }
}

pub fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}
