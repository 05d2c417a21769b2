//! The command line: the only user of the clock, the environment and the terminal. Results go to stdout, talk to stderr.

mod allocator;
mod args;
mod commands;
mod key;
mod output;
mod pdf;
mod profile;

pub use allocator::keep_freed_memory;

use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;

pub use args::{Args, command};

/// Parses the command line, does what it says and gives the process its exit code.
pub fn main() -> ExitCode {
    keep_freed_memory();
    // A panic is a defect of ours. Where it happened may be told; its message may hold values of the user's data and may not.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map_or_else(|| "an unknown place".to_string(), |l| format!("{}:{}", l.file().rsplit("/src/").next().unwrap_or_default(), l.line()));
        let _ = writeln!(
            std::io::stderr(),
            "spendtrace: stopped by a defect at {place}; the tables are those of the last finished stage. Please report the place and the command."
        );
    }));
    std::panic::catch_unwind(|| run(std::env::args_os())).unwrap_or(ExitCode::from(crate::error::DEFECT))
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
