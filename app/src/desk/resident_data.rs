//! On a resident's page: what is kept about somebody without an account is mended and erased at the desk, on paper.

use crate::{
    error::AppError,
    frame::use_head,
    parts::{ActionProblem, Banner, Field, FieldError, field_problem},
    say,
};
use domain::reading::FoundPerson;
use leptos::prelude::*;

/// Mends the name and the birth date of a resident who has no account.
#[server(prefix = "/api", endpoint = "correct_at_desk")]
pub async fn correct_at_desk(
    slug: String,
    person: String,
    name: String,
    birth: Option<String>,
    paper: String,
) -> Result<(), AppError> {
    use domain::{
        person::parse_birth_date,
        text::{Line, PersonName},
    };
    let who = crate::ssr::need_who().await?;
    let (host, now) = (crate::ssr::host()?, crate::ssr::now()?);
    let id = person.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?;
    let invalid = |field, problem| crate::ssr::said(AppError::invalid(field, problem));
    let typed = [
        ("correct-name", Some(name.as_str())),
        ("correct-birth", birth.as_deref()),
        ("correct-paper", Some(paper.as_str())),
    ];
    let corrected = crate::ssr::keeping(&typed, async {
        let today = store::communities::head(&host.db, &slug, now).await?.today;
        let name = PersonName::parse(&name).map_err(|problem| invalid("correct-name", problem))?;
        let birth = birth.as_deref().map(str::trim).filter(|birth| !birth.is_empty());
        let birth = birth.map(|birth| parse_birth_date(birth, today)).transpose();
        let birth = birth.map_err(|problem| invalid("correct-birth", problem))?;
        let paper = Line::parse(&paper).map_err(|problem| invalid("correct-paper", problem))?;
        let what = (&name, birth);
        let corrected = store::my_data::correct_at_desk(&host.db, &who, &slug, id, what, &paper, now).await;
        crate::ssr::told(corrected, &slug).await
    });
    corrected.await?;
    crate::ssr::go(&slug, &format!("desk/people/{person}?done=corrected#data"));
    Ok(())
}

/// Erases a resident who has no account.
#[server(prefix = "/api", endpoint = "erase_at_desk")]
pub async fn erase_at_desk(slug: String, person: String, paper: String, sure: Option<String>) -> Result<(), AppError> {
    use domain::text::{InputProblem, Line};
    let who = crate::ssr::need_who().await?;
    let (host, now) = (crate::ssr::host()?, crate::ssr::now()?);
    let id = person.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?;
    let invalid = |field, problem| crate::ssr::said(AppError::invalid(field, problem));
    let typed = [("erase-paper", Some(paper.as_str()))];
    let erased = crate::ssr::keeping(&typed, async {
        let paper = Line::parse(&paper).map_err(|problem| invalid("erase-paper", problem))?;
        if sure.is_none() {
            return Err(invalid("erase-sure", InputProblem::Empty));
        }
        let erased = store::my_data::erase_at_desk(&host.db, &who, &slug, id, &paper, now).await;
        crate::ssr::told(erased, &slug).await
    });
    erased.await?;
    crate::ssr::go(&slug, "desk/people?done=erased");
    Ok(())
}

/// The two forms; or, for who has an account, where they do it themselves.
#[component]
pub fn ResidentData(
    /// Who.
    person: FoundPerson,
    /// True if somebody of the household has an account.
    signs_in: bool,
    /// What was just done.
    done: Option<String>,
    /// Mends it.
    correct: ServerAction<CorrectAtDesk>,
    /// Erases it.
    erase: ServerAction<EraseAtDesk>,
) -> impl IntoView {
    let slug = use_head().slug;
    let done = (done.as_deref() == Some("corrected")).then(|| {
        view! {
            <Banner class="banner--good" icon="check" title=say!(privacy.corrected)>
                {None::<String>}
            </Banner>
        }
    });
    let forms = match signs_in {
        true => view! { <p class="soft">{say!(people.no_signs_in)}</p> }.into_any(),
        false => view! {
            <p class="soft">{say!(people.data_text)}</p>
            <Correct person=person.clone() slug=slug.clone() action=correct />
            <Erase person slug action=erase />
        }
        .into_any(),
    };
    view! {
        <section class="stack" id="data" aria-labelledby="data-h">
            <h2 id="data-h">{say!(people.data)}</h2>
            {done}
            {forms}
        </section>
    }
}

#[component]
fn Correct(person: FoundPerson, slug: String, action: ServerAction<CorrectAtDesk>) -> impl IntoView {
    // Without JavaScript the page comes anew with the problem, which must not hide.
    let failed = action.value().with_untracked(|value| matches!(value, Some(Err(_))));
    view! {
        <details class="card" open=failed>
            <summary>{say!(privacy.correct)}</summary>
            <ActionForm action attr:class="form">
                <ActionProblem action fields=&["correct-name", "correct-birth", "correct-paper"] />
                <input type="hidden" name="slug" value=slug />
                <input type="hidden" name="person" value=person.id.to_string() />
                <div class="fields">
                    <Field
                        name="name"
                        form="correct-"
                        label=say!(people.name)
                        value=person.name
                        required=true
                        problem=field_problem(action, "correct-name")
                    />
                    <Field
                        name="birth"
                        form="correct-"
                        kind="date"
                        label=say!(people.birth)
                        hint=say!(people.birth_hint).to_owned()
                        problem=field_problem(action, "correct-birth")
                    />
                </div>
                <Paper form="correct-" problem=field_problem(action, "correct-paper") />
                <button class="button button--primary" disabled=move || action.pending().get()>
                    {say!(privacy.save)}
                </button>
            </ActionForm>
        </details>
    }
}

#[component]
fn Erase(person: FoundPerson, slug: String, action: ServerAction<EraseAtDesk>) -> impl IntoView {
    let failed = action.value().with_untracked(|value| matches!(value, Some(Err(_))));
    let unsure = field_problem(action, "erase-sure");
    let unsure = Signal::derive(move || unsure.get().map(|_| say!(privacy.erase_unsure).to_owned()));
    view! {
        <details class="card" open=failed>
            <summary>{say!(privacy.erase, name = person.name.clone()).to_string()}</summary>
            <ActionForm action attr:class="form">
                <p>{say!(privacy.erase_text)}</p>
                <ActionProblem action fields=&["erase-paper", "erase-sure"] />
                <input type="hidden" name="slug" value=slug />
                <input type="hidden" name="person" value=person.id.to_string() />
                <Paper form="erase-" problem=field_problem(action, "erase-paper") />
                <FieldError problem=unsure />
                <label class="check">
                    <input type="checkbox" name="sure" value="yes" id="erase-sure" />
                    <span>{say!(privacy.erase_sure)}</span>
                </label>
                <button class="button button--no" disabled=move || action.pending().get()>
                    {say!(privacy.erase_go)}
                </button>
            </ActionForm>
        </details>
    }
}

/// Where the request on paper lies.
#[component]
fn Paper(form: &'static str, problem: Signal<Option<String>>) -> impl IntoView {
    view! {
        <Field
            name="paper"
            form=form
            label=say!(people.request)
            hint=say!(people.request_hint).to_owned()
            required=true
            problem
        />
    }
}
