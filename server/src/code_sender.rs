//! Where sign-in codes go: a gateway that sends messages, a file that something reads, or the console.

use crate::sms_gateway::{Gateway, GatewayError, GatewayUrl};
use app::ssr::{Clock, CodeSender, NotSent, OneTimeCode};
use std::{
    fmt, fs,
    future::{Future, ready},
    io,
    io::Write,
    path::PathBuf,
    pin::Pin,
    str::FromStr,
    sync::Arc,
};

/// Where codes go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// The standard output of the server.
    Console,
    /// One JSON object a line, added at the end of this file.
    File(PathBuf),
    /// A gateway that sends messages.
    Gateway {
        /// Its address.
        url: GatewayUrl,
        /// The file of the secret by which requests are signed.
        secret_file: PathBuf,
    },
}

/// A destination that does not exist.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the code sender {0:?} is unknown: console or file:PATH is needed")]
pub struct UnknownDestination(String);

impl FromStr for Destination {
    type Err = UnknownDestination;

    fn from_str(setting: &str) -> Result<Self, Self::Err> {
        match setting.split_once(':') {
            None if setting == "console" => Ok(Self::Console),
            Some(("file", path)) if !path.is_empty() => Ok(Self::File(path.into())),
            _ => Err(UnknownDestination(setting.to_owned())),
        }
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Console => f.write_str("console"),
            Self::File(path) => write!(f, "file {}", path.display()),
            Self::Gateway { url, .. } => write!(f, "gateway {url}"),
        }
    }
}

/// The sender for a destination.
///
/// # Errors
/// Those of a gateway's secret and certificates.
pub fn code_sender(destination: Destination, clock: Clock) -> Result<Arc<dyn CodeSender>, GatewayError> {
    Ok(match destination {
        Destination::Console => Arc::new(Console),
        Destination::File(path) => Arc::new(File(path, clock)),
        Destination::Gateway { url, secret_file } => Arc::new(Gateway::open(url, &secret_file, clock)?),
    })
}

/// What comes of a sending.
pub(crate) type Sent<'a> = Pin<Box<dyn Future<Output = Result<(), NotSent>> + Send + 'a>>;

struct Console;

impl CodeSender for Console {
    /// The console may be kept as a log, so the number is masked.
    fn send(&self, code: OneTimeCode) -> Sent<'_> {
        println!("sign-in code for {}: {}", code.phone.masked(), code.code);
        Box::pin(ready(Ok(())))
    }
}

struct File(PathBuf, Clock);

impl CodeSender for File {
    fn send(&self, code: OneTimeCode) -> Sent<'_> {
        let at = (self.1)().to_string();
        let line = serde_json::json!({ "at": at, "phone": code.phone.as_str(), "code": code.code }).to_string() + "\n";
        let path = self.0.clone();
        Box::pin(async move {
            let written = tokio::task::spawn_blocking(move || append(&path, &line)).await;
            written.map_err(io::Error::from).flatten().map_err(|error| NotSent::Surely(error.to_string()))
        })
    }
}

/// Adds a whole line in one write; others must not read numbers and codes, so the file is made for its owner alone.
fn append(path: &PathBuf, line: &str) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(line.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::phone::PhoneNumber;

    fn clock() -> Clock {
        Arc::new(crate::clock::now)
    }

    #[test]
    fn a_destination_is_read_as_it_is_written() {
        assert_eq!("console".parse(), Ok(Destination::Console));
        assert_eq!("file:/run/codes".parse(), Ok(Destination::File("/run/codes".into())));
        for wrong in ["", "file:", "file", "sms", "console:"] {
            assert!(wrong.parse::<Destination>().is_err(), "{wrong}");
        }
    }

    #[tokio::test]
    async fn the_file_gets_one_line_a_code_and_nobody_else_may_read_it() {
        let folder = std::env::temp_dir().join(format!("zhaoxi-codes-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join("codes");
        let sender = code_sender(Destination::File(path.clone()), clock()).unwrap();
        let code = |code: &str| OneTimeCode {
            id: uuid::Uuid::nil(),
            phone: PhoneNumber::parse("13812345678").unwrap(),
            code: code.to_owned(),
            expires_at: jiff::Timestamp::MAX,
        };
        sender.send(code("000123")).await.unwrap();
        sender.send(code("456789")).await.unwrap();
        let lines = fs::read_to_string(&path).unwrap();
        let codes: Vec<serde_json::Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(codes.len(), 2);
        assert_eq!((&codes[0]["phone"], &codes[0]["code"]), (&"13812345678".into(), &"000123".into()));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        let nowhere = code_sender(Destination::File(folder.join("no/such/folder")), clock()).unwrap();
        assert!(matches!(nowhere.send(code("000123")).await, Err(NotSent::Surely(_))));
        fs::remove_dir_all(&folder).unwrap();
    }
}
