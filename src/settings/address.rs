//! Parses addresses as people write them: a host, a host with a port, or a URL; for Ollama and for the simulator's machine.
//!
//! This is the only parser, so that every reader of the configuration agrees on their meaning.

use core::net::{IpAddr, Ipv6Addr};
use std::fmt;

/// Ollama's default port, for a host without a port.
const OLLAMA_PORT: u16 = 11434;
/// Path segments that begin an API and not the server's base path: Ollama's own API, and its OpenAI-compatible one.
const OLLAMA_APIS: [&str; 2] = ["api", "v1"];

/// The parts of an address.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Address {
    /// "http" or "https", in lower case.
    scheme: Option<String>,
    /// "name:password", as a URL may have it.
    user: Option<String>,
    /// Without the brackets of IPv6.
    host: String,
    port: Option<u16>,
    /// The path segments, none of them empty.
    path: Vec<String>,
}

/// Why a text is not an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not an address: {why}")]
pub struct NotAnAddress {
    text: String,
    why: String,
}

impl Address {
    fn read(text: &str) -> Result<Self, NotAnAddress> {
        let bad = |why: &str| Err(NotAnAddress { text: text.to_owned(), why: why.to_owned() });
        let rest = text.trim();
        if rest.is_empty() {
            return bad("it is empty");
        }
        if let Some(c) = rest.chars().find(|c| c.is_whitespace() || c.is_control()) {
            return bad(&format!("it contains U+{:04X}, a space or an invisible character", u32::from(c)));
        }
        let (scheme, rest) = match rest.split_once("://") {
            Some((scheme, rest)) => match scheme.to_ascii_lowercase() {
                s if s == "http" || s == "https" => (Some(s), rest),
                _ => return bad(&format!("{scheme:?} is neither http nor https")),
            },
            None => (None, rest),
        };
        if rest.contains(['?', '#', '\\']) {
            return bad("it contains more than a host, a port and a path");
        }
        let (place, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (user, place) = match place.rsplit_once('@') {
            Some((user, place)) => (Some(user.to_owned()), place),
            None => (None, place),
        };
        let (host, port) = match place.strip_prefix('[') {
            Some(inner) => match inner.split_once(']') {
                Some((host, "")) => (host, None),
                Some((host, rest)) if rest.starts_with(':') => (host, Some(&rest[1..])),
                _ => return bad("a bracket is missing"),
            },
            // With several colons and no brackets it is IPv6, so none of them starts a port.
            None if place.matches(':').count() > 1 => (place, None),
            None => place.split_once(':').map_or((place, None), |(host, port)| (host, Some(port))),
        };
        if host.is_empty() {
            return bad("the host is missing");
        }
        // The zone of an IPv6 address ("fe80::1%eth0") is named by the system.
        let (number, zone) = host.split_once('%').unwrap_or((host, ""));
        let fits = if host.contains(':') {
            number.parse::<Ipv6Addr>().is_ok() && zone.chars().all(|c| c.is_alphanumeric())
        } else {
            host.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_')) && !host.starts_with(['.', '-'])
        };
        if !fits {
            return bad(&format!("{host:?} is not a computer's name or number"));
        }
        let port = match port {
            Some(port) => match port.parse::<u16>() {
                Ok(n) if n > 0 => Some(n),
                _ => return bad(&format!("{port:?} is not a port; ports are 1 to 65535")),
            },
            None => None,
        };
        let path = path.split('/').filter(|p| !p.is_empty()).map(str::to_owned).collect();
        Ok(Self { scheme, user, host: reachable(host), port, path })
    }
}

/// Servers use this notation for listening on all addresses; a client on the same machine must use localhost.
fn reachable(host: &str) -> String {
    match host {
        "0.0.0.0" => "127.0.0.1".to_owned(),
        _ if host.parse() == Ok(Ipv6Addr::UNSPECIFIED) => Ipv6Addr::LOCALHOST.to_string(),
        _ => host.to_owned(),
    }
}

impl fmt::Display for Address {
    /// As a URL, without a trailing slash.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://", self.scheme.as_deref().unwrap_or("http"))?;
        if let Some(user) = &self.user {
            write!(f, "{user}@")?;
        }
        if self.host.contains(':') {
            write!(f, "[{}]", self.host)?
        } else {
            f.write_str(&self.host)?
        }
        if let Some(port) = self.port {
            write!(f, ":{port}")?;
        }
        self.path.iter().try_for_each(|part| write!(f, "/{part}"))
    }
}

/// Ollama's address, as a URL to which "/api/..." is appended. The default port applies if neither a port nor "http://" is given
/// (as in Ollama's own `OLLAMA_HOST`). An API path ("/v1", "/api/generate") is removed; a path before it, as behind a proxy, stays.
pub fn ollama(text: &str) -> Result<String, NotAnAddress> {
    let mut address = Address::read(text)?;
    if address.host.contains('%') {
        let why = "an address of one network card cannot be used here; give the computer's name".to_owned();
        return Err(NotAnAddress { text: text.to_owned(), why });
    }
    if address.scheme.is_none() && address.port.is_none() {
        address.port = Some(OLLAMA_PORT);
    }
    if let Some(end) = address.path.iter().position(|part| OLLAMA_APIS.contains(&part.as_str())) {
        address.path.truncate(end);
    }
    Ok(address.to_string())
}

/// The machine of a simulator: its name or number, and the port after it, if any.
pub(super) fn machine(text: &str) -> Result<(String, Option<u16>), NotAnAddress> {
    let address = Address::read(text)?;
    if !address.path.is_empty() || address.user.is_some() {
        let why = "only the computer's name or number belongs here".to_owned();
        return Err(NotAnAddress { text: text.to_owned(), why });
    }
    Ok((address.host, address.port))
}

/// Whether a machine is this one.
pub(super) fn is_here(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ollama_address_is_parsed_in_every_common_form() {
        for (text, url) in [
            ("http://127.0.0.1:11434", "http://127.0.0.1:11434"),
            ("http://127.0.0.1:11434/", "http://127.0.0.1:11434"),
            (" http://127.0.0.1:11434// ", "http://127.0.0.1:11434"),
            ("http://127.0.0.1:11434/v1", "http://127.0.0.1:11434"),
            ("http://127.0.0.1:11434/v1/", "http://127.0.0.1:11434"),
            ("http://127.0.0.1:11434/v1/chat/completions", "http://127.0.0.1:11434"),
            ("http://127.0.0.1:11434/api", "http://127.0.0.1:11434"),
            ("http://127.0.0.1:11434/api/generate", "http://127.0.0.1:11434"),
            ("localhost", "http://localhost:11434"),
            ("localhost/", "http://localhost:11434"),
            ("localhost/api", "http://localhost:11434"),
            ("gaming-pc.local", "http://gaming-pc.local:11434"),
            ("192.168.1.5", "http://192.168.1.5:11434"),
            ("192.168.1.5:11435", "http://192.168.1.5:11435"),
            ("192.168.1.5:11434/v1", "http://192.168.1.5:11434"),
            ("HTTP://Desk:11434", "http://Desk:11434"),
            // With "http://", the port is the web's default, as in Ollama's own tools.
            ("http://desk", "http://desk"),
            ("https://ollama.example", "https://ollama.example"),
            ("https://example.org/ollama/", "https://example.org/ollama"),
            ("https://example.org/ollama/api/chat", "https://example.org/ollama"),
            ("https://me:secret@example.org:8443/v1", "https://me:secret@example.org:8443"),
            ("0.0.0.0", "http://127.0.0.1:11434"),
            ("http://0.0.0.0:11434", "http://127.0.0.1:11434"),
            ("[::]:11434", "http://[::1]:11434"),
            ("::", "http://[::1]:11434"),
            ("::1", "http://[::1]:11434"),
            ("[::1]", "http://[::1]:11434"),
            ("[fd00::5]:11435", "http://[fd00::5]:11435"),
            ("http://[fd00::5]:11434/api", "http://[fd00::5]:11434"),
        ] {
            assert_eq!(ollama(text).as_deref(), Ok(url), "{text:?}");
            assert_eq!(ollama(url).as_deref(), Ok(url), "the result parses again: {text:?}");
        }
    }

    #[test]
    fn nonsense_is_rejected_with_its_reason() {
        for (text, why) in [
            ("", "empty"),
            ("  ", "empty"),
            ("http://", "host is missing"),
            ("http://:11434", "host is missing"),
            (":11434", "host is missing"),
            ("ftp://desk", "neither http nor https"),
            ("http:/desk:11434", "not a port"),
            ("http:desk", "not a port"),
            ("desk:ollama", "not a port"),
            ("desk:0", "not a port"),
            ("desk:65536", "not a port"),
            ("desk:", "not a port"),
            ("my desk", "U+0020"),
            ("desk\u{a0}", ""),
            ("de\u{a0}sk", "U+00A0"),
            ("desk\u{200b}", "not a computer's name"),
            ("[::1", "bracket"),
            ("[::1]x", "bracket"),
            ("1:2:3", "not a computer's name"),
            ("fe80::1%eth0", "network card"),
            ("http://desk?x=1", "more than"),
            ("http://desk#x", "more than"),
            ("C:\\desk", "more than"),
            ("http://\"desk\"", "not a computer's name"),
            ("-desk", "not a computer's name"),
        ] {
            match ollama(text) {
                Err(e) => assert!(!why.is_empty() && e.to_string().contains(why), "{text:?}: {e}"),
                Ok(url) => assert!(why.is_empty(), "{text:?}: {url}"),
            }
        }
    }

    #[test]
    fn machine_is_split_into_host_and_port() {
        for (text, host, port) in [
            ("desk", "desk", None),
            ("desk:49000", "desk", Some(49000)),
            ("http://192.168.1.5:5500/", "192.168.1.5", Some(5500)),
            ("[fd00::5]:500", "fd00::5", Some(500)),
            ("fe80::1%eth0", "fe80::1%eth0", None),
            ("0.0.0.0", "127.0.0.1", None),
        ] {
            assert_eq!(machine(text), Ok((host.to_owned(), port)), "{text:?}");
        }
        for text in ["http://desk/api", "me@desk", "desk:x", "two desks"] {
            assert!(machine(text).is_err(), "{text:?}");
        }
        for (host, here) in [("localhost", true), ("LocalHost", true), ("127.0.1.1", true), ("::1", true), ("desk", false)] {
            assert_eq!(is_here(host), here, "{host}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_rejected_or_parses_again_identically(text in "\\PC{0,40}|[a-z0-9:/.@\\[\\]]{0,30}") {
            if let Ok(url) = ollama(&text) {
                prop_assert_eq!(ollama(&url), Ok(url));
            }
            if let Ok((host, _)) = machine(&text) {
                prop_assert_eq!(machine(&host), Ok((host, None)));
            }
        }
    }
}
