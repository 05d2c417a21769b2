//! The command line: the only user of the clock, the environment and the terminal. Results go to stdout, talk to stderr.

mod args;
mod commands;
mod key;
mod output;
mod profile;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;

pub use args::{Args, command};

/// Parses the command line, does what it says and gives the process its exit code.
pub fn main() -> ExitCode {
    run(std::env::args_os())
}

fn run(words: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args = match Args::try_parse_from(words) {
        Ok(args) => args,
        Err(error) => {
            // Help and version are results, everything else is a fault of usage.
            let _ = error.print();
            return ExitCode::from(if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) { 0 } else { 2 });
        }
    };
    let console = output::Console::new(&args.common);
    match commands::dispatch(&args, &console) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            console.error(&error);
            ExitCode::from(error.exit_code())
        }
    }
}
