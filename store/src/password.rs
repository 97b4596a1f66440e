//! Passwords of staff: hashed with Argon2id, never kept.

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};

/// Memory in KiB, passes and lanes: the second of OWASP's equal choices for Argon2id.
const MEMORY: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// The hash of a password as a PHC string (`$argon2id$v=19$m=19456,t=2,p=1$…`). It takes some 20 ms of a core: an
/// asynchronous caller moves it to a blocking thread. A password of 4 GiB or more gives an empty string, which
/// [`verify`] takes for no password's hash.
pub fn hash(password: &str, salt: [u8; 16]) -> String {
    let params = Params::new(MEMORY, PASSES, LANES, None).unwrap_or_default();
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    argon2.hash_password_with_salt(password.as_bytes(), &salt).map(|hash| hash.to_string()).unwrap_or_default()
}

/// What makes the hashes of equal passwords differ.
pub fn new_salt() -> [u8; 16] {
    rand::random()
}

/// True if `hash` is the hash of the password. A hash that can't be read is that of no password.
pub fn verify(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_its_own_and_nobody_elses() {
        let hashed = hash("zhaoxi-demo", [7; 16]);
        assert!(hashed.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hashed}");
        assert!(!hashed.contains("zhaoxi-demo"));
        assert!(verify("zhaoxi-demo", &hashed));
        for wrong in ["", "zhaoxi-demo ", "Zhaoxi-demo", "朝夕"] {
            assert!(!verify(wrong, &hashed), "{wrong:?}");
        }
        assert_ne!(hashed, hash("zhaoxi-demo", [8; 16]));
    }

    #[test]
    fn what_is_no_hash_is_no_passwords_hash() {
        for broken in ["", "zhaoxi-demo", "$argon2id$", "$argon2id$v=19$m=1,t=0,p=0$AAAA$AAAA"] {
            assert!(!verify("zhaoxi-demo", broken), "{broken:?}");
            assert!(!verify("", broken), "{broken:?}");
        }
    }
}
