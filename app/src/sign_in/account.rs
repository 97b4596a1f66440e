//! The visitor's account: devices that are signed in, phone, password.

#[cfg(feature = "ssr")]
use super::phone_change;
use super::{
    phone_change::{PhoneActions, PhoneForms, PhoneStep},
    sign_in_first::SignInFirst,
};
use crate::{
    desk::parts::Back,
    error::AppError,
    frame::{framed, refetch_frame_after, use_head, use_slug},
    parts::{ActionProblem, Banner, Field, Icon, Loading, PageTitle, field_problem, password_problem},
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
    /// For who works for a community: whether they have a second factor.
    pub second: Option<bool>,
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
    let change = phone_change::kept_change(&who).await?;
    let password = store::staff::password_of(&host.db, &who).await?;
    Ok(Some(AccountView {
        devices,
        phone: who.phone.as_ref().map(|phone| phone.masked()),
        step: change.as_ref().map_or(PhoneStep::Begin, |change| change.step()),
        new_phone: change.as_ref().and_then(|change| change.new_phone()).map(|phone| phone.masked()),
        demo_code: change.and_then(|change| change.demo_code()),
        has_password: password.is_some(),
        start_password: password == Some(true),
        second: match who.actor.roles.is_empty() {
            true => None,
            false => Some(store::second_factors::factors_of(&host.db, who.account).await?.asked()),
        },
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
    phone: PhoneActions,
    password: ServerAction<ChangePassword>,
}

#[component]
fn Account() -> impl IntoView {
    let slug = use_slug();
    let query = use_query_map();
    let done = Memo::new(move |_| query.with(|query| query.get("done")));
    let actions = Actions { end: ServerAction::new(), phone: PhoneActions::begin(), password: ServerAction::new() };
    refetch_frame_after(actions.phone.change);
    refetch_frame_after(actions.password);
    let versions = move || (actions.end.version().get(), actions.phone.version());
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
    let AccountView { devices, phone, step, new_phone, demo_code, has_password, start_password, second } = view;
    let second = second.map(|on| {
        let href = format!("/{slug}/my/account/second");
        let state = if on { say!(second.is_on) } else { say!(second.is_off) };
        view! {
            <section class="card stack" aria-labelledby="second-h">
                <h2 id="second-h">{say!(second.title)}</h2>
                <p class="soft">{state}</p>
                <p>
                    <a class="button" href=href>
                        <Icon name="key" />
                        {if on { say!(second.change) } else { say!(second.set_up) }}
                    </a>
                </p>
            </section>
        }
    });
    let password = has_password.then(|| {
        view! { <PasswordForm start=start_password slug=slug.clone() action=actions.password /> }
    });
    // Whoever has to choose a password finds that first.
    let (first, last) = if start_password { (password, None) } else { (None, password) };
    let phone = match phone {
        Some(phone) => {
            view! { <PhoneForms phone step new_phone demo_code slug=slug.clone() actions=actions.phone /> }.into_any()
        }
        None => view! { <p class="soft">{say!(account.no_phone)}</p> }.into_any(),
    };
    view! {
        <div class="narrow stack-l">
            <div class="page-head">
                <Back to="my".to_owned() text=say!(common.nav_my) />
                <h1>{say!(account.title)}</h1>
            </div>
            {banner}
            {first}
            {second}
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
