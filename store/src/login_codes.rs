//! One-time codes (验证码): sent to a phone, or read out by staff to somebody whom no message reaches.

use crate::{
    StoreError,
    accounts::Who,
    audit::Change,
    entity::{account, community, household_member, login_code, person, staff_role, time::Instant},
    id::new_id,
    notices,
    rosters::desk_of,
    tx::{WriteTx, begin_write},
};
use domain::{
    id::{CommunityId, PersonId},
    phone::PhoneNumber,
    reading::NoticeText,
    refusal::Refusal,
    rights::{Act, Door},
};
use jiff::{Timestamp, ToSpan};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, DatabaseConnection, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, sea_query::Expr,
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// How long a one-time code lives.
pub const CODE_MINUTES: i64 = 10;
/// Codes that one network may ask for one number in an hour; so many may staff read out for it, too.
pub const CODES_AN_HOUR: usize = 5;
/// Codes for one number in an hour, whoever asks: so many messages at most does a stranger make somebody get, who needs
/// four networks for it.
const CODES_IN_ALL: u64 = 20;
/// Wrong guesses that a code allows which was sent: only the visitor who asked for it can make them.
const TRIES: i32 = 5;
/// The same for one that was read out: anybody can who knows the number, and shouldn't spoil it at once.
const TRIES_READ_OUT: i32 = 20;

/// A new one-time code: six digits that nobody can guess.
pub fn new_code() -> String {
    format!("{:06}", rand::random_range(0..1_000_000_u32))
}

/// A one-time code that was asked for: whoever asked enters it by this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AskedCode {
    /// Its row.
    pub id: Uuid,
    /// From when it is worth nothing.
    pub expires_at: Timestamp,
}

/// Keeps a new one-time code for a number, asked for from a network. Only its hash is stored.
///
/// # Errors
/// [`Refusal::TooManyCodes`] after five codes in an hour from this network, or twenty from all: a stranger who uses up
/// their own leaves the owner theirs.
pub async fn ask_code(
    db: &DatabaseConnection,
    phone: &PhoneNumber,
    network: Option<&str>,
    code: &str,
    now: Timestamp,
) -> Result<AskedCode, StoreError> {
    use login_code::Column::{Network, ReadBy};
    let tx = begin_write(db).await?;
    let sent = Condition::all().add(ReadBy.is_null());
    let from_here = match network {
        Some(network) => sent.clone().add(Network.eq(network)),
        None => sent.clone().add(Network.is_null()),
    };
    must_be_few(&tx, phone, from_here, CODES_AN_HOUR as u64, now).await?;
    must_be_few(&tx, phone, sent, CODES_IN_ALL, now).await?;
    let asked = keep_code(&tx, phone, code, (None, network), now).await?;
    tx.commit().await?;
    Ok(asked)
}

/// Refuses another code where so many were made within an hour.
async fn must_be_few(
    tx: &WriteTx,
    phone: &PhoneNumber,
    which: Condition,
    most: u64,
    now: Timestamp,
) -> Result<(), StoreError> {
    use login_code::Column::{CreatedAt, Phone};
    let hour_ago = Instant::from(now.checked_sub(1.hour()).unwrap_or(Timestamp::MIN));
    let recent =
        login_code::Entity::find().filter(Phone.eq(phone.as_str())).filter(CreatedAt.gt(hour_ago)).filter(which);
    if recent.clone().count(tx).await? < most {
        return Ok(());
    }
    let oldest = recent.order_by_asc(CreatedAt).one(tx).await?;
    let again_at = oldest.map_or(now, |row| Timestamp::from(row.created_at)).checked_add(1.hour()).unwrap_or(now);
    Err(Refusal::TooManyCodes { again_at }.into())
}

async fn keep_code(
    tx: &WriteTx,
    phone: &PhoneNumber,
    code: &str,
    (read_by, network): (Option<Uuid>, Option<&str>),
    now: Timestamp,
) -> Result<AskedCode, StoreError> {
    let (id, expires_at) = (new_id(now), now.checked_add(CODE_MINUTES.minutes()).unwrap_or(now));
    login_code::Entity::insert(login_code::ActiveModel {
        id: Set(id),
        phone: Set(phone.as_str().to_owned()),
        code_hash: Set(hash_code(id, code)),
        created_at: Set(now.into()),
        expires_at: Set(expires_at.into()),
        used_at: Set(None),
        tries: Set(0),
        read_by: Set(read_by),
        network: Set(network.map(str::to_owned)),
    })
    .exec_without_returning(tx)
    .await?;
    Ok(AskedCode { id, expires_at })
}

/// Makes a code that staff read out to a resident (or say on the phone), who enters it where they entered their number.
/// The record shows who read it, and the resident is told.
///
/// # Errors
/// [`StoreError::NotFound`] without the right to it, and for nobody of the community; [`Refusal::NoPhoneOnRecord`];
/// [`Refusal::SignsInAsStaff`] for whoever works somewhere: nobody of the desk becomes an admin by it;
/// [`Refusal::PhoneOfAnother`] where the number signs a relative in;
/// [`Refusal::TooManyCodes`] after five in an hour.
pub async fn read_out_code(
    db: &DatabaseConnection,
    who: &Who,
    id: PersonId,
    code: &str,
    now: Timestamp,
) -> Result<AskedCode, StoreError> {
    let tx = begin_write(db).await?;
    let person = person::Entity::find_by_id(id.0).filter(person::Column::MergedInto.is_null()).one(&tx).await?;
    let person = person.ok_or(StoreError::NotFound)?;
    let home = community::Entity::find_by_id(person.community_id).one(&tx).await?.ok_or(StoreError::NotFound)?;
    let at = desk_of(&tx, who, &home.slug, Act::ManageBookings).await?;
    let phone = person.phone.as_deref().and_then(|phone| PhoneNumber::parse(phone).ok());
    let phone = phone.ok_or(Refusal::NoPhoneOnRecord)?;
    let owner = account::Entity::find().filter(account::Column::Phone.eq(phone.as_str())).one(&tx).await?;
    if let Some(owner) = &owner {
        let works = staff_role::Entity::find().filter(staff_role::Column::AccountId.eq(owner.id)).count(&tx).await? > 0;
        if works || owner.login.is_some() {
            return Err(Refusal::SignsInAsStaff.into());
        }
        if !is_own(&tx, owner, id).await? {
            return Err(Refusal::PhoneOfAnother.into());
        }
    }
    let read_out = Condition::all().add(login_code::Column::ReadBy.is_not_null());
    must_be_few(&tx, &phone, read_out, CODES_AN_HOUR as u64, now).await?;
    let asked = keep_code(&tx, &phone, code, (Some(who.account.0), None), now).await?;
    Change {
        community: at,
        by: Some((who.account, &who.name)),
        for_person: Some(id),
        action: "read_out_code",
        subject: ("person", id.0),
        term: None,
        door: Door::Desk,
    }
    .write(&tx, None::<()>, None::<()>, now)
    .await?;
    if let Some(owner) = owner {
        let text = NoticeText::CodeReadOut { by: who.name.clone(), community: home.name, slug: home.slug };
        notices::owe(&tx, CommunityId(home.id), None, Some(owner.id), id, &text, now).await?;
    }
    tx.commit().await?;
    Ok(asked)
}

/// True unless the account is known to be somebody else's: the number in a record may be that of a relative to call.
async fn is_own(tx: &WriteTx, owner: &account::Model, id: PersonId) -> Result<bool, StoreError> {
    let (Some(home), None) = (owner.household_id, owner.person_id) else {
        return Ok(owner.person_id.is_none_or(|person| person == id.0));
    };
    Ok(household_member::Entity::find_by_id((home, id.0)).count(tx).await? > 0)
}

/// Forgets a code that was surely not sent, so that it counts for nothing.
pub async fn take_back_code(db: &DatabaseConnection, asked: Uuid) -> Result<(), StoreError> {
    login_code::Entity::delete_by_id(asked).exec(db).await?;
    Ok(())
}

/// Which codes prove what is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Proof {
    /// Those that were sent: the phone is in the visitor's hand.
    Sent,
    /// Those, or one that staff read out: the visitor is whom staff had before them.
    SentOrReadOut,
}

/// Counts a guess at the codes that one visitor `asked` for a number, and uses them up if it is right: of two messages
/// either may come first. Codes that others asked for the same number are nobody's business here, so a stranger who asks
/// for some and guesses spoils none but their own.
pub(crate) async fn takes_code(
    tx: &WriteTx,
    phone: &PhoneNumber,
    asked: &[Uuid],
    proof: Proof,
    code: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    use login_code::Column::{ExpiresAt, Id, Phone, ReadBy, Tries, UsedAt};
    let sent = Condition::all().add(Id.is_in(asked.iter().copied())).add(ReadBy.is_null()).add(Tries.lt(TRIES));
    let mut fitting = Condition::any().add(sent);
    if proof == Proof::SentOrReadOut {
        fitting = fitting.add(Condition::all().add(ReadBy.is_not_null()).add(Tries.lt(TRIES_READ_OUT)));
    }
    let living = login_code::Entity::find()
        .filter(fitting)
        .filter(Phone.eq(phone.as_str()))
        .filter(UsedAt.is_null())
        .filter(ExpiresAt.gt(Instant::from(now)))
        .order_by_asc(Id)
        .lock_exclusive()
        .all(tx)
        .await?;
    if living.is_empty() {
        return Err(Refusal::WrongCode.into());
    }
    let right = living.iter().any(|row| row.code_hash == hash_code(row.id, code.trim()));
    let mut guessed = login_code::Entity::update_many()
        .col_expr(Tries, Expr::col(Tries).add(1))
        .filter(Id.is_in(living.iter().map(|row| row.id)));
    if right {
        guessed = guessed.col_expr(UsedAt, Expr::value(Instant::from(now)));
    }
    guessed.exec(tx).await?;
    Ok(right)
}

/// Uses up the codes that were `asked` for a number, as somebody's proof that the phone is in their hand.
///
/// # Errors
/// [`Refusal::WrongCode`].
pub async fn use_code(
    db: &DatabaseConnection,
    phone: &PhoneNumber,
    asked: &[Uuid],
    code: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let tx = begin_write(db).await?;
    let right = takes_code(&tx, phone, asked, Proof::Sent, code, now).await?;
    tx.commit().await?;
    if right { Ok(()) } else { Err(Refusal::WrongCode.into()) }
}

/// The hash of a code that is kept in a row of that id.
pub(crate) fn hash_code(id: Uuid, code: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(id.as_bytes());
    hash.update(code.as_bytes());
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
