//! Photos of those who may take a child, `/photos/ID`: shown to whoever may see them and to no cache, and taken in from a
//! family's form. A file can't be a field of the app's other requests, so these two are the host's own; who may do what
//! is the store's to say, as always.

use crate::{login_cookie::ACCOUNT, sentence};
use app::ssr::Host;
use axum::{
    Router,
    body::Bytes,
    extract::{Multipart, Path, State},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use domain::id::{AccountId, PersonId, PickupPersonId};
use http::{HeaderValue, header};
use store::{StoreError, accounts::Who, pickup};
use tower_sessions::Session;

/// The route, to stand within the layer of the login cookie.
pub fn router<S: Clone + Send + Sync + 'static>(host: Host) -> Router<S> {
    Router::new().route("/photos/{id}", get(show).post(keep)).with_state(host)
}

/// Who is signed in.
async fn who(host: &Host, session: &Session) -> Result<Option<Who>, StoreError> {
    let Some(account) = session.get(ACCOUNT).await.map_err(|_| StoreError::Busy)? else { return Ok(None) };
    Ok(host.accounts.get(AccountId(account)).await?)
}

async fn show(State(host): State<Host>, session: Session, Path(id): Path<String>) -> Response {
    let Ok(id) = id.parse::<PickupPersonId>() else { return sentence::NO_SUCH_PHOTO.into_response() };
    let photo = async {
        let who = who(&host, &session).await?.ok_or(StoreError::NotFound)?;
        pickup::photo(&host.db, &host.keys, &who, id, (host.clock)()).await
    };
    match photo.await {
        Ok((kind, photo)) => {
            let about = [
                (header::CONTENT_TYPE, HeaderValue::from_static(kind.media_type())),
                (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
                // Opened by itself, it is a picture and can be nothing else.
                (
                    header::CONTENT_SECURITY_POLICY,
                    HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"),
                ),
            ];
            (about, photo).into_response()
        }
        Err(error) => failed(&error),
    }
}

/// What a family's form sent.
#[derive(Default)]
struct Sent {
    slug: String,
    child: Option<PersonId>,
    agreed: bool,
    photo: Option<Bytes>,
}

impl Sent {
    /// None for what can't be read: bodies are read whole before, so it is of the wrong form.
    async fn read(mut form: Multipart) -> Option<Self> {
        let mut sent = Self::default();
        while let Some(field) = form.next_field().await.ok()? {
            match field.name().map(str::to_owned).as_deref() {
                Some("slug") => sent.slug = field.text().await.ok()?,
                Some("child") => sent.child = field.text().await.ok()?.parse().ok(),
                Some("agree") => sent.agreed = true,
                Some("photo") => sent.photo = Some(field.bytes().await.ok()?),
                _ => {}
            }
        }
        Some(sent)
    }

    /// Back to the child's page, which says by this word what became of the photo.
    fn back(&self, child: PersonId, word: &str) -> Response {
        let plain = !self.slug.is_empty() && self.slug.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        match plain {
            true => Redirect::to(&format!("/{}/my/pickup/{child}?done=photo_{word}", self.slug)).into_response(),
            false => sentence::BROKEN.into_response(),
        }
    }
}

async fn keep(State(host): State<Host>, session: Session, Path(id): Path<String>, form: Option<Multipart>) -> Response {
    let Ok(id) = id.parse::<PickupPersonId>() else { return sentence::NO_SUCH_PHOTO.into_response() };
    let sent = match form {
        Some(form) => Sent::read(form).await,
        None => None,
    };
    let Some(sent) = sent else { return sentence::BROKEN.into_response() };
    let (Some(child), Some(photo)) = (sent.child, &sent.photo) else { return sentence::BROKEN.into_response() };
    let kept = async {
        let who = who(&host, &session).await?.ok_or(StoreError::NotFound)?;
        if !sent.agreed {
            // Whose page this would lead back to is not said to anybody who may not see it.
            pickup::family_pickup(&host.db, &who, child, (host.clock)()).await?;
            return Ok(None);
        }
        pickup::keep_photo(&host.db, &host.keys, &who, id, photo, (host.clock)()).await.map(Some)
    };
    match kept.await {
        Ok(Some(child)) => sent.back(child, "kept"),
        Ok(None) => sent.back(child, "unagreed"),
        Err(StoreError::Invalid(_)) if photo.len() > domain::pickup::LARGEST_PHOTO => sent.back(child, "large"),
        Err(StoreError::Invalid(_)) => sent.back(child, "kind"),
        Err(StoreError::Sealed) => sent.back(child, "sealed"),
        Err(error) => failed(&error),
    }
}

fn failed(error: &StoreError) -> Response {
    match error {
        StoreError::Busy | StoreError::Unsure | StoreError::Sealed => sentence::NOT_READY.into_response(),
        StoreError::Database(_) => {
            tracing::error!(%error, "a photo could not be read or kept");
            sentence::FAILED.into_response()
        }
        _ => sentence::NO_SUCH_PHOTO.into_response(),
    }
}
