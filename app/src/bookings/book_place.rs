//! Booking a place: the button, the form, and the request.

use crate::{
    activities::places::{choice_of, term_now},
    error::AppError,
    frame::{use_head, use_me},
    parts::{ActionProblem, Field, Icon, field_problem},
    say, words,
};
use domain::{
    activity::Unit,
    booking::Standing,
    id::{PersonId, RequestKey},
    person::MemberRole,
    reading::{Member, MyBooking, TermCard},
};
use jiff::civil::Date;
use leptos::prelude::*;

/// Books a place for a member of the household, or puts the member on the waiting list. Afterwards the activity's
/// page says which.
#[server(prefix = "/api", endpoint = "book_place")]
pub async fn book_place(
    slug: String,
    activity: String,
    term: String,
    person: Option<String>,
    scope: Option<String>,
    occurrence: Option<String>,
    heads: Option<String>,
    key: String,
) -> Result<(), AppError> {
    use domain::{
        booking::{MAX_HEADS, Scope},
        code::Code,
        reading::Booked,
        rights::Door,
        text::InputProblem,
    };
    use store::bookings::{Asked, BookRequest};
    let choice = |field| crate::ssr::said(AppError::invalid(field, InputProblem::Choice));
    let who = crate::ssr::need_who().await?;
    let scope = scope.as_deref().and_then(Scope::from_code).ok_or_else(|| choice("scope"))?;
    let occurrence = match (scope, occurrence.filter(|id| !id.is_empty())) {
        (Scope::Single, Some(id)) => Some(id.parse().map_err(|_| choice("occurrence"))?),
        (Scope::Single, None) => return Err(choice("occurrence")),
        _ => None,
    };
    let heads = match heads.as_deref().map(str::trim).filter(|heads| !heads.is_empty()) {
        None => 1,
        Some(heads) => heads.parse().ok().filter(|heads| (1..=MAX_HEADS).contains(heads)).ok_or_else(|| {
            crate::ssr::said(AppError::invalid("heads", InputProblem::Number { min: 1, max: MAX_HEADS.into() }))
        })?,
    };
    let request = BookRequest {
        term: term.parse().map_err(|_| choice("term"))?,
        person: person.as_deref().unwrap_or("").parse().map_err(|_| choice("person"))?,
        scope,
        occurrence,
        heads,
        key: key.parse().map_err(|_| crate::ssr::said(AppError::BadRequest))?,
        door: Door::Page,
    };
    let host = crate::ssr::host()?;
    let asked = Asked { who, request, at: crate::ssr::now()? };
    let booked = crate::ssr::told(host.desk.book_place(asked).await, &slug).await?;
    let (Booked::Confirmed { booking, .. } | Booked::Waiting { booking, .. }) = booked;
    crate::ssr::go(&slug, &format!("activities/{activity}?booked={booking}#t{term}"));
    Ok(())
}

/// The booking form of a term, for whoever is signed in.
#[component]
pub fn BookForm(
    /// The term.
    term: TermCard,
    /// What its places are counted in.
    unit: Unit,
    /// The household's live bookings of it.
    mine: Vec<MyBooking>,
    /// The key of the next booking.
    key: Option<RequestKey>,
) -> impl IntoView {
    let head = use_head();
    let me = use_me();
    let action = ServerAction::<BookPlace>::new();
    let slug = StoredValue::new(head.slug);
    let term = StoredValue::new(term);
    let busy = StoredValue::new(
        mine.iter()
            .filter(|booking| booking.scope != domain::booking::Scope::Single)
            .map(|b| b.person)
            .collect::<Vec<_>>(),
    );
    move || {
        let (Some(me), Some(key)) = (me.get(), key) else {
            let back =
                format!("/{}/sign-in?to=activities/{}", slug.get_value(), term.get_value().dates.first()?.activity);
            return Some(
                view! {
                    <a class="button button--primary button--big" href=back>
                        {say!(activity.sign_in_to_book)}
                    </a>
                }
                .into_any(),
            );
        };
        let busy = busy.get_value();
        let members: Vec<_> = me.members.into_iter().filter(|member| !busy.contains(&member.person)).collect();
        if members.is_empty() {
            return busy.is_empty().then(|| {
                view! {
                    <a class="button button--primary button--big" href=format!("/{}/my#add", slug.get_value())>
                        {say!(activity.add_first)}
                    </a>
                }
                .into_any()
            });
        }
        Some(view! { <Form slug=slug.get_value() term=term.get_value() unit members key action /> }.into_any())
    }
}

#[component]
fn Form(
    slug: String,
    term: TermCard,
    unit: Unit,
    members: Vec<Member>,
    key: RequestKey,
    action: ServerAction<BookPlace>,
) -> impl IntoView {
    let first = likely(&term, &members);
    let activity = term.dates.first().map(|date| date.activity.to_string()).unwrap_or_default();
    let choices = members
        .into_iter()
        .map(|member| {
            let note = match member.age {
                Some(age) => format!("{} · {}", words::role(member.role), say!(common.years, age = age)),
                None => words::role(member.role).to_owned(),
            };
            view! {
                <label class="choice">
                    <input
                        type="radio"
                        name="person"
                        value=member.person.to_string()
                        checked=Some(member.person) == first
                        required
                    />
                    <b>{member.name}</b>
                    <span class="choice__note">{note}</span>
                </label>
            }
        })
        .collect_view();
    let now = term_now(term.clone());
    let button = move || match now.get().standing {
        Standing::Waitlist { .. } => say!(activity.book_wait),
        _ => say!(activity.book),
    };
    let heads = (unit == Unit::Family).then(|| {
        view! {
            <Field
                name="heads"
                form="book-"
                kind="number"
                class="input--short"
                label=say!(activity.heads)
                hint=say!(activity.heads_hint).to_string()
                value="2".to_owned()
                problem=field_problem(action, "heads")
            />
        }
    });
    view! {
        <ActionForm action attr:class="form">
            <ActionProblem action fields=&["heads"] />
            <input type="hidden" name="slug" value=slug.clone() />
            <input type="hidden" name="activity" value=activity />
            <input type="hidden" name="term" value=term.id.to_string() />
            <input type="hidden" name="key" value=key.to_string() />
            <fieldset class="group">
                <legend>{say!(activity.for_whom)}</legend>
                <div class="choices">{choices}</div>
                <p>
                    <a class="back" href=format!("/{slug}/my#add")>
                        <Icon name="plus" />
                        {say!(activity.add_member)}
                    </a>
                </p>
            </fieldset>
            <ScopeChoice term />
            {heads}
            <button class="button button--primary button--big" disabled=move || action.pending().get()>
                {button}
            </button>
        </ActionForm>
    }
}

/// The member whom the term is most likely for: the first whose age fits and whose role does.
fn likely(term: &TermCard, members: &[Member]) -> Option<PersonId> {
    let on = term.age.on.unwrap_or(term.first);
    let fits = |member: &&Member| {
        let age = member.birth.map(|birth| domain::person::age_on(birth, on));
        let young = term.age.min.is_some_and(|min| age.is_none_or(|age| age < min));
        let old = term.age.max.is_some_and(|max| age.is_none_or(|age| age > max));
        !young && !old
    };
    let audience = term.dates.first().map(|date| date.audience.side());
    let role = |member: &&Member| match audience {
        Some(domain::activity::Side::Child) => member.role == MemberRole::Child,
        Some(domain::activity::Side::Elder) => member.role == MemberRole::Elder,
        _ => member.myself,
    };
    members
        .iter()
        .filter(fits)
        .find(role)
        .or_else(|| members.iter().find(fits))
        .or(members.first())
        .map(|member| member.person)
}

/// Whole, rest or one date: a hidden field where there is nothing to choose.
#[component]
fn ScopeChoice(term: TermCard) -> impl IntoView {
    let coming: Vec<_> = term
        .dates
        .iter()
        .filter(|date| {
            let coming = matches!(date.standing, Standing::Open { .. } | Standing::Waitlist { .. } | Standing::Full);
            coming && date.standing != Standing::CalledOff
        })
        .cloned()
        .collect();
    let all = if term.begun {
        term.scopes.rest.then_some(("rest", say!(activity.rest_label, count = coming.len()).to_string()))
    } else {
        // Before it begins the rest is the whole.
        match (term.scopes.whole, term.scopes.rest) {
            (true, _) => Some(("whole", say!(common.scope_whole).to_string())),
            (false, true) => Some(("rest", say!(activity.rest_label, count = coming.len()).to_string())),
            _ => None,
        }
    };
    let days: Vec<Date> = coming.iter().map(|date| date.date).collect();
    let single = term.scopes.single;
    let now = term_now(term.clone());
    let dates = move || {
        coming
            .into_iter()
            .take(60)
            .map(|date| {
                let id = date.occurrence;
                let text = move || {
                    let now = now.get();
                    choice_of(now.dates.iter().find(|now| now.occurrence == id).unwrap_or(&date))
                };
                view! { <option value=id.to_string()>{text}</option> }
            })
            .collect_view()
    };
    match (all, single) {
        (Some((code, _)), false) => view! { <input type="hidden" name="scope" value=code /> }.into_any(),
        (None, true) => view! {
            <input type="hidden" name="scope" value="single" />
            <div class="field">
                <label for="occurrence">{say!(activity.single_date)}</label>
                <select class="input" id="occurrence" name="occurrence">
                    {dates()}
                </select>
            </div>
        }
        .into_any(),
        (Some((code, label)), true) => {
            let note = match (days.first(), days.last()) {
                (Some(first), Some(last)) => say!(
                    activity.whole_note,
                    first = words::date_short(*first),
                    last = words::date_short(*last),
                    count = days.len()
                )
                .to_string(),
                _ => String::new(),
            };
            view! {
                <fieldset class="group">
                    <legend>{say!(activity.which_dates)}</legend>
                    <div class="choices">
                        <label class="choice">
                            <input type="radio" name="scope" value=code checked />
                            <b>{label}</b>
                            <span class="choice__note">{note}</span>
                        </label>
                        <label class="choice">
                            <input type="radio" name="scope" value="single" />
                            <b>{say!(activity.single_label)}</b>
                            <span class="choice__note">
                                <select class="input" name="occurrence" aria-label=say!(activity.single_date)>
                                    {dates()}
                                </select>
                            </span>
                        </label>
                    </div>
                </fieldset>
            }
            .into_any()
        }
        (None, false) => view! { <p class="soft">{say!(activity.not_bookable)}</p> }.into_any(),
    }
}
