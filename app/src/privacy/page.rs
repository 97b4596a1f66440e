//! How personal data is used here: for everybody to read, in plain words.

use super::{purpose_name, told};
use crate::{
    error::AppError,
    frame::{framed, use_head, use_slug},
    parts::{Failure, Loading, PageTitle},
    say,
};
use domain::reading::ConsentText;
use leptos::prelude::*;
use leptos_router::{LazyRoute, lazy_route};

/// Reads what the community tells before it asks for consent.
#[server(prefix = "/api", endpoint = "read_privacy", input = server_fn::codec::GetUrl)]
pub async fn read_privacy(slug: String) -> Result<Vec<ConsentText>, AppError> {
    let (host, now) = (crate::ssr::host()?, crate::ssr::now()?);
    let head = store::communities::head(&host.db, &slug, now).await?;
    Ok(store::consents::texts(&host.db, head.id).await?)
}

/// The page, loaded when it is opened.
pub struct PrivacyRoute;

#[lazy_route]
impl LazyRoute for PrivacyRoute {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <Privacy /> }.into_any()
    }
}

#[component]
fn Privacy() -> impl IntoView {
    let slug = use_slug();
    let texts = Resource::new(move || slug.get(), read_privacy);
    view! {
        <Transition fallback=Loading>
            {move || Suspend::new(async move {
                match framed(texts).await {
                    Ok(texts) => view! { <Told texts /> }.into_any(),
                    Err(error) => view! { <Failure error /> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Told(texts: Vec<ConsentText>) -> impl IntoView {
    let head = use_head();
    let asked = texts
        .iter()
        .map(|text| {
            let version = (text.version > 0).then(|| say!(privacy.version, version = text.version).to_string());
            view! {
                <dt id=text.purpose.to_string()>
                    <b>{purpose_name(text.purpose)}</b>
                    " "
                    <small class="soft">{version}</small>
                </dt>
                <dd class="told">{told(text)}</dd>
            }
        })
        .collect_view();
    let who = say!(privacy.who_text, name = head.name.clone(), phone = head.phone.clone()).to_string();
    view! {
        <PageTitle text=format!("{} · {}", say!(privacy.title), head.name) />
        <article class="prose stack-l">
            <h1>{say!(privacy.title)}</h1>
            <section class="stack">
                <h2>{say!(privacy.who)}</h2>
                <p>{who}</p>
            </section>
            <section class="stack">
                <h2>{say!(privacy.what)}</h2>
                <ul>
                    <li>{say!(privacy.what_1)}</li>
                    <li>{say!(privacy.what_2)}</li>
                    <li>{say!(privacy.what_3)}</li>
                    <li>{say!(privacy.what_4)}</li>
                </ul>
            </section>
            <section class="stack">
                <h2>{say!(privacy.how_long)}</h2>
                <ul>
                    <li>{say!(privacy.how_long_1)}</li>
                    <li>{say!(privacy.how_long_2)}</li>
                </ul>
            </section>
            <section class="stack">
                <h2>{say!(privacy.rights)}</h2>
                <p>
                    {say!(privacy.rights_text)} " "
                    <a href=format!("/{}/my/data", head.slug)>{say!(privacy.mine)}</a>
                </p>
            </section>
            <section class="stack" id="children">
                <h2>{say!(privacy.children)}</h2>
                <ol>
                    <li>{say!(privacy.children_1)}</li>
                    <li>{say!(privacy.children_2)}</li>
                    <li>{say!(privacy.children_3)}</li>
                    <li>{say!(privacy.children_4)}</li>
                    <li>{say!(privacy.children_5)}</li>
                </ol>
            </section>
            <section class="stack">
                <h2>{say!(privacy.texts)}</h2>
                <dl>{asked}</dl>
            </section>
        </article>
    }
}
