//! `zhaoxi keys`: the file of the keys by which care details are sealed.

use super::{Failure, open_what_is_there};
use crate::{
    cli,
    config::{Config, DatabaseSetting},
};
use std::path::{Path, PathBuf};
use store::{
    DatabaseConnection,
    sealed::{self, Keys, KeysError, Ring},
};

/// Does what is asked.
pub async fn keys(config: &Config, what: &cli::Keys) -> Result<(), Failure> {
    let file = file_of(&config.database, config.keys_file.as_deref()).ok_or(NO_FILE)?;
    if let cli::Keys::New = what {
        Ring::new()?.create(&file)?;
        println!("the keys are in {}: keep a copy of it, apart from the copies of the database", file.display());
        return Ok(());
    }
    // Before anything of the database is touched.
    Ring::read(&file)?;
    let db = open_what_is_there(&config.database).await?;
    let keys = Keys::of(&file);
    match what {
        cli::Keys::New => {}
        cli::Keys::Rotate => {
            let key = sealed::rotate(&db, &file).await?;
            println!("key {key} seals from now on: keep a copy of {}", file.display());
            reseal(&db, &keys).await?;
        }
        cli::Keys::Reseal => reseal(&db, &keys).await?,
        cli::Keys::Drop { key } => {
            sealed::drop_key(&db, &file, *key).await?;
            println!("key {key} is gone; backups that were made before can't be read without it");
        }
        cli::Keys::List => list(&db, &keys, &file).await?,
    }
    store::connect::close(db).await?;
    Ok(())
}

const NO_FILE: &str = "no key file is named: give --keys-file FILE, or ZHAOXI_KEYS_FILE";

async fn reseal(db: &DatabaseConnection, keys: &Keys) -> Result<(), Failure> {
    let sealed = sealed::reseal(db, keys, |sealed| eprintln!("{sealed} rows …")).await?;
    println!("{sealed} rows were sealed anew");
    Ok(())
}

async fn list(db: &DatabaseConnection, keys: &Keys, file: &Path) -> Result<(), Failure> {
    let (ring, mut used) = (Ring::read(file)?, sealed::used(db).await?);
    for (n, key) in ring.ids().into_iter().enumerate() {
        let rows = used.remove(&key).unwrap_or_default();
        println!("key {key}: {rows} rows{}", if n == 0 { ", and seals" } else { "" });
    }
    for (key, rows) in used {
        println!("key {key}: {rows} rows, and it is NOT in {}", file.display());
    }
    sealed::check(db, keys).await?;
    Ok(())
}

/// Whether the file is there and opens what is sealed, for `zhaoxi check`.
pub async fn check(config: &Config, db: &DatabaseConnection) -> Result<String, String> {
    let file = file_of(&config.database, config.keys_file.as_deref()).ok_or(NO_FILE)?;
    let ring = match Ring::read(&file) {
        Err(KeysError::Missing(_)) if config.database.is_sqlite() && config.keys_file.is_none() => {
            let used = sealed::used(db).await.map_err(|error| error.to_string())?;
            return match used.is_empty() {
                true => Ok(format!("none yet; `zhaoxi serve` makes {}", file.display())),
                false => Err(KeysError::Missing(file).to_string()),
            };
        }
        ring => ring.map_err(|error| error.to_string())?,
    };
    sealed::check(db, &Keys::of(&file)).await.map_err(|error| error.to_string())?;
    Ok(format!("{}, key {} seals", file.display(), ring.current()))
}

/// The file of the keys: the one that is named, or the one beside an SQLite file.
pub fn file_of(database: &DatabaseSetting, named: Option<&Path>) -> Option<PathBuf> {
    named.map(Path::to_owned).or_else(|| Some(database.file()?.with_extension("keys")))
}

/// The keys to go on with. Beside an SQLite file in which nothing is sealed yet they are made where they are missing; over
/// PostgreSQL, which may have other nodes, somebody has to. Where they are missing or wrong though something is sealed,
/// that is said, and all the rest works.
pub async fn open(
    database: &DatabaseSetting,
    named: Option<&Path>,
    demo: bool,
    db: &DatabaseConnection,
) -> Result<Keys, Failure> {
    let Some(file) = file_of(database, named) else {
        if demo || database.is_sqlite() {
            tracing::warn!("{NO_FILE}; until then no care details can be kept or read");
            return Ok(Keys::none());
        }
        return Err(
            format!("{NO_FILE}; `zhaoxi keys new --keys-file FILE` makes one, and all nodes need the same").into()
        );
    };
    let keys = Keys::of(&file);
    match Ring::read(&file) {
        Ok(_) => {}
        Err(KeysError::Missing(_)) if database.is_sqlite() && sealed::used(db).await?.is_empty() => {
            Ring::new()?.create(&file)?;
            let file = file.display();
            tracing::warn!("the keys of care details are in {file}: keep a copy of it, apart from the backups");
        }
        Err(error @ KeysError::Missing(_)) if !database.is_sqlite() => {
            return Err(format!("{error}: `zhaoxi keys new` makes one, and all nodes need the same").into());
        }
        Err(error) => tracing::error!("{error}; until it is there no care details can be kept or read"),
    }
    if let Err(error) = sealed::check(db, &keys).await {
        tracing::error!("{error}");
    }
    Ok(keys)
}
