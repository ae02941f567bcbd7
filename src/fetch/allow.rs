//! Which addresses may be asked at all.

use std::net::IpAddr;

use url::{Host, Url};

use super::address::is_public;
use super::failure::FetchError;

/// The ports of the two schemes; another one is asked only where it was allowed by name.
const PORTS: [u16; 2] = [80, 443];
/// The longest address, in characters.
const MOST_CHARACTERS: usize = 2048;

/// Who answers for an address.
#[derive(Debug, Clone, Copy)]
pub enum Reach<'a> {
    /// Its host is one of these, each `host` or `host:port`, or one that the operator allowed. It must have a public address.
    Hosts(&'a [String]),
    /// The operator wrote the address into the set-up: it may be one of the operator's own network.
    Configured,
}

/// Whether this address may be asked. An address inside the operator's network may be when the operator named that very
/// address; a name never leads there.
pub(super) fn admit(url: &Url, reach: Reach<'_>, operator: &[String]) -> Result<(), FetchError> {
    let refuse = |why: &str| Err(FetchError::NotAllowed(why.to_owned()));
    if !matches!(url.scheme(), "http" | "https") {
        return refuse("only http and https are fetched");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return refuse("an address with a user name or password is not fetched");
    }
    if url.as_str().len() > MOST_CHARACTERS {
        return refuse("the address is too long");
    }
    let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else {
        return refuse("the address has no host");
    };
    let Reach::Hosts(hosts) = reach else { return Ok(()) };
    let by_operator = operator.iter().any(|named| names(named, &host, port, true));
    if !by_operator && !hosts.iter().any(|named| names(named, &host, port, false)) {
        return refuse(
            "neither the operator of this service nor a steward has allowed it to fetch from this host and port",
        );
    }
    let literal = match host {
        Host::Domain(_) => None,
        Host::Ipv4(address) => Some(IpAddr::V4(address)),
        Host::Ipv6(address) => Some(IpAddr::V6(address)),
    };
    match literal {
        Some(address) if !by_operator && !is_public(address) => {
            refuse("the address is none of the public internet")
        }
        _ => Ok(()),
    }
}

/// Whether an entry of a list, `host` or `host:port`, names this host and port.
fn names(named: &str, host: &Host<&str>, port: u16, any_port: bool) -> bool {
    let host = host.to_string();
    let host = host.trim_end_matches('.');
    named.eq_ignore_ascii_case(&format!("{host}:{port}"))
        || (named.eq_ignore_ascii_case(host) && (any_port || PORTS.contains(&port)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_named_hosts_are_fetched_from() {
        let operator = ["data.example.eu".to_owned(), "127.0.0.1:8000".to_owned()];
        let hosts = ["open.example.org".to_owned(), "odd.example.org:8443".to_owned(), "10.0.0.1".to_owned()];
        let admitted = |url: &str| admit(&Url::parse(url).unwrap(), Reach::Hosts(&hosts), &operator).is_ok();
        for url in [
            "https://data.example.eu/a.csv",
            "https://data.example.eu:8443/a.csv",
            "http://127.0.0.1:8000/a.csv",
            "https://OPEN.example.org/catalog?page=2",
            "http://open.example.org./catalog",
            "https://odd.example.org:8443/",
        ] {
            assert!(admitted(url), "{url}");
        }
        for url in [
            "http://127.0.0.1/a",
            "https://data.example.eu.evil.example/a",
            "https://other.example.eu/",
            "https://open.example.org:8443/",
            "https://odd.example.org/",
            "https://user@open.example.org/",
            "https://user:word@open.example.org/",
            "ftp://open.example.org/",
            "file:///etc/passwd",
            // A steward cannot open the operator's network.
            "http://10.0.0.1/",
        ] {
            assert!(!admitted(url), "{url}");
        }
        assert!(admit(&Url::parse("http://10.0.0.1:99/").unwrap(), Reach::Configured, &[]).is_ok());
    }
}
