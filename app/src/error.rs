//! All that a server function may say when it says no.

use domain::refusal::{FieldProblem, Refusal};
use leptos::{prelude::*, server_fn::codec::JsonEncoding};
use serde::{Deserialize, Serialize};

/// Why a request was not carried out. It never holds the database's words, and nothing personal, since without
/// JavaScript it travels in a URL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "error", rename_all = "snake_case")]
pub enum AppError {
    /// A rule says no. `offset` is the community's offset from UTC, in seconds, at the refusal's instant.
    #[error("refused")]
    Refused {
        /// The rule and the value.
        refusal: Refusal,
        /// Seconds east of UTC.
        offset: i32,
    },
    /// A field holds something unusable.
    #[error("invalid")]
    Invalid {
        /// Which, and what is wrong.
        problem: FieldProblem,
    },
    /// Nobody is signed in.
    #[error("sign in first")]
    SignInFirst,
    /// No such thing, or not yours.
    #[error("not found")]
    NotFound,
    /// Not allowed.
    #[error("not allowed")]
    NotAllowed,
    /// Others hold the lock, or the database can't be reached: nothing was done; try again.
    #[error("busy")]
    Busy,
    /// Nobody knows whether it was done; the same request once more is not done twice.
    #[error("unsure")]
    Unsure,
    /// The keys of what is kept sealed are missing, or don't fit; the log says why.
    #[error("sealed")]
    Sealed,
    /// The request could not be read: something is missing or of the wrong form.
    #[error("bad request")]
    BadRequest,
    /// More was sent than any form here sends.
    #[error("too large")]
    TooLarge,
    /// Tried too often; wait a little.
    #[error("too often")]
    TooOften,
    /// The message with the code can't be sent now.
    #[error("no message")]
    NoMessage,
    /// The page is older than the server.
    #[error("reload")]
    Reload,
    /// No answer came.
    #[error("unreachable")]
    Unreachable,
    /// Something failed inside; it is in the log.
    #[error("failed")]
    Failed,
}

impl AppError {
    /// A field's problem.
    pub fn invalid(field: &str, problem: domain::text::InputProblem) -> Self {
        Self::Invalid { problem: FieldProblem::new(field, problem) }
    }

    /// The problem of one field, if that is what this is.
    pub fn at_field(&self, field: &str) -> Option<domain::text::InputProblem> {
        match self {
            Self::Invalid { problem } if problem.field == field => Some(problem.problem.clone()),
            _ => None,
        }
    }

    /// The HTTP status (RFC 9110, 15).
    pub fn status(&self) -> u16 {
        match self {
            Self::Refused {
                refusal:
                    Refusal::TooManyCodes { .. } | Refusal::TooManyGuesses { .. } | Refusal::TooManyPickupCodes { .. },
                ..
            } => 429,
            Self::Refused { .. } => 409,
            Self::Invalid { .. } => 422,
            Self::SignInFirst => 401,
            Self::NotFound => 404,
            Self::NotAllowed => 403,
            Self::BadRequest | Self::Reload => 400,
            Self::TooLarge => 413,
            // Failed dependency (RFC 4918, 11.4): after a 5xx the login session, which waits for the code, isn't kept.
            Self::NoMessage => 424,
            Self::TooOften => 429,
            Self::Busy | Self::Unsure | Self::Sealed | Self::Unreachable => 503,
            Self::Failed => 500,
        }
    }
}

impl FromServerFnError for AppError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        let told = match error {
            ServerFnErrorErr::Request(_) => Self::Unreachable,
            // Forms of this version send all that it reads, and it reads all that it is answered: the other side is of
            // another version.
            ServerFnErrorErr::Args(_)
            | ServerFnErrorErr::MissingArg(_)
            | ServerFnErrorErr::Deserialization(_)
            | ServerFnErrorErr::UnsupportedRequestMethod(_) => Self::Reload,
            _ => Self::Failed,
        };
        #[cfg(feature = "ssr")]
        crate::ssr::answer_status(&told);
        told
    }
}
