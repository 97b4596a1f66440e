//! A family's page of how one child is picked up: by whom, by which code, alone or not; and by whom it was.

use super::{
    HandOverLine,
    photo::{Face, PhotoForms, PhotoTold},
};
use crate::{
    error::AppError,
    frame::{framed, use_head, use_slug},
    parts::{ActionProblem, Banner, Failure, Field, Icon, Loading, PageTitle, field_problem},
    say,
    sign_in::sign_in_first::SignInFirst,
    words,
};
use domain::{
    code::Code,
    pickup::{CodeUse, PickupCode},
    reading::{FamilyPickup, HandOver, PickupPerson},
};
use jiff::civil::Date;
use leptos::{html::Form, prelude::*};
use leptos_router::{
    LazyRoute,
    hooks::{use_params_map, use_query_map},
    lazy_route,
};

/// Reads the page; nothing while nobody is signed in.
#[server(prefix = "/api", endpoint = "read_family_pickup", input = server_fn::codec::GetUrl)]
pub async fn read_family_pickup(person: String) -> Result<Option<FamilyPickup>, AppError> {
    let Some(who) = crate::ssr::who().await? else { return Ok(None) };
    let id = person.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?;
    Ok(Some(store::pickup::family_pickup(&crate::ssr::host()?.db, &who, id, crate::ssr::now()?).await?))
}

/// Names somebody who may take a child.
#[server(prefix = "/api", endpoint = "add_pickup_person")]
pub async fn add_pickup_person(
    slug: String,
    person: String,
    name: String,
    relation: String,
    phone: Option<String>,
    only_on: Option<String>,
) -> Result<(), AppError> {
    use domain::{
        person::parse_date,
        phone::PhoneNumber,
        text::{Line, PersonName},
    };
    let id = person.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?;
    let invalid = |field, problem| crate::ssr::said(AppError::invalid(field, problem));
    let typed = [
        ("picker-name", Some(name.as_str())),
        ("picker-relation", Some(relation.as_str())),
        ("picker-phone", phone.as_deref()),
        ("picker-only_on", only_on.as_deref()),
    ];
    let added = crate::ssr::keeping(&typed, async {
        let who = crate::ssr::need_who().await?;
        let filled = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
        let new = store::pickup::NewPickupPerson {
            name: PersonName::parse(&name).map_err(|problem| invalid("name", problem))?,
            relation: Line::parse(&relation).map_err(|problem| invalid("relation", problem))?,
            phone: filled(&phone)
                .map(|phone| PhoneNumber::parse(&phone))
                .transpose()
                .map_err(|problem| invalid("phone", problem))?,
            only_on: filled(&only_on)
                .map(|day| parse_date(&day))
                .transpose()
                .map_err(|problem| invalid("only_on", problem))?,
        };
        let added = store::pickup::add_pickup_person(&crate::ssr::host()?.db, &who, id, new, crate::ssr::now()?).await;
        crate::ssr::told(added, &slug).await
    });
    added.await?;
    crate::ssr::go(&slug, &format!("my/pickup/{id}?done=added"));
    Ok(())
}

/// Ends that somebody may take a child.
#[server(prefix = "/api", endpoint = "end_pickup_person")]
pub async fn end_pickup_person(slug: String, picker: String) -> Result<(), AppError> {
    let id = picker.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?;
    let who = crate::ssr::need_who().await?;
    let ended = store::pickup::end_pickup_person(&crate::ssr::host()?.db, &who, id, crate::ssr::now()?).await;
    let child = crate::ssr::told(ended, &slug).await?;
    crate::ssr::go(&slug, &format!("my/pickup/{child}?done=ended"));
    Ok(())
}

/// Keeps the photo of somebody who may take a child no longer.
#[server(prefix = "/api", endpoint = "take_pickup_photo_away")]
pub async fn take_pickup_photo_away(slug: String, picker: String) -> Result<(), AppError> {
    let id = picker.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?;
    let who = crate::ssr::need_who().await?;
    let gone = store::pickup::take_photo_away(&crate::ssr::host()?.db, &who, id, crate::ssr::now()?).await;
    let child = crate::ssr::told(gone, &slug).await?;
    crate::ssr::go(&slug, &format!("my/pickup/{child}?done=photo_gone"));
    Ok(())
}

/// Begins with a new code, or uses none.
#[server(prefix = "/api", endpoint = "set_pickup_code")]
pub async fn set_pickup_code(slug: String, person: String, wanted: String) -> Result<(), AppError> {
    use domain::text::InputProblem;
    let id = person.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?;
    let bad = || crate::ssr::said(AppError::invalid("wanted", InputProblem::Choice));
    let wanted = CodeUse::from_code(&wanted).ok_or_else(bad)?;
    let who = crate::ssr::need_who().await?;
    let set = store::pickup::set_pickup_code(&crate::ssr::host()?.db, &who, id, wanted, crate::ssr::now()?).await;
    crate::ssr::told(set, &slug).await?;
    let done = if wanted == CodeUse::Renew { "code_set" } else { "code_unset" };
    crate::ssr::go(&slug, &format!("my/pickup/{id}?done={done}#code"));
    Ok(())
}

/// Says whether a child may go home alone.
#[server(prefix = "/api", endpoint = "allow_alone")]
pub async fn allow_alone(slug: String, person: String, alone: Option<String>) -> Result<(), AppError> {
    let id = person.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?;
    let who = crate::ssr::need_who().await?;
    let alone = alone.is_some();
    let set = store::pickup::allow_alone(&crate::ssr::host()?.db, &who, id, alone, crate::ssr::now()?).await;
    crate::ssr::told(set, &slug).await?;
    let done = if alone { "alone_yes" } else { "alone_no" };
    crate::ssr::go(&slug, &format!("my/pickup/{id}?done={done}#alone"));
    Ok(())
}

/// The page, loaded when it is opened.
pub struct FamilyPickupRoute;

#[lazy_route]
impl LazyRoute for FamilyPickupRoute {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <FamilyPickupPage /> }.into_any()
    }
}

/// What the page may do.
#[derive(Clone, Copy)]
struct Doing {
    add: ServerAction<AddPickupPerson>,
    end: ServerAction<EndPickupPerson>,
    away: ServerAction<TakePickupPhotoAway>,
    code: ServerAction<SetPickupCode>,
    alone: ServerAction<AllowAlone>,
    form: NodeRef<Form>,
}

#[component]
fn FamilyPickupPage() -> impl IntoView {
    let slug = use_slug();
    let (params, query) = (use_params_map(), use_query_map());
    let person = Memo::new(move |_| params.with(|params| params.get("person").unwrap_or_default()));
    let done = Memo::new(move |_| query.with(|query| query.get("done")));
    let doing = Doing {
        add: ServerAction::new(),
        end: ServerAction::new(),
        away: ServerAction::new(),
        code: ServerAction::new(),
        alone: ServerAction::new(),
        form: NodeRef::new(),
    };
    // The form outlives what it added.
    Effect::new(move |_| {
        if doing.add.value().with(|value| matches!(value, Some(Ok(()))))
            && let Some(form) = doing.form.get_untracked()
        {
            form.reset();
        }
    });
    let written = move || {
        let Doing { add, end, away, code, alone, .. } = doing;
        let first = (add.version().get(), end.version().get(), away.version().get());
        (first, code.version().get(), alone.version().get())
    };
    let view = Resource::new(move || (person.get(), done.get(), written()), |(person, ..)| read_family_pickup(person));
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
                        view! { <Shown page done doing /> }.into_any()
                    }
                    Ok(None) => {
                        let (title, text) = (say!(pickup.signed_out_title), say!(pickup.signed_out_text));
                        view! {
                            <PageTitle text=format!("{} · {}", say!(pickup.open), say!(common.brand)) />
                            <SignInFirst title text to=format!("my/pickup/{}", person.get_untracked()) />
                        }
                            .into_any()
                    }
                    Err(error) => {
                        view! {
                            <PageTitle text=format!("{} · {}", say!(pickup.open), say!(common.brand)) />
                            <Failure error />
                        }
                            .into_any()
                    }
                }
            })}
        </Transition>
    }
}

#[component]
fn Shown(page: FamilyPickup, done: Option<String>, doing: Doing) -> impl IntoView {
    let slug = use_head().slug;
    let FamilyPickup { person, name, today, persons, alone, code, handed } = page;
    let title = say!(pickup.title_of, name = name.clone()).to_string();
    let child = person.to_string();
    let told = done.map(|done| view! { <Told done /> });
    let nobody = persons.is_empty();
    let none = nobody.then(|| view! { <p class="soft">{say!(pickup.no_persons)}</p> });
    let cards = persons
        .into_iter()
        .map(|of| view! { <Picker of child=child.clone() slug=slug.clone() doing /> })
        .collect_view();
    view! {
        <PageTitle text=format!("{title} · {}", say!(common.brand)) />
        <div class="page-head">
            <h1>{title}</h1>
            <p>{say!(pickup.intro, name = name.clone()).to_string()}</p>
        </div>
        <div class="stack-l">
            {told}
            <section class="stack" id="persons" aria-labelledby="persons-h">
                <h2 id="persons-h">{say!(pickup.persons)}</h2>
                <ActionProblem action=doing.end />
                <ActionProblem action=doing.away />
                {none}
                <ul class="pickers">{cards}</ul>
                <AddForm child=child.clone() slug=slug.clone() today open=nobody doing />
            </section>
            <CodeOfToday code today child=child.clone() slug=slug.clone() doing />
            <Alone name alone child slug doing />
            <Handed handed />
        </div>
    }
}

/// What was done, by its word in the page's address.
#[component]
fn Told(done: String) -> impl IntoView {
    let title = match done.as_str() {
        "added" => say!(pickup.added),
        "ended" => say!(pickup.ended),
        "photo_gone" => say!(pickup.photo_gone),
        "code_set" => say!(pickup.code_set),
        "code_unset" => say!(pickup.code_unset),
        "alone_yes" => say!(pickup.alone_yes),
        "alone_no" => say!(pickup.alone_no),
        photo => {
            return view! { <PhotoTold word=photo.strip_prefix("photo_").unwrap_or_default().to_owned() /> }.into_any();
        }
    };
    view! {
        <Banner class="banner--good" icon="check" title>
            {None::<String>}
        </Banner>
    }
    .into_any()
}

#[component]
fn Picker(of: PickupPerson, child: String, slug: String, doing: Doing) -> impl IntoView {
    let label = say!(pickup.end_of, name = of.name.clone()).to_string();
    let about: Vec<_> = [Some(of.relation.clone()), of.phone.clone()].into_iter().flatten().collect();
    let only = of.only_on.map(|day| {
        view! { <span class="tag">{say!(pickup.only, date = words::date_short(day)).to_string()}</span> }
    });
    let (here, picker) = (slug.clone(), of.id.to_string());
    view! {
        <li class="picker">
            <Face of=of.clone() />
            <div class="picker__who">
                <p>
                    <b>{of.name.clone()}</b>
                    " "
                    {only}
                </p>
                <p class="soft">{about.join(" · ")}</p>
            </div>
            <ActionForm action=doing.end>
                <input type="hidden" name="slug" value=here />
                <input type="hidden" name="picker" value=picker />
                <button class="button button--plain" aria-label=label disabled=move || doing.end.pending().get()>
                    {say!(pickup.end)}
                </button>
            </ActionForm>
            <PhotoForms of child slug away=doing.away />
        </li>
    }
}

#[component]
fn AddForm(child: String, slug: String, today: Date, open: bool, doing: Doing) -> impl IntoView {
    let add = doing.add;
    // Without JavaScript the page comes anew with the problem, which must not hide.
    let failed = add.value().with_untracked(|value| matches!(value, Some(Err(_))));
    let day_hint = words::sentences([
        Some(say!(pickup.only_on_hint).to_owned()),
        Some(format!(" · {}", say!(pickup.only_today, date = words::date_long(today)))),
    ]);
    view! {
        <details class="card" open=failed || open>
            <summary>{say!(pickup.add)}</summary>
            <ActionForm action=add node_ref=doing.form attr:class="form">
                <ActionProblem action=add fields=&["name", "relation", "phone", "only_on"] />
                <input type="hidden" name="slug" value=slug />
                <input type="hidden" name="person" value=child />
                <div class="fields">
                    <Field
                        name="name"
                        form="picker-"
                        label=say!(pickup.name)
                        autocomplete="off"
                        required=true
                        problem=field_problem(add, "name")
                    />
                    <Field
                        name="relation"
                        form="picker-"
                        label=say!(pickup.relation)
                        hint=say!(pickup.relation_hint).to_owned()
                        autocomplete="off"
                        required=true
                        problem=field_problem(add, "relation")
                    />
                    <Field
                        name="phone"
                        form="picker-"
                        kind="tel"
                        label=say!(pickup.phone)
                        hint=say!(pickup.phone_hint).to_owned()
                        autocomplete="off"
                        problem=field_problem(add, "phone")
                    />
                    <Field
                        name="only_on"
                        form="picker-"
                        kind="date"
                        label=say!(pickup.only_on)
                        hint=day_hint
                        autocomplete="off"
                        problem=field_problem(add, "only_on")
                    />
                </div>
                <button class="button button--primary" disabled=move || add.pending().get()>
                    {say!(pickup.add_go)}
                </button>
            </ActionForm>
        </details>
    }
}

#[component]
fn CodeOfToday(code: Option<PickupCode>, today: Date, child: String, slug: String, doing: Doing) -> impl IntoView {
    let set = doing.code;
    let button = |wanted: CodeUse, class: &'static str, text: &'static str| {
        let (slug, child) = (slug.clone(), child.clone());
        view! {
            <ActionForm action=set>
                <input type="hidden" name="slug" value=slug />
                <input type="hidden" name="person" value=child />
                <input type="hidden" name="wanted" value=wanted.code() />
                <button class=class disabled=move || set.pending().get()>
                    {text}
                </button>
            </ActionForm>
        }
    };
    let shown = match code {
        Some(code) => {
            let (first, last) = code.as_str().split_at_checked(3).unwrap_or((code.as_str(), ""));
            view! {
                <div class="tell-code">
                    <p class="tell-code__digits">{format!("{first} {last}")}</p>
                    <p>{say!(pickup.code_until, date = words::date_long(today)).to_string()}</p>
                </div>
                <p>{say!(pickup.code_text)}</p>
                <div class="row">
                    {button(CodeUse::Renew, "button", say!(pickup.code_renew))}
                    {button(CodeUse::Off, "button button--plain", say!(pickup.code_off))}
                </div>
            }
            .into_any()
        }
        None => view! {
            <p>{say!(pickup.code_none)}</p>
            {button(CodeUse::Renew, "button button--primary", say!(pickup.code_on))}
        }
        .into_any(),
    };
    view! {
        <section class="card stack" id="code" aria-labelledby="code-h">
            <h2 id="code-h">{say!(pickup.code)}</h2>
            <ActionProblem action=set />
            {shown}
        </section>
    }
}

#[component]
fn Alone(name: String, alone: bool, child: String, slug: String, doing: Doing) -> impl IntoView {
    let set = doing.alone;
    view! {
        <section class="card stack" id="alone" aria-labelledby="alone-h">
            <h2 id="alone-h">{say!(pickup.alone)}</h2>
            <p>{say!(pickup.alone_text)}</p>
            <ActionForm action=set attr:class="form">
                <ActionProblem action=set />
                <input type="hidden" name="slug" value=slug />
                <input type="hidden" name="person" value=child />
                <label class="choice">
                    <input type="checkbox" name="alone" value="yes" checked=alone />
                    <span>{say!(pickup.alone_agree, name = name).to_string()}</span>
                    <span class="choice__note">{say!(pickup.alone_note)}</span>
                </label>
                <button class="button" disabled=move || set.pending().get()>
                    {say!(pickup.alone_save)}
                </button>
            </ActionForm>
        </section>
    }
}

#[component]
fn Handed(handed: Vec<(String, HandOver)>) -> impl IntoView {
    let none = handed.is_empty().then(|| view! { <p class="soft">{say!(pickup.no_handed)}</p> });
    let rows = handed
        .into_iter()
        .map(|(activity, of)| {
            view! {
                <li class="card">
                    <HandOverLine of before=activity />
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="stack" id="handed" aria-labelledby="handed-h">
            <h2 id="handed-h">{say!(pickup.handed)}</h2>
            {none}
            <ul class="care">{rows}</ul>
        </section>
    }
}
