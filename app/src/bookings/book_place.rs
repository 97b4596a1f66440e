//! Booking a place: the request, and the form that makes it.

use super::{
    form::{BookFields, FormTerm, OtherTerm, insists_on},
    prepare_booking::ListForm,
};
use crate::{
    activities::places::term_now,
    error::AppError,
    frame::{use_head, use_me},
    parts::{ActionProblem, Icon, field_problem},
    say,
};
use domain::{
    activity::Unit,
    booking::Standing,
    care::CareScope,
    id::{PersonId, RequestKey},
    person::MemberRole,
    reading::{Cared, Me, Member, MyBooking, Prepared, TermCard},
};
use leptos::prelude::*;

/// What the forms of booking and of preparing ask, parsed: a request for each person.
#[cfg(feature = "ssr")]
pub(super) struct Typed {
    pub term: String,
    pub person: Option<String>,
    pub persons: Option<Vec<String>>,
    pub scope: Option<String>,
    pub occurrences: Option<Vec<String>>,
    pub weekly: Option<Vec<String>>,
    pub heads: Option<String>,
    pub shape: Option<String>,
    pub consent: Option<String>,
    pub insist: Option<String>,
    pub key: String,
}

#[cfg(feature = "ssr")]
impl Typed {
    /// A request for each person named, the same in all else; the first has the form's own key, and the others one that
    /// follows from it and them, so that the form sent twice is the same again.
    pub(super) fn requests(self) -> Result<Vec<store::bookings::BookRequest>, AppError> {
        use super::which_dates::TypedDates;
        use domain::{booking::MAX_HEADS, entry::Shape, rights::Door, text::InputProblem};
        let choice = |field| crate::ssr::said(AppError::invalid(field, InputProblem::Choice));
        let dates = TypedDates {
            scope: self.scope.as_deref(),
            occurrences: self.occurrences.as_deref(),
            weekly: self.weekly.as_deref(),
        };
        let which = dates.parse().map_err(|problem| crate::ssr::said(AppError::Invalid { problem }))?;
        let shape = match self.shape.as_deref().filter(|shape| !shape.is_empty()) {
            Some(shape) => Some(Shape::parse(shape).ok_or_else(|| choice("shape"))?),
            None => None,
        };
        let heads = match (shape, self.heads.as_deref().map(str::trim).filter(|heads| !heads.is_empty())) {
            (Some(shape), _) => shape.heads(),
            (None, None) => 1,
            (None, Some(heads)) => {
                heads.parse().ok().filter(|heads| (1..=MAX_HEADS).contains(heads)).ok_or_else(|| {
                    crate::ssr::said(AppError::invalid("heads", InputProblem::Number { min: 1, max: MAX_HEADS.into() }))
                })?
            }
        };
        let term = self.term.parse().map_err(|_| choice("term"))?;
        let key: RequestKey = self.key.parse().map_err(|_| crate::ssr::said(AppError::BadRequest))?;
        let persons = self.persons.unwrap_or_default().into_iter().chain(self.person);
        let mut persons: Vec<PersonId> =
            persons.map(|id| id.parse()).collect::<Result<_, _>>().map_err(|_| choice("person"))?;
        persons.dedup();
        if persons.is_empty() || persons.len() > store::families::MAX_MEMBERS as usize {
            return Err(choice("person"));
        }
        let alone = persons.len() == 1;
        let request = |person: PersonId| store::bookings::BookRequest {
            term,
            person,
            which: which.clone(),
            heads,
            adults: shape.map(|shape| shape.adults),
            insists: self.insist.is_some(),
            consents: self.consent.is_some(),
            key: if alone { key } else { key.of(person) },
            door: Door::Page,
        };
        Ok(persons.into_iter().map(request).collect())
    }
}

/// Books a place for a member of the household, or for several, or puts them on the waiting list. Afterwards the
/// activity's page says which.
#[server(prefix = "/api", endpoint = "book_place")]
pub async fn book_place(
    slug: String,
    activity: String,
    term: String,
    person: Option<String>,
    persons: Option<Vec<String>>,
    together: Option<String>,
    scope: Option<String>,
    occurrences: Option<Vec<String>>,
    weekly: Option<Vec<String>>,
    heads: Option<String>,
    shape: Option<String>,
    consent: Option<String>,
    insist: Option<String>,
    key: String,
) -> Result<(), AppError> {
    use super::which_dates::as_text;
    let (chosen, hours) = (as_text(&occurrences), as_text(&weekly));
    let kept = [("scope", scope.as_deref()), ("occurrences", chosen.as_deref()), ("weekly", hours.as_deref())];
    // One date is chosen again at once; a list of them is not.
    let is_list = chosen.as_ref().or(hours.as_ref()).is_some_and(|list| list.contains('\n'));
    let kept = if is_list { &kept[..] } else { &[] };
    let page = term.clone();
    let scope = scope.clone();
    let typed = Typed { term, person, persons, scope, occurrences, weekly, heads, shape, consent, insist, key };
    let (first, left) = crate::ssr::keeping(kept, ask(&slug, typed, together.as_deref() == Some("each"))).await?;
    let left = if left > 0 { format!("&left={left}") } else { String::new() };
    crate::ssr::go(&slug, &format!("activities/{activity}?booked={first}{left}#t{page}"));
    Ok(())
}

/// Asks the desk for all that was typed; tells the first booking made, and how many of those asked for have nothing.
#[cfg(feature = "ssr")]
async fn ask(slug: &str, typed: Typed, each: bool) -> Result<(domain::id::BookingId, usize), AppError> {
    use domain::refusal::Refusal;
    use store::{StoreError, bookings::Asked};
    let who = crate::ssr::need_who().await?;
    let (host, at) = (crate::ssr::host()?, crate::ssr::now()?);
    let asked: Vec<Asked> =
        typed.requests()?.into_iter().map(|request| Asked { who: who.clone(), request, at }).collect();
    let answers = if each {
        let mut answers = Vec::new();
        for one in asked {
            answers.push(host.desk.book_place(one).await);
        }
        answers
    } else {
        crate::ssr::told(host.desk.book_together(asked).await, slug).await?
    };
    let (booked, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
    if let Some(first) = booked.into_iter().flatten().next() {
        return Ok((first.booking(), refused.len()));
    }
    // The one that failed says why; the others only that it did.
    let with_it = |answer: &Result<_, _>| matches!(answer, Err(StoreError::Refused(Refusal::NoneOfThem)));
    let why = refused.into_iter().find(|answer| !with_it(answer)).unwrap_or(Err(StoreError::Busy));
    let booked = crate::ssr::told(why, slug).await?;
    Ok((booked.booking(), 0))
}

/// The booking form of a term, for whoever is signed in; what was prepared stands above it as one button each.
#[component]
pub fn BookForm(
    /// The term.
    term: TermCard,
    /// What its places are counted in.
    unit: Unit,
    /// The household's live bookings of it.
    mine: Vec<MyBooking>,
    /// What the household prepared for it.
    prepared: Vec<Prepared>,
    /// True where it is asked for several people at once.
    several: bool,
    /// True where it is put on the booking list instead.
    listing: bool,
    /// The key of the next booking.
    key: Option<RequestKey>,
) -> impl IntoView {
    let head = use_head();
    let me = use_me();
    let action = ServerAction::<BookPlace>::new();
    let slug = StoredValue::new(head.slug);
    let term = StoredValue::new(FormTerm::new(term, unit));
    let busy = StoredValue::new(busy(&mine));
    let prepared = StoredValue::new(prepared);
    move || {
        let (Some(me), Some(key)) = (me.get(), key) else {
            let back = format!("/{}/sign-in?to=activities/{}", slug.get_value(), term.get_value().activity()?);
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
        let ours = me.members.clone();
        let members: Vec<_> = may_book_for(me).into_iter().filter(|member| !busy.contains(&member.person)).collect();
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
        if listing {
            let (slug, term, prepared) = (slug.get_value(), term.get_value(), prepared.get_value());
            let members = ours.into_iter().filter(|member| !busy.contains(&member.person)).collect();
            return Some(view! { <ListForm slug term members prepared /> }.into_any());
        }
        let ready: Vec<_> = prepared.get_value().into_iter().filter(|one| !busy.contains(&one.person)).collect();
        // A list is a household's, and holds no single dates.
        let scopes = term.with_value(|term| term.card.scopes);
        let lists = !ours.is_empty() && (scopes.whole || scopes.rest);
        let form = view! { <Form slug=slug.get_value() term=term.get_value() members several lists key action /> };
        if ready.is_empty() {
            return Some(form.into_any());
        }
        let quick = ready
            .into_iter()
            .map(|one| view! { <QuickForm slug=slug.get_value() term=term.get_value() one key action /> })
            .collect_view();
        Some(
            view! {
                {quick}
                <details>
                    <summary>{say!(entry.quick_more)}</summary>
                    {form}
                </details>
            }
            .into_any(),
        )
    }
}

/// The household's members, and whoever lets this account book.
fn may_book_for(me: Me) -> Vec<Member> {
    let as_member = |cared: Cared| Member {
        person: cared.person,
        name: cared.name,
        role: MemberRole::Elder,
        birth: None,
        age: None,
        myself: false,
        shared: false,
    };
    let cared = me.cared.into_iter().filter(|cared| cared.scopes.contains(&CareScope::Book)).map(as_member);
    let ours: Vec<PersonId> = me.members.iter().map(|member| member.person).collect();
    me.members.into_iter().chain(cared.filter(|member| !ours.contains(&member.person))).collect()
}

/// The persons whom a whole booking of the term is for already.
pub(super) fn busy(mine: &[MyBooking]) -> Vec<PersonId> {
    use domain::booking::Scope::{Rest, Whole};
    mine.iter().filter(|booking| matches!(booking.scope, Whole | Rest)).map(|booking| booking.person).collect()
}

#[component]
fn Form(
    slug: String,
    term: FormTerm,
    members: Vec<Member>,
    several: bool,
    lists: bool,
    key: RequestKey,
    action: ServerAction<BookPlace>,
) -> impl IntoView {
    let now = term_now(term.card.clone());
    let button = move || match now.get().standing {
        Standing::Waitlist { .. } => say!(activity.book_wait),
        Standing::Applying { .. } => say!(entry.apply),
        _ => say!(activity.book),
    };
    let heads = field_problem(action, "heads");
    let insist = insists_on(action);
    let list = lists.then(|| {
        let (activity, id) = (term.activity().unwrap_or_default(), term.card.id);
        view! {
            <a class="back" href=format!("/{slug}/activities/{activity}?list={id}#t{id}")>
                <Icon name="plus" />
                {say!(list.add)}
            </a>
        }
    });
    view! {
        <ActionForm action attr:class="form">
            <ActionProblem action fields=&["heads"] />
            <OtherTerm action />
            <input type="hidden" name="key" value=key.to_string() />
            <BookFields slug term members several heads insist />
            <button class="button button--primary button--big" disabled=move || action.pending().get()>
                {button}
            </button>
            {list}
        </ActionForm>
    }
}

/// What was prepared, booked by one button.
#[component]
fn QuickForm(
    slug: String,
    term: FormTerm,
    one: Prepared,
    key: RequestKey,
    action: ServerAction<BookPlace>,
) -> impl IntoView {
    use domain::code::Code;
    let shape = one.adults.map(|adults| {
        let shape = domain::entry::Shape { adults, children: one.heads.saturating_sub(adults) };
        view! { <input type="hidden" name="shape" value=shape.to_string() /> }
    });
    let insist = one.insists.then(|| view! { <input type="hidden" name="insist" value="yes" /> });
    view! {
        <ActionForm action attr:class="form">
            <ActionProblem action />
            <input type="hidden" name="slug" value=slug />
            <input type="hidden" name="activity" value=term.activity().unwrap_or_default() />
            <input type="hidden" name="term" value=term.card.id.to_string() />
            <input type="hidden" name="person" value=one.person.to_string() />
            <input type="hidden" name="scope" value=one.scope.code() />
            <input type="hidden" name="heads" value=one.heads.to_string() />
            <input type="hidden" name="consent" value="yes" />
            <input type="hidden" name="key" value=key.of(one.person).to_string() />
            {shape}
            {insist}
            <button class="button button--primary button--big" disabled=move || action.pending().get()>
                {say!(entry.quick, person = one.name).to_string()}
            </button>
        </ActionForm>
    }
}
