//! What stands in the way of dates: other dates of the community, opening hours of rooms, blocks.

use crate::{
    StoreError,
    entity::{
        activity, block, community, occurrence, room, term,
        time::{Day, Instant},
    },
    terms::{code, local, zone_of},
};
use domain::{
    block::{Barriers, Block, Blocked, Hours, Obstacle, OpeningHours},
    calendar::Span,
    id::{CommunityId, OccurrenceId, RoomId, TermId},
    reading::{ClashBy, ClashLine, RoomChoice},
    refusal::Refusal,
    schedule::{Arrangement, Clash, Taken, clashes},
    term::{OccurrenceState, TermState},
    text::Line,
};
use jiff::{
    civil::{Date, Time},
    tz::TimeZone,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect,
    RelationTrait,
};
use std::collections::{BTreeSet, HashMap, HashSet};
use uuid::Uuid;

/// What dates take up, as rows stand, and what else stands in the way.
pub(crate) struct TakenDates {
    /// The stretches of time.
    pub dates: Vec<Taken>,
    /// Opening hours and blocks.
    barriers: Barriers,
    /// The community's zone.
    zone: TimeZone,
    /// The activities of their terms.
    names: HashMap<TermId, String>,
}

/// What may stand in the way of wanted dates: whatever shares a room, a leader or their term with them on one of their
/// days, but for the dates `without`.
pub(crate) async fn taken(
    conn: &impl ConnectionTrait,
    at: CommunityId,
    wanted: &[Taken],
    without: &[OccurrenceId],
) -> Result<TakenDates, StoreError> {
    let rooms: HashSet<_> = wanted.iter().filter_map(|date| date.room).collect();
    let leaders: HashSet<_> = wanted.iter().filter_map(|date| date.leader.as_deref()).collect();
    let terms: HashSet<_> = wanted.iter().map(|date| date.term).collect();
    let shared = Condition::any()
        .add(occurrence::Column::RoomId.is_in(rooms.iter().map(|room| room.0)))
        .add(occurrence::Column::Leader.is_in(leaders))
        .add(occurrence::Column::TermId.is_in(terms.iter().map(|term| term.0)));
    read(conn, at, wanted, without, shared).await
}

/// All that is taken on the days of wanted dates, in whatever room.
pub(crate) async fn taken_anywhere(
    conn: &impl ConnectionTrait,
    at: CommunityId,
    wanted: &[Taken],
    without: &[OccurrenceId],
) -> Result<TakenDates, StoreError> {
    read(conn, at, wanted, without, Condition::all()).await
}

/// A date with the activity of its term.
type Row = (Uuid, Uuid, Day, Instant, Instant, Option<Uuid>, Option<String>, String);

async fn read(
    conn: &impl ConnectionTrait,
    at: CommunityId,
    wanted: &[Taken],
    without: &[OccurrenceId],
    which: Condition,
) -> Result<TakenDates, StoreError> {
    use occurrence::Column;
    // A date ends on the day on which it begins, and a rule of one weekday wants few of the days between its first and
    // its last.
    let days: BTreeSet<Date> = wanted.iter().map(|wanted| wanted.date).collect();
    let rows: Vec<Row> = occurrence::Entity::find()
        .select_only()
        .columns([Column::Id, Column::TermId, Column::OnDate, Column::StartsAt, Column::EndsAt])
        .columns([Column::RoomId, Column::Leader])
        .column(activity::Column::Name)
        .join(JoinType::InnerJoin, occurrence::Relation::Term.def())
        .join(JoinType::InnerJoin, term::Relation::Activity.def())
        .filter(Column::CommunityId.eq(at.0))
        .filter(Column::OnDate.is_in(days.iter().copied().map(Day::from)))
        .filter(Column::State.eq(code(OccurrenceState::Scheduled)))
        .filter(term::Column::State.eq(code(TermState::Published)))
        .filter(which)
        .order_by_asc(Column::StartsAt)
        .into_tuple()
        .all(conn)
        .await?;
    let community = community::Entity::find_by_id(at.0).one(conn).await?.ok_or(StoreError::NotFound)?;
    let mut taken = TakenDates {
        dates: Vec::new(),
        barriers: match (days.first(), days.last()) {
            (Some(&first), Some(&last)) => barriers(conn, at, Span { first, last }).await?,
            _ => Barriers::default(),
        },
        zone: zone_of(&community),
        names: HashMap::new(),
    };
    for (id, term, date, starts_at, ends_at, room, leader, name) in rows {
        let (occurrence, term) = (OccurrenceId(id), TermId(term));
        if without.contains(&occurrence) {
            continue;
        }
        taken.names.entry(term).or_insert(name);
        taken.dates.push(Taken {
            term,
            occurrence: Some(occurrence),
            date: date.into(),
            starts_at: starts_at.into(),
            ends_at: ends_at.into(),
            room: room.map(RoomId),
            leader,
        });
    }
    Ok(taken)
}

/// A row's block; none where a row can't be read, which staff would see as missing.
fn block_of(row: block::Model) -> Option<Block> {
    let of = match (row.room_id, row.leader) {
        (Some(room), _) => Blocked::Room(RoomId(room)),
        (None, Some(leader)) => Blocked::Leader(leader),
        (None, None) => return None,
    };
    let time = |text: Option<String>| text.and_then(|text| text.parse::<Time>().ok());
    let hours = time(row.start_time).zip(time(row.end_time)).and_then(|(from, to)| Hours::new(from, to).ok());
    Block::new(of, row.first_date.into(), row.last_date.into(), hours, Line::parse(&row.reason).ok()?).ok()
}

/// The blocks of a community that touch a span, by their first day, each with its row's id.
pub(crate) async fn blocks(
    conn: &impl ConnectionTrait,
    at: CommunityId,
    span: Span,
) -> Result<Vec<(Uuid, Block)>, DbErr> {
    let rows = block::Entity::find()
        .filter(block::Column::CommunityId.eq(at.0))
        .filter(block::Column::LastDate.gte(Day::from(span.first)))
        .filter(block::Column::FirstDate.lte(Day::from(span.last)))
        .order_by_asc(block::Column::FirstDate)
        .order_by_asc(block::Column::Id)
        .all(conn)
        .await?;
    Ok(rows.into_iter().filter_map(|row| Some((row.id, block_of(row)?))).collect())
}

/// The hours of a room's row, if it has any.
pub(crate) fn hours_of(row: &room::Model) -> Option<OpeningHours> {
    row.hours.as_deref().and_then(|hours| serde_json::from_str(hours).ok())
}

/// What stands in the way of dates of a span beside other dates.
pub(crate) async fn barriers(conn: &impl ConnectionTrait, at: CommunityId, span: Span) -> Result<Barriers, DbErr> {
    let rooms = room::Entity::find()
        .filter(room::Column::CommunityId.eq(at.0))
        .filter(room::Column::Hours.is_not_null())
        .all(conn)
        .await?;
    Ok(Barriers {
        hours: rooms.iter().filter_map(|row| Some((RoomId(row.id), hours_of(row)?))).collect(),
        blocks: blocks(conn, at, span).await?.into_iter().map(|(_, block)| block).collect(),
    })
}

impl TakenDates {
    fn arranged(&self, wanted: &Taken) -> Arrangement {
        Arrangement {
            date: wanted.date,
            start: local(wanted.starts_at, &self.zone).time(),
            end: local(wanted.ends_at, &self.zone).time(),
            room: wanted.room,
            leader: wanted.leader.clone(),
        }
    }

    /// Refuses what would be in two places, or where or with whom it can't be.
    pub(crate) fn refuse_clash(&self, wanted: &[Taken]) -> Result<(), Refusal> {
        for date in wanted {
            match self.barriers.against(&self.arranged(date)).first() {
                None => {}
                Some(Obstacle::LeaderBlocked(_)) => return Err(Refusal::LeaderAway { on: date.date }),
                Some(_) => return Err(Refusal::RoomClosed { on: date.date }),
            }
        }
        match clashes(wanted, &self.dates).first() {
            None => Ok(()),
            Some(clash) => {
                let other = if clash.among { wanted.get(clash.other) } else { self.dates.get(clash.other) };
                let term = other.or(wanted.first()).map_or(TermId(Uuid::nil()), |other| other.term);
                let on = wanted.get(clash.wanted).map_or(Date::ZERO, |wanted| wanted.date);
                Err(Refusal::Clash { term, on })
            }
        }
    }

    /// What stands in the way of wanted dates, in words' values, each with the date in whose way it stands.
    pub(crate) fn lines(&self, wanted: &[Taken]) -> Vec<(Date, ClashLine)> {
        let barred = wanted.iter().flat_map(|date| {
            let at = self.arranged(date);
            let line = move |by| {
                let line = ClashLine { date: at.date, start: at.start, end: at.end, by: ClashBy::Obstacle(by) };
                (at.date, line)
            };
            self.barriers.against(&self.arranged(date)).into_iter().map(line)
        });
        let line = |clash: &Clash| {
            let other = if clash.among { wanted.get(clash.other) } else { self.dates.get(clash.other) }?;
            let line = ClashLine {
                date: other.date,
                start: local(other.starts_at, &self.zone).time(),
                end: local(other.ends_at, &self.zone).time(),
                by: ClashBy::Date {
                    name: self.names.get(&other.term).cloned().unwrap_or_default(),
                    shared: clash.shared,
                },
            };
            Some((wanted.get(clash.wanted)?.date, line))
        };
        barred.chain(clashes(wanted, &self.dates).iter().filter_map(line)).collect()
    }

    /// The rooms in which all the wanted dates could take place, were they held there, by what is taken anywhere.
    pub(crate) fn free_rooms(&self, wanted: &[Taken], rooms: &[RoomChoice]) -> Vec<RoomChoice> {
        let fits = |room: &&RoomChoice| {
            let there: Vec<_> = wanted.iter().cloned().map(|date| Taken { room: Some(room.id), ..date }).collect();
            !self.lines(&there).iter().any(|(_, line)| line.by.is_of_room())
        };
        rooms.iter().filter(fits).cloned().collect()
    }
}
