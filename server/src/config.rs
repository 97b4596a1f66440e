//! What the settings come to: flags over environment over one TOML file over defaults.

use crate::{
    cli::Settings,
    code_sender::{Destination, UnknownDestination},
    sms_gateway::BadUrl,
};
use http::Uri;
use std::{
    env,
    ffi::OsString,
    net::SocketAddr,
    path::{Path, PathBuf},
};

/// The file that is read if it is there and no other is named.
const FILE: &str = "zhaoxi.toml";

/// Everything that can be set, decided.
#[derive(Clone, Debug)]
pub struct Config {
    /// The file that was read, if any.
    pub file: Option<PathBuf>,
    /// Which database.
    pub database: DatabaseSetting,
    /// The file of the keys, if it was named.
    pub keys_file: Option<PathBuf>,
    /// Where to listen.
    pub addr: SocketAddr,
    /// Scheme and authority by which browsers reach the server, without a path.
    pub public_url: Option<String>,
    /// Demo communities, and codes on the page.
    pub demo: bool,
    /// Where sign-in codes go.
    pub code_sender: Destination,
    /// The folder of assets, if it was named.
    pub site_root: Option<PathBuf>,
    /// Believe what a proxy says about the client.
    pub trust_proxy: bool,
    /// Limit tries to sign in.
    pub rate_limit: bool,
    /// Log in JSON.
    pub log_json: bool,
}

/// Which database, and whether its folder is ours to make.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseSetting {
    /// The URL; it may hold a password.
    pub url: String,
    /// The folder of the default database, made when it is missing.
    pub folder: Option<PathBuf>,
}

impl DatabaseSetting {
    /// True for a file, false for a server.
    pub fn is_sqlite(&self) -> bool {
        self.url.starts_with("sqlite:")
    }

    /// The file, unless its name is written in percent signs.
    pub fn file(&self) -> Option<&Path> {
        let path = self.url.strip_prefix("sqlite://")?.split('?').next()?;
        (!path.contains('%')).then(|| Path::new(path))
    }

    /// The URL as it may be shown: without a name, a password or options.
    pub fn shown(&self) -> String {
        let (scheme, rest) = self.url.split_once("://").unwrap_or((self.url.as_str(), ""));
        let rest = rest.split('?').next().unwrap_or("");
        let rest = if scheme == "sqlite" { rest } else { rest.rsplit('@').next().unwrap_or("") };
        format!("{scheme}://{rest}")
    }
}

impl std::fmt::Debug for DatabaseSetting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.shown())
    }
}

/// Settings that make no sense, each said in a sentence.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A file was named that can't be read.
    #[error("the settings file {} can't be read: {why}", .path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// The system's words.
        why: std::io::Error,
    },
    /// The file holds something else than settings.
    #[error("the settings file {} is wrong: {why}", .path.display())]
    Wrong {
        /// Which.
        path: PathBuf,
        /// Where and what, without the line itself, which may hold a password.
        why: String,
    },
    /// No database was named, and there is no home to put one into.
    #[error("no database is named and HOME is not set: give --database-url sqlite:///path/to/zhaoxi.db")]
    NoDatabase,
    /// The public URL is more or less than scheme and authority.
    #[error("the public URL {0:?} must be as https://calendar.example.org, without a path")]
    PublicUrl(String),
    /// The code sender is unknown.
    #[error(transparent)]
    CodeSender(#[from] UnknownDestination),
    /// The gateway has no such address.
    #[error(transparent)]
    SmsUrl(#[from] BadUrl),
    /// A gateway without a secret, or the other way round.
    #[error("--sms-url and --sms-secret-file belong together: {0} is missing")]
    HalfAGateway(&'static str),
    /// Two ways at once.
    #[error("codes go one way: give --sms-url or --code-sender, not both")]
    TwoWays,
    /// A demo whose codes are sent to whom they name.
    #[error("--demo shows every code on the page, so anybody could sign in as anybody: give --demo or --sms-url")]
    DemoSends,
}

impl Config {
    /// Reads the file, if there is one, and decides.
    pub fn read(settings: Settings) -> Result<Self, ConfigError> {
        let file = match &settings.config {
            Some(path) => Some(path.clone()),
            None => Some(PathBuf::from(FILE)).filter(|path| path.is_file()),
        };
        let settings = match &file {
            Some(path) => settings.or(read_file(path)?),
            None => settings,
        };
        Self::decide(settings, file, |name| env::var_os(name))
    }

    fn decide(
        settings: Settings,
        file: Option<PathBuf>,
        variable: impl Fn(&str) -> Option<OsString>,
    ) -> Result<Self, ConfigError> {
        let database = match settings.database_url.filter(|url| !url.is_empty()) {
            Some(url) => DatabaseSetting { url, folder: None },
            None => default_database(variable).ok_or(ConfigError::NoDatabase)?,
        };
        let said = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let secret_file = settings.sms_secret_file.filter(|path| !path.as_os_str().is_empty());
        let code_sender = match (said(&settings.sms_url), secret_file, said(&settings.code_sender)) {
            (None, None, other) => other.as_deref().unwrap_or("console").parse()?,
            (Some(_), Some(_), Some(_)) => return Err(ConfigError::TwoWays),
            (Some(_), Some(_), None) if settings.demo => return Err(ConfigError::DemoSends),
            (Some(url), Some(secret_file), None) => Destination::Gateway { url: url.parse()?, secret_file },
            (Some(_), None, _) => return Err(ConfigError::HalfAGateway("--sms-secret-file")),
            (None, Some(_), _) => return Err(ConfigError::HalfAGateway("--sms-url")),
        };
        Ok(Self {
            file,
            database,
            keys_file: settings.keys_file.filter(|path| !path.as_os_str().is_empty()),
            addr: settings.addr.unwrap_or(SocketAddr::from(([127, 0, 0, 1], 3000))),
            public_url: settings.public_url.map(parse_public_url).transpose()?,
            demo: settings.demo,
            code_sender,
            site_root: settings.site_root.filter(|path| !path.as_os_str().is_empty()),
            trust_proxy: settings.trust_proxy,
            rate_limit: !settings.no_rate_limit,
            log_json: settings.log_json,
        })
    }
}

fn read_file(path: &Path) -> Result<Settings, ConfigError> {
    let text = std::fs::read_to_string(path).map_err(|why| ConfigError::Unreadable { path: path.to_owned(), why })?;
    toml::from_str(&text).map_err(|error: toml::de::Error| {
        let line =
            error.span().map_or(1, |span| 1 + text.bytes().take(span.start).filter(|byte| *byte == b'\n').count());
        ConfigError::Wrong { path: path.to_owned(), why: format!("line {line}: {}", error.message()) }
    })
}

/// `zhaoxi.db` in the data folder of the user, by the XDG rules.
fn default_database(variable: impl Fn(&str) -> Option<OsString>) -> Option<DatabaseSetting> {
    let named = |name: &str| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let data = named("XDG_DATA_HOME").or_else(|| named("HOME").map(|home| home.join(".local/share")))?;
    let folder = data.join("zhaoxi");
    let path = folder.join("zhaoxi.db");
    // What a URL would take for something else.
    let path = path.to_str()?.replace('%', "%25").replace('?', "%3F").replace('#', "%23");
    Some(DatabaseSetting { url: format!("sqlite://{path}"), folder: Some(folder) })
}

fn parse_public_url(raw: String) -> Result<String, ConfigError> {
    let trimmed = raw.trim_end_matches('/');
    let uri: Option<Uri> = trimmed.parse().ok();
    let is_origin = uri.is_some_and(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https"))
            && uri.authority().is_some_and(|authority| !authority.as_str().contains('@'))
            && uri.path_and_query().is_none_or(|path| path.as_str() == "/")
    });
    if is_origin { Ok(trimmed.to_owned()) } else { Err(ConfigError::PublicUrl(raw)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn home(name: &str) -> Option<OsString> {
        (name == "HOME").then(|| "/home/wang".into())
    }

    #[test]
    fn defaults_hold_where_nothing_is_said() {
        let config = Config::decide(Settings::default(), None, home).unwrap();
        assert_eq!(config.addr.to_string(), "127.0.0.1:3000");
        assert_eq!(config.database.url, "sqlite:///home/wang/.local/share/zhaoxi/zhaoxi.db");
        assert_eq!(config.database.folder, Some(PathBuf::from("/home/wang/.local/share/zhaoxi")));
        assert!(config.rate_limit && !config.demo && !config.trust_proxy);
        assert!(matches!(Config::decide(Settings::default(), None, |_| None), Err(ConfigError::NoDatabase)));
    }

    #[test]
    fn a_flag_wins_over_the_file_and_the_file_over_the_default() {
        let file: Settings = toml::from_str("addr = '0.0.0.0:80'\ndatabase_url = 'sqlite:///a'\ndemo = true").unwrap();
        let flags = Settings { database_url: Some("sqlite:///b".to_owned()), ..Settings::default() };
        let config = Config::decide(flags.or(file), None, home).unwrap();
        assert_eq!(config.addr.to_string(), "0.0.0.0:80");
        assert_eq!(config.database, DatabaseSetting { url: "sqlite:///b".to_owned(), folder: None });
        assert!(config.demo);
    }

    #[test]
    fn a_gateway_is_named_whole_and_alone() {
        let decide =
            |text: &str| Config::decide(toml::from_str(text).unwrap(), None, home).map(|config| config.code_sender);
        let whole = "sms_url = 'https://sms.example.org/send'\nsms_secret_file = '/etc/zhaoxi/sms.secret'\n";
        let gateway = decide(whole).unwrap();
        assert_eq!(gateway.to_string(), "gateway https://sms.example.org/send");
        assert!(matches!(decide("sms_url = 'https://sms.example.org'"), Err(ConfigError::HalfAGateway(_))));
        assert!(matches!(decide("sms_secret_file = '/a'"), Err(ConfigError::HalfAGateway(_))));
        assert!(matches!(decide(&format!("{whole}demo = true")), Err(ConfigError::DemoSends)));
        assert!(matches!(decide(&format!("{whole}code_sender = 'console'")), Err(ConfigError::TwoWays)));
        assert!(matches!(decide("sms_url = 'ftp://a'\nsms_secret_file = '/a'"), Err(ConfigError::SmsUrl(_))));
        assert_eq!(decide("").unwrap(), Destination::Console);
    }

    #[test]
    fn a_misspelt_setting_is_told_with_its_line_and_not_with_its_value() {
        let folder = env::temp_dir().join(format!("zhaoxi-config-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("zhaoxi.toml");
        std::fs::write(&path, "demo = true\ndatabase = 'postgres://a:hunter2@b/c'\n").unwrap();
        let told = read_file(&path).unwrap_err().to_string();
        assert!(told.contains("line 2") && told.contains("database_url") && !told.contains("hunter2"), "{told}");
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn a_password_is_never_shown() {
        for (url, shown) in [
            ("postgres://a:se@cret@db.local:5432/zhaoxi?password=secret", "postgres://db.local:5432/zhaoxi"),
            ("postgres:///zhaoxi?host=/run&password=secret", "postgres:///zhaoxi"),
            ("sqlite:///var/lib/a@b.db?mode=rwc", "sqlite:///var/lib/a@b.db"),
            ("sqlite://data/a.db", "sqlite://data/a.db"),
        ] {
            let setting = DatabaseSetting { url: url.to_owned(), folder: None };
            assert_eq!(setting.shown(), shown);
            assert_eq!(format!("{setting:?}"), shown);
        }
    }

    #[test]
    fn a_public_url_is_scheme_and_authority() {
        for (raw, taken) in [
            ("https://calendar.example.org", Some("https://calendar.example.org")),
            ("https://calendar.example.org/", Some("https://calendar.example.org")),
            ("http://localhost:3000", Some("http://localhost:3000")),
            ("https://calendar.example.org/x", None),
            ("https://a@calendar.example.org", None),
            ("calendar.example.org", None),
            ("ftp://calendar.example.org", None),
            ("", None),
        ] {
            assert_eq!(parse_public_url(raw.to_owned()).ok().as_deref(), taken, "{raw}");
        }
    }
}
