//! The `stratus` program: everything is in the library.

#![cfg_attr(windows, windows_subsystem = "windows")]

use std::process::ExitCode;

fn main() -> ExitCode {
    stratus::cmd::main()
}
