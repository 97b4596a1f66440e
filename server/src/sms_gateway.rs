//! A gateway that sends sign-in codes by SMS: one signed request over HTTP for each code, tried again within the seconds that
//! a visitor waits. What it is asked, and how that is signed, is in docs/operations.md, for whoever writes one.

use crate::code_sender::Sent;
use app::ssr::{Clock, CodeSender, NotSent, OneTimeCode};
use axum::body::{Body, Bytes};
use hmac::{Hmac, KeyInit, Mac};
use http::{Method, Request, StatusCode, Uri, header, uri::Authority};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use sha2::Sha256;
use std::{
    error::Error,
    fmt, fs, io,
    net::IpAddr,
    path::{Path, PathBuf},
    str::FromStr,
    time::Duration,
};
use store::login_codes::CODE_MINUTES;
use tokio::{
    sync::Semaphore,
    time::{Instant, sleep, timeout_at},
};
use uuid::Uuid;

/// So many requests are at the gateway at once; who comes later waits, for as long as a visitor does.
const AT_ONCE: usize = 32;

/// A shorter secret could be guessed.
const SHORTEST_SECRET: usize = 32;

/// The address of a gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GatewayUrl(Uri);

/// It has no such address.
#[derive(Debug, thiserror::Error)]
#[error("the gateway's address must be as https://sms.example.org/send, without a name or password")]
pub struct BadUrl;

impl FromStr for GatewayUrl {
    type Err = BadUrl;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let uri: Uri = text.parse().map_err(|_| BadUrl)?;
        let is_http = matches!(uri.scheme_str(), Some("http" | "https"));
        let is_plain = uri.authority().is_some_and(|authority| !authority.as_str().contains('@'));
        if is_http && is_plain { Ok(Self(uri)) } else { Err(BadUrl) }
    }
}

impl GatewayUrl {
    /// True if numbers and codes would cross a network for everybody to read.
    pub fn is_open(&self) -> bool {
        let host = self.0.host().unwrap_or_default().trim_matches(['[', ']']);
        let is_here = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        self.0.scheme_str() == Some("http") && !is_here
    }
}

/// Without what follows a question mark, where an operator may have put a token.
impl fmt::Display for GatewayUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let authority = self.0.authority().map_or("", Authority::as_str);
        write!(f, "{}://{authority}{}", self.0.scheme_str().unwrap_or_default(), self.0.path())
    }
}

/// Why there is no gateway.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// The secret's file can't be read.
    #[error("the gateway's secret {} can't be read: {why}", .path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// The system's words.
        why: io::Error,
    },
    /// It holds next to nothing.
    #[error("the gateway's secret {} is too short: {SHORTEST_SECRET} characters are needed", .0.display())]
    TooShort(PathBuf),
    /// This machine trusts no certificates.
    #[error("the certificates that this machine trusts can't be read: {0}")]
    Certificates(io::Error),
}

/// How long is waited for a gateway.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For one answer.
    pub answer: Duration,
    /// After the first failure; twice that after the next.
    pub pause: Duration,
    /// For all of it.
    pub visitor: Duration,
}

/// A visitor waits ten seconds before they are told, in which a gateway that stays silent is asked three times.
impl Default for Patience {
    fn default() -> Self {
        Self { answer: Duration::from_secs(4), pause: Duration::from_millis(500), visitor: Duration::from_secs(10) }
    }
}

/// A gateway, and what is needed to ask it.
pub struct Gateway {
    url: GatewayUrl,
    key: Hmac<Sha256>,
    wire: Wire,
    clock: Clock,
    patience: Patience,
    places: Semaphore,
}

/// The connections to it. Redirects are not followed.
enum Wire {
    Open(Client<HttpConnector, Body>),
    Tls(Client<HttpsConnector<HttpConnector>, Body>),
}

/// Why a try failed.
enum Failed {
    /// It won't be sent, however often that is asked.
    Refused(String),
    /// It wasn't sent: the gateway has nothing of it.
    NotTaken(String),
    /// Nobody knows.
    Unclear(String),
}

impl Gateway {
    /// A gateway at an address, with the secret of a file; nothing is asked of it yet.
    ///
    /// # Errors
    /// The secret or this machine's certificates can't be read.
    pub fn open(url: GatewayUrl, secret_file: &Path, clock: Clock) -> Result<Self, GatewayError> {
        let text = fs::read_to_string(secret_file)
            .map_err(|why| GatewayError::Unreadable { path: secret_file.to_owned(), why })?;
        let secret = Some(text.trim().as_bytes()).filter(|secret| secret.len() >= SHORTEST_SECRET);
        let key = secret.and_then(|secret| Hmac::new_from_slice(secret).ok());
        let key = key.ok_or_else(|| GatewayError::TooShort(secret_file.to_owned()))?;
        let patience = Patience::default();
        let mut http = HttpConnector::new();
        http.enforce_http(false);
        http.set_nodelay(true);
        // Whoever can't be connected to has nothing: that is known before the answer is waited for in vain.
        http.set_connect_timeout(Some(patience.answer / 2));
        let client = Client::builder(TokioExecutor::new());
        let wire = if url.0.scheme_str() == Some("https") {
            let tls = HttpsConnectorBuilder::new().with_native_roots().map_err(GatewayError::Certificates)?;
            Wire::Tls(client.build(tls.https_only().enable_http1().wrap_connector(http)))
        } else {
            Wire::Open(client.build(http))
        };
        Ok(Self { url, key, wire, clock, patience, places: Semaphore::new(AT_ONCE) })
    }

    /// The same, with another patience.
    pub fn with_patience(self, patience: Patience) -> Self {
        Self { patience, ..self }
    }

    /// Asks whether it is there and takes our signature; nothing is sent to anybody.
    ///
    /// # Errors
    /// In words, why it isn't or doesn't.
    pub async fn reach(&self) -> Result<String, String> {
        let until = Instant::now() + self.patience.answer;
        let status = match self.ask(&Method::GET, Uuid::nil(), Bytes::new(), until).await {
            Ok(status) => status,
            Err(Failed::Refused(why) | Failed::NotTaken(why) | Failed::Unclear(why)) => return Err(why),
        };
        match status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                Err(format!("it refuses the signature ({}): is the secret the same there?", status.as_u16()))
            }
            status if status.is_success() => Ok("reached, and takes the signature".to_owned()),
            status if status.is_client_error() => Ok(format!(
                "reached; it answers {} to GET, so whether it takes the signature isn't known",
                status.as_u16()
            )),
            status => Err(format!("it answers {}", status.as_u16())),
        }
    }

    /// Tries until it is sent, refused or too late.
    async fn send_in_time(&self, code: &OneTimeCode) -> Result<(), NotSent> {
        let until = Instant::now() + self.patience.visitor;
        let Ok(Ok(_place)) = timeout_at(until, self.places.acquire()).await else {
            return Err(NotSent::Surely("too many wait for the gateway".to_owned()));
        };
        let body = Bytes::from(body_of(code));
        let (mut pause, mut perhaps, mut tries) = (self.patience.pause, false, 0);
        loop {
            if (self.clock)() >= code.expires_at {
                let why = "the code is too old to be sent".to_owned();
                return Err(if perhaps { NotSent::Perhaps(why) } else { NotSent::Surely(why) });
            }
            tries += 1;
            let why = match self.post(code.id, body.clone(), until.min(Instant::now() + self.patience.answer)).await {
                Ok(()) => return Ok(()),
                Err(Failed::Refused(why)) => return Err(NotSent::Surely(why)),
                Err(Failed::NotTaken(why)) => why,
                Err(Failed::Unclear(why)) => {
                    perhaps = true;
                    why
                }
            };
            if Instant::now() + pause >= until {
                let why = format!("{why}; tried {tries} times");
                return Err(if perhaps { NotSent::Perhaps(why) } else { NotSent::Surely(why) });
            }
            sleep(pause).await;
            pause *= 2;
        }
    }

    async fn post(&self, id: Uuid, body: Bytes, until: Instant) -> Result<(), Failed> {
        let status = self.ask(&Method::POST, id, body, until).await?;
        let why = format!("the gateway answered {}", status.as_u16());
        match status {
            status if status.is_success() => Ok(()),
            StatusCode::REQUEST_TIMEOUT
            | StatusCode::TOO_EARLY
            | StatusCode::TOO_MANY_REQUESTS
            | StatusCode::SERVICE_UNAVAILABLE => Err(Failed::NotTaken(why)),
            status if status.is_server_error() => Err(Failed::Unclear(why)),
            _ => Err(Failed::Refused(why)),
        }
    }

    /// One signed request. Of the answer only the status is looked at: the gateway's words go nowhere.
    async fn ask(&self, method: &Method, id: Uuid, body: Bytes, until: Instant) -> Result<StatusCode, Failed> {
        let path = self.url.0.path_and_query().map_or("/", |path| path.as_str());
        let timestamp = (self.clock)().as_second();
        let request = Request::builder()
            .method(method)
            .uri(&self.url.0)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::USER_AGENT, concat!("zhaoxi/", env!("CARGO_PKG_VERSION")))
            .header("x-zhaoxi-id", id.to_string())
            .header("x-zhaoxi-timestamp", timestamp)
            .header("x-zhaoxi-signature", signature(self.key.clone(), method, path, timestamp, id, &body))
            .body(Body::from(body))
            .map_err(|error| Failed::Refused(error.to_string()))?;
        let asked = match &self.wire {
            Wire::Open(client) => client.request(request),
            Wire::Tls(client) => client.request(request),
        };
        match timeout_at(until, asked).await {
            Ok(Ok(answer)) => Ok(answer.status()),
            Ok(Err(error)) if error.is_connect() => Err(Failed::NotTaken(in_words(&error))),
            Ok(Err(error)) => Err(Failed::Unclear(in_words(&error))),
            Err(_) => Err(Failed::Unclear("the gateway didn't answer in time".to_owned())),
        }
    }
}

impl CodeSender for Gateway {
    fn send(&self, code: OneTimeCode) -> Sent<'_> {
        Box::pin(async move { self.send_in_time(&code).await })
    }
}

/// What the gateway is to send: the same at every try.
fn body_of(code: &OneTimeCode) -> String {
    let parameters = serde_json::json!({ "code": code.code, "minutes": CODE_MINUTES });
    serde_json::json!({ "phone": code.phone.as_str(), "template": "sign_in_code", "parameters": parameters })
        .to_string()
}

/// HMAC-SHA256 of method, path, timestamp, id and body, each after a line break but the first, in hexadecimal. Of these
/// only the body may hold a line break, so nothing can be moved from one to another.
fn signature(mut mac: Hmac<Sha256>, method: &Method, path: &str, timestamp: i64, id: Uuid, body: &[u8]) -> String {
    mac.update(format!("{method}\n{path}\n{timestamp}\n{id}\n").as_bytes());
    mac.update(body);
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// An error and what caused it.
fn in_words(error: &dyn Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        words = format!("{words}: {error}");
        cause = error.source();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_http_without_a_name_and_shown_without_a_token() {
        for wrong in ["", "sms.example.org/send", "ftp://sms.example.org", "https://a:b@sms.example.org/", "https://"] {
            assert!(wrong.parse::<GatewayUrl>().is_err(), "{wrong}");
        }
        let url: GatewayUrl = "https://sms.example.org/send?token=hidden".parse().unwrap();
        assert_eq!(url.to_string(), "https://sms.example.org/send");
        for (url, open) in [
            ("https://sms.example.org/", false),
            ("http://127.0.0.1:9000/", false),
            ("http://[::1]:9000/", false),
            ("http://localhost/", false),
            ("http://10.0.0.2/", true),
            ("http://sms.example.org/", true),
        ] {
            assert_eq!(url.parse::<GatewayUrl>().unwrap().is_open(), open, "{url}");
        }
    }

    /// The example of docs/operations.md, which whoever writes a gateway tries theirs with.
    #[test]
    fn the_documented_example_is_signed_as_documented() {
        let body = r#"{"phone":"13812345678","template":"sign_in_code","parameters":{"code":"402731","minutes":10}}"#;
        let id = "0199d6a0-1c2e-7b44-9f10-a13991252767".parse().unwrap();
        let key = Hmac::new_from_slice(b"an example, not a secret of anybody").unwrap();
        let signed = signature(key, &Method::POST, "/send", 1_795_510_800, id, body.as_bytes());
        assert_eq!(signed, "a3bf61c34240bffe67e51f1b5cb751806572d5b016291f15c7eac6ff96d56e5a");
        let code = OneTimeCode {
            id,
            phone: domain::phone::PhoneNumber::parse("13812345678").unwrap(),
            code: "402731".to_owned(),
            expires_at: jiff::Timestamp::MAX,
        };
        let (ours, documented): (serde_json::Value, serde_json::Value) =
            (serde_json::from_str(&body_of(&code)).unwrap(), serde_json::from_str(body).unwrap());
        assert_eq!(ours, documented);
    }
}
