//! The page: starts and ends its server with the settings, and carries state and requests between it and the application.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde::Serialize;

use super::open::open_link;
use super::{Inbox, Shell};
use crate::event::{Event, PAGE_VERSION, PageState};
use crate::page::{Ask, Patience, Server, Token};
use crate::problem::{Part, Problem};

/// A failure reported within this time was just seen.
const JUST: Duration = Duration::from_secs(5);

/// The content of `state.json`.
#[derive(Serialize)]
struct Document<'a> {
    version: u8,
    program: &'static str,
    /// When Stratus started, seconds since 1970: the transcript's times count from then.
    started: u64,
    #[serde(flatten)]
    state: &'a PageState,
}

/// The state as JSON. `begun`: when the owner's clock started.
fn document(state: &PageState, begun: Instant) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let started = now.saturating_sub(begun.elapsed()).as_secs();
    let document = Document { version: PAGE_VERSION, program: env!("CARGO_PKG_VERSION"), started, state };
    serde_json::to_string(&document).unwrap_or_else(|e| {
        log::error!("the page's state cannot be written: {e}");
        "{}".to_owned()
    })
}

/// The page's server, while the page is on.
#[derive(Default)]
pub struct Page {
    server: Option<Server>,
    /// The last state, for a server that starts later.
    last: Option<String>,
    /// The failure that was reported, and when; the same one is not reported again.
    told: Option<(Problem, Instant)>,
}

/// Turns a client's request into an event.
fn event(id: u64, ask: Ask) -> Option<Event> {
    Some(match ask {
        Ask::Ptt(edge) => Event::Ptt(edge),
        Ask::Mute(mute) => Event::Mute(mute),
        Ask::Say(text) => Event::Typed { id, text, opinion: None },
        Ask::Tune(to) => Event::Tune(to),
        Ask::Ping(_) => return None,
    })
}

impl Shell {
    /// Starts or ends the page's server as the settings say. A failure is reported once, and retried every minute.
    pub fn open_page(&mut self) {
        let last = self.page.last.take().filter(|_| self.config.page.listen.is_some());
        // The old server ends first: the new one may listen at the same address.
        self.page = Page { last, ..Page::default() };
        self.page_again();
    }

    /// Starts the server if it should run and does not.
    pub(super) fn page_again(&mut self) {
        let Some(at) = self.config.page.listen.filter(|_| self.page.server.is_none()) else { return };
        let inbox = self.inbox.clone();
        let started = Token::find_or_make(&self.paths.data_dir)
            .and_then(|token| Server::start(at, token, Patience::default(), move |id, ask| ask_app(&inbox, id, ask)));
        match started {
            Ok(server) => {
                log::info!("the page is at http://{at}");
                if let Some(state) = &self.page.last {
                    server.publish(state);
                }
                (self.page.server, self.page.told) = (Some(server), None);
            }
            Err(p) if self.page.told.as_ref().is_some_and(|(told, _)| *told == p) => {}
            Err(p) => {
                self.inbox.offer(Event::Trouble(p.clone()));
                self.page.told = Some((p, Instant::now()));
            }
        }
    }

    pub(super) fn publish(&mut self, state: &PageState) {
        let state = document(state, self.begun);
        if let Some(server) = &self.page.server {
            server.publish(&state);
        }
        self.page.last = Some(state);
    }

    pub(super) fn answer_page(&self, id: u64, text: &str, note: &str) {
        if let Some(server) = self.page.server.as_ref().filter(|_| id >= crate::page::FIRST_ID) {
            server.answer(id, text, note);
        }
    }

    /// Opens the page in the pilot's browser.
    pub(super) fn show_page(&mut self) {
        // Report a failure again, unless the pilot has just seen it.
        self.page.told = self.page.told.take().filter(|(_, at)| at.elapsed() < JUST);
        self.page_again();
        let Some(server) = &self.page.server else { return };
        match server.link_for_once() {
            Ok(link) => open_link(&self.inbox, &link),
            Err(e) => self.inbox.offer(Event::Trouble(Problem::new("the page could not be opened").because(e).about(Part::Page))),
        }
    }
}

fn ask_app(inbox: &Inbox, id: u64, ask: Ask) {
    if let Some(event) = event(id, ask) {
        inbox.offer(event);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Edge, TrayState};

    #[test]
    fn document_has_a_version_and_the_documented_fields() {
        let state = PageState { radio: TrayState::Thinking, hears: "Hilo Ground 121.9".into(), ..PageState::default() };
        let json: serde_json::Value = serde_json::from_str(&document(&state, Instant::now())).unwrap();
        assert_eq!((json["version"].as_u64(), json["radio"].as_str()), (Some(1), Some("thinking")));
        assert!(json["started"].as_u64().is_some_and(|s| s > 1_700_000_000));
        let docs = include_str!("../../docs/page.md");
        for field in json.as_object().unwrap().keys() {
            assert!(docs.contains(&format!("| `{field}` |")), "docs/page.md does not explain `{field}`");
        }
    }

    #[test]
    fn requests_become_events() {
        assert_eq!(event(7, Ask::Ptt(Edge::Down)), Some(Event::Ptt(Edge::Down)));
        assert_eq!(event(7, Ask::Mute(true)), Some(Event::Mute(true)));
        assert_eq!(event(7, Ask::Say("hi".into())), Some(Event::Typed { id: 7, text: "hi".into(), opinion: None }));
        let f = "118.1".parse().unwrap();
        assert_eq!((event(7, Ask::Tune(f)), event(7, Ask::Ping(true))), (Some(Event::Tune(f)), None));
    }
}
