//! Recovery codes: ten, each good once. They are drawn from 50 bits, so that hashing is enough to keep them and nobody
//! comes upon one by trying.

use super::{must_work, tell};
use crate::{
    StoreError,
    accounts::Who,
    entity::{recovery_code, time::Instant},
    id::new_id,
    login_codes::hash_code,
    tx::{WriteTx, begin_write},
};
use domain::{id::AccountId, refusal::Refusal};
use jiff::Timestamp;
use sea_orm::{ActiveValue::Set, ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter, sea_query::Expr};

/// So many at a time.
const CODES: usize = 10;
/// Letters and digits that nobody takes for each other (Crockford's base 32).
const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// So many of them are a code.
const LENGTH: usize = 10;

/// Makes new ones in place of all earlier ones. They are shown once and kept as hashes.
///
/// # Errors
/// [`StoreError::NotAllowed`] for who works nowhere; [`Refusal::NoSecondFactor`] for who has nothing to recover.
pub async fn new_recovery_codes(db: &DatabaseConnection, who: &Who, now: Timestamp) -> Result<Vec<String>, StoreError> {
    must_work(who)?;
    let tx = begin_write(db).await?;
    if !super::factors_of(&tx, who.account).await?.asked() {
        return Err(Refusal::NoSecondFactor.into());
    }
    recovery_code::Entity::delete_many().filter(recovery_code::Column::AccountId.eq(who.account.0)).exec(&tx).await?;
    let codes: Vec<String> = (0..CODES).map(|_| new_code()).collect();
    let rows = codes.iter().map(|code| {
        let id = new_id(now);
        recovery_code::ActiveModel {
            id: Set(id),
            account_id: Set(who.account.0),
            code_hash: Set(hash_code(id, &code.replace('-', ""))),
            used_at: Set(None),
        }
    });
    recovery_code::Entity::insert_many(rows).exec_without_returning(&tx).await?;
    tell(&tx, who, "new_recovery_codes", None::<()>, now).await?;
    tx.commit().await?;
    Ok(codes)
}

/// 3f7k2-9xw0d
fn new_code() -> String {
    let random: [u8; LENGTH] = rand::random();
    let letters = random.map(|byte| char::from(LETTERS[usize::from(byte % 32)]));
    let (first, last) = letters.split_at(LENGTH / 2);
    format!("{}-{}", first.iter().collect::<String>(), last.iter().collect::<String>())
}

/// What was typed, if it has the form of a recovery code: capitals, spaces and look-alikes are as good.
pub(super) fn read(typed: &str) -> Option<String> {
    if typed.len() > 64 {
        return None;
    }
    let plain = typed.chars().filter(|c| c.is_ascii_alphanumeric()).map(|c| match c.to_ascii_lowercase() {
        'o' => '0',
        'i' | 'l' => '1',
        c => c,
    });
    let code: String = plain.collect();
    (code.len() == LENGTH).then_some(code)
}

/// Uses a code up, if it is one that wasn't used.
pub(super) async fn takes(tx: &WriteTx, account: AccountId, code: &str, now: Timestamp) -> Result<bool, StoreError> {
    use recovery_code::Column::{AccountId as Account, Id, UsedAt};
    let living = recovery_code::Entity::find().filter(Account.eq(account.0)).filter(UsedAt.is_null()).all(tx).await?;
    let Some(row) = living.into_iter().find(|row| row.code_hash == hash_code(row.id, code)) else { return Ok(false) };
    let used = recovery_code::Entity::update_many()
        .col_expr(UsedAt, Expr::value(Instant::from(now)))
        .filter(Id.eq(row.id))
        .filter(UsedAt.is_null());
    Ok(used.exec(tx).await?.rows_affected == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_however_it_was_typed() {
        for typed in ["3f7k2-9xw0d", "3F7K2 9XWOD", " 3f7k29xw0d ", "3f7k2—9xw0d"] {
            assert_eq!(read(typed).as_deref(), Some("3f7k29xw0d"), "{typed:?}");
        }
        for other in ["", "287082", "287 082", "3f7k2-9xw0", "3f7k2-9xw0dd"] {
            assert_eq!(read(other), None, "{other:?}");
        }
        assert_eq!(read(&new_code()).map(|code| code.len()), Some(LENGTH));
        assert_ne!(new_code(), new_code());
    }
}
