//! The thin binary: parse, run, exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    spendtrace::allocator::keep_freed_memory();
    spendtrace::cli::main()
}
