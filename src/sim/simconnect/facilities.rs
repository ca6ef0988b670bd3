//! Requests airports from the simulator, one after another, each with a timeout. Each answer is reported once.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{Way, word};
use crate::airports::described::Described;
use crate::airports::msfs::{Answer, FIELDS};
use crate::sim::link::Gone;

/// The definition's number.
const DEFINITION: u32 = 20;
/// The number of the first request.
const FIRST: u32 = 1000;
/// After this time an answer is no longer expected.
const PATIENCE: Duration = Duration::from_secs(30);
/// The most airports that may wait.
const MOST: usize = 8;

/// The answer about an airport: its code, and the airport; `None` if the simulator does not know it.
pub(super) type Known = (String, Option<Arc<Described>>);

/// The requests, and the answer that is arriving.
#[derive(Debug, Default)]
pub(super) struct Facilities {
    waiting: VecDeque<String>,
    asking: Option<Asking>,
    asked: u32,
    /// The packets of the definition, by their counts; `None` before it was sent.
    definition: Option<Range<u32>>,
    /// The simulator refused a field, so its answers could not be read correctly.
    refused: bool,
    dropped: u64,
}

#[derive(Debug)]
struct Asking {
    icao: String,
    /// Codes that the simulator may know it by and that were not tried yet.
    codes: VecDeque<String>,
    request: u32,
    /// The packet's count.
    packet: u32,
    since: Instant,
    answer: Answer,
}

impl Facilities {
    /// Adds an airport to the requests.
    pub(super) fn want(&mut self, icao: &str) {
        let asking = self.asking.as_ref().is_some_and(|a| a.icao == icao);
        if !asking && !self.waiting.iter().any(|w| w == icao) && self.waiting.len() < MOST {
            self.waiting.push_back(icao.to_owned());
        }
    }

    /// Continues with the requests. Returns an answer, each one once.
    pub(super) fn go_on(&mut self, way: &mut dyn Way) -> Result<Option<Known>, Gone> {
        if let Some(late) = self.asking.take_if(|a| a.since.elapsed() > PATIENCE) {
            log::warn!("the simulator does not answer about {}", late.icao);
            return Ok(Some((late.icao, None)));
        }
        if self.asking.is_some() {
            return Ok(None);
        }
        let Some(icao) = self.waiting.pop_front() else { return Ok(None) };
        if self.refused || !way.knows_airports() {
            return Ok(Some((icao, None)));
        }
        if self.definition.is_none() {
            let mut packets = Vec::new();
            for field in FIELDS {
                packets.push(way.add_facility_field(DEFINITION, field)?);
            }
            let last = packets.last().map_or(0, |l| l + 1);
            self.definition = Some(packets.first().copied().unwrap_or(0)..last);
        }
        // The simulator lists American fields without an ICAO code without the K that they have here.
        let short = icao.strip_prefix('K').filter(|rest| rest.len() == 3).map(str::to_owned);
        let codes = [Some(icao.clone()), short].into_iter().flatten().collect();
        let asking = Asking { icao, codes, request: 0, packet: 0, since: Instant::now(), answer: Answer::default() };
        self.ask(asking, way)
    }

    /// Requests the next code; after the last one the airport counts as unknown.
    fn ask(&mut self, mut asking: Asking, way: &mut dyn Way) -> Result<Option<Known>, Gone> {
        let Some(code) = asking.codes.pop_front() else {
            log::info!("the simulator does not know {}", asking.icao);
            return Ok(Some((asking.icao, None)));
        };
        self.asked = (self.asked + 1) % 1_000_000;
        asking.request = FIRST + self.asked;
        (asking.answer, asking.since) = (Answer::default(), Instant::now());
        asking.packet = way.ask_facility(DEFINITION, asking.request, &code)?;
        self.asking = Some(asking);
        Ok(None)
    }

    /// Reads a record, or the end of an answer.
    pub(super) fn take(&mut self, message: &[u8], ends: bool, way: &mut dyn Way) -> Result<Option<Known>, Gone> {
        let ours = |a: &mut Asking| word(message, 12) == Some(a.request);
        if !ends {
            if !self.asking.as_mut().filter(|a| word(message, 12) == Some(a.request)).is_some_and(|a| a.answer.take(message)) {
                self.drop_one();
            }
            return Ok(None);
        }
        let Some(asking) = self.asking.take_if(ours) else {
            self.drop_one();
            return Ok(None);
        };
        match asking.answer.airport(&asking.icao) {
            Some(airport) => {
                let pieces = airport.taxiways.as_ref().map_or(0, |g| g.edges.len());
                let skipped = asking.answer.skipped;
                log::info!(
                    "{}: {} runways, {pieces} pieces of taxiway from MSFS, {skipped} records left out",
                    asking.icao,
                    airport.runways.len()
                );
                Ok(Some((asking.icao, Some(Arc::new(Described { airport, sources: vec!["MSFS".into()], charted: Default::default() })))))
            }
            None => self.ask(asking, way),
        }
    }

    /// The simulator refused the packet with this count.
    pub(super) fn refused(&mut self, packet: u32, way: &mut dyn Way) -> Result<Option<Known>, Gone> {
        if self.definition.as_ref().is_some_and(|d| d.contains(&packet)) && !self.refused {
            log::warn!("the simulator does not know all fields of an airport: its airports are not used");
            self.refused = true;
            return Ok(self.asking.take().map(|a| (a.icao, None)));
        }
        match self.asking.take_if(|a| a.packet == packet) {
            Some(asking) => self.ask(asking, way),
            None => Ok(None),
        }
    }

    fn drop_one(&mut self) {
        self.dropped += 1;
        if self.dropped.is_power_of_two() {
            log::warn!("{} records of airports that nobody can read, or asked for, were dropped", self.dropped);
        }
    }
}
