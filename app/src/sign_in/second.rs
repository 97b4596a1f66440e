//! The second step of signing in, for whoever set up an authenticator app or a passkey.

use super::cards::SlugAndTo;
use crate::{
    error::AppError,
    parts::{ActionProblem, Banner, Field, Icon, field_problem},
    say,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
#[cfg(feature = "ssr")]
use {
    super::{landing, relying_party},
    domain::{id::AccountId, refusal::Refusal},
    jiff::{SignedDuration, Timestamp},
};

/// What the second step may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondStep {
    /// A code of the authenticator app; else only a recovery code.
    pub app: bool,
    /// A passkey.
    pub passkey: bool,
}

/// Whose password or sent code was right: in the login session, since it is nobody's business but the server's.
#[cfg(feature = "ssr")]
#[derive(Clone, Serialize, Deserialize)]
struct HalfWay {
    account: AccountId,
    until: Timestamp,
}

#[cfg(feature = "ssr")]
const HALF_WAY: &str = "half_way";

/// So many minutes after the first step the second must be taken.
#[cfg(feature = "ssr")]
const MINUTES: i64 = 10;

#[cfg(feature = "ssr")]
async fn half_way() -> Result<Option<HalfWay>, AppError> {
    let kept: Option<HalfWay> = crate::ssr::kept(HALF_WAY).await?;
    let now = crate::ssr::now()?;
    Ok(kept.filter(|half| half.until > now))
}

/// What the visitor must still do, if the first step was taken.
#[cfg(feature = "ssr")]
pub(super) async fn second_step() -> Result<Option<SecondStep>, AppError> {
    let Some(half) = half_way().await? else { return Ok(None) };
    let factors = store::second_factors::factors_of(&crate::ssr::host()?.db, half.account).await?;
    Ok(Some(SecondStep { app: factors.totp, passkey: factors.passkeys > 0 }))
}

/// Signs in whose password or sent code was right, and says so; or leads to the second step, where there is one.
#[cfg(feature = "ssr")]
pub(super) async fn let_in(slug: &str, account: AccountId, to: Option<&str>) -> Result<bool, AppError> {
    let factors = store::second_factors::factors_of(&crate::ssr::host()?.db, account).await?;
    if !factors.asked() {
        crate::ssr::sign_in(account).await?;
        return Ok(true);
    }
    let until = crate::ssr::now()?.checked_add(SignedDuration::from_mins(MINUTES)).unwrap_or(Timestamp::MAX);
    crate::ssr::renew_session().await?;
    crate::ssr::keep(HALF_WAY, Some(&HalfWay { account, until })).await?;
    let to = landing(to).map(|to| format!("&to={to}")).unwrap_or_default();
    crate::ssr::go(slug, &format!("sign-in?step=second{to}"));
    Ok(false)
}

/// Signs in by a code of the app, or by a recovery code.
#[server(prefix = "/api", endpoint = "enter_second")]
pub async fn enter_second(slug: String, code: String, to: Option<String>) -> Result<(), AppError> {
    use domain::text::InputProblem;
    const LONGEST: usize = 64;
    let invalid = |problem| crate::ssr::said(AppError::invalid("code", problem));
    match code.trim() {
        "" => return Err(invalid(InputProblem::Empty)),
        code if code.len() > LONGEST => return Err(invalid(InputProblem::TooLong { max: LONGEST })),
        _ => {}
    }
    let Some(half) = half_way().await? else { return Err(refused(Refusal::WrongCode)) };
    let (host, now) = (crate::ssr::host()?, crate::ssr::now()?);
    // An app's code may be typed as any other: with spaces, or in full width.
    let typed = super::page::read_code(&code).unwrap_or(code);
    let proved = store::second_factors::prove(&host.db, &host.keys, half.account, &typed, now).await;
    crate::ssr::told(proved, &slug).await?;
    crate::ssr::sign_in(half.account).await?;
    crate::ssr::keep::<str>(HALF_WAY, None).await?;
    super::page::land(&slug, half.account, to).await
}

/// What a browser needs to ask for a passkey, as JSON.
#[server(prefix = "/api", endpoint = "begin_passkey_entry")]
pub async fn begin_passkey_entry() -> Result<String, AppError> {
    relying_party::begin_entering().await
}

/// Signs in by the passkey that the browser found. It takes no second step: a passkey asks for a finger or a PIN.
#[server(prefix = "/api", endpoint = "enter_passkey")]
pub async fn enter_passkey(slug: String, credential: String, to: Option<String>) -> Result<(), AppError> {
    let known = relying_party::finish_entering(&credential).await?;
    crate::ssr::sign_in(known.account).await?;
    crate::ssr::keep::<str>(HALF_WAY, None).await?;
    super::page::land(&slug, known.account, to).await
}

#[cfg(feature = "ssr")]
fn refused(refusal: Refusal) -> AppError {
    crate::ssr::said(AppError::Refused { refusal, offset: 0 })
}

/// The second step: a code of the app, a passkey, or a recovery code.
#[component]
pub(super) fn SecondCard(
    /// What it may be; none once the first step is too long ago.
    step: Option<SecondStep>,
    /// The community.
    slug: Memo<String>,
    /// The page to go on to.
    to: Memo<Option<String>>,
    /// Takes a code.
    enter: ServerAction<EnterSecond>,
    /// Takes a passkey.
    passkey: ServerAction<EnterPasskey>,
) -> impl IntoView {
    let again = move || match to.get() {
        Some(to) => format!("/{}/sign-in?to={to}", slug.get()),
        None => format!("/{}/sign-in", slug.get()),
    };
    let Some(step) = step else {
        return view! {
            <Banner class="" icon="alert" title=say!(second.too_late)>
                <p>
                    <a href=again>{say!(second.begin_again)}</a>
                </p>
            </Banner>
        }
        .into_any();
    };
    let (text, hint) = match step.app {
        true => (say!(second.step_text), say!(second.code_hint)),
        false => (say!(second.step_passkey), say!(second.recovery_hint)),
    };
    let by_passkey = step.passkey.then(|| view! { <PasskeyEntry slug to action=passkey /> });
    let label = if step.app { say!(second.code) } else { say!(second.recovery_code) };
    view! {
        <section class="card stack" aria-labelledby="second-title">
            <h2 id="second-title">{say!(second.step_title)}</h2>
            <p class="soft">{text}</p>
            {by_passkey}
            <ActionForm action=enter attr:class="form">
                <ActionProblem action=enter fields=&["code"] />
                <SlugAndTo slug to />
                <Field
                    name="code"
                    form="second-"
                    label=label
                    hint=hint.to_owned()
                    class="input--code"
                    autocomplete="one-time-code"
                    required=true
                    problem=field_problem(enter, "code")
                />
                <button class="button button--primary button--big" disabled=move || enter.pending().get()>
                    {say!(sign_in.enter)}
                </button>
            </ActionForm>
            <p class="fine">
                {say!(second.lost)} " "
                <a class="back" href=again>
                    {say!(second.begin_again)}
                </a>
            </p>
        </section>
    }
    .into_any()
}

/// The button that asks the browser for a passkey: there in a browser that has them, and JavaScript.
#[component]
pub(super) fn PasskeyEntry(
    /// The community.
    slug: Memo<String>,
    /// The page to go on to.
    to: Memo<Option<String>>,
    /// Signs in by it.
    action: ServerAction<EnterPasskey>,
) -> impl IntoView {
    let problem = RwSignal::new(None::<AppError>);
    let asking = RwSignal::new(false);
    let ask = move |_| {
        asking.set(true);
        problem.set(None);
        leptos::task::spawn_local(async move {
            let found = match begin_passkey_entry().await {
                Ok(options) => super::passkey::get(&options).await.ok_or(None),
                Err(error) => Err(Some(error)),
            };
            match found {
                Ok(credential) => {
                    action.dispatch(EnterPasskey { slug: slug.get_untracked(), credential, to: to.get_untracked() });
                }
                // Whoever stopped knows so.
                Err(error) => problem.set(error),
            }
            asking.set(false);
        });
    };
    view! {
        <PasskeyButton ask waits=Signal::derive(move || asking.get() || action.pending().get()) text=say!(second.enter_passkey) />
        <ActionProblem action />
        {move || problem.get().map(|error| view! { <crate::parts::Failure error /> })}
    }
}

/// A button that only a browser with passkeys shows.
#[component]
pub(super) fn PasskeyButton(
    /// What it does.
    ask: impl Fn(leptos::ev::MouseEvent) + Copy + Send + Sync + 'static,
    /// True while the browser or the server is asked.
    waits: Signal<bool>,
    /// What it says.
    text: &'static str,
) -> impl IntoView {
    let there = RwSignal::new(false);
    Effect::new(move |_| there.set(super::passkey::has_passkeys()));
    move || {
        there.get().then(|| {
            view! {
                <button type="button" class="button button--big" on:click=ask disabled=move || waits.get()>
                    <Icon name="key" />
                    {text}
                </button>
            }
        })
    }
}
