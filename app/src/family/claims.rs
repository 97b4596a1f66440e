//! What groups a household belongs to (优先类别认定): asked here, checked by the community's staff.

use crate::{
    error::AppError,
    frame::use_head,
    parts::{ActionProblem, Banner, Field, State, field_problem},
    say, words,
};
use domain::{
    code::Code,
    entry::{ClaimState, Group},
    reading::MyClaim,
};
use leptos::prelude::*;

/// Asks the staff to check that the actor's household belongs to a group.
#[server(prefix = "/api", endpoint = "ask_claim")]
pub async fn ask_claim(slug: String, group: Option<String>, note: Option<String>) -> Result<(), AppError> {
    use domain::text::{InputProblem, Line};
    let bad = |field, problem| crate::ssr::said(AppError::invalid(field, problem));
    let asking = async {
        let who = crate::ssr::need_who().await?;
        let group = group.as_deref().and_then(Group::from_code).ok_or_else(|| bad("group", InputProblem::Choice))?;
        let note = match note.as_deref().map(str::trim).unwrap_or_default() {
            "" => None,
            note => Some(Line::parse(note).map_err(|problem| bad("note", problem))?),
        };
        let host = crate::ssr::host()?;
        Ok(store::claims::ask_claim(&host.db, &who, &slug, group, note, crate::ssr::now()?).await?)
    };
    crate::ssr::keeping(&[("claim-note", note.as_deref())], asking).await?;
    crate::ssr::go(&slug, "my?claimed=yes#claims");
    Ok(())
}

/// The groups that a household claimed, and the form that claims another.
#[component]
pub fn Claims(
    /// What it claimed.
    claims: Vec<MyClaim>,
    /// True if one was just asked.
    asked: bool,
    /// Asks.
    action: ServerAction<AskClaim>,
) -> impl IntoView {
    let head = use_head();
    let rows = claims
        .iter()
        .map(|claim| {
            let (class, icon) = match claim.state {
                ClaimState::Asked => ("soon", "clock"),
                ClaimState::Granted => ("booked", "check"),
                ClaimState::Refused => ("closed", "cross"),
            };
            view! {
                <li class="row row--apart">
                    <span>{words::entry::group(claim.group)}</span>
                    <State class icon text=words::entry::claim_state(claim.state) />
                </li>
            }
        })
        .collect_view();
    let open =
        |group: &&Group| !claims.iter().any(|claim| claim.group == **group && claim.state != ClaimState::Refused);
    let options = Group::ALL
        .iter()
        .filter(open)
        .map(|group| view! { <option value=group.code()>{words::entry::group(*group)}</option> })
        .collect_view();
    let any_left = Group::ALL.iter().any(|group| open(&group));
    let asked = asked.then(|| {
        view! {
            <Banner class="banner--good" icon="check" title=say!(entry.claim_done)>
                <p>{say!(entry.claim_done_text)}</p>
            </Banner>
        }
    });
    let form = any_left.then(|| {
        view! {
            <ActionForm action attr:class="form">
                <ActionProblem action fields=&["note"] />
                <input type="hidden" name="slug" value=head.slug.clone() />
                <div class="field">
                    <label for="claim-group">{say!(entry.claim_group)}</label>
                    <select class="input" id="claim-group" name="group">
                        {options}
                    </select>
                </div>
                <Field
                    name="note"
                    form="claim-"
                    label=say!(entry.claim_note)
                    hint=say!(entry.claim_note_hint).to_string()
                    problem=field_problem(action, "note")
                />
                <button class="button" disabled=move || action.pending().get()>
                    {say!(entry.claim_ask)}
                </button>
            </ActionForm>
        }
    });
    // Most families need none of it.
    let any = !claims.is_empty();
    view! {
        <details class="card" id="claims" open=any>
            <summary>{say!(entry.claims)}</summary>
            <div class="stack">
                <p class="soft">{say!(entry.claims_text, community = head.name.clone()).to_string()}</p>
                {asked}
                <ul class="claims">{rows}</ul>
                {form}
            </div>
        </details>
    }
}
