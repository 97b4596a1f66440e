//! The places of an activity's terms while somebody looks at its page: they change by themselves, and nothing else
//! does, so that whoever is filling in a form is left in peace.

use crate::{error::AppError, live::Live, say, words};
use domain::{
    activity::Unit,
    booking::{BookingState, Standing},
    id::{BookingId, TermId},
    reading::{ActivityPlaces, MyBooking, TermCard, TermPlaces},
};
use leptos::{prelude::*, task::spawn_local};
use std::collections::BTreeMap;

/// Reads the places of an activity's terms. Nobody is looked at, so the answer is everybody's.
#[server(prefix = "/api", endpoint = "read_places", input = server_fn::codec::GetUrl)]
pub async fn read_places(slug: String, activity: String) -> Result<ActivityPlaces, AppError> {
    let host = crate::ssr::host()?;
    let now = crate::ssr::now()?;
    let id = activity.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?;
    let revision = host.revisions.of(&slug).unwrap_or_default();
    let head = store::communities::head(&host.db, &slug, now).await?;
    let page = store::calendar::activity_page(&host.db, head.id, id, now).await?;
    Ok(store::calendar::places(&host.db, &page, revision).await?)
}

/// Reads the household's live bookings of an activity; none while nobody is signed in.
#[server(prefix = "/api", endpoint = "read_own_bookings", input = server_fn::codec::GetUrl)]
pub async fn read_own_bookings(activity: String) -> Result<Vec<MyBooking>, AppError> {
    let Some(who) = crate::ssr::who().await? else { return Ok(Vec::new()) };
    let id = activity.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?;
    Ok(store::calendar::my_bookings(&crate::ssr::host()?.db, &who, Some(id), crate::ssr::now()?).await?)
}

/// Places and own bookings as they stand now, in the view of an activity's page.
#[derive(Clone, Copy)]
pub struct PlacesNow {
    places: RwSignal<Option<ActivityPlaces>>,
    own: RwSignal<Vec<MyBooking>>,
    /// What is read out to who listens to the page.
    said: RwSignal<String>,
    live: Live,
}

impl PlacesNow {
    /// Follows the community, and makes what it finds known to the view. `anew` asks for the whole page.
    pub fn follow(slug: Memo<String>, activity: Memo<String>, anew: impl Fn() + Copy + 'static) -> Self {
        let (places, own, said) = (RwSignal::new(None), RwSignal::default(), RwSignal::default());
        let live = Live::follow(slug, move |live| {
            spawn_local(async move {
                let now = Self { places, own, said, live };
                if now.read(slug.get_untracked(), activity.get_untracked()).await == Some(Found::MoreThanPlaces) {
                    live.when_free(anew);
                }
            });
        });
        let now = Self { places, own, said, live };
        provide_context(now);
        now
    }

    /// Begins with what a page was rendered with.
    pub fn begin(self, places: ActivityPlaces, own: Vec<MyBooking>) {
        self.live.shows(places.revision);
        self.places.set(Some(places));
        self.own.set(own);
    }

    /// Reads what has changed; none if there is no answer, or the page is gone.
    async fn read(self, slug: String, activity: String) -> Option<Found> {
        let found = read_places(slug, activity.clone()).await.ok()?;
        let before = self.places.try_get_untracked()??;
        let mut more = found.print != before.print || bookable(&found) != bookable(&before);
        let own = self.own.get_untracked();
        let stirred = |places: &ActivityPlaces| -> BTreeMap<TermId, u64> {
            let of_own = |term: &&TermPlaces| own.iter().any(|booking| booking.term == term.term);
            places.terms.iter().filter(of_own).map(|term| (term.term, term.stirred)).collect()
        };
        if stirred(&found) != stirred(&before) {
            let newer = read_own_bookings(activity).await.ok()?;
            let ids = |bookings: &[MyBooking]| bookings.iter().map(|booking| booking.id).collect::<Vec<_>>();
            more |= ids(&newer) != ids(&own);
            if let Some(news) = news(&own, &newer) {
                self.said.try_set(news);
            }
            self.own.try_set(newer);
        }
        self.live.shows(found.revision);
        self.places.try_set(Some(found));
        Some(if more { Found::MoreThanPlaces } else { Found::Places })
    }

    fn term(self, id: TermId) -> Option<TermPlaces> {
        self.places.with(|places| places.as_ref()?.terms.iter().find(|term| term.term == id).cloned())
    }

    fn booking(self, id: BookingId) -> Option<MyBooking> {
        self.own.with(|own| own.iter().find(|booking| booking.id == id).cloned())
    }
}

/// What a reading found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    /// The page stands; only places differ.
    Places,
    /// The page itself is another.
    MoreThanPlaces,
}

/// Which terms can be booked: that is what a form comes and goes with.
fn bookable(places: &ActivityPlaces) -> Vec<bool> {
    let can = |term: &TermPlaces| {
        matches!(term.standing, Standing::Open { .. } | Standing::Waitlist { .. } | Standing::Applying { .. })
    };
    places.terms.iter().map(can).collect()
}

/// What to say of a booking whose number fell, or which has its place now.
fn news(before: &[MyBooking], now: &[MyBooking]) -> Option<String> {
    let changed = now.iter().find(|booking| {
        let was = before.iter().find(|was| was.id == booking.id);
        was.is_some_and(|was| was.place_in_line != booking.place_in_line || was.state != booking.state)
    })?;
    let person = changed.person_name.clone();
    Some(match changed.place_in_line {
        _ if changed.state == BookingState::Offered => say!(entry.offered_title, person = person).to_string(),
        Some(number) => say!(activity.answer_waiting, person = person, number = number).to_string(),
        None => say!(activity.answer_booked, person = person).to_string(),
    })
}

/// A term as it stands now.
pub fn term_now(term: TermCard) -> Memo<TermCard> {
    let now = use_context::<PlacesNow>();
    Memo::new(move |_| {
        let mut term = term.clone();
        if let Some(places) = now.and_then(|now| now.term(term.id)) {
            (term.standing, term.waiting) = (places.standing, places.waiting);
            for (date, standing) in term.dates.iter_mut().zip(places.dates) {
                date.standing = standing;
            }
        }
        term
    })
}

/// A booking of one's own as it stands now.
pub fn booking_now(booking: MyBooking) -> Memo<MyBooking> {
    let now = use_context::<PlacesNow>();
    Memo::new(move |_| now.and_then(|now| now.booking(booking.id)).unwrap_or_else(|| booking.clone()))
}

/// How a term stands now, as a badge.
#[component]
pub fn StandingNow(
    /// The term.
    term: Memo<TermCard>,
    /// What its places are counted in.
    unit: Unit,
) -> impl IntoView {
    move || {
        let TermCard { standing, opens, .. } = term.get();
        view! { <crate::parts::StateBadge standing unit opens reason=None /> }
    }
}

/// Reads out what happened to one's own bookings, and nothing else.
#[component]
pub fn Said() -> impl IntoView {
    let now = use_context::<PlacesNow>();
    view! {
        <p class="visually-hidden" role="status" aria-live="polite">
            {move || now.map(|now| now.said.get())}
        </p>
    }
}

/// The text of a date among those to choose from.
pub fn choice_of(date: &domain::reading::DateEntry) -> String {
    let text = format!("{} {}", words::date_long(date.date), words::time(date.start));
    format!("{text} · {}", words::standing_short(date.standing).unwrap_or_default())
}
