//! What the calendar is asked for: the URL is its state.

use crate::{
    parts::{Icon, side_icon},
    say, words,
};
use domain::{
    activity::{ActivityKind, Side},
    calendar::View,
    code::Code,
};
use jiff::civil::Date;
use leptos::prelude::*;
use leptos_router::params::ParamsMap;
use serde::{Deserialize, Serialize};

/// The calendar's part of the URL, read leniently: what makes no sense is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarQuery {
    /// List, week or month; by the device where none is chosen.
    pub view: Option<View>,
    /// The day that the view holds; today where none is chosen.
    pub day: Option<Date>,
    /// 一老, 一小 or 全龄.
    pub side: Option<Side>,
    /// The kind of activity.
    pub kind: Option<ActivityKind>,
    /// Somebody of this age may join.
    pub age: Option<i16>,
    /// Only what has places left.
    pub free: bool,
}

impl CalendarQuery {
    /// Reads the URL's query.
    pub fn read(params: &ParamsMap) -> Self {
        fn coded<T: Code>(params: &ParamsMap, name: &str) -> Option<T> {
            params.get(name).and_then(|code| T::from_code(&code))
        }
        Self {
            view: coded(params, "view"),
            day: params.get("day").and_then(|day| domain::person::parse_date(&day).ok()),
            side: coded(params, "side"),
            kind: coded(params, "kind"),
            age: params.get("age").and_then(|age| age.trim().parse().ok()).filter(|age| (0..=130).contains(age)),
            free: params.get("free").is_some(),
        }
    }

    /// True if nothing is asked for: the plain address.
    pub fn is_plain(&self) -> bool {
        *self == Self::default()
    }

    /// True if a filter is on.
    pub fn filters(&self) -> bool {
        self.side.is_some() || self.kind.is_some() || self.age.is_some() || self.free
    }

    /// The address of this query.
    pub fn href(&self, slug: &str) -> String {
        let mut pairs = Vec::new();
        pairs.extend(self.view.map(|view| format!("view={}", view.code())));
        pairs.extend(self.day.map(|day| format!("day={day}")));
        pairs.extend(self.side.map(|side| format!("side={}", side.code())));
        pairs.extend(self.kind.map(|kind| format!("kind={}", kind.code())));
        pairs.extend(self.age.map(|age| format!("age={age}")));
        pairs.extend(self.free.then(|| "free=1".to_owned()));
        format!("/{slug}?{}", pairs.join("&"))
    }
}

/// The filters, a plain form that asks the same page anew.
#[component]
pub fn Filters(
    /// What is asked for now.
    query: CalendarQuery,
    /// The community.
    slug: String,
) -> impl IntoView {
    let on = query.filters();
    let clear = CalendarQuery { view: query.view, day: query.day, ..CalendarQuery::default() }.href(&slug);
    let chosen = query.side;
    let side = move |side: Option<Side>, text: &'static str| {
        view! {
            <label class="choice">
                <input
                    type="radio"
                    name="side"
                    value=side.map(Code::code).unwrap_or_default()
                    checked=chosen == side
                />
                <span>{side.map(|side| view! { <Icon name=side_icon(side) /> " " })} {text}</span>
            </label>
        }
    };
    view! {
        <details class="filters" open=on>
            <summary>{if on { say!(calendar.filter_some) } else { say!(calendar.filter_all) }}</summary>
            <form class="filters__form" method="get" action=format!("/{slug}")>
                {query.view.map(|view| view! { <input type="hidden" name="view" value=view.code() /> })}
                {query.day.map(|day| view! { <input type="hidden" name="day" value=day.to_string() /> })}
                <fieldset class="group">
                    <legend class="visually-hidden">{say!(calendar.for_whom)}</legend>
                    <div class="chips">
                        {side(None, say!(calendar.all))}
                        {Side::ALL.iter().map(|each| side(Some(*each), words::side(*each))).collect_view()}
                    </div>
                </fieldset>
                <div class="field">
                    <label for="kind">{say!(calendar.kind)}</label>
                    <select class="input" id="kind" name="kind">
                        <option value="">{say!(calendar.all)}</option>
                        {ActivityKind::ALL
                            .iter()
                            .map(|kind| {
                                view! {
                                    <option value=kind.code() selected=query.kind == Some(*kind)>
                                        {words::kind(*kind)}
                                    </option>
                                }
                            })
                            .collect_view()}
                    </select>
                </div>
                <div class="field">
                    <label for="age">{say!(calendar.age)}</label>
                    <input
                        class="input input--short"
                        id="age"
                        name="age"
                        type="number"
                        min="0"
                        max="130"
                        inputmode="numeric"
                        placeholder=say!(calendar.age_hint)
                        value=query.age.map(|age| age.to_string())
                    />
                </div>
                <label class="check">
                    <input type="checkbox" name="free" value="1" checked=query.free />
                    {say!(calendar.only_vacant)}
                </label>
                <button class="button">{say!(calendar.apply)}</button>
                {on.then(|| view! { <a href=clear>{say!(calendar.clear)}</a> })}
            </form>
        </details>
    }
}
