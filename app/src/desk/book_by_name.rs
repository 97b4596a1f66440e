//! Booking for somebody by name: found among those known, or written down first.

use super::parts::SearchForm;
use crate::{
    bookings::which_dates::{WeekHours, chosen_before},
    error::AppError,
    frame::{typed, use_head},
    parts::{ActionProblem, Field, field_problem},
    say, words,
};
use domain::{
    activity::Unit,
    booking::Standing,
    id::RequestKey,
    reading::{FoundPerson, RosterPage},
    which::WeekHour,
};
use leptos::prelude::*;

/// Books for somebody whom the desk knows.
#[server(prefix = "/api", endpoint = "book_at_desk")]
pub async fn book_at_desk(
    slug: String,
    term: String,
    person: Option<String>,
    scope: Option<String>,
    occurrences: Option<Vec<String>>,
    weekly: Option<Vec<String>>,
    heads: Option<String>,
    key: String,
) -> Result<(), AppError> {
    use domain::text::InputProblem;
    let bad = |_| crate::ssr::said(AppError::invalid("person", InputProblem::Choice));
    let person = person.unwrap_or_default().parse().map_err(bad)?;
    let who = crate::ssr::need_who().await?;
    let dates = typed_dates(&scope, &occurrences, &weekly);
    let wish = read_wish(&term, &dates, heads.as_deref(), &key)?;
    book(who, &slug, wish, person).await
}

/// Writes somebody down and books. Who has the same name and birth date as somebody known is that person.
#[server(prefix = "/api", endpoint = "add_person_and_book")]
pub async fn add_person_and_book(
    slug: String,
    term: String,
    name: Option<String>,
    birth: Option<String>,
    phone: Option<String>,
    building: Option<String>,
    scope: Option<String>,
    occurrences: Option<Vec<String>>,
    weekly: Option<Vec<String>>,
    heads: Option<String>,
    key: String,
) -> Result<(), AppError> {
    use crate::bookings::which_dates::as_text;
    use domain::{
        person::parse_birth_date,
        phone::PhoneNumber,
        text::{Line, PersonName},
    };
    let (chosen, hours) = (as_text(&occurrences), as_text(&weekly));
    let typed = [
        ("new-name", name.as_deref()),
        ("new-birth", birth.as_deref()),
        ("new-phone", phone.as_deref()),
        ("new-building", building.as_deref()),
        ("new-scope", scope.as_deref()),
        ("new-occurrences", chosen.as_deref()),
        ("new-weekly", hours.as_deref()),
        ("new-heads", heads.as_deref()),
    ];
    let at = |field: &'static str| move |problem| crate::ssr::said(AppError::invalid(field, problem));
    fn some(value: &Option<String>) -> Option<&str> {
        value.as_deref().filter(|value| !value.trim().is_empty())
    }
    let doing = async {
        let who = crate::ssr::need_who().await?;
        let host = crate::ssr::host()?;
        let now = crate::ssr::now()?;
        let today = store::communities::head(&host.db, &slug, now).await?.today;
        // All of it is read before anything is written.
        let new = store::rosters::NewPerson {
            name: PersonName::parse(name.as_deref().unwrap_or_default()).map_err(at("name"))?,
            birth: Some(parse_birth_date(birth.as_deref().unwrap_or_default(), today).map_err(at("birth"))?),
            phone: some(&phone).map(PhoneNumber::parse).transpose().map_err(at("phone"))?,
            building: some(&building).map(Line::parse).transpose().map_err(at("building"))?,
        };
        let wish = read_wish(&term, &typed_dates(&scope, &occurrences, &weekly), heads.as_deref(), &key)?;
        let person = store::rosters::add_person(&host.db, &who, &slug, new, now).await?;
        book(who, &slug, wish, person).await
    };
    crate::ssr::keeping(&typed, doing).await
}

#[cfg(feature = "ssr")]
pub(super) fn typed_dates<'a>(
    scope: &'a Option<String>,
    occurrences: &'a Option<Vec<String>>,
    weekly: &'a Option<Vec<String>>,
) -> crate::bookings::which_dates::TypedDates<'a> {
    let (occurrences, weekly) = (occurrences.as_deref(), weekly.as_deref());
    crate::bookings::which_dates::TypedDates { scope: scope.as_deref(), occurrences, weekly }
}

/// What is asked for, before it is known for whom.
#[cfg(feature = "ssr")]
pub(super) struct DeskWish {
    pub(super) term: domain::id::TermId,
    which: domain::which::Which,
    heads: u32,
    key: RequestKey,
}

#[cfg(feature = "ssr")]
pub(super) fn read_wish(
    term: &str,
    dates: &crate::bookings::which_dates::TypedDates<'_>,
    heads: Option<&str>,
    key: &str,
) -> Result<DeskWish, AppError> {
    use domain::{booking::MAX_HEADS, text::InputProblem};
    let bad = |field, problem| crate::ssr::said(AppError::invalid(field, problem));
    let which = dates.parse().map_err(|problem| crate::ssr::said(AppError::Invalid { problem }))?;
    let heads = match heads.map(str::trim).unwrap_or_default() {
        "" => 1,
        heads => {
            let heads = heads.parse().ok().filter(|heads| (1..=MAX_HEADS).contains(heads));
            heads.ok_or_else(|| bad("heads", InputProblem::Number { min: 1, max: MAX_HEADS.into() }))?
        }
    };
    Ok(DeskWish {
        term: term.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?,
        which,
        heads,
        key: key.parse().map_err(|_| crate::ssr::said(AppError::BadRequest))?,
    })
}

/// Books what is asked for, for somebody whom the desk knows.
#[cfg(feature = "ssr")]
pub(super) async fn book_person(
    who: store::accounts::Who,
    wish: &DeskWish,
    person: domain::id::PersonId,
) -> Result<Result<domain::reading::Booked, store::StoreError>, AppError> {
    use domain::rights::Door;
    use store::bookings::{Asked, BookRequest};
    // One page's form books for several people, one after the other: each wish has a key of its own, and the same
    // wish sent twice has the same.
    let key = wish.key.0.as_u128() ^ person.0.as_u128().rotate_left(1) ^ which_key(&wish.which);
    let request = BookRequest {
        term: wish.term,
        person,
        which: wish.which.clone(),
        heads: wish.heads,
        adults: None,
        insists: false,
        consents: false,
        key: RequestKey(uuid::Uuid::from_u128(key)),
        door: Door::Desk,
    };
    let asked = Asked { who, request, at: crate::ssr::now()? };
    Ok(crate::ssr::host()?.desk.book_place(asked).await)
}

/// What of a key follows from the dates asked for; the whole and the rest of a term are one wish.
#[cfg(feature = "ssr")]
fn which_key(which: &domain::which::Which) -> u128 {
    use domain::which::Which;
    match which {
        Which::Whole | Which::Rest => 0,
        Which::Dates(dates) => dates.iter().fold(0, |key, id| key ^ id.0.as_u128().rotate_left(2)),
        Which::Weekly(hours) => hours.iter().fold(0, |key, hour| {
            key ^ hour.to_string().bytes().fold(3, |text: u128, byte| text.rotate_left(13) ^ u128::from(byte))
        }),
    }
}

#[cfg(feature = "ssr")]
async fn book(
    who: store::accounts::Who,
    slug: &str,
    wish: DeskWish,
    person: domain::id::PersonId,
) -> Result<(), AppError> {
    let booked = crate::ssr::told(book_person(who, &wish, person).await?, slug).await?;
    crate::ssr::go(slug, &format!("desk/terms/{}?booked={}", wish.term, booked.booking()));
    Ok(())
}

/// What may be booked, and the dates of a single one.
#[derive(Clone)]
pub struct Offer {
    pub(super) scopes: Vec<(&'static str, &'static str)>,
    pub(super) dates: Vec<(String, String)>,
    pub(super) week_hours: Vec<WeekHour>,
    /// Several dates may be chosen.
    several: bool,
    unit: Unit,
}

impl Offer {
    pub(super) fn of(page: &RosterPage) -> Self {
        let held: Vec<_> = page.dates.iter().filter(|date| date.standing != Standing::CalledOff).collect();
        let begun = held.first().is_some_and(|date| date.standing == Standing::Past);
        let coming = held.into_iter().filter(|date| date.standing != Standing::Past);
        let scopes = [
            (page.scopes.whole && !begun).then(|| ("whole", say!(common.scope_whole))),
            // Before it begins the rest is the whole.
            (page.scopes.rest && (begun || !page.scopes.whole)).then(|| ("rest", say!(common.scope_rest))),
            (!page.week_hours.is_empty()).then(|| ("weekly", say!(which.scope))),
            page.scopes.single.then(|| ("single", say!(common.scope_single))),
        ];
        let dates = coming.map(|date| {
            let state = words::standing_short(date.standing).unwrap_or_default();
            let text = format!("{} {} · {state}", words::date_long(date.date), words::time(date.start));
            (date.occurrence.to_string(), text)
        });
        Self {
            scopes: scopes.into_iter().flatten().collect(),
            dates: dates.collect(),
            week_hours: page.week_hours.clone(),
            several: page.dates_at_once > 1,
            unit: page.dates.first().map_or(Unit::Person, |date| date.unit),
        }
    }
}

/// Finds somebody by name, or writes somebody down, and books.
#[component]
pub fn BookByName(
    /// The roster.
    page: RosterPage,
    /// Who was found.
    found: Vec<FoundPerson>,
    /// By what.
    find: Option<String>,
    /// The key of the next booking.
    key: RequestKey,
    /// Books for somebody known.
    book: ServerAction<BookAtDesk>,
    /// Books for somebody new.
    add: ServerAction<AddPersonAndBook>,
) -> impl IntoView {
    let head = use_head();
    let offer = Offer::of(&page);
    let term = page.term.id.to_string();
    let here = format!("/{}/desk/terms/{term}", head.slug);
    if offer.scopes.is_empty() || offer.dates.is_empty() {
        return view! {
            <section class="card stack aside" aria-labelledby="byname">
                <h2 id="byname">{say!(desk.by_name)}</h2>
                <p class="soft">{say!(desk.nothing_to_book)}</p>
            </section>
        }
        .into_any();
    }
    let none = (find.is_some() && found.is_empty()).then(|| view! { <p class="soft">{say!(desk.found_none)}</p> });
    let people = found.into_iter().map(|person| view! { <Found person book /> }).collect_view();
    let booking = find.is_some() && none.is_none();
    // Who was looked for and not found is to be written down next.
    let write_down = find.is_some() && !booking;
    let hidden = {
        let (slug, term) = (head.slug.clone(), term.clone());
        move || {
            view! {
                <input type="hidden" name="slug" value=slug.clone() />
                <input type="hidden" name="term" value=term.clone() />
                <input type="hidden" name="key" value=key.to_string() />
            }
        }
    };
    let failed = add.value().with_untracked(|value| matches!(value, Some(Err(_))));
    let new = (hidden(), offer.clone());
    let known = booking.then(move || {
        view! {
            <ActionForm action=book attr:class="form">
                {hidden()}
                <WishFields offer form="known-" heads=field_problem(book, "heads") />
                <ul class="stack">{people}</ul>
            </ActionForm>
        }
    });
    view! {
        <section class="card stack aside" id="book" aria-labelledby="byname">
            <h2 id="byname">{say!(desk.by_name)}</h2>
            <p class="soft">{say!(desk.by_name_text)}</p>
            <SearchForm
                action=format!("{here}#book")
                name="find"
                label=say!(desk.find)
                value=find.clone().unwrap_or_default()
            />
            {none}
            <ActionProblem action=book fields=&["heads"] />
            {known}
            <details open=failed || write_down>
                <summary>{say!(desk.write_down)}</summary>
                <ActionForm action=add attr:class="form">
                    <ActionProblem action=add fields=&["name", "birth", "phone", "building", "heads"] />
                    {new.0}
                    <Field
                        name="name"
                        form="new-"
                        label=say!(desk.person)
                        autocomplete="off"
                        value=find.unwrap_or_default()
                        required=true
                        problem=field_problem(add, "name")
                    />
                    <Field
                        name="birth"
                        form="new-"
                        kind="date"
                        label=say!(desk.birth)
                        required=true
                        problem=field_problem(add, "birth")
                    />
                    <Field
                        name="phone"
                        form="new-"
                        kind="tel"
                        label=say!(desk.phone_optional)
                        autocomplete="off"
                        problem=field_problem(add, "phone")
                    />
                    <Field
                        name="building"
                        form="new-"
                        label=say!(desk.building)
                        autocomplete="off"
                        problem=field_problem(add, "building")
                    />
                    <WishFields offer=new.1 form="new-" heads=field_problem(add, "heads") />
                    <button class="button button--primary" disabled=move || add.pending().get()>
                        {say!(desk.add_and_book)}
                    </button>
                </ActionForm>
            </details>
        </section>
    }
    .into_any()
}

#[component]
fn Found(person: FoundPerson, book: ServerAction<BookAtDesk>) -> impl IntoView {
    let age = person.age.map(|age| say!(common.years, age = age).to_string());
    let about: Vec<_> = [age, person.phone, person.building].into_iter().flatten().collect();
    let hidden = format!(" {}", person.name);
    view! {
        <li class="row row--apart">
            <span>
                <b>{person.name}</b>
                " "
                <span class="fine">{about.join(" · ")}</span>
            </span>
            <button
                class="button button--primary"
                name="person"
                value=person.id.to_string()
                disabled=move || book.pending().get()
            >
                {say!(desk.book)}
                <span class="visually-hidden">{hidden}</span>
            </button>
        </li>
    }
}

/// How much of the term, which date, how many heads.
#[component]
pub fn WishFields(offer: Offer, form: &'static str, heads: Signal<Option<String>>) -> impl IntoView {
    let single = offer.scopes.iter().any(|(code, _)| *code == "single");
    let scope = match offer.scopes.as_slice() {
        [(code, _)] => view! { <input type="hidden" name="scope" value=*code /> }.into_any(),
        scopes => {
            let id = format!("{form}scope");
            let typed = typed(&id);
            let options = scopes
                .iter()
                .map(|(code, name)| {
                    view! {
                        <option value=*code selected=typed.as_deref() == Some(*code)>
                            {*name}
                        </option>
                    }
                })
                .collect_view();
            view! {
                <div class="field">
                    <label for=id.clone()>{say!(desk.scope)}</label>
                    <select class="input" id=id name="scope">
                        {options}
                    </select>
                </div>
            }
            .into_any()
        }
    };
    let weekly = (!offer.week_hours.is_empty()).then(|| {
        view! { <WeekHours hours=offer.week_hours.clone() form /> }
    });
    let dates = single.then(|| {
        let id = format!("{form}occurrences");
        let typed = chosen_before(&id);
        let options = offer
            .dates
            .iter()
            .map(|(id, text)| {
                view! {
                    <option value=id.clone() selected=typed.contains(id)>
                        {text.clone()}
                    </option>
                }
            })
            .collect_view();
        view! {
            <div class="field">
                <label for=id.clone()>{say!(desk.single_date)}</label>
                <select class="input" id=id name="occurrences[]" multiple=offer.several>
                    {options}
                </select>
            </div>
        }
    });
    let heads = (offer.unit == Unit::Family).then(|| {
        view! {
            <Field
                name="heads"
                form=form
                kind="number"
                class="input--short"
                label=say!(desk.heads)
                value="2".to_owned()
                problem=heads
            />
        }
    });
    view! {
        {scope}
        {weekly}
        {dates}
        {heads}
    }
}
