//! Signing in and out.

pub mod account;
mod cards;
#[cfg(any(feature = "ssr", test))]
pub mod device;
pub mod factors;
pub mod page;
mod passkey;
pub mod phone_change;
#[cfg(feature = "ssr")]
mod relying_party;
pub mod second;
pub mod sign_in_first;
pub mod sign_out;

/// The page to go on to after signing in: within the community, and nothing but a plain path, since it comes from
/// a URL that anybody may have written.
pub fn landing(to: Option<&str>) -> Option<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '/');
    let to = to.filter(|to| !to.is_empty() && to.len() <= 200 && !to.starts_with('/') && to.chars().all(plain))?;
    Some(to.to_owned())
}

#[cfg(test)]
mod tests {
    use super::landing;

    #[test]
    fn only_a_plain_path_leads_on() {
        for to in ["my", "desk", "activities/018f-9a", "desk/terms/1_2"] {
            assert_eq!(landing(Some(to)).as_deref(), Some(to));
        }
        for to in ["", "/my", "//example.org", "https://example.org", "my?by=person", "a\r\nb", "../x", "我的"] {
            assert_eq!(landing(Some(to)), None, "{to:?}");
        }
        assert_eq!(landing(Some(&"a".repeat(201))), None);
        assert_eq!(landing(None), None);
    }
}
