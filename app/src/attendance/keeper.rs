//! Taps that are kept in the browser's database until the server has answered them: a corridor without network, a closed
//! page or an empty battery loses none. What is kept names nobody but by ids.

use domain::{
    id::{AccountId, OccurrenceId, RequestKey},
    roll::Tap,
};
use idb::{Database, DatabaseEvent, Error, Factory, ObjectStoreParams, Query, TransactionMode};
use js_sys::{Array, Function, Promise, Reflect};
use leptos::serde_json;
use serde::{Deserialize, Serialize};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

const DATABASE: &str = "zhaoxi";
const TAPS: &str = "taps";

/// A tap that waits for its answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    /// The community's slug.
    pub slug: String,
    /// At which date's roll.
    pub occurrence: OccurrenceId,
    /// Who tapped: nobody else sends it.
    pub account: Option<AccountId>,
    /// The tap.
    pub tap: Tap,
    /// When, by this browser's clock, in milliseconds since 1970.
    pub made: f64,
}

async fn open() -> Result<Database, Error> {
    let mut request = Factory::new()?.open(DATABASE, Some(1))?;
    request.on_upgrade_needed(|event| {
        if let Ok(database) = event.database() {
            let _ = database.create_object_store(TAPS, ObjectStoreParams::new());
        }
    });
    request.await
}

/// Keeps taps.
pub async fn keep(taps: &[Kept]) -> Result<(), Error> {
    let database = open().await?;
    let transaction = database.transaction(&[TAPS], TransactionMode::ReadWrite)?;
    let store = transaction.object_store(TAPS)?;
    for kept in taps {
        let text = serde_json::to_string(kept).unwrap_or_default();
        store.put(&JsValue::from_str(&text), Some(&JsValue::from_str(&kept.tap.key.to_string())))?.await?;
    }
    transaction.commit()?.await?;
    database.close();
    Ok(())
}

/// All that are kept, in the order in which they were made.
pub async fn all() -> Result<Vec<Kept>, Error> {
    let database = open().await?;
    let transaction = database.transaction(&[TAPS], TransactionMode::ReadOnly)?;
    let values = transaction.object_store(TAPS)?.get_all(None, None)?.await?;
    database.close();
    let read = |value: JsValue| serde_json::from_str::<Kept>(&value.as_string()?).ok();
    let mut kept: Vec<Kept> = values.into_iter().filter_map(read).collect();
    kept.sort_by(|one, other| one.made.total_cmp(&other.made));
    Ok(kept)
}

/// How many are kept. Where none ever were, it makes no database to look.
pub async fn count() -> usize {
    if !is_there().await.unwrap_or_default() {
        return 0;
    }
    all().await.map_or(0, |kept| kept.len())
}

async fn is_there() -> Result<bool, JsValue> {
    let factory = Reflect::get(&leptos::prelude::window(), &"indexedDB".into())?;
    let databases: Function = Reflect::get(&factory, &"databases".into())?.dyn_into()?;
    let known: Promise = databases.call0(&factory)?.dyn_into()?;
    let known: Array = JsFuture::from(known).await?.dyn_into()?;
    Ok(known.iter().any(|one| Reflect::get(&one, &"name".into()).is_ok_and(|name| name == DATABASE)))
}

/// Forgets taps that were answered.
pub async fn forget(taps: &[Tap]) -> Result<(), Error> {
    let database = open().await?;
    let transaction = database.transaction(&[TAPS], TransactionMode::ReadWrite)?;
    let store = transaction.object_store(TAPS)?;
    for tap in taps {
        store.delete(Query::Key(JsValue::from_str(&tap.key.to_string())))?.await?;
    }
    transaction.commit()?.await?;
    database.close();
    Ok(())
}

/// A key that no other tap has. It makes a tap recognisable, and is no secret.
pub fn new_key() -> RequestKey {
    let half = || (js_sys::Math::random() * 2f64.powi(53)) as u128;
    let bits = (half() << 75) ^ (half() << 37) ^ half();
    RequestKey(uuid::Builder::from_random_bytes(bits.to_be_bytes()).into_uuid())
}
