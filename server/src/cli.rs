//! The command line: what may be said. What it comes to is in `config`.

use clap::{Args, Parser, Subcommand};
use domain::{code::Code, rights::StaffRole};
use serde::Deserialize;
use std::{net::SocketAddr, path::PathBuf, str::FromStr};
use store::audit_seal::Head;

/// 朝夕: the calendar of a community centre.
#[derive(Debug, Parser)]
#[command(name = "zhaoxi", version)]
pub struct Cli {
    /// Applies to every command.
    #[command(flatten)]
    pub settings: Settings,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve pages, requests and feeds; the database is brought up to date first
    Serve,
    /// Bring the database's tables up to date
    Migrate,
    /// Load the demo communities into an empty database
    Demo,
    /// Write all rows into a file, as they are at one moment, while the database is in use. Login sessions and sign-in codes
    /// are not in it
    Backup {
        /// The file, which must not be there yet
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// With what it is sealed
        #[command(flatten)]
        seal: Sealing,
    },
    /// Make a new key for backups, in a file that must not be there yet. Without it no sealed backup can be read: keep a
    /// copy elsewhere, and not beside the backups
    BackupKey {
        /// The file
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Take a backup into an empty database, SQLite or PostgreSQL, whichever it came from; then check it deep
    Restore {
        /// The backup
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// With what it is sealed
        #[command(flatten)]
        seal: Sealing,
    },
    /// Give people work to do
    #[command(subcommand)]
    Staff(Staff),
    /// Look into the audit
    #[command(subcommand)]
    Audit(Audit),
    /// Make and change the keys by which the database keeps what is nobody else's business
    #[command(subcommand)]
    Keys(Keys),
    /// Look into a draw
    #[command(subcommand)]
    Draw(Draw),
    /// Check configuration, database, clock and assets: one line each, exit code 1 if one fails
    Check {
        /// Also read all rows: the database itself, bookings and places against the rules, the audit's chains
        #[arg(long)]
        deep: bool,
    },
}

/// How a backup is sealed.
#[derive(Args, Clone, Debug)]
#[group(required = true, multiple = false)]
pub struct Sealing {
    /// The file of its key, as `zhaoxi backup-key` makes it
    #[arg(long, env = "ZHAOXI_BACKUP_KEY_FILE", value_name = "FILE")]
    pub key_file: Option<PathBuf>,
    /// Not at all: whoever has the file can read it, and write another
    #[arg(long)]
    pub unsealed: bool,
}

/// Who changed what.
#[derive(Debug, Subcommand)]
pub enum Audit {
    /// Read the audit's hash chains again and say what was edited, deleted, inserted or put in another order: exit code 1
    /// if something was. Prints the head of each chain, to be written down elsewhere and named by --head later
    Verify(VerifyAudit),
}

/// Which chains to read.
#[derive(Debug, Args)]
pub struct VerifyAudit {
    /// Only this community's, by its short name
    #[arg(long, value_name = "SLUG")]
    pub community: Option<String>,
    /// A head as it was printed earlier: it must still be in its chain. May be given several times
    #[arg(long, value_name = "SLUG:NUMBER:HASH")]
    pub head: Vec<NotedHead>,
}

/// The head of a community's chain, written down earlier.
#[derive(Clone, Debug)]
pub struct NotedHead {
    /// The community's short name.
    pub community: String,
    /// The head.
    pub head: Head,
}

impl FromStr for NotedHead {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (community, head) = text.split_once(':').ok_or("SLUG:NUMBER:HASH is needed")?;
        Ok(Self { community: community.to_owned(), head: head.parse()? })
    }
}

/// A draw that was published.
#[derive(Debug, Subcommand)]
pub enum Draw {
    /// Draw the lots of a published draw again, from its file: exit code 1 if they fall otherwise
    Verify {
        /// The file, as its page offers it
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
}

/// The keys of what is kept sealed.
#[derive(Debug, Subcommand)]
pub enum Keys {
    /// Make the key file, which must not be there yet
    New,
    /// Put a new key into the file, and seal by it what older ones sealed, while the server runs
    Rotate,
    /// Seal by the newest key what older ones sealed: after a rotation that was cut off
    Reseal,
    /// Take a key out of the file that seals nothing any more
    Drop {
        /// Its number, as `zhaoxi keys list` tells it
        #[arg(value_name = "NUMBER")]
        key: i32,
    },
    /// Say which keys the file has, and how much each seals
    List,
}

/// Who works for a community.
#[derive(Debug, Subcommand)]
pub enum Staff {
    /// Add somebody who signs in by name and password. The password is read from ZHAOXI_PASSWORD or from the
    /// standard input, never from an argument, which every user of the machine could see.
    Add(NewStaff),
}

/// Somebody new.
#[derive(Debug, Args)]
pub struct NewStaff {
    /// The community's short name, as in its address
    #[arg(long, value_name = "SLUG")]
    pub community: String,
    /// The name to sign in with
    #[arg(long, value_name = "NAME")]
    pub login: String,
    /// The name that others see, 姓名
    #[arg(long, value_name = "姓名")]
    pub name: String,
    /// desk books, sets up terms and calls the roll; admin also gives roles to others
    #[arg(long, value_parser = parse_role, value_name = "desk|admin")]
    pub role: StaffRole,
}

fn parse_role(code: &str) -> Result<StaffRole, String> {
    StaffRole::from_code(code).ok_or_else(|| {
        let codes: Vec<&str> = StaffRole::ALL.iter().map(|role| role.code()).collect();
        format!("one of {} is needed", codes.join(", "))
    })
}

/// Settings. Each may be given as a flag, in the environment, or in the TOML file under the flag's name with `_` for
/// `-`; the first of these that says something wins.
#[derive(Args, Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[command(next_help_heading = "Settings (flag > environment > file > default)")]
pub struct Settings {
    /// The TOML file of settings [default: ./zhaoxi.toml, if there is one]
    #[arg(long, global = true, env = "ZHAOXI_CONFIG", value_name = "FILE")]
    #[serde(skip)]
    pub config: Option<PathBuf>,

    /// The database: sqlite://PATH or postgres://USER@HOST/NAME [default: zhaoxi.db in the user's data folder]
    #[arg(long, global = true, env = "DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub database_url: Option<String>,

    /// The file of the keys by which care details are sealed [default: beside an SQLite file, made when it is missing;
    /// over PostgreSQL it must be given]
    #[arg(long, global = true, env = "ZHAOXI_KEYS_FILE", value_name = "FILE")]
    pub keys_file: Option<PathBuf>,

    /// Where to listen [default: 127.0.0.1:3000]
    #[arg(long, global = true, env = "ZHAOXI_ADDR", value_name = "ADDRESS:PORT")]
    pub addr: Option<SocketAddr>,

    /// The address by which browsers reach the server, as https://calendar.example.org: for links in feeds and
    /// QR codes, and needed where a proxy changes the Host header
    #[arg(long, global = true, env = "ZHAOXI_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,

    /// Load the demo communities if the database is empty, and show sign-in codes on the page
    #[arg(long, global = true, env = "ZHAOXI_DEMO")]
    pub demo: bool,

    /// Where sign-in codes go without a gateway [default: console]
    #[arg(long, global = true, env = "ZHAOXI_CODE_SENDER", value_name = "console|file:PATH")]
    pub code_sender: Option<String>,

    /// The address of a gateway that sends sign-in codes by SMS, as https://sms.example.org/send: docs/operations.md says
    /// what it is asked
    #[arg(long, global = true, env = "ZHAOXI_SMS_URL", value_name = "URL")]
    pub sms_url: Option<String>,

    /// The file of the secret by which requests to the gateway are signed
    #[arg(long, global = true, env = "ZHAOXI_SMS_SECRET_FILE", value_name = "FILE")]
    pub sms_secret_file: Option<PathBuf>,

    /// The folder of the built pages' files [default: site or ../site beside the program, ./target/site]
    #[arg(long, global = true, env = "LEPTOS_SITE_ROOT", value_name = "FOLDER")]
    pub site_root: Option<PathBuf>,

    /// Believe X-Forwarded-For and X-Forwarded-Proto: only behind a proxy of your own that sets them
    #[arg(long, global = true, env = "ZHAOXI_TRUST_PROXY")]
    pub trust_proxy: bool,

    /// Do not limit how often one address may try to sign in: for load tests on this machine only
    #[arg(long, global = true, env = "ZHAOXI_NO_RATE_LIMIT")]
    pub no_rate_limit: bool,

    /// Log in JSON, one object a line
    #[arg(long, global = true, env = "ZHAOXI_LOG_JSON")]
    pub log_json: bool,
}

impl Settings {
    /// These settings, and those of `file` where these say nothing.
    pub fn or(self, file: Self) -> Self {
        Self {
            config: self.config,
            database_url: self.database_url.or(file.database_url),
            keys_file: self.keys_file.or(file.keys_file),
            addr: self.addr.or(file.addr),
            public_url: self.public_url.or(file.public_url),
            demo: self.demo || file.demo,
            code_sender: self.code_sender.or(file.code_sender),
            sms_url: self.sms_url.or(file.sms_url),
            sms_secret_file: self.sms_secret_file.or(file.sms_secret_file),
            site_root: self.site_root.or(file.site_root),
            trust_proxy: self.trust_proxy || file.trust_proxy,
            no_rate_limit: self.no_rate_limit || file.no_rate_limit,
            log_json: self.log_json || file.log_json,
        }
    }
}
