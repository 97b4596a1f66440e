//! A new activity, and then its first term.

use super::parts::{Back, DeskFailure};
use crate::{
    error::AppError,
    frame::{framed, use_head, use_slug},
    parts::{ActionProblem, Field, Icon, Loading, PageTitle, field_problem, side_icon},
    say, words,
};
use domain::{
    activity::{ActivityKind, Audience, Unit},
    code::Code,
};
use leptos::prelude::*;
use leptos_router::{LazyRoute, hooks::use_query_map, lazy_route};

/// The page's path within a community.
#[cfg(feature = "ssr")]
const PAGE: &str = "desk/activities/new";

/// Says whether the actor may set up activities here.
#[server(prefix = "/api", endpoint = "may_set_up", input = server_fn::codec::GetUrl)]
pub async fn may_set_up(slug: String) -> Result<(), AppError> {
    let who = crate::ssr::need_who().await?;
    let host = crate::ssr::host()?;
    store::rosters::desk_of(&host.db, &who, &slug, domain::rights::Act::ManageActivities).await?;
    Ok(())
}

/// Makes an activity and goes on to its first term.
#[server(prefix = "/api", endpoint = "new_activity")]
pub async fn new_activity(
    slug: String,
    name: Option<String>,
    kind: Option<String>,
    audience: Option<String>,
    unit: Option<String>,
    summary: Option<String>,
    leaders: Option<String>,
) -> Result<(), AppError> {
    use domain::rights::Act;
    let fields = [name, kind, audience, unit, summary, leaders].map(Option::unwrap_or_default);
    let [name, kind, audience, unit, summary, leaders] = fields.each_ref().map(String::as_str);
    let made = async {
        let who = crate::ssr::need_who().await?;
        let host = crate::ssr::host()?;
        let at = store::rosters::desk_of(&host.db, &who, &slug, Act::ManageActivities).await?;
        let new = read_activity_form(name, kind, audience, unit, summary, leaders)?;
        Ok::<_, AppError>(store::activities::new_activity(&host.db, &who, at, new, crate::ssr::now()?).await?)
    };
    match made.await {
        Ok(id) => {
            crate::ssr::go(&slug, &format!("desk/activities/{id}/terms/new"));
            Ok(())
        }
        Err(error) => {
            let typed = [
                ("name", name),
                ("kind", kind),
                ("audience", audience),
                ("unit", unit),
                ("summary", summary),
                ("leaders", leaders),
            ];
            super::parts::keep_typed::<NewActivity>(&slug, PAGE, &typed, &error);
            Err(error)
        }
    }
}

#[cfg(feature = "ssr")]
fn read_activity_form(
    name: &str,
    kind: &str,
    audience: &str,
    unit: &str,
    summary: &str,
    leaders: &str,
) -> Result<store::activities::NewActivity, AppError> {
    use domain::text::{InputProblem, Line, Paragraph, Title};
    let at = |field: &'static str| move |problem| crate::ssr::said(AppError::invalid(field, problem));
    let leaders = match leaders.trim() {
        "" => String::new(),
        some => Line::parse(some).map_err(at("leaders"))?.into(),
    };
    Ok(store::activities::NewActivity {
        name: Title::parse(name).map_err(at("name"))?,
        kind: ActivityKind::from_code(kind).ok_or(InputProblem::Choice).map_err(at("kind"))?,
        audience: Audience::from_code(audience).ok_or(InputProblem::Choice).map_err(at("audience"))?,
        unit: Unit::from_code(unit).ok_or(InputProblem::Choice).map_err(at("unit"))?,
        summary: Paragraph::parse(summary).map_err(at("summary"))?,
        leaders,
    })
}

/// The page, loaded when it is opened.
pub struct NewActivityRoute;

#[lazy_route]
impl LazyRoute for NewActivityRoute {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <NewActivityPage /> }.into_any()
    }
}

#[component]
fn NewActivityPage() -> impl IntoView {
    let slug = use_slug();
    let may = Resource::new(move || slug.get(), may_set_up);
    view! {
        <Suspense fallback=Loading>
            {move || Suspend::new(async move {
                match framed(may).await {
                    Ok(()) => view! { <ActivityForm /> }.into_any(),
                    Err(error) => view! { <DeskFailure error /> }.into_any(),
                }
            })}
        </Suspense>
    }
}

#[component]
fn ActivityForm() -> impl IntoView {
    let head = use_head();
    let action = ServerAction::<NewActivity>::new();
    // What was typed stands in the URL after a plain form was refused.
    let query = use_query_map().get_untracked();
    let typed = move |name: &str| query.get(name).unwrap_or_default();
    let kind = ActivityKind::from_code(&typed("kind")).unwrap_or(ActivityKind::Course);
    let audience = Audience::from_code(&typed("audience")).unwrap_or(Audience::All);
    let unit = Unit::from_code(&typed("unit")).unwrap_or(Unit::Person);
    let kinds = ActivityKind::ALL
        .iter()
        .map(|each| {
            view! {
                <option value=each.code() selected=*each == kind>
                    {words::kind(*each)}
                </option>
            }
        })
        .collect_view();
    let audiences = Audience::ALL
        .iter()
        .map(|each| {
            view! {
                <label class="choice">
                    <input type="radio" name="audience" value=each.code() checked=*each == audience />
                    <span>
                        <Icon name=side_icon(each.side()) />
                        " "
                        {words::audience(*each)}
                    </span>
                </label>
            }
        })
        .collect_view();
    let units = Unit::ALL
        .iter()
        .map(|each| {
            view! {
                <label class="choice">
                    <input type="radio" name="unit" value=each.code() checked=*each == unit />
                    <span>{words::unit(*each)}</span>
                </label>
            }
        })
        .collect_view();
    let summary_problem = field_problem(action, "summary");
    view! {
        <PageTitle text=format!("{} · {}", say!(desk.new_activity), head.name) />
        <Back to="desk".to_owned() text=say!(desk.back) />
        <div class="page-head">
            <h1>{say!(desk.new_activity)}</h1>
        </div>
        <ActionForm action attr:class="card form">
            <ActionProblem action fields=&["name", "leaders", "summary"] />
            <input type="hidden" name="slug" value=head.slug.clone() />
            <Field
                name="name"
                label=say!(desk.name)
                hint=say!(desk.name_hint).to_owned()
                value=typed("name")
                required=true
                problem=field_problem(action, "name")
            />
            <fieldset class="group">
                <legend>{say!(desk.audience)}</legend>
                <div class="chips">{audiences}</div>
            </fieldset>
            <div class="fields">
                <div class="field">
                    <label for="kind">{say!(desk.kind)}</label>
                    <select class="input" id="kind" name="kind">
                        {kinds}
                    </select>
                </div>
                <Field
                    name="leaders"
                    label=say!(desk.leaders)
                    value=typed("leaders")
                    problem=field_problem(action, "leaders")
                />
            </div>
            <fieldset class="group">
                <legend>{say!(desk.unit)}</legend>
                <div class="chips">{units}</div>
            </fieldset>
            <div class="field">
                <label for="summary">{say!(desk.summary)}</label>
                <textarea
                    class="input"
                    id="summary"
                    name="summary"
                    aria-invalid=move || summary_problem.get().map(|_| "true")
                    aria-describedby=move || summary_problem.get().map(|_| "summary-error")
                    inner_html=crate::parts::escaped(&typed("summary"))
                ></textarea>
                {move || {
                    summary_problem
                        .get()
                        .map(|problem| {
                            view! {
                                <p class="field__error" id="summary-error" role="alert">
                                    <Icon name="alert" />
                                    <span>{problem}</span>
                                </p>
                            }
                        })
                }}
            </div>
            <p class="row">
                <button class="button button--primary" disabled=move || action.pending().get()>
                    {say!(desk.save_activity)}
                </button>
                <a class="button" href=format!("/{}/desk", head.slug)>
                    {say!(desk.dont)}
                </a>
            </p>
        </ActionForm>
    }
}
