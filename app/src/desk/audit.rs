//! Who changed what in a term, in words.

use super::{
    parts::{Back, DeskFailure},
    staff::role_name,
};
use crate::{
    care_details,
    error::AppError,
    frame::{framed, use_head, use_slug},
    parts::{Loading, PageTitle},
    privacy::purpose_name,
    say, words,
};
use domain::{
    booking::{BookingState, Mark, Scope},
    care::CareScope,
    code::Code,
    consent::Purpose,
    entry::Entry,
    merge::Joined,
    person::MemberRole,
    pickup::{CodeUse, PickupWay},
    reading::{AuditLine, Booked, CareTrace},
    rights::StaffRole,
    term::{OccurrenceState, Promotion},
};
use leptos::{prelude::*, serde_json};
use leptos_router::{LazyRoute, hooks::use_params_map, lazy_route};

/// Reads the changes of a term.
#[server(prefix = "/api", endpoint = "read_audit", input = server_fn::codec::GetUrl)]
pub async fn read_audit(slug: String, term: String) -> Result<Vec<AuditLine>, AppError> {
    let id = term.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?;
    let who = crate::ssr::need_who().await?;
    let host = crate::ssr::host()?;
    Ok(store::changes::changes_of_term(&host.db, &who, &slug, id).await?)
}

/// The page, loaded when it is opened.
pub struct AuditRoute;

#[lazy_route]
impl LazyRoute for AuditRoute {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <AuditPage /> }.into_any()
    }
}

#[component]
fn AuditPage() -> impl IntoView {
    let slug = use_slug();
    let params = use_params_map();
    let term = Memo::new(move |_| params.with(|params| params.get("term").unwrap_or_default()));
    let lines = Resource::new(move || (slug.get(), term.get()), |(slug, term)| read_audit(slug, term));
    view! {
        <Transition fallback=Loading>
            {move || Suspend::new(async move {
                match framed(lines).await {
                    Ok(lines) => view! { <Audit lines term=term.get_untracked() /> }.into_any(),
                    Err(error) => view! { <DeskFailure error /> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Audit(lines: Vec<AuditLine>, term: String) -> impl IntoView {
    let head = use_head();
    view! {
        <PageTitle text=format!("{} · {}", say!(desk.audit), head.name) />
        <Back to=format!("desk/terms/{term}") text=say!(desk.back_roster) />
        <div class="page-head">
            <h1>{say!(desk.audit)}</h1>
        </div>
        <Changes lines />
    }
}

/// Changes as a table.
#[component]
pub fn Changes(
    /// They, newest first.
    lines: Vec<AuditLine>,
) -> impl IntoView {
    let none = lines.is_empty().then(|| view! { <p class="soft">{say!(desk.audit_none)}</p> });
    let rows = lines.into_iter().map(|line| view! { <Line line /> }).collect_view();
    view! {
        <div class="card">
            <table class="table">
                <caption class="visually-hidden">{say!(desk.audit_caption)}</caption>
                <thead>
                    <tr>
                        <th scope="col">{say!(desk.when)}</th>
                        <th scope="col">{say!(desk.who)}</th>
                        <th scope="col">{say!(desk.what)}</th>
                        <th scope="col">{say!(desk.change)}</th>
                        <th scope="col">{say!(desk.door)}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
            {none}
        </div>
    }
}

#[component]
fn Line(line: AuditLine) -> impl IntoView {
    let who = if line.who.is_empty() { words::door(line.door).to_owned() } else { line.who };
    let what = match line.for_whom {
        Some(person) => format!("{} {person}", action(&line.action)),
        None => action(&line.action),
    };
    let dates = |json: &Option<String>| {
        // A state with its reason is a list of two words, too.
        let json = json.as_deref().filter(|json| serde_json::from_str::<(OccurrenceState, String)>(json).is_err())?;
        serde_json::from_str::<Vec<String>>(json).ok()
    };
    let lines =
        |dates: Vec<String>| dates.into_iter().map(|date| view! { <span>{date_told(&date)}</span> }).collect_view();
    let after = match dates(&line.after) {
        Some(dates) => lines(dates).into_any(),
        None => line.after.as_deref().map(value).unwrap_or_else(|| say!(desk.nothing).to_owned()).into_any(),
    };
    let before = match dates(&line.before) {
        Some(dates) => Some(lines(dates).into_any()),
        None => line.before.as_deref().map(value).map(IntoAny::into_any),
    };
    let before = before.map(|before| {
        view! {
            <del>{before}</del>
            <span aria-hidden="true">"→"</span>
            <span class="visually-hidden">{say!(desk.changed_to)}</span>
        }
    });
    view! {
        <tr>
            <td data-label=say!(desk.when)>
                <time datetime=line.at.to_string()>{words::at(line.at)}</time>
            </td>
            <th scope="row">{who}</th>
            <td data-label=say!(desk.what)>{what}</td>
            <td data-label=say!(desk.change)>
                <span class="change">
                    {before}
                    <b>{after}</b>
                </span>
            </td>
            <td data-label=say!(desk.door)>{words::door(line.door)}</td>
        </tr>
    }
}

/// A verb in words; one that this page does not know stays as it is.
fn action(code: &str) -> String {
    match code {
        "new_term" => say!(desk.did_new_term).to_owned(),
        "cancel_occurrence" => say!(desk.did_cancel_occurrence).to_owned(),
        "edit_dates" => say!(desk.did_edit_dates).to_owned(),
        "restore_occurrence" => say!(desk.did_restore_occurrence).to_owned(),
        "add_occurrence" => say!(desk.did_add_occurrence).to_owned(),
        "decline_date" => say!(desk.did_decline_date).to_owned(),
        "book_place" => say!(desk.did_book_place).to_owned(),
        "cancel_booking" => say!(desk.did_cancel_booking).to_owned(),
        "promote" => say!(desk.did_promote).to_owned(),
        "offer" => say!(entry.did_offer).to_owned(),
        "accept_offer" => say!(entry.did_accept_offer).to_owned(),
        "lapse" => say!(entry.did_lapse).to_owned(),
        "draw_lots" => say!(entry.did_draw_lots).to_owned(),
        "set_entry" => say!(entry.did_set_entry).to_owned(),
        "prepare_booking" => say!(entry.did_prepare_booking).to_owned(),
        "write_day_note" => say!(day_care.did_write).to_owned(),
        "withdraw_day_note" => say!(day_care.did_withdraw).to_owned(),
        "excuse" => say!(attended.did_excuse).to_owned(),
        "withdraw_excuse" => say!(attended.did_withdraw).to_owned(),
        "take_leave" => say!(roll.did_take_leave).to_owned(),
        "withdraw_leave" => say!(roll.did_withdraw_leave).to_owned(),
        "mark_attendance" => say!(desk.did_mark_attendance).to_owned(),
        "take_off_list" => say!(people.did_take_off_list).to_owned(),
        "merge_persons" => say!(merge.did_merge).to_owned(),
        "undo_merge" => say!(merge.did_undo).to_owned(),
        "add_person" => say!(people.did_add_person).to_owned(),
        "add_member" => say!(people.did_add_member).to_owned(),
        "remove_member" => say!(people.did_remove_member).to_owned(),
        "grant_care_link" => say!(people.did_grant).to_owned(),
        "revoke_care_link" => say!(people.did_revoke).to_owned(),
        "invite" => say!(family.did_invite).to_owned(),
        "enter_household_code" => say!(family.did_enter_code).to_owned(),
        "leave_household" => say!(family.did_leave).to_owned(),
        "turned_14" => say!(family.news_14).to_owned(),
        "turned_18" => say!(family.news_18).to_owned(),
        "decide_consent" => say!(privacy.did_decide).to_owned(),
        "write_text" => say!(privacy.did_write_text).to_owned(),
        "correct_member" | "correct_at_desk" => say!(privacy.did_correct).to_owned(),
        "erase_member" | "erase_at_desk" => say!(privacy.did_erase).to_owned(),
        "ask_claim" => say!(people.did_ask_claim).to_owned(),
        "add_staff" => say!(staff.did_add_staff).to_owned(),
        "change_role" => say!(staff.did_change_role).to_owned(),
        "set_start_password" => say!(staff.did_set_start_password).to_owned(),
        "change_phone" => say!(account.change_phone).to_owned(),
        "change_password" => say!(staff.did_change_password).to_owned(),
        "set_up_totp" => say!(second.did_set_up).to_owned(),
        "remove_totp" => say!(second.did_remove).to_owned(),
        "add_passkey" => say!(second.did_add_passkey).to_owned(),
        "remove_passkey" => say!(second.did_remove_passkey).to_owned(),
        "new_recovery_codes" => say!(second.did_codes).to_owned(),
        "reset_second_factor" => say!(second.did_reset).to_owned(),
        "read_out_code" => say!(sign_in.did_read_out).to_owned(),
        "keep_care_details" => say!(care_details.did_keep).to_owned(),
        "clear_care_details" => say!(care_details.did_clear).to_owned(),
        "give_care_reason" => say!(care_details.did_reason).to_owned(),
        "read_care_details" => say!(care_details.did_read).to_owned(),
        "add_pickup_person" => say!(pickup.did_add).to_owned(),
        "end_pickup_person" => say!(pickup.did_end).to_owned(),
        "keep_pickup_photo" => say!(pickup.did_keep_photo).to_owned(),
        "take_pickup_photo_away" => say!(pickup.did_take_photo).to_owned(),
        "see_pickup_photo" => say!(pickup.did_see_photo).to_owned(),
        "allow_alone" => say!(pickup.did_alone).to_owned(),
        "set_pickup_code" => say!(pickup.did_code).to_owned(),
        "hand_over" => say!(pickup.did_hand_over).to_owned(),
        "undo_hand_over" => say!(pickup.did_undo).to_owned(),
        "wrong_pickup_code" => say!(pickup.did_wrong_code).to_owned(),
        other => other.to_owned(),
    }
}

/// A date as the store tells it, `2026-12-08 09:00–11:00 …`, with the day in words.
fn date_told(told: &str) -> String {
    match told.split_once(' ') {
        Some((date, rest)) => match date.parse() {
            Ok(date) => format!("{} {rest}", words::date_long(date)),
            Err(_) => told.to_owned(),
        },
        None => told.to_owned(),
    }
}

/// A stored value in words; one that this page does not know stays as it is.
fn value(json: &str) -> String {
    if let Ok(trace) = serde_json::from_str::<CareTrace>(json) {
        return care_details::trace(&trace);
    }
    if let Ok(booked) = serde_json::from_str::<Booked>(json) {
        return match booked {
            Booked::Confirmed { dates, .. } => say!(desk.value_booked, dates = dates).to_string(),
            Booked::Held { .. } => say!(entry.offered_short).to_owned(),
            Booked::Applied { .. } => say!(entry.short_draw).to_string(),
            Booked::Waiting { number, .. } => say!(common.waiting_number, number = number).to_string(),
        };
    }
    if let Ok((entry, promotion)) = serde_json::from_str::<(Entry, Promotion)>(json) {
        let promotion = match promotion {
            Promotion::AutoFill => say!(entry.form_promotion_auto),
            Promotion::Offer => say!(entry.form_promotion_offer),
        };
        return format!("{} · {promotion}", words::entry::giving(entry.giving));
    }
    if let Ok(code) = serde_json::from_str::<String>(json) {
        return coded(&code).unwrap_or(code);
    }
    if let Ok(may) = serde_json::from_str::<bool>(json) {
        return if may { say!(pickup.value_yes) } else { say!(pickup.value_no) }.to_owned();
    }
    if let Ok(joined) = serde_json::from_str::<Vec<(Joined, u32)>>(json) {
        return words::merge::joined(&joined);
    }
    if let Ok((state, reason)) = serde_json::from_str::<(OccurrenceState, String)>(json) {
        return format!("{} · {reason}", occurrence(state));
    }
    if let Ok((purpose, granted)) = serde_json::from_str::<(Purpose, bool)>(json) {
        let what = if granted { say!(privacy.granted) } else { say!(privacy.refused) };
        return format!("{} · {what}", purpose_name(purpose));
    }
    if let Ok((purpose, version)) = serde_json::from_str::<(Purpose, i32)>(json) {
        return format!("{} · {}", purpose_name(purpose), say!(privacy.version, version = version));
    }
    if let Ok((name, role)) = serde_json::from_str::<(String, StaffRole)>(json) {
        return format!("{name} · {}", role_name(role));
    }
    if let Ok((name, dates, capacity)) = serde_json::from_str::<(String, usize, u32)>(json) {
        return say!(desk.value_term, name = name, dates = dates, capacity = capacity).to_string();
    }
    json.to_owned()
}

fn coded(code: &str) -> Option<String> {
    let booking = BookingState::from_code(code).map(|state| match state {
        BookingState::Confirmed => say!(common.booked).to_owned(),
        BookingState::Offered => say!(entry.offered_short).to_owned(),
        BookingState::Waiting => say!(common.short_waitlist).to_owned(),
        BookingState::Cancelled => say!(common.called_off).to_owned(),
    });
    let mark = || Mark::from_code(code).map(|mark| words::mark(mark).to_owned());
    let date = || OccurrenceState::from_code(code).map(|state| occurrence(state).to_owned());
    let role = || MemberRole::from_code(code).map(|role| words::role(role).to_owned());
    let scope = || Scope::from_code(code).map(|scope| words::scope(scope).to_owned());
    let care = || {
        let scopes: Option<Vec<_>> = code.split(' ').map(CareScope::from_code).collect();
        scopes.map(|scopes| words::care_scopes(&scopes))
    };
    let staff = || StaffRole::from_code(code).map(|role| role_name(role).to_owned());
    let way = || PickupWay::from_code(code).map(|way| words::pickup_way(way).to_owned());
    let uses = || {
        CodeUse::from_code(code).map(|uses| match uses {
            CodeUse::Renew => say!(pickup.value_renew).to_owned(),
            CodeUse::Off => say!(pickup.value_off).to_owned(),
        })
    };
    let first = booking.or_else(mark).or_else(date).or_else(role).or_else(scope).or_else(care).or_else(staff);
    first.or_else(way).or_else(uses)
}

fn occurrence(state: OccurrenceState) -> &'static str {
    match state {
        OccurrenceState::Scheduled => say!(desk.value_scheduled),
        OccurrenceState::Cancelled => say!(common.called_off),
    }
}
