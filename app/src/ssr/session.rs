//! The login session of a visitor: who is signed in, and what is kept of what they began.

use super::{host, now, said};
use crate::{error::AppError, frame::Typed};
use domain::id::AccountId;
use http::{HeaderName, HeaderValue, header, request::Parts};
use jiff::{SignedDuration, Timestamp};
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use serde::{Serialize, de::DeserializeOwned};
use std::future::Future;
use store::{StoreError, accounts::Who, sealed::Place};
use tower_sessions::Session;

/// The login session's key for what was typed.
const TYPED: &str = "typed";

/// The same for what may only be kept sealed.
const TYPED_SEALED: &str = "typed_sealed";

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

/// Signs an account in.
pub async fn sign_in(account: AccountId) -> Result<(), AppError> {
    renew_session().await?;
    keep("device", Some(&device())).await?;
    keep("account", Some(&account.0)).await?;
    keep_confirmed(account).await
}

/// Gives the visitor a new cookie, so that a planted one is worth nothing.
pub async fn renew_session() -> Result<(), AppError> {
    session().await?.cycle_id().await.map_err(unwritten)
}

/// Who signed in or typed their password, and when.
const CONFIRMED: &str = "confirmed";

/// So long that counts: who comes later to a computer that was left alone can't change how one signs in.
const CONFIRMED_FOR: SignedDuration = SignedDuration::from_mins(15);

/// Keeps that the visitor proved just now to be the account.
pub async fn keep_confirmed(account: AccountId) -> Result<(), AppError> {
    keep(CONFIRMED, Some(&(account.0, now()?))).await
}

/// True if the visitor proved to be the account a short time ago.
pub async fn confirmed(who: &Who) -> Result<bool, AppError> {
    let kept: Option<(uuid::Uuid, Timestamp)> = kept(CONFIRMED).await?;
    let now = now()?;
    Ok(kept.is_some_and(|(account, at)| account == who.account.0 && now.duration_since(at) < CONFIRMED_FOR))
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

/// The same sealed for this account, for what the database may not hold in clear; it is read until then.
pub async fn keep_sealed<T: Serialize + ?Sized>(
    who: &Who,
    name: &'static str,
    until: Timestamp,
    value: &T,
) -> Result<(), AppError> {
    let text = leptos::serde_json::to_string(&(until, value)).map_err(|_| AppError::Failed)?;
    keep(name, Some(&host()?.keys.seal_text(session_place(name, who.account.0), &text)?)).await
}

/// What [`keep_sealed`] kept, while its time lasts and its key is there.
pub async fn kept_sealed<T: DeserializeOwned>(who: &Who, name: &'static str) -> Result<Option<T>, AppError> {
    let Some(sealed) = kept::<String>(name).await? else { return Ok(None) };
    let text = host()?.keys.open_text(session_place(name, who.account.0), &sealed);
    let opened: Option<(Timestamp, T)> = text.and_then(|text| leptos::serde_json::from_str(&text).ok());
    let now = now()?;
    Ok(opened.filter(|(until, _)| *until > now).map(|(_, value)| value))
}

/// What a login session keeps sealed is bound to its account.
fn session_place(column: &'static str, account: uuid::Uuid) -> Place {
    Place { table: "login_session", column, row: account }
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

async fn typed_place() -> Result<Option<Place>, AppError> {
    Ok(kept("account").await?.map(|account| session_place("typed", account)))
}

/// True for a form that the browser itself sent, and not a script.
pub fn is_plain_form() -> bool {
    use_context::<Parts>().is_some_and(|parts| {
        let accept = parts.headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
        accept.is_some_and(|accept| accept.contains("text/html"))
    })
}

/// What was typed into a plain form, if it was refused and can be mended; a visitor who may not do it at all leaves
/// nothing behind.
fn worth_keeping<T>(typed: &[(&str, Option<&str>)], done: &Result<T, AppError>) -> Option<Typed> {
    /// Longer text is not a mistake worth mending.
    const LONGEST: usize = 1000;
    let mendable = matches!(done, Err(AppError::Invalid { .. } | AppError::Refused { .. } | AppError::NoMessage));
    let kept = typed.iter().filter_map(|(id, text)| Some(((*id).to_owned(), (*text)?.to_owned())));
    (mendable && is_plain_form()).then(|| kept.filter(|(_, text)| text.len() <= LONGEST).collect())
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

/// Ends the login session everywhere, and has the browser forget what it kept of it: the day's rolls, and taps that it
/// did not send (Clear Site Data, W3C, 3.1).
pub async fn end_session() -> Result<(), AppError> {
    if let Some(response) = use_context::<ResponseOptions>() {
        response.insert_header(HeaderName::from_static("clear-site-data"), HeaderValue::from_static("\"storage\""));
    }
    session().await?.flush().await.map_err(|error| session_failed(&error, "login session could not be ended"))
}
