//! Statements about many rows at once, of few different lengths: a database prepares a statement for each number of
//! parameters, and a connection keeps only so many of them.

use sea_orm::{ActiveModelTrait, ConnectionTrait, DbErr, EntityTrait};

/// Keys of one statement; SQLite and PostgreSQL both bound the number of parameters.
pub(crate) const MOST: usize = 256;

/// Rows that one statement inserts. A connection keeps it prepared, and each row takes room in it.
const ROWS: usize = 64;

/// Up to so many rows are written by one statement, whatever their number.
const FEW: usize = 16;

/// The same keys, and the last once more until there are a power of two.
pub(crate) fn padded<K: Clone>(mut keys: Vec<K>) -> Vec<K> {
    if let Some(last) = keys.last().cloned() {
        keys.resize(keys.len().next_power_of_two(), last);
    }
    keys
}

/// Keys in groups for one statement each.
pub(crate) fn groups<K: Clone>(keys: &[K]) -> impl Iterator<Item = Vec<K>> {
    keys.chunks(MOST).map(|keys| padded(keys.to_vec()))
}

/// Inserts rows in their order.
pub(crate) async fn insert<A: ActiveModelTrait>(conn: &impl ConnectionTrait, rows: Vec<A>) -> Result<(), DbErr> {
    let mut rows = rows.into_iter();
    while let Some(length) = of_one_statement(rows.len()) {
        let some: Vec<A> = rows.by_ref().take(length).collect();
        A::Entity::insert_many(some).exec_without_returning(conn).await?;
    }
    Ok(())
}

/// How many of so many rows the next statement takes.
fn of_one_statement(rows: usize) -> Option<usize> {
    match rows {
        0 => None,
        rows if rows <= FEW => Some(rows),
        rows => Some(ROWS.min(1 << rows.ilog2())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn any_number_of_rows_takes_few_statements_of_few_lengths() {
        let mut lengths = BTreeSet::new();
        for all in 0..=600 {
            let (mut left, mut statements) = (all, 0);
            while let Some(length) = of_one_statement(left) {
                assert!((1..=ROWS).contains(&length) && length <= left);
                lengths.insert(length);
                (left, statements) = (left - length, statements + 1);
            }
            assert!(left == 0 && statements <= all / ROWS + 3, "{all} rows in {statements} statements");
        }
        assert!(lengths.len() <= 20, "{lengths:?}");
    }

    #[test]
    fn padding_adds_only_what_is_there() {
        assert_eq!(padded(vec![1, 2, 3, 4, 5]), [1, 2, 3, 4, 5, 5, 5, 5]);
        assert!(padded(Vec::<u8>::new()).is_empty());
        assert_eq!(groups(&[7; 300]).map(|keys| keys.len()).collect::<Vec<_>>(), [256, 64]);
    }
}
