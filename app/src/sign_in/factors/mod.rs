//! The second factor of whoever works here: an authenticator app, passkeys, recovery codes.

mod page;

pub use page::FactorsRoute;

use crate::error::AppError;
use domain::reading::QrCode;
use jiff::civil::Date;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
#[cfg(feature = "ssr")]
use {
    super::{page::read_code, relying_party},
    domain::refusal::Refusal,
    jiff::{SignedDuration, Timestamp},
    store::{
        accounts::Who,
        second_factors::{self, NewTotp},
    },
};

/// An app that is being set up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AppSetUp {
    /// The secret as a QR code.
    pub picture: Option<QrCode>,
    /// The same to be typed, in groups of four.
    pub secret: String,
}

/// A passkey of the visitor's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PasskeyLine {
    /// Its id.
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// The day on which it was added.
    pub since: Date,
    /// The day on which it last signed in.
    pub used: Option<Date>,
}

/// What the page shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FactorsView {
    /// True for who works for a community: nobody else has a second factor.
    pub works: bool,
    /// True while the password was typed a short time ago, so that anything may be changed.
    pub confirmed: bool,
    /// True for who has a password.
    pub has_password: bool,
    /// True with an authenticator app.
    pub app: bool,
    /// One that is being set up.
    pub set_up: Option<AppSetUp>,
    /// The passkeys.
    pub passkeys: Vec<PasskeyLine>,
    /// Recovery codes that weren't used.
    pub codes_left: u64,
    /// New ones, until the visitor has written them down.
    pub new_codes: Vec<String>,
}

/// The secret that is being set up, sealed, in the login session.
#[cfg(feature = "ssr")]
const SETTING_UP: &str = "totp_setting_up";
/// New recovery codes, sealed, in the login session.
#[cfg(feature = "ssr")]
const NEW_CODES: &str = "new_recovery_codes";
/// So many minutes either is kept there.
#[cfg(feature = "ssr")]
const MINUTES: i64 = 15;

/// Keeps sealed what is shown once.
#[cfg(feature = "ssr")]
async fn keep<T: Serialize>(who: &Who, name: &'static str, value: T) -> Result<(), AppError> {
    let until = crate::ssr::now()?.checked_add(SignedDuration::from_mins(MINUTES)).unwrap_or(Timestamp::MAX);
    crate::ssr::keep_sealed(who, name, until, &value).await
}

/// Reads the visitor's second factor; nothing while nobody is signed in.
#[server(prefix = "/api", endpoint = "read_factors", input = server_fn::codec::GetUrl)]
pub async fn read_factors(slug: String) -> Result<Option<FactorsView>, AppError> {
    let Some(who) = crate::ssr::who().await? else { return Ok(None) };
    let (host, now) = (crate::ssr::host()?, crate::ssr::now()?);
    let factors = second_factors::factors_of(&host.db, who.account).await?;
    let offset = store::communities::offset_at(&host.db, &slug, now).await?;
    let day =
        |at: Timestamp| jiff::tz::Offset::from_seconds(offset).unwrap_or(jiff::tz::Offset::UTC).to_datetime(at).date();
    let passkeys = second_factors::passkeys(&host.db, who.account).await?;
    let secret: Option<String> = crate::ssr::kept_sealed(&who, SETTING_UP).await?;
    Ok(Some(FactorsView {
        works: !who.actor.roles.is_empty(),
        confirmed: crate::ssr::confirmed(&who).await?,
        has_password: store::staff::password_of(&host.db, &who).await?.is_some(),
        app: factors.totp,
        set_up: secret.as_deref().and_then(NewTotp::parse).map(|new| set_up_of(&who, &new)),
        passkeys: passkeys
            .into_iter()
            .map(|passkey| PasskeyLine {
                id: passkey.id.to_string(),
                since: day(passkey.created_at),
                used: passkey.used_at.map(day),
                name: passkey.name,
            })
            .collect(),
        codes_left: factors.recovery_codes,
        new_codes: crate::ssr::kept_sealed(&who, NEW_CODES).await?.unwrap_or_default(),
    }))
}

#[cfg(feature = "ssr")]
fn set_up_of(who: &Who, new: &NewTotp) -> AppSetUp {
    let text = new.text();
    let groups: Vec<String> =
        text.as_bytes().chunks(4).map(|four| String::from_utf8_lossy(four).into_owned()).collect();
    AppSetUp { picture: new.address(&who.name).and_then(crate::sheets::qr::code_of), secret: groups.join(" ") }
}

/// Who works for a community, and typed the password a short time ago.
#[cfg(feature = "ssr")]
async fn need_confirmed() -> Result<Who, AppError> {
    let who = crate::ssr::need_who().await?;
    // Nobody else has a second factor: a family that lost it would have nobody to ask.
    if who.actor.roles.is_empty() {
        return Err(crate::ssr::said(AppError::NotAllowed));
    }
    match crate::ssr::confirmed(&who).await? {
        true => Ok(who),
        false => Err(crate::ssr::said(AppError::Refused { refusal: Refusal::ConfirmFirst, offset: 0 })),
    }
}

/// Whoever has the first app or passkey gets recovery codes with it.
#[cfg(feature = "ssr")]
async fn give_codes(who: &Who) -> Result<(), AppError> {
    let (host, now) = (crate::ssr::host()?, crate::ssr::now()?);
    // They are shown on the next page, until when they are kept sealed.
    host.keys.ring()?;
    let codes = second_factors::new_recovery_codes(&host.db, who, now).await?;
    keep(who, NEW_CODES, codes).await
}

/// Begins to set up an authenticator app.
#[server(prefix = "/api", endpoint = "begin_totp")]
pub async fn begin_totp(slug: String) -> Result<(), AppError> {
    let who = need_confirmed().await?;
    keep(&who, SETTING_UP, second_factors::begin_totp().text()).await?;
    crate::ssr::go(&slug, "my/account/second#app");
    Ok(())
}

/// Forgets an app that was to be set up.
#[server(prefix = "/api", endpoint = "forget_totp")]
pub async fn forget_totp(slug: String) -> Result<(), AppError> {
    crate::ssr::need_who().await?;
    crate::ssr::keep::<str>(SETTING_UP, None).await?;
    crate::ssr::go(&slug, "my/account/second#app");
    Ok(())
}

/// Sets the app up by a code that it shows.
#[server(prefix = "/api", endpoint = "set_up_totp")]
pub async fn set_up_totp(slug: String, code: String) -> Result<(), AppError> {
    let who = need_confirmed().await?;
    let code = read_code(&code).map_err(|p| crate::ssr::said(AppError::invalid("code", p)))?;
    let (host, now) = (crate::ssr::host()?, crate::ssr::now()?);
    let secret: Option<String> = crate::ssr::kept_sealed(&who, SETTING_UP).await?;
    let new = secret.as_deref().and_then(NewTotp::parse);
    let new = new.ok_or_else(|| crate::ssr::said(AppError::Refused { refusal: Refusal::WrongCode, offset: 0 }))?;
    let set_up = second_factors::set_up_totp(&host.db, &host.keys, &who, &new, &code, now).await;
    crate::ssr::told(set_up, &slug).await?;
    crate::ssr::keep::<str>(SETTING_UP, None).await?;
    if second_factors::factors_of(&host.db, who.account).await?.recovery_codes == 0 {
        give_codes(&who).await?;
    }
    crate::ssr::go(&slug, "my/account/second?done=app");
    Ok(())
}

/// Removes the app.
#[server(prefix = "/api", endpoint = "remove_totp")]
pub async fn remove_totp(slug: String) -> Result<(), AppError> {
    let who = need_confirmed().await?;
    let (host, now) = (crate::ssr::host()?, crate::ssr::now()?);
    crate::ssr::told(second_factors::remove_totp(&host.db, &who, now).await, &slug).await?;
    crate::ssr::go(&slug, "my/account/second?done=removed");
    Ok(())
}

/// What a browser needs to make a passkey, as JSON.
#[server(prefix = "/api", endpoint = "begin_passkey")]
pub async fn begin_passkey() -> Result<String, AppError> {
    let who = need_confirmed().await?;
    relying_party::begin_adding(&who).await
}

/// Adds the passkey that the browser made.
#[server(prefix = "/api", endpoint = "add_passkey")]
pub async fn add_passkey(slug: String, name: String, credential: String) -> Result<(), AppError> {
    use domain::text::PersonName;
    let who = need_confirmed().await?;
    let name = PersonName::parse(&name).map_err(|p| crate::ssr::said(AppError::invalid("name", p)))?;
    let (host, now) = (crate::ssr::host()?, crate::ssr::now()?);
    let (id, made) = relying_party::finish_adding(&credential).await?;
    let new = second_factors::NewPasskey { name: &name, credential_id: &id, credential: &made };
    crate::ssr::told(second_factors::add_passkey(&host.db, &who, new, now).await, &slug).await?;
    if second_factors::factors_of(&host.db, who.account).await?.recovery_codes == 0 && host.keys.ring().is_ok() {
        give_codes(&who).await?;
    }
    crate::ssr::go(&slug, "my/account/second?done=passkey");
    Ok(())
}

/// Removes a passkey.
#[server(prefix = "/api", endpoint = "remove_passkey")]
pub async fn remove_passkey(slug: String, passkey: String) -> Result<(), AppError> {
    let who = need_confirmed().await?;
    let id = passkey.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?;
    let (host, now) = (crate::ssr::host()?, crate::ssr::now()?);
    crate::ssr::told(second_factors::remove_passkey(&host.db, &who, id, now).await, &slug).await?;
    crate::ssr::go(&slug, "my/account/second?done=removed");
    Ok(())
}

/// Makes new recovery codes; the earlier ones are worth nothing then.
#[server(prefix = "/api", endpoint = "new_recovery_codes")]
pub async fn new_recovery_codes(slug: String) -> Result<(), AppError> {
    give_codes(&need_confirmed().await?).await?;
    crate::ssr::go(&slug, "my/account/second#codes");
    Ok(())
}

/// Shows the new recovery codes no longer.
#[server(prefix = "/api", endpoint = "hide_recovery_codes")]
pub async fn hide_recovery_codes(slug: String) -> Result<(), AppError> {
    crate::ssr::need_who().await?;
    crate::ssr::keep::<str>(NEW_CODES, None).await?;
    crate::ssr::go(&slug, "my/account/second?done=written");
    Ok(())
}

/// Says by the password that it is still the visitor who sits there.
#[server(prefix = "/api", endpoint = "confirm_password")]
pub async fn confirm_password(slug: String, password: String) -> Result<(), AppError> {
    let who = crate::ssr::need_who().await?;
    let host = crate::ssr::host()?;
    crate::ssr::told(store::staff::confirm_password(&host.db, &who, password).await, &slug).await?;
    crate::ssr::keep_confirmed(who.account).await?;
    crate::ssr::go(&slug, "my/account/second");
    Ok(())
}
