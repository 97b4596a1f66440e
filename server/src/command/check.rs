//! `zhaoxi check`: one line a thing, and an exit code for a script.

use super::{keys, open_what_is_there};
use crate::{assets::Assets, clock, config::Config};
use jiff::Timestamp;
use sea_orm_migration::MigratorTrait;
use std::{fmt::Display, process::ExitCode};
use store::{DatabaseConnection, connect, migration::Migrator};

/// This program is newer than that: a clock that says less is wrong.
const NEWER_THAN: &str = "2026-11-01T00:00:00Z";

/// Checks everything that can be checked, even after something failed, and changes nothing.
pub async fn check(config: &Config) -> ExitCode {
    let mut report = Report { failed: false };
    let file = config.file.as_ref().map_or_else(|| "no file".to_owned(), |file| file.display().to_string());
    let sender = &config.code_sender;
    report.say("configuration", Ok::<_, String>(format!("{file}; listens on {}; codes go to {sender}", config.addr)));
    report.say("assets", Assets::find(config.site_root.as_deref()).map(|found| found.root.display().to_string()));
    let db = open_what_is_there(&config.database).await;
    report.say("database", db.as_ref().map(|_| config.database.shown()));
    report.say("clock", is_sane(clock::own()));
    if let Ok(db) = &db {
        report.say("tables", tables(db).await);
        report.say("keys", keys::check(config, db).await);
        if config.database.is_sqlite() {
            report.say("SQLite", connect::sqlite_version(db).await);
        } else {
            report.say("clock of the database", agrees(db).await);
        }
    }
    if report.failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

struct Report {
    failed: bool,
}

impl Report {
    fn say(&mut self, what: &str, found: Result<impl Display, impl Display>) {
        match found {
            Ok(found) => println!("ok      {what}: {found}"),
            Err(error) => {
                self.failed = true;
                println!("FAILED  {what}: {error}");
            }
        }
    }
}

async fn tables(db: &DatabaseConnection) -> Result<String, String> {
    let pending = Migrator::get_pending_migrations_read_only(db).await.map_err(|error| error.to_string())?;
    match pending.len() {
        0 => Ok("up to date".to_owned()),
        count => Err(format!("{count} migrations are pending: run `zhaoxi migrate`")),
    }
}

fn is_sane(now: Timestamp) -> Result<String, String> {
    let sane = NEWER_THAN.parse().is_ok_and(|earliest: Timestamp| now >= earliest);
    if sane { Ok(now.to_string()) } else { Err(format!("{now} is before this program was written")) }
}

/// SQLite has no clock but this machine's. A database of its own has one, and every node goes by that; a machine whose
/// own is wrong still writes wrong times into its log, and checks certificates by it.
async fn agrees(db: &DatabaseConnection) -> Result<String, String> {
    let (ours, theirs) = (clock::own(), store::clock::time_of(db).await.map_err(|error| error.to_string())?);
    let apart = theirs.duration_since(ours).abs();
    if apart <= clock::APART {
        Ok(theirs.to_string())
    } else {
        Err(format!("{theirs} is {apart:#} from this machine's"))
    }
}
