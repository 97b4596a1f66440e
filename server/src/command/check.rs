//! `zhaoxi check`: one line a thing, and an exit code for a script.

use super::{keys, now, open_what_is_there};
use crate::{assets::Assets, clock, code_sender::Destination, config::Config, sms_gateway::Gateway};
use jiff::Timestamp;
use std::{fmt::Display, process::ExitCode, sync::Arc};
use store::{
    DatabaseConnection, connect,
    deep_check::{Part, deep_check},
};

/// This program is newer than that: a clock that says less is wrong.
const NEWER_THAN: &str = "2026-11-01T00:00:00Z";

/// Of a rule that doesn't hold, so many findings are said.
const SAID: usize = 50;

/// Checks everything that can be checked, even after something failed, and changes nothing.
pub async fn check(config: &Config, deep: bool) -> ExitCode {
    let mut report = Report::default();
    let file = config.file.as_ref().map_or_else(|| "no file".to_owned(), |file| file.display().to_string());
    report.say("configuration", Ok::<_, String>(format!("{file}; listens on {}", config.addr)));
    report.say("sign-in codes", codes(config).await);
    report.say("assets", Assets::find(config.site_root.as_deref()).map(|found| found.root.display().to_string()));
    let db = open_what_is_there(&config.database).await;
    report.say("database", db.as_ref().map(|_| config.database.shown()));
    report.say("clock", is_sane(clock::own()));
    if let Ok(db) = &db {
        let tables = tables(db).await;
        let readable = tables.is_ok();
        report.say("tables", tables);
        if readable {
            report.say("keys", keys::check(config, db).await);
        }
        if config.database.is_sqlite() {
            report.say("SQLite", connect::sqlite_version(db).await);
        } else {
            report.say("clock of the database", agrees(db).await);
        }
        if deep && readable {
            report.look_deep(config, db).await;
        }
    }
    report.exit_code()
}

/// What is said, line by line, and whether all of it was well.
#[derive(Default)]
pub(super) struct Report {
    failed: bool,
}

impl Report {
    /// Reads all rows, and says what isn't true of them.
    pub(super) async fn look_deep(&mut self, config: &Config, db: &DatabaseConnection) {
        let parts = match now(config, db).await {
            Ok(now) => deep_check(db, now).await.map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        let parts = match parts {
            Ok(parts) => parts,
            Err(error) => return self.say("rows", Err::<String, _>(error)),
        };
        for Part { what, seen, findings } in parts {
            for finding in findings.iter().take(SAID) {
                self.say(what, Err::<&str, _>(finding));
            }
            match findings.len() {
                0 => self.say(what, Ok::<_, String>(seen)),
                count if count > SAID => println!("        {what}: and {} more", count - SAID),
                _ => {}
            }
        }
    }

    pub(super) fn exit_code(&self) -> ExitCode {
        if self.failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
    }

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

/// Where sign-in codes go, and whether that can be reached; no message is sent.
async fn codes(config: &Config) -> Result<String, String> {
    let sender = &config.code_sender;
    match sender {
        _ if config.demo => Ok("shown on the page: this is a demo".to_owned()),
        Destination::Console => {
            Ok("console: nobody can sign in by phone but who reads it; no --sms-url is given".to_owned())
        }
        Destination::File(_) => Ok(sender.to_string()),
        Destination::Gateway { url, secret_file } => {
            let gateway = Gateway::open(url.clone(), secret_file, Arc::new(clock::own));
            let reached = gateway.map_err(|error| error.to_string())?.reach().await;
            let reached = reached.map_err(|why| format!("{sender}: {why}"))?;
            let open = if url.is_open() { "; numbers and codes cross the network in the clear" } else { "" };
            Ok(format!("{sender}: {reached}{open}"))
        }
    }
}

async fn tables(db: &DatabaseConnection) -> Result<String, String> {
    let applied = connect::migrations_of(db).await.map_err(|error| error.to_string())?;
    let known = connect::known_migrations();
    if let Some(unknown) = applied.iter().find(|name| !known.contains(name)) {
        return Err(format!("a newer zhaoxi has been at work: {unknown} is unknown to this one"));
    }
    match known.len() - applied.len() {
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
