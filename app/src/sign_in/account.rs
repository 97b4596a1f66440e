//! The visitor's account: devices that are signed in, phone, password.

use super::sign_in_first::SignInFirst;
use crate::{
    desk::{parts::Back, staff::password_problem},
    error::AppError,
    frame::{framed, refetch_frame_after, use_head, use_slug},
    parts::{ActionProblem, Banner, Field, Icon, Loading, PageTitle, field_problem},
    say, words,
};
use jiff::civil::{Date, DateTime};
use leptos::prelude::*;
use leptos_router::{LazyRoute, hooks::use_query_map, lazy_route};
use serde::{Deserialize, Serialize};

/// A device that is signed in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Device {
    /// Names it.
    pub handle: String,
    /// What it is, in words.
    pub device: Option<String>,
    /// When it signed in.
    pub since: DateTime,
    /// The day on which it was last used.
    pub used: Date,
    /// True for the one that asks.
    pub this: bool,
}

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

/// What the page shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AccountView {
    /// Devices that are signed in, this one first.
    pub devices: Vec<Device>,
    /// The phone, masked; none for who signs in by name.
    pub phone: Option<String>,
    /// How far changing it has come.
    pub step: PhoneStep,
    /// The new number, masked, once it was told.
    pub new_phone: Option<String>,
    /// The code itself, in demo mode.
    pub demo_code: Option<String>,
    /// True for who has a password.
    pub has_password: bool,
    /// True while somebody else chose it.
    pub start_password: bool,
}

/// What the login session keeps of a change of the phone.
#[cfg(feature = "ssr")]
#[derive(Clone, Debug, Serialize, Deserialize)]
struct PhoneChange {
    /// Until when what was proved counts.
    until: jiff::Timestamp,
    /// True once the code sent to the current number was right.
    proved: bool,
    /// The new number, once it was told.
    new_phone: Option<String>,
    /// The last code, in demo mode.
    demo_code: Option<String>,
}

#[cfg(feature = "ssr")]
const CHANGE: &str = "phone_change";

/// What was begun and isn't over.
#[cfg(feature = "ssr")]
async fn kept_change() -> Result<Option<PhoneChange>, AppError> {
    let kept: Option<PhoneChange> = crate::ssr::kept(CHANGE).await?;
    let now = crate::ssr::now()?;
    Ok(kept.filter(|change| change.until > now))
}

/// Reads the account; nothing while nobody is signed in.
#[server(prefix = "/api", endpoint = "read_account", input = server_fn::codec::GetUrl)]
pub async fn read_account(slug: String) -> Result<Option<AccountView>, AppError> {
    let Some(who) = crate::ssr::who().await? else { return Ok(None) };
    let (host, now) = (crate::ssr::host()?, crate::ssr::now()?);
    let here = crate::ssr::session_handle().await?;
    let offset = store::communities::offset_at(&host.db, &slug, now).await?;
    let local = |at| jiff::tz::Offset::from_seconds(offset).unwrap_or(jiff::tz::Offset::UTC).to_datetime(at);
    let logins = store::login_sessions::of_account(&host.db, who.account.0, now).await;
    let logins = logins.map_err(store::StoreError::from)?;
    let mut devices: Vec<Device> = logins
        .into_iter()
        .map(|login| Device {
            this: here.as_deref() == Some(login.handle.as_str()),
            device: login.device,
            since: local(login.since),
            used: local(login.used).date(),
            handle: login.handle,
        })
        .collect();
    devices.sort_by_key(|device| !device.this);
    let change = kept_change().await?;
    let step = match &change {
        None => PhoneStep::Begin,
        Some(change) if !change.proved => PhoneStep::ProveMe,
        Some(change) if change.new_phone.is_none() => PhoneStep::NewPhone,
        Some(_) => PhoneStep::ProveNew,
    };
    let new_phone = change.as_ref().and_then(|change| change.new_phone.as_deref());
    let new_phone = new_phone.and_then(|phone| domain::phone::PhoneNumber::parse(phone).ok());
    let password = store::staff::password_of(&host.db, &who).await?;
    Ok(Some(AccountView {
        devices,
        phone: who.phone.as_ref().map(|phone| phone.masked()),
        step,
        new_phone: new_phone.map(|phone| phone.masked()),
        demo_code: change.and_then(|change| change.demo_code),
        has_password: password.is_some(),
        start_password: password == Some(true),
    }))
}

/// Signs one device out, or all others.
#[server(prefix = "/api", endpoint = "end_login")]
pub async fn end_login(slug: String, handle: Option<String>) -> Result<(), AppError> {
    let who = crate::ssr::need_who().await?;
    let host = crate::ssr::host()?;
    let here = crate::ssr::session_handle().await?.unwrap_or_default();
    let (handle, others) = match handle.filter(|handle| !handle.is_empty()) {
        Some(handle) => (handle, false),
        None => (here, true),
    };
    let ended = store::login_sessions::end(&host.db, who.account.0, &handle, others).await;
    ended.map_err(store::StoreError::from)?;
    crate::ssr::go(&slug, "my/account?done=ended");
    Ok(())
}

/// Sends a code and keeps how far the change has come.
#[cfg(feature = "ssr")]
async fn send_code(slug: &str, phone: &domain::phone::PhoneNumber, mut change: PhoneChange) -> Result<(), AppError> {
    let (host, now) = (crate::ssr::host()?, crate::ssr::now()?);
    let code = store::accounts::new_code();
    crate::ssr::told(store::accounts::ask_code(&host.db, phone, &code, now).await, slug).await?;
    if let Err(error) = host.code_sender.send(phone, &code).await {
        tracing::error!(%error, "a code could not be sent");
        store::accounts::take_back_code(&host.db, phone, &code).await?;
        return Err(crate::ssr::said(AppError::Failed));
    }
    change.demo_code = host.demo.then_some(code);
    crate::ssr::keep(CHANGE, Some(&change)).await
}

/// Begins to change the phone: a code goes to the current one.
#[server(prefix = "/api", endpoint = "begin_phone_change")]
pub async fn begin_phone_change(slug: String) -> Result<(), AppError> {
    let who = crate::ssr::need_who().await?;
    let phone = who.phone.ok_or_else(|| crate::ssr::said(AppError::NotFound))?;
    let until = crate::ssr::now()? + jiff::SignedDuration::from_mins(20);
    send_code(&slug, &phone, PhoneChange { until, proved: false, new_phone: None, demo_code: None }).await?;
    crate::ssr::go(&slug, "my/account#phone");
    Ok(())
}

/// Proves by the code sent to the current phone that it is still in the visitor's hand.
#[server(prefix = "/api", endpoint = "prove_phone")]
pub async fn prove_phone(slug: String, code: String) -> Result<(), AppError> {
    let who = crate::ssr::need_who().await?;
    let code = super::page::read_code(&code).map_err(|p| crate::ssr::said(AppError::invalid("code", p)))?;
    let (Some(change), Some(phone)) = (kept_change().await?, who.phone) else { return Err(over()) };
    let (host, now) = (crate::ssr::host()?, crate::ssr::now()?);
    crate::ssr::told(store::accounts::use_code(&host.db, &phone, &code, now).await, &slug).await?;
    crate::ssr::keep(CHANGE, Some(&PhoneChange { proved: true, demo_code: None, ..change })).await?;
    crate::ssr::go(&slug, "my/account#phone");
    Ok(())
}

/// Sends a code to the new phone.
#[server(prefix = "/api", endpoint = "tell_new_phone")]
pub async fn tell_new_phone(slug: String, phone: String) -> Result<(), AppError> {
    crate::ssr::need_who().await?;
    let phone = domain::phone::PhoneNumber::parse(&phone);
    let phone = phone.map_err(|problem| crate::ssr::said(AppError::invalid("phone", problem)))?;
    let Some(change) = kept_change().await?.filter(|change| change.proved) else { return Err(over()) };
    send_code(&slug, &phone, PhoneChange { new_phone: Some(phone.as_str().to_owned()), ..change }).await?;
    crate::ssr::go(&slug, "my/account#phone");
    Ok(())
}

/// Takes the new phone, once its code was right. All other devices are signed out.
#[server(prefix = "/api", endpoint = "change_phone")]
pub async fn change_phone(slug: String, code: String) -> Result<(), AppError> {
    let who = crate::ssr::need_who().await?;
    let code = super::page::read_code(&code).map_err(|p| crate::ssr::said(AppError::invalid("code", p)))?;
    let change = kept_change().await?.filter(|change| change.proved);
    let phone = change.and_then(|change| change.new_phone);
    let phone = phone.and_then(|phone| domain::phone::PhoneNumber::parse(&phone).ok()).ok_or_else(over)?;
    let (host, now) = (crate::ssr::host()?, crate::ssr::now()?);
    let here = crate::ssr::session_handle().await?.unwrap_or_default();
    let changed = store::accounts::change_phone(&host.db, &who, &phone, &code, &here, now).await;
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

/// Changes the visitor's password; every device is signed out.
#[server(prefix = "/api", endpoint = "change_password")]
pub async fn change_password(slug: String, old: String, new: String) -> Result<(), AppError> {
    let who = crate::ssr::need_who().await?;
    let (host, now) = (crate::ssr::host()?, crate::ssr::now()?);
    let salt = store::password::new_salt();
    crate::ssr::told(store::staff::change_password(&host.db, &who, old, &new, salt, now).await, &slug).await?;
    crate::ssr::end_session().await?;
    crate::ssr::go(&slug, "sign-in?out=password&to=desk");
    Ok(())
}

/// The page, loaded when it is opened.
pub struct AccountRoute;

#[lazy_route]
impl LazyRoute for AccountRoute {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <Account /> }.into_any()
    }
}

/// What the page does; made once, so that an answer outlives the reading anew that it causes.
#[derive(Clone, Copy)]
struct Actions {
    end: ServerAction<EndLogin>,
    begin: ServerAction<BeginPhoneChange>,
    prove: ServerAction<ProvePhone>,
    tell: ServerAction<TellNewPhone>,
    change: ServerAction<ChangePhone>,
    forget: ServerAction<ForgetPhoneChange>,
    password: ServerAction<ChangePassword>,
}

#[component]
fn Account() -> impl IntoView {
    let slug = use_slug();
    let query = use_query_map();
    let done = Memo::new(move |_| query.with(|query| query.get("done")));
    let actions = Actions {
        end: ServerAction::new(),
        begin: ServerAction::new(),
        prove: ServerAction::new(),
        tell: ServerAction::new(),
        change: ServerAction::new(),
        forget: ServerAction::new(),
        password: ServerAction::new(),
    };
    refetch_frame_after(actions.change);
    refetch_frame_after(actions.password);
    let versions = move || {
        let Actions { end, begin, prove, tell, change, forget, .. } = actions;
        let phone = (begin.version().get(), prove.version().get(), tell.version().get(), forget.version().get());
        (end.version().get(), change.version().get(), phone)
    };
    let view = Resource::new(move || (slug.get(), done.get(), versions()), |(slug, ..)| read_account(slug));
    view! {
        <PageTitle text=format!("{} · {}", say!(account.title), say!(common.brand)) />
        <Transition fallback=Loading>
            {move || Suspend::new(async move {
                match framed(view).await {
                    Ok(Some(view)) => {
                        let done = done.get_untracked();
                        view! { <Shown view done actions /> }.into_any()
                    }
                    Ok(None) => {
                        view! { <SignInFirst title=say!(account.title) text=say!(account.text) to="my/account" /> }
                            .into_any()
                    }
                    Err(error) => view! { <crate::parts::Failure error /> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Shown(view: AccountView, done: Option<String>, actions: Actions) -> impl IntoView {
    let slug = use_head().slug;
    let title = match done.as_deref() {
        Some("ended") => Some(say!(account.ended)),
        Some("phone") => Some(say!(account.phone_changed)),
        _ => None,
    };
    let banner = title.map(|title| {
        view! {
            <Banner class="banner--good" icon="check" title>
                {None::<String>}
            </Banner>
        }
    });
    let AccountView { devices, phone, step, new_phone, demo_code, has_password, start_password } = view;
    let password = has_password.then(|| {
        view! { <PasswordForm start=start_password slug=slug.clone() action=actions.password /> }
    });
    // Whoever has to choose a password finds that first.
    let (first, last) = if start_password { (password, None) } else { (None, password) };
    let phone = match phone {
        Some(phone) => view! { <PhoneForms phone step new_phone demo_code slug=slug.clone() actions /> }.into_any(),
        None => view! { <p class="soft">{say!(account.no_phone)}</p> }.into_any(),
    };
    view! {
        <Back to="my".to_owned() text=say!(common.nav_my) />
        <div class="narrow stack-l">
            <div class="page-head">
                <h1>{say!(account.title)}</h1>
            </div>
            {banner}
            {first}
            <Devices devices slug action=actions.end />
            <section class="card stack" id="phone" aria-labelledby="phone-h">
                <h2 id="phone-h">{say!(account.phone)}</h2>
                {phone}
            </section>
            {last}
        </div>
    }
}

#[component]
fn Devices(devices: Vec<Device>, slug: String, action: ServerAction<EndLogin>) -> impl IntoView {
    let others = devices.len() > 1;
    let of_all = slug.clone();
    let rows = devices
        .into_iter()
        .map(move |device| {
            let slug = slug.clone();
            let used = words::date_long(device.used);
            let about = say!(account.used, used = used, since = words::at(device.since)).to_string();
            let name = device.device.unwrap_or_else(|| say!(account.unknown).to_owned());
            let hidden = format!(" {name}");
            let end = (!device.this).then(|| {
                view! {
                    <ActionForm action>
                        <input type="hidden" name="slug" value=slug />
                        <input type="hidden" name="handle" value=device.handle />
                        <button class="button button--no" disabled=move || action.pending().get()>
                            {say!(account.end)}
                            <span class="visually-hidden">{hidden}</span>
                        </button>
                    </ActionForm>
                }
            });
            let this = device.this.then(|| view! { <span class="tag">{say!(account.this)}</span> });
            view! {
                <li class="care__row">
                    <div>
                        <p>
                            <b>{name}</b>
                            " "
                            {this}
                        </p>
                        <p class="fine">{about}</p>
                    </div>
                    {end}
                </li>
            }
        })
        .collect_view();
    let all = others.then(|| {
        view! {
            <ActionForm action>
                <input type="hidden" name="slug" value=of_all />
                <button class="button" disabled=move || action.pending().get()>
                    {say!(account.end_others)}
                </button>
            </ActionForm>
        }
    });
    view! {
        <section class="card stack" aria-labelledby="devices">
            <h2 id="devices">{say!(account.devices)}</h2>
            <p class="soft">{say!(account.devices_text)}</p>
            <ActionProblem action />
            <ul class="care">{rows}</ul>
            {all}
        </section>
    }
}

#[component]
fn PhoneForms(
    phone: String,
    step: PhoneStep,
    new_phone: Option<String>,
    demo_code: Option<String>,
    slug: String,
    actions: Actions,
) -> impl IntoView {
    let Actions { begin, prove, tell, change, forget, .. } = actions;
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

#[component]
fn PasswordForm(start: bool, slug: String, action: ServerAction<ChangePassword>) -> impl IntoView {
    let why = start.then(|| {
        view! {
            <p class="soft gap">
                <Icon name="alert" />
                <span>{say!(account.start_text)}</span>
            </p>
        }
    });
    let title = if start { say!(account.start_title) } else { say!(account.password) };
    view! {
        <section class="card stack" id="password" aria-labelledby="password-h">
            <h2 id="password-h">{title}</h2>
            {why}
            <ActionForm action attr:class="form">
                <ActionProblem action fields=&["new"] />
                <input type="hidden" name="slug" value=slug />
                <Field
                    name="old"
                    kind="password"
                    label=say!(account.old_password)
                    autocomplete="current-password"
                    required=true
                    problem=field_problem(action, "old")
                />
                <Field
                    name="new"
                    kind="password"
                    label=say!(account.new_password)
                    hint=say!(account.new_password_hint).to_owned()
                    autocomplete="new-password"
                    required=true
                    problem=password_problem(action, "new")
                />
                <button class="button button--primary" disabled=move || action.pending().get()>
                    {say!(account.change_password)}
                </button>
            </ActionForm>
        </section>
    }
}
