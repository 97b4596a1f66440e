//! The desk's page of a person's care details: what is kept is shown for a reason, and whoever shows it is written down.

use super::{
    KeptMarks,
    fields::{DetailFields, Details, FIELDS},
};
use crate::{
    desk::parts::{Back, DeskFailure},
    error::AppError,
    frame::{framed, typed, use_head, use_slug},
    parts::{ActionProblem, Banner, Field, FieldError, Icon, Loading, PageTitle, field_problem},
    say, words,
};
use domain::{
    care_details::{CareField, CareReason},
    code::Code,
    reading::{DeskCare, KeptCare},
};
use leptos::prelude::*;
use leptos_router::{LazyRoute, hooks::use_params_map, lazy_route};

/// Reads the page. For a reason given today it says what is kept, and leaves a trace: so it is no GET.
#[server(prefix = "/api", endpoint = "read_care_details")]
pub async fn read_care_details(slug: String, person: String) -> Result<DeskCare, AppError> {
    let id = person.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?;
    let who = crate::ssr::need_who().await?;
    let (host, now) = (crate::ssr::host()?, crate::ssr::now()?);
    Ok(store::care_details::read_care_details(&host.db, &host.keys, &who, &slug, id, now).await?)
}

/// Says why the actor reads a person's care details today.
#[server(prefix = "/api", endpoint = "give_care_reason")]
pub async fn give_care_reason(
    slug: String,
    person: String,
    reason: Option<String>,
    words: Option<String>,
) -> Result<(), AppError> {
    use domain::text::{InputProblem, Line};
    let id = person.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?;
    let invalid = |field, problem| crate::ssr::said(AppError::invalid(field, problem));
    let typed = [("care-reason", reason.as_deref()), ("care-words", words.as_deref())];
    let given = crate::ssr::keeping_sealed(&typed, async {
        let who = crate::ssr::need_who().await?;
        let (host, now) = (crate::ssr::host()?, crate::ssr::now()?);
        let reason = reason.as_deref().and_then(CareReason::from_code);
        let reason = reason.ok_or_else(|| invalid("reason", InputProblem::Choice))?;
        let words = words.as_deref().map(str::trim).filter(|words| !words.is_empty()).map(Line::parse).transpose();
        let words = words.map_err(|problem| invalid("words", problem))?;
        let given = store::care_details::give_care_reason(&host.db, &who, &slug, id, reason, words, now).await;
        crate::ssr::told(given, &slug).await
    });
    given.await?;
    crate::ssr::go(&slug, &format!("desk/people/{person}/care-details"));
    Ok(())
}

/// Keeps what a family wrote on paper.
#[server(prefix = "/api", endpoint = "keep_care_on_paper")]
pub async fn keep_care_on_paper(
    slug: String,
    person: String,
    version: String,
    allergies: Option<String>,
    health: Option<String>,
    diet: Option<String>,
    contact_name: Option<String>,
    contact_phone: Option<String>,
    contact_relation: Option<String>,
    address: Option<String>,
    agree: Option<String>,
) -> Result<(), AppError> {
    use super::fields::{Sent, keep};
    let sent = Sent { allergies, health, diet, contact_name, contact_phone, contact_relation, address, agree };
    keep(&slug, &person, &version, &sent, domain::rights::Door::Desk).await?;
    crate::ssr::go(&slug, &format!("desk/people/{person}?done=care#care-details"));
    Ok(())
}

/// The page, loaded when it is opened.
pub struct DeskCareRoute;

#[lazy_route]
impl LazyRoute for DeskCareRoute {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <DeskCarePage /> }.into_any()
    }
}

#[component]
fn DeskCarePage() -> impl IntoView {
    let slug = use_slug();
    let params = use_params_map();
    let person = Memo::new(move |_| params.with(|params| params.get("person").unwrap_or_default()));
    let give = ServerAction::<GiveCareReason>::new();
    let keep = ServerAction::<KeepCareOnPaper>::new();
    // Whatever is read leaves a trace: it is read again only after a reason was given.
    let given = Memo::new(move |before: Option<&usize>| match give.value().get() {
        Some(Ok(())) => give.version().get(),
        _ => before.copied().unwrap_or_default(),
    });
    let view = Resource::new(
        move || (slug.get(), person.get(), given.get()),
        |(slug, person, _)| read_care_details(slug, person),
    );
    view! {
        <Transition fallback=Loading>
            {move || Suspend::new(async move {
                match framed(view).await {
                    Ok(page) => view! { <Shown page give keep /> }.into_any(),
                    Err(error) => view! { <DeskFailure error /> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Shown(page: DeskCare, give: ServerAction<GiveCareReason>, keep: ServerAction<KeepCareOnPaper>) -> impl IntoView {
    let slug = use_head().slug;
    let DeskCare { person, fields, reason, opened, edits } = page;
    let title = say!(care_details.title_of, name = person.name.clone()).to_string();
    let id = person.id.to_string();
    let body = match opened {
        None => view! {
            <section class="stack">
                <p>{say!(care_details.kept_fields)}</p>
                <KeptMarks fields />
                <ReasonForm slug=slug.clone() person=id.clone() give />
            </section>
        }
        .into_any(),
        Some(kept) if kept.version == 0 => view! {
            <p class="soft">{say!(care_details.nothing)}</p>
            {edits.then(|| view! { <PaperForm slug=slug.clone() person=id.clone() kept keep /> })}
        }
        .into_any(),
        Some(kept) => {
            let reason = reason.map(|reason| {
                let text = say!(care_details.reason_now, reason = words::care_reason(reason)).to_string();
                view! {
                    <p class="care-privacy">
                        <Icon name="lock" />
                        <span>{words::sentences([Some(text), Some(say!(care_details.reason_noted).to_owned())])}</span>
                    </p>
                }
            });
            view! {
                <section class="card stack" id="care-details">
                    <Details details=kept.details.clone() />
                    {reason}
                </section>
                {edits.then(|| view! { <PaperForm slug=slug.clone() person=id.clone() kept keep /> })}
            }
            .into_any()
        }
    };
    let (back, back_text) = match edits {
        true => (format!("desk/people/{id}"), say!(care_details.back_person, name = person.name.clone()).to_string()),
        false => ("desk".to_owned(), say!(desk.back).to_owned()),
    };
    view! {
        <PageTitle text=format!("{title} · {}", say!(people.title)) />
        <Back to=back text=back_text />
        <div class="stack-l">
            <div class="page-head">
                <h1>{title}</h1>
                <p class="soft">{crate::desk::people::about(&person)}</p>
            </div>
            {body}
        </div>
    }
}

#[component]
fn ReasonForm(slug: String, person: String, give: ServerAction<GiveCareReason>) -> impl IntoView {
    let (problem, chosen) = (field_problem(give, "reason"), typed("care-reason"));
    let choices = CareReason::ALL
        .iter()
        .map(|reason| {
            view! {
                <label class="choice">
                    <input
                        type="radio"
                        name="reason"
                        value=reason.code()
                        checked=chosen.as_deref() == Some(reason.code())
                        required=true
                    />
                    {words::care_reason(*reason)}
                </label>
            }
        })
        .collect_view();
    view! {
        <ActionForm action=give attr:class="card form">
            <p class="soft">{say!(care_details.reason_text)}</p>
            <ActionProblem action=give fields=&["words", "reason"] />
            <input type="hidden" name="slug" value=slug />
            <input type="hidden" name="person" value=person />
            <fieldset class="group">
                <legend>{say!(care_details.reason)}</legend>
                <div class="chips">{choices}</div>
                <FieldError problem />
            </fieldset>
            <Field
                name="words"
                form="care-"
                label=say!(care_details.reason_words)
                hint=say!(care_details.reason_words_hint).to_owned()
                autocomplete="off"
                problem=field_problem(give, "words")
            />
            <button class="button button--primary" disabled=move || give.pending().get()>
                {say!(care_details.reason_go)}
            </button>
        </ActionForm>
    }
}

/// What a family wrote on paper.
#[component]
fn PaperForm(slug: String, person: String, kept: KeptCare, keep: ServerAction<KeepCareOnPaper>) -> impl IntoView {
    // Without JavaScript the page comes anew with the problem, which must not hide.
    let failed = keep.value().with_untracked(|value| matches!(value, Some(Err(_))));
    let first = kept.version == 0;
    let title = if first { say!(care_details.paper_new) } else { say!(care_details.paper) };
    view! {
        <details class="card" open=failed || first>
            <summary>{title}</summary>
            <ActionForm action=keep attr:class="form">
                <p class="soft">{say!(care_details.paper_text)}</p>
                <ActionProblem action=keep fields=FIELDS />
                <input type="hidden" name="slug" value=slug />
                <input type="hidden" name="person" value=person />
                <DetailFields kept action=keep paper=true />
                <button class="button button--primary" disabled=move || keep.pending().get()>
                    {say!(care_details.save)}
                </button>
            </ActionForm>
        </details>
    }
}

/// On a resident's page: that something is kept, and the way to it.
#[component]
pub fn CareOfPerson(
    /// The person's id.
    person: String,
    /// What is kept.
    fields: Vec<CareField>,
    /// True after something was written.
    done: bool,
) -> impl IntoView {
    let slug = use_head().slug;
    let kept = !fields.is_empty();
    let text = if kept { say!(care_details.kept_fields) } else { say!(care_details.nothing) };
    let done = done.then(|| {
        view! {
            <Banner class="banner--good" icon="check" title=say!(care_details.kept_title)>
                <p>{say!(care_details.kept_text)}</p>
            </Banner>
        }
    });
    let (icon, link) = match kept {
        true => ("lock", say!(care_details.see)),
        false => ("edit", say!(care_details.write)),
    };
    view! {
        <section class="stack" id="care-details" aria-labelledby="care-details-h">
            <h2 id="care-details-h">{say!(care_details.title)}</h2>
            {done}
            <p class="soft">{text}</p>
            {kept.then(|| view! { <KeptMarks fields /> })}
            <p>
                <a class="button" href=format!("/{slug}/desk/people/{person}/care-details")>
                    <Icon name=icon />
                    {link}
                </a>
            </p>
        </section>
    }
}
