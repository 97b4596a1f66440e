//! The binary `zhaoxi`.

use clap::Parser;
use server::{cli::Cli, command};
use std::process::ExitCode;

fn main() -> ExitCode {
    command::run(Cli::parse())
}
