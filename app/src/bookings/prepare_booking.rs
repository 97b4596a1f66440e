//! Before the opening: what can be settled now, and the countdown to the one tap.

use super::{
    book_place::busy,
    countdown::{clock, countdown},
    form::{BookFields, FormTerm, insists_on},
};
use crate::{
    error::AppError,
    frame::{use_head, use_me},
    parts::{ActionProblem, Banner, Icon, field_problem},
    say, words,
};
use domain::{
    activity::Unit,
    booking::Scope,
    entry::Shape,
    reading::{MyBooking, Prepared, TermCard},
};
use leptos::prelude::*;

/// Keeps what a family will ask for at the opening, once all rules of entry let it.
#[server(prefix = "/api", endpoint = "prepare_booking")]
pub async fn prepare_booking(
    slug: String,
    activity: String,
    term: String,
    person: Option<String>,
    scope: Option<String>,
    heads: Option<String>,
    shape: Option<String>,
    consent: Option<String>,
    insist: Option<String>,
    list: Option<String>,
) -> Result<(), AppError> {
    use super::book_place::Typed;
    let who = crate::ssr::need_who().await?;
    let (host, at) = (crate::ssr::host()?, crate::ssr::now()?);
    let key = crate::ssr::new_key()?.to_string();
    let page = term.clone();
    let (persons, occurrences, weekly) = (None, None, None);
    let typed = Typed { term, person, persons, scope, occurrences, weekly, heads, shape, consent, insist, key };
    for request in typed.requests()? {
        let asked = store::bookings::Asked { who: who.clone(), request, at };
        crate::ssr::told(store::bookings::prepare_booking(&host.db, &asked).await, &slug).await?;
    }
    // Whoever came to put it on the list goes on with that; anybody else waits here for the one tap.
    let way = list.map(|_| format!("&list={page}")).unwrap_or_default();
    crate::ssr::go(&slug, &format!("activities/{activity}?prepared={page}{way}#t{page}"));
    Ok(())
}

/// Before the opening: a countdown on the server's clock, what can be settled until then, and the page that opens itself.
#[component]
pub fn OpensLater(
    /// The term.
    term: TermCard,
    /// What its places are counted in.
    unit: Unit,
    /// The household's live bookings of it.
    mine: Vec<MyBooking>,
    /// What the household prepared for it.
    prepared: Vec<Prepared>,
    /// Raised when the term opens, to ask for the page anew.
    version: RwSignal<u32>,
) -> impl IntoView {
    let seconds = countdown(term.opens_in.unwrap_or(0), move || version.update(|version| *version += 1));
    let soon = move || {
        let left = seconds.get();
        (left < 86_400).then(|| say!(activity.opens_in, time = clock(left)).to_string())
    };
    let title = term.opens.map(|opens| say!(activity.opens_title, at = words::at(opens)).to_string());
    view! {
        <div class="banner">
            <Icon name="clock" />
            <div>
                <p class="banner__title">{title}</p>
                <p>{say!(activity.opens_text)}</p>
                {move || {
                    soon()
                        .map(|time| {
                            view! {
                                <p role="timer">
                                    <b>{time}</b>
                                </p>
                            }
                        })
                }}
            </div>
        </div>
        <Preparing term unit mine prepared />
    }
}

#[component]
fn Preparing(term: TermCard, unit: Unit, mine: Vec<MyBooking>, prepared: Vec<Prepared>) -> impl IntoView {
    let head = use_head();
    let me = use_me();
    let action = ServerAction::<PrepareBooking>::new();
    let slug = StoredValue::new(head.slug);
    let scopes = term.scopes;
    let term = StoredValue::new(FormTerm::new(term, unit));
    let busy = StoredValue::new(busy(&mine));
    let prepared = StoredValue::new(prepared);
    move || {
        let slug = slug.get_value();
        let term = term.get_value();
        let Some(me) = me.get() else {
            let to = format!("/{slug}/sign-in?to=activities/{}", term.activity().unwrap_or_default());
            return view! {
                <a class="button" href=to>
                    {say!(common.sign_in)}
                </a>
            }
            .into_any();
        };
        let busy = busy.get_value();
        let members: Vec<_> = me.members.into_iter().filter(|member| !busy.contains(&member.person)).collect();
        if members.is_empty() {
            return view! {
                <a class="button" href=format!("/{slug}/my#add")>
                    {say!(activity.add_member)}
                </a>
            }
            .into_any();
        }
        let prepared = prepared.get_value();
        let ready = prepared.iter().map(|one| view! { <Ready one=one.clone() /> }).collect_view();
        if !(scopes.whole || scopes.rest) {
            return ready.into_any();
        }
        let form = view! { <PrepareForm slug term members action list=false /> };
        if prepared.is_empty() {
            return view! {
                <h3>{say!(entry.prepare_title)}</h3>
                {form}
            }
            .into_any();
        }
        view! {
            {ready}
            <details>
                <summary>{say!(entry.prepared_change)}</summary>
                {form}
            </details>
        }
        .into_any()
    }
}

/// How much, and how many come: 整期 · 1 大 1 小
pub(super) fn what_of(one: &Prepared) -> String {
    let scope = match one.scope {
        Scope::Whole => say!(common.scope_whole),
        Scope::Rest | Scope::Single | Scope::Weekly => say!(common.scope_rest),
    };
    let shape = one.adults.map(|adults| {
        let shape = Shape { adults, children: one.heads.saturating_sub(adults) };
        words::entry::shape(shape)
    });
    let heads = (shape.is_none() && one.heads > 1).then(|| say!(family.heads, count = one.heads).to_string());
    [Some(scope.to_owned()), shape, heads].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// What is settled for one person.
#[component]
fn Ready(one: Prepared) -> impl IntoView {
    let title = say!(entry.prepared_title, person = one.name.clone()).to_string();
    let list = format!("/{}/my/list", use_head().slug);
    let me = use_me();
    let contact = move || {
        let me = me.get()?;
        let name = [Some(me.name), me.phone].into_iter().flatten().collect::<Vec<_>>().join(" ");
        Some(view! { <p class="fine">{say!(entry.prepared_contact, name = name).to_string()}</p> })
    };
    view! {
        <Banner class="banner--good" icon="check" title>
            <p>{say!(entry.prepared_text, what = what_of(&one)).to_string()}</p>
            {contact}
            <p>
                <a href=list>{say!(list.see)}</a>
            </p>
        </Banner>
    }
}

/// While the term is open: put on the list instead of being booked at once, to be confirmed with others.
#[component]
pub(super) fn ListForm(
    slug: String,
    term: FormTerm,
    members: Vec<domain::reading::Member>,
    prepared: Vec<Prepared>,
) -> impl IntoView {
    let action = ServerAction::<PrepareBooking>::new();
    let here = format!("/{slug}/activities/{}#t{}", term.activity().unwrap_or_default(), term.card.id);
    let ready = prepared.into_iter().map(|one| view! { <Ready one /> }).collect_view();
    view! {
        <h3>{say!(list.add_title)}</h3>
        <p class="soft">{say!(list.add_text)}</p>
        {ready}
        <PrepareForm slug term members action list=true />
        <p>
            <a class="back" href=here>
                <Icon name="left" />
                {say!(list.add_back)}
            </a>
        </p>
    }
}

#[component]
fn PrepareForm(
    slug: String,
    term: FormTerm,
    members: Vec<domain::reading::Member>,
    action: ServerAction<PrepareBooking>,
    list: bool,
) -> impl IntoView {
    let list = list.then(|| view! { <input type="hidden" name="list" value="yes" /> });
    let heads = field_problem(action, "heads");
    let insist = insists_on(action);
    // Dates of one's choice can't be prepared.
    let scopes = domain::term::Scopes { single: false, weekly: false, ..term.card.scopes };
    let card = TermCard { scopes, week_hours: Vec::new(), ..term.card };
    let term = FormTerm::new(card, term.unit);
    view! {
        <ActionForm action attr:class="form">
            <ActionProblem action fields=&["heads"] />
            <BookFields slug term members several=false heads insist />
            {list}
            <button class="button button--primary" disabled=move || action.pending().get()>
                {say!(entry.prepare)}
            </button>
        </ActionForm>
    }
}
