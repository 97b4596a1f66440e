//! What the browser must fetch, beside an empty hydrated Leptos app.

use crate::Failure;
use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

/// The sizes of the files of one kind, raw and brotli.
fn sizes(folder: &Path, matches: impl Fn(&str) -> bool) -> Result<(u64, u64), Failure> {
    let (mut raw, mut brotli) = (0, 0);
    for file in files(folder)? {
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if !matches(&name) {
            continue;
        }
        raw += fs::metadata(&file)?.len();
        let mut pressed = file.into_os_string();
        pressed.push(".br");
        brotli += fs::metadata(&pressed).map(|meta| meta.len()).unwrap_or(0);
    }
    Ok((raw, brotli))
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { found.extend(files(&path)?) } else { found.push(path) }
    }
    Ok(found)
}

/// Writes a section of the report.
pub fn report(site: &Path, empty: &Path) -> Result<String, Failure> {
    let pkg = site.join("pkg");
    let main = sizes(&pkg, |name| name == "zhaoxi.wasm" || name == "zhaoxi_bg.wasm")?;
    let all = sizes(&pkg, |name| name.ends_with(".wasm"))?;
    let style = sizes(&pkg, |name| name.ends_with(".css"))?;
    let least = sizes(empty, |name| name.ends_with(".wasm"))?;
    let mut report = String::from("## Bytes\n\n| | raw | brotli |\n|---|---|---|\n");
    for (what, (raw, brotli)) in
        [("wasm, first page", main), ("wasm, all pages", all), ("CSS", style), ("an empty Leptos app's wasm", least)]
    {
        writeln!(report, "| {what} | {raw} | {brotli} |")?;
    }
    let ratio = |a: u64, b: u64| a as f64 / b.max(1) as f64;
    writeln!(
        report,
        "| first page beside the empty app | {:.2} | {:.2} |",
        ratio(main.0, least.0),
        ratio(main.1, least.1)
    )?;
    Ok(report)
}
