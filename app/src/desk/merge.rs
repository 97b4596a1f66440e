//! Joining two records of one person: the other is found, both are laid side by side, and what would come of it is said.

use super::{
    parts::{Back, DeskFailure, SearchForm},
    people::about,
};
use crate::{
    error::AppError,
    frame::{framed, use_head, use_slug},
    parts::{ActionProblem, FieldError, Icon, Loading, PageTitle, field_problem},
    say, words,
};
use domain::reading::{FoundPerson, Hindered, MergePage, MergePair, MergeSide};
use leptos::prelude::*;
use leptos_router::{
    LazyRoute,
    hooks::{use_params_map, use_query_map},
    lazy_route,
};

/// Reads a record, others of the same person, those that a search finds, and what joining it `with` one would come to.
#[server(prefix = "/api", endpoint = "read_merge", input = server_fn::codec::GetUrl)]
pub async fn read_merge(
    slug: String,
    person: String,
    with: Option<String>,
    find: Option<String>,
) -> Result<MergePage, AppError> {
    let id = |text: &str| text.parse().map_err(|_| crate::ssr::said(AppError::NotFound));
    let (person, with) = (id(&person)?, with.as_deref().map(id).transpose()?);
    let who = crate::ssr::need_who().await?;
    let (host, now) = (crate::ssr::host()?, crate::ssr::now()?);
    let mut page = store::merges::merge_page(&host.db, &who, &slug, person, with, now).await?;
    if let Some(find) = find {
        page.found = store::rosters::find_persons(&host.db, &host.keys, &who, &slug, &find, now).await?;
        page.found.retain(|found| found.id != page.person.id);
    }
    Ok(page)
}

/// Joins one record to another.
#[server(prefix = "/api", endpoint = "merge_persons")]
pub async fn merge_persons(slug: String, kept: String, gone: String, agreed: Option<String>) -> Result<(), AppError> {
    let id = |text: &str| text.parse().map_err(|_| crate::ssr::said(AppError::NotFound));
    let (kept, gone) = (id(&kept)?, id(&gone)?);
    let who = crate::ssr::need_who().await?;
    let (host, now) = (crate::ssr::host()?, crate::ssr::now()?);
    let agreed = agreed.is_some_and(|agreed| agreed == "yes");
    let merged = store::merges::merge_persons(&host.db, &who, &slug, kept, gone, agreed, now).await;
    crate::ssr::told(merged, &slug).await?;
    crate::ssr::go(&slug, &format!("desk/people/{kept}?done=merged#records"));
    Ok(())
}

/// The page, loaded when it is opened.
pub struct MergeRoute;

#[lazy_route]
impl LazyRoute for MergeRoute {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <Merge /> }.into_any()
    }
}

#[component]
fn Merge() -> impl IntoView {
    let slug = use_slug();
    let (params, query) = (use_params_map(), use_query_map());
    let person = Memo::new(move |_| params.with(|params| params.get("person").unwrap_or_default()));
    let asked = move |name: &'static str| query.with(|query| query.get(name).filter(|text| !text.trim().is_empty()));
    let (with, find) = (Memo::new(move |_| asked("with")), Memo::new(move |_| asked("find")));
    let merge = ServerAction::<MergePersons>::new();
    // After a refusal the page says what hinders by now.
    let page = Resource::new(
        move || (slug.get(), person.get(), with.get(), find.get(), merge.version().get()),
        |(slug, person, with, find, _)| read_merge(slug, person, with, find),
    );
    view! {
        <Transition fallback=Loading>
            {move || Suspend::new(async move {
                match framed(page).await {
                    Ok(page) => {
                        let find = find.get_untracked();
                        view! { <Shown page find merge /> }.into_any()
                    }
                    Err(error) => view! { <DeskFailure error /> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Shown(page: MergePage, find: Option<String>, merge: ServerAction<MergePersons>) -> impl IntoView {
    let MergePage { person, twins, found, pair } = page;
    let (id, name) = (person.id, person.name.clone());
    let title = say!(merge.title);
    let body = match pair {
        Some(pair) => view! { <Pair pair merge /> }.into_any(),
        None => view! { <Choose person twins found find /> }.into_any(),
    };
    view! {
        <PageTitle text=format!("{title} · {name}") />
        <Back to=format!("desk/people/{id}") text=say!(merge.back, name = name.clone()).to_string() />
        <div class="stack-l">{body}</div>
    }
}

/// Finds the other record.
#[component]
fn Choose(
    person: FoundPerson,
    twins: Vec<FoundPerson>,
    found: Vec<FoundPerson>,
    find: Option<String>,
) -> impl IntoView {
    let here = format!("/{}/desk/people/{}/merge", use_head().slug, person.id);
    let likely = (!twins.is_empty() && find.is_none()).then(|| {
        view! {
            <section class="stack" aria-labelledby="twins">
                <h2 id="twins">{say!(merge.twins)}</h2>
                <Records records=twins here=here.clone() />
            </section>
        }
    });
    let results = find.as_ref().map(|find| match found.is_empty() {
        true => view! { <p class="soft">{say!(people.nobody, find = find.clone()).to_string()}</p> }.into_any(),
        false => view! { <Records records=found here=here.clone() /> }.into_any(),
    });
    view! {
        <div class="page-head">
            <h1>{say!(merge.title)}</h1>
            <p>
                <b>{person.name.clone()}</b>
                " "
                <span class="soft">{about(&person)}</span>
            </p>
            <p class="soft">{say!(merge.text)}</p>
        </div>
        {likely}
        <section class="stack" aria-labelledby="other">
            <h2 id="other">{say!(merge.other)}</h2>
            <SearchForm action=here name="find" label=say!(desk.find) value=find.clone().unwrap_or_default() />
            {results}
        </section>
    }
}

/// Records, each a link to the page that lays it beside the one.
#[component]
pub fn Records(
    /// They.
    records: Vec<FoundPerson>,
    /// The page that compares.
    here: String,
) -> impl IntoView {
    let rows = records
        .into_iter()
        .map(|person| {
            let about = about(&person);
            view! {
                <li>
                    <a class="card care__link" href=format!("{here}?with={}", person.id)>
                        <Icon name="person" />
                        <b>{person.name}</b>
                        <span class="soft">{about}</span>
                    </a>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="care">{rows}</ul> }
}

#[component]
fn Pair(pair: MergePair, merge: ServerAction<MergePersons>) -> impl IntoView {
    let slug = use_head().slug;
    let MergePair { kept, gone, joined, stays, two_homes, hinders } = pair;
    let (kept_id, gone_id) = (kept.person.id, gone.person.id);
    let swap = (kept_id != gone_id).then(|| {
        view! {
            <p>
                <a class="button" href=format!("/{slug}/desk/people/{gone_id}/merge?with={kept_id}")>
                    <Icon name="repeat" />
                    {say!(merge.swap)}
                </a>
            </p>
        }
    });
    let names = (people_of(&kept), people_of(&gone));
    let below = if hinders.is_empty() {
        let homes = two_homes.then(|| say!(merge.two_homes, kept = names.0, gone = names.1).to_string());
        view! {
            <section class="card stack" aria-labelledby="after">
                <h2 id="after">{say!(merge.after)}</h2>
                <ul class="merge__after">
                    <li>{say!(merge.will_join, what = words::merge::joined(&joined)).to_string()}</li>
                    {(stays > 0).then(|| view! { <li>{say!(merge.will_stay, count = stays).to_string()}</li> })}
                    <li>{say!(merge.will_lead)}</li>
                    <li>{say!(merge.will_undo)}</li>
                </ul>
                <ActionForm action=merge attr:class="form">
                    <ActionProblem action=merge fields=&["agreed"] />
                    <input type="hidden" name="slug" value=slug />
                    <input type="hidden" name="kept" value=kept_id.to_string() />
                    <input type="hidden" name="gone" value=gone_id.to_string() />
                    {homes.map(|text| view! { <Agreed text merge /> })}
                    <button class="button button--primary" disabled=move || merge.pending().get()>
                        {say!(merge.go)}
                    </button>
                </ActionForm>
            </section>
        }
        .into_any()
    } else {
        view! { <Hinders title=say!(merge.cannot) hinders /> }.into_any()
    };
    view! {
        <div class="page-head">
            <h1>{say!(merge.side_by_side)}</h1>
            <p class="soft">{say!(merge.look)}</p>
            {swap}
        </div>
        <Sides kept gone />
        {below}
    }
}

/// Everybody of a household: its other members, and who signs in for it.
fn people_of(side: &MergeSide) -> String {
    let mut all = side.household.clone();
    all.extend(side.answers.iter().filter(|name| !side.household.contains(name)).cloned());
    all.join(say!(entry.joint))
}

/// Where people of two homes will answer for the person, staff say that they know.
#[component]
fn Agreed(text: String, merge: ServerAction<MergePersons>) -> impl IntoView {
    let problem = field_problem(merge, "agreed");
    view! {
        <div class="banner">
            <Icon name="people" />
            <div>
                <p>{text}</p>
                <label class="check">
                    <input
                        type="checkbox"
                        name="agreed"
                        value="yes"
                        required=true
                        aria-describedby="agreed-error"
                        aria-invalid=move || problem.get().map(|_| "true")
                    />
                    {say!(merge.agreed)}
                </label>
                <FieldError problem id="agreed-error" />
            </div>
        </div>
    }
}

/// What hinders, each in a sentence.
#[component]
pub fn Hinders(
    /// What can't be done.
    title: &'static str,
    /// Why.
    hinders: Vec<Hindered>,
) -> impl IntoView {
    let rows = hinders
        .into_iter()
        .map(|one| view! { <li>{words::merge::hindrance(&one.why, one.activity.as_deref())}</li> })
        .collect_view();
    view! {
        <div class="banner banner--no">
            <Icon name="alert" />
            <div>
                <p class="banner__title">{title}</p>
                <ul class="merge__after">{rows}</ul>
            </div>
        </div>
    }
}

/// Both records in a table, what differs marked.
#[component]
fn Sides(kept: MergeSide, gone: MergeSide) -> impl IntoView {
    let birth = |side: &MergeSide| side.birth.map(words::date_year);
    let account = |side: &MergeSide| side.account.then(|| say!(merge.has_account).to_owned());
    let care = |side: &MergeSide| side.care.then(|| say!(merge.has_care).to_owned());
    let booked = |side: &MergeSide| {
        let one = |(name, on): &(String, Option<_>)| match on {
            Some(on) => format!("{name} {}", words::date_short(*on)),
            None => name.clone(),
        };
        side.bookings.iter().map(one).collect::<Vec<_>>()
    };
    let count = |count: u32| (count > 0).then(|| say!(merge.times, count = count).to_string());
    let people = |count: u32| (count > 0).then(|| say!(merge.people, count = count).to_string());
    let list = |names: &[String]| names.join(say!(entry.joint));
    let one = |text: Option<String>| -> Vec<String> { text.filter(|text| !text.is_empty()).into_iter().collect() };
    // Of these the kept record takes over what it hasn't.
    let facts = [
        (say!(merge.name), Some(kept.person.name.clone()), Some(gone.person.name.clone())),
        (say!(merge.birth), birth(&kept), birth(&gone)),
        (say!(merge.phone), kept.person.phone.clone(), gone.person.phone.clone()),
        (say!(merge.building), kept.person.building.clone(), gone.person.building.clone()),
    ]
    .map(|(label, ours, theirs)| {
        let mark = match (&ours, &theirs) {
            (Some(ours), Some(theirs)) if ours != theirs => Some(("merge__mark merge__mark--no", say!(merge.differs))),
            (None, Some(_)) => Some(("merge__mark", say!(merge.taken))),
            _ => None,
        };
        row(label, one(ours), one(theirs), mark)
    });
    let others = [
        (say!(merge.household), Some(list(&kept.household)), Some(list(&gone.household))),
        (say!(merge.answers), Some(list(&kept.answers)), Some(list(&gone.answers))),
        (say!(merge.account), account(&kept), account(&gone)),
        (say!(merge.came), count(kept.came), count(gone.came)),
        (say!(people.relatives), people(kept.relatives), people(gone.relatives)),
        (say!(merge.care), care(&kept), care(&gone)),
        (say!(merge.since), Some(words::date_year(kept.since)), Some(words::date_year(gone.since))),
    ]
    .map(|(label, ours, theirs)| row(label, one(ours), one(theirs), None));
    let bookings = row(say!(people.bookings), booked(&kept), booked(&gone), None);
    view! {
        <div class="card merge">
            <table class="merge__table">
                <caption class="visually-hidden">{say!(merge.side_by_side)}</caption>
                <thead>
                    <tr>
                        <td></td>
                        <th scope="col">{say!(merge.kept)}</th>
                        <th scope="col">{say!(merge.gone)}</th>
                    </tr>
                </thead>
                <tbody>{facts.collect_view()} {bookings} {others.collect_view()}</tbody>
            </table>
        </div>
    }
}

/// A row of both; none where neither has anything.
fn row(
    label: &'static str,
    ours: Vec<String>,
    theirs: Vec<String>,
    mark: Option<(&'static str, &'static str)>,
) -> Option<AnyView> {
    if ours.is_empty() && theirs.is_empty() {
        return None;
    }
    let cell = |lines: Vec<String>| match lines.is_empty() {
        true => view! { <span class="soft">{say!(merge.none)}</span> }.into_any(),
        false => {
            lines.into_iter().map(|line| view! { <span class="merge__line">{line}</span> }).collect_view().into_any()
        }
    };
    let mark = mark.map(|(class, text)| view! { <span class=class>{text}</span> });
    let row = view! {
        <tr>
            <th scope="row">{label}</th>
            <td>{cell(ours)} " " {mark}</td>
            <td>{cell(theirs)}</td>
        </tr>
    };
    Some(row.into_any())
}
