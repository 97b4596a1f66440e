//! `zhaoxi restore`

use super::{Failure, backup::key, check::Report, open};
use crate::{cli::Sealing, config::Config};
use std::{path::Path, process::ExitCode};

/// Takes a backup into an empty database, and says what the deep check finds in it.
pub async fn restore(config: &Config, file: &Path, seal: &Sealing) -> Result<ExitCode, Failure> {
    let key = key(seal)?;
    let fresh = config.database.file().is_some_and(|file| !file.exists());
    let db = open(&config.database).await?;
    let restored = store::backup::restore(&db, file, key.as_ref()).await;
    let restored = match restored {
        Ok(restored) => restored,
        Err(error) => {
            store::connect::close(db).await?;
            if let Some(made) = config.database.file().filter(|_| fresh) {
                let _ = std::fs::remove_file(made);
            }
            return Err(error.into());
        }
    };
    let (rows, tables) = (restored.rows.values().sum::<u64>(), restored.rows.len());
    println!(
        "{} rows of {tables} tables, as they were at {}, are in {}",
        rows,
        restored.taken_at,
        config.database.shown()
    );
    let mut report = Report::default();
    report.look_deep(config, &db).await;
    store::connect::close(db).await?;
    Ok(report.exit_code())
}
