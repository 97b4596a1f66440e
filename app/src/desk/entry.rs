//! The rules of entry of a term (报名规则): how places are given, to whom, and what happens to a freed one.

use super::parts::{Back, DeskFailure};
use crate::{
    error::AppError,
    frame::{framed, use_head, use_slug},
    parts::{ActionProblem, Banner, Field, Loading, PageTitle, field_problem},
    say, words,
};
use domain::{
    activity::Unit,
    code::Code,
    entry::{Giving, Group, Overlap},
    grade::Grade,
    reading::EntryPage,
    term::Promotion,
};
use leptos::prelude::*;
use leptos_router::{
    LazyRoute,
    hooks::{use_params_map, use_query_map},
    lazy_route,
};

/// Reads a term's rules of entry.
#[server(prefix = "/api", endpoint = "read_entry", input = server_fn::codec::GetUrl)]
pub async fn read_entry(slug: String, term: String) -> Result<EntryPage, AppError> {
    let id = term.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?;
    let who = crate::ssr::need_who().await?;
    let host = crate::ssr::host()?;
    Ok(store::entries::entry_page(&host.db, &who, &slug, id, crate::ssr::now()?).await?)
}

/// What is typed into the form.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct EntryForm {
    /// first_come, priority_first or draw.
    pub giving: Option<String>,
    /// Codes of the groups that come first.
    pub priority: Vec<String>,
    /// When these may book, `YYYY-MM-DDTHH:MM`.
    pub priority_opens: Option<String>,
    /// Codes of the only groups taken.
    pub only: Vec<String>,
    /// The lowest grade.
    pub grade_min: Option<String>,
    /// The highest.
    pub grade_max: Option<String>,
    /// The most bookings of a household.
    pub per_household: Option<String>,
    /// The name of the period.
    pub period: Option<String>,
    /// warn or block.
    pub overlap: Option<String>,
    /// 1+1, 2+1
    pub shapes: Option<String>,
    /// auto_fill or offer.
    pub promotion: Option<String>,
    /// Hours that an offer stands.
    pub offer_hours: Option<String>,
    /// yes, if a smaller party may pass.
    pub smaller_may_pass: Option<String>,
    /// Hours before the start.
    pub cutoff_hours: Option<String>,
    /// Minutes to confirm.
    pub hold_minutes: Option<String>,
    /// A sentence to agree to.
    pub consent: Option<String>,
}

#[cfg(feature = "ssr")]
impl EntryForm {
    /// Reads what was typed.
    fn parse(&self) -> Result<store::entries::NewEntry, domain::refusal::FieldProblem> {
        use super::field_input::{at, instant, optional, text};
        use domain::{
            entry::{Entry, GradeRule, Shape},
            refusal::FieldProblem,
            text::{InputProblem, Line},
        };
        fn coded<T: Code>(field: &'static str, code: &Option<String>) -> Result<T, FieldProblem> {
            let value = code.as_deref().and_then(T::from_code);
            value.ok_or_else(|| FieldProblem::new(field, InputProblem::Choice))
        }
        let groups = |field: &'static str, codes: &[String]| -> Result<Vec<Group>, FieldProblem> {
            let groups = codes.iter().map(|code| Group::from_code(code));
            groups.collect::<Option<_>>().ok_or_else(|| FieldProblem::new(field, InputProblem::Choice))
        };
        let line = |field: &'static str, value: &Option<String>| match text(value) {
            "" => Ok(None),
            typed => Line::parse(typed).map(Some).map_err(at(field)),
        };
        let (lowest, highest) = (Grade::LOWEST.0.into(), Grade::HIGHEST.0.into());
        let min: Option<i16> = optional("grade_min", &self.grade_min, lowest, highest)?;
        let max: Option<i16> = optional("grade_max", &self.grade_max, lowest, highest)?;
        let grades = (min.is_some() || max.is_some())
            .then(|| GradeRule { min: min.map_or(Grade::LOWEST, Grade), max: max.map_or(Grade::HIGHEST, Grade) });
        let shapes = text(&self.shapes).split([',', '，', '、', ';', '；', ' ']).filter(|part| !part.trim().is_empty());
        let shapes: Option<Vec<Shape>> = shapes.take(20).map(Shape::parse).collect();
        let entry = Entry {
            giving: coded("giving", &self.giving)?,
            priority: groups("priority", &self.priority)?,
            priority_opens_at: None,
            only: groups("only", &self.only)?,
            grades,
            per_household: optional("per_household", &self.per_household, 1, 20)?,
            period: line("period", &self.period)?,
            overlap: coded("overlap", &self.overlap)?,
            shapes: shapes.ok_or_else(|| FieldProblem::new("shapes", InputProblem::Choice))?,
            smaller_may_pass: self.smaller_may_pass.is_some(),
            offer_hours: optional("offer_hours", &self.offer_hours, 1, 168)?.unwrap_or(12),
            cutoff_hours: optional("cutoff_hours", &self.cutoff_hours, 0, 720)?.unwrap_or(0),
            hold_minutes: optional("hold_minutes", &self.hold_minutes, 1, 60)?,
            consent: line("consent", &self.consent)?,
        };
        let priority_opens = instant("priority_opens", text(&self.priority_opens))?;
        Ok(store::entries::NewEntry { entry, priority_opens, promotion: coded("promotion", &self.promotion)? })
    }

    /// What was typed, by the ids of the inputs.
    fn typed(&self) -> [(&str, Option<&str>); 9] {
        [
            ("priority_opens", self.priority_opens.as_deref()),
            ("per_household", self.per_household.as_deref()),
            ("period", self.period.as_deref()),
            ("shapes", self.shapes.as_deref()),
            ("offer_hours", self.offer_hours.as_deref()),
            ("cutoff_hours", self.cutoff_hours.as_deref()),
            ("hold_minutes", self.hold_minutes.as_deref()),
            ("consent", self.consent.as_deref()),
            ("giving", self.giving.as_deref()),
        ]
    }
}

/// Sets a term's rules of entry.
#[server(prefix = "/api", endpoint = "set_entry")]
pub async fn set_entry(slug: String, term: String, #[server(flatten)] form: EntryForm) -> Result<(), AppError> {
    let id = term.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?;
    let setting = async {
        let who = crate::ssr::need_who().await?;
        let new = form.parse().map_err(|problem| crate::ssr::said(AppError::Invalid { problem }))?;
        let host = crate::ssr::host()?;
        let set = store::entries::set_entry(&host.db, &who, id, new, crate::ssr::now()?).await;
        crate::ssr::told(set, &slug).await
    };
    crate::ssr::keeping(&form.typed(), setting).await?;
    crate::ssr::go(&slug, &format!("desk/terms/{term}/entry?done=saved"));
    Ok(())
}

/// The page, loaded when it is opened.
pub struct EntryRoute;

#[lazy_route]
impl LazyRoute for EntryRoute {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <EntryOfTerm /> }.into_any()
    }
}

#[component]
fn EntryOfTerm() -> impl IntoView {
    let slug = use_slug();
    let params = use_params_map();
    let query = use_query_map();
    let term = Memo::new(move |_| params.with(|params| params.get("term").unwrap_or_default()));
    let saved = Memo::new(move |_| query.with(|query| query.get("done").is_some()));
    let action = ServerAction::<SetEntry>::new();
    let page = Resource::new(
        move || (slug.get(), term.get(), action.version().get(), saved.get()),
        |(slug, term, ..)| read_entry(slug, term),
    );
    view! {
        <Transition fallback=Loading>
            {move || Suspend::new(async move {
                match framed(page).await {
                    Ok(page) => {
                        let saved = saved.get_untracked();
                        view! { <Rules page saved action /> }.into_any()
                    }
                    Err(error) => view! { <DeskFailure error /> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Rules(page: EntryPage, saved: bool, action: ServerAction<SetEntry>) -> impl IntoView {
    let head = use_head();
    let term = page.term.id;
    // What was saved before is no news beside what just failed.
    let failed = move || action.value().with(|value| matches!(value, Some(Err(_))));
    let saved = move || {
        (saved && !failed()).then(|| {
            view! {
                <Banner class="banner--good" icon="check" title=say!(entry.saved)>
                    <p>{say!(entry.saved_text)}</p>
                </Banner>
            }
        })
    };
    view! {
        <PageTitle text=format!("{} · {}", say!(entry.title), page.term.activity_name) />
        <Back to=format!("desk/terms/{term}") text=say!(desk.roster) />
        <div class="page-head">
            <p class="eyebrow">{format!("{} · {}", page.term.activity_name, page.term.name)}</p>
            <h1>{say!(entry.title)}</h1>
        </div>
        {saved}
        <ActionForm action attr:class="form card">
            <ActionProblem action fields=FIELDS />
            <input type="hidden" name="slug" value=head.slug />
            <input type="hidden" name="term" value=term.to_string() />
            <GivingFields page=page.clone() action />
            <WhoFields page=page.clone() action />
            <LineFields page=page.clone() action />
            <ConfirmFields page action />
            <button class="button button--primary" disabled=move || action.pending().get()>
                {say!(entry.form_save)}
            </button>
        </ActionForm>
    }
}

/// The fields that say their own problems.
const FIELDS: &[&str] = &[
    "priority",
    "priority_opens",
    "per_household",
    "period",
    "shapes",
    "offer_hours",
    "cutoff_hours",
    "hold_minutes",
    "consent",
];

/// A radio button with its words.
fn radio(
    name: &'static str,
    value: &'static str,
    chosen: bool,
    label: &'static str,
    note: Option<&'static str>,
) -> AnyView {
    view! {
        <label class="choice">
            <input type="radio" name=name value=value checked=chosen />
            <b>{label}</b>
            {note.map(|note| view! { <span class="choice__note">{note}</span> })}
        </label>
    }
    .into_any()
}

/// A box for each group.
fn group_boxes(name: &'static str, chosen: &[Group]) -> AnyView {
    let boxes = Group::ALL
        .iter()
        .map(|group| {
            view! {
                <label class="check">
                    <input type="checkbox" name=name value=group.code() checked=chosen.contains(group) />
                    <span>{words::entry::group(*group)}</span>
                </label>
            }
        })
        .collect_view();
    view! { <div class="checks">{boxes}</div> }.into_any()
}

#[component]
fn GivingFields(page: EntryPage, action: ServerAction<SetEntry>) -> impl IntoView {
    let entry = page.entry;
    if page.drawn {
        return view! {
            <p class="soft">{say!(entry.form_drawn)}</p>
            <input type="hidden" name="giving" value=entry.giving.code() />
        }
        .into_any();
    }
    let choices = Giving::ALL
        .iter()
        .map(|giving| {
            let note = match giving {
                Giving::FirstCome => say!(entry.giving_first_come_text),
                Giving::PriorityFirst => say!(entry.giving_priority_first_text),
                Giving::Draw => say!(entry.giving_draw_text),
            };
            radio("giving", giving.code(), entry.giving == *giving, words::entry::giving(*giving), Some(note))
        })
        .collect_view();
    let problem = field_problem(action, "priority");
    view! {
        <fieldset class="group">
            <legend>{say!(entry.giving)}</legend>
            <div class="choices">{choices}</div>
        </fieldset>
        <fieldset class="group">
            <legend>{say!(entry.form_priority)}</legend>
            {group_boxes("priority[]", &entry.priority)}
            {move || problem.get().map(|problem| view! { <p class="field__error" role="alert">{problem}</p> })}
            <Field
                name="priority_opens"
                kind="datetime-local"
                label=say!(entry.form_priority_opens)
                hint=say!(entry.form_priority_opens_hint).to_string()
                value=page.priority_opens.map(local_input).unwrap_or_default()
                problem=field_problem(action, "priority_opens")
            />
        </fieldset>
    }
    .into_any()
}

/// A local time as `datetime-local` has it.
fn local_input(at: jiff::civil::DateTime) -> String {
    format!("{}T{}", at.date(), words::time(at.time()))
}

/// A grade's list, with nothing on top.
fn grades(name: &'static str, id: &'static str, label: &'static str, chosen: Option<Grade>) -> AnyView {
    let options = Grade::all()
        .map(|grade| {
            view! {
                <option value=grade.0.to_string() selected=chosen == Some(grade)>
                    {words::entry::grade(grade)}
                </option>
            }
        })
        .collect_view();
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <select class="input" id=id name=name>
                <option value="">{say!(entry.form_any)}</option>
                {options}
            </select>
        </div>
    }
    .into_any()
}

#[component]
fn WhoFields(page: EntryPage, action: ServerAction<SetEntry>) -> impl IntoView {
    let entry = page.entry;
    let shapes = entry.shapes.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let family = (page.term.unit == Unit::Family).then(|| {
        view! {
            <Field
                name="shapes"
                label=say!(entry.form_shapes)
                hint=say!(entry.form_shapes_hint).to_string()
                value=shapes
                problem=Signal::derive(move || {
                    field_problem(action, "shapes").get().map(|_| say!(entry.bad_shapes).to_owned())
                })
            />
        }
    });
    let overlap = [
        radio("overlap", "warn", entry.overlap == Overlap::Warn, say!(entry.form_overlap_warn), None),
        radio("overlap", "block", entry.overlap == Overlap::Block, say!(entry.form_overlap_block), None),
    ];
    view! {
        <fieldset class="group">
            <legend>{say!(entry.form_who)}</legend>
            <p class="field__hint">{say!(entry.form_only)}</p>
            {group_boxes("only[]", &entry.only)}
            <div class="fields">
                {grades(
                    "grade_min",
                    "grade_min",
                    say!(entry.form_grade_min),
                    entry.grades.map(|rule| rule.min),
                )}
                {grades(
                    "grade_max",
                    "grade_max",
                    say!(entry.form_grade_max),
                    entry.grades.map(|rule| rule.max),
                )}
            </div>
            {family}
        </fieldset>
        <fieldset class="group">
            <legend>{say!(entry.form_limit)}</legend>
            <Field
                name="per_household"
                kind="number"
                class="input--short"
                label=say!(entry.form_household)
                value=entry.per_household.map(|max| max.to_string()).unwrap_or_default()
                problem=field_problem(action, "per_household")
            />
            <Field
                name="period"
                label=say!(entry.form_period)
                hint=say!(entry.form_period_hint).to_string()
                value=entry.period.map(|period| period.as_str().to_owned()).unwrap_or_default()
                problem=field_problem(action, "period")
            />
            <p class="field__hint">{say!(entry.form_overlap)}</p>
            <div class="choices">{overlap}</div>
        </fieldset>
    }
}

#[component]
fn LineFields(page: EntryPage, action: ServerAction<SetEntry>) -> impl IntoView {
    let entry = page.entry;
    let auto = page.promotion == Promotion::AutoFill;
    let ways = [
        radio("promotion", Promotion::AutoFill.code(), auto, say!(entry.form_promotion_auto), None),
        radio("promotion", Promotion::Offer.code(), !auto, say!(entry.form_promotion_offer), None),
    ];
    view! {
        <fieldset class="group">
            <legend>{say!(entry.form_line)}</legend>
            <div class="choices">{ways}</div>
            <div class="fields">
                <Field
                    name="offer_hours"
                    kind="number"
                    class="input--short"
                    label=say!(entry.form_offer_hours)
                    value=entry.offer_hours.to_string()
                    problem=field_problem(action, "offer_hours")
                />
                <Field
                    name="cutoff_hours"
                    kind="number"
                    class="input--short"
                    label=say!(entry.form_cutoff)
                    value=entry.cutoff_hours.to_string()
                    problem=field_problem(action, "cutoff_hours")
                />
            </div>
            <label class="check">
                <input type="checkbox" name="smaller_may_pass" value="yes" checked=entry.smaller_may_pass />
                <span>{say!(entry.form_pass)}</span>
            </label>
        </fieldset>
    }
}

#[component]
fn ConfirmFields(page: EntryPage, action: ServerAction<SetEntry>) -> impl IntoView {
    let entry = page.entry;
    view! {
        <fieldset class="group">
            <legend>{say!(entry.form_confirm)}</legend>
            <Field
                name="hold_minutes"
                kind="number"
                class="input--short"
                label=say!(entry.form_hold)
                hint=say!(entry.form_hold_hint).to_string()
                value=entry.hold_minutes.map(|minutes| minutes.to_string()).unwrap_or_default()
                problem=field_problem(action, "hold_minutes")
            />
            <Field
                name="consent"
                label=say!(entry.form_consent)
                hint=say!(entry.form_consent_hint).to_string()
                value=entry.consent.map(|text| text.as_str().to_owned()).unwrap_or_default()
                problem=field_problem(action, "consent")
            />
        </fieldset>
    }
}
