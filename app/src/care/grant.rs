//! The page on which a person says which relatives see or do what, and ends it.

use crate::{
    error::AppError,
    frame::{framed, use_head, use_slug},
    parts::{ActionProblem, Banner, Empty, Failure, Field, Icon, Loading, PageTitle, field_problem},
    say,
    sign_in::sign_in_first::SignInFirst,
    words,
};
use domain::{
    care::CareScope,
    code::Code,
    id::CareLinkId,
    reading::{CareLink, Cared},
};
use leptos::prelude::*;
use leptos_router::{LazyRoute, hooks::use_query_map, lazy_route};
use serde::{Deserialize, Serialize};

/// What the page shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CareView {
    /// The actor's own links; none before it is known who the account's person is.
    pub links: Option<Vec<CareLink>>,
    /// Who lets the actor see or do something.
    pub cared: Vec<Cared>,
}

/// Reads the page; nothing while nobody is signed in.
#[server(prefix = "/api", endpoint = "read_care", input = server_fn::codec::GetUrl)]
pub async fn read_care() -> Result<Option<CareView>, AppError> {
    let Some(who) = crate::ssr::who().await? else { return Ok(None) };
    let host = crate::ssr::host()?;
    let links = match who.person {
        Some(person) => Some(store::care_links::care_links(&host.db, &who, person.into()).await?),
        None => None,
    };
    Ok(Some(CareView { links, cared: store::care_links::cared(&host.db, &who).await? }))
}

/// Lets a relative see or do something.
#[server(prefix = "/api", endpoint = "grant_care_link")]
pub async fn grant_care_link(
    slug: String,
    name: String,
    phone: String,
    scopes: Option<Vec<String>>,
) -> Result<(), AppError> {
    use domain::{phone::PhoneNumber, rights::Door, text::PersonName};
    use store::care_links::{NewCareLink, grant_care_link};
    let typed = [("care-name", Some(name.as_str())), ("care-phone", Some(phone.as_str()))];
    let invalid = |field, problem| crate::ssr::said(AppError::invalid(field, problem));
    let granted = crate::ssr::keeping(&typed, async {
        let who = crate::ssr::need_who().await?;
        let person = who.person.ok_or_else(|| crate::ssr::said(AppError::NotFound))?.into();
        let host = crate::ssr::host()?;
        let new = NewCareLink {
            name: PersonName::parse(&name).map_err(|problem| invalid("name", problem))?,
            phone: PhoneNumber::parse(&phone).map_err(|problem| invalid("phone", problem))?,
            scopes: scopes.unwrap_or_default().iter().filter_map(|code| CareScope::from_code(code)).collect(),
            paper: None,
        };
        let granted = grant_care_link(&host.db, &who, person, new, Door::Page, crate::ssr::now()?).await;
        crate::ssr::told(granted, &slug).await
    });
    let id = granted.await?;
    crate::ssr::go(&slug, &format!("my/care?granted={id}"));
    Ok(())
}

/// Ends a care link, by either side of it.
#[server(prefix = "/api", endpoint = "revoke_care_link")]
pub async fn revoke_care_link(slug: String, link: String) -> Result<(), AppError> {
    let who = crate::ssr::need_who().await?;
    let id = link.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?;
    let (host, now) = (crate::ssr::host()?, crate::ssr::now()?);
    let revoked = store::care_links::revoke_care_link(&host.db, &who, id, domain::rights::Door::Page, now).await;
    crate::ssr::told(revoked, &slug).await?;
    crate::ssr::go(&slug, &format!("my/care?revoked={id}"));
    Ok(())
}

/// The page, loaded when it is opened.
pub struct CareRoute;

#[lazy_route]
impl LazyRoute for CareRoute {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <CarePage /> }.into_any()
    }
}

#[component]
fn CarePage() -> impl IntoView {
    let slug = use_slug();
    let query = use_query_map();
    let done = Memo::new(move |_| query.with(|query| (query.get("granted"), query.get("revoked"))));
    let view = Resource::new(move || done.get(), |_| read_care());
    let grant = ServerAction::<GrantCareLink>::new();
    let revoke = ServerAction::<RevokeCareLink>::new();
    view! {
        <PageTitle text=format!("{} · {}", say!(care.title), say!(common.brand)) />
        <p>
            <a class="back" href=move || format!("/{}/my", slug.get())>
                <Icon name="left" />
                {say!(care.back)}
            </a>
        </p>
        <div class="page-head">
            <h1>{say!(care.title)}</h1>
            <p class="soft">{say!(care.text)}</p>
        </div>
        <Transition fallback=Loading>
            {move || Suspend::new(async move {
                match framed(view).await {
                    Ok(Some(view)) => {
                        let done = done.get_untracked();
                        view! { <Links view done grant revoke /> }.into_any()
                    }
                    Ok(None) => {
                        let (title, text) = (say!(care.signed_out_title), say!(care.signed_out_text));
                        view! { <SignInFirst title text to="my/care" /> }.into_any()
                    }
                    Err(error) => view! { <Failure error /> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Links(
    view: CareView,
    done: (Option<String>, Option<String>),
    grant: ServerAction<GrantCareLink>,
    revoke: ServerAction<RevokeCareLink>,
) -> impl IntoView {
    let slug = use_head().slug;
    let CareView { links, cared } = view;
    let done = match done {
        (Some(id), _) => links
            .iter()
            .flatten()
            .find(|link| link.id.to_string() == id)
            .map(|link| (say!(care.granted, name = link.name.clone()).to_string(), say!(care.granted_text))),
        (None, Some(_)) => Some((say!(care.revoked).to_owned(), say!(care.revoked_text))),
        (None, None) => None,
    };
    let done = done.map(|(title, text)| {
        view! {
            <Banner class="banner--good" icon="check" title>
                <p>{text}</p>
            </Banner>
        }
    });
    let mine = match links {
        None => view! {
            <Empty title=say!(care.nobody_title) text=say!(care.nobody_text)>
                <a class="button button--primary" href=format!("/{slug}/my#add")>
                    {say!(care.add_myself)}
                </a>
            </Empty>
        }
        .into_any(),
        Some(links) => {
            let row = |link: CareLink| {
                let (id, name, slug) = (link.id, link.name.clone(), slug.clone());
                view! {
                    <CareLinkRow link>
                        <ActionForm action=revoke>
                            <EndFields link=id name slug pending=revoke.pending() />
                        </ActionForm>
                    </CareLinkRow>
                }
            };
            let rows = links.into_iter().map(row).collect_view();
            view! {
                <ul class="care">{rows}</ul>
                <GrantForm slug=slug.clone() action=grant />
            }
            .into_any()
        }
    };
    view! {
        <div class="stack-l">
            <section class="stack" aria-labelledby="mine">
                <h2 id="mine">{say!(care.mine)}</h2>
                {done}
                <ActionProblem action=revoke />
                {mine}
            </section>
            <CaredList cared />
        </div>
    }
}

/// Who lets the actor see or do something: a large row each.
#[component]
pub fn CaredList(
    /// They.
    cared: Vec<Cared>,
) -> impl IntoView {
    (!cared.is_empty()).then(|| {
        let rows = cared
            .into_iter()
            .map(|one| {
                view! {
                    <li>
                        <a class="card care__link" href=format!("/{}/cared/{}", one.slug, one.id)>
                            <Icon name="people" />
                            <b>{say!(care.see, name = one.name).to_string()}</b>
                            <span class="soft">{words::care_scopes(&one.scopes)}</span>
                        </a>
                    </li>
                }
            })
            .collect_view();
        view! {
            <section class="stack" aria-labelledby="cared">
                <h2 id="cared">{say!(care.theirs)}</h2>
                <ul class="care">{rows}</ul>
            </section>
        }
    })
}

/// One relative: who, and what is allowed; with the form that ends it.
#[component]
pub fn CareLinkRow(
    /// The relative.
    link: CareLink,
    /// The form that ends it.
    children: Children,
) -> impl IntoView {
    let since = say!(care.since, date = words::date_year(link.since)).to_string();
    let paper = link.paper.map(|paper| say!(care.paper, at = paper).to_string());
    view! {
        <li class="card care__row">
            <div>
                <p>
                    <b>{link.name}</b>
                    " "
                    <span class="soft">{link.phone}</span>
                </p>
                <p>{words::care_scopes(&link.scopes)}</p>
                <p class="fine">{since} {paper.map(|paper| format!(" · {paper}"))}</p>
            </div>
            {children()}
        </li>
    }
}

/// What the form that ends a link holds.
#[component]
pub fn EndFields(
    /// The link.
    link: CareLinkId,
    /// The relative's name, for the button's.
    name: String,
    /// The community whose page this is.
    slug: String,
    /// True while it is sent.
    #[prop(into)]
    pending: Signal<bool>,
) -> impl IntoView {
    view! {
        <input type="hidden" name="slug" value=slug />
        <input type="hidden" name="link" value=link.to_string() />
        <button class="button button--no" disabled=pending>
            {say!(care.revoke)}
            <span class="visually-hidden">{format!(" {name}")}</span>
        </button>
    }
}

#[component]
fn GrantForm(slug: String, action: ServerAction<GrantCareLink>) -> impl IntoView {
    view! {
        <ActionForm action attr:class="card form">
            <h3>{say!(care.grant_title)}</h3>
            <ActionProblem action fields=&["name", "phone", "scopes"] />
            <input type="hidden" name="slug" value=slug />
            <GrantFields
                name=field_problem(action, "name")
                phone=field_problem(action, "phone")
                scopes=field_problem(action, "scopes")
            />
            <button class="button button--primary button--big" disabled=move || action.pending().get()>
                {say!(care.grant)}
            </button>
        </ActionForm>
    }
}

/// Whom, and what: the same for the person and for staff.
#[component]
pub fn GrantFields(
    /// What is wrong with the name.
    name: Signal<Option<String>>,
    /// What is wrong with the phone.
    phone: Signal<Option<String>>,
    /// What is wrong with what is allowed.
    scopes: Signal<Option<String>>,
) -> impl IntoView {
    let choices = CareScope::ALL
        .iter()
        .map(|scope| {
            view! {
                <label class="choice">
                    <input
                        type="checkbox"
                        name="scopes[]"
                        value=scope.code()
                        checked=*scope == CareScope::SeePlan
                    />
                    <b>{words::care_scope(*scope)}</b>
                    <span class="choice__note">{words::care_scope_long(*scope)}</span>
                </label>
            }
        })
        .collect_view();
    view! {
        <Field name="name" form="care-" label=say!(care.name) hint=say!(care.name_hint).to_owned() problem=name />
        <Field
            name="phone"
            form="care-"
            kind="tel"
            label=say!(care.phone)
            hint=say!(care.phone_hint).to_owned()
            problem=phone
        />
        <fieldset class="group">
            <legend>{say!(care.scopes)}</legend>
            <div class="choices">{choices}</div>
            {move || {
                scopes
                    .get()
                    .map(|_| {
                        view! {
                            <p class="field__error" role="alert">
                                {say!(care.no_scope)}
                            </p>
                        }
                    })
            }}
        </fieldset>
    }
}
