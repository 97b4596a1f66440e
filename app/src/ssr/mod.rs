//! What a server function needs of its host: the database, the clock, who is signed in, cookies and status.

mod session;

pub use session::{
    confirmed, end_session, is_plain_form, keep, keep_confirmed, keep_sealed, keeping, keeping_sealed, kept,
    kept_sealed, need_who, renew_session, session_handle, sign_in, take_typed, who,
};

use crate::{
    error::AppError,
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
use std::{future::Future, net::IpAddr, pin::Pin, sync::Arc};
use store::{
    DatabaseConnection, StoreError, accounts::Who, bookings::BookingDesk, calendar::CalendarReader,
    read_many::ReadMany, revisions::Revisions, sealed::Keys,
};
use uuid::Uuid;

/// The host of this process, given to every page and server function as context.
#[derive(Clone)]
pub struct Host {
    /// The database.
    pub db: DatabaseConnection,
    /// The keys of what it keeps sealed.
    pub keys: Keys,
    /// Who accounts are.
    pub accounts: ReadMany<AccountId, Who>,
    /// What public pages show.
    pub calendar: CalendarReader,
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

/// A one-time code on its way to a phone. It writes neither by `Debug`.
#[derive(Clone)]
pub struct OneTimeCode {
    /// Names this sending, however often it is tried.
    pub id: Uuid,
    /// Where to.
    pub phone: PhoneNumber,
    /// The code.
    pub code: String,
    /// From when it is worth nothing, and not to be sent any more.
    pub expires_at: Timestamp,
}

/// Why a code didn't go out, for the log: of the code and the phone it says nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotSent {
    /// It surely didn't.
    Surely(String),
    /// Nobody knows: it may come all the same.
    Perhaps(String),
}

/// Sends a one-time code to a phone.
pub trait CodeSender: Send + Sync {
    /// Sends it, or says within seconds that it can't.
    fn send(&self, code: OneTimeCode) -> Pin<Box<dyn Future<Output = Result<(), NotSent>> + Send + '_>>;
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

/// The network that a request comes from, an extension of it.
#[derive(Clone, Copy, Debug)]
pub struct FromNetwork(pub IpAddr);

fn network() -> Option<String> {
    Some(use_context::<Parts>()?.extensions.get::<FromNetwork>()?.0.to_string())
}

/// A fresh key that makes a repeated request recognisable.
pub fn new_key() -> Result<RequestKey, AppError> {
    Ok(RequestKey(store::id::new_id(now()?)))
}

/// Seconds after which whoever was told that it is busy may try again.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("2");

/// What came of sending a one-time code.
pub struct SentCode {
    /// By this whoever asked enters it.
    pub id: Uuid,
    /// The code, for the page of the demo.
    pub code: String,
    /// False where nobody knows whether it comes: the visitor is told [`AppError::NoMessage`], and may enter it if it does.
    pub surely: bool,
}

/// Makes a one-time code for a phone and sends it there.
///
/// # Errors
/// [`AppError::NoMessage`] where it surely wasn't sent; it then counts for nothing.
pub async fn send_code(slug: &str, phone: &PhoneNumber) -> Result<SentCode, AppError> {
    let (host, now) = (host()?, now()?);
    let code = store::login_codes::new_code();
    let asked = store::login_codes::ask_code(&host.db, phone, network().as_deref(), &code, now).await;
    let asked = told(asked, slug).await?;
    let id = asked.id;
    let on_its_way = OneTimeCode { id, phone: phone.clone(), code: code.clone(), expires_at: asked.expires_at };
    // Whoever closes the page meanwhile leaves no code behind that wasn't sent.
    let sending = tokio::spawn(async move {
        let sent = host.code_sender.send(on_its_way).await;
        match &sent {
            Ok(()) => {}
            Err(NotSent::Perhaps(why)) => tracing::error!(%id, why, "nobody knows whether a one-time code was sent"),
            Err(NotSent::Surely(why)) => {
                tracing::error!(%id, why, "a one-time code could not be sent");
                store::login_codes::take_back_code(&host.db, id).await?;
            }
        }
        Ok::<_, StoreError>(sent)
    });
    match sending.await.map_err(|_| said(AppError::Failed))?? {
        Err(NotSent::Surely(_)) => Err(said(AppError::NoMessage)),
        sent => Ok(SentCode { id, code, surely: sent.is_ok() }),
    }
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
        | Refusal::TooLateForLeave { deadline: at }
        | Refusal::PriorityFirst { opens_at: at, .. }
        | Refusal::OfferOver { until: at }
        | Refusal::TooManyCodes { again_at: at }
        | Refusal::TooManyGuesses { again_at: at }
        | Refusal::HandedOver { at, .. }
        | Refusal::TooManyPickupCodes { again_at: at } => Some(*at),
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
