//! What answers hold: the fields of each reading request, for whoever may read it, as a list that is looked at when it
//! changes; and nobody's whole phone number but in one's own export.

use crate::rights::{Scene, TABLE, Visitor, reads};
use serde_json::Value;
use std::{collections::BTreeSet, fmt::Write, path::Path};

/// The paths of all fields of an answer; what is listed stands once.
fn fields(value: &Value, at: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                // A map by ids or by what was typed is one field.
                let name = if name.len() == 36 { "*" } else { name.as_str() };
                fields(value, &format!("{at}.{name}"), found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| fields(item, &format!("{at}[]"), found)),
        _ => {
            found.insert(at.trim_start_matches('.').to_owned());
        }
    }
}

/// The whole mobile numbers in a text: eleven digits that begin with 13 to 19, and no digit or Latin letter around
/// them, since an id has such a run of digits within it now and then.
fn phones(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| word.len() == 11);
    let numbers = words.filter(|word| word.bytes().all(|byte| byte.is_ascii_digit()));
    numbers.filter(|digits| matches!(digits.as_bytes(), [b'1', b'3'..=b'9', ..])).map(str::to_owned).collect()
}

#[tokio::test]
async fn every_answer_holds_the_fields_that_were_agreed_and_no_phone() {
    let mut page = String::new();
    let mut by_request: Vec<(&str, BTreeSet<String>)> = Vec::new();
    for visitor in Visitor::all().filter(|visitor| !matches!(visitor, Visitor::StaffElsewhere(_))) {
        let scene = Scene::of(visitor).await;
        for (name, needs, form) in TABLE.iter().filter(|(name, ..)| reads(name)) {
            if !visitor.may(*needs) {
                continue;
            }
            let (_, body) = scene.answer(name, form).await;
            if *name != "export_data" {
                assert_eq!(phones(&body), Vec::<String>::new(), "{name} tells {visitor:?} a whole phone number");
            }
            let mut found = BTreeSet::new();
            if let Ok(value) = serde_json::from_str::<Value>(&body) {
                fields(&value, "", &mut found);
            }
            match by_request.iter_mut().find(|(known, _)| known == name) {
                Some((_, all)) => all.extend(found),
                None => by_request.push((name, found)),
            }
        }
    }
    by_request.sort_unstable_by_key(|(name, _)| *name);
    for (name, found) in by_request {
        let _ = writeln!(page, "{name}");
        for field in found {
            let _ = writeln!(page, "    {field}");
        }
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/shown.txt");
    if std::env::var_os("ZHAOXI_WRITE_RIGHTS").is_some() {
        std::fs::write(&file, &page).unwrap();
    }
    let agreed = std::fs::read_to_string(&file).unwrap();
    assert_eq!(agreed, page, "ZHAOXI_WRITE_RIGHTS=1 writes it anew, for somebody to look at");
}

#[test]
fn a_phone_in_an_answer_is_found() {
    assert_eq!(phones("{\"phone\":\"13812345678\",\"name\":\"外婆13912345678\"}"), ["13812345678", "13912345678"]);
    assert!(phones("{\"id\":\"0199d6a0-1c2e-7b44-9f10-a13991252767\"}").is_empty());
    assert!(phones("{\"phone\":\"138****5678\",\"at\":\"1795510800123\"}").is_empty());
}
