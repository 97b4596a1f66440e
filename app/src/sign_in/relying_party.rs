//! The server's side of passkeys: what a browser is asked for, and whether what it says holds (Web Authentication,
//! Level 3, 7). Whose passkeys there are is the store's.

use crate::error::AppError;
use domain::refusal::Refusal;
use jiff::{SignedDuration, Timestamp};
use leptos::serde_json;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use store::{
    accounts::Who,
    second_factors::{self, Passkey as Known},
};
use webauthn_rs::prelude::{
    DiscoverableAuthentication, Passkey, PasskeyRegistration, PublicKeyCredential, RegisterPublicKeyCredential, Url,
    Webauthn, WebauthnBuilder,
};

/// A browser's answer is about 2 KB.
const LONGEST: usize = 16 * 1024;

/// So long somebody may look for their key.
const MINUTES: i64 = 5;

/// What was asked, in the login session, until it is answered: once.
#[derive(Serialize, Deserialize)]
struct Asked<T> {
    state: T,
    until: Timestamp,
}

const ADDING: &str = "passkey_adding";
const ENTERING: &str = "passkey_entering";

fn refused(refusal: Refusal) -> AppError {
    crate::ssr::said(AppError::Refused { refusal, offset: 0 })
}

/// This site as browsers know it. They have passkeys for names only, and only where nobody listens: over HTTPS, or on
/// this machine.
fn site() -> Result<Webauthn, AppError> {
    let origin = crate::ssr::address_of("").and_then(|address| Url::parse(&address).ok());
    let site = origin.and_then(|origin| {
        let host = origin.domain()?.to_owned();
        (origin.scheme() == "https" || host == "localhost")
            .then(|| WebauthnBuilder::new(&host, &origin).ok()?.rp_name("朝夕").build().ok())?
    });
    site.ok_or_else(|| refused(Refusal::NoPasskeysHere))
}

async fn keep<T: Serialize>(name: &str, state: T) -> Result<(), AppError> {
    let until = crate::ssr::now()?.checked_add(SignedDuration::from_mins(MINUTES)).unwrap_or(Timestamp::MAX);
    crate::ssr::keep(name, Some(&Asked { state, until })).await
}

/// What was asked, and not again.
async fn take<T: DeserializeOwned>(name: &str) -> Result<T, AppError> {
    let kept: Option<Asked<T>> = crate::ssr::kept(name).await?;
    crate::ssr::keep::<str>(name, None).await?;
    let now = crate::ssr::now()?;
    kept.filter(|asked| asked.until > now).map(|asked| asked.state).ok_or_else(|| refused(Refusal::WrongPasskey))
}

fn read<T: DeserializeOwned>(answer: &str) -> Result<T, AppError> {
    let read = (answer.len() <= LONGEST).then(|| serde_json::from_str(answer).ok()).flatten();
    read.ok_or_else(|| refused(Refusal::WrongPasskey))
}

fn written(value: &impl Serialize) -> Result<String, AppError> {
    serde_json::to_string(value).map_err(|_| AppError::Failed)
}

/// What the browser needs to make a passkey, as JSON.
pub(super) async fn begin_adding(who: &Who) -> Result<String, AppError> {
    let site = site()?;
    let host = crate::ssr::host()?;
    let known = second_factors::passkeys(&host.db, who.account).await?;
    let known: Vec<Passkey> = known.iter().filter_map(|known| serde_json::from_str(&known.credential).ok()).collect();
    let known = known.iter().map(|known| known.cred_id().clone()).collect();
    let (options, state) = site
        .start_passkey_registration(who.account.0, &who.name, &who.name, Some(known))
        .map_err(|_| refused(Refusal::NoPasskeysHere))?;
    keep::<PasskeyRegistration>(ADDING, state).await?;
    let mut options = serde_json::to_value(options.public_key).map_err(|_| AppError::Failed)?;
    // It is asked for at the sign-in page, before anybody said who they are, so it must be found by the site alone.
    if let Some(selection) = options.get_mut("authenticatorSelection") {
        selection["residentKey"] = "required".into();
        selection["requireResidentKey"] = true.into();
    }
    Ok(options.to_string())
}

/// The passkey that the browser made: its id in base64url, and what is kept of it.
pub(super) async fn finish_adding(answer: &str) -> Result<(String, String), AppError> {
    let state: PasskeyRegistration = take(ADDING).await?;
    let answer: RegisterPublicKeyCredential = read(answer)?;
    let made = site()?.finish_passkey_registration(&answer, &state).map_err(|error| {
        tracing::warn!(%error, "a passkey could not be added");
        refused(Refusal::WrongPasskey)
    })?;
    Ok((answer.id, written(&made)?))
}

/// What the browser needs to sign in by whichever passkey it has for this site, as JSON.
pub(super) async fn begin_entering() -> Result<String, AppError> {
    let (options, state) = site()?.start_discoverable_authentication().map_err(|_| refused(Refusal::NoPasskeysHere))?;
    keep::<DiscoverableAuthentication>(ENTERING, state).await?;
    written(&options.public_key)
}

/// Whom a passkey lets in.
pub(super) async fn finish_entering(answer: &str) -> Result<Known, AppError> {
    let state: DiscoverableAuthentication = take(ENTERING).await?;
    let answer: PublicKeyCredential = read(answer)?;
    let site = site()?;
    let (host, now) = (crate::ssr::host()?, crate::ssr::now()?);
    let wrong = || refused(Refusal::WrongPasskey);
    let (owner, _) = site.identify_discoverable_authentication(&answer).map_err(|_| wrong())?;
    let known = second_factors::passkey_of(&host.db, &answer.id).await?.ok_or_else(wrong)?;
    let mut credential: Passkey = serde_json::from_str(&known.credential).map_err(|_| AppError::Failed)?;
    let entered = site.finish_discoverable_authentication_v2(&answer, state, &credential).map_err(|error| {
        tracing::warn!(%error, passkey = %known.id, "a passkey was refused");
        wrong()
    })?;
    credential.update_credential(&entered);
    if owner != known.account.0 || !entered.user_verified() {
        return Err(wrong());
    }
    match second_factors::use_passkey(&host.db, &known, &written(&credential)?, now).await? {
        true => Ok(known),
        false => Err(wrong()),
    }
}
