//! Who works for the community, and as what (工作人员).

use super::parts::{Back, DeskFailure};
use crate::{
    error::AppError,
    frame::{framed, use_head, use_slug},
    parts::{
        ActionProblem, Banner, Field, Icon, Loading, PageTitle, field_problem, found_in, has_failed, password_problem,
    },
    say, words,
};
use domain::{
    code::Code,
    reading::{StaffLine, StaffPage},
    rights::StaffRole,
    text::InputProblem,
};
use leptos::prelude::*;
use leptos_router::{LazyRoute, hooks::use_query_map, lazy_route};

/// Reads who works here.
#[server(prefix = "/api", endpoint = "read_staff", input = server_fn::codec::GetUrl)]
pub async fn read_staff(slug: String) -> Result<StaffPage, AppError> {
    let who = crate::ssr::need_who().await?;
    Ok(store::staff::staff_page(&crate::ssr::host()?.db, &who, &slug).await?)
}

/// Makes somebody work here.
#[server(prefix = "/api", endpoint = "add_staff")]
pub async fn add_staff(
    slug: String,
    name: String,
    login: String,
    password: Option<String>,
    role: String,
) -> Result<(), AppError> {
    use domain::text::PersonName;
    use store::staff::SignIn;
    let typed = [("staff-name", Some(name.as_str())), ("staff-login", Some(login.as_str()))];
    let invalid = |field, problem| crate::ssr::said(AppError::invalid(field, problem));
    let added = crate::ssr::keeping(&typed, async {
        let who = crate::ssr::need_who().await?;
        let (host, now) = (crate::ssr::host()?, crate::ssr::now()?);
        let role = StaffRole::from_code(&role).ok_or_else(|| invalid("role", InputProblem::Choice))?;
        let name = PersonName::parse(&name).map_err(|problem| invalid("name", problem))?;
        // Who may not do it at all learns nothing of what is wrong with the form.
        store::rosters::desk_of(&host.db, &who, &slug, domain::rights::Act::ManageStaff).await?;
        let sign_in = SignIn::parse(&login, &password.unwrap_or_default(), store::password::new_salt())?;
        crate::ssr::told(store::staff::add_staff(&host.db, &who, &slug, &name, sign_in, role, now).await, &slug).await
    });
    added.await?;
    crate::ssr::go(&slug, "desk/staff?done=added");
    Ok(())
}

/// Gives somebody who works here another role, or none.
#[server(prefix = "/api", endpoint = "change_role")]
pub async fn change_role(slug: String, account: String, role: Option<String>) -> Result<(), AppError> {
    let who = crate::ssr::need_who().await?;
    let (host, now) = (crate::ssr::host()?, crate::ssr::now()?);
    let id = account.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?;
    let role = match role.as_deref() {
        None | Some("") => None,
        Some(code) => Some(StaffRole::from_code(code).ok_or_else(|| crate::ssr::said(AppError::NotFound))?),
    };
    crate::ssr::told(store::staff::change_role(&host.db, &who, &slug, id, role, now).await, &slug).await?;
    crate::ssr::go(&slug, &format!("desk/staff?done={}", if role.is_some() { "changed" } else { "ended" }));
    Ok(())
}

/// Sets a new start password for somebody who works here.
#[server(prefix = "/api", endpoint = "set_start_password")]
pub async fn set_start_password(slug: String, account: String, password: String) -> Result<(), AppError> {
    let who = crate::ssr::need_who().await?;
    let (host, now) = (crate::ssr::host()?, crate::ssr::now()?);
    let id = account.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?;
    // Who may not do it at all learns nothing of what is wrong with the form.
    store::rosters::desk_of(&host.db, &who, &slug, domain::rights::Act::ManageStaff).await?;
    let salt = store::password::new_salt();
    let set = store::staff::set_start_password(&host.db, &who, &slug, id, &password, salt, now).await;
    crate::ssr::told(set, &slug).await?;
    crate::ssr::go(&slug, "desk/staff?done=reset");
    Ok(())
}

/// Takes the second factor from somebody who works here and lost it.
#[server(prefix = "/api", endpoint = "reset_second_factor")]
pub async fn reset_second_factor(slug: String, account: String) -> Result<(), AppError> {
    let who = crate::ssr::need_who().await?;
    let (host, now) = (crate::ssr::host()?, crate::ssr::now()?);
    let id = account.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?;
    let reset = store::staff::reset_second_factor(&host.db, &who, &slug, id, now).await;
    crate::ssr::told(reset, &slug).await?;
    crate::ssr::go(&slug, "desk/staff?done=second");
    Ok(())
}

/// The page, loaded when it is opened.
pub struct StaffRoute;

#[lazy_route]
impl LazyRoute for StaffRoute {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <Staff /> }.into_any()
    }
}

/// What the page does; made once, so that an answer outlives the reading anew that it causes.
#[derive(Clone, Copy)]
struct Actions {
    add: ServerAction<AddStaff>,
    role: ServerAction<ChangeRole>,
    password: ServerAction<SetStartPassword>,
    second: ServerAction<ResetSecondFactor>,
}

#[component]
fn Staff() -> impl IntoView {
    let slug = use_slug();
    let query = use_query_map();
    let done = Memo::new(move |_| query.with(|query| query.get("done")));
    let actions = Actions {
        add: ServerAction::new(),
        role: ServerAction::new(),
        password: ServerAction::new(),
        second: ServerAction::new(),
    };
    let versions = move || {
        let Actions { add, role, password, second } = actions;
        (add.version().get(), role.version().get(), password.version().get(), second.version().get())
    };
    let page = Resource::new(move || (slug.get(), done.get(), versions()), |(slug, ..)| read_staff(slug));
    view! {
        <Transition fallback=Loading>
            {move || Suspend::new(async move {
                match framed(page).await {
                    Ok(page) => {
                        let done = done.get_untracked();
                        view! { <Shown page done actions /> }.into_any()
                    }
                    Err(error) => view! { <DeskFailure error /> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Shown(page: StaffPage, done: Option<String>, actions: Actions) -> impl IntoView {
    let head = use_head();
    let StaffPage { staff, roles } = page;
    let title = match done.as_deref() {
        Some("added") => Some(say!(staff.added)),
        Some("changed") => Some(say!(staff.changed)),
        Some("ended") => Some(say!(staff.ended)),
        Some("reset") => Some(say!(staff.reset)),
        Some("second") => Some(say!(staff.second_reset)),
        _ => None,
    };
    let failed = move || {
        let Actions { add, role, password, second } = actions;
        has_failed(add) || has_failed(role) || has_failed(password) || has_failed(second)
    };
    let banner = move || {
        title.filter(|_| !failed()).map(|title| {
            view! {
                <Banner class="banner--good" icon="check" title>
                    {None::<String>}
                </Banner>
            }
        })
    };
    let count = say!(staff.count, count = staff.len()).to_string();
    let (slug, given) = (head.slug.clone(), roles.clone());
    let rows = staff
        .into_iter()
        .map(|line| view! { <Member line slug=slug.clone() roles=given.clone() actions /> })
        .collect_view();
    view! {
        <PageTitle text=format!("{} · {}", say!(staff.title), head.name) />
        <Back to="desk".to_owned() text=say!(desk.back) />
        <div class="page-head">
            <h1>{say!(staff.title)} " " <small class="soft">{count}</small></h1>
            <p class="soft">{say!(staff.text)}</p>
        </div>
        <div class="stack-l">
            {banner}
            <ActionProblem action=actions.role />
            <ActionProblem action=actions.password fields=&["password"] />
            <ActionProblem action=actions.second />
            <ul class="care">{rows}</ul>
            <AddForm slug=head.slug roles action=actions.add />
        </div>
    }
}

#[component]
fn Member(line: StaffLine, slug: String, roles: Vec<StaffRole>, actions: Actions) -> impl IntoView {
    let name = line.name.clone();
    let mut about = vec![line.sign_in.clone(), say!(staff.since, date = words::date_year(line.since)).to_string()];
    if line.has_second {
        about.push(say!(staff.has_second).to_owned());
    }
    let me = line.myself.then(|| view! { <span class="tag">{say!(staff.me)}</span> });
    let id = line.account.to_string();
    let problem = password_problem(actions.password, "password");
    let change = line.mine_to_change.then(|| {
        // Each form of the details takes its own.
        let fields = || {
            view! {
                <input type="hidden" name="slug" value=slug.clone() />
                <input type="hidden" name="account" value=id.clone() />
            }
        };
        let reset = line.has_password.then(|| {
            let (of_reset, form) = (fields(), format!("{id}-"));
            view! {
                <ActionForm action=actions.password attr:class="form">
                    {of_reset}
                    <Field
                        name="password"
                        form=form
                        kind="password"
                        label=say!(staff.new_password)
                        autocomplete="new-password"
                        required=true
                        problem
                    />
                    <button class="button" disabled=move || actions.password.pending().get()>
                        {say!(staff.set_password)}
                    </button>
                </ActionForm>
            }
        });
        let second = line.has_second.then(|| {
            let of_second = fields();
            view! {
                <ActionForm action=actions.second attr:class="form">
                    {of_second}
                    <p class="fine">{say!(staff.second_text)}</p>
                    <button class="button" disabled=move || actions.second.pending().get()>
                        {say!(staff.reset_second)}
                    </button>
                </ActionForm>
            }
        });
        let (of_role, of_end) = (fields(), fields());
        view! {
            <details>
                <summary>
                    {say!(staff.change)}
                    <span class="visually-hidden">{format!(" {name}")}</span>
                </summary>
                <div class="stack">
                    <ActionForm action=actions.role attr:class="form">
                        {of_role}
                        <Roles roles=roles chosen=line.role />
                        <button class="button button--primary" disabled=move || actions.role.pending().get()>
                            {say!(staff.save_role)}
                        </button>
                    </ActionForm>
                    {reset}
                    {second}
                    <ActionForm action=actions.role>
                        {of_end}
                        <button class="button button--no" disabled=move || actions.role.pending().get()>
                            {say!(staff.end)}
                        </button>
                    </ActionForm>
                </div>
            </details>
        }
    });
    view! {
        <li class="card care__row">
            <div>
                <p>
                    <b>{line.name.clone()}</b>
                    " "
                    {me}
                </p>
                <p>{role_name(line.role)} " · " <span class="soft">{role_may(line.role)}</span></p>
                <p class="fine">{about.join(" · ")}</p>
            </div>
            {change}
        </li>
    }
}

#[component]
fn Roles(roles: Vec<StaffRole>, chosen: StaffRole) -> impl IntoView {
    let choices = roles
        .into_iter()
        .map(|role| {
            view! {
                <label class="choice">
                    <input type="radio" name="role" value=role.code() checked=role == chosen />
                    <b>{role_name(role)}</b>
                    <span class="choice__note">{role_may(role)}</span>
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset class="group">
            <legend>{say!(staff.role)}</legend>
            <div class="choices">{choices}</div>
        </fieldset>
    }
}

#[component]
fn AddForm(slug: String, roles: Vec<StaffRole>, action: ServerAction<AddStaff>) -> impl IntoView {
    let login = Signal::derive(move || {
        found_in(action, "login").map(|problem| match problem {
            InputProblem::Choice => say!(staff.taken).to_owned(),
            _ => say!(staff.sign_in_wrong).to_owned(),
        })
    });
    view! {
        <section class="card stack" aria-labelledby="add">
            <h2 id="add">{say!(staff.add)}</h2>
            <ActionForm action attr:class="form">
                <ActionProblem action fields=&["name", "login", "password"] />
                <input type="hidden" name="slug" value=slug />
                <div class="fields">
                    <Field
                        name="name"
                        form="staff-"
                        label=say!(staff.name)
                        hint=say!(staff.name_hint).to_owned()
                        required=true
                        problem=field_problem(action, "name")
                    />
                    <Field
                        name="login"
                        form="staff-"
                        label=say!(staff.sign_in)
                        hint=say!(staff.sign_in_hint).to_owned()
                        required=true
                        problem=login
                    />
                    <Field
                        name="password"
                        form="staff-"
                        kind="password"
                        label=say!(staff.password)
                        hint=say!(staff.password_hint).to_owned()
                        autocomplete="new-password"
                        problem=password_problem(action, "password")
                    />
                </div>
                <Roles roles chosen=StaffRole::Desk />
                <button class="button button--primary button--big" disabled=move || action.pending().get()>
                    <Icon name="plus" />
                    {say!(staff.go_add)}
                </button>
            </ActionForm>
        </section>
    }
}

/// A role by its name.
pub fn role_name(role: StaffRole) -> &'static str {
    match role {
        StaffRole::Volunteer => say!(staff.volunteer),
        StaffRole::Leader => say!(staff.leader),
        StaffRole::Desk => say!(staff.desk),
        StaffRole::Admin => say!(staff.admin),
        StaffRole::Street => say!(staff.street),
        StaffRole::Auditor => say!(staff.auditor),
    }
}

/// What a role may do, in a line.
fn role_may(role: StaffRole) -> &'static str {
    match role {
        StaffRole::Volunteer => say!(staff.volunteer_may),
        StaffRole::Leader => say!(staff.leader_may),
        StaffRole::Desk => say!(staff.desk_may),
        StaffRole::Admin => say!(staff.admin_may),
        StaffRole::Street => say!(staff.street_may),
        StaffRole::Auditor => say!(staff.auditor_may),
    }
}
