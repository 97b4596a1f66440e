//! Reading for many at once: whoever asks while others are being answered is answered together with whoever else came
//! meanwhile, by one statement. In a rush that is one question to the database instead of hundreds; alone it is the
//! same question a moment later. Nothing is kept: what is read is read after it was asked for.

use crate::many::{MOST, padded};
use sea_orm::DbErr;
use std::{collections::HashMap, fmt, hash::Hash, pin::Pin, sync::Arc};
use tokio::sync::{mpsc, oneshot};

/// Who may wait; whoever comes when so many do waits before the door.
const QUEUE: usize = 4096;

type Found<K, V> = Result<HashMap<K, V>, DbErr>;
type Finding<K, V> = Pin<Box<dyn Future<Output = Found<K, V>> + Send>>;
type Asked<K, V> = (K, oneshot::Sender<Result<Option<V>, DbErr>>);

/// The way to what is read. It closes when the last one is dropped.
pub struct ReadMany<K, V> {
    queue: mpsc::Sender<Asked<K, V>>,
}

impl<K, V> Clone for ReadMany<K, V> {
    fn clone(&self) -> Self {
        Self { queue: self.queue.clone() }
    }
}

impl<K, V> fmt::Debug for ReadMany<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReadMany")
    }
}

impl<K, V> ReadMany<K, V>
where
    K: Clone + Eq + Hash + Send + Sync + 'static,
    V: Clone + Send + 'static,
{
    /// Reads by a function that finds what there is for many keys. It works as a task of the runtime.
    pub fn new<F>(find: impl Fn(Vec<K>) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Found<K, V>> + Send + 'static,
    {
        let (queue, queued) = mpsc::channel(QUEUE);
        let find: Arc<dyn Fn(Vec<K>) -> Finding<K, V> + Send + Sync> = Arc::new(move |keys| Box::pin(find(keys)));
        tokio::spawn(work(find, queued));
        Self { queue }
    }

    /// What there is for a key.
    ///
    /// # Errors
    /// Whatever the database says to the question that this was a part of.
    pub async fn get(&self, key: K) -> Result<Option<V>, DbErr> {
        let (answer, answered) = oneshot::channel();
        let gone = || DbErr::Custom("nobody reads any more".to_owned());
        self.queue.send((key, answer)).await.map_err(|_| gone())?;
        answered.await.map_err(|_| gone())?
    }
}

async fn work<K, V>(find: Arc<dyn Fn(Vec<K>) -> Finding<K, V> + Send + Sync>, mut queued: mpsc::Receiver<Asked<K, V>>)
where
    K: Clone + Eq + Hash + Send + 'static,
    V: Clone + Send + 'static,
{
    let mut asked = Vec::new();
    while queued.recv_many(&mut asked, MOST).await > 0 {
        // Who has gone away needs no answer.
        asked.retain(|(_, answer)| !answer.is_closed());
        if asked.is_empty() {
            continue;
        }
        // A task of its own: should it panic, those who wait hear of it, and the next are read for.
        let Ok(found) = tokio::spawn(find(padded(asked.iter().map(|(key, _)| key.clone()).collect()))).await else {
            asked.clear();
            continue;
        };
        for (key, answer) in asked.drain(..) {
            let value = found.as_ref().map(|found| found.get(&key).cloned()).map_err(Clone::clone);
            let _ = answer.send(value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        sync::atomic::{AtomicUsize, Ordering},
        time::Duration,
    };

    #[tokio::test]
    async fn many_who_ask_at_once_are_answered_by_few_questions_each_with_what_is_theirs() {
        let questions = Arc::new(AtomicUsize::new(0));
        let read = ReadMany::new({
            let questions = Arc::clone(&questions);
            move |keys: Vec<u32>| {
                questions.fetch_add(1, Ordering::Relaxed);
                async move {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                    Ok(keys.into_iter().filter(|key| key % 2 == 0).map(|key| (key, key * 10)).collect())
                }
            }
        });
        let asking: Vec<_> = (0..1000)
            .map(|key| {
                let read = read.clone();
                tokio::spawn(async move { (key, read.get(key).await.unwrap()) })
            })
            .collect();
        for one in asking {
            let (key, value) = one.await.unwrap();
            assert_eq!(value, (key % 2 == 0).then_some(key * 10));
        }
        assert!(questions.load(Ordering::Relaxed) < 20, "{questions:?}");
    }

    #[tokio::test]
    async fn what_fails_or_panics_is_told_to_those_who_asked_and_to_nobody_after_them() {
        let read = ReadMany::new(|keys: Vec<u32>| async move {
            match keys[0] {
                1 => Err(DbErr::Custom("it is gone".to_owned())),
                2 => panic!("a defect"),
                _ => Ok(keys.into_iter().map(|key| (key, key)).collect()),
            }
        });
        assert_eq!(read.get(1).await.unwrap_err(), DbErr::Custom("it is gone".to_owned()));
        assert!(read.get(2).await.is_err());
        assert_eq!(read.get(3).await.unwrap(), Some(3));
    }
}
