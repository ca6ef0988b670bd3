//! The files of the page, put together into one document, and the policy that lets a browser run nothing else.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};

const HTML: &str = include_str!("../../assets/page/page.html");
const STYLE: &str = include_str!("../../assets/page/page.css");
const SCRIPT: &str = include_str!("../../assets/page/page.js");
/// Where the document has the two others.
const STYLE_HERE: &str = "/*page.css*/";
const SCRIPT_HERE: &str = "/*page.js*/";

/// The policy of answers that are not the page.
pub(super) const NOTHING: &str = "default-src 'none'; frame-ancestors 'none'";

/// The page, ready to send.
pub(super) struct Page {
    /// The document.
    pub(super) html: String,
    style: String,
    script: String,
}

impl Page {
    pub(super) fn new() -> Self {
        let html = HTML.replacen(STYLE_HERE, STYLE, 1).replacen(SCRIPT_HERE, SCRIPT, 1);
        Self { html, style: hash(STYLE), script: hash(SCRIPT) }
    }

    /// What a browser may do with the page that it fetched from this host: run this script and style, and connect to this server.
    pub(super) fn policy(&self, host: &str) -> String {
        // Older browsers do not count a WebSocket of the same origin as 'self'.
        format!(
            "default-src 'none'; script-src {}; style-src {}; img-src data:; connect-src 'self' ws://{host}; base-uri 'none'; \
             form-action 'none'; frame-ancestors 'none'",
            self.script, self.style
        )
    }
}

fn hash(text: &str) -> String {
    format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(text.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn page_is_one_small_document_without_other_hosts() {
        let page = Page::new();
        assert!(page.html.len() < 120_000, "{} bytes", page.html.len());
        assert!(!page.html.contains(STYLE_HERE) && !page.html.contains(SCRIPT_HERE));
        assert!(page.html.contains(STYLE) && page.html.contains(SCRIPT));
        // The hashes are of the whole elements, and nothing else may run.
        assert!(page.html.contains(&format!("<script>{SCRIPT}</script>")) && page.html.contains(&format!("<style>{STYLE}</style>")));
        assert_eq!((page.html.matches("<script").count(), page.html.matches("<style").count()), (1, 1));
        for foreign in ["https://", "//cdn", "@import", "url(", " style=\"", " onclick", "innerHTML", "eval("] {
            assert!(!page.html.contains(foreign), "{foreign}");
        }
        let addresses = page.html.match_indices("http://").map(|(at, _)| page.html[at..].chars().take(25).collect::<String>());
        let namespaces: Vec<String> = addresses.collect();
        assert!(namespaces.iter().all(|a| a.starts_with("http://www.w3.org/")), "{namespaces:?}");
    }
}
