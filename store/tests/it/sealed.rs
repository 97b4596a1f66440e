//! The keys of sealed fields: changed while people work, dropped when nothing needs them, and missing.

use crate::{
    care_details::{all, new},
    database::{TestDatabase, on_both_databases},
    keys::KeyFile,
    town::{Parent, Town, later, now},
};
use domain::{
    care_details::{CareDetails, CareNote},
    refusal::Refusal,
    rights::Door,
};
use sea_orm::EntityTrait;
use std::{
    collections::BTreeMap,
    fs,
    sync::Arc,
    sync::atomic::{AtomicBool, Ordering},
};
use store::{
    StoreError,
    care_details::{clear_care_details, family_care, keep_care_details},
    entity::care_detail,
    sealed::{Keys, KeysError, Ring, RotateError, drop_key, reseal, rotate, used},
};

/// What the nth edit of a child says.
fn diet(n: i32) -> CareDetails {
    CareDetails { diet: CareNote::parse(&format!("第{n}版")).ok(), ..all() }
}

on_both_databases!(a_key_is_changed_beside_edits_and_nothing_is_lost, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let file = Arc::new(KeyFile::new());
    let mut parents = Vec::new();
    for n in 0..12 {
        parents.push(town.parent(n).await);
    }
    for parent in &parents {
        let new = new(diet(1), 0);
        keep_care_details(&test.db, &file.keys, &parent.who, parent.child, new, Door::Page, now()).await.unwrap();
    }
    // Half of the families go on writing, by a process of their own, which is told nothing.
    let done = Arc::new(AtomicBool::new(false));
    let writers: Vec<_> = parents[..6]
        .iter()
        .cloned()
        .map(|parent: Parent| {
            let (db, done, keys) = (test.db.clone(), Arc::clone(&done), Keys::of(&file.path));
            tokio::spawn(async move {
                let mut version = 1;
                while !done.load(Ordering::Relaxed) || version < 5 {
                    let edit = new(diet(version + 1), version);
                    keep_care_details(&db, &keys, &parent.who, parent.child, edit, Door::Page, now()).await.unwrap();
                    version += 1;
                    tokio::time::sleep(std::time::Duration::from_millis(2)).await;
                    // Nobody else edits it: what is kept is what was written last.
                    let kept = family_care(&db, &keys, &parent.who, parent.child, now()).await.unwrap().kept;
                    assert_eq!((kept.details, kept.version), (diet(version), version));
                }
                version
            })
        })
        .collect();
    for key in 2..5 {
        assert_eq!(rotate(&test.db, &file.path).await.unwrap(), key);
        let refused = drop_key(&test.db, &file.path, key - 1).await;
        assert!(matches!(refused, Err(RotateError::InUse { rows, .. }) if rows > 0), "{refused:?}");
        let mut told = 0;
        assert_eq!(reseal(&test.db, &file.keys, |sealed| told = sealed).await.unwrap(), told);
        assert!((6..=12).contains(&told), "{told} were sealed anew");
        drop_key(&test.db, &file.path, key - 1).await.unwrap();
        assert_eq!(file.ids(), [key]);
    }
    done.store(true, Ordering::Relaxed);
    let mut versions = vec![1; parents.len()];
    for (n, writer) in writers.into_iter().enumerate() {
        versions[n] = writer.await.unwrap();
    }
    assert_eq!(used(&test.db).await.unwrap(), BTreeMap::from([(4, 12)]));
    for (parent, version) in parents.iter().zip(versions) {
        let page = family_care(&test.db, &file.keys, &parent.who, parent.child, now()).await.unwrap();
        assert_eq!((page.kept.details, page.kept.version), (diet(version), version));
    }
    let current = drop_key(&test.db, &file.path, 4).await;
    assert!(matches!(current, Err(RotateError::Keys(KeysError::Current(4)))));
    let unknown = drop_key(&test.db, &file.path, 1).await;
    assert!(matches!(unknown, Err(RotateError::Keys(KeysError::NoSuchKey(1)))));
});

on_both_databases!(of_two_who_edit_at_once_one_is_told_and_a_resealing_is_no_edit, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let (file, parent) = (KeyFile::new(), town.parent(1).await);
    let keep = |n, version| {
        let (db, keys, parent) = (test.db.clone(), file.keys.clone(), parent.clone());
        async move {
            keep_care_details(&db, &keys, &parent.who, parent.child, new(diet(n), version), Door::Page, later(1)).await
        }
    };
    keep(1, 0).await.unwrap();
    rotate(&test.db, &file.path).await.unwrap();
    reseal(&test.db, &file.keys, |_| ()).await.unwrap();
    // The form was filled before the key was changed.
    let both = tokio::join!(tokio::spawn(keep(2, 1)), tokio::spawn(keep(3, 1)));
    let both = [both.0.unwrap(), both.1.unwrap()];
    assert_eq!(both.iter().filter(|answer| answer.is_ok()).count(), 1, "{both:?}");
    let told = both.iter().filter(|answer| matches!(answer, Err(StoreError::Refused(Refusal::ChangedSince))));
    assert_eq!(told.count(), 1, "{both:?}");
    assert_eq!(care_detail::Entity::find().one(&test.db).await.unwrap().unwrap().version, 2);
});

on_both_databases!(without_the_right_keys_everything_says_so_and_nothing_is_lost, |test: TestDatabase| async move {
    let town = Town::new(&test.db).await;
    let (file, parent) = (KeyFile::new(), town.parent(1).await);
    let keep = async |keys: &Keys, version| {
        keep_care_details(&test.db, keys, &parent.who, parent.child, new(all(), version), Door::Page, now()).await
    };
    keep(&file.keys, 0).await.unwrap();
    let right = fs::read(&file.path).unwrap();
    let row = care_detail::Entity::find().one(&test.db).await.unwrap();
    fs::remove_file(&file.path).unwrap();
    let another = KeyFile::new();
    let broken = KeyFile::new();
    fs::write(&broken.path, "index ?\n").unwrap();
    for keys in [&Keys::none(), &another.keys, &broken.keys, &Keys::of(&file.path)] {
        let page = family_care(&test.db, keys, &parent.who, parent.child, now()).await;
        assert!(matches!(page, Err(StoreError::Sealed)), "{page:?}");
        assert!(matches!(keep(keys, 1).await, Err(StoreError::Sealed)));
    }
    // Another file's keys can't seal anew what they can't open.
    rotate(&test.db, &another.path).await.unwrap();
    let failed = reseal(&test.db, &another.keys, |_| ()).await;
    assert!(matches!(failed, Err(RotateError::Unopened { rows: 1 })), "{failed:?}");
    assert_eq!(care_detail::Entity::find().one(&test.db).await.unwrap(), row);
    for missing in [rotate(&test.db, &file.path).await.map(|_| ()), drop_key(&test.db, &file.path, 1).await] {
        assert!(matches!(missing, Err(RotateError::Keys(KeysError::Missing(_)))), "{missing:?}");
    }
    // The right file comes back while the process runs.
    let keys = Keys::of(&file.path);
    assert!(keys.ring().is_err());
    fs::write(&file.path, right).unwrap();
    assert_eq!(family_care(&test.db, &keys, &parent.who, parent.child, now()).await.unwrap().kept.details, all());
    clear_care_details(&test.db, &parent.who, parent.child, Door::Page, now()).await.unwrap();
    assert!(matches!(Ring::read(&broken.path), Err(KeysError::Wrong { line: 1, .. })));
});
