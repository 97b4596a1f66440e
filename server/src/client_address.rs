//! Where a request comes from.

use app::ssr::FromNetwork;
use axum::{
    extract::{ConnectInfo, Request, State},
    middleware::Next,
    response::Response,
};
use http::{Extensions, HeaderMap, Method};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The client's address: the connection's own, or the one that our proxy saw.
///
/// A proxy appends to X-Forwarded-For, so only its last entry is the proxy's word; whatever stands before it may be
/// the client's invention.
pub fn client_address(extensions: &Extensions, headers: &HeaderMap, trust_proxy: bool) -> IpAddr {
    let peer = extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let forwarded = || {
        let last = headers.get_all("x-forwarded-for").iter().next_back()?;
        let last = last.to_str().ok()?.rsplit(',').next()?.trim();
        last.parse().ok().or_else(|| last.parse().ok().map(|socket: SocketAddr| socket.ip()))
    };
    let address = if trust_proxy { forwarded().or(peer) } else { peer };
    address.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)).to_canonical()
}

/// What one household or office shares: an IPv4 address, or the first half of an IPv6 one.
pub fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
    }
}

/// Tells what is asked to be done from which network it comes.
pub async fn tell_network(State(trust_proxy): State<bool>, mut request: Request, next: Next) -> Response {
    if request.method() == Method::POST {
        let from = network(client_address(request.extensions(), request.headers(), trust_proxy));
        request.extensions_mut().insert(FromNetwork(from));
    }
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(peer: &str, forwarded: &[&str], trust_proxy: bool) -> String {
        let mut extensions = Extensions::new();
        extensions.insert(ConnectInfo::<SocketAddr>(peer.parse().unwrap()));
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", value.parse().unwrap());
        }
        client_address(&extensions, &headers, trust_proxy).to_string()
    }

    #[test]
    fn only_the_last_word_of_a_trusted_proxy_counts() {
        for (forwarded, trust, address) in [
            (&["203.0.113.7"][..], false, "10.0.0.1"),
            (&[], true, "10.0.0.1"),
            (&["203.0.113.7"], true, "203.0.113.7"),
            (&["198.51.100.1, 203.0.113.7"], true, "203.0.113.7"),
            (&["198.51.100.1", "203.0.113.7"], true, "203.0.113.7"),
            (&["203.0.113.7:4711"], true, "203.0.113.7"),
            (&["nonsense"], true, "10.0.0.1"),
        ] {
            assert_eq!(seen("10.0.0.1:5000", forwarded, trust), address, "{forwarded:?}");
        }
        assert_eq!(seen("[::ffff:10.0.0.1]:5000", &[], false), "10.0.0.1");
    }

    #[test]
    fn neighbours_in_one_ipv6_network_count_as_one() {
        let network = |address: &str| network(address.parse().unwrap()).to_string();
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(network("203.0.113.7"), "203.0.113.7");
    }
}
