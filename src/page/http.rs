//! Requests and answers of the page: what a request may be, and who may make it.

use std::net::SocketAddr;
use std::sync::Arc;

use tungstenite::handshake::derive_accept_key;

use super::files::{self, Page};
use super::token::{Pass, Token};

/// Maximum size of a request's head, bytes. Browsers send about 1,000.
pub(super) const MAX_HEAD: usize = 8 * 1024;
/// Maximum number of its header fields.
const MAX_FIELDS: usize = 64;

/// The decision about a request.
#[derive(Debug, PartialEq)]
pub(super) enum Verdict {
    /// Send the page.
    Page(Vec<u8>),
    /// Send the state.
    State,
    /// Send this and speak WebSocket from then on.
    Socket(Vec<u8>),
    /// Send the browser that came with a pass to the page.
    Redirect(Vec<u8>),
    /// Send this refusal.
    Refuse(Vec<u8>),
}

/// Who may have what.
pub(super) struct Rules {
    token: Token,
    pass: Arc<Pass>,
    /// The values of `Host` that name this server. A name that an attacker can point here (DNS rebinding) is not among them.
    hosts: Vec<String>,
    page: Page,
}

impl Rules {
    pub(super) fn new(at: SocketAddr, token: Token, pass: Arc<Pass>) -> Self {
        let ip = super::host(at);
        let mut names = vec![ip];
        if at.ip().is_loopback() {
            names.push("localhost".to_owned());
        }
        let mut hosts: Vec<String> = names.iter().map(|n| format!("{n}:{}", at.port())).collect();
        if at.port() == 80 {
            hosts.extend(names);
        }
        Self { token, pass, hosts, page: Page::new() }
    }

    /// Judges what has arrived so far; `None`: the head is not complete. The number is the length of the head.
    pub(super) fn judge(&self, bytes: &[u8]) -> Option<(Verdict, usize)> {
        let mut fields = [httparse::EMPTY_HEADER; MAX_FIELDS];
        let mut request = httparse::Request::new(&mut fields);
        match request.parse(bytes) {
            Ok(httparse::Status::Complete(length)) => Some((self.decide(&request), length)),
            Ok(httparse::Status::Partial) if bytes.len() < MAX_HEAD => None,
            Ok(httparse::Status::Partial) | Err(httparse::Error::TooManyHeaders) => {
                Some((refuse("431 Request Header Fields Too Large", "The request is too long."), bytes.len()))
            }
            Err(_) => Some((refuse("400 Bad Request", "This is not an HTTP request."), bytes.len())),
        }
    }

    fn decide(&self, request: &httparse::Request<'_, '_>) -> Verdict {
        let values = |name: &'static str| {
            let same = move |h: &&httparse::Header<'_>| h.name.eq_ignore_ascii_case(name);
            request.headers.iter().filter(same).map(|h| std::str::from_utf8(h.value).unwrap_or("?").trim())
        };
        let one = |name: &'static str| values(name).next();
        let mut hosts = values("host");
        let (Some(host), None, Some(1)) = (hosts.next(), hosts.next(), request.version) else {
            return refuse("400 Bad Request", "The request names no host, or more than one.");
        };
        if !self.hosts.iter().any(|h| h.eq_ignore_ascii_case(host)) {
            return refuse("403 Forbidden", "Stratus does not answer under this name. Use the link that `stratus page` prints.");
        }
        // A browser adds it to requests that another site's page makes.
        if values("origin").any(|o| !o.strip_prefix("http://").is_some_and(|o| o.eq_ignore_ascii_case(host))) {
            return refuse("403 Forbidden", "Only Stratus's own page may ask this.");
        }
        if request.method != Some("GET") {
            return refuse("405 Method Not Allowed", "Stratus only answers GET.");
        }
        if values("content-length").any(|l| l != "0") || one("transfer-encoding").is_some() {
            return refuse("400 Bad Request", "A request to Stratus has no body.");
        }
        let (path, query) = request.path.map_or(("", ""), |p| p.split_once('?').unwrap_or((p, "")));
        if !["/", "/state.json", "/socket"].contains(&path) {
            return refuse("404 Not Found", "There is nothing here.");
        }
        let given = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
        if path == "/" && given("pass").is_some_and(|pass| self.pass.admits(pass)) {
            return Verdict::Redirect(redirect(&format!("/?token={}", self.token.digits())));
        }
        if !self.token.is(given("token").unwrap_or_default()) {
            return refuse(
                "403 Forbidden",
                "This link is not valid. Run `stratus page` on the computer with Stratus: it prints the right one.",
            );
        }
        match path {
            "/" => Verdict::Page(answer("200 OK", "text/html; charset=utf-8", &self.page.policy(host), self.page.html.as_bytes())),
            "/state.json" => Verdict::State,
            _ => {
                let names = |field: &'static str, wanted: &str| {
                    values(field).any(|v| v.split(',').any(|part| part.trim().eq_ignore_ascii_case(wanted)))
                };
                let key = one("sec-websocket-key").filter(|k| k.len() == 24 && k.is_ascii());
                match key {
                    Some(key)
                        if names("upgrade", "websocket")
                            && names("connection", "upgrade")
                            && one("sec-websocket-version") == Some("13") =>
                    {
                        Verdict::Socket(switch(&derive_accept_key(key.as_bytes())))
                    }
                    _ => refuse("426 Upgrade Required", "This address speaks WebSocket, version 13."),
                }
            }
        }
    }
}

fn refuse(status: &str, why: &str) -> Verdict {
    Verdict::Refuse(plain(status, why))
}

/// An answer that is one sentence.
pub(super) fn plain(status: &str, why: &str) -> Vec<u8> {
    answer(status, "text/plain; charset=utf-8", files::NOTHING, format!("{why}\n").as_bytes())
}

/// The answer to a request for the state.
pub(super) fn state(json: Option<&str>) -> Vec<u8> {
    match json {
        Some(json) => answer("200 OK", "application/json", files::NOTHING, json.as_bytes()),
        None => plain("503 Service Unavailable", "Stratus is starting: try again in a second."),
    }
}

/// An answer with its head. Each connection serves one request.
fn answer(status: &str, kind: &str, policy: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 {status}\r\n\
         Content-Type: {kind}\r\n\
         Content-Length: {}\r\n\
         Cache-Control: no-store\r\n\
         Content-Security-Policy: {policy}\r\n\
         Cross-Origin-Opener-Policy: same-origin\r\n\
         Cross-Origin-Resource-Policy: same-origin\r\n\
         Permissions-Policy: camera=(), geolocation=(), microphone=()\r\n\
         Referrer-Policy: no-referrer\r\n\
         X-Content-Type-Options: nosniff\r\n\
         X-Frame-Options: DENY\r\n\
         Connection: close\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

fn redirect(to: &str) -> Vec<u8> {
    format!("HTTP/1.1 303 See Other\r\nLocation: {to}\r\nCache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        .into_bytes()
}

fn switch(accept: &str) -> Vec<u8> {
    format!("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n")
        .into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(at: &str) -> (Rules, String) {
        let dir = tempfile::tempdir().unwrap();
        let token = Token::find_or_make(dir.path()).unwrap();
        let digits = token.digits().to_owned();
        (Rules::new(at.parse().unwrap(), token, Arc::default()), digits)
    }

    /// The status line of the answer to this request; "page", "state" or "socket" if it is granted.
    fn status(rules: &Rules, request: &str) -> String {
        match rules.judge(request.as_bytes()).expect("a complete head").0 {
            Verdict::Page(_) => "page".into(),
            Verdict::State => "state".into(),
            Verdict::Socket(_) => "socket".into(),
            Verdict::Redirect(_) => "redirect".into(),
            Verdict::Refuse(bytes) => String::from_utf8(bytes).unwrap().lines().next().unwrap()["HTTP/1.1 ".len()..][..3].into(),
        }
    }

    #[test]
    fn only_the_link_at_this_address_is_served() {
        let (rules, token) = rules("127.0.0.1:4747");
        let get = |path: &str, fields: &str| status(&rules, &format!("GET {path} HTTP/1.1\r\n{fields}\r\n"));
        let host = "Host: 127.0.0.1:4747\r\n";
        let (page, state) = (format!("/?token={token}"), format!("/state.json?token={token}"));
        assert_eq!((get(&page, host), get(&state, host)), ("page".into(), "state".into()));
        assert_eq!(get(&page, "HOST: LOCALHOST:4747\r\n"), "page");
        assert_eq!(get(&page, &format!("{host}Origin: http://127.0.0.1:4747\r\n")), "page");
        for (path, fields, why) in [
            ("/", host, "403"),
            ("/?token=", host, "403"),
            (&format!("/?token={}", token.to_uppercase()), host, "403"),
            (&format!("/?token={token}0"), host, "403"),
            (&format!("/?other={token}"), host, "403"),
            (&page, "", "400"),
            (&page, "Host: 127.0.0.1:4747\r\nHost: evil.example\r\n", "400"),
            (&page, "Host: evil.example:4747\r\n", "403"),
            (&page, "Host: 127.0.0.1\r\n", "403"),
            (&page, "Host: 127.0.0.1:4747.evil.example\r\n", "403"),
            (&state, &format!("{host}Origin: http://evil.example\r\n"), "403"),
            (&state, &format!("{host}Origin: null\r\n"), "403"),
            (&state, &format!("{host}Origin: https://127.0.0.1:4747\r\n"), "403"),
            (&state, &format!("{host}Origin: http://127.0.0.1:4748\r\n"), "403"),
            (&state, &format!("{host}Content-Length: 10000000\r\n"), "400"),
            (&state, &format!("{host}Transfer-Encoding: chunked\r\n"), "400"),
            (&format!("/../state.json?token={token}"), host, "404"),
            (&format!("/favicon.ico?token={token}"), host, "404"),
            (&format!("/socket?token={token}"), host, "426"),
        ] {
            assert_eq!(get(path, fields), why, "{path} {fields}");
        }
        for method in ["POST", "HEAD", "OPTIONS", "PUT"] {
            assert_eq!(status(&rules, &format!("{method} {page} HTTP/1.1\r\n{host}\r\n")), "405");
        }
        assert_eq!(status(&rules, &format!("GET {page} HTTP/1.0\r\n{host}\r\n")), "400");
    }

    #[test]
    fn pass_leads_to_the_page_once() {
        let (rules, token) = rules("127.0.0.1:4747");
        let pass = rules.pass.make().unwrap();
        let get = |path: &str, host: &str| format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n");
        let link = format!("/?pass={pass}");
        for (path, host) in
            [("/?pass=", "127.0.0.1:4747"), (&*link, "evil.example"), (&*format!("/state.json?pass={pass}"), "127.0.0.1:4747")]
        {
            assert_eq!(status(&rules, &get(path, host)), "403", "{path} {host}");
        }
        let request = get(&link, "127.0.0.1:4747");
        let Some((Verdict::Redirect(bytes), _)) = rules.judge(request.as_bytes()) else { panic!("no redirect") };
        assert!(String::from_utf8(bytes).unwrap().contains(&format!("Location: /?token={token}\r\n")));
        assert_eq!(status(&rules, &request), "403", "it is used up");
    }

    #[test]
    fn hosts_follow_the_address_that_is_listened_at() {
        for (at, fits, wrong) in [
            ("[::1]:4747", vec!["[::1]:4747", "localhost:4747"], vec!["::1:4747", "127.0.0.1:4747"]),
            ("192.168.1.20:4747", vec!["192.168.1.20:4747"], vec!["localhost:4747", "127.0.0.1:4747", "pc:4747"]),
            ("127.0.0.1:80", vec!["127.0.0.1", "127.0.0.1:80", "localhost"], vec!["127.0.0.1:8080"]),
        ] {
            let (rules, token) = rules(at);
            let get = |host: &str| status(&rules, &format!("GET /?token={token} HTTP/1.1\r\nHost: {host}\r\n\r\n"));
            fits.iter().for_each(|h| assert_eq!(get(h), "page", "{at} {h}"));
            wrong.iter().for_each(|h| assert_eq!(get(h), "403", "{at} {h}"));
        }
    }

    #[test]
    fn head_is_bounded_in_size_and_number_of_fields() {
        let (rules, _) = rules("127.0.0.1:4747");
        assert_eq!(rules.judge(b"GET / HTTP/1.1\r\nHost: "), None);
        assert_eq!(rules.judge(b""), None);
        let long = format!("GET / HTTP/1.1\r\nX: {}", "x".repeat(MAX_HEAD));
        assert_eq!(status(&rules, &long), "431");
        assert_eq!(status(&rules, &format!("GET / HTTP/1.1\r\n{}\r\n", "X: y\r\n".repeat(65))), "431");
        assert_eq!(status(&rules, "\u{16}\u{3}\u{1} a TLS hello\r\n\r\n"), "400");
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_a_request_or_refused(start in "(GET|POST|G)? ?/?[ -~]{0,40}", rest in proptest::collection::vec(proptest::num::u8::ANY, 0..9000)) {
            let (rules, _) = rules("127.0.0.1:4747");
            let bytes = [start.as_bytes(), &rest].concat();
            match rules.judge(&bytes) {
                None => proptest::prop_assert!(bytes.len() < MAX_HEAD),
                Some((verdict, length)) => {
                    proptest::prop_assert!(length <= bytes.len() && matches!(verdict, Verdict::Refuse(_)));
                }
            }
        }
    }

    #[test]
    fn answers_forbid_everything_that_the_page_does_not_need() {
        let (rules, token) = rules("127.0.0.1:4747");
        let request = format!("GET /?token={token} HTTP/1.1\r\nHost: 127.0.0.1:4747\r\n\r\n");
        let Some((Verdict::Page(bytes), _)) = rules.judge(request.as_bytes()) else { panic!() };
        let text = String::from_utf8(bytes).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        for wanted in [
            "Content-Security-Policy: default-src 'none'; ",
            "connect-src 'self' ws://127.0.0.1:4747;",
            "frame-ancestors 'none'",
            "Cache-Control: no-store",
            "X-Content-Type-Options: nosniff",
            "Referrer-Policy: no-referrer",
        ] {
            assert!(head.contains(wanted), "{wanted}: {head}");
        }
        assert!(!head.contains("unsafe") && !head.contains('*') && !body.contains(&token));
        assert!(head.contains(&format!("Content-Length: {}\r\n", body.len())));
    }
}
