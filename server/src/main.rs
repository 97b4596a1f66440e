//! The binary `zhaoxi`.

use clap::Parser;
use server::{cli::Cli, command};
use std::process::ExitCode;

/// Rendering a page is thousands of small allocations. Without huge pages, which would hold half as much again.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    command::run(Cli::parse())
}
