//! Changing the phone that signs in: by a code to the current number, and then one to the new.

use crate::{
    error::AppError,
    parts::{ActionProblem, Field, field_problem},
    say,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
#[cfg(feature = "ssr")]
use {
    domain::{id::AccountId, phone::PhoneNumber},
    jiff::{SignedDuration, Timestamp},
    store::accounts::Who,
};

/// How far changing the phone has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PhoneStep {
    /// Nothing was asked for.
    Begin,
    /// A code was sent to the current number.
    ProveMe,
    /// It was right: the new number is asked for.
    NewPhone,
    /// A code was sent to the new number.
    ProveNew,
}

/// What the login session keeps of a change of the phone.
#[cfg(feature = "ssr")]
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct PhoneChange {
    /// Whose phone it is: a session may change hands.
    account: AccountId,
    /// Until when what was proved counts.
    until: Timestamp,
    /// True once the code sent to the current number was right.
    proved: bool,
    /// The new number, once it was told.
    new_phone: Option<String>,
    /// The code that was sent last; one that a program before this one sent is lost.
    #[serde(default)]
    code: Option<uuid::Uuid>,
    /// The last code, in demo mode.
    demo_code: Option<String>,
}

#[cfg(feature = "ssr")]
const CHANGE: &str = "phone_change";

/// So many minutes after it was begun it must be finished.
#[cfg(feature = "ssr")]
const MINUTES: i64 = 20;

/// What was begun and isn't over.
#[cfg(feature = "ssr")]
pub(super) async fn kept_change(who: &Who) -> Result<Option<PhoneChange>, AppError> {
    let kept: Option<PhoneChange> = crate::ssr::kept(CHANGE).await?;
    let now = crate::ssr::now()?;
    Ok(kept.filter(|change| change.until > now && change.account == who.account))
}

#[cfg(feature = "ssr")]
impl PhoneChange {
    /// How far it has come.
    pub(super) fn step(&self) -> PhoneStep {
        match (self.proved, &self.new_phone) {
            (false, _) => PhoneStep::ProveMe,
            (true, None) => PhoneStep::NewPhone,
            (true, Some(_)) => PhoneStep::ProveNew,
        }
    }

    /// The new number, once it was told.
    pub(super) fn new_phone(&self) -> Option<PhoneNumber> {
        PhoneNumber::parse(self.new_phone.as_deref()?).ok()
    }

    /// The last code, in demo mode.
    pub(super) fn demo_code(&self) -> Option<String> {
        self.demo_code.clone()
    }
}

/// Sends a code and keeps how far the change has come.
#[cfg(feature = "ssr")]
async fn send(slug: &str, phone: &PhoneNumber, mut change: PhoneChange) -> Result<(), AppError> {
    let sent = crate::ssr::send_code(slug, phone).await?;
    if !sent.surely {
        return Err(crate::ssr::said(AppError::NoMessage));
    }
    change.code = Some(sent.id);
    change.demo_code = crate::ssr::host()?.demo.then_some(sent.code);
    crate::ssr::keep(CHANGE, Some(&change)).await
}

/// Begins to change the phone: a code goes to the current one.
#[server(prefix = "/api", endpoint = "begin_phone_change")]
pub async fn begin_phone_change(slug: String) -> Result<(), AppError> {
    let who = crate::ssr::need_who().await?;
    let phone = who.phone.ok_or_else(|| crate::ssr::said(AppError::NotFound))?;
    let until = crate::ssr::now()?.checked_add(SignedDuration::from_mins(MINUTES)).unwrap_or(Timestamp::MAX);
    let change =
        PhoneChange { account: who.account, until, proved: false, new_phone: None, code: None, demo_code: None };
    send(&slug, &phone, change).await?;
    crate::ssr::go(&slug, "my/account#phone");
    Ok(())
}

/// Proves by the code sent to the current phone that it is still in the visitor's hand.
#[server(prefix = "/api", endpoint = "prove_phone")]
pub async fn prove_phone(slug: String, code: String) -> Result<(), AppError> {
    let who = crate::ssr::need_who().await?;
    let code = super::page::read_code(&code).map_err(|p| crate::ssr::said(AppError::invalid("code", p)))?;
    let (Some(change), Some(phone)) = (kept_change(&who).await?, who.phone) else { return Err(over()) };
    let (host, now) = (crate::ssr::host()?, crate::ssr::now()?);
    crate::ssr::told(store::login_codes::use_code(&host.db, &phone, change.code.as_slice(), &code, now).await, &slug)
        .await?;
    crate::ssr::keep(CHANGE, Some(&PhoneChange { proved: true, demo_code: None, ..change })).await?;
    crate::ssr::go(&slug, "my/account#phone");
    Ok(())
}

/// Sends a code to the new phone.
#[server(prefix = "/api", endpoint = "tell_new_phone")]
pub async fn tell_new_phone(slug: String, phone: String) -> Result<(), AppError> {
    let who = crate::ssr::need_who().await?;
    let phone = PhoneNumber::parse(&phone);
    let phone = phone.map_err(|problem| crate::ssr::said(AppError::invalid("phone", problem)))?;
    let Some(change) = kept_change(&who).await?.filter(|change| change.proved) else { return Err(over()) };
    send(&slug, &phone, PhoneChange { new_phone: Some(phone.as_str().to_owned()), ..change }).await?;
    crate::ssr::go(&slug, "my/account#phone");
    Ok(())
}

/// Takes the new phone, once its code was right. All other devices are signed out.
#[server(prefix = "/api", endpoint = "change_phone")]
pub async fn change_phone(slug: String, code: String) -> Result<(), AppError> {
    let who = crate::ssr::need_who().await?;
    let code = super::page::read_code(&code).map_err(|p| crate::ssr::said(AppError::invalid("code", p)))?;
    let change = kept_change(&who).await?.filter(|change| change.proved).ok_or_else(over)?;
    let phone = change.new_phone().ok_or_else(over)?;
    let (host, now) = (crate::ssr::host()?, crate::ssr::now()?);
    let here = crate::ssr::session_handle().await?.unwrap_or_default();
    let changed =
        store::accounts::change_phone(&host.db, &who, &phone, change.code.as_slice(), &code, &here, now).await;
    crate::ssr::told(changed, &slug).await?;
    crate::ssr::keep::<PhoneChange>(CHANGE, None).await?;
    crate::ssr::go(&slug, "my/account?done=phone");
    Ok(())
}

/// Forgets a change of the phone that was begun.
#[server(prefix = "/api", endpoint = "forget_phone_change")]
pub async fn forget_phone_change(slug: String) -> Result<(), AppError> {
    crate::ssr::need_who().await?;
    crate::ssr::keep::<PhoneChange>(CHANGE, None).await?;
    crate::ssr::go(&slug, "my/account#phone");
    Ok(())
}

/// What was proved is too long ago.
#[cfg(feature = "ssr")]
fn over() -> AppError {
    crate::ssr::said(AppError::Refused { refusal: domain::refusal::Refusal::WrongCode, offset: 0 })
}

/// What the forms do; made once, so that an answer outlives the reading anew that it causes.
#[derive(Clone, Copy)]
pub struct PhoneActions {
    begin: ServerAction<BeginPhoneChange>,
    prove: ServerAction<ProvePhone>,
    tell: ServerAction<TellNewPhone>,
    /// Takes the new phone.
    pub change: ServerAction<ChangePhone>,
    forget: ServerAction<ForgetPhoneChange>,
}

impl PhoneActions {
    /// Nothing done yet.
    pub fn begin() -> Self {
        Self {
            begin: ServerAction::new(),
            prove: ServerAction::new(),
            tell: ServerAction::new(),
            change: ServerAction::new(),
            forget: ServerAction::new(),
        }
    }

    /// Rises with each answer.
    pub fn version(self) -> usize {
        let Self { begin, prove, tell, change, forget } = self;
        let first = begin.version().get() + prove.version().get() + tell.version().get();
        first + change.version().get() + forget.version().get()
    }
}

/// The form of the step that is next, and the way back to the first.
#[component]
pub fn PhoneForms(
    /// The phone, masked.
    phone: String,
    /// How far it has come.
    step: PhoneStep,
    /// The new number, masked, once it was told.
    new_phone: Option<String>,
    /// The code itself, in demo mode.
    demo_code: Option<String>,
    /// The community whose page this is.
    slug: String,
    /// What the forms do.
    actions: PhoneActions,
) -> impl IntoView {
    let PhoneActions { begin, prove, tell, change, forget } = actions;
    let number = |n: u8| view! { <p class="eyebrow">{say!(account.step, n = n).to_string()}</p> };
    let hidden = || view! { <input type="hidden" name="slug" value=slug.clone() /> };
    let (of_form, of_again) = (hidden(), hidden());
    let is = say!(account.phone_is, phone = phone.clone()).to_string();
    let demo = demo_code.map(|code| {
        view! {
            <p class="demo-note">
                {say!(sign_in.demo_code)} " " <b>{code}</b>
            </p>
        }
    });
    let code_field = move |label: &'static str, hint: String, problem: Signal<Option<String>>| {
        view! {
            <Field
                name="code"
                label=label
                hint=hint
                class="input--code"
                inputmode="numeric"
                autocomplete="one-time-code"
                required=true
                problem
            />
        }
    };
    let form = match step {
        PhoneStep::Begin => view! {
            <p class="soft">{say!(account.phone_text)}</p>
            <ActionForm action=begin>
                <ActionProblem action=begin />
                {of_form}
                <button class="button" disabled=move || begin.pending().get()>
                    {say!(account.change_phone)}
                </button>
            </ActionForm>
        }
        .into_any(),
        PhoneStep::ProveMe => view! {
            {number(1)}
            {demo}
            <ActionForm action=prove attr:class="form">
                <ActionProblem action=prove fields=&["code"] />
                {of_form}
                {code_field(
                    say!(account.old_code_field),
                    say!(account.old_code_hint, phone = phone).to_string(),
                    field_problem(prove, "code"),
                )}
                <button class="button button--primary" disabled=move || prove.pending().get()>
                    {say!(account.confirm_me)}
                </button>
            </ActionForm>
        }
        .into_any(),
        PhoneStep::NewPhone => view! {
            {number(2)}
            <ActionForm action=tell attr:class="form">
                <ActionProblem action=tell fields=&["phone"] />
                {of_form}
                <Field
                    name="phone"
                    kind="tel"
                    label=say!(account.new_phone)
                    autocomplete="tel-national"
                    required=true
                    problem=field_problem(tell, "phone")
                />
                <button class="button button--primary" disabled=move || tell.pending().get()>
                    {say!(account.send_new)}
                </button>
            </ActionForm>
        }
        .into_any(),
        PhoneStep::ProveNew => view! {
            {number(3)}
            {demo}
            <ActionForm action=change attr:class="form">
                <ActionProblem action=change fields=&["code"] />
                {of_form}
                {code_field(
                    say!(account.new_code_field),
                    say!(account.new_code_hint, phone = new_phone.unwrap_or_default()).to_string(),
                    field_problem(change, "code"),
                )}
                <button class="button button--primary" disabled=move || change.pending().get()>
                    {say!(account.finish)}
                </button>
            </ActionForm>
        }
        .into_any(),
    };
    let again = (step != PhoneStep::Begin).then(|| {
        view! {
            <ActionForm action=forget>
                {of_again}
                <button class="button button--plain" disabled=move || forget.pending().get()>
                    {say!(account.start_over)}
                </button>
            </ActionForm>
        }
    });
    view! {
        <p>{is}</p>
        {form}
        {again}
    }
}
