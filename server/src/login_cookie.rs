//! The login cookie. It holds a random token; the database holds only the token's SHA-256, so whoever reads the
//! database can't sign in with it. A request without the cookie asks the database nothing.

use crate::clock;
use async_trait::async_trait;
use http::{HeaderMap, header};
use jiff::{SignedDuration, Timestamp};
use std::{
    collections::HashSet,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use store::{
    DatabaseConnection,
    login_sessions::{self, Signed},
    read_many::ReadMany,
};
use tower_sessions::{
    Expiry, SessionManagerLayer, SessionStore,
    cookie::{SameSite, time},
    session::{Id, Record},
    session_store::{Error, Result},
};
use uuid::Uuid;

/// The cookie's name. Its prefix makes browsers insist on Secure, Path=/ and no Domain.
pub const NAME: &str = "__Host-zhaoxi";

/// The key under which the app keeps the account that is signed in.
pub const ACCOUNT: &str = "account";

/// The key under which the app keeps what signed in.
const DEVICE: &str = "device";

/// A use is written down when the session was not used for a day before: idle time need not be exact.
const FRESH: SignedDuration = SignedDuration::from_hours(24);

/// How often uses are written down.
const WRITING: Duration = Duration::from_secs(60);

/// Every so many writings, sessions that are over are deleted.
const SWEEPING: u32 = 60;

/// Login sessions in the database.
#[derive(Clone)]
pub struct LoginStore {
    db: DatabaseConnection,
    /// What sessions keep and when they end, by the hashes of their tokens.
    read: ReadMany<String, (String, Timestamp)>,
    used: Arc<Mutex<HashSet<String>>>,
}

impl fmt::Debug for LoginStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LoginStore")
    }
}

impl LoginStore {
    /// The sessions of this database. It reads as a task of the runtime.
    pub fn new(db: DatabaseConnection) -> Self {
        let reader = db.clone();
        let read = ReadMany::new(move |hashes| {
            let db = reader.clone();
            async move { login_sessions::load(&db, hashes, clock::now()).await }
        });
        Self { db, read, used: Arc::default() }
    }

    /// Writes down which sessions were used, all at once: a morning's first requests don't wait for a write each.
    pub async fn write_uses(&self) {
        let used: Vec<String> = self.used.lock().unwrap_or_else(PoisonError::into_inner).drain().collect();
        if let Err(error) = login_sessions::mark_used(&self.db, &used, clock::now()).await {
            tracing::warn!(%error, "uses of login sessions were not written");
        }
    }

    /// Writes uses and deletes what is over, until it is dropped.
    pub async fn keep_tidy(self) {
        let mut ticks = tokio::time::interval(WRITING);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        for tick in (0..SWEEPING).cycle() {
            ticks.tick().await;
            self.write_uses().await;
            if tick == 0 {
                match login_sessions::sweep(&self.db, clock::now()).await {
                    Ok(0) => {}
                    Ok(count) => tracing::info!(count, "login sessions are over"),
                    Err(error) => tracing::warn!(%error, "login sessions that are over were not deleted"),
                }
            }
        }
    }
}

#[async_trait]
impl SessionStore for LoginStore {
    async fn create(&self, record: &mut Record) -> Result<()> {
        let row = Row::of(record)?;
        loop {
            let now = clock::now();
            let hash = hash(&record.id);
            let created = login_sessions::create(&self.db, &hash, row.signed(), row.expires_at, now).await;
            if created.map_err(failure)? {
                return Ok(());
            }
            record.id = Id::default();
        }
    }

    async fn save(&self, record: &Record) -> Result<()> {
        let row = Row::of(record)?;
        let (hash, now) = (hash(&record.id), clock::now());
        login_sessions::save(&self.db, &hash, row.signed(), row.expires_at, now).await.map_err(failure)
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let (hash, now) = (hash(id), clock::now());
        let Some((data, expires_at)) = self.read.get(hash.clone()).await.map_err(failure)? else { return Ok(None) };
        if login_sessions::IDLE - expires_at.duration_since(now) > FRESH {
            self.used.lock().unwrap_or_else(PoisonError::into_inner).insert(hash);
        }
        let data = serde_json::from_str(&data).map_err(|error| Error::Decode(error.to_string()))?;
        let expiry_date = time::OffsetDateTime::from_unix_timestamp(expires_at.as_second())
            .map_err(|error| Error::Decode(error.to_string()))?;
        Ok(Some(Record { id: *id, data, expiry_date }))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        login_sessions::delete(&self.db, &hash(id)).await.map_err(failure)
    }
}

/// What the row of a record holds.
struct Row {
    account: Option<Uuid>,
    device: Option<String>,
    data: String,
    expires_at: Timestamp,
}

impl Row {
    fn of(record: &Record) -> Result<Self> {
        let account = record.data.get(ACCOUNT).and_then(|value| value.as_str()?.parse().ok());
        let data = serde_json::to_string(&record.data).map_err(|error| Error::Encode(error.to_string()))?;
        let expires_at = Timestamp::from_second(record.expiry_date.unix_timestamp()).unwrap_or(Timestamp::MAX);
        let device = record.data.get(DEVICE).and_then(|value| Some(value.as_str()?.to_owned()));
        Ok(Self { account, device, data, expires_at })
    }

    fn signed(&self) -> Signed<'_> {
        Signed { account: self.account, device: self.device.as_deref(), data: &self.data }
    }
}

/// The layer that reads and writes the cookie. The browser may keep the cookie for as long as a session can last;
/// when it idled too long is the database's to say.
pub fn layer(store: LoginStore) -> SessionManagerLayer<LoginStore> {
    SessionManagerLayer::new(store)
        .with_name(NAME)
        .with_secure(true)
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_path("/")
        .with_expiry(Expiry::OnInactivity(time::Duration::seconds(login_sessions::LONGEST.as_secs())))
}

/// True if a request brings the cookie.
pub fn is_sent(request: &HeaderMap) -> bool {
    let mut cookies = request.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    cookies.any(|value| value.split(';').any(|cookie| is_ours(cookie.trim_start())))
}

/// True if an answer sets the cookie, or takes it away.
pub fn is_set(response: &HeaderMap) -> bool {
    response.get_all(header::SET_COOKIE).iter().filter_map(|value| value.to_str().ok()).any(is_ours)
}

fn is_ours(cookie: &str) -> bool {
    cookie.strip_prefix(NAME).is_some_and(|rest| rest.starts_with('='))
}

fn hash(id: &Id) -> String {
    login_sessions::hash(&id.to_string())
}

fn failure(error: impl fmt::Display) -> Error {
    Error::Backend(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_is_known_by_its_whole_name() {
        for (cookies, sent) in [
            ("__Host-zhaoxi=abc", true),
            ("look=elder; __Host-zhaoxi=abc", true),
            ("look=elder;__Host-zhaoxi=abc", true),
            ("look=elder", false),
            ("x__Host-zhaoxi=abc", false),
            ("__Host-zhaoxi-2=abc", false),
            ("look=__Host-zhaoxi", false),
        ] {
            let headers = HeaderMap::from_iter([(header::COOKIE, cookies.parse().unwrap())]);
            assert_eq!(is_sent(&headers), sent, "{cookies}");
        }
    }
}
