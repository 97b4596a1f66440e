//! The fields that booking and preparing ask for alike.

use super::{book_place::BookPlace, which_dates::WhichDates};
use crate::{
    error::AppError,
    parts::{Field, Icon},
    say, words,
};
use domain::{
    activity::{Side, Unit},
    id::{PersonId, TermId},
    person::MemberRole,
    reading::{Member, TermCard, TermName},
    refusal::Refusal,
};
use leptos::prelude::*;

/// A term as its form needs it.
#[derive(Clone)]
pub struct FormTerm {
    /// The term.
    pub card: TermCard,
    /// What its places are counted in.
    pub unit: Unit,
}

impl FormTerm {
    /// The term with its unit.
    pub fn new(card: TermCard, unit: Unit) -> Self {
        Self { card, unit }
    }

    /// The activity that it is a run of: every date knows it.
    pub fn activity(&self) -> Option<String> {
        Some(self.card.dates.first()?.activity.to_string())
    }
}

/// What another term is called, for a refusal that names it.
#[server(prefix = "/api", endpoint = "read_term_name", input = server_fn::codec::GetUrl)]
pub async fn read_term_name(term: String) -> Result<TermName, AppError> {
    let id = term.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?;
    Ok(store::calendar::term_name(&crate::ssr::host()?.db, id).await?)
}

fn refused<S>(action: ServerAction<S>) -> Option<Refusal>
where
    S: server_fn::ServerFn<Error = AppError> + Clone + Send + Sync + 'static,
    S::Output: Send + Sync + 'static,
{
    action.value().with(|value| match value {
        Some(Err(AppError::Refused { refusal, .. })) => Some(refusal.clone()),
        _ => None,
    })
}

/// True once an overlap was warned of that may be insisted on.
pub(super) fn insists_on<S>(action: ServerAction<S>) -> Signal<bool>
where
    S: server_fn::ServerFn<Error = AppError> + Clone + Send + Sync + 'static,
    S::Output: Send + Sync + 'static,
{
    Signal::derive(move || matches!(refused(action), Some(Refusal::Overlaps { may_insist: true, .. })))
}

/// The other class that a refusal speaks of, with its time.
#[component]
pub fn OtherTerm(action: ServerAction<BookPlace>) -> impl IntoView {
    let other = Memo::new(move |_| match refused(action) {
        Some(Refusal::Overlaps { term, .. } | Refusal::PeriodTaken { term, .. }) => Some(term),
        _ => None,
    });
    let named = Resource::new(
        move || other.get(),
        |other: Option<TermId>| async move {
            match other {
                Some(term) => read_term_name(term.to_string()).await.ok(),
                None => None,
            }
        },
    );
    view! {
        <Transition>
            {move || Suspend::new(async move {
                named
                    .await
                    .map(|name| {
                        view! {
                            <p class="fine">
                                {say!(entry.other)} " "
                                <a href=format!("/{}/activities/{}#t{}", name.slug, name.activity, name.term)>
                                    {format!("{} · {}", name.name, words::hours(name.start, name.end))}
                                </a>
                            </p>
                        }
                    })
            })}
        </Transition>
    }
}

/// For whom, which dates, how many, and what must be agreed to.
#[component]
pub fn BookFields(
    slug: String,
    term: FormTerm,
    members: Vec<Member>,
    several: bool,
    heads: Signal<Option<String>>,
    insist: Signal<bool>,
) -> impl IntoView {
    let first = likely(&term.card, &members);
    let activity = term.activity().unwrap_or_default();
    let here = format!("/{slug}/activities/{activity}");
    let many = members.len() > 1;
    let choices = members
        .into_iter()
        .map(|member| {
            let note = match member.age {
                Some(age) => format!("{} · {}", words::role(member.role), say!(common.years, age = age)),
                None => words::role(member.role).to_owned(),
            };
            let chosen = Some(member.person) == first;
            let value = member.person.to_string();
            let input = if several {
                view! { <input type="checkbox" name="persons[]" value=value checked=chosen /> }.into_any()
            } else {
                view! { <input type="radio" name="person" value=value checked=chosen required /> }.into_any()
            };
            view! {
                <label class="choice">
                    {input} <b>{member.name}</b> <span class="choice__note">{note}</span>
                </label>
            }
        })
        .collect_view();
    let other_way = (many && term.unit == Unit::Person).then(|| {
        let (href, text) = match several {
            true => (format!("{here}#t{}", term.card.id), say!(entry.one)),
            false => (format!("{here}?several={}#t{}", term.card.id, term.card.id), say!(entry.several)),
        };
        view! {
            <a class="back" href=href>
                <Icon name=if several { "person" } else { "people" } />
                {text}
            </a>
        }
    });
    let together = several.then(|| {
        view! {
            <fieldset class="group">
                <legend>{say!(entry.together)}</legend>
                <div class="choices">
                    <label class="choice">
                        <input type="radio" name="together" value="all" checked />
                        <b>{say!(entry.together_all)}</b>
                    </label>
                    <label class="choice">
                        <input type="radio" name="together" value="each" />
                        <b>{say!(entry.together_each)}</b>
                    </label>
                </div>
            </fieldset>
        }
    });
    let family = (term.unit == Unit::Family).then(|| view! { <Family term=term.card.clone() heads /> });
    let consent = term.card.entry.consent.clone().map(|text| {
        view! {
            <label class="check">
                <input type="checkbox" name="consent" value="yes" required />
                <span>{say!(entry.consent_label, text = text.as_str().to_owned()).to_string()}</span>
            </label>
        }
    });
    let insist = move || {
        insist.get().then(|| {
            view! {
                <label class="check">
                    <input type="checkbox" name="insist" value="yes" />
                    <span>{say!(entry.insist)}</span>
                </label>
            }
        })
    };
    view! {
        <input type="hidden" name="slug" value=slug.clone() />
        <input type="hidden" name="activity" value=activity />
        <input type="hidden" name="term" value=term.card.id.to_string() />
        <fieldset class="group">
            <legend>{if several { say!(entry.for_whom_several) } else { say!(activity.for_whom) }}</legend>
            <div class="choices">{choices}</div>
            <p class="row">
                {other_way}
                <a class="back" href=format!("/{slug}/my#add")>
                    <Icon name="plus" />
                    {say!(activity.add_member)}
                </a>
            </p>
        </fieldset>
        {together}
        <WhichDates term=term.card />
        {family}
        {consent}
        {insist}
    }
}

/// How many come: of the shapes that the term takes, or a number.
#[component]
fn Family(term: TermCard, heads: Signal<Option<String>>) -> impl IntoView {
    let shapes = term.entry.shapes;
    if shapes.is_empty() {
        return view! {
            <Field
                name="heads"
                form="book-"
                kind="number"
                class="input--short"
                label=say!(activity.heads)
                hint=say!(activity.heads_hint).to_string()
                value="2".to_owned()
                problem=heads
            />
        }
        .into_any();
    }
    let choices = shapes
        .into_iter()
        .enumerate()
        .map(|(n, shape)| {
            view! {
                <label class="choice">
                    <input type="radio" name="shape" value=shape.to_string() checked=n == 0 required />
                    <b>{words::entry::shape(shape)}</b>
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset class="group">
            <legend>{say!(entry.which_family)}</legend>
            <div class="choices">{choices}</div>
        </fieldset>
    }
    .into_any()
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
        Some(Side::Child) => member.role == MemberRole::Child,
        Some(Side::Elder) => member.role == MemberRole::Elder,
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
