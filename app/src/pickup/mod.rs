//! Handing children over (接送): what families say of it, how staff do it, and who is still here.

pub mod at_desk;
pub mod board;
mod child;
pub mod of_family;
mod photo;

use crate::{say, words};
use domain::reading::HandOver;
use leptos::prelude::*;

/// A hand-over in one line: when, to whom, by which of the staff; and who took it back.
#[component]
fn HandOverLine(
    /// It.
    of: HandOver,
    /// What stands before it.
    #[prop(optional, into)]
    before: Option<String>,
    /// True where the day is plain from the page.
    #[prop(optional)]
    today: bool,
) -> impl IntoView {
    let when = if today { words::time(of.at.time()) } else { words::at(of.at) };
    let what = words::taken(of.way, &of.taker, of.reason.as_deref());
    let undone = of.undone.map(|undone| {
        let (time, name, reason) = (words::time(undone.at.time()), undone.by, undone.reason);
        view! { <p class="handed__undone">{say!(pickup.undone, time = time, name = name, reason = reason).to_string()}</p> }
    });
    let class = if undone.is_some() { "handed handed--undone" } else { "handed" };
    view! {
        <div class=class>
            <p>
                <time datetime=of.at.to_string()>{when}</time>
                " "
                <b>{what}</b>
            </p>
            <p class="fine">
                {before.map(|before| format!("{before} · "))} {say!(pickup.by, name = of.by).to_string()}
            </p>
            {undone}
        </div>
    }
}
