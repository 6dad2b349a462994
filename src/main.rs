//! The command line: one file per verb in `cli/`.

mod cli;

fn main() -> std::process::ExitCode {
    cli::main()
}
