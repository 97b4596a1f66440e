//! What a server function needs of its host: the database, the clock, who is signed in, cookies and status.

use crate::{
    error::AppError,
    frame::Typed,
    i18n::Locale,
    look::{Look, TextSize},
    public_page::{Device, Visitor},
};
use domain::{
    id::{AccountId, RequestKey},
    phone::PhoneNumber,
    refusal::Refusal,
};
use http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts, uri::Authority};
use jiff::Timestamp;
use leptos::{nonce::use_nonce, prelude::*};
use leptos_axum::ResponseOptions;
use serde::{Serialize, de::DeserializeOwned};
use std::{future::Future, pin::Pin, sync::Arc};
use store::{
    DatabaseConnection, StoreError,
    accounts::Who,
    bookings::BookingDesk,
    read_many::ReadMany,
    revisions::Revisions,
    sealed::{Keys, Place},
};
use tower_sessions::Session;

/// The host of this process, given to every page and server function as context.
#[derive(Clone)]
pub struct Host {
    /// The database.
    pub db: DatabaseConnection,
    /// The keys of what it keeps sealed.
    pub keys: Keys,
    /// Who accounts are.
    pub accounts: ReadMany<AccountId, Who>,
    /// Where bookings queue.
    pub desk: BookingDesk,
    /// How often what communities show has changed.
    pub revisions: Revisions,
    /// Tells the time.
    pub clock: Clock,
    /// Sends one-time codes.
    pub code_sender: Arc<dyn CodeSender>,
    /// Demo mode: codes are shown on the page.
    pub demo: bool,
}

/// What time it is. The host's own in use, a test's in tests.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Sends a one-time code to a phone.
pub trait CodeSender: Send + Sync {
    /// Sends it; the error is for the log.
    fn send<'a>(
        &'a self,
        phone: &'a PhoneNumber,
        code: &'a str,
    ) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send + 'a>>;
}

/// The host.
pub fn host() -> Result<Host, AppError> {
    use_context::<Host>().ok_or(AppError::Failed)
}

/// The time by the host's clock.
pub fn now() -> Result<Timestamp, AppError> {
    Ok((host()?.clock)())
}

/// How addresses of this site begin where they leave it, in feeds and QR codes; given as context beside the [`Host`].
#[derive(Clone, Debug, Default)]
pub struct PublicAddress {
    /// Scheme and authority by which browsers reach the server, if they were set.
    pub url: Option<Arc<str>>,
    /// Believe X-Forwarded-Proto.
    pub trust_proxy: bool,
}

impl PublicAddress {
    /// As it was set, or as this request came.
    pub fn base(&self, headers: &HeaderMap) -> Option<String> {
        if let Some(url) = &self.url {
            return Some(url.to_string());
        }
        let host: Authority = headers.get(header::HOST)?.to_str().ok()?.parse().ok()?;
        // What stands before an @ would read as if it were the site.
        if host.as_str().contains('@') {
            return None;
        }
        let forwarded = headers.get("x-forwarded-proto").filter(|_| self.trust_proxy);
        let scheme = if forwarded.is_some_and(|scheme| scheme == "https") { "https" } else { "http" };
        Some(format!("{scheme}://{host}"))
    }
}

/// The whole address of a path of this site, as far as anybody knows it.
pub fn address_of(path: &str) -> Option<String> {
    let base = use_context::<PublicAddress>()?.base(&use_context::<Parts>()?.headers)?;
    Some(format!("{base}{path}"))
}

/// A fresh key that makes a repeated request recognisable.
pub fn new_key() -> Result<RequestKey, AppError> {
    Ok(RequestKey(store::id::new_id(now()?)))
}

/// The login session's key for what was typed.
const TYPED: &str = "typed";

/// The same for what may only be kept sealed.
const TYPED_SEALED: &str = "typed_sealed";

/// Seconds after which whoever was told that it is busy may try again.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("2");

fn unwritten(error: tower_sessions::session::Error) -> AppError {
    session_failed(&error, "login session could not be written")
}

fn session_failed(error: &tower_sessions::session::Error, what: &str) -> AppError {
    use tower_sessions::{session, session_store};
    tracing::error!(%error, what);
    match error {
        // The database can't be reached, or is busy.
        session::Error::Store(session_store::Error::Backend(_)) => said(AppError::Busy),
        _ => AppError::Failed,
    }
}

async fn session() -> Result<Session, AppError> {
    leptos_axum::extract::<Session>().await.map_err(|_: ServerFnErrorErr| AppError::Failed)
}

/// Who is signed in, if anybody.
pub async fn who() -> Result<Option<Who>, AppError> {
    let Some(id) = kept("account").await? else { return Ok(None) };
    Ok(host()?.accounts.get(AccountId(id)).await.map_err(StoreError::from)?)
}

/// Who is signed in, or [`AppError::SignInFirst`].
pub async fn need_who() -> Result<Who, AppError> {
    match who().await? {
        Some(who) => Ok(who),
        None => Err(said(AppError::SignInFirst)),
    }
}

/// Signs an account in: a new cookie, so that a planted one is worth nothing.
pub async fn sign_in(account: AccountId) -> Result<(), AppError> {
    let session = session().await?;
    session.cycle_id().await.map_err(unwritten)?;
    session.insert("device", device()).await.map_err(unwritten)?;
    session.insert("account", account.0).await.map_err(unwritten)
}

/// What asks, as its User-Agent tells.
fn device() -> Option<String> {
    let parts = use_context::<Parts>()?;
    let agent = parts.headers.get(header::USER_AGENT)?.to_str().ok()?;
    crate::sign_in::device::device(agent)
}

/// Names this login session among those of its account.
pub async fn session_handle() -> Result<Option<String>, AppError> {
    let id = session().await?.id();
    Ok(id.map(|id| store::login_sessions::handle(&store::login_sessions::hash(&id.to_string())).to_owned()))
}

/// Makes a one-time code for a phone and sends it there; gives it back, for the page of the demo.
pub async fn send_code(slug: &str, phone: &PhoneNumber) -> Result<String, AppError> {
    let (host, now) = (host()?, now()?);
    let code = store::accounts::new_code();
    told(store::accounts::ask_code(&host.db, phone, &code, now).await, slug).await?;
    if let Err(error) = host.code_sender.send(phone, &code).await {
        tracing::error!(%error, "a one-time code could not be sent");
        // So that the code that came before is still good.
        store::accounts::take_back_code(&host.db, phone, &code).await?;
        return Err(said(AppError::Failed));
    }
    Ok(code)
}

/// Keeps a little of a visitor's in the login session, or forgets it.
pub async fn keep<T: Serialize + ?Sized>(name: &str, value: Option<&T>) -> Result<(), AppError> {
    let session = session().await?;
    let kept = match value {
        Some(value) => session.insert(name, value).await,
        None => session.remove_value(name).await.map(|_| ()),
    };
    kept.map_err(unwritten)
}

/// What [`keep`] kept.
pub async fn kept<T: DeserializeOwned>(name: &str) -> Result<Option<T>, AppError> {
    session().await?.get(name).await.map_err(|error| session_failed(&error, "login session could not be read"))
}

/// Does what a form asks; if that is refused, keeps what was typed for the page that shows the form again, by the ids
/// of its inputs. In the login session, since names and numbers have no business in a URL, and only for a plain form:
/// a hydrated page keeps its inputs by itself.
pub async fn keeping<T>(
    typed: &[(&str, Option<&str>)],
    doing: impl Future<Output = Result<T, AppError>>,
) -> Result<T, AppError> {
    let done = doing.await;
    if let Some(typed) = worth_keeping(typed, &done) {
        session().await?.insert(TYPED, typed).await.map_err(unwritten)?;
    }
    done
}

/// The same for what the database may only hold sealed: it is sealed for this account, under the keys of the fields.
pub async fn keeping_sealed<T>(
    typed: &[(&str, Option<&str>)],
    doing: impl Future<Output = Result<T, AppError>>,
) -> Result<T, AppError> {
    let done = doing.await;
    if let (Some(typed), Some(place)) = (worth_keeping(typed, &done), typed_place().await?) {
        let text = leptos::serde_json::to_string(&typed).map_err(|_| AppError::Failed)?;
        let sealed = host()?.keys.seal_text(place, &text)?;
        session().await?.insert(TYPED_SEALED, sealed).await.map_err(unwritten)?;
    }
    done
}

/// What the login session of this account keeps sealed is bound to the account.
async fn typed_place() -> Result<Option<Place>, AppError> {
    let account = kept("account").await?;
    Ok(account.map(|row| Place { table: "login_session", column: "typed", row }))
}

/// What was typed into a plain form, if it was refused and can be mended; a visitor who may not do it at all leaves
/// nothing behind.
fn worth_keeping<T>(typed: &[(&str, Option<&str>)], done: &Result<T, AppError>) -> Option<Typed> {
    /// Longer text is not a mistake worth mending.
    const LONGEST: usize = 1000;
    let plain = use_context::<Parts>().is_some_and(|parts| {
        let accept = parts.headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
        accept.is_some_and(|accept| accept.contains("text/html"))
    });
    let mendable = matches!(done, Err(AppError::Invalid { .. } | AppError::Refused { .. }));
    let kept = typed.iter().filter_map(|(id, text)| Some(((*id).to_owned(), (*text)?.to_owned())));
    (mendable && plain).then(|| kept.filter(|(_, text)| text.len() <= LONGEST).collect())
}

/// What [`keeping`] and [`keeping_sealed`] kept, once.
pub async fn take_typed() -> Result<Typed, AppError> {
    let mut typed = kept::<Typed>(TYPED).await?.unwrap_or_default();
    // Only what is there: removing what isn't would still write the session, at every page that somebody looks at.
    if !typed.is_empty() {
        session().await?.remove::<Typed>(TYPED).await.map_err(unwritten)?;
    }
    if let Some(sealed) = kept::<String>(TYPED_SEALED).await? {
        session().await?.remove::<String>(TYPED_SEALED).await.map_err(unwritten)?;
        let place = typed_place().await?;
        let text = place.and_then(|place| host().ok()?.keys.open_text(place, &sealed));
        let opened = text.and_then(|text| leptos::serde_json::from_str::<Typed>(&text).ok());
        typed.extend(opened.unwrap_or_default());
    }
    Ok(typed)
}

/// Ends the login session everywhere.
pub async fn end_session() -> Result<(), AppError> {
    session().await?.flush().await.map_err(|error| session_failed(&error, "login session could not be ended"))
}

/// The language and look that this request asks for.
pub fn look_of_request() -> Look {
    look_of(&use_context::<Parts>().map(|parts| parts.headers).unwrap_or_default())
}

/// The language and look that headers ask for: cookies, then Accept-Language, then Chinese.
pub(crate) fn look_of(headers: &HeaderMap) -> Look {
    let cookies = cookies_of(headers);
    let cookie = |name: &str| cookies.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let locale = match cookie("lang") {
        Some("en") => Locale::en,
        Some("zh-CN") => Locale::zh_CN,
        _ => accepted(headers),
    };
    Look { locale, elder: cookie("look") == Some("elder"), size: TextSize::from_code(cookie("size")) }
}

fn cookies_of(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// The first language of Accept-Language that the app speaks (RFC 9110, 12.5.4); browsers send them in order.
fn accepted(headers: &HeaderMap) -> Locale {
    let header = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or("");
    for tag in header.split(',').filter_map(|part| part.split(';').next()).map(|tag| tag.trim().to_ascii_lowercase()) {
        if tag == "zh" || tag.starts_with("zh-") {
            return Locale::zh_CN;
        }
        if tag == "en" || tag.starts_with("en-") {
            return Locale::en;
        }
    }
    Locale::zh_CN
}

/// Keeps a choice of the visitor's for a year. `value` is one of ours, never text that somebody typed.
pub fn set_cookie(name: &str, value: &str) {
    let cookie = format!("{name}={value}; Path=/; Max-Age=31536000; SameSite=Lax; Secure; HttpOnly");
    if let (Some(response), Ok(cookie)) = (use_context::<ResponseOptions>(), HeaderValue::from_str(&cookie)) {
        response.append_header(header::SET_COOKIE, cookie);
    }
}

/// Sets the status of an error, unless a plain form sent the request: that one is sent back to its page.
pub fn answer_status(error: &AppError) {
    let (Some(response), Some(parts)) = (use_context::<ResponseOptions>(), use_context::<Parts>()) else { return };
    let accept = parts.headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or("");
    let is_page = parts.method == http::Method::GET && !parts.uri.path().starts_with("/api/");
    if accept.contains("text/html") && !is_page {
        return;
    }
    if let Ok(status) = StatusCode::from_u16(error.status()) {
        // A page answers 404 for what isn't there, and 200 with a sentence for what the visitor can mend.
        if !is_page || matches!(status.as_u16(), 404 | 500 | 503) {
            response.set_status(status);
            if status == StatusCode::SERVICE_UNAVAILABLE {
                response.insert_header(header::RETRY_AFTER, RETRY_AFTER);
            }
        }
    }
}

/// Sets an error's status and gives it back.
pub fn said(error: AppError) -> AppError {
    answer_status(&error);
    error
}

impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        // Where it matters, `told` puts the community's own offset here.
        said(as_app_error(error, 8 * 3600))
    }
}

fn as_app_error(error: StoreError, offset: i32) -> AppError {
    match error {
        StoreError::Refused(refusal) => AppError::Refused { refusal, offset },
        StoreError::Invalid(problem) => AppError::Invalid { problem },
        StoreError::NotFound => AppError::NotFound,
        StoreError::NotAllowed => AppError::NotAllowed,
        StoreError::Busy => AppError::Busy,
        StoreError::Unsure => AppError::Unsure,
        StoreError::Sealed => AppError::Sealed,
        StoreError::Database(error) => {
            tracing::error!(%error, "the database failed");
            AppError::Failed
        }
    }
}

/// A store's answer, with the offset of the community's clock at the instant that a refusal names.
pub async fn told<T>(answer: Result<T, StoreError>, slug: &str) -> Result<T, AppError> {
    noted(answer, slug).await.map_err(said)
}

/// The same where it is one of several, and not what the request as a whole came to.
pub async fn noted<T>(answer: Result<T, StoreError>, slug: &str) -> Result<T, AppError> {
    let error = match answer {
        Ok(answer) => return Ok(answer),
        Err(error) => error,
    };
    let at = match &error {
        StoreError::Refused(refusal) => instant_of(refusal),
        _ => None,
    };
    let offset = match at {
        Some(at) => store::communities::offset_at(&host()?.db, slug, at).await?,
        None => 0,
    };
    Err(as_app_error(error, offset))
}

fn instant_of(refusal: &Refusal) -> Option<Timestamp> {
    match refusal {
        Refusal::NotYetOpen { opens_at: at }
        | Refusal::Closed { closed_at: at }
        | Refusal::TooLateToCancel { deadline: at }
        | Refusal::PriorityFirst { opens_at: at, .. }
        | Refusal::OfferOver { until: at }
        | Refusal::TooManyCodes { again_at: at } => Some(*at),
        _ => None,
    }
}

/// The Content-Security-Policy of a page, with this response's nonce (CSP level 3). The wasm needs
/// `wasm-unsafe-eval`; nothing else may run that the page did not bring.
pub fn guard_page() {
    let (Some(response), Some(nonce)) = (use_context::<ResponseOptions>(), use_nonce()) else { return };
    let dev = if cfg!(debug_assertions) { " ws:" } else { "" };
    let policy = format!(
        "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self' data:; connect-src 'self'{dev}; object-src 'none'; base-uri 'none'; form-action 'self'; \
         frame-ancestors 'none'"
    );
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response.insert_header(header::CONTENT_SECURITY_POLICY, policy);
    }
}

/// The calendar's view for a visitor who chose none: the month on a wide screen, the list on a phone and in 长辈版.
pub fn view_for_device() -> domain::calendar::View {
    let visitor = use_context::<Parts>().map(|parts| Visitor::of(&parts.headers));
    match visitor {
        Some(Visitor { look, device: Device::Desktop }) if !look.elder => domain::calendar::View::Month,
        _ => domain::calendar::View::List,
    }
}

/// Sends the visitor to a page of a community after a change: without JavaScript by redirect, with it by the router.
/// `page` comes from a form, so it may only lead on within this site.
pub fn go(slug: &str, page: &str) {
    let safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '/' | '?' | '=' | '#' | '&' | '.' | '%');
    let plain = slug.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') && page.chars().all(safe);
    if plain && !page.starts_with('/') {
        leptos_axum::redirect(&format!("/{slug}/{page}"));
    }
}
