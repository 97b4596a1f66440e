//! The page: the template, the file, what each line would do, and what became of it.

use super::{
    answer::LineAnswer,
    lines::Lines,
    run::{ForgetSheet, ImportRoster},
    upload::PreviewRoster,
};
use crate::{
    desk::parts::{Back, DeskFailure},
    error::AppError,
    frame::{framed, use_head, use_slug},
    parts::{ActionProblem, FieldError, Icon, Loading, PageTitle, field_problem},
    say,
};
use domain::reading::{RosterPage, SeenLine};
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::{LazyRoute, hooks::use_params_map, lazy_route};
use serde::{Deserialize, Serialize};

/// A term with the file that was sent for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ImportView {
    /// The term: its dates and what may be booked, without who booked it.
    pub page: RosterPage,
    /// The lines of the file; none where none was sent.
    pub lines: Vec<ImportLine>,
}

/// A line, and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ImportLine {
    /// What it says and whom it means.
    pub line: SeenLine,
    /// What became of it, once it was booked.
    pub answer: Option<LineAnswer>,
}

/// Reads the page.
#[server(prefix = "/api", endpoint = "read_import", input = server_fn::codec::GetUrl)]
pub async fn read_import(slug: String, term: String) -> Result<ImportView, AppError> {
    let id = term.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?;
    let who = crate::ssr::need_who().await?;
    let (host, now) = (crate::ssr::host()?, crate::ssr::now()?);
    let page = store::rosters::roster(&host.db, &who, &slug, id, now).await?;
    let page = RosterPage { confirmed: Vec::new(), waiting: Vec::new(), ..page };
    let Some(mut kept) = super::kept::of_term(id).await? else { return Ok(ImportView { page, lines: Vec::new() }) };
    let lines = store::roster_file::recognise_lines(&host.db, &who, &slug, id, &kept.lines, now).await?;
    let lines = lines.into_iter().map(|one| ImportLine { answer: kept.answers.remove(&one.line.row), line: one.line });
    Ok(ImportView { page, lines: lines.collect() })
}

/// The page, loaded when it is opened.
pub struct ImportRoute;

#[lazy_route]
impl LazyRoute for ImportRoute {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <ImportOfTerm /> }.into_any()
    }
}

#[component]
fn ImportOfTerm() -> impl IntoView {
    let slug = use_slug();
    let params = use_params_map();
    let term = Memo::new(move |_| params.with(|params| params.get("term").unwrap_or_default()));
    let send = ServerAction::<PreviewRoster>::new();
    let import = ServerAction::<ImportRoster>::new();
    let times = RwSignal::new(0);
    let failed = RwSignal::new(None);
    let view = Resource::new(move || (slug.get(), term.get(), times.get()), |(slug, term, _)| read_import(slug, term));
    view! {
        <Transition fallback=Loading>
            {move || Suspend::new(async move {
                match framed(view).await {
                    Ok(view) => view! { <Import view send import times failed /> }.into_any(),
                    Err(error) => view! { <DeskFailure error /> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Import(
    view: ImportView,
    send: ServerAction<PreviewRoster>,
    import: ServerAction<ImportRoster>,
    times: RwSignal<u32>,
    failed: RwSignal<Option<AppError>>,
) -> impl IntoView {
    let head = use_head();
    let ImportView { page, lines } = view;
    let term = page.term.id.to_string();
    let about = format!("{} · {}", page.term.activity_name, page.term.name);
    let forget = (!lines.is_empty()).then(|| {
        view! {
            <form method="post" action=ForgetSheet::PATH>
                <input type="hidden" name="slug" value=head.slug.clone() />
                <input type="hidden" name="term" value=term.clone() />
                <button class="button">{say!(import.forget)}</button>
            </form>
        }
    });
    let send_form = view! { <Send slug=head.slug.clone() term=term.clone() send /> };
    let body = match lines.is_empty() {
        true => view! { <div class="stack">{send_form}</div> }.into_any(),
        false => {
            let refused = send.value().with_untracked(|value| matches!(value, Some(Err(_))));
            view! {
                <div class="stack">
                    <Lines page lines import times failed />
                    <details class="card import-another" open=refused>
                        <summary>{say!(import.another)}</summary>
                        {send_form}
                    </details>
                    {forget}
                </div>
            }
            .into_any()
        }
    };
    view! {
        <PageTitle text=format!("{} · {about}", say!(import.title)) />
        <Back to=format!("desk/terms/{term}") text=say!(import.back) />
        <div class="page-head">
            <p class="eyebrow">{about}</p>
            <h1>{say!(import.title)}</h1>
            <p>{say!(import.text)}</p>
        </div>
        {body}
    }
}

/// The template and the form that sends the file: the browser sends it itself, with or without script.
#[component]
fn Send(slug: String, term: String, send: ServerAction<PreviewRoster>) -> impl IntoView {
    let problem = field_problem(send, "file");
    let template = format!("/api/import_template?slug={slug}");
    view! {
        <section class="card stack" aria-labelledby="template">
            <h2 id="template">{say!(import.step_template)}</h2>
            <p class="soft">{say!(import.template_text)}</p>
            <p>
                <a class="button" href=template rel="external" download="">
                    <Icon name="download" />
                    {say!(import.template)}
                </a>
            </p>
        </section>
        <section class="card stack" aria-labelledby="upload">
            <h2 id="upload">{say!(import.step_upload)}</h2>
            <ActionProblem action=send fields=&["file"] />
            <form class="form" method="post" action=PreviewRoster::PATH enctype="multipart/form-data">
                <input type="hidden" name="slug" value=slug />
                <input type="hidden" name="term" value=term />
                <div class="field">
                    <label for="file">{say!(import.file)}</label>
                    <input
                        class="input"
                        id="file"
                        name="file"
                        type="file"
                        required
                        accept=".xlsx,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
                        aria-describedby=move || problem.get().map(|_| "file-error")
                        aria-invalid=move || problem.get().map(|_| "true")
                    />
                    <FieldError problem id="file-error" />
                </div>
                <button class="button button--primary">{say!(import.look)}</button>
            </form>
        </section>
    }
}
