//! SimConnect's own wire protocol: by TCP from any system, by the simulator's named pipe on its own machine. It does
//! not need a library of Microsoft.
//!
//! A client's packet begins with its size, the protocol, `0xF0000000 | id` and a count. The simulator's pipe needs no
//! configuration; a port is opened in its `SimConnect.xml`.

use std::io::{ErrorKind, Read, Write};

use super::{Every, LONGEST, Way, greeted, word};
use crate::sim::link::Gone;
use crate::sim::wire::Wire;

/// A generation of the protocol: its number, the client's mark and the client's version.
struct Generation {
    protocol: u32,
    mark: [u8; 3],
    version: [u32; 4],
}

/// MSFS 2020, MSFS 2024, and the last one of FSX, which both still accept.
const GENERATIONS: [Generation; 3] = [
    Generation { protocol: 5, mark: *b"HK\0", version: [11, 0, 62651, 3] },
    Generation { protocol: 6, mark: *b"RS\0", version: [12, 2, 282_174, 999] },
    Generation { protocol: 4, mark: *b"XSF", version: [10, 0, 61259, 0] },
];

/// What listens there.
#[derive(Debug)]
pub(super) enum Found {
    /// Nothing.
    Nobody,
    /// A server that accepts none of the generations.
    Refused,
    /// A simulator, in the newest generation that it accepts.
    Simulator(Packets),
}

/// A connection that uses packets.
#[derive(Debug)]
pub(super) struct Packets {
    stream: Wire,
    protocol: u32,
    sent: u32,
    inbox: Vec<u8>,
}

impl Packets {
    /// Tries each generation with a separate connection.
    pub(super) fn open(connect: impl Fn() -> Option<Wire>) -> Found {
        let mut refused = false;
        for generation in &GENERATIONS {
            let Some(stream) = connect() else { break };
            refused = true;
            if let Ok(Some(packets)) = Self::greet(stream, generation) {
                return Found::Simulator(packets);
            }
        }
        if refused { Found::Refused } else { Found::Nobody }
    }

    fn greet(stream: Wire, generation: &Generation) -> Result<Option<Self>, Gone> {
        let mut packets = Self { stream, protocol: generation.protocol, sent: 0, inbox: Vec::new() };
        let mut body = fixed("Stratus", 256);
        body.extend([0; 5]);
        body.extend(generation.mark);
        body.extend(generation.version.iter().flat_map(|v| v.to_le_bytes()));
        packets.send(0x01, &body)?;
        Ok(greeted(&mut packets)?.then_some(packets))
    }

    fn send(&mut self, id: u32, body: &[u8]) -> Result<(), Gone> {
        let size = u32::try_from(body.len() + 16).map_err(|_| Gone)?;
        let mut packet = Vec::with_capacity(body.len() + 16);
        self.sent = self.sent.wrapping_add(1);
        for word in [size, self.protocol, 0xF000_0000 | id, self.sent] {
            packet.extend(word.to_le_bytes());
        }
        packet.extend(body);
        self.stream.write_all(&packet).map_err(|_| Gone)
    }

    fn numbers(&mut self, id: u32, words: &[u32]) -> Result<(), Gone> {
        let body: Vec<u8> = words.iter().flat_map(|w| w.to_le_bytes()).collect();
        self.send(id, &body)
    }

    fn named(&mut self, id: u32, event: u32, name: &str) -> Result<(), Gone> {
        let mut body = event.to_le_bytes().to_vec();
        body.extend(fixed(name, 256));
        self.send(id, &body)
    }
}

impl Way for Packets {
    fn words(&self) -> String {
        format!("{}, protocol {}", self.stream.words(), self.protocol)
    }

    fn define(&mut self, definition: u32, name: &str, unit: &str, kind: u32) -> Result<(), Gone> {
        let mut body = definition.to_le_bytes().to_vec();
        body.extend(fixed(name, 256));
        body.extend(fixed(unit, 256));
        body.extend(kind.to_le_bytes());
        body.extend(0f32.to_le_bytes());
        body.extend(u32::MAX.to_le_bytes());
        self.send(0x0C, &body)
    }

    fn follow(&mut self, definition: u32, every: Every) -> Result<(), Gone> {
        // Request, definition, the user's aircraft, period, flags, origin, frames between, limit.
        let (period, between) = match every {
            Every::Frames(n) => (3, n.saturating_sub(1)),
            Every::Second => (4, 0),
        };
        self.numbers(0x0E, &[definition, definition, 0, period, 0, 0, between, 0])
    }

    fn look_around(&mut self, definition: u32, radius: u32) -> Result<(), Gone> {
        self.numbers(0x0F, &[definition, definition, radius, 2])
    }

    fn subscribe(&mut self, event: u32, name: &str) -> Result<(), Gone> {
        self.named(0x17, event, name)
    }

    fn name_event(&mut self, event: u32, name: &str) -> Result<(), Gone> {
        self.named(0x04, event, name)
    }

    fn event(&mut self, event: u32, data: u32) -> Result<(), Gone> {
        // The user's aircraft, highest priority; the group field contains the priority.
        self.numbers(0x05, &[0, event, data, 1, 0x10])
    }

    fn knows_airports(&self) -> bool {
        self.protocol >= 5
    }

    fn add_facility_field(&mut self, definition: u32, field: &str) -> Result<u32, Gone> {
        self.named(0x45, definition, field)?;
        Ok(self.sent)
    }

    fn ask_facility(&mut self, definition: u32, request: u32, icao: &str) -> Result<u32, Gone> {
        let mut body: Vec<u8> = [definition, request].iter().flat_map(|w| w.to_le_bytes()).collect();
        body.extend(fixed(icao, 16));
        // No region, only the code.
        body.extend(fixed("", 4));
        self.send(0x46, &body)?;
        Ok(self.sent)
    }

    fn wait(&mut self) -> Result<bool, Gone> {
        let mut buffer = [0u8; 16 * 1024];
        match self.stream.read(&mut buffer) {
            Ok(0) => Err(Gone),
            Ok(n) => {
                self.inbox.extend(&buffer[..n]);
                Ok(true)
            }
            Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted) => Ok(false),
            Err(_) => Err(Gone),
        }
    }

    /// An impossible size ends the connection, because nothing after it can be read.
    fn next(&mut self) -> Result<Option<Vec<u8>>, Gone> {
        let Some(size) = word(&self.inbox, 0).map(|s| s as usize) else { return Ok(None) };
        if !(12..=LONGEST).contains(&size) {
            log::warn!("a message of {size} bytes is not SimConnect's: the connection is given up");
            return Err(Gone);
        }
        if self.inbox.len() < size {
            return Ok(None);
        }
        let rest = self.inbox.split_off(size);
        Ok(Some(std::mem::replace(&mut self.inbox, rest)))
    }
}

impl Drop for Packets {
    fn drop(&mut self) {
        self.stream.close();
    }
}

/// Text in a field of fixed length, always NUL-terminated.
fn fixed(text: &str, length: usize) -> Vec<u8> {
    let mut field: Vec<u8> = text.bytes().take(length - 1).collect();
    field.resize(length, 0);
    field
}
