//! One's own data (个人信息): what each member consented to, and all that is kept, to download, correct and erase.

use super::purpose_name;
use crate::{
    desk::parts::Back,
    error::AppError,
    frame::{framed, refetch_frame_after, use_head, use_slug},
    parts::{ActionProblem, Banner, Failure, Field, FieldError, Icon, Loading, PageTitle, field_problem},
    say,
    sign_in::sign_in_first::SignInFirst,
    words,
};
use domain::{
    code::Code,
    reading::{ConsentLine, ConsentState, Member, PersonConsents},
};
use leptos::{prelude::*, serde_json::Value};
use leptos_router::{LazyRoute, hooks::use_query_map, lazy_route};
use serde::{Deserialize, Serialize};

/// What the page shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MyDataView {
    /// The household's members, with what they consented to.
    pub members: Vec<(Member, PersonConsents)>,
}

/// Reads it; nothing while nobody is signed in.
#[server(prefix = "/api", endpoint = "read_my_data", input = server_fn::codec::GetUrl)]
pub async fn read_my_data(slug: String) -> Result<Option<MyDataView>, AppError> {
    let Some(who) = crate::ssr::who().await? else { return Ok(None) };
    let (host, now) = (crate::ssr::host()?, crate::ssr::now()?);
    let at = store::communities::head(&host.db, &slug, now).await?.id;
    let consents = store::consents::of_household(&host.db, &who, at, now).await?;
    let members = store::families::members(&host.db, &who, now).await?;
    let members = members.into_iter().filter_map(|member| {
        let of_member = consents.iter().find(|one| one.person == member.person)?.clone();
        Some((member, of_member))
    });
    Ok(Some(MyDataView { members: members.collect() }))
}

/// All that is kept about the household, as a file.
#[server(prefix = "/api", endpoint = "export_data", input = server_fn::codec::GetUrl)]
pub async fn export_data() -> Result<Value, AppError> {
    use http::{HeaderValue, header};
    let who = crate::ssr::need_who().await?;
    let (host, now) = (crate::ssr::host()?, crate::ssr::now()?);
    let data = store::my_data::export(&host.db, &host.keys, &who, now).await?;
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        let file = HeaderValue::from_static("attachment; filename=\"zhaoxi-my-data.json\"");
        response.insert_header(header::CONTENT_DISPOSITION, file);
        response.insert_header(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    Ok(data)
}

/// Grants or refuses for a member.
#[server(prefix = "/api", endpoint = "decide_consent")]
pub async fn decide_consent(slug: String, person: String, purpose: String, answer: String) -> Result<(), AppError> {
    use domain::consent::Purpose;
    let who = crate::ssr::need_who().await?;
    let (host, now) = (crate::ssr::host()?, crate::ssr::now()?);
    let not_found = || crate::ssr::said(AppError::NotFound);
    let id = person.parse().map_err(|_| not_found())?;
    let purpose = Purpose::from_code(&purpose).ok_or_else(not_found)?;
    let granted = match answer.as_str() {
        "grant" => true,
        "refuse" => false,
        _ => return Err(not_found()),
    };
    let decided = store::consents::decide(&host.db, &who, id, purpose, granted, now).await;
    crate::ssr::told(decided, &slug).await?;
    crate::ssr::go(&slug, "my/data?done=saved");
    Ok(())
}

/// Mends a member's name or birth date.
#[server(prefix = "/api", endpoint = "correct_member")]
pub async fn correct_member(slug: String, person: String, name: String, birth: Option<String>) -> Result<(), AppError> {
    use domain::{
        id::PersonId,
        person::parse_birth_date,
        text::{InputProblem, PersonName},
    };
    let who = crate::ssr::need_who().await?;
    let (host, now) = (crate::ssr::host()?, crate::ssr::now()?);
    let id: PersonId = person.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?;
    // A page has one form a member: the problem must find its own.
    let input = |field: &str| format!("{id}-{field}");
    let invalid = |field, problem| crate::ssr::said(AppError::invalid(&input(field), problem));
    let typed = [(input("name"), Some(name.as_str())), (input("birth"), birth.as_deref())];
    let typed = typed.each_ref().map(|(input, text)| (input.as_str(), *text));
    let corrected = crate::ssr::keeping(&typed, async {
        let today = store::communities::head(&host.db, &slug, now).await?.today;
        let members = store::families::members(&host.db, &who, now).await?;
        let member = members.into_iter().find(|member| member.person == id);
        let member = member.ok_or_else(|| crate::ssr::said(AppError::NotFound))?;
        let name = PersonName::parse(&name).map_err(|problem| invalid("name", problem))?;
        let birth = match birth.as_deref().map(str::trim).filter(|birth| !birth.is_empty()) {
            Some(birth) => Some(parse_birth_date(birth, today).map_err(|problem| invalid("birth", problem))?),
            None if member.role == domain::person::MemberRole::Child => {
                return Err(invalid("birth", InputProblem::Empty));
            }
            None => None,
        };
        let corrected = store::my_data::correct_member(&host.db, &who, id, &name, birth, now).await;
        crate::ssr::told(corrected, &slug).await
    });
    corrected.await?;
    crate::ssr::go(&slug, "my/data?done=corrected");
    Ok(())
}

/// Erases a member.
#[server(prefix = "/api", endpoint = "erase_member")]
pub async fn erase_member(slug: String, person: String, sure: Option<String>) -> Result<(), AppError> {
    use domain::{id::PersonId, text::InputProblem};
    let who = crate::ssr::need_who().await?;
    let (host, now) = (crate::ssr::host()?, crate::ssr::now()?);
    let id: PersonId = person.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?;
    if sure.is_none() {
        return Err(crate::ssr::said(AppError::invalid(&format!("{id}-sure"), InputProblem::Empty)));
    }
    crate::ssr::told(store::my_data::erase_member(&host.db, &who, id, now).await, &slug).await?;
    if who.person == Some(id.0) {
        crate::ssr::end_session().await?;
        crate::ssr::go(&slug, "sign-in?out=erased");
        return Ok(());
    }
    crate::ssr::go(&slug, "my/data?done=erased");
    Ok(())
}

/// The page, loaded when it is opened.
pub struct MyDataRoute;

#[lazy_route]
impl LazyRoute for MyDataRoute {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <MyData /> }.into_any()
    }
}

/// What the page does; made once, so that an answer outlives the reading anew that it causes.
#[derive(Clone, Copy)]
struct Actions {
    decide: ServerAction<DecideConsent>,
    correct: ServerAction<CorrectMember>,
    erase: ServerAction<EraseMember>,
}

#[component]
fn MyData() -> impl IntoView {
    let slug = use_slug();
    let query = use_query_map();
    let done = Memo::new(move |_| query.with(|query| query.get("done")));
    let actions = Actions { decide: ServerAction::new(), correct: ServerAction::new(), erase: ServerAction::new() };
    refetch_frame_after(actions.correct);
    refetch_frame_after(actions.erase);
    let versions =
        move || (actions.decide.version().get(), actions.correct.version().get(), actions.erase.version().get());
    let view = Resource::new(move || (slug.get(), done.get(), versions()), |(slug, ..)| read_my_data(slug));
    view! {
        <PageTitle text=format!("{} · {}", say!(privacy.mine), say!(common.brand)) />
        <Transition fallback=Loading>
            {move || Suspend::new(async move {
                match framed(view).await {
                    Ok(Some(view)) => {
                        let done = done.get_untracked();
                        view! { <Shown view done actions /> }.into_any()
                    }
                    Ok(None) => {
                        view! { <SignInFirst title=say!(privacy.mine) text=say!(privacy.signed_out) to="my/data" /> }
                            .into_any()
                    }
                    Err(error) => view! { <Failure error /> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Shown(view: MyDataView, done: Option<String>, actions: Actions) -> impl IntoView {
    let slug = use_head().slug;
    let title = match done.as_deref() {
        Some("saved") => Some(say!(privacy.saved)),
        Some("corrected") => Some(say!(privacy.corrected)),
        Some("erased") => Some(say!(privacy.erased)),
        _ => None,
    };
    let banner = title.map(|title| {
        view! {
            <Banner class="banner--good" icon="check" title>
                {None::<String>}
            </Banner>
        }
    });
    let of = slug.clone();
    let members = view
        .members
        .into_iter()
        .map(|(member, consents)| view! { <OfMember member consents slug=of.clone() actions /> })
        .collect_view();
    view! {
        <div class="narrow stack-l">
            <div class="page-head">
                <Back to="my".to_owned() text=say!(common.nav_my) />
                <h1>{say!(privacy.mine)}</h1>
                <p class="soft">
                    {say!(privacy.mine_text)} " "
                    <a href=format!("/{slug}/privacy")>{say!(privacy.title)}</a>
                </p>
            </div>
            {banner}
            <ActionProblem action=actions.decide />
            {members}
            <section class="card stack" aria-labelledby="download">
                <h2 id="download">{say!(privacy.download)}</h2>
                <p class="soft">{say!(privacy.download_text)}</p>
                <p>
                    <a class="button" href="/api/export_data" rel="external" download="zhaoxi-my-data.json">
                        <Icon name="download" />
                        {say!(privacy.download)}
                    </a>
                </p>
            </section>
        </div>
    }
}

#[component]
fn OfMember(member: Member, consents: PersonConsents, slug: String, actions: Actions) -> impl IntoView {
    let id = member.person.to_string();
    let heading = format!("member-{id}");
    let titled = heading.clone();
    let birth = match member.birth.zip(member.age) {
        Some((birth, age)) => say!(family.born, date = words::date_year(birth), age = age).to_string(),
        None => say!(family.no_birth).to_owned(),
    };
    let guardian = consents.by_guardian.then(|| view! { <p class="fine">{say!(privacy.by_guardian)}</p> });
    let states = consents
        .states
        .iter()
        .map(|state| view! { <State state=state.clone() person=id.clone() slug=slug.clone() actions /> })
        .collect_view();
    let history = (!consents.history.is_empty()).then(|| {
        let lines = consents.history.iter().map(|line| view! { <li>{decided(line)}</li> }).collect_view();
        view! {
            <details>
                <summary>{say!(privacy.history)}</summary>
                <ul class="fine">{lines}</ul>
            </details>
        }
    });
    view! {
        <section class="card stack" aria-labelledby=heading>
            <div>
                <h2 id=titled>{member.name.clone()}</h2>
                <p class="soft">{words::role(member.role)} " · " {birth}</p>
            </div>
            <h3>{say!(privacy.consents)}</h3>
            {guardian}
            <ul class="care">{states}</ul>
            {history}
            <Correct member=member.clone() slug=slug.clone() action=actions.correct />
            <Erase member slug action=actions.erase />
        </section>
    }
}

/// 11月24日 9:00 王芳：活动照片 不同意（第 1 版）
fn decided(line: &ConsentLine) -> String {
    let what = if line.granted { say!(privacy.granted) } else { say!(privacy.refused) };
    let (at, by, version) = (words::at(line.at), line.by.clone(), line.version);
    let purpose = purpose_name(line.purpose);
    say!(privacy.decided, at = at, by = by, purpose = purpose, what = what, version = version).to_string()
}

#[component]
fn State(state: ConsentState, person: String, slug: String, actions: Actions) -> impl IntoView {
    let action = actions.decide;
    let (class, text) = match state.granted {
        Some(true) => ("consent consent--granted", say!(privacy.granted)),
        Some(false) => ("consent consent--refused", say!(privacy.refused)),
        None => ("consent", say!(privacy.undecided)),
    };
    let of_text = format!("/{slug}/privacy#{}", state.purpose);
    let button = |answer: &'static str, text: &'static str| {
        let (slug, person) = (slug.clone(), person.clone());
        let hidden = format!(" {}", purpose_name(state.purpose));
        view! {
            <ActionForm action>
                <input type="hidden" name="slug" value=slug />
                <input type="hidden" name="person" value=person />
                <input type="hidden" name="purpose" value=state.purpose.code() />
                <input type="hidden" name="answer" value=answer />
                <button class="button" disabled=move || action.pending().get()>
                    {text}
                    <span class="visually-hidden">{hidden}</span>
                </button>
            </ActionForm>
        }
    };
    let grant = (state.granted != Some(true) || state.changed).then(|| button("grant", say!(privacy.grant)));
    let refuse = match state.granted {
        Some(true) => Some(button("refuse", say!(privacy.withdraw))),
        Some(false) => None,
        None => Some(button("refuse", say!(privacy.refuse))),
    };
    let needed = state.purpose.is_needed().then(|| view! { <span class="soft">{say!(privacy.needed)}</span> });
    let changed = state.changed.then(|| view! { <p class="fine">{say!(privacy.changed)}</p> });
    view! {
        <li class="care__row">
            <div>
                <p>
                    <b>{purpose_name(state.purpose)}</b>
                    " "
                    <span class=class>{text}</span>
                    " "
                    {needed}
                </p>
                <p class="fine">
                    <a href=of_text>{say!(privacy.read)}</a>
                </p>
                {changed}
            </div>
            <div class="row">{grant} {refuse}</div>
        </li>
    }
}

#[component]
fn Correct(member: Member, slug: String, action: ServerAction<CorrectMember>) -> impl IntoView {
    let id = member.person.to_string();
    let name_problem = field_problem(action, format!("{id}-name"));
    let birth_problem = field_problem(action, format!("{id}-birth"));
    let open = move || name_problem.get().is_some() || birth_problem.get().is_some();
    let child = member.role == domain::person::MemberRole::Child;
    view! {
        <details open=open>
            <summary>
                {say!(privacy.correct)} <span class="visually-hidden">{format!(" {}", member.name)}</span>
            </summary>
            <ActionForm action attr:class="form">
                <input type="hidden" name="slug" value=slug />
                <input type="hidden" name="person" value=id.clone() />
                <div class="fields">
                    <Field
                        name="name"
                        form=format!("{id}-")
                        label=say!(family.my_name)
                        value=member.name.clone()
                        required=true
                        problem=name_problem
                    />
                    <Field
                        name="birth"
                        form=format!("{id}-")
                        kind="date"
                        label=if child { say!(family.birth) } else { say!(family.birth_optional) }
                        value=member.birth.map(|birth| birth.to_string()).unwrap_or_default()
                        required=child
                        problem=birth_problem
                    />
                </div>
                <button class="button button--primary" disabled=move || action.pending().get()>
                    {say!(privacy.save)}
                </button>
            </ActionForm>
        </details>
    }
}

#[component]
fn Erase(member: Member, slug: String, action: ServerAction<EraseMember>) -> impl IntoView {
    let id = member.person.to_string();
    let field = format!("{id}-sure");
    let unsure = field_problem(action, field.clone());
    let refused = Signal::derive(move || {
        action.value().with(|value| match value {
            Some(Err(AppError::Refused { refusal, offset })) => Some(words::refusal(refusal, *offset)),
            _ => None,
        })
    });
    let mine = {
        let id = id.clone();
        move || action.input().with(|input| input.as_ref().is_none_or(|input| input.person == id))
    };
    let title = match member.myself {
        true => say!(privacy.erase_myself).to_owned(),
        false => say!(privacy.erase, name = member.name.clone()).to_string(),
    };
    let said = Signal::derive(move || {
        let unsure = unsure.get().map(|_| say!(privacy.erase_unsure).to_owned());
        unsure.or_else(|| refused.get().filter(|_| mine()))
    });
    let open = move || said.get().is_some();
    view! {
        <details open=open>
            <summary>{title.clone()}</summary>
            <ActionForm action attr:class="form">
                <input type="hidden" name="slug" value=slug />
                <input type="hidden" name="person" value=id />
                <p>{say!(privacy.erase_text)}</p>
                <FieldError problem=said />
                <label class="check">
                    <input type="checkbox" name="sure" value="yes" id=field />
                    <span>{say!(privacy.erase_sure)}</span>
                </label>
                <button class="button button--no" disabled=move || action.pending().get()>
                    {say!(privacy.erase_go)}
                    <span class="visually-hidden">{format!(" {title}")}</span>
                </button>
            </ActionForm>
        </details>
    }
}
