//! `zhaoxi audit verify`: reads the audit's chains again.

use super::{Failure, now, open_what_is_there};
use crate::{
    cli::{NotedHead, VerifyAudit},
    config::Config,
};
use std::process::ExitCode;
use store::{
    audit_seal::{Head, verify as verify_chain},
    communities, tx,
};

/// Says what is wrong with each chain, and its head: a line that can be written down elsewhere.
pub async fn verify(config: &Config, asked: VerifyAudit) -> Result<ExitCode, Failure> {
    let db = open_what_is_there(&config.database).await?;
    let now = now(config, &db).await?;
    let tx = tx::begin_read(&db).await?;
    let all = communities::all(&tx).await?;
    let known = |slug: &String| all.iter().any(|community| community.slug == *slug);
    let named = asked.community.iter().chain(asked.head.iter().map(|noted| &noted.community));
    if let Some(unknown) = named.into_iter().find(|slug| !known(slug)) {
        return Err(format!("there is no community {unknown}").into());
    }
    let mut findings = 0;
    for community in all.iter().filter(|one| asked.community.as_ref().is_none_or(|slug| one.slug == *slug)) {
        let of_it = |noted: &&NotedHead| noted.community == community.slug;
        let noted: Vec<Head> = asked.head.iter().filter(of_it).map(|noted| noted.head).collect();
        let chain = verify_chain(&tx, community, &noted, now).await?;
        for finding in &chain.findings {
            println!("FAILED  {finding}");
        }
        findings += chain.findings.len();
        let head =
            chain.head.map_or_else(|| "nothing is sealed yet".to_owned(), |head| format!("{}:{head}", community.slug));
        println!("{}  {head}", if chain.findings.is_empty() { "ok    " } else { "head  " });
        if chain.pending > 0 {
            println!("        {} rows of {} wait to be sealed", chain.pending, community.slug);
        }
    }
    Ok(if findings == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
