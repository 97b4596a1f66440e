//! A term's dates: each with when, where, who leads and how many families it touches; changed one by one or together,
//! called off, restored, added, and the last change taken back.

use super::{
    add_date::AddDate,
    change_date::{CancelOccurrence, ChangeDate, Stopped},
    date_list::DateList,
    edit_form::EditForm,
    parts::{Back, DeskFailure},
    watch::{CancelTerm, CancelTermForm},
};
use crate::{
    error::AppError,
    frame::{framed, use_head, use_slug},
    parts::{ActionProblem, Banner, Icon, Loading, PageTitle},
    say, words,
};
use domain::{
    reading::{EditPreview, LastChange, PlanPage},
    refusal::FieldProblem,
    schedule::ChangeKind,
    term::OccurrenceState,
};
use leptos::prelude::*;
use leptos_router::{
    LazyRoute,
    hooks::{use_params_map, use_query_map},
    lazy_route,
};
use serde::{Deserialize, Serialize};

/// A term's dates with what a change of one of them would do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlanView {
    /// The dates.
    pub page: PlanPage,
    /// What the form would do, if it was filled in.
    pub preview: Option<EditPreview>,
    /// What is wrong with the form.
    pub problem: Option<FieldProblem>,
}

/// Reads a term's dates, and what a change of one of them would do.
#[server(prefix = "/api", endpoint = "read_plan", input = server_fn::codec::GetUrl)]
pub async fn read_plan(slug: String, term: String, form: Option<EditForm>) -> Result<PlanView, AppError> {
    let id = term.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?;
    let who = crate::ssr::need_who().await?;
    let host = crate::ssr::host()?;
    let now = crate::ssr::now()?;
    let page = store::schedule::plan_page(&host.db, &who, &slug, id, now).await?;
    let mut view = PlanView { page, preview: None, problem: None };
    let Some(form) = form.filter(EditForm::is_filled) else { return Ok(view) };
    match form.parse() {
        Err(problem) => view.problem = Some(problem),
        Ok((edit, _)) => match store::schedule::preview_edit(&host.db, &who, &slug, &edit, now).await {
            Ok(preview) => view.preview = Some(preview),
            Err(store::StoreError::Invalid(problem)) => view.problem = Some(problem),
            Err(error) => return Err(error.into()),
        },
    }
    Ok(view)
}

/// Lets a date that was called off take place after all.
#[server(prefix = "/api", endpoint = "restore_occurrence")]
pub async fn restore_occurrence(
    slug: String,
    term: String,
    occurrence: String,
    sequence: Option<String>,
) -> Result<(), AppError> {
    let id = occurrence.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?;
    let sequence = sequence.unwrap_or_default().parse().map_err(|_| crate::ssr::said(AppError::BadRequest))?;
    let who = crate::ssr::need_who().await?;
    let host = crate::ssr::host()?;
    let done = store::schedule::restore_occurrence(&host.db, &who, id, sequence, crate::ssr::now()?).await;
    crate::ssr::told(done, &slug).await?;
    crate::ssr::go(&slug, &format!("desk/terms/{term}/dates"));
    Ok(())
}

/// Takes the last change of a term's dates back.
#[server(prefix = "/api", endpoint = "undo_change")]
pub async fn undo_change(slug: String, term: String, change: String) -> Result<(), AppError> {
    let id = change.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?;
    let who = crate::ssr::need_who().await?;
    let host = crate::ssr::host()?;
    let done = store::schedule::undo_change(&host.db, &who, id, crate::ssr::now()?).await;
    crate::ssr::told(done, &slug).await?;
    crate::ssr::go(&slug, &format!("desk/terms/{term}/dates?done=undone"));
    Ok(())
}

/// What the page does; made once, so that an answer outlives the reading anew that it causes.
#[derive(Clone, Copy)]
struct Actions {
    cancel: ServerAction<CancelOccurrence>,
    restore: ServerAction<RestoreOccurrence>,
    undo: ServerAction<UndoChange>,
    add: ServerAction<super::add_date::AddOccurrence>,
    cancel_term: ServerAction<CancelTerm>,
}

/// The page, loaded when it is opened.
pub struct DatesRoute;

#[lazy_route]
impl LazyRoute for DatesRoute {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <DatesPage /> }.into_any()
    }
}

#[component]
fn DatesPage() -> impl IntoView {
    let slug = use_slug();
    let params = use_params_map();
    let query = use_query_map();
    let term = Memo::new(move |_| params.with(|params| params.get("term").unwrap_or_default()));
    let form = Memo::new(move |_| query.with(EditForm::in_url));
    let undone = Memo::new(move |_| query.with(|query| query.get("done").as_deref() == Some("undone")));
    let actions = Actions {
        cancel: ServerAction::new(),
        restore: ServerAction::new(),
        undo: ServerAction::new(),
        add: ServerAction::new(),
        cancel_term: ServerAction::new(),
    };
    let done = Memo::new(move |_| {
        let (cancel, restore) = (actions.cancel.version().get(), actions.restore.version().get());
        let whole = (actions.undo.version().get(), actions.cancel_term.version().get());
        (cancel, restore, whole, actions.add.version().get())
    });
    let view = Resource::new(
        move || (slug.get(), term.get(), form.get(), (done.get(), undone.get())),
        |(slug, term, form, _)| read_plan(slug, term, form),
    );
    view! {
        <Transition fallback=Loading>
            {move || Suspend::new(async move {
                match framed(view).await {
                    Ok(view) => {
                        let (form, undone) = (form.get_untracked(), undone.get_untracked());
                        view! { <Dates view form undone actions /> }.into_any()
                    }
                    Err(error) => view! { <DeskFailure error /> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Dates(view: PlanView, form: Option<EditForm>, undone: bool, actions: Actions) -> impl IntoView {
    let head = use_head();
    let PlanView { page, preview, problem } = view;
    let here = format!("/{}/desk/terms/{}/dates", head.slug, page.term.id);
    let chosen = form.as_ref().and_then(|form| form.edit.clone());
    let chosen = chosen.and_then(|id| page.dates.iter().find(|date| date.occurrence.to_string() == id).cloned());
    let list = DateList { chosen: chosen.as_ref().map(|date| date.occurrence), restore: actions.restore };
    let dates = list.show(&page, &head.slug);
    let last = page.last.clone().map(|last| {
        view! { <Last last slug=head.slug.clone() term=page.term.id action=actions.undo /> }
    });
    let undone = (undone && page.last.is_none()).then(|| {
        view! {
            <Banner class="banner--good" icon="check" title=say!(dates.undone)>
                {None::<String>}
            </Banner>
        }
    });
    let aside = match chosen {
        Some(date) if date.begun => view! { <Stopped text=say!(dates.begun) here=here.clone() /> }.into_any(),
        Some(date) if date.state == OccurrenceState::Cancelled => {
            view! { <Stopped text=say!(dates.is_off) here=here.clone() /> }.into_any()
        }
        Some(date) => {
            let form = form
                .filter(EditForm::is_filled)
                .unwrap_or_else(|| EditForm::of(date.occurrence, date.sequence, &date.now));
            let (rooms, term) = (page.rooms.clone(), page.term.id);
            let parted = page.dates.iter().filter(|other| other.now.date == date.now.date).count() > 1;
            view! { <ChangeDate date parted form rooms term preview problem cancel=actions.cancel /> }.into_any()
        }
        None => {
            let coming = page.dates.iter().any(|date| !date.begun && date.state == OccurrenceState::Scheduled);
            let off = coming.then(|| view! { <CancelTermForm term=page.term.id action=actions.cancel_term /> });
            view! {
                <AddDate page=page.clone() action=actions.add />
                {off}
            }
            .into_any()
        }
    };
    let sheet = format!("/{}/activities/{}/sheet?term={}", head.slug, page.term.activity, page.term.id);
    view! {
        <PageTitle text=format!("{} · {}", say!(dates.title), page.term.activity_name) />
        <Back to=format!("desk/terms/{}", page.term.id) text=say!(desk.back_roster) />
        <div class="page-head row row--apart">
            <div>
                <p class="eyebrow">{format!("{} · {}", page.term.activity_name, page.term.name)}</p>
                <h1>{say!(dates.title)}</h1>
            </div>
            <p class="row">
            <a class="button" href=format!("/{}/desk/terms/{}/crew", head.slug, page.term.id)>
                {say!(resources.crew)}
            </a>
            <a class="button" href=sheet>
                <Icon name="print" />
                {say!(sheet.link_term)}
            </a>
            </p>
        </div>
        {undone}
        {last}
        <ActionProblem action=actions.undo />
        <ActionProblem action=actions.restore />
        <div class="split split--edit">
            <div class="stack">{dates}</div>
            <div class="aside stack" id="edit">
                {aside}
            </div>
        </div>
    }
}

/// The last change, and the way to take it back.
#[component]
fn Last(last: LastChange, slug: String, term: domain::id::TermId, action: ServerAction<UndoChange>) -> impl IntoView {
    let title = match last.kind {
        ChangeKind::Edit => say!(dates.last_edit, dates = last.dates).to_string(),
        ChangeKind::Cancel if last.dates > 1 => say!(dates.last_cancel_many, dates = last.dates).to_string(),
        ChangeKind::Cancel => say!(dates.last_cancel).to_owned(),
        ChangeKind::Restore => say!(dates.last_restore).to_owned(),
        ChangeKind::Add => say!(dates.last_add).to_owned(),
    };
    let told = match last.told {
        0 => say!(dates.told_nobody).to_owned(),
        told => say!(dates.told, count = told).to_string(),
    };
    let told_again = (last.told > 0).then(|| say!(dates.undo_tells));
    let who = format!("{} · {} · {told}", words::at(last.at), last.who);
    view! {
        <div class="banner" role="status">
            <Icon name="check" />
            <div>
                <p class="banner__title">{title}</p>
                <p>{who}</p>
                <ActionForm action attr:class="row">
                    <input type="hidden" name="slug" value=slug />
                    <input type="hidden" name="term" value=term.to_string() />
                    <input type="hidden" name="change" value=last.id.to_string() />
                    <button class="button" disabled=move || action.pending().get()>
                        {say!(dates.undo)}
                    </button>
                    <span class="fine">{told_again}</span>
                </ActionForm>
            </div>
        </div>
    }
}
