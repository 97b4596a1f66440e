//! Priority groups to check (优先类别核实): what families claim, granted or refused by staff.

use super::parts::{Back, DeskFailure};
use crate::{
    error::AppError,
    frame::{framed, use_head, use_slug},
    parts::{ActionProblem, Banner, Empty, Loading, PageTitle, State},
    say, words,
};
use domain::{entry::ClaimState, reading::ClaimLine};
use leptos::prelude::*;
use leptos_router::{LazyRoute, hooks::use_query_map, lazy_route};

/// Reads the claims of a community.
#[server(prefix = "/api", endpoint = "read_claims", input = server_fn::codec::GetUrl)]
pub async fn read_claims(slug: String) -> Result<Vec<ClaimLine>, AppError> {
    let who = crate::ssr::need_who().await?;
    Ok(store::claims::claims_page(&crate::ssr::host()?.db, &who, &slug).await?)
}

/// Grants or refuses a claim.
#[server(prefix = "/api", endpoint = "check_claim")]
pub async fn check_claim(slug: String, claim: String, answer: String) -> Result<(), AppError> {
    let id = claim.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?;
    let granted = match answer.as_str() {
        "grant" => true,
        "refuse" => false,
        _ => return Err(crate::ssr::said(AppError::invalid("answer", domain::text::InputProblem::Choice))),
    };
    let who = crate::ssr::need_who().await?;
    let host = crate::ssr::host()?;
    store::claims::check_claim(&host.db, &who, &slug, id, granted, crate::ssr::now()?).await?;
    crate::ssr::go(&slug, &format!("desk/claims?done={id}"));
    Ok(())
}

/// The page, loaded when it is opened.
pub struct ClaimsRoute;

#[lazy_route]
impl LazyRoute for ClaimsRoute {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <Claims /> }.into_any()
    }
}

#[component]
fn Claims() -> impl IntoView {
    let slug = use_slug();
    let query = use_query_map();
    let done = Memo::new(move |_| query.with(|query| query.get("done")));
    let action = ServerAction::<CheckClaim>::new();
    let claims =
        Resource::new(move || (slug.get(), action.version().get(), done.get()), |(slug, ..)| read_claims(slug));
    view! {
        <Transition fallback=Loading>
            {move || Suspend::new(async move {
                match framed(claims).await {
                    Ok(claims) => {
                        let done = done.get_untracked();
                        view! { <ClaimList claims done action /> }.into_any()
                    }
                    Err(error) => view! { <DeskFailure error /> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn ClaimList(claims: Vec<ClaimLine>, done: Option<String>, action: ServerAction<CheckClaim>) -> impl IntoView {
    let head = use_head();
    let slug = head.slug.clone();
    let (asked, checked): (Vec<_>, Vec<_>) = claims.into_iter().partition(|claim| claim.state == ClaimState::Asked);
    let done = done.map(|_| {
        view! {
            <Banner class="banner--good" icon="check" title=say!(entry.check_done)>
                {None::<String>}
            </Banner>
        }
    });
    let none = asked.is_empty().then(|| {
        view! {
            <Empty title=say!(entry.check_none) text=say!(entry.check_text) />
        }
    });
    let row = move |claim: ClaimLine| view! { <Row claim slug=slug.clone() action /> };
    let asked = asked.into_iter().map(row.clone()).collect_view();
    let checked = (!checked.is_empty()).then(|| {
        view! {
            <details class="stack">
                <summary>{say!(entry.checked)}</summary>
                <ol class="claims">{checked.into_iter().map(row).collect_view()}</ol>
            </details>
        }
    });
    view! {
        <PageTitle text=format!("{} · {}", say!(entry.check_title), head.name) />
        <Back to="desk".to_owned() text=say!(desk.back) />
        <div class="page-head">
            <p class="eyebrow">{head.name.clone()}</p>
            <h1>{say!(entry.check_title)}</h1>
            <p class="soft">{say!(entry.check_text)}</p>
        </div>
        {done}
        <ActionProblem action />
        {none}
        <div class="stack-l">
            <ol class="claims">{asked}</ol>
            {checked}
        </div>
    }
}

#[component]
fn Row(claim: ClaimLine, slug: String, action: ServerAction<CheckClaim>) -> impl IntoView {
    let household = claim.household.join(say!(entry.joint));
    let of = say!(entry.check_of, group = words::entry::group(claim.group), household = household.clone()).to_string();
    let (class, icon) = match claim.state {
        ClaimState::Asked => ("soon", "clock"),
        ClaimState::Granted => ("booked", "check"),
        ClaimState::Refused => ("closed", "cross"),
    };
    let button = |answer: &'static str, class: &'static str, text: &'static str| {
        let label = format!("{text} {of}");
        view! {
            <button
                class=class
                name="answer"
                value=answer
                aria-label=label
                disabled=move || action.pending().get()
            >
                {text}
            </button>
        }
    };
    let grant = (claim.state != ClaimState::Granted)
        .then(|| button("grant", "button button--primary", say!(entry.check_grant)));
    let refuse =
        (claim.state != ClaimState::Refused).then(|| button("refuse", "button button--no", say!(entry.check_refuse)));
    let note = (!claim.note.is_empty()).then(|| view! { <p>{claim.note.clone()}</p> });
    let asked = say!(entry.asked_at, at = words::at(claim.asked)).to_string();
    view! {
        <li class="card claim">
            <div>
                <h2 class="claim__group">{words::entry::group(claim.group)}</h2>
                <p>
                    <b>{household.clone()}</b>
                    " "
                    <span class="soft">{asked}</span>
                </p>
                {note}
            </div>
            <div class="row">
                <State class icon text=words::entry::claim_state(claim.state) />
                <ActionForm action attr:class="row">
                    <input type="hidden" name="slug" value=slug />
                    <input type="hidden" name="claim" value=claim.id.to_string() />
                    {grant}
                    {refuse}
                </ActionForm>
            </div>
        </li>
    }
}
