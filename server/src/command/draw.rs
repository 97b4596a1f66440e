//! `zhaoxi draw verify`: does a published draw again.

use super::Failure;
use domain::draw::{Published, verify as verify_draw};
use std::path::Path;

/// Reads a published draw and says whether its order follows from its seed.
pub fn verify(file: &Path) -> Result<(), Failure> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("{} can't be read: {error}", file.display()))?;
    let published: Published =
        serde_json::from_str(&text).map_err(|error| format!("{} is not a published draw: {error}", file.display()))?;
    verify_draw(&published).map_err(|wrong| format!("{}: {wrong}", published.title))?;
    println!("{}", published.title);
    println!("the seed is the one that was committed to: {}", published.commitment);
    println!("{} applied, and were drawn in the order that follows from it", published.order.len());
    Ok(())
}
