//! The pages and server functions, foldered by feature.
//!
//! Compiled twice: with `ssr` for the server, with `hydrate` for the browser. Only code behind `ssr` may know the
//! store.

#![recursion_limit = "512"]
#![allow(missing_docs, reason = "a server function's arguments become fields that no doc comment reaches")]

pub mod activities;
pub mod attendance;
pub mod bookings;
pub mod calendar;
pub mod care;
pub mod care_details;
pub mod desk;
mod elder_bar;
pub mod error;
pub mod family;
pub mod frame;
mod live;
pub mod look;
pub mod notices;
pub mod parts;
pub mod pickup;
pub mod privacy;
#[cfg(feature = "ssr")]
pub mod public_page;
pub mod sheets;
pub mod sign_in;
#[cfg(feature = "ssr")]
pub mod ssr;
pub mod words;

#[allow(missing_docs, unused, unused_qualifications, clippy::all, clippy::unwrap_used, clippy::panic)]
mod texts {
    include!(concat!(env!("OUT_DIR"), "/i18n/mod.rs"));
}
pub(crate) use texts::i18n;

use frame::{CommunityFrame, NotFound};
use leptos::prelude::*;
use leptos_meta::{HashedStylesheet, MetaTags, provide_meta_context};
use leptos_router::{
    Lazy, SsrMode,
    components::{ParentRoute, Route, Router, Routes},
    path,
};

/// The document around the app.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    let look = look::use_look();
    #[cfg(feature = "ssr")]
    ssr::guard_page();
    view! {
        <!DOCTYPE html>
        <html lang=look.lang() data-look=look.look() data-size=look.size.code()>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
                <meta name="color-scheme" content="light" />
                <link rel="icon" href="/icon.svg" type="image/svg+xml" />
                <link rel="manifest" href="/zhaoxi.webmanifest" />
                <meta name="theme-color" content="#faf5ec" />
                <HashedStylesheet options=options.clone() id="style" />
                <AutoReload options=options.clone() />
                <HydrationScripts options />
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

/// The whole app.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    look::provide_look();
    view! {
        <Router>
            <Routes fallback=|| view! { <NotFound /> }>
                <Route path=path!("/") view=calendar::home::Home ssr=SsrMode::Async />
                <ParentRoute path=path!("/:community") view=CommunityFrame ssr=SsrMode::Async>
                    <Route path=path!("") view=calendar::page::CalendarRoute ssr=SsrMode::Async />
                    <Route path=path!("activities") view=activities::list::ActivityList ssr=SsrMode::Async />
                    <Route path=path!("activities/:activity") view=activities::page::ActivityRoute ssr=SsrMode::Async />
                    <Route
                        path=path!("activities/:activity/sheet")
                        view={Lazy::<sheets::term::TermSheetRoute>::new()}
                        ssr=SsrMode::Async
                    />
                    <Route
                        path=path!("terms/:term/draw")
                        view={Lazy::<activities::draw::DrawRoute>::new()}
                        ssr=SsrMode::Async
                    />
                    <Route
                        path=path!("sheet")
                        view={Lazy::<sheets::month::MonthSheetRoute>::new()}
                        ssr=SsrMode::Async
                    />
                    <Route path=path!("sign-in") view={Lazy::<sign_in::page::SignInRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("my") view={Lazy::<family::my::MyRoute>::new()} ssr=SsrMode::Async />
                    <Route
                        path=path!("my/list")
                        view={Lazy::<bookings::booking_list::BookingListRoute>::new()}
                        ssr=SsrMode::Async
                    />
                    <Route path=path!("privacy") view={Lazy::<privacy::page::PrivacyRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("my/week") view={Lazy::<sheets::slip::WeekRoute>::new()} ssr=SsrMode::Async />
                    <Route
                        path=path!("desk/people/:person/slip")
                        view={Lazy::<sheets::slip::SlipRoute>::new()}
                        ssr=SsrMode::Async
                    />
                    <Route path=path!("my/data") view={Lazy::<privacy::mine::MyDataRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("desk/texts") view={Lazy::<privacy::texts::TextsRoute>::new()} ssr=SsrMode::Async />
                    <Route
                        path=path!("my/account/second")
                        view={Lazy::<sign_in::factors::FactorsRoute>::new()}
                        ssr=SsrMode::Async
                    />
                    <Route
                        path=path!("my/account")
                        view={Lazy::<sign_in::account::AccountRoute>::new()}
                        ssr=SsrMode::Async
                    />
                    <Route path=path!("my/care") view={Lazy::<care::grant::CareRoute>::new()} ssr=SsrMode::Async />
                    <Route
                        path=path!("my/care-details/:person")
                        view={Lazy::<care_details::of_family::FamilyCareRoute>::new()}
                        ssr=SsrMode::Async
                    />
                    <Route
                        path=path!("my/pickup/:person")
                        view={Lazy::<pickup::of_family::FamilyPickupRoute>::new()}
                        ssr=SsrMode::Async
                    />
                    <Route path=path!("cared/:link") view={Lazy::<care::cared::CaredRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("notices") view={Lazy::<notices::NoticesRoute>::new()} ssr=SsrMode::Async />
                    <Route
                        path=path!("my/codes")
                        view={Lazy::<attendance::codes::CodesRoute>::new()}
                        ssr=SsrMode::Async
                    />
                    <Route
                        path=path!("desk/today")
                        view={Lazy::<attendance::today::TodayRoute>::new()}
                        ssr=SsrMode::Async
                    />
                    <Route path=path!("desk") view={Lazy::<desk::home::DeskHome>::new()} ssr=SsrMode::Async />
                    <Route
                        path=path!("desk/activities/new")
                        view={Lazy::<desk::new_activity::NewActivityRoute>::new()}
                        ssr=SsrMode::Async
                    />
                    <Route
                        path=path!("desk/activities/:activity/terms/new")
                        view={Lazy::<desk::new_term::NewTermRoute>::new()}
                        ssr=SsrMode::Async
                    />
                    <Route
                        path=path!("desk/calendar")
                        view={Lazy::<desk::calendar::page::StaffCalendarRoute>::new()}
                        ssr=SsrMode::Async
                    />
                    <Route path=path!("desk/days") view={Lazy::<desk::days::DaysRoute>::new()} ssr=SsrMode::Async />
                    <Route path=path!("desk/rooms") view={Lazy::<desk::rooms::RoomsRoute>::new()} ssr=SsrMode::Async />
                    <Route
                        path=path!("desk/rooms/:room")
                        view={Lazy::<desk::rooms::RoomRoute>::new()}
                        ssr=SsrMode::Async
                    />
                    <Route
                        path=path!("desk/leaders")
                        view={Lazy::<desk::leaders::LeadersRoute>::new()}
                        ssr=SsrMode::Async
                    />
                    <Route
                        path=path!("desk/report")
                        view={Lazy::<desk::report::ReportRoute>::new()}
                        ssr=SsrMode::Async
                    />
                    <Route
                        path=path!("desk/numbers")
                        view={Lazy::<desk::numbers::page::NumbersRoute>::new()}
                        ssr=SsrMode::Async
                    />
                    <Route path=path!("desk/people") view={Lazy::<desk::people::PeopleRoute>::new()} ssr=SsrMode::Async />
                    <Route
                        path=path!("desk/people/:person")
                        view={Lazy::<desk::people::PersonRoute>::new()}
                        ssr=SsrMode::Async
                    />
                    <Route path=path!("desk/staff") view={Lazy::<desk::staff::StaffRoute>::new()} ssr=SsrMode::Async />
                    <Route
                        path=path!("desk/changes")
                        view={Lazy::<desk::changes::ChangesRoute>::new()}
                        ssr=SsrMode::Async
                    />
                    <Route
                        path=path!("desk/people/:person/merge")
                        view={Lazy::<desk::merge::MergeRoute>::new()}
                        ssr=SsrMode::Async
                    />
                    <Route
                        path=path!("desk/people/:person/care-details")
                        view={Lazy::<care_details::at_desk::DeskCareRoute>::new()}
                        ssr=SsrMode::Async
                    />
                    <Route
                        path=path!("desk/claims")
                        view={Lazy::<desk::claims::ClaimsRoute>::new()}
                        ssr=SsrMode::Async
                    />
                    <Route
                        path=path!("desk/terms/:term/entry")
                        view={Lazy::<desk::entry::EntryRoute>::new()}
                        ssr=SsrMode::Async
                    />
                    <Route
                        path=path!("desk/terms/:term/attendance")
                        view={Lazy::<attendance::attended::AttendedRoute>::new()}
                        ssr=SsrMode::Async
                    />
                    <Route
                        path=path!("desk/terms/:term/crew")
                        view={Lazy::<desk::crew::CrewRoute>::new()}
                        ssr=SsrMode::Async
                    />
                    <Route
                        path=path!("desk/terms/:term/import")
                        view={Lazy::<desk::import::page::ImportRoute>::new()}
                        ssr=SsrMode::Async
                    />
                    <Route
                        path=path!("desk/terms/:term")
                        view={Lazy::<desk::roster::RosterRoute>::new()}
                        ssr=SsrMode::Async
                    />
                    <Route
                        path=path!("desk/terms/:term/dates")
                        view={Lazy::<desk::dates::DatesRoute>::new()}
                        ssr=SsrMode::Async
                    />
                    <Route
                        path=path!("desk/terms/:term/audit")
                        view={Lazy::<desk::audit::AuditRoute>::new()}
                        ssr=SsrMode::Async
                    />
                    <Route path=path!("desk/meals") view={Lazy::<attendance::meals::MealsRoute>::new()} ssr=SsrMode::Async />
                    <Route
                        path=path!("desk/occurrences/:occurrence/day")
                        view={Lazy::<attendance::day::DayRoute>::new()}
                        ssr=SsrMode::Async
                    />
                    <Route
                        path=path!("desk/occurrences/:occurrence")
                        view={Lazy::<attendance::roll::RollRoute>::new()}
                        ssr=SsrMode::Async
                    />
                    <Route
                        path=path!("desk/occurrences/:occurrence/pickup")
                        view={Lazy::<pickup::at_desk::PickupRoute>::new()}
                        ssr=SsrMode::Async
                    />
                    <Route
                        path=path!("desk/still-here")
                        view={Lazy::<pickup::board::StillHereRoute>::new()}
                        ssr=SsrMode::Async
                    />
                    <Route path=path!("*any") view=NotFound ssr=SsrMode::Async />
                </ParentRoute>
            </Routes>
        </Router>
    }
}
