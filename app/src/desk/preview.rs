//! The dates that a rule gives, before anything is saved.

use crate::{parts::Marks, say, words};
use domain::reading::PreviewDay;
use leptos::prelude::*;

/// The preview beside the form.
#[component]
pub fn Preview(
    /// The dates; none where nothing was asked yet or the rule can't be.
    days: Vec<PreviewDay>,
) -> impl IntoView {
    let kept = days.iter().filter(|day| day.kept).count();
    let count = (!days.is_empty()).then(|| match days.len() - kept {
        0 => say!(desk.preview_count, kept = kept).to_string(),
        skipped => say!(desk.preview_skipped, kept = kept, skipped = skipped).to_string(),
    });
    let none = days.is_empty().then(|| view! { <p class="soft">{say!(desk.preview_none)}</p> });
    let mut nth = 0;
    let rows = days
        .into_iter()
        .map(|day| {
            nth += usize::from(day.kept);
            view! { <PreviewRow day nth /> }
        })
        .collect_view();
    view! {
        <section class="card aside" id="preview" aria-labelledby="preview-title">
            <h2 class="section-title" id="preview-title">
                {say!(desk.preview_title)}
                {count.map(|count| view! { <small>{count}</small> })}
            </h2>
            {none}
            <ol class="preview">{rows}</ol>
        </section>
    }
}

#[component]
fn PreviewRow(day: PreviewDay, nth: usize) -> impl IntoView {
    let PreviewDay { head, kept } = day;
    let date = words::date_long(head.date);
    let lunar = head.festival.clone().unwrap_or_else(|| head.lunar_short.clone());
    let (class, first) = if kept {
        (None, say!(common.nth, n = nth).to_string())
    } else {
        (Some("preview__skipped"), say!(desk.skipped).to_owned())
    };
    let date = if kept { view! { <b>{date}</b> }.into_any() } else { view! { <del>{date}</del> }.into_any() };
    view! {
        <li class=class>
            <span class="soft">{first}</span>
            <span>
                {date}
                " "
                <span class="lunar" lang="zh-CN">
                    {lunar}
                </span>
            </span>
            <span>
                <Marks head />
            </span>
        </li>
    }
}
