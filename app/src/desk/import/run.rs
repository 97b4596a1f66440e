//! Books the lines of a file, each as the desk would by name.

use crate::error::AppError;
use leptos::prelude::*;
use std::collections::HashMap;

/// The choice of somebody who isn't known yet.
pub const SOMEBODY_NEW: &str = "new";

/// A line's name in `choices`: a key that begins with a digit would be read as a place in a list.
pub fn key(row: u32) -> String {
    format!("r{row}")
}

/// Books the lines of the file that was looked over: those of `rows`, separated by commas, or all. Who a line means is
/// found anew; where that must be said, `choices` says it by the line's row. What became of each is kept beside the
/// lines. Says how many lines it took up.
#[server(prefix = "/api", endpoint = "import_roster")]
pub async fn import_roster(
    slug: String,
    term: String,
    scope: Option<String>,
    occurrences: Option<Vec<String>>,
    weekly: Option<Vec<String>>,
    heads: Option<String>,
    rows: Option<String>,
    #[server(default)] choices: HashMap<String, String>,
) -> Result<u32, AppError> {
    use super::{
        answer::LineAnswer,
        kept::{keep, of_term},
    };
    use crate::desk::book_by_name::{book_person, read_wish, typed_dates};
    use domain::text::InputProblem;
    use std::collections::BTreeSet;
    let id = term.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?;
    let who = crate::ssr::need_who().await?;
    let (host, now) = (crate::ssr::host()?, crate::ssr::now()?);
    let kept = of_term(id).await?;
    let lines = kept.as_ref().map(|kept| kept.lines.as_slice()).unwrap_or_default();
    let recognised = store::roster_file::recognise_lines(&host.db, &who, &slug, id, lines, now).await?;
    let mut kept = kept.ok_or_else(|| crate::ssr::said(AppError::invalid("file", InputProblem::Empty)))?;
    let key_of_file = kept.key.to_string();
    let wish = read_wish(&term, &typed_dates(&scope, &occurrences, &weekly), heads.as_deref(), &key_of_file)?;
    let wanted: Option<BTreeSet<u32>> =
        rows.as_deref().map(|rows| rows.split(',').filter_map(|row| row.trim().parse().ok()).collect());
    let mut taken_up = 0;
    for one in recognised {
        let row = one.line.row;
        let told = kept.answers.get(&row).is_some_and(|answer| !answer.may_try_again());
        if told || wanted.as_ref().is_some_and(|wanted| !wanted.contains(&row)) {
            continue;
        }
        let Some(person) = person_of(one, choices.get(&key(row)).map(String::as_str), &host, &who, &slug).await else {
            continue;
        };
        let answer = match person {
            Ok(person) => crate::ssr::noted(book_person(who.clone(), &wish, person).await?, &slug).await,
            Err(error) => crate::ssr::noted(Err(error), &slug).await,
        };
        kept.answers.insert(row, LineAnswer::from(answer));
        taken_up += 1;
    }
    keep(Some(&kept)).await?;
    // A page with script asks for some lines after the others, and stays where it is.
    if rows.is_none() {
        crate::ssr::go(&slug, &format!("desk/terms/{id}/import"));
    }
    Ok(taken_up)
}

/// Whom a line books: who is known, who was chosen, or somebody who is written down for it. Nobody where it isn't said,
/// or where the line books nobody.
#[cfg(feature = "ssr")]
async fn person_of(
    one: store::roster_file::Recognised,
    choice: Option<&str>,
    host: &crate::ssr::Host,
    who: &store::accounts::Who,
    slug: &str,
) -> Option<Result<domain::id::PersonId, store::StoreError>> {
    use domain::reading::Seen;
    match (one.line.seen, choice) {
        (Seen::Known { person }, _) => return Some(Ok(person.id)),
        (Seen::Ask { people, .. }, Some(choice)) if choice != SOMEBODY_NEW => {
            let chosen = people.into_iter().find(|person| person.id.to_string() == choice)?;
            return Some(Ok(chosen.id));
        }
        (Seen::New, _) | (Seen::Ask { or_new: true, .. }, Some(_)) => {}
        _ => return None,
    }
    let line = one.read?;
    let new = store::rosters::NewPerson { name: line.name, birth: line.birth, phone: line.phone, building: None };
    let now = crate::ssr::now().ok()?;
    Some(store::rosters::add_person(&host.db, who, slug, new, now).await)
}

/// Forgets the file that was looked over.
#[server(prefix = "/api", endpoint = "forget_sheet")]
pub async fn forget_sheet(slug: String, term: String) -> Result<(), AppError> {
    let id: domain::id::TermId = term.parse().map_err(|_| crate::ssr::said(AppError::NotFound))?;
    crate::ssr::need_who().await?;
    super::kept::keep(None).await?;
    crate::ssr::go(&slug, &format!("desk/terms/{id}"));
    Ok(())
}
