//! A new term: its form, the preview of its dates, and the saving.
//!
//! The form is a plain one, with and without JavaScript: 看看日期 asks this page anew with the fields in its URL, and
//! 保存 posts them. So what was typed stands in the URL and is never lost.

use super::{
    parts::{Back, DeskFailure, Problem, RoomField},
    preview::Preview,
    rule_fields::{RuleFields, problem_at, said},
    term_form::TermForm,
};
use crate::{
    error::AppError,
    frame::{framed, use_head, use_slug},
    parts::{Field, Icon, Loading, PageTitle},
    say, words,
};
use domain::{
    reading::{PreviewDay, RoomChoice},
    refusal::{FieldProblem, Refusal},
};
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::{
    LazyRoute,
    hooks::{use_params_map, use_query_map},
    lazy_route,
};
use serde::{Deserialize, Serialize};

/// What the form's page needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TermFormPage {
    /// The activity's name.
    pub activity: String,
    /// Rooms to choose.
    pub rooms: Vec<RoomChoice>,
    /// The dates that the form asks for.
    pub preview: Vec<PreviewDay>,
    /// Rooms in which all of them could be held, where another room is what stands in the way.
    pub free: Vec<RoomChoice>,
    /// The form of a term like the one that the page was asked for.
    pub like: Option<TermForm>,
    /// What is wrong with the form.
    pub problem: Option<FieldProblem>,
}

/// Reads the form's page, and the dates that the form asks for, if it was filled in.
#[server(prefix = "/api", endpoint = "read_term_form", input = server_fn::codec::Json)]
pub async fn read_term_form(
    slug: String,
    activity: String,
    form: Option<TermForm>,
    like: Option<String>,
) -> Result<TermFormPage, AppError> {
    use domain::{id::ActivityId, rights::Act, text::InputProblem};
    let id: ActivityId = activity.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?;
    let who = crate::ssr::need_who().await?;
    let host = crate::ssr::host()?;
    let at = store::rosters::desk_of(&host.db, &who, &slug, Act::ManageActivities).await?;
    let page = store::calendar::activity_page(&host.db, at, id, crate::ssr::now()?).await?;
    let rooms = store::communities::rooms(&host.db, at).await?;
    let mut read = TermFormPage {
        activity: page.card.name,
        rooms,
        preview: Vec::new(),
        free: Vec::new(),
        like: None,
        problem: None,
    };
    let Some(form) = form else {
        if let Some(like) = like.and_then(|like| like.parse().ok()) {
            let new = store::activities::like_term(&host.db, at, like).await?;
            read.like = Some(TermForm::of(new));
        }
        return Ok(read);
    };
    match form.dates() {
        Err(problem) => read.problem = Some(problem),
        Ok(asked) => {
            let preview =
                store::activities::preview(&host.db, at, &asked.series, asked.from, asked.until, asked.holidays);
            match preview.await {
                Ok(days) => read.preview = days,
                Err(store::StoreError::Invalid(problem)) => read.problem = Some(problem),
                Err(error) => return Err(error.into()),
            }
            // What is still empty is no mistake before it is saved; a name comes last to many.
            let named = if form.name.as_deref().unwrap_or_default().trim().is_empty() {
                TermForm { name: Some("…".to_owned()), ..form }
            } else {
                form
            };
            match named.parse() {
                Ok(asked) => {
                    let holding = asked.holding();
                    let finding = store::activities::find_clashes(&host.db, at, &mut read.preview, &holding);
                    read.free = crate::ssr::told(finding.await, &slug).await?;
                }
                Err(problem) if problem.problem != InputProblem::Empty => read.problem = read.problem.or(Some(problem)),
                Err(_) => {}
            }
        }
    }
    Ok(read)
}

/// Makes a term and shows its roster.
#[server(prefix = "/api", endpoint = "new_term")]
pub async fn new_term(slug: String, activity: String, #[server(flatten)] form: TermForm) -> Result<(), AppError> {
    use domain::{id::ActivityId, rights::Act};
    let made = async {
        let id: ActivityId = activity.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?;
        let who = crate::ssr::need_who().await?;
        let host = crate::ssr::host()?;
        let now = crate::ssr::now()?;
        let at = store::rosters::desk_of(&host.db, &who, &slug, Act::ManageActivities).await?;
        store::calendar::activity_page(&host.db, at, id, now).await?;
        let asked = form.parse().map_err(|problem| crate::ssr::said(AppError::Invalid { problem }))?;
        let holding = asked.holding();
        let new = store::activities::NewTerm {
            activity: id,
            name: asked.name,
            series: asked.dates.series,
            from: asked.dates.from,
            until: asked.dates.until,
            holidays: asked.dates.holidays,
            holding,
            capacity: asked.capacity,
            opens: asked.opens,
            closes: asked.closes,
            cancel_hours: asked.cancel_hours,
            age: asked.age,
            scopes: asked.scopes,
            waitlist_cap: asked.waitlist_cap,
            minimum: asked.minimum,
            entry_like: form.like.as_deref().and_then(|like| like.parse().ok()),
        };
        crate::ssr::told(store::activities::new_term(&host.db, &who, new, now).await, &slug).await
    };
    match made.await {
        Ok(id) => {
            crate::ssr::go(&slug, &format!("desk/terms/{id}?done=made"));
            Ok(())
        }
        Err(error) => {
            let page = format!("desk/activities/{activity}/terms/new");
            super::parts::keep_typed::<NewTerm>(&slug, &page, &form.pairs(), &error);
            Err(error)
        }
    }
}

/// The page, loaded when it is opened.
pub struct NewTermRoute;

#[lazy_route]
impl LazyRoute for NewTermRoute {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <NewTermPage /> }.into_any()
    }
}

#[component]
fn NewTermPage() -> impl IntoView {
    let slug = use_slug();
    let params = use_params_map();
    let query = use_query_map();
    let activity = Memo::new(move |_| params.with(|params| params.get("activity").unwrap_or_default()));
    let form = Memo::new(move |_| query.with(TermForm::in_url));
    let like = Memo::new(move |_| query.with(|query| query.get("like")));
    let page = Resource::new(
        move || (slug.get(), activity.get(), form.get(), like.get()),
        |(slug, activity, form, like)| read_term_form(slug, activity, form, like),
    );
    view! {
        <Transition fallback=Loading>
            {move || Suspend::new(async move {
                match framed(page).await {
                    Ok(page) => {
                        let (activity, form) = (activity.get_untracked(), form.get_untracked());
                        view! { <Form page activity form /> }.into_any()
                    }
                    Err(error) => view! { <DeskFailure error /> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Form(page: TermFormPage, activity: String, form: Option<TermForm>) -> impl IntoView {
    let head = use_head();
    // Never dispatched: it reads from the URL what the saving came to.
    let action = ServerAction::<NewTerm>::new();
    let refused = action.value().with_untracked(|value| value.clone().and_then(Result::err));
    let (problem, refused) = match refused {
        Some(AppError::Invalid { problem }) => (Some(problem), None),
        refused => (page.problem.clone(), refused),
    };
    let form = form.or(page.like).unwrap_or_else(|| TermForm::fresh(head.today));
    let here = format!("/{}/desk/activities/{activity}/terms/new", head.slug);
    let shown = form.clone();
    view! {
        <PageTitle text=format!("{} · {}", say!(desk.new_term), page.activity) />
        <Back to="desk".to_owned() text=say!(desk.back) />
        <div class="page-head">
            <p class="eyebrow">{page.activity.clone()}</p>
            <h1>{say!(desk.new_term)}</h1>
        </div>
        {refused.map(|error| view! { <Refused error /> })}
        {problem
            .is_some()
            .then(|| {
                view! {
                    <div class="banner banner--no" role="alert">
                        <Icon name="alert" />
                        <p class="banner__title">{say!(desk.look_below)}</p>
                    </div>
                }
            })}
        <form class="split" method="get" action=format!("{here}#preview")>
            <div class="card form">
                <input type="hidden" name="slug" value=head.slug.clone() />
                <input type="hidden" name="activity" value=activity />
                {form.like.clone().map(|like| view! { <input type="hidden" name="like" value=like /> })}
                <Field
                    name="name"
                    label=say!(desk.term_name)
                    hint=say!(desk.term_name_hint).to_owned()
                    value=form.name.clone().unwrap_or_default()
                    problem=said(&problem, "name")
                />
                <RuleFields form=form.clone() problem=problem.clone() />
                <TermFields form rooms=page.rooms problem />
                <p class="row">
                    <button class="button">{say!(desk.preview)}</button>
                    <button
                        class="button button--primary"
                        formmethod="post"
                        formaction=NewTerm::url()
                    >
                        {say!(desk.save_term)}
                    </button>
                </p>
            </div>
            <Preview days=page.preview free=page.free form=shown here=here.clone() />
        </form>
    }
}

/// Why a term was not saved; a clash leads to the term that has the room.
#[component]
fn Refused(error: AppError) -> impl IntoView {
    let head = use_head();
    let other = match &error {
        AppError::Refused { refusal: Refusal::Clash { term, .. }, .. } => {
            let href = format!("/{}/desk/terms/{term}", head.slug);
            Some(view! {
                <p class="row">
                    <a class="button" href=href>
                        {say!(desk.clash_other)}
                    </a>
                </p>
            })
        }
        _ => None,
    };
    view! {
        <div class="banner banner--no" role="alert">
            <Icon name="alert" />
            <div>
                <p class="banner__title">{words::error(&error)}</p>
                {other}
            </div>
        </div>
    }
}

/// When and where, for whom, and how it is booked.
#[component]
fn TermFields(form: TermForm, rooms: Vec<RoomChoice>, problem: Option<FieldProblem>) -> impl IntoView {
    let value = |value: &Option<String>| value.clone().unwrap_or_default();
    let field = |name: &'static str, label: &'static str, kind: &'static str, typed: &Option<String>| {
        view! { <Field name kind label value=value(typed) problem=said(&problem, name) /> }
    };
    let scopes = [
        ("whole", say!(common.scope_whole)),
        ("rest", say!(common.scope_rest)),
        ("weekly", say!(which.scope)),
        ("single", say!(common.scope_single)),
    ];
    let is_parted = [&form.pause_from, &form.pause_to, &form.minutes].into_iter().any(|typed| !value(typed).is_empty());
    let scopes = scopes
        .into_iter()
        .map(|(code, name)| {
            let checked = form.scopes.iter().any(|scope| scope == code);
            view! {
                <label class="choice">
                    <input type="checkbox" name="scopes[]" value=code checked=checked />
                    <span>{name}</span>
                </label>
            }
        })
        .collect_view();
    view! {
        <div class="fields">
            {field("start", say!(desk.start), "time", &form.start)}
            {field("end", say!(desk.end), "time", &form.end)}
        </div>
        <details open=is_parted>
            <summary>{say!(which.form_parts)}</summary>
            <div class="stack">
                <p class="soft">{say!(which.form_parts_text)}</p>
                <div class="fields">
                    {field("pause_from", say!(which.form_pause_from), "time", &form.pause_from)}
                    {field("pause_to", say!(which.form_pause_to), "time", &form.pause_to)}
                    {field("minutes", say!(which.form_minutes), "number", &form.minutes)}
                </div>
            </div>
        </details>
        <div class="fields">
            <RoomField rooms chosen=form.room.clone() id="room" problem=problem.clone() />
            {field("capacity", say!(desk.capacity), "number", &form.capacity)}
            {field("waitlist_cap", say!(desk.waitlist_cap), "number", &form.waitlist_cap)}
        </div>
        <div class="fields">
            {field("min_people", say!(desk.min_people), "number", &form.min_people)}
            {field("decide_days", say!(desk.decide_days), "number", &form.decide_days)}
        </div>
        {field("leader", say!(desk.leader), "text", &form.leader)}
        <div class="fields">
            {field("opens", say!(desk.opens), "datetime-local", &form.opens)}
            {field("closes", say!(desk.closes), "datetime-local", &form.closes)}
        </div>
        {field("cancel_hours", say!(desk.cancel_hours), "number", &form.cancel_hours)}
        <div class="fields">
            {field("age_min", say!(desk.age_min), "number", &form.age_min)}
            {field("age_max", say!(desk.age_max), "number", &form.age_max)}
            {field("age_on", say!(desk.age_on), "date", &form.age_on)}
        </div>
        <fieldset class="group" aria-describedby=problem_at(&problem, "scopes").map(|_| "scopes-error")>
            <legend>{say!(desk.scopes)}</legend>
            <div class="chips">{scopes}</div>
            <Problem id="scopes-error".to_owned() problem=problem_at(&problem, "scopes") />
        </fieldset>
    }
}
