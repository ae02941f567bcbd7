//! Addresses: whose a request comes from, behind proxies that the operator named, and under which we are reached.

use std::net::{IpAddr, Ipv6Addr};

use actix_web::HttpRequest;
use actix_web::http::header::HOST;
use actix_web::web::Data;
use url::Url;

use crate::kernel::{Error, Result};

/// The proxies whose word is believed.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies(pub Vec<IpAddr>);

/// The address of the client: of the connection, unless that is a trusted proxy's; then the last address in
/// `X-Forwarded-For` that is no trusted proxy's. What a client itself writes there stands further left and is
/// never reached.
#[must_use]
pub fn client_address(req: &HttpRequest) -> Option<IpAddr> {
    let peer = req.peer_addr()?.ip();
    let trusted = trusted(req);
    if !trusted.contains(&peer) {
        return Some(peer);
    }
    let named = req
        .headers()
        .get_all("X-Forwarded-For")
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    let addresses: Vec<IpAddr> = named.map_while(|text| text.trim().parse().ok()).collect();
    Some(addresses.into_iter().rev().find(|address| !trusted.contains(address)).unwrap_or(peer))
}

fn trusted(req: &HttpRequest) -> &[IpAddr] {
    req.app_data::<Data<TrustedProxies>>().map_or(&[], |trusted| &trusted.0)
}

/// The address under which the caller reaches the service, without a slash at its end: the one that the operator gave, else
/// the one that the request names.
#[must_use]
pub fn base_of(req: &HttpRequest, given: Option<&Url>) -> String {
    given.map_or_else(
        || format!("{}://{}", scheme_of(req), host_of(req)),
        |url| url.as_str().trim_end_matches('/').to_owned(),
    )
}

/// `https` where a trusted proxy says that it was asked so; the service itself speaks plain HTTP.
fn scheme_of(req: &HttpRequest) -> &'static str {
    let is_secure =
        forwarded(req, "proto", "X-Forwarded-Proto").is_some_and(|said| said.eq_ignore_ascii_case("https"));
    if is_secure { "https" } else { "http" }
}

/// The host, with its port unless that is the usual one, which the caller asked: as a trusted proxy says, else as `Host` does.
#[must_use]
pub fn host_of(req: &HttpRequest) -> String {
    let asked = || req.headers().get(HOST).and_then(|value| value.to_str().ok()).map(str::trim);
    forwarded(req, "host", "X-Forwarded-Host")
        .or_else(asked)
        .filter(|host| !host.is_empty())
        .map_or_else(|| req.app_config().host().to_owned(), str::to_owned)
}

/// What the nearest proxy says of the request that it had, if it is trusted: in `Forwarded` (RFC 7239), else in the older field.
/// Proxies that add to what was there before do so at the end.
fn forwarded<'a>(req: &'a HttpRequest, parameter: &str, field: &str) -> Option<&'a str> {
    let peer = req.peer_addr()?.ip();
    if !trusted(req).contains(&peer) {
        return None;
    }
    let last = |name: &str| {
        let values = req.headers().get_all(name).filter_map(|value| value.to_str().ok());
        values.flat_map(|value| value.split(',')).last().map(str::trim)
    };
    let pairs = last("Forwarded").into_iter().flat_map(|element| element.split(';'));
    let mut pairs = pairs.filter_map(|pair| pair.split_once('='));
    let said = pairs.find(|(name, _)| name.trim().eq_ignore_ascii_case(parameter));
    said.map(|(_, value)| value.trim().trim_matches('"')).or_else(|| last(field))
}

/// Whether the request names one host, and one that can stand in an address; it will, in what is answered.
///
/// # Errors
/// 400 where it does not (RFC 9112, 3.2).
pub(super) fn check_host(req: &HttpRequest) -> Result<()> {
    if req.headers().get_all(HOST).count() <= 1 && is_authority(&host_of(req)) {
        return Ok(());
    }
    Err(Error::malformed("host", "name one host, with or without port, in the Host field"))
}

/// A name, an IPv4 address or an IPv6 address in brackets; with or without port. Nobody signs in by address.
fn is_authority(text: &str) -> bool {
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, port),
        _ => (text, "80"),
    };
    let is_port = port.chars().all(|c| c.is_ascii_digit()) && port.parse::<u16>().is_ok();
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
    let is_host = match host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(inside) => inside.parse::<Ipv6Addr>().is_ok(),
        None => (1..=253).contains(&host.len()) && host.chars().all(is_name),
    };
    is_port && is_host
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn address(peer: &str, forwarded: &str) -> String {
        let trusted = TrustedProxies(vec!["10.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap()]);
        let request = TestRequest::default()
            .peer_addr(format!("{peer}:1000").parse().unwrap())
            .insert_header(("X-Forwarded-For", forwarded))
            .app_data(Data::new(trusted))
            .to_http_request();
        client_address(&request).unwrap().to_string()
    }

    #[test]
    fn only_a_trusted_proxy_is_believed_and_only_as_far_as_it_saw() {
        assert_eq!(address("192.0.2.9", "203.0.113.5"), "192.0.2.9");
        assert_eq!(address("10.0.0.1", "203.0.113.5"), "203.0.113.5");
        assert_eq!(address("10.0.0.1", "198.51.100.7, 203.0.113.5, 10.0.0.2"), "203.0.113.5");
        assert_eq!(address("10.0.0.1", ""), "10.0.0.1");
    }

    fn asked(peer: &str, fields: &[(&'static str, &str)]) -> (String, bool) {
        let trusted = TrustedProxies(vec!["10.0.0.1".parse().unwrap()]);
        let request = TestRequest::default().peer_addr(format!("{peer}:1000").parse().unwrap());
        let request = fields.iter().fold(request, |request, field| request.append_header(*field));
        let request = request.app_data(Data::new(trusted)).to_http_request();
        (base_of(&request, None), check_host(&request).is_ok())
    }

    #[test]
    fn only_a_trusted_proxy_says_under_which_address_we_are_reached() {
        let fields = [
            ("Host", "inside:8080"),
            ("X-Forwarded-Host", "mallory.example, register.example.org"),
            ("X-Forwarded-Proto", "https"),
        ];
        assert_eq!(asked("192.0.2.9", &fields).0, "http://inside:8080");
        assert_eq!(asked("10.0.0.1", &fields).0, "https://register.example.org");
        assert_eq!(asked("10.0.0.1", &fields[..1]).0, "http://inside:8080");
        let standard = [
            ("Host", "inside"),
            (
                "Forwarded",
                "host=mallory.example, for=192.0.2.9;Host=\"register.example.org:444\";proto=https",
            ),
        ];
        assert_eq!(asked("192.0.2.9", &standard).0, "http://inside");
        assert_eq!(asked("10.0.0.1", &standard).0, "https://register.example.org:444");
        let given: Url = "https://given.example.org/".parse().unwrap();
        assert_eq!(
            base_of(&TestRequest::default().to_http_request(), Some(&given)),
            "https://given.example.org"
        );
    }

    #[test]
    fn a_host_is_one_and_can_stand_in_an_address() {
        for good in ["a", "register.example.org", "127.0.0.1:80", "[::1]", "[2001:db8::1]:8080", ""] {
            assert!(asked("192.0.2.9", &[("Host", good)]).1, "{good}");
        }
        for bad in [
            "x\"><b>.org",
            "a b",
            "a/b",
            "me@a",
            "a:",
            "a:b",
            "a:+1",
            "a:70000",
            "[::1",
            "[x]",
            "[::1]a",
            "::1",
            "a,b",
        ] {
            assert!(!asked("192.0.2.9", &[("Host", bad)]).1, "{bad}");
            assert!(
                !asked("10.0.0.1", &[("Host", "a"), ("X-Forwarded-Host", &bad.replace(',', "/"))]).1,
                "{bad}"
            );
        }
        assert!(!asked("192.0.2.9", &[("Host", "a"), ("Host", "b")]).1);
        assert!(asked("192.0.2.9", &[("Host", "a"), ("X-Forwarded-Host", "a b")]).1, "nobody believes it");
    }
}
