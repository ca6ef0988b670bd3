//! SimBrief: the pilot's latest plan, fetched with one request when the pilot asks for it.

use std::sync::atomic::Ordering;

use super::Shell;
use crate::atc::plan::{self, Format, Reading};
use crate::download::{self, Patience};
use crate::event::Event;
use crate::problem::{Part, Problem};

/// SimBrief's fetcher: <https://developers.navigraph.com/docs/simbrief/fetching-ofp-data>. `pilot.simbrief_url` overrides it.
pub const PUBLISHED: &str = "https://www.simbrief.com/api/xml.fetcher.php";

/// A downloaded plan.
#[derive(Debug)]
pub struct Fetched {
    /// The parsed plan.
    pub reading: Reading,
    /// The raw response, to be saved.
    pub answer: Vec<u8>,
}

/// The URL of a pilot's latest plan. A name of digits only is a pilot id, any other an alias.
pub fn address(server: Option<&str>, name: &str) -> String {
    let name = name.trim();
    let key = if name.bytes().all(|b| b.is_ascii_digit()) { "userid" } else { "username" };
    let escaped: String = name.bytes().fold(String::new(), |done, b| match b {
        b if b.is_ascii_alphanumeric() || b"-_.~".contains(&b) => done + &char::from(b).to_string(),
        b => done + &format!("%{b:02X}"),
    });
    let server = server.unwrap_or(PUBLISHED);
    format!("{server}{}{key}={escaped}&json=v2", if server.contains('?') { '&' } else { '?' })
}

/// Downloads the latest plan of this pilot, with one request.
pub fn fetch(server: Option<&str>, name: &str, patience: Patience) -> Result<Fetched, Problem> {
    let failed = |why: &str| {
        Problem::new("cannot fetch the SimBrief plan").because(why).about(Part::FlightPlan).brief("Could not fetch the SimBrief plan", "")
    };
    let answer = download::answer(&address(server, name), plan::LONGEST as u64, patience).map_err(|why| {
        let p = failed(&why).fix("check your connection and try again; your filed plan is unchanged");
        p.brief("Could not fetch the SimBrief plan", "SimBrief could not be reached.")
    })?;
    match plan::read(&answer.body) {
        Ok(reading) if reading.format == Format::SimBrief && answer.success => Ok(Fetched { reading, answer: answer.body }),
        Err(e) if e.simbrief_words().is_some() => {
            let words = e.simbrief_words().unwrap_or_default();
            let fix = if words.to_ascii_lowercase().contains("user") && !words.to_ascii_lowercase().contains("plan") {
                "check the name: pilot.simbrief is the alias or the number in SimBrief's account settings"
            } else {
                "create a flight plan at SimBrief, then fetch it again"
            };
            Err(failed(&e.why).fix(fix).brief("Could not fetch the SimBrief plan", format!("SimBrief: {words}.")))
        }
        _ if !answer.success => {
            Err(failed(&format!("the server says {}", answer.status)).fix("try again later; your filed plan is unchanged"))
        }
        Ok(other) => {
            Err(failed(&format!("the answer is {}, not from SimBrief", other.format.name()))
                .fix("check pilot.simbrief_url in your settings"))
        }
        Err(e) => {
            Err(failed(&format!("the answer is not from SimBrief: {e}"))
                .fix("try again later; your network may require a log-in page first"))
        }
    }
}

impl Shell {
    /// Downloads the plan of `pilot.simbrief`; a click during a download has no further effect.
    pub(super) fn fetch_plan(&self) {
        let Some(name) = self.config.pilot.simbrief.clone() else { return };
        if self.planning.swap(true, Ordering::Relaxed) {
            return;
        }
        let (inbox, planning, server) = (self.inbox.clone(), self.planning.clone(), self.config.pilot.simbrief_url.clone());
        let spawned = std::thread::Builder::new().name("simbrief".into()).spawn(move || {
            let fetched = fetch(server.as_deref(), &name, Patience::default());
            planning.store(false, Ordering::Relaxed);
            let plan = fetched.map(|f| {
                f.reading.left_out.iter().for_each(|what| log::warn!("left out of the SimBrief plan: {what}"));
                Box::new(f.reading.plan)
            });
            inbox.send(Event::SimBrief(plan));
        });
        if let Err(e) = spawned {
            self.planning.store(false, Ordering::Relaxed);
            self.inbox.offer(Event::SimBrief(Err(Problem::new("cannot fetch the SimBrief plan").because(e))));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pilot_id_and_alias_use_their_own_parameters() {
        assert_eq!(address(None, " 123456 "), format!("{PUBLISHED}?userid=123456&json=v2"));
        assert_eq!(address(None, "Bl\u{e9}riot & co"), format!("{PUBLISHED}?username=Bl%C3%A9riot%20%26%20co&json=v2"));
        assert_eq!(address(Some("http://127.0.0.1:1/x?a=b"), "pilot"), "http://127.0.0.1:1/x?a=b&username=pilot&json=v2");
    }
}
