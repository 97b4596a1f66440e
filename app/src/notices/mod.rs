//! 消息: what the centre told somebody.

use crate::{
    error::AppError,
    frame::{framed, refetch_frame_after, use_head, use_slug},
    parts::{ActionProblem, Banner, Empty, Failure, Icon, Loading, PageTitle},
    say,
    sign_in::sign_in_first::SignInFirst,
    words,
};
use domain::{
    household::HouseholdNews,
    pickup::PickupWay,
    reading::{NoticeItem, NoticeText, Told},
};
use jiff::civil::Date;
use leptos::prelude::*;
use leptos_router::{LazyRoute, hooks::use_query_map, lazy_route};

/// Reads somebody's notices, newest first; nothing while nobody is signed in.
#[server(prefix = "/api", endpoint = "read_inbox", input = server_fn::codec::GetUrl)]
pub async fn read_inbox() -> Result<Option<Vec<NoticeItem>>, AppError> {
    match crate::ssr::who().await? {
        Some(who) => Ok(Some(store::notices::list(&crate::ssr::host()?.db, &who, crate::ssr::now()?).await?)),
        None => Ok(None),
    }
}

/// Marks all of somebody's notices as read.
#[server(prefix = "/api", endpoint = "read_notices")]
pub async fn read_notices() -> Result<(), AppError> {
    let who = crate::ssr::need_who().await?;
    Ok(store::notices::read_notices(&crate::ssr::host()?.db, &who, crate::ssr::now()?).await?)
}

/// Gives up one date of a booking that was moved or added; the others are kept.
#[server(prefix = "/api", endpoint = "decline_date")]
pub async fn decline_date(slug: String, booking: String, occurrence: String) -> Result<(), AppError> {
    let missing = || crate::ssr::said(AppError::NotFound);
    let (booking, date) = (booking.parse().map_err(|_| missing())?, occurrence.parse().map_err(|_| missing())?);
    let who = crate::ssr::need_who().await?;
    let host = crate::ssr::host()?;
    let done = store::bookings::decline_date(&host.db, &who, booking, date, crate::ssr::now()?).await;
    crate::ssr::told(done, &slug).await?;
    crate::ssr::go(&slug, "notices?done=declined");
    Ok(())
}

/// The page, loaded when it is opened.
pub struct NoticesRoute;

#[lazy_route]
impl LazyRoute for NoticesRoute {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <Notices /> }.into_any()
    }
}

#[component]
fn Notices() -> impl IntoView {
    let slug = use_slug();
    let action = ServerAction::<ReadNotices>::new();
    refetch_frame_after(action);
    let decline = ServerAction::<DeclineDate>::new();
    let query = use_query_map();
    let declined = Memo::new(move |_| query.with(|query| query.get("done").as_deref() == Some("declined")));
    let done = move || (action.version().get(), decline.version().get());
    // What the URL tells is part of what is read anew, or it could come after the page.
    let inbox = Resource::new(move || (slug.get(), done(), declined.get()), |_| read_inbox());
    view! {
        <PageTitle text=format!("{} · {}", say!(family.notices), say!(common.brand)) />
        <Transition fallback=Loading>
            {move || Suspend::new(async move {
                match framed(inbox).await {
                    Ok(inbox) => {
                        let declined = declined.get_untracked();
                        view! { <Inbox inbox action decline declined /> }.into_any()
                    }
                    Err(error) => view! { <Failure error /> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Inbox(
    inbox: Option<Vec<NoticeItem>>,
    action: ServerAction<ReadNotices>,
    decline: ServerAction<DeclineDate>,
    declined: bool,
) -> impl IntoView {
    let head = use_head();
    let slug = head.slug;
    let unread = inbox.iter().flatten().any(|notice| !notice.read);
    let button = unread.then(|| {
        view! {
            <ActionForm action>
                <button class="button" disabled=move || action.pending().get()>
                    {say!(family.read_all)}
                </button>
            </ActionForm>
        }
    });
    let list = match inbox {
        None => view! {
            <SignInFirst
                title=say!(family.notices_signed_out)
                text=say!(family.notices_signed_out_text)
                to="notices"
            />
        }
        .into_any(),
        Some(notices) if notices.is_empty() => view! {
            <Empty title=say!(family.notices_empty) text=say!(family.notices_empty_text)>
                <a class="button" href=format!("/{slug}")>
                    {say!(family.see_calendar)}
                </a>
            </Empty>
        }
        .into_any(),
        Some(notices) => {
            let items = notices
                .into_iter()
                .map(|notice| view! { <Notice notice today=head.today slug=slug.clone() decline /> })
                .collect_view();
            view! { <ul class="notices">{items}</ul> }.into_any()
        }
    };
    view! {
        <div class="page-head row row--apart">
            <h1>{say!(family.notices)}</h1>
            {button}
        </div>
        {declined
            .then(|| {
                view! {
                    <Banner class="banner--good" icon="check" title=say!(family.declined)>
                        <p>{say!(family.declined_text)}</p>
                    </Banner>
                }
            })}
        <ActionProblem action />
        <ActionProblem action=decline />
        {list}
    }
}

#[component]
fn Notice(notice: NoticeItem, today: Date, slug: String, decline: ServerAction<DeclineDate>) -> impl IntoView {
    let answer = notice.decline.map(|(booking, date)| {
        view! {
            <ActionForm action=decline>
                <input type="hidden" name="slug" value=slug />
                <input type="hidden" name="booking" value=booking.to_string() />
                <input type="hidden" name="occurrence" value=date.to_string() />
                <button class="button" disabled=move || decline.pending().get()>
                    {say!(family.decline)}
                </button>
            </ActionForm>
        }
    });
    let Said { icon, title, text, href, link } = said(notice.says);
    let (date, time) = (notice.at.date(), words::time(notice.at.time()));
    let when = match date == today {
        true => say!(family.today_at, time = time.clone()).to_string(),
        false => words::at(notice.at),
    };
    let unread = (!notice.read).then(|| {
        view! {
            <span class="unread">{say!(family.unread)}</span>
            " "
        }
    });
    view! {
        <li class=if notice.read { "notice" } else { "notice notice--unread" }>
            <Icon name=icon />
            <h2>{unread} {title}</h2>
            <p>{text}</p>
            <p class="fine">
                <time datetime=format!("{date}T{time}")>{when}</time>
            </p>
            <div class="row row--apart">
                <a class="back" href=href>
                    {link}
                </a>
                {answer}
            </div>
        </li>
    }
}

/// A notice in words.
struct Said {
    icon: &'static str,
    title: String,
    text: String,
    href: String,
    link: &'static str,
}

fn said(text: NoticeText) -> Said {
    match text {
        NoticeText::Promoted { activity, person, slug, activity_id, dates } => Said {
            icon: "check",
            title: say!(family.promoted, person = person.clone(), activity = activity).to_string(),
            text: say!(family.promoted_text, person = person, dates = dates).to_string(),
            href: format!("/{slug}/activities/{activity_id}"),
            link: say!(family.see_booking),
        },
        NoticeText::Offered { activity, person, slug, activity_id, until, dates, .. } => Said {
            icon: "ticket",
            title: say!(entry.offered_notice, person = person, activity = activity).to_string(),
            text: say!(entry.offered_notice_text, until = words::at(until), dates = dates).to_string(),
            href: format!("/{slug}/activities/{activity_id}"),
            link: say!(entry.see_offer),
        },
        NoticeText::Lapsed { activity, person, slug, activity_id } => Said {
            icon: "clock",
            title: say!(entry.lapsed_notice, person = person, activity = activity).to_string(),
            text: say!(entry.lapsed_notice_text).to_owned(),
            href: format!("/{slug}/activities/{activity_id}"),
            link: say!(family.see_activity),
        },
        NoticeText::NotDrawn { activity, person, slug, activity_id, number } => Said {
            icon: "queue",
            title: say!(entry.not_drawn_notice, activity = activity, person = person, number = number).to_string(),
            text: say!(entry.not_drawn_notice_text).to_owned(),
            href: format!("/{slug}/activities/{activity_id}"),
            link: say!(family.see_booking),
        },
        NoticeText::ClaimChecked { group, granted, community, slug } => {
            let group = words::entry::group(group);
            let (title, text) = if granted {
                let title = say!(entry.claim_granted_notice, community = community, group = group).to_string();
                (title, say!(entry.claim_granted_notice_text))
            } else {
                let title = say!(entry.claim_refused_notice, community = community, group = group).to_string();
                (title, say!(entry.claim_refused_notice_text))
            };
            Said {
                icon: if granted { "check" } else { "cross" },
                title,
                text: text.to_owned(),
                href: format!("/{slug}/my#claims"),
                link: say!(entry.see_claims),
            }
        }
        NoticeText::CareGranted { person, scopes, slug, link } => Said {
            icon: "people",
            title: say!(care.notice, person = person, what = words::care_scopes(&scopes)).to_string(),
            text: say!(care.notice_text).to_owned(),
            href: format!("/{slug}/cared/{link}"),
            link: say!(care.notice_link),
        },
        NoticeText::HandedOver { activity, person, child, slug, at, way, taker, reason } => {
            let what = words::taken(way, &taker, reason.as_deref());
            let text = say!(pickup.notice_text, activity = activity, at = words::at(at), what = what).to_string();
            let (icon, title) = match way {
                PickupWay::Person | PickupWay::Code => ("check", say!(pickup.notice, person = person).to_string()),
                PickupWay::Alone => ("check", say!(pickup.notice_alone, person = person).to_string()),
                PickupWay::Override => ("alert", say!(pickup.notice_override, person = person).to_string()),
            };
            Said {
                icon,
                title,
                text: words::sentences([Some(text), Some(say!(pickup.notice_check).to_owned())]),
                href: format!("/{slug}/my/pickup/{child}"),
                link: say!(pickup.notice_link),
            }
        }
        NoticeText::HandOverUndone { activity, person, child, slug, at, reason } => Said {
            icon: "repeat",
            title: say!(pickup.notice_undone, person = person).to_string(),
            text: say!(pickup.notice_undone_text, activity = activity, at = words::at(at), reason = reason).to_string(),
            href: format!("/{slug}/my/pickup/{child}"),
            link: say!(pickup.notice_link),
        },
        NoticeText::Household { news, person, slug } => {
            let (title, text) = household_news(news);
            Said {
                icon: "people",
                title: format!("{person} {title}"),
                text: text.to_owned(),
                href: format!("/{slug}/my#add"),
                link: say!(family.see_household),
            }
        }
        NoticeText::CodeReadOut { by, community, slug } => Said {
            icon: "alert",
            title: say!(sign_in.read_out_title).to_owned(),
            text: say!(sign_in.read_out_text, by = by, community = community).to_string(),
            href: format!("/{slug}/my/account"),
            link: say!(account.open),
        },
        NoticeText::BookedByDesk { activity, person, slug, activity_id, waiting: false } => Said {
            icon: "check",
            title: say!(family.desk_booked, person = person.clone(), activity = activity).to_string(),
            text: say!(family.desk_booked_text, person = person).to_string(),
            href: format!("/{slug}/activities/{activity_id}"),
            link: say!(family.see_booking),
        },
        NoticeText::BookedByDesk { activity, person, slug, activity_id, waiting: true } => Said {
            icon: "queue",
            title: say!(family.desk_waiting, person = person.clone(), activity = activity).to_string(),
            text: say!(family.desk_waiting_text, person = person).to_string(),
            href: format!("/{slug}/activities/{activity_id}"),
            link: say!(family.see_booking),
        },
        NoticeText::Moved { activity, person, slug, activity_id, from, to, more, reason, .. } => {
            let (old, new) = changed(&from, &to);
            Said {
                icon: "clock",
                title: say!(family.moved, person = person, activity = activity).to_string(),
                text: because(
                    match more {
                        0 => say!(family.moved_text, old = old, new = new).to_string(),
                        more => say!(family.moved_more, old = old, new = new, more = more).to_string(),
                    },
                    reason,
                ),
                href: format!("/{slug}/activities/{activity_id}"),
                link: say!(family.see_activity),
            }
        }
        NoticeText::Added { activity, person, slug, activity_id, date, .. } => Said {
            icon: "plus",
            title: say!(family.date_added, person = person.clone(), activity = activity).to_string(),
            text: say!(family.date_added_text, when = whole(&date), person = person).to_string(),
            href: format!("/{slug}/activities/{activity_id}"),
            link: say!(family.see_activity),
        },
        NoticeText::CalledOff { activity, person, slug, activity_id, date, reason, more } => Said {
            icon: "cross",
            title: say!(family.called_off, person = person, activity = activity).to_string(),
            text: match more {
                0 => say!(family.called_off_text, when = when(&date), reason = reason).to_string(),
                more => say!(family.called_off_more, when = when(&date), reason = reason, more = more).to_string(),
            },
            href: format!("/{slug}/activities/{activity_id}"),
            link: say!(family.see_activity),
        },
        NoticeText::Restored { activity, person, slug, activity_id, date } => Said {
            icon: "check",
            title: say!(family.restored, person = person.clone(), activity = activity).to_string(),
            text: say!(family.restored_text, when = whole(&date), person = person).to_string(),
            href: format!("/{slug}/activities/{activity_id}"),
            link: say!(family.see_activity),
        },
        NoticeText::AttendedTooLittle { activity, person, slug, came, dates, percent } => Said {
            icon: "alert",
            title: say!(attended.notice, person = person, activity = activity).to_string(),
            text: say!(attended.notice_text, came = came, dates = dates, percent = percent).to_string(),
            href: format!("/{slug}/my"),
            link: say!(common.nav_my),
        },
        NoticeText::CancelledByDesk { activity, person, slug, activity_id } => Said {
            icon: "cross",
            title: say!(family.desk_cancelled, person = person.clone(), activity = activity).to_string(),
            text: say!(family.desk_cancelled_text, person = person).to_string(),
            href: format!("/{slug}/activities/{activity_id}"),
            link: say!(family.see_activity),
        },
    }
}

/// 12月1日 星期二 09:00–10:30
fn when(date: &Told) -> String {
    format!("{} {}", words::date_long(date.date), words::hours(date.start, date.end))
}

/// The same with room and leader.
fn whole(date: &Told) -> String {
    let parts = [Some(when(date)), date.room.clone(), date.leader.clone()];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// What differs between two dates, old and new; the day stands with both, so that it's clear which date it is.
fn changed(from: &Told, to: &Told) -> (String, String) {
    let (mut old, mut new) = (vec![when(from)], vec![when(to)]);
    let none = || say!(family.none).to_owned();
    for (was, is) in [(&from.room, &to.room), (&from.leader, &to.leader)] {
        if was != is {
            old.push(was.clone().unwrap_or_else(none));
            new.push(is.clone().unwrap_or_else(none));
        }
    }
    (old.join(" · "), new.join(" · "))
}

/// A sentence with the reason that staff gave, if they did.
fn because(text: String, reason: Option<String>) -> String {
    words::sentences([Some(text), reason.map(|reason| say!(family.because, reason = reason).to_string())])
}

/// What happened in the household, and what it means.
fn household_news(news: HouseholdNews) -> (&'static str, &'static str) {
    match news {
        HouseholdNews::Joined => (say!(family.news_joined), say!(family.news_joined_text)),
        HouseholdNews::Left => (say!(family.news_left), say!(family.news_left_text)),
        HouseholdNews::Shared => (say!(family.news_shared), say!(family.news_shared_text)),
        HouseholdNews::Merged => (say!(merge.news), say!(merge.news_text)),
        HouseholdNews::Parted => (say!(merge.news_parted), say!(merge.news_parted_text)),
        HouseholdNews::Turned14 => (say!(family.news_14), say!(family.news_14_text)),
        HouseholdNews::Turned18 => (say!(family.news_18), say!(family.news_18_text)),
    }
}
