//! A child on the page of a date: still here, with a button for each way; not marked; or gone.

use super::{HandOverLine, at_desk::Doing, photo::Face};
use crate::{
    parts::{Field, Icon, field_problem},
    say, words,
};
use domain::{
    care_details::CareField,
    code::Code,
    pickup::PickupWay,
    reading::{PickupChild, PickupPerson},
};
use leptos::prelude::*;

/// The community and the date.
type Place = (String, String);

/// The fields that say which child of which date.
fn which(place: &Place, child: &str, way: PickupWay) -> impl IntoView + use<> {
    let (slug, occurrence) = place.clone();
    view! {
        <input type="hidden" name="slug" value=slug />
        <input type="hidden" name="occurrence" value=occurrence />
        <input type="hidden" name="person" value=child.to_owned() />
        <input type="hidden" name="way" value=way.code() />
    }
}

/// The name with what must be seen beside it.
#[component]
fn Head(child: PickupChild, slug: String) -> impl IntoView {
    let first: String = child.name.chars().take(1).collect();
    let allergy = child.allergy.then(|| {
        view! {
            <a class="care-mark care-mark--allergy" href=format!("/{slug}/desk/people/{}/care-details", child.person)>
                <Icon name="alert" />
                {words::care_kept(CareField::Allergies)}
                <span class="visually-hidden">{format!(" {}", child.name)}</span>
            </a>
        }
    });
    let alone = child.alone.then(|| {
        view! {
            <span class="care-mark">
                <Icon name="person" />
                {say!(pickup.may_alone)}
            </span>
        }
    });
    view! {
        <div class="child-head">
            <span class="avatar avatar--child" aria-hidden="true">
                {first}
            </span>
            <h3>{child.name}</h3>
            {allergy}
            {alone}
        </div>
    }
}

/// A child who is here.
#[component]
pub(super) fn Here(child: PickupChild, place: Place, doing: Doing) -> impl IntoView {
    let (id, name) = (child.person.to_string(), child.name.clone());
    let nobody = child.persons.is_empty().then(|| view! { <p class="soft">{say!(pickup.nobody_named)}</p> });
    let persons = child
        .persons
        .iter()
        .map(|of| view! { <Taker of=of.clone() child=(id.clone(), name.clone()) place=place.clone() doing /> })
        .collect_view();
    let alone = child.alone.then(|| {
        let label = say!(pickup.go_alone_of, name = name.clone()).to_string();
        let which = which(&place, &id, PickupWay::Alone);
        view! {
            <ActionForm action=doing.hand>
                {which}
                <button class="button" aria-label=label disabled=move || doing.hand.pending().get()>
                    {say!(pickup.go_alone)}
                </button>
            </ActionForm>
        }
    });
    let code = child.code.then(|| {
        let locked = child.code_locked_until.map(words::time);
        view! { <ByCode id=id.clone() locked place=place.clone() doing /> }
    });
    let anchor = format!("c{id}");
    view! {
        <li class="card here" id=anchor>
            <Head child=child.clone() slug=place.0.clone() />
            {nobody}
            <ul class="takers">{persons}</ul>
            {alone} {code} <Override id place doing />
        </li>
    }
}

/// Somebody whom the family named, with the one button.
#[component]
fn Taker(of: PickupPerson, child: (String, String), place: Place, doing: Doing) -> impl IntoView {
    let (id, name) = child;
    let label = say!(pickup.hand_to_of, child = name, name = of.name.clone()).to_string();
    let about: Vec<_> = [Some(of.relation.clone()), of.phone.clone()].into_iter().flatten().collect();
    let only = of.only_on.map(|day| {
        view! { <span class="tag">{say!(pickup.only, date = words::date_short(day)).to_string()}</span> }
    });
    view! {
        <li class="taker">
            <Face of=of.clone() />
            <div>
                <p>
                    <b>{of.name.clone()}</b>
                    " "
                    {only}
                </p>
                <p class="soft">{about.join(" · ")}</p>
            </div>
            <ActionForm action=doing.hand>
                {which(&place, &id, PickupWay::Person)}
                <input type="hidden" name="picker" value=of.id.to_string() />
                <button
                    class="button button--primary button--big"
                    aria-label=label
                    disabled=move || doing.hand.pending().get()
                >
                    {say!(pickup.hand_to, name = of.name.clone()).to_string()}
                </button>
            </ActionForm>
        </li>
    }
}

/// The day's code, told by whoever came.
#[component]
fn ByCode(id: String, locked: Option<String>, place: Place, doing: Doing) -> impl IntoView {
    if let Some(time) = locked {
        return view! {
            <p class="locked">
                <Icon name="lock" />
                <span>{say!(pickup.code_locked, time = time).to_string()}</span>
            </p>
        }
        .into_any();
    }
    let (code, taker) =
        (field_problem(doing.hand, format!("{id}-code")), field_problem(doing.hand, format!("{id}-taker")));
    let open = move || code.get().is_some() || taker.get().is_some();
    view! {
        <details class="way" open=open>
            <summary>{say!(pickup.by_code)}</summary>
            <ActionForm action=doing.hand attr:class="form">
                <p class="soft">{say!(pickup.by_code_text)}</p>
                {which(&place, &id, PickupWay::Code)}
                <div class="fields">
                    <Field
                        name="code"
                        form=format!("{id}-code-")
                        label=say!(pickup.code_field)
                        class="input--code"
                        inputmode="numeric"
                        autocomplete="off"
                        required=true
                        problem=code
                    />
                    <Field
                        name="taker"
                        form=format!("{id}-code-")
                        label=say!(pickup.taker)
                        hint=say!(pickup.taker_hint).to_owned()
                        autocomplete="off"
                        required=true
                        problem=taker
                    />
                </div>
                <button class="button button--primary" disabled=move || doing.hand.pending().get()>
                    {say!(pickup.code_go)}
                </button>
            </ActionForm>
        </details>
    }
    .into_any()
}

/// Somebody else, for a reason.
#[component]
fn Override(id: String, place: Place, doing: Doing) -> impl IntoView {
    let taker = field_problem(doing.hand, format!("{id}-taker"));
    let reason = field_problem(doing.hand, format!("{id}-reason"));
    let open = move || reason.get().is_some();
    view! {
        <details class="way" open=open>
            <summary>{say!(pickup.exception)}</summary>
            <ActionForm action=doing.hand attr:class="form">
                <p class="soft">{say!(pickup.override_text)}</p>
                {which(&place, &id, PickupWay::Override)}
                <div class="fields">
                    <Field
                        name="taker"
                        form=format!("{id}-override-")
                        label=say!(pickup.taker)
                        hint=say!(pickup.taker_hint).to_owned()
                        autocomplete="off"
                        required=true
                        problem=taker
                    />
                    <Field
                        name="reason"
                        form=format!("{id}-override-")
                        label=say!(pickup.override_reason)
                        hint=say!(pickup.override_reason_hint).to_owned()
                        autocomplete="off"
                        required=true
                        problem=reason
                    />
                </div>
                <button class="button button--no" disabled=move || doing.hand.pending().get()>
                    {say!(pickup.override_go)}
                </button>
            </ActionForm>
        </details>
    }
}

/// A child who is not marked as here.
#[component]
pub(super) fn Missing(child: PickupChild, place: Place, doing: Doing) -> impl IntoView {
    let mark = child.mark.map_or_else(|| say!(pickup.no_mark), words::mark);
    let label = say!(pickup.mark_here_of, name = child.name.clone()).to_string();
    let (slug, occurrence) = place;
    view! {
        <li class="gone-row" id=format!("c{}", child.person)>
            <p>
                <b>{child.name}</b>
                " "
                <span class="tag">{mark}</span>
            </p>
            <ActionForm action=doing.here>
                <input type="hidden" name="slug" value=slug />
                <input type="hidden" name="occurrence" value=occurrence />
                <input type="hidden" name="person" value=child.person.to_string() />
                <button class="button" aria-label=label disabled=move || doing.here.pending().get()>
                    {say!(pickup.mark_here)}
                </button>
            </ActionForm>
        </li>
    }
}

/// A child who has gone, with whom.
#[component]
pub(super) fn Gone(child: PickupChild, place: Place, doing: Doing) -> impl IntoView {
    let Some(live) = child.live else { return ().into_any() };
    let (slug, occurrence) = place;
    let id = live.id.to_string();
    let problem = field_problem(doing.undo, format!("{id}-undo"));
    let open = move || problem.get().is_some();
    let hidden = format!(" {}", child.name);
    view! {
        <li class="gone-row gone-row--gone" id=format!("c{}", child.person)>
            <div>
                <p class="gone-row__name">
                    <Icon name="check" />
                    {child.name}
                </p>
                <HandOverLine of=live today=true />
            </div>
            <details open=open>
                <summary>
                    {say!(pickup.undo)} <span class="visually-hidden">{hidden}</span>
                </summary>
                <ActionForm action=doing.undo attr:class="form">
                    <p class="soft">{say!(pickup.undo_text)}</p>
                    <input type="hidden" name="slug" value=slug />
                    <input type="hidden" name="occurrence" value=occurrence />
                    <input type="hidden" name="pickup" value=id.clone() />
                    <Field
                        name="reason"
                        form=format!("{id}-undo-")
                        label=say!(pickup.undo_reason)
                        autocomplete="off"
                        required=true
                        problem=problem
                    />
                    <button class="button" disabled=move || doing.undo.pending().get()>
                        {say!(pickup.undo_go)}
                    </button>
                </ActionForm>
            </details>
        </li>
    }
    .into_any()
}
