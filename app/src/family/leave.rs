//! Leave (请假) of one date, by the family.

use crate::{
    error::AppError,
    parts::{ActionProblem, State, has_failed},
    say, words,
};
use domain::{
    code::Code,
    leave::LeaveKind,
    reading::{MyBooking, MyDate},
};
use leptos::prelude::*;

/// Takes leave of one date of a booking.
#[server(prefix = "/api", endpoint = "take_leave")]
pub async fn take_leave(slug: String, booking: String, occurrence: String, kind: String) -> Result<(), AppError> {
    use domain::text::InputProblem;
    let who = crate::ssr::need_who().await?;
    let not_found = |_| crate::ssr::said(AppError::NotFound);
    let (booking, date) = (booking.parse().map_err(not_found)?, occurrence.parse().map_err(not_found)?);
    let kind =
        LeaveKind::from_code(&kind).ok_or_else(|| crate::ssr::said(AppError::invalid("kind", InputProblem::Choice)))?;
    let host = crate::ssr::host()?;
    let taken = store::attendance::take_leave(&host.db, &who, booking, date, kind, crate::ssr::now()?).await;
    crate::ssr::told(taken, &slug).await?;
    crate::ssr::go(&slug, &format!("my?leave=taken&on={date}"));
    Ok(())
}

/// Takes leave back: the person comes after all.
#[server(prefix = "/api", endpoint = "withdraw_leave")]
pub async fn withdraw_leave(slug: String, booking: String, occurrence: String) -> Result<(), AppError> {
    let who = crate::ssr::need_who().await?;
    let not_found = |_| crate::ssr::said(AppError::NotFound);
    let (booking, date) = (booking.parse().map_err(not_found)?, occurrence.parse().map_err(not_found)?);
    let host = crate::ssr::host()?;
    let back = store::attendance::withdraw_leave(&host.db, &who, booking, date, crate::ssr::now()?).await;
    crate::ssr::told(back, &slug).await?;
    crate::ssr::go(&slug, &format!("my?leave=withdrawn&on={date}"));
    Ok(())
}

/// What a date's row says of leave: it is taken, or may be.
#[component]
pub fn Leave(
    /// The booking.
    booking: MyBooking,
    /// One of its dates.
    date: MyDate,
    /// The community whose page this is.
    slug: String,
) -> impl IntoView {
    let hidden = [("slug", slug), ("booking", booking.id.to_string()), ("occurrence", date.occurrence.to_string())];
    let hidden = hidden.map(|(name, value)| view! { <input type="hidden" name=name value=value /> }).collect_view();
    let day = words::date_long(date.date);
    if let Some(kind) = date.leave {
        let back = ServerAction::<WithdrawLeave>::new();
        let text = say!(roll.on_leave, kind = words::leave(kind)).to_string();
        return view! {
            <State class="closed" icon="clock" text />
            <ActionForm action=back>
                {hidden} <button class="button button--plain">
                    {say!(roll.leave_back)} <span class="visually-hidden">{format!(" {day}")}</span>
                </button>
            </ActionForm>
            <ActionProblem action=back />
        }
        .into_any();
    }
    if date.may_leave.is_empty() {
        return ().into_any();
    }
    let action = ServerAction::<TakeLeave>::new();
    let failed = has_failed(action);
    let first = date.may_leave.first().copied();
    let kinds = date
        .may_leave
        .iter()
        .map(|kind| {
            view! {
                <label class="choice">
                    <input type="radio" name="kind" value=kind.code() checked=Some(*kind) == first />
                    {words::leave(*kind)}
                </label>
            }
        })
        .collect_view();
    let until = date.leave_until.filter(|_| date.may_leave.contains(&LeaveKind::Personal));
    let until = until.map(|at| view! { <p class="fine">{say!(roll.leave_until, at = words::at(at)).to_string()}</p> });
    view! {
        <details class="leave" open=failed>
            <summary>
                {say!(roll.leave)} <span class="visually-hidden">{format!(" {day} {}", booking.person_name)}</span>
            </summary>
            <ActionForm action attr:class="stack">
                {hidden} <fieldset class="group">
                    <legend>{say!(roll.leave_of, date = day.clone()).to_string()}</legend>
                    <div class="choices">{kinds}</div>
                </fieldset> {until}
                <ActionProblem action />
                <button class="button button--primary">{say!(roll.leave_go)}</button>
            </ActionForm>
        </details>
    }
    .into_any()
}
