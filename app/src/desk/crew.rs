//! Who must be there when a term meets (人手): what it asks for, who usually comes, and who comes on one date.

use super::parts::{Back, DeskFailure};
use crate::{
    error::AppError,
    frame::{framed, use_head, use_slug},
    parts::{ActionProblem, Banner, Field, Icon, Loading, PageTitle, field_problem},
    say, words,
};
use domain::{
    crew::{Duty, Gap},
    id::TermId,
    reading::{CrewDate, CrewPage},
};
use leptos::prelude::*;
use leptos_router::{
    LazyRoute,
    hooks::{use_params_map, use_query_map},
    lazy_route,
};

/// Reads who must be at a term's dates.
#[server(prefix = "/api", endpoint = "read_crew", input = server_fn::codec::GetUrl)]
pub async fn read_crew(slug: String, term: String) -> Result<CrewPage, AppError> {
    let id = term.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?;
    let who = crate::ssr::need_who().await?;
    let host = crate::ssr::host()?;
    Ok(store::crews::crew_page(&host.db, &who, &slug, id, crate::ssr::now()?).await?)
}

/// Reads the names of a form.
#[cfg(feature = "ssr")]
fn crew(
    class_teachers: &Option<String>,
    volunteers: &Option<String>,
    guards: &Option<String>,
) -> Result<domain::crew::Crew, AppError> {
    use domain::crew::Crew;
    let names = |field: &str, text: &Option<String>| {
        domain::crew::parse_names(text.as_deref().unwrap_or_default())
            .map_err(|problem| crate::ssr::said(AppError::invalid(field, problem)))
    };
    Ok(Crew {
        class_teachers: names("class_teachers", class_teachers)?,
        volunteers: names("volunteers", volunteers)?,
        guards: names("guards", guards)?,
    })
}

/// Says who must be at a term's dates, and who usually comes.
#[server(prefix = "/api", endpoint = "set_crew_plan")]
pub async fn set_crew_plan(
    slug: String,
    term: String,
    leader: Option<String>,
    class_teachers_count: Option<String>,
    heads_per_volunteer: Option<String>,
    guards_count: Option<String>,
    class_teachers: Option<String>,
    volunteers: Option<String>,
    guards: Option<String>,
) -> Result<(), AppError> {
    use super::field_input::optional;
    use domain::crew::{CrewNeeds, CrewPlan};
    let id = term.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?;
    let typed = [
        ("plan-class_teachers_count", class_teachers_count.as_deref()),
        ("plan-heads_per_volunteer", heads_per_volunteer.as_deref()),
        ("plan-guards_count", guards_count.as_deref()),
        ("plan-class_teachers", class_teachers.as_deref()),
        ("plan-volunteers", volunteers.as_deref()),
        ("plan-guards", guards.as_deref()),
    ];
    let setting = async {
        let bad = |problem| crate::ssr::said(AppError::Invalid { problem });
        let number = |field, text: &Option<String>| optional::<u32>(field, text, 0, 200).map_err(bad);
        let plan = CrewPlan {
            needs: CrewNeeds {
                leader: leader.is_some(),
                class_teachers: number("class_teachers_count", &class_teachers_count)?.unwrap_or_default(),
                heads_per_volunteer: number("heads_per_volunteer", &heads_per_volunteer)?.filter(|per| *per > 0),
                guards: number("guards_count", &guards_count)?.unwrap_or_default(),
            },
            usual: crew(&class_teachers, &volunteers, &guards)?,
        };
        let who = crate::ssr::need_who().await?;
        let host = crate::ssr::host()?;
        Ok(store::crews::set_crew_plan(&host.db, &who, id, &plan, crate::ssr::now()?).await?)
    };
    crate::ssr::keeping(&typed, setting).await?;
    crate::ssr::go(&slug, &format!("desk/terms/{term}/crew?done=saved"));
    Ok(())
}

/// Says who is there at one date; with `usual`, those who usually come.
#[server(prefix = "/api", endpoint = "set_crew")]
pub async fn set_crew(
    slug: String,
    term: String,
    occurrence: String,
    class_teachers: Option<String>,
    volunteers: Option<String>,
    guards: Option<String>,
    usual: Option<String>,
) -> Result<(), AppError> {
    let id = occurrence.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?;
    let typed = [
        ("date-class_teachers", class_teachers.as_deref()),
        ("date-volunteers", volunteers.as_deref()),
        ("date-guards", guards.as_deref()),
    ];
    let setting = async {
        let own = match usual.as_deref() {
            Some("yes") => None,
            _ => Some(crew(&class_teachers, &volunteers, &guards)?),
        };
        let who = crate::ssr::need_who().await?;
        let host = crate::ssr::host()?;
        Ok(store::crews::set_crew(&host.db, &who, id, own.as_ref(), crate::ssr::now()?).await?)
    };
    crate::ssr::keeping(&typed, setting).await?;
    crate::ssr::go(&slug, &format!("desk/terms/{term}/crew?done=saved"));
    Ok(())
}

/// A duty's name.
pub fn duty(duty: Duty) -> &'static str {
    match duty {
        Duty::Leader => say!(resources.leader),
        Duty::ClassTeacher => say!(resources.class_teachers),
        Duty::Volunteer => say!(resources.volunteers),
        Duty::Guard => say!(resources.guards),
    }
}

/// 志愿者 1/2
pub fn gap_text(gaps: &[Gap]) -> String {
    let gaps =
        gaps.iter().map(|gap| say!(resources.gap, duty = duty(gap.duty), have = gap.have, need = gap.need).to_string());
    gaps.collect::<Vec<_>>().join(" · ")
}

/// The page, loaded when it is opened.
pub struct CrewRoute;

#[lazy_route]
impl LazyRoute for CrewRoute {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <CrewOfTerm /> }.into_any()
    }
}

/// What the page does; made once, so that an answer outlives the reading anew that it causes.
#[derive(Clone, Copy)]
struct Actions {
    plan: ServerAction<SetCrewPlan>,
    date: ServerAction<SetCrew>,
}

#[component]
fn CrewOfTerm() -> impl IntoView {
    let slug = use_slug();
    let params = use_params_map();
    let query = use_query_map();
    let term = Memo::new(move |_| params.with(|params| params.get("term").unwrap_or_default()));
    let asked = Memo::new(move |_| query.with(|query| (query.get("edit"), query.get("done").is_some())));
    let actions = Actions { plan: ServerAction::new(), date: ServerAction::new() };
    let page = Resource::new(
        move || {
            let versions = (actions.plan.version().get(), actions.date.version().get());
            (slug.get(), term.get(), asked.get(), versions)
        },
        |(slug, term, ..)| read_crew(slug, term),
    );
    view! {
        <Transition fallback=Loading>
            {move || Suspend::new(async move {
                match framed(page).await {
                    Ok(page) => {
                        let (edit, saved) = asked.get_untracked();
                        view! { <Crews page edit saved actions /> }.into_any()
                    }
                    Err(error) => view! { <DeskFailure error /> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Crews(page: CrewPage, edit: Option<String>, saved: bool, actions: Actions) -> impl IntoView {
    let head = use_head();
    let here = format!("/{}/desk/terms/{}/crew", head.slug, page.term.id);
    let saved = saved.then(|| {
        view! {
            <Banner class="banner--good" icon="check" title=say!(resources.crew_saved)>
                {None::<String>}
            </Banner>
        }
    });
    let chosen = edit.and_then(|id| page.dates.iter().find(|date| date.occurrence.to_string() == id).cloned());
    let none = page.dates.is_empty().then(|| view! { <p class="soft">{say!(desk.no_next)}</p> });
    let rows = page
        .dates
        .iter()
        .map(|date| {
            let is = chosen.as_ref().is_some_and(|chosen| chosen.occurrence == date.occurrence);
            row(date, is, &here)
        })
        .collect_view();
    let term = page.term.id;
    let aside = match chosen {
        Some(date) => view! { <DateForm date term here=here.clone() action=actions.date /> }.into_any(),
        None => view! { <PlanForm page=page.clone() action=actions.plan /> }.into_any(),
    };
    view! {
        <PageTitle text=format!("{} · {}", say!(resources.crew), page.term.activity_name) />
        <Back to=format!("desk/terms/{term}") text=say!(desk.back_roster) />
        <div class="page-head">
            <p class="eyebrow">{format!("{} · {}", page.term.activity_name, page.term.name)}</p>
            <h1>{say!(resources.crew)}</h1>
        </div>
        {saved}
        <div class="split split--edit">
            <div>
                {none}
                <ol class="plan">{rows}</ol>
            </div>
            <div class="aside" id="edit">
                {aside}
            </div>
        </div>
    }
}

fn joined(names: &[String]) -> String {
    names.join("、")
}

fn row(date: &CrewDate, chosen: bool, here: &str) -> AnyView {
    let long = words::date_long(date.date);
    let hidden = format!(" {long}");
    let crew = &date.crew;
    let named =
        [(Duty::ClassTeacher, &crew.class_teachers), (Duty::Volunteer, &crew.volunteers), (Duty::Guard, &crew.guards)];
    let named = named.into_iter().filter(|(_, names)| !names.is_empty()).map(|(what, names)| {
        view! { <span>{format!("{} {}", duty(what), joined(names))}</span> }
    });
    let named = named.collect_view();
    let gaps = (!date.gaps.is_empty()).then(|| {
        view! {
            <p class="gap">
                <Icon name="alert" />
                {gap_text(&date.gaps)}
            </p>
        }
    });
    let own = date.own.then(|| view! { <span class="fine">{say!(resources.own_crew)}</span> });
    let class = if chosen { "plan__date plan__date--hit plan__date--chosen" } else { "plan__date plan__date--hit" };
    view! {
        <li class=class>
            <div>
                <p class="row">
                    <b>{long}</b>
                    {own}
                </p>
                <p class="occ__meta">
                    <span>{words::hours(date.start, date.end)}</span>
                    {date.leader.clone().map(|leader| view! { <span>{leader}</span> })}
                    <span>{say!(resources.heads, count = date.heads).to_string()}</span>
                    {named}
                </p>
                {gaps}
            </div>
            <a class="button" href=format!("{here}?edit={}#edit", date.occurrence) aria-current=chosen.then_some("true")>
                {say!(dates.change)}
                <span class="visually-hidden">{hidden}</span>
            </a>
        </li>
    }
    .into_any()
}

#[component]
fn PlanForm(page: CrewPage, action: ServerAction<SetCrewPlan>) -> impl IntoView {
    let head = use_head();
    let plan = page.plan;
    let count = |number: u32| if number == 0 { String::new() } else { number.to_string() };
    let field = move |name: &'static str, label: &'static str, kind: &'static str, value: String| {
        view! { <Field name form="plan-" kind label value problem=field_problem(action, name) /> }
    };
    view! {
        <ActionForm action attr:class="card form">
            <h2>{say!(resources.crew_plan)}</h2>
            <ActionProblem
                action
                fields=&[
                    "class_teachers_count",
                    "heads_per_volunteer",
                    "guards_count",
                    "class_teachers",
                    "volunteers",
                    "guards",
                ]
            />
            <input type="hidden" name="slug" value=head.slug />
            <input type="hidden" name="term" value=page.term.id.to_string() />
            <label class="choice">
                <input type="checkbox" name="leader" value="yes" checked=plan.needs.leader />
                <span>{say!(resources.need_leader)}</span>
            </label>
            {field(
                "class_teachers_count",
                say!(resources.need_class_teachers),
                "number",
                count(plan.needs.class_teachers),
            )}
            {field(
                "heads_per_volunteer",
                say!(resources.need_volunteers),
                "number",
                count(plan.needs.heads_per_volunteer.unwrap_or_default()),
            )}
            {field("guards_count", say!(resources.need_guards), "number", count(plan.needs.guards))}
            <h3>{say!(resources.usual_crew)}</h3>
            <p class="field__hint">{say!(resources.names_hint)}</p>
            {field("class_teachers", say!(resources.class_teachers), "text", joined(&plan.usual.class_teachers))}
            {field("volunteers", say!(resources.volunteers), "text", joined(&plan.usual.volunteers))}
            {field("guards", say!(resources.guards), "text", joined(&plan.usual.guards))}
            <p class="row">
                <button class="button button--primary" disabled=move || action.pending().get()>
                    {say!(dates.save)}
                </button>
            </p>
        </ActionForm>
    }
}

#[component]
fn DateForm(date: CrewDate, term: TermId, here: String, action: ServerAction<SetCrew>) -> impl IntoView {
    let head = use_head();
    let field = move |name: &'static str, label: &'static str, names: &[String]| {
        view! { <Field name form="date-" label value=joined(names) problem=field_problem(action, name) /> }
    };
    let title = say!(resources.crew_of, date = words::date_long(date.date)).to_string();
    let usual = date.own.then(|| {
        view! {
            <button class="button" name="usual" value="yes" disabled=move || action.pending().get()>
                {say!(resources.as_usual)}
            </button>
        }
    });
    view! {
        <ActionForm action attr:class="card form">
            <h2>{title}</h2>
            <ActionProblem action fields=&["class_teachers", "volunteers", "guards"] />
            <p class="field__hint">{say!(resources.names_hint)}</p>
            <input type="hidden" name="slug" value=head.slug />
            <input type="hidden" name="term" value=term.to_string() />
            <input type="hidden" name="occurrence" value=date.occurrence.to_string() />
            {field("class_teachers", say!(resources.class_teachers), &date.crew.class_teachers)}
            {field("volunteers", say!(resources.volunteers), &date.crew.volunteers)}
            {field("guards", say!(resources.guards), &date.crew.guards)}
            <p class="row">
                <button class="button button--primary" disabled=move || action.pending().get()>
                    {say!(dates.save)}
                </button>
                {usual}
                <a class="button" href=here>
                    {say!(dates.close)}
                </a>
            </p>
        </ActionForm>
    }
}
