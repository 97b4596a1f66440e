//! Residents at the desk: found by name, pinyin, phone or building; each with bookings, relatives and changes.

use super::{
    audit::Changes,
    merged::{OtherRecords, UndoMerge},
    parts::{Back, DeskFailure, SearchForm},
    read_out::ReadOutCode,
    resident_data::{CorrectAtDesk, EraseAtDesk, ResidentData},
};
use crate::{
    care::grant::{CareLinkRow, EndFields, GrantFields},
    care_details::at_desk::CareOfPerson,
    error::AppError,
    frame::{framed, use_head, use_slug},
    parts::{ActionProblem, Banner, Field, Icon, Loading, PageTitle, State, field_problem},
    say, words,
};
use domain::{
    booking::BookingState,
    reading::{CareLink, FoundPerson, MyBooking, PersonPage},
};
use leptos::prelude::*;
use leptos_router::{
    LazyRoute,
    hooks::{use_params_map, use_query_map},
    lazy_route,
};

/// Finds residents by name, pinyin, initials, the phone's last digits or building.
#[server(prefix = "/api", endpoint = "find_people", input = server_fn::codec::GetUrl)]
pub async fn find_people(slug: String, find: Option<String>) -> Result<Vec<FoundPerson>, AppError> {
    let who = crate::ssr::need_who().await?;
    let (host, now) = (crate::ssr::host()?, crate::ssr::now()?);
    Ok(store::rosters::find_persons(&host.db, &host.keys, &who, &slug, &find.unwrap_or_default(), now).await?)
}

/// Reads a resident's page.
#[server(prefix = "/api", endpoint = "read_person", input = server_fn::codec::GetUrl)]
pub async fn read_person(slug: String, person: String) -> Result<PersonPage, AppError> {
    let id = person.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?;
    let who = crate::ssr::need_who().await?;
    let (host, now) = (crate::ssr::host()?, crate::ssr::now()?);
    Ok(store::rosters::person_page(&host.db, &who, &slug, id, now).await?)
}

/// Lets a relative see or do something for a person who signed it on paper.
#[server(prefix = "/api", endpoint = "grant_on_paper")]
pub async fn grant_on_paper(
    slug: String,
    person: String,
    name: String,
    phone: String,
    scopes: Option<Vec<String>>,
    paper: String,
) -> Result<(), AppError> {
    use domain::{
        care::CareScope,
        code::Code,
        phone::PhoneNumber,
        rights::Door,
        text::{Line, PersonName},
    };
    use store::care_links::{NewCareLink, grant_care_link};
    let typed = [
        ("care-name", Some(name.as_str())),
        ("care-phone", Some(phone.as_str())),
        ("care-paper", Some(paper.as_str())),
    ];
    let invalid = |field, problem| crate::ssr::said(AppError::invalid(field, problem));
    let id = person.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?;
    let granted = crate::ssr::keeping(&typed, async {
        let who = crate::ssr::need_who().await?;
        let (host, now) = (crate::ssr::host()?, crate::ssr::now()?);
        let new = NewCareLink {
            name: PersonName::parse(&name).map_err(|problem| invalid("name", problem))?,
            phone: PhoneNumber::parse(&phone).map_err(|problem| invalid("phone", problem))?,
            scopes: scopes.unwrap_or_default().iter().filter_map(|code| CareScope::from_code(code)).collect(),
            paper: Some(Line::parse(&paper).map_err(|problem| invalid("paper", problem))?),
        };
        crate::ssr::told(grant_care_link(&host.db, &who, id, new, Door::Desk, now).await, &slug).await
    });
    granted.await?;
    crate::ssr::go(&slug, &format!("desk/people/{person}?done=granted#relatives"));
    Ok(())
}

/// Ends a care link at the desk.
#[server(prefix = "/api", endpoint = "revoke_at_desk")]
pub async fn revoke_at_desk(slug: String, link: String) -> Result<(), AppError> {
    let who = crate::ssr::need_who().await?;
    let id = link.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?;
    let (host, now) = (crate::ssr::host()?, crate::ssr::now()?);
    let revoked = store::care_links::revoke_care_link(&host.db, &who, id, domain::rights::Door::Desk, now).await;
    let person = crate::ssr::told(revoked, &slug).await?;
    crate::ssr::go(&slug, &format!("desk/people/{person}?done=revoked#relatives"));
    Ok(())
}

/// The page that finds residents, loaded when it is opened.
pub struct PeopleRoute;

#[lazy_route]
impl LazyRoute for PeopleRoute {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <People /> }.into_any()
    }
}

#[component]
fn People() -> impl IntoView {
    let slug = use_slug();
    let query = use_query_map();
    let find = Memo::new(move |_| query.with(|query| query.get("find").filter(|find| !find.trim().is_empty())));
    let erased = Memo::new(move |_| query.with(|query| query.get_str("done") == Some("erased")));
    let found = Resource::new(move || (slug.get(), find.get()), |(slug, find)| find_people(slug, find));
    view! {
        <Transition fallback=Loading>
            {move || Suspend::new(async move {
                match framed(found).await {
                    Ok(found) => {
                        let find = find.get_untracked();
                        view! { <Search found find erased=erased.get_untracked() /> }.into_any()
                    }
                    Err(error) => view! { <DeskFailure error /> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Search(found: Vec<FoundPerson>, find: Option<String>, erased: bool) -> impl IntoView {
    let erased = erased.then(|| {
        view! {
            <Banner class="banner--good" icon="check" title=say!(privacy.erased)>
                {None::<String>}
            </Banner>
        }
    });
    view! {
        <PageTitle text=format!("{} · {}", say!(people.title), say!(common.brand)) />
        <Back to="desk".to_owned() text=say!(desk.back) />
        <div class="page-head">
            <h1>{say!(people.title)}</h1>
        </div>
        {erased}
        <SearchForm name="find" label=say!(desk.find) value=find.clone().unwrap_or_default() />
        <Results found find />
    }
}

#[component]
fn Results(found: Vec<FoundPerson>, find: Option<String>) -> impl IntoView {
    let slug = use_head().slug;
    let Some(find) = find else { return view! { <p class="soft">{say!(people.text)}</p> }.into_any() };
    if found.is_empty() {
        return view! { <p class="soft">{say!(people.nobody, find = find).to_string()}</p> }.into_any();
    }
    let rows = found
        .into_iter()
        .map(|person| {
            let href = format!("/{slug}/desk/people/{}", person.id);
            let about = about(&person);
            view! {
                <li>
                    <a class="card care__link" href=href>
                        <Icon name="person" />
                        <b>{person.name}</b>
                        <span class="soft">{about}</span>
                    </a>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="care">{rows}</ul> }.into_any()
}

/// 74 周岁 · 138****0002 · 3栋2单元
pub fn about(person: &FoundPerson) -> String {
    let age = person.age.map(|age| say!(common.years, age = age).to_string());
    [age, person.phone.clone(), person.building.clone()].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// A resident's page, loaded when it is opened.
pub struct PersonRoute;

#[lazy_route]
impl LazyRoute for PersonRoute {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <Resident /> }.into_any()
    }
}

#[component]
fn Resident() -> impl IntoView {
    let slug = use_slug();
    let (params, query) = (use_params_map(), use_query_map());
    let person = Memo::new(move |_| params.with(|params| params.get("person").unwrap_or_default()));
    let done = Memo::new(move |_| query.with(|query| query.get("done")));
    let grant = ServerAction::<GrantOnPaper>::new();
    let revoke = ServerAction::<RevokeAtDesk>::new();
    let undo = ServerAction::<UndoMerge>::new();
    let (correct, erase) = (ServerAction::<CorrectAtDesk>::new(), ServerAction::<EraseAtDesk>::new());
    let versions =
        move || (grant.version().get(), revoke.version().get(), undo.version().get(), correct.version().get());
    let view = Resource::new(
        move || (slug.get(), person.get(), done.get(), versions()),
        |(slug, person, ..)| read_person(slug, person),
    );
    view! {
        <Transition fallback=Loading>
            {move || Suspend::new(async move {
                match framed(view).await {
                    Ok(page) => {
                        let done = done.get_untracked();
                        view! { <Shown page done grant revoke undo correct erase /> }.into_any()
                    }
                    Err(error) => view! { <DeskFailure error /> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Shown(
    page: PersonPage,
    done: Option<String>,
    grant: ServerAction<GrantOnPaper>,
    revoke: ServerAction<RevokeAtDesk>,
    undo: ServerAction<UndoMerge>,
    correct: ServerAction<CorrectAtDesk>,
    erase: ServerAction<EraseAtDesk>,
) -> impl IntoView {
    let slug = use_head().slug;
    let PersonPage { person, household, bookings, links, changes, care, twins, merges, led, signs_in } = page;
    let together = (!household.is_empty())
        .then(|| say!(people.household, names = household.join(say!(entry.joint))).to_string())
        .map(|text| view! { <p class="soft">{text}</p> });
    // Without JavaScript the page comes anew with the problem, which must not hide.
    let failed = grant.value().with_untracked(|value| matches!(value, Some(Err(_))));
    let written = done.as_deref() == Some("care");
    let id = person.id;
    let (records, mended) = (done.clone(), done.clone());
    let whose = person.clone();
    let done = match done.as_deref() {
        Some("granted") => Some(say!(people.granted)),
        Some("revoked") => Some(say!(care.revoked)),
        _ => None,
    };
    let done = done.map(|title| {
        view! {
            <Banner class="banner--good" icon="check" title>
                {None::<String>}
            </Banner>
        }
    });
    let read_out = person.phone.is_some().then(|| {
        view! { <ReadOutCode person=person.id.to_string() slug=slug.clone() /> }
    });
    let led = led.then(|| {
        view! {
            <Banner class="" icon="people" title=say!(merge.led)>
                {None::<String>}
            </Banner>
        }
    });
    view! {
        <PageTitle text=format!("{} · {}", person.name, say!(people.title)) />
        <Back to="desk/people".to_owned() text=say!(people.title) />
        <div class="stack-l">
            {led}
            <div class="page-head">
                <h1>{person.name.clone()}</h1>
                <p class="soft">{about(&person)}</p>
                {together}
                <p>
                    <a class="button" href=format!("/{slug}/desk/people/{}/slip", person.id)>
                        <Icon name="print" />
                        {say!(sheet.slip_print)}
                    </a>
                </p>
            </div>
            <Bookings bookings slug=slug.clone() />
            <CareOfPerson person=person.id.to_string() fields=care done=written />
            <section class="stack" id="relatives" aria-labelledby="relatives-h">
                <h2 id="relatives-h">{say!(people.relatives)}</h2>
                {done}
                <ActionProblem action=revoke />
                <Relatives links slug=slug.clone() revoke />
                <details class="card" open=failed>
                    <summary>{say!(people.grant)}</summary>
                    <ActionForm action=grant attr:class="form">
                        <p class="soft">{say!(people.grant_text)}</p>
                        <ActionProblem action=grant fields=&["name", "phone", "scopes", "paper"] />
                        <input type="hidden" name="slug" value=slug />
                        <input type="hidden" name="person" value=person.id.to_string() />
                        <GrantFields
                            name=field_problem(grant, "name")
                            phone=field_problem(grant, "phone")
                            scopes=field_problem(grant, "scopes")
                        />
                        <Field
                            name="paper"
                            form="care-"
                            label=say!(people.paper)
                            hint=say!(people.paper_hint).to_owned()
                            problem=field_problem(grant, "paper")
                        />
                        <button class="button button--primary" disabled=move || grant.pending().get()>
                            {say!(care.grant)}
                        </button>
                    </ActionForm>
                </details>
            </section>
            {read_out}
            <OtherRecords person=id twins merges done=records undo />
            <ResidentData person=whose signs_in done=mended correct erase />
            <section class="stack" aria-labelledby="changes">
                <h2 id="changes">{say!(people.changes)}</h2>
                <Changes lines=changes />
            </section>
        </div>
    }
}

#[component]
fn Bookings(bookings: Vec<MyBooking>, slug: String) -> impl IntoView {
    let none = bookings.is_empty().then(|| view! { <p class="soft">{say!(people.no_bookings)}</p> });
    let rows = bookings
        .into_iter()
        .map(|booking| {
            let first = booking.dates.first().map(|date| words::date_long(date.date));
            let state = match booking.state {
                BookingState::Waiting => view! { <State class="waiting" icon="queue" text=say!(care.waits) /> },
                BookingState::Offered => view! { <State class="soon" icon="ticket" text=say!(entry.offered_short) /> },
                _ => view! { <State class="booked" icon="check" text=say!(common.booked) /> },
            };
            view! {
                <li class="card care__row">
                    <div>
                        <p>
                            <a href=format!("/{slug}/desk/terms/{}", booking.term)>
                                <b>{booking.name}</b>
                            </a>
                        </p>
                        <p class="soft">{booking.term_name} " · " {first}</p>
                    </div>
                    {state}
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="stack" aria-labelledby="bookings">
            <h2 id="bookings">{say!(people.bookings)}</h2>
            {none}
            <ul class="care">{rows}</ul>
        </section>
    }
}

#[component]
fn Relatives(links: Vec<CareLink>, slug: String, revoke: ServerAction<RevokeAtDesk>) -> impl IntoView {
    let none = links.is_empty().then(|| view! { <p class="soft">{say!(people.no_relatives)}</p> });
    let rows = links
        .into_iter()
        .map(|link| {
            let (id, name, slug) = (link.id, link.name.clone(), slug.clone());
            view! {
                <CareLinkRow link>
                    <ActionForm action=revoke>
                        <EndFields link=id name slug pending=revoke.pending() />
                    </ActionForm>
                </CareLinkRow>
            }
        })
        .collect_view();
    view! {
        {none}
        <ul class="care">{rows}</ul>
    }
}
