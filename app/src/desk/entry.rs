//! The rules of entry of a term (报名规则): how places are given, to whom, and what happens to a freed one.

use super::{
    entry_fields::{AttendanceFields, ConfirmFields, DatesFields, GivingFields, LineFields, WhoFields},
    parts::{Back, DeskFailure},
};
use crate::{
    error::AppError,
    frame::{framed, use_head, use_slug},
    parts::{ActionProblem, Banner, Loading, PageTitle},
    say,
};
use domain::reading::EntryPage;
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
    /// The most dates of one's choice on one booking.
    pub dates_at_once: Option<String>,
    /// yes, if a person gets one place a day.
    pub one_a_day: Option<String>,
    /// A sentence to agree to.
    pub consent: Option<String>,
    /// Hours before the start.
    pub leave_hours: Option<String>,
    /// The least attendance of the term before, in percent.
    pub attend_percent: Option<String>,
    /// Late pick-ups of the term before that are too many.
    pub attend_late: Option<String>,
}

#[cfg(feature = "ssr")]
impl EntryForm {
    /// Reads what was typed.
    fn parse(&self) -> Result<store::entries::NewEntry, domain::refusal::FieldProblem> {
        use super::field_input::{at, instant, optional, text};
        use domain::{
            attended::AttendanceRule,
            code::Code,
            entry::{Entry, GradeRule, Group, Shape},
            grade::Grade,
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
        let attendance = AttendanceRule {
            percent: optional("attend_percent", &self.attend_percent, 1, 100)?,
            late_pickups: optional("attend_late", &self.attend_late, 1, 50)?,
        };
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
            dates_at_once: optional("dates_at_once", &self.dates_at_once, 1, 50)?.unwrap_or(1),
            one_a_day: self.one_a_day.is_some(),
            consent: line("consent", &self.consent)?,
            attendance: Some(attendance).filter(|rule| !rule.is_empty()),
            leave_hours: optional("leave_hours", &self.leave_hours, 0, 240)?.unwrap_or(2),
        };
        let priority_opens = instant("priority_opens", text(&self.priority_opens))?;
        Ok(store::entries::NewEntry { entry, priority_opens, promotion: coded("promotion", &self.promotion)? })
    }

    /// What was typed, by the ids of the inputs.
    fn typed(&self) -> [(&str, Option<&str>); 13] {
        [
            ("priority_opens", self.priority_opens.as_deref()),
            ("per_household", self.per_household.as_deref()),
            ("period", self.period.as_deref()),
            ("shapes", self.shapes.as_deref()),
            ("offer_hours", self.offer_hours.as_deref()),
            ("cutoff_hours", self.cutoff_hours.as_deref()),
            ("hold_minutes", self.hold_minutes.as_deref()),
            ("consent", self.consent.as_deref()),
            ("dates_at_once", self.dates_at_once.as_deref()),
            ("giving", self.giving.as_deref()),
            ("leave_hours", self.leave_hours.as_deref()),
            ("attend_percent", self.attend_percent.as_deref()),
            ("attend_late", self.attend_late.as_deref()),
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
            <DatesFields page=page.clone() action />
            <ConfirmFields page=page.clone() action />
            <AttendanceFields page action />
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
    "dates_at_once",
    "consent",
    "leave_hours",
    "attend_percent",
    "attend_late",
];
