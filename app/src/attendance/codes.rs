//! A family's check-in codes (签到码), to be shown at the door on a phone.

use crate::{
    error::AppError,
    frame::{framed, use_slug},
    parts::{Failure, Loading, PageTitle},
    say,
    sheets::parts::Scan,
    sign_in::sign_in_first::SignInFirst,
};
use domain::reading::{CheckInCode, QrCode};
use leptos::prelude::*;
use leptos_router::{LazyRoute, lazy_route};
use serde::{Deserialize, Serialize};

/// A person's code, with its picture where the site's address is known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShownCode {
    /// The code.
    pub code: CheckInCode,
    /// The picture.
    pub picture: Option<QrCode>,
}

/// Reads the codes of one's household; nothing while nobody is signed in.
#[server(prefix = "/api", endpoint = "read_codes", input = server_fn::codec::GetUrl)]
pub async fn read_codes(slug: String) -> Result<Option<Vec<ShownCode>>, AppError> {
    let Some(who) = crate::ssr::who().await? else { return Ok(None) };
    let (host, now) = (crate::ssr::host()?, crate::ssr::now()?);
    let head = store::communities::head(&host.db, &slug, now).await?;
    let codes = store::attendance::check_in_codes(&host.db, &who).await?;
    let shown = |code: CheckInCode| {
        let picture = crate::sheets::qr::check_in_code(&head.slug, &code.code);
        ShownCode { code, picture }
    };
    Ok(Some(codes.into_iter().map(shown).collect()))
}

/// The page, loaded when it is opened.
pub struct CodesRoute;

#[lazy_route]
impl LazyRoute for CodesRoute {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <CodesPage /> }.into_any()
    }
}

#[component]
fn CodesPage() -> impl IntoView {
    let slug = use_slug();
    let codes = Resource::new(move || slug.get(), read_codes);
    view! {
        <PageTitle text=format!("{} · {}", say!(roll.codes), say!(common.brand)) />
        <Transition fallback=Loading>
            {move || Suspend::new(async move {
                match framed(codes).await {
                    Ok(Some(codes)) => view! { <Codes codes /> }.into_any(),
                    Ok(None) => {
                        view! { <SignInFirst title=say!(roll.codes) text=say!(family.signed_out_text) to="my/codes" /> }
                            .into_any()
                    }
                    Err(error) => view! { <Failure error /> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Codes(codes: Vec<ShownCode>) -> impl IntoView {
    let none = codes.is_empty().then(|| view! { <p class="soft">{say!(roll.no_codes)}</p> });
    let cards = codes
        .into_iter()
        .map(|ShownCode { code, picture }| {
            let (first, second) = code.code.split_at_checked(4).unwrap_or((&code.code, ""));
            let digits = format!("{first} {second}");
            view! {
                <li class="card code">
                    <h2>{code.name}</h2>
                    {picture.map(|picture| view! { <Scan code=picture text=say!(roll.show_at_door) /> })}
                    <p class="code__digits">{digits}</p>
                </li>
            }
        })
        .collect_view();
    view! {
        <crate::desk::parts::Back to="my".to_owned() text=say!(common.nav_my) />
        <div class="page-head">
            <h1>{say!(roll.codes)}</h1>
            <p>{say!(roll.codes_text)}</p>
        </div>
        {none}
        <ul class="codes">{cards}</ul>
    }
}
