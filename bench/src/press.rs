//! A parent presses the button.

use crate::{Failure, client::Connection, town::SLUG};
use domain::id::{ActivityId, TermId};
use proof::{Answer, Parent};
use uuid::Uuid;

/// What is filled in.
pub fn form(activity: ActivityId, term: TermId, parent: &Parent, key: Uuid) -> String {
    let child = parent.child;
    format!("slug={SLUG}&activity={activity}&term={term}&person={child}&scope=whole&heads=1&insist=yes&key={key}")
}

/// Sends it; the answer, and what it says.
pub async fn press(connection: &mut Connection, parent: &Parent, form: String) -> Result<(Answer, String), Failure> {
    let (answer, body) = connection.send("POST", "/api/book_place", &parent.cookie, form).await?;
    let location = answer.headers().get("location").and_then(|to| to.to_str().ok());
    let body = String::from_utf8_lossy(&body).into_owned();
    Ok((Answer::from_http(answer.status().as_u16(), location, &body), body))
}
