//! A sign-in code that staff read out to a resident whom no message reaches: across the desk, or on the phone after asking
//! who it is.

use crate::{
    error::AppError,
    frame::framed,
    parts::{ActionProblem, Banner, Icon},
    say, words,
};
use jiff::civil::DateTime;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// A code that was made for a resident.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReadOut {
    /// The code.
    pub code: String,
    /// Until when it is good.
    pub until: DateTime,
}

/// The last code, for whom it is and until when, sealed in the login session of who made it.
#[cfg(feature = "ssr")]
type Kept = (domain::id::PersonId, jiff::Timestamp, String);

#[cfg(feature = "ssr")]
const READ_OUT: &str = "code_read_out";

/// Makes a code for a resident to sign in by.
#[server(prefix = "/api", endpoint = "read_out_code")]
pub async fn read_out_code(slug: String, person: String) -> Result<(), AppError> {
    let who = crate::ssr::need_who().await?;
    let (host, now) = (crate::ssr::host()?, crate::ssr::now()?);
    let person = person.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?;
    // Without keys the code could be shown to nobody.
    host.keys.ring()?;
    let code = store::login_codes::new_code();
    let made = store::login_codes::read_out_code(&host.db, &who, person, &code, now).await;
    let made = crate::ssr::told(made, &slug).await?;
    let kept: Kept = (person, made.expires_at, code);
    crate::ssr::keep_sealed(&who, READ_OUT, made.expires_at, &kept).await?;
    crate::ssr::go(&slug, &format!("desk/people/{person}#code"));
    Ok(())
}

/// Reads the code that the visitor made last, while it is good, if it is this resident's.
#[server(prefix = "/api", endpoint = "read_code_read_out", input = server_fn::codec::GetUrl)]
pub async fn read_code_read_out(slug: String, person: String) -> Result<Option<ReadOut>, AppError> {
    let who = crate::ssr::need_who().await?;
    let host = crate::ssr::host()?;
    store::rosters::desk_of(&host.db, &who, &slug, domain::rights::Act::ManageBookings).await?;
    let kept = crate::ssr::kept_sealed::<Kept>(&who, READ_OUT).await?;
    let Some((_, until, code)) = kept.filter(|(of, ..)| of.to_string() == person) else { return Ok(None) };
    let offset = store::communities::offset_at(&host.db, &slug, until).await?;
    let until = jiff::tz::Offset::from_seconds(offset).unwrap_or(jiff::tz::Offset::UTC).to_datetime(until);
    Ok(Some(ReadOut { code, until }))
}

/// The button that makes one, and the code.
#[component]
pub fn ReadOutCode(
    /// The resident's id.
    person: String,
    /// The community.
    slug: String,
) -> impl IntoView {
    let action = ServerAction::<ReadOutCode>::new();
    let of = (slug.clone(), person.clone());
    let code = Resource::new(
        move || action.version().get(),
        move |_| {
            let (slug, person) = of.clone();
            read_code_read_out(slug, person)
        },
    );
    let shown = move || {
        Suspend::new(async move {
            let code = framed(code).await.ok().flatten()?;
            let spaced = code.code.split_at_checked(3).map(|(a, b)| format!("{a} {b}")).unwrap_or(code.code);
            Some(view! {
                <Banner class="" icon="key" title=say!(people.code_made)>
                    <p class="read-out">{spaced}</p>
                    <p>{say!(people.code_until, at = words::time(code.until.time())).to_string()}</p>
                </Banner>
            })
        })
    };
    view! {
        <section class="stack" id="code" aria-labelledby="code-h">
            <h2 id="code-h">{say!(people.code)}</h2>
            <p class="soft">{say!(people.code_text)}</p>
            <ActionProblem action />
            <Transition>{shown}</Transition>
            <ActionForm action>
                <input type="hidden" name="slug" value=slug />
                <input type="hidden" name="person" value=person />
                <button class="button" disabled=move || action.pending().get()>
                    <Icon name="key" />
                    {say!(people.code_make)}
                </button>
            </ActionForm>
        </section>
    }
}
