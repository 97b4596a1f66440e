//! The commands, one file each.

pub mod audit;
pub mod backup;
pub mod check;
pub mod demo;
pub mod draw;
pub mod keys;
pub mod migrate;
pub mod restore;
pub mod serve;
pub mod staff;

use crate::{
    cli::{Audit, Cli, Command, Draw, Staff},
    clock,
    config::{Config, DatabaseSetting},
};
use jiff::Timestamp;
use std::{error::Error, io::IsTerminal, process::ExitCode};
use store::DatabaseConnection;
use tracing_subscriber::EnvFilter;

/// A failure that ends a command, in words for whoever typed it.
pub type Failure = Box<dyn Error + Send + Sync>;

/// What is logged unless RUST_LOG says otherwise.
const LOG: &str = "info,hyper=warn,sqlx=warn,sea_orm=warn,sea_orm_migration=warn,tower_sessions=error,\
                   tower_sessions_core=error";

/// Does what the command line says.
pub fn run(cli: Cli) -> ExitCode {
    // Whoever checks a draw has the file, and needs neither settings nor a database.
    if let Command::Draw(Draw::Verify { file }) = &cli.command {
        return draw::verify(file).map_or_else(|error| fail(&error), |()| ExitCode::SUCCESS);
    }
    let config = match Config::read(cli.settings) {
        Ok(config) => config,
        Err(error) if matches!(cli.command, Command::Check { .. }) => {
            println!("FAILED  configuration: {error}");
            return ExitCode::FAILURE;
        }
        Err(error) => return fail(&error.into()),
    };
    start_log(config.log_json, matches!(cli.command, Command::Backup { .. }));
    // A page is one deep type: unoptimized, rendering it needs more stack than tokio's 2 MiB.
    let runtime = tokio::runtime::Builder::new_multi_thread().thread_stack_size(16 << 20).enable_all().build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error.into()),
    };
    let done = runtime.block_on(async {
        match cli.command {
            Command::Serve => serve::serve(config).await,
            Command::Migrate => migrate::migrate(&config).await,
            Command::Demo => demo::demo(&config).await,
            Command::Backup { file, seal } => backup::backup(&config, &file, &seal).await,
            Command::BackupKey { file } => backup::new_key(&file),
            Command::Restore { file, seal } => return restore::restore(&config, &file, &seal).await,
            Command::Staff(Staff::Add(new)) => staff::add(&config, new).await,
            Command::Keys(what) => keys::keys(&config, &what).await,
            Command::Draw(_) => Ok(()),
            Command::Audit(Audit::Verify(asked)) => return audit::verify(&config, asked).await,
            Command::Check { deep } => return Ok(check::check(&config, deep).await),
        }
        .map(|()| ExitCode::SUCCESS)
    });
    done.unwrap_or_else(|error: Failure| fail(&error))
}

fn fail(error: &Failure) -> ExitCode {
    eprintln!("zhaoxi: {error}");
    ExitCode::FAILURE
}

/// The log goes to the standard error: the standard output is for what a command has to say.
/// Whoever reads `all` rows is not warned that a statement took long.
fn start_log(json: bool, all: bool) {
    let usual = if all { LOG.replace("sqlx=warn", "sqlx=error") } else { LOG.to_owned() };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(usual));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if json {
        log.json().flatten_event(true).with_current_span(false).with_span_list(false).init();
    } else {
        log.with_ansi(std::io::stderr().is_terminal()).with_target(false).init();
    }
}

/// Opens the database; the folder of the default one is made.
async fn open(setting: &DatabaseSetting) -> Result<DatabaseConnection, Failure> {
    if let Some(folder) = &setting.folder {
        std::fs::create_dir_all(folder).map_err(|error| format!("{} can't be made: {error}", folder.display()))?;
    }
    let opened = store::connect::connect(&setting.url).await;
    opened.map_err(|error| format!("the database {} can't be opened: {error}", setting.shown()).into())
}

/// What time it is, by the clock that the database's rows go by.
async fn now(config: &Config, db: &DatabaseConnection) -> Result<Timestamp, Failure> {
    if !config.database.is_sqlite() {
        clock::follow(db).await?;
    }
    Ok(clock::now())
}

/// Opens the database, but makes none.
async fn open_what_is_there(setting: &DatabaseSetting) -> Result<DatabaseConnection, String> {
    let shown = setting.shown();
    let is_missing = setting.file().is_some_and(|file| !file.exists());
    if is_missing {
        return Err(format!("{shown} is missing: `zhaoxi migrate` makes it"));
    }
    store::connect::connect(&setting.url).await.map_err(|error| format!("{shown}: {error}"))
}
