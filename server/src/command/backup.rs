//! `zhaoxi backup` and `zhaoxi backup-key`

use super::{Failure, now, open_what_is_there};
use crate::{cli::Sealing, config::Config};
use std::{
    fs::{self, OpenOptions},
    io::Write,
    path::Path,
};
use store::backup::{Key, back_up};

/// Writes all rows into a file, while others use the database.
pub async fn backup(config: &Config, file: &Path, seal: &Sealing) -> Result<(), Failure> {
    let key = key(seal)?;
    let db = open_what_is_there(&config.database).await?;
    let rows = back_up(&db, file, key.as_ref(), now(config, &db).await?).await?;
    store::connect::close(db).await?;
    let sealed = if key.is_some() { "sealed" } else { "not sealed: whoever has it can read it" };
    println!("{} is in {}, {sealed}", config.database.shown(), file.display());
    println!("{} rows of {} tables", rows.values().sum::<u64>(), rows.len());
    Ok(())
}

/// Makes a key.
pub fn new_key(file: &Path) -> Result<(), Failure> {
    let failed = |why| format!("{} can't be written: {why}", file.display());
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let key = Key::generate().map_err(failed)?;
    let mut out = options.open(file).map_err(failed)?;
    out.write_all(key.to_text().as_bytes()).and_then(|()| out.sync_all()).map_err(failed)?;
    println!("a new key is in {}: keep a copy elsewhere, and not beside the backups", file.display());
    Ok(())
}

/// The key that a backup is sealed with; none if it is not to be.
pub(super) fn key(seal: &Sealing) -> Result<Option<Key>, Failure> {
    let Some(file) = &seal.key_file else { return Ok(None) };
    let text = fs::read_to_string(file).map_err(|why| format!("the key {} can't be read: {why}", file.display()))?;
    let key = Key::from_text(&text);
    key.map(Some).ok_or_else(|| {
        let name = file.display();
        format!("{name} holds no key: 32 bytes in base64 are needed, as `zhaoxi backup-key` makes them").into()
    })
}
