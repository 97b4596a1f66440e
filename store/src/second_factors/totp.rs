//! Codes of an authenticator app (TOTP, RFC 6238): six digits, of SHA-1 and 30 seconds, which is what every app knows.

use super::{must_work, tell};
use crate::{
    StoreError,
    accounts::Who,
    entity::totp,
    sealed::{Keys, Place, Sealing},
    tx::{WriteTx, begin_write},
};
use domain::{id::AccountId, refusal::Refusal};
use jiff::{SignedDuration, Timestamp};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, DatabaseConnection, EntityTrait, IntoActiveModel, QuerySelect};
use totp_rs::{Builder, Totp};
use uuid::Uuid;
use zeroize::Zeroizing;

/// The table, as secrets are bound to it.
pub const TABLE: &str = "totp";

/// Wrong codes that are taken before a pause. Only who knows the password comes so far, so nobody else can cause it.
const TRIES: i32 = 5;
/// The pause.
const PAUSE: SignedDuration = SignedDuration::from_mins(15);

/// A secret that is to be set up.
#[derive(Clone)]
pub struct NewTotp(Zeroizing<[u8; 20]>);

/// Makes a new secret, of 160 bits (RFC 4226, 4).
pub fn begin_totp() -> NewTotp {
    NewTotp(Zeroizing::new(rand::random()))
}

impl NewTotp {
    /// The secret of [`Self::text`].
    pub fn parse(text: &str) -> Option<Self> {
        let secret = totp_rs::Secret::try_from_base32(text).ok()?;
        Some(Self(Zeroizing::new(secret.as_ref().try_into().ok()?)))
    }

    /// The secret in base32, as it is typed into an app.
    pub fn text(&self) -> String {
        totp_rs::Secret::from(*self.0).to_base32()
    }

    /// The address that an app reads from a QR code (otpauth).
    pub fn address(&self, name: &str) -> Option<String> {
        // A colon parts the issuer from the name.
        let name = name.replace(':', " ");
        let builder = Builder::new().with_secret(*self.0).with_issuer(Some("朝夕")).with_account_name(name);
        builder.build().ok()?.to_url().ok()
    }

    fn step_of(&self, code: &str, now: Timestamp) -> Option<i64> {
        step_of(&self.0, code, now)
    }
}

/// The time step of which this is the code, if it is one of now, or of 30 seconds before or after.
fn step_of(secret: &[u8; 20], code: &str, now: Timestamp) -> Option<i64> {
    let totp: Totp = Builder::new().with_secret(*secret).build().ok()?;
    let step = totp.check(code.trim(), u64::try_from(now.as_second()).ok()?)?;
    i64::try_from(step).ok()
}

/// Sets an app up, in place of an earlier one, by a code that it shows.
///
/// # Errors
/// [`Refusal::WrongCode`]; [`StoreError::NotAllowed`] for who works nowhere; [`StoreError::Sealed`] without keys.
pub async fn set_up_totp(
    db: &DatabaseConnection,
    keys: &Keys,
    who: &Who,
    new: &NewTotp,
    code: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    must_work(who)?;
    let step = new.step_of(code, now).ok_or(Refusal::WrongCode)?;
    let tx = begin_write(db).await?;
    let sealing = Sealing::begin(&tx, keys).await?;
    totp::Entity::delete_by_id(who.account.0).exec(&tx).await?;
    totp::Entity::insert(totp::ActiveModel {
        account_id: Set(who.account.0),
        key_id: Set(sealing.key()),
        secret: Set(sealing.seal(place(who.account.0), new.0.as_slice())?),
        last_step: Set(step),
        tries: Set(0),
        tried_at: Set(None),
        created_at: Set(now.into()),
    })
    .exec_without_returning(&tx)
    .await?;
    tell(&tx, who, "set_up_totp", None::<()>, now).await?;
    tx.commit().await?;
    Ok(())
}

/// Removes the app.
///
/// # Errors
/// [`Refusal::NoSecondFactor`] where there is none.
pub async fn remove_totp(db: &DatabaseConnection, who: &Who, now: Timestamp) -> Result<(), StoreError> {
    let tx = begin_write(db).await?;
    if totp::Entity::delete_by_id(who.account.0).exec(&tx).await?.rows_affected == 0 {
        return Err(Refusal::NoSecondFactor.into());
    }
    super::forget_idle_codes(&tx, who.account).await?;
    tell(&tx, who, "remove_totp", None::<()>, now).await?;
    tx.commit().await?;
    Ok(())
}

/// Counts a guess, and takes the code if it is right: each once, and none older than one taken before.
pub(super) async fn takes(
    tx: &WriteTx,
    keys: &Keys,
    account: AccountId,
    code: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let Some(row) = totp::Entity::find_by_id(account.0).lock_exclusive().one(tx).await? else { return Ok(false) };
    let tried = row.tried_at.map(Timestamp::from);
    let again_at = tried.and_then(|at| at.checked_add(PAUSE).ok()).filter(|again_at| *again_at > now);
    if let (Some(again_at), TRIES..) = (again_at, row.tries) {
        return Err(Refusal::TooManyGuesses { again_at }.into());
    }
    let secret = keys.open(row.key_id, place(account.0), &row.secret)?;
    let secret = Zeroizing::new(<[u8; 20]>::try_from(secret.as_slice()).map_err(|_| StoreError::Sealed)?);
    let step = step_of(&secret, code, now).filter(|step| *step > row.last_step);
    let tries = again_at.map_or(0, |_| row.tries);
    let mut model = row.into_active_model();
    match step {
        Some(step) => {
            model.last_step = Set(step);
            model.tries = Set(0);
            model.tried_at = Set(None);
        }
        None => {
            model.tries = Set(tries + 1);
            model.tried_at = Set(Some(now.into()));
        }
    }
    model.update(tx).await?;
    Ok(step.is_some())
}

fn place(account: Uuid) -> Place {
    Place { table: TABLE, column: "secret", row: account }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B, for SHA-1, of which apps show the last six digits.
    #[test]
    fn codes_are_those_of_the_rfc() {
        let new = NewTotp(Zeroizing::new(*b"12345678901234567890"));
        for (second, code) in [(59, "287082"), (1_111_111_109, "081804"), (2_000_000_000, "279037")] {
            let at = Timestamp::from_second(second).unwrap();
            assert_eq!(new.step_of(code, at), Some(second / 30));
            assert_eq!(new.step_of(code, at + SignedDuration::from_secs(30)), Some(second / 30), "an app may be slow");
            assert_eq!(new.step_of(code, at + SignedDuration::from_secs(90)), None);
        }
        for wrong in ["", "28708", "2870821", "28708x", "２８７０８２"] {
            assert_eq!(new.step_of(wrong, Timestamp::from_second(59).unwrap()), None, "{wrong:?}");
        }
    }

    #[test]
    fn a_secret_is_typed_or_scanned() {
        let new = NewTotp(Zeroizing::new(*b"12345678901234567890"));
        assert_eq!(new.text(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert_eq!(NewTotp::parse(&new.text()).map(|new| new.text()), Some(new.text()));
        assert!(NewTotp::parse("short").is_none());
        let address = new.address("王:芳").unwrap();
        assert!(address.starts_with("otpauth://totp/%E6%9C%9D%E5%A4%95:"), "{address}");
        assert!(address.contains("secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"), "{address}");
        assert_ne!(begin_totp().text(), begin_totp().text());
    }
}
