//! Addresses: whose a request comes from, behind proxies that the operator named, and under which we are reached.

use std::net::IpAddr;

use actix_web::HttpRequest;
use actix_web::web::Data;
use url::Url;

/// The proxies whose word is believed.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies(pub Vec<IpAddr>);

/// The address of the client: of the connection, unless that is a trusted proxy's; then the last address in
/// `X-Forwarded-For` that is no trusted proxy's. What a client itself writes there stands further left and is
/// never reached.
#[must_use]
pub fn client_address(req: &HttpRequest) -> Option<IpAddr> {
    let peer = req.peer_addr()?.ip();
    let trusted = req.app_data::<Data<TrustedProxies>>().map_or(&[][..], |trusted| &trusted.0);
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

/// The address under which the caller reaches the service, without a slash at its end: the one that the operator gave, else
/// the one that the request names.
#[must_use]
pub fn base_of(req: &HttpRequest, given: Option<&Url>) -> String {
    given.map_or_else(
        || format!("{}://{}", req.connection_info().scheme(), req.connection_info().host()),
        |url| url.as_str().trim_end_matches('/').to_owned(),
    )
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
}
