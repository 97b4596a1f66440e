//! How a household comes together and apart: the codes by which a second guardian joins it or another home shares a
//! child, and leaving it.

use crate::{
    error::AppError,
    frame::refetch_frame_after,
    parts::{ActionProblem, Field, found_in, has_failed},
    say, words,
};
use domain::{
    person::MemberRole,
    reading::{Member, OpenCode},
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// A code with what it is for, as long as it can be used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShownCode {
    /// The code.
    pub code: String,
    /// What it is for.
    pub open: OpenCode,
}

/// Where the last code waits to be shown: in the login session, since the database has only its hash.
#[cfg(feature = "ssr")]
const CODE: &str = "household_code";

/// The last code that the visitor made, as long as it can be used.
#[cfg(feature = "ssr")]
pub async fn shown_code(who: &store::accounts::Who) -> Result<Option<ShownCode>, AppError> {
    let Some((id, code)) = crate::ssr::kept(CODE).await? else { return Ok(None) };
    let (host, now) = (crate::ssr::host()?, crate::ssr::now()?);
    let open = store::households::open_code(&host.db, who, id, now).await?;
    Ok(open.map(|open| ShownCode { code, open }))
}

/// Makes a code: for a second guardian, or for the other home of a child.
#[server(prefix = "/api", endpoint = "invite")]
pub async fn invite(slug: String, child: Option<String>) -> Result<(), AppError> {
    let who = crate::ssr::need_who().await?;
    let (host, now) = (crate::ssr::host()?, crate::ssr::now()?);
    let child = match child.filter(|child| !child.is_empty()) {
        Some(child) => Some(child.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?),
        None => None,
    };
    let code = store::households::new_code();
    let id = store::households::invite(&host.db, &who, child, &code, now).await;
    let id = crate::ssr::told(id, &slug).await?;
    crate::ssr::keep(CODE, Some(&(id, code))).await?;
    crate::ssr::go(&slug, &format!("my?invited={id}#together"));
    Ok(())
}

/// Uses a code that somebody else made.
#[server(prefix = "/api", endpoint = "enter_household_code")]
pub async fn enter_household_code(slug: String, code: String) -> Result<(), AppError> {
    use store::households::Entered;
    let who = crate::ssr::need_who().await?;
    let (host, now) = (crate::ssr::host()?, crate::ssr::now()?);
    let invalid = |problem| crate::ssr::said(AppError::invalid("household-code", problem));
    let typed = [("household-code", Some(code.as_str()))];
    let entered = crate::ssr::keeping(&typed, async {
        let code = domain::household::parse_code(&code).map_err(invalid)?;
        let at = store::communities::head(&host.db, &slug, now).await?.id;
        let entered = store::households::enter_household_code(&host.db, &who, at, &code, now).await;
        crate::ssr::told(entered, &slug).await
    });
    match entered.await? {
        Entered::Joined => crate::ssr::go(&slug, "my?joined=1"),
        Entered::Shared(child) => crate::ssr::go(&slug, &format!("my?shared={child}")),
    }
    Ok(())
}

/// Leaves the household.
#[server(prefix = "/api", endpoint = "leave_household")]
pub async fn leave_household(slug: String) -> Result<(), AppError> {
    let who = crate::ssr::need_who().await?;
    let (host, now) = (crate::ssr::host()?, crate::ssr::now()?);
    crate::ssr::told(store::households::leave_household(&host.db, &who, now).await, &slug).await?;
    crate::ssr::go(&slug, "my?left=1");
    Ok(())
}

/// What these forms do; made once, so that an answer outlives the reading anew that it causes.
#[derive(Clone, Copy)]
pub struct Tying {
    /// Makes a code.
    pub invite: ServerAction<Invite>,
    /// Uses one.
    pub enter: ServerAction<EnterHouseholdCode>,
    /// Leaves.
    pub leave: ServerAction<LeaveHousehold>,
}

impl Tying {
    /// Nothing done yet.
    pub fn begin() -> Self {
        let tying = Self { invite: ServerAction::new(), enter: ServerAction::new(), leave: ServerAction::new() };
        refetch_frame_after(tying.enter);
        refetch_frame_after(tying.leave);
        tying
    }

    /// Rises with each answer.
    pub fn version(self) -> usize {
        self.invite.version().get() + self.enter.version().get() + self.leave.version().get()
    }

    /// True once one of them has failed.
    pub fn failed(self) -> bool {
        has_failed(self.invite) || has_failed(self.enter) || has_failed(self.leave)
    }
}

/// The forms: open where there is a code to tell, a problem, or nobody in the household yet.
#[component]
pub fn Together(
    /// The household's members.
    members: Vec<Member>,
    /// The code to tell.
    code: Option<ShownCode>,
    /// The community whose page this is.
    slug: String,
    /// What the forms do.
    tying: Tying,
) -> impl IntoView {
    let alone = members.is_empty();
    let open = code.is_some() || tying.failed();
    let guardians = members.iter().filter(|member| member.role == MemberRole::Guardian).count();
    let shown = code.map(|shown| view! { <CodeToTell shown /> });
    let children: Vec<_> = members.into_iter().filter(|member| member.role == MemberRole::Child).collect();
    let invite = |child: Option<&Member>, label: String, text: &'static str| {
        let action = tying.invite;
        let id = child.map(|child| child.person.to_string());
        let slug = slug.clone();
        view! {
            <ActionForm action attr:class="form">
                <input type="hidden" name="slug" value=slug />
                {id.map(|id| view! { <input type="hidden" name="child" value=id /> })}
                <p class="soft">{text}</p>
                <button class="button" disabled=move || action.pending().get()>
                    {label}
                </button>
            </ActionForm>
        }
    };
    let inviting = (!alone).then(|| {
        let guardian = invite(None, say!(family.invite_guardian).to_owned(), say!(family.invite_guardian_text));
        let of_children = children
            .iter()
            .map(|child| {
                let label = say!(family.invite_child, name = child.name.clone()).to_string();
                invite(Some(child), label, say!(family.invite_child_text))
            })
            .collect_view();
        view! {
            <p class="soft">{say!(family.together_text)}</p>
            {guardian}
            {of_children}
        }
    });
    let leaving = (guardians > 1).then(|| {
        let (action, slug) = (tying.leave, slug.clone());
        view! {
            <ActionForm action attr:class="form">
                <input type="hidden" name="slug" value=slug />
                <p class="soft">{say!(family.leave_text)}</p>
                <button class="button button--no" disabled=move || action.pending().get()>
                    {say!(family.leave)}
                </button>
            </ActionForm>
        }
    });
    let of_enter = slug.clone();
    let enter = tying.enter;
    let problem = Signal::derive(move || found_in(enter, "household-code").map(|_| say!(family.code_wrong).to_owned()));
    view! {
        <details class="card" id="together" open=open>
            <summary>{say!(family.together)}</summary>
            <div class="stack">
                <ActionProblem action=tying.invite />
                <ActionProblem action=tying.leave />
                {shown}
                {inviting}
                <ActionForm action=enter attr:class="form">
                    <h3>{say!(family.enter_code)}</h3>
                    <ActionProblem action=enter fields=&["household-code"] />
                    <input type="hidden" name="slug" value=of_enter />
                    <Field
                        name="code"
                        form="household-"
                        label=say!(family.code_field)
                        hint=say!(family.code_field_hint).to_owned()
                        class="input--code"
                        inputmode="numeric"
                        autocomplete="off"
                        required=true
                        problem
                    />
                    <button class="button button--primary" disabled=move || enter.pending().get()>
                        {say!(family.use_code)}
                    </button>
                </ActionForm>
                {leaving}
            </div>
        </details>
    }
}

#[component]
fn CodeToTell(shown: ShownCode) -> impl IntoView {
    let ShownCode { code, open } = shown;
    let title = match open.child {
        Some(name) => say!(family.code_title_child, name = name).to_string(),
        None => say!(family.code_title_guardian).to_owned(),
    };
    let spaced = code.split_at_checked(4).map(|(a, b)| format!("{a} {b}")).unwrap_or(code);
    view! {
        <div class="tell-code" role="status">
            <p>{title}</p>
            <p class="tell-code__digits">{spaced}</p>
            <p class="fine">{say!(family.code_until, until = words::at(open.until)).to_string()}</p>
        </div>
    }
}
