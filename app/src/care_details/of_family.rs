//! A family's page of one member's care details: what is kept, changing it, ending it, and who has read it.

use super::{
    fields::{DetailFields, FIELDS},
    trace,
};
use crate::{
    error::AppError,
    frame::{framed, use_head, use_slug},
    parts::{ActionProblem, Banner, Failure, Icon, Loading, PageTitle},
    say,
    sign_in::sign_in_first::SignInFirst,
    words,
};
use domain::reading::{CareReading, FamilyCare};
use leptos::{html::Form, prelude::*};
use leptos_router::{
    LazyRoute,
    hooks::{use_params_map, use_query_map},
    lazy_route,
};

/// Reads the page; nothing while nobody is signed in.
#[server(prefix = "/api", endpoint = "read_family_care", input = server_fn::codec::GetUrl)]
pub async fn read_family_care(person: String) -> Result<Option<FamilyCare>, AppError> {
    let Some(who) = crate::ssr::who().await? else { return Ok(None) };
    let id = person.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?;
    let host = crate::ssr::host()?;
    Ok(Some(store::care_details::family_care(&host.db, &host.keys, &who, id, crate::ssr::now()?).await?))
}

/// Keeps care details of a member of the actor's household. What is refused waits sealed for the page.
#[server(prefix = "/api", endpoint = "keep_care_details")]
pub async fn keep_care_details(
    slug: String,
    person: String,
    version: String,
    allergies: Option<String>,
    health: Option<String>,
    diet: Option<String>,
    contact_name: Option<String>,
    contact_phone: Option<String>,
    contact_relation: Option<String>,
    address: Option<String>,
    agree: Option<String>,
) -> Result<(), AppError> {
    use super::fields::{Sent, keep};
    let sent = Sent { allergies, health, diet, contact_name, contact_phone, contact_relation, address, agree };
    keep(&slug, &person, &version, &sent, domain::rights::Door::Page).await?;
    crate::ssr::go(&slug, &format!("my/care-details/{person}?done=kept"));
    Ok(())
}

/// Ends keeping anything of a member.
#[server(prefix = "/api", endpoint = "clear_care_details")]
pub async fn clear_care_details(slug: String, person: String) -> Result<(), AppError> {
    let who = crate::ssr::need_who().await?;
    let id = person.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?;
    let (host, now) = (crate::ssr::host()?, crate::ssr::now()?);
    let door = domain::rights::Door::Page;
    crate::ssr::told(store::care_details::clear_care_details(&host.db, &who, id, door, now).await, &slug).await?;
    crate::ssr::go(&slug, &format!("my/care-details/{person}?done=cleared"));
    Ok(())
}

/// The page, loaded when it is opened.
pub struct FamilyCareRoute;

#[lazy_route]
impl LazyRoute for FamilyCareRoute {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <FamilyCarePage /> }.into_any()
    }
}

#[component]
fn FamilyCarePage() -> impl IntoView {
    let slug = use_slug();
    let (params, query) = (use_params_map(), use_query_map());
    let person = Memo::new(move |_| params.with(|params| params.get("person").unwrap_or_default()));
    let done = Memo::new(move |_| query.with(|query| query.get("done")));
    let keep = ServerAction::<KeepCareDetails>::new();
    let clear = ServerAction::<ClearCareDetails>::new();
    let form = NodeRef::<Form>::new();
    // The form outlives what it kept: its inputs show what is kept now.
    let renew = move |done: bool| {
        if let Some(form) = form.get_untracked().filter(|_| done) {
            form.reset();
        }
    };
    Effect::new(move |_| renew(keep.value().with(|value| matches!(value, Some(Ok(()))))));
    Effect::new(move |_| renew(clear.value().with(|value| matches!(value, Some(Ok(()))))));
    let written = move || (keep.version().get(), clear.version().get());
    let view = Resource::new(move || (person.get(), done.get(), written()), |(person, ..)| read_family_care(person));
    view! {
        <p>
            <a class="back" href=move || format!("/{}/my", slug.get())>
                <Icon name="left" />
                {say!(care_details.back)}
            </a>
        </p>
        <Transition fallback=Loading>
            {move || Suspend::new(async move {
                match framed(view).await {
                    Ok(Some(page)) => {
                        let done = done.get_untracked();
                        view! { <Shown page done keep clear form /> }.into_any()
                    }
                    Ok(None) => {
                        let (title, text) = (say!(care_details.signed_out_title), say!(care_details.signed_out_text));
                        view! { <SignInFirst title text to=format!("my/care-details/{}", person.get_untracked()) /> }
                            .into_any()
                    }
                    Err(error) => view! { <Failure error /> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Shown(
    page: FamilyCare,
    done: Option<String>,
    keep: ServerAction<KeepCareDetails>,
    clear: ServerAction<ClearCareDetails>,
    form: NodeRef<Form>,
) -> impl IntoView {
    let slug = use_head().slug;
    let FamilyCare { person, name, kept, readings } = page;
    let title = say!(care_details.title_of, name = name.clone()).to_string();
    let banner = move || {
        let failed = keep.value().with(|value| matches!(value, Some(Err(_))));
        let (title, text) = match done.as_deref().filter(|_| !failed)? {
            "kept" => (say!(care_details.kept_title), say!(care_details.kept_text)),
            "cleared" => (say!(care_details.cleared_title), say!(care_details.cleared_text)),
            _ => return None,
        };
        Some(view! {
            <Banner class="banner--good" icon="check" title>
                <p>{text}</p>
            </Banner>
        })
    };
    let end = (kept.version > 0).then(|| view! { <Clear slug=slug.clone() person=person.to_string() clear /> });
    view! {
        <PageTitle text=format!("{title} · {}", say!(common.brand)) />
        <div class="page-head">
            <h1>{title}</h1>
            <p>{say!(care_details.purpose, name = name).to_string()}</p>
            <p class="care-privacy">
                <Icon name="lock" />
                <span>{say!(care_details.who_sees)}</span>
            </p>
        </div>
        <div class="stack-l">
            {banner}
            <ActionForm action=keep node_ref=form attr:class="card form">
                <ActionProblem action=keep fields=FIELDS />
                <input type="hidden" name="slug" value=slug />
                <input type="hidden" name="person" value=person.to_string() />
                <DetailFields kept action=keep paper=false />
                <button class="button button--primary button--big" disabled=move || keep.pending().get()>
                    {say!(care_details.save)}
                </button>
            </ActionForm>
            {end}
            <Readings readings />
        </div>
    }
}

/// The form that ends it, folded away.
#[component]
fn Clear(slug: String, person: String, clear: ServerAction<ClearCareDetails>) -> impl IntoView {
    view! {
        <details class="card">
            <summary>{say!(care_details.clear)}</summary>
            <ActionForm action=clear attr:class="form">
                <p>{say!(care_details.clear_text)}</p>
                <ActionProblem action=clear />
                <input type="hidden" name="slug" value=slug />
                <input type="hidden" name="person" value=person />
                <button class="button button--no" disabled=move || clear.pending().get()>
                    {say!(care_details.clear_go)}
                </button>
            </ActionForm>
        </details>
    }
}

/// Which staff have read it: when, who, why.
#[component]
fn Readings(readings: Vec<CareReading>) -> impl IntoView {
    let none = readings.is_empty().then(|| view! { <p class="soft">{say!(care_details.no_readings)}</p> });
    let rows = readings
        .into_iter()
        .map(|reading| {
            view! {
                <li class="card care__row">
                    <div>
                        <p>
                            <b>{reading.who}</b>
                            " "
                            <time class="soft" datetime=reading.at.to_string()>
                                {words::at(reading.at)}
                            </time>
                        </p>
                        <p>{trace(&reading.why)}</p>
                    </div>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="stack" id="readings" aria-labelledby="readings-h">
            <h2 id="readings-h">{say!(care_details.readings)}</h2>
            {none}
            <ul class="care">{rows}</ul>
        </section>
    }
}
