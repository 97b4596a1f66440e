//! What the community tells before it asks for consent (告知书), written anew by its admin.

use super::{purpose_name, told};
use crate::{
    desk::parts::{Back, DeskFailure},
    error::AppError,
    frame::{framed, use_head, use_slug},
    parts::{ActionProblem, Banner, Loading, PageTitle, escaped},
    say,
};
use domain::reading::ConsentText;
use leptos::prelude::*;
use leptos_router::{LazyRoute, hooks::use_query_map, lazy_route};

/// Reads the texts, for who may write them.
#[server(prefix = "/api", endpoint = "read_texts", input = server_fn::codec::GetUrl)]
pub async fn read_texts(slug: String) -> Result<Vec<ConsentText>, AppError> {
    let who = crate::ssr::need_who().await?;
    let host = crate::ssr::host()?;
    let at = store::rosters::desk_of(&host.db, &who, &slug, domain::rights::Act::WriteTexts).await?;
    Ok(store::consents::texts(&host.db, at).await?)
}

/// Writes a text anew.
#[server(prefix = "/api", endpoint = "write_text")]
pub async fn write_text(slug: String, purpose: String, text: Option<String>) -> Result<(), AppError> {
    use domain::{
        code::Code,
        consent::Purpose,
        text::{InputProblem, Paragraph},
    };
    let who = crate::ssr::need_who().await?;
    let (host, now) = (crate::ssr::host()?, crate::ssr::now()?);
    let invalid = |field, problem| crate::ssr::said(AppError::invalid(field, problem));
    store::rosters::desk_of(&host.db, &who, &slug, domain::rights::Act::WriteTexts).await?;
    let text = text.unwrap_or_default();
    let typed = [("text", Some(text.as_str()))];
    let written = crate::ssr::keeping(&typed, async {
        let purpose = Purpose::from_code(&purpose).ok_or_else(|| invalid("purpose", InputProblem::Choice))?;
        let text = Paragraph::parse(&text).map_err(|problem| invalid("text", problem))?;
        crate::ssr::told(store::consents::write_text(&host.db, &who, &slug, purpose, &text, now).await, &slug).await
    });
    written.await?;
    crate::ssr::go(&slug, "desk/texts?done=saved");
    Ok(())
}

/// The page, loaded when it is opened.
pub struct TextsRoute;

#[lazy_route]
impl LazyRoute for TextsRoute {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <Texts /> }.into_any()
    }
}

#[component]
fn Texts() -> impl IntoView {
    let slug = use_slug();
    let query = use_query_map();
    let done = Memo::new(move |_| query.with(|query| query.get("done").is_some()));
    let action = ServerAction::<WriteText>::new();
    let texts = Resource::new(move || (slug.get(), action.version().get()), |(slug, _)| read_texts(slug));
    view! {
        <Transition fallback=Loading>
            {move || Suspend::new(async move {
                match framed(texts).await {
                    Ok(texts) => view! { <Forms texts done action /> }.into_any(),
                    Err(error) => view! { <DeskFailure error /> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Forms(texts: Vec<ConsentText>, done: Memo<bool>, action: ServerAction<WriteText>) -> impl IntoView {
    let head = use_head();
    let saved = move || {
        done.get().then(|| {
            view! {
                <Banner class="banner--good" icon="check" title=say!(privacy.edit_saved)>
                    {None::<String>}
                </Banner>
            }
        })
    };
    let slug = head.slug.clone();
    let forms = texts
        .into_iter()
        .map(|text| {
            let slug = slug.clone();
            let state = match text.version {
                0 => say!(privacy.edit_own).to_owned(),
                version => say!(privacy.version, version = version).to_string(),
            };
            let (id, hint) = (format!("text-{}", text.purpose), format!("hint-{}", text.purpose));
            view! {
                <ActionForm action attr:class="card form">
                    <h2>{purpose_name(text.purpose)} " " <small class="soft">{state}</small></h2>
                    <input type="hidden" name="slug" value=slug />
                    <input type="hidden" name="purpose" value=text.purpose.to_string() />
                    <div class="field">
                        <label for=id.clone()>{say!(privacy.edit)}</label>
                        <p class="field__hint" id=hint.clone()>
                            {say!(privacy.edit_hint)}
                        </p>
                        <textarea
                            class="input"
                            id=id
                            name="text"
                            rows="5"
                            aria-describedby=hint
                            inner_html=escaped(&told(&text))
                        ></textarea>
                    </div>
                    <button class="button button--primary" disabled=move || action.pending().get()>
                        {say!(privacy.save)}
                    </button>
                </ActionForm>
            }
        })
        .collect_view();
    view! {
        <PageTitle text=format!("{} · {}", say!(privacy.edit), head.name) />
        <div class="stack-l narrow">
            <div class="page-head">
                <Back to="desk".to_owned() text=say!(desk.back) />
                <h1>{say!(privacy.edit)}</h1>
                <p class="soft">{say!(privacy.edit_text)}</p>
            </div>
            {saved}
            <ActionProblem action />
            {forms}
        </div>
    }
}
