//! X-Plane over UDP: datarefs requested by RREF, written by DREF and CMND (layouts: X-Plane's "Exchanging data" page).
//!
//! Values arrive as 32-bit floats, so positions have steps of a metre or two, which is precise enough for a controller.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use super::link::{Command, Connection, Gone, Told};
use crate::report::{Cockpit, Other, Report, SimState, TransponderMode, Weather, ceiling};
use crate::units::{Frequency, LatLon, Squawk};

/// The port on which X-Plane listens.
pub const PORT: u16 = 49000;
/// The multicast address of X-Plane's beacon.
const BEACON: (Ipv4Addr, u16) = (Ipv4Addr::new(239, 255, 1, 1), 49707);
/// Without a packet for this long X-Plane counts as gone.
const SILENCE: Duration = Duration::from_secs(3);
/// How long an answer to the first request may take.
const FIRST: Duration = Duration::from_millis(1200);
/// Feet in a metre.
pub(super) const FEET: f64 = 1.0 / 0.3048;
/// Knots in a metre a second.
pub(super) const KNOTS: f64 = 3600.0 / 1852.0;
/// The number of other aircraft requested: X-Plane's list begins with the nearest.
const OTHERS: usize = 12;

/// Datarefs in the order of their index, with updates per second.
pub(super) const DATAREFS: &[(&str, i32)] = &[
    ("sim/flightmodel/position/latitude", 10),
    ("sim/flightmodel/position/longitude", 10),
    ("sim/flightmodel/position/elevation", 10),
    ("sim/flightmodel/position/y_agl", 10),
    ("sim/flightmodel/position/true_psi", 10),
    ("sim/flightmodel/position/mag_psi", 10),
    ("sim/flightmodel/position/indicated_airspeed", 10),
    ("sim/flightmodel/position/groundspeed", 10),
    ("sim/flightmodel/position/vh_ind_fpm", 10),
    ("sim/flightmodel/failures/onground_any", 10),
    ("sim/cockpit2/radios/actuators/com1_frequency_hz_833", 5),
    ("sim/cockpit2/radios/actuators/com2_frequency_hz_833", 2),
    ("sim/cockpit2/radios/actuators/transponder_code", 2),
    ("sim/time/paused", 2),
    ("sim/weather/aircraft/wind_now_direction_degt", 1),
    ("sim/weather/aircraft/wind_now_speed_msc", 1),
    ("sim/weather/aircraft/qnh_pas", 1),
    ("sim/weather/aircraft/visibility_reported_sm", 1),
    ("sim/cockpit2/radios/actuators/com1_standby_frequency_hz_833", 2),
    ("sim/cockpit2/radios/actuators/com2_standby_frequency_hz_833", 2),
    ("sim/cockpit2/radios/actuators/audio_com_selection", 2),
    ("sim/cockpit2/radios/actuators/transponder_mode", 2),
    ("sim/cockpit2/radios/indicators/transponder_id", 2),
    ("sim/flightmodel/position/hpath", 2),
    ("sim/flightmodel/engine/ENGN_running[0]", 1),
    ("sim/cockpit2/controls/parking_brake_ratio", 1),
    ("sim/cockpit2/controls/gear_handle_down", 1),
    ("sim/cockpit2/controls/flap_handle_request_ratio", 1),
    ("sim/cockpit2/gauges/actuators/barometer_setting_in_hg_pilot", 1),
    ("sim/time/zulu_time_sec", 1),
    ("sim/time/sim_speed", 1),
    ("sim/weather/aircraft/temperature_ambient_deg_c", 1),
    ("sim/weather/region/dewpoint_deg_c[0]", 1),
    // X-Plane 11's name.
    ("sim/cockpit2/controls/flap_ratio", 1),
    ("sim/weather/aircraft/cloud_base_msl_m[0]", 1),
    ("sim/weather/aircraft/cloud_base_msl_m[1]", 1),
    ("sim/weather/aircraft/cloud_base_msl_m[2]", 1),
    // From 0 to 1, despite its name.
    ("sim/weather/aircraft/cloud_coverage_percent[0]", 1),
    ("sim/weather/aircraft/cloud_coverage_percent[1]", 1),
    ("sim/weather/aircraft/cloud_coverage_percent[2]", 1),
];
/// Indices of the layers' bases and of their cloud cover.
const CLOUD_BASES: std::ops::Range<usize> = 34..37;
const CLOUD_COVERS: std::ops::Range<usize> = 37..40;
/// The first datarefs are needed, because a report without them would mislead. An aircraft that is not yet known to
/// be on the ground would seem to fly.
const NEEDED: usize = 11;
/// How long to wait for the other datarefs, which may be lost, or unknown to an older X-Plane.
const COMPLETE_WITHIN: Duration = Duration::from_secs(3);
/// Values of `audio_com_selection`.
const TALKS_COM1: f64 = 6.0;
const TALKS_COM2: f64 = 7.0;
/// Index of `audio_com_selection`.
const SELECTION: usize = 20;
/// Indices of the two strings, one dataref for each character, and of the other aircraft.
const TAIL: usize = 100;
const TAIL_CHARACTERS: usize = 8;
const TYPE: usize = 120;
const TYPE_CHARACTERS: usize = 4;
const TARGETS: usize = 200;
const TARGET_FIELDS: [&str; 6] = ["lat", "lon", "ele", "psi", "V_msc", "weight_on_wheels"];
/// How often an unanswered request is repeated.
const REPEATS: u8 = 5;
/// One more than the highest index.
const INDICES: usize = TARGETS + OTHERS * TARGET_FIELDS.len();

/// A socket to X-Plane.
#[derive(Debug)]
pub struct Udp {
    socket: UdpSocket,
    values: Vec<Option<f32>>,
    opened: Instant,
    heard: Instant,
    asked: Instant,
    check: Duration,
    repeats: u8,
    /// Packets that were not answers of X-Plane.
    dropped: u64,
}

impl Udp {
    /// Requests the datarefs of the X-Plane at `host` (or of one that announces itself); `None` if it does not answer.
    pub fn open(host: Option<&str>, port: u16, check: Duration) -> Option<Self> {
        let at = match host {
            Some(h) => super::link::resolve(h, port)?,
            None => SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
        };
        Self::ask(at, check).or_else(|| if host.is_none() { Self::ask(beacon(Duration::from_millis(1500))?, check) } else { None })
    }

    fn ask(at: SocketAddr, check: Duration) -> Option<Self> {
        let any: SocketAddr = if at.is_ipv4() { (Ipv4Addr::UNSPECIFIED, 0).into() } else { (std::net::Ipv6Addr::UNSPECIFIED, 0).into() };
        let socket = UdpSocket::bind(any).ok()?;
        socket.connect(at).ok()?;
        let mut link = Self {
            socket,
            values: vec![None; INDICES],
            opened: Instant::now(),
            heard: Instant::now(),
            asked: Instant::now(),
            check,
            repeats: 0,
            dropped: 0,
        };
        link.subscribe(true, |_| true);
        let began = Instant::now();
        let mut packet = [0u8; 2048];
        while let Some(left) = FIRST.checked_sub(began.elapsed()).filter(|l| !l.is_zero()) {
            link.socket.set_read_timeout(Some(left)).ok()?;
            match link.socket.recv(&mut packet) {
                Ok(n) if link.take(&packet[..n]) => {
                    link.socket.set_read_timeout(Some(Duration::from_millis(100))).ok()?;
                    return Some(link);
                }
                // No program listens there.
                Err(e) if matches!(e.kind(), ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset) => return None,
                _ => {}
            }
        }
        None
    }

    /// Requests every dataref that `wanted` names by index, with its number of updates per second; 0 ends the updates.
    fn subscribe(&self, on: bool, wanted: impl Fn(usize) -> bool) {
        for (index, hz, name) in subscriptions().filter(|s| wanted(s.0)) {
            let _ = self.socket.send(&rref(if on { hz } else { 0 }, index, &name));
        }
    }

    /// Reads a packet; whether it was an answer.
    fn take(&mut self, packet: &[u8]) -> bool {
        let Some(pairs) = values(packet) else {
            self.dropped += 1;
            if self.dropped.is_power_of_two() {
                log::warn!("{} packets that are not X-Plane's were dropped", self.dropped);
            }
            return false;
        };
        for (index, value) in pairs {
            if let Some(slot) = usize::try_from(index).ok().and_then(|i| self.values.get_mut(i)) {
                *slot = Some(value).filter(|v| v.is_finite());
            }
        }
        self.heard = Instant::now();
        true
    }

    fn value(&self, index: usize) -> Option<f64> {
        self.values.get(index).copied().flatten().map(f64::from)
    }

    /// A string from its characters; empty while one of them is missing, because half a callsign is a different callsign.
    fn characters(&self, from: usize, count: usize) -> String {
        let all: Option<Vec<u32>> = (from..from + count).map(|i| self.value(i).map(|v| v as u32)).collect();
        let text = all.unwrap_or_default().into_iter().take_while(|v| *v != 0);
        text.filter_map(char::from_u32).filter(char::is_ascii_alphanumeric).collect()
    }

    fn report(&self) -> Option<Report> {
        let complete = (0..NEEDED).all(|i| self.value(i).is_some());
        if !complete && self.opened.elapsed() < COMPLETE_WITHIN {
            return None;
        }
        report(|i| self.value(i), &self.characters(TAIL, TAIL_CHARACTERS), &self.characters(TYPE, TYPE_CHARACTERS), self.others())
    }

    fn others(&self) -> Vec<Other> {
        (0..OTHERS)
            .filter_map(|slot| {
                let at = |f: usize| self.value(TARGETS + slot * TARGET_FIELDS.len() + f);
                let (lat, lon) = (at(0)?, at(1)?);
                (lat != 0.0 || lon != 0.0).then(|| Other {
                    callsign: None,
                    aircraft_type: None,
                    position: LatLon::new(lat, lon),
                    altitude_ft: at(2).unwrap_or(0.0) * FEET,
                    heading_true: at(3).unwrap_or(0.0).rem_euclid(360.0),
                    ground_speed_kt: at(4).unwrap_or(0.0) * KNOTS,
                    on_ground: at(5).is_some_and(|v| v != 0.0),
                })
            })
            .collect()
    }
}

impl Connection for Udp {
    fn name(&self) -> &'static str {
        "X-Plane"
    }

    fn poll(&mut self) -> Result<Option<Told>, Gone> {
        if self.asked.elapsed() >= self.check {
            self.asked = Instant::now();
            // Requested again, a dataref continues as before. At a port where no program listens any more, the system reports it.
            let (name, hz) = DATAREFS[0];
            let _ = self.socket.send(&rref(hz, 0, name));
            // A request may be lost. A dataref that never answers does not exist in an older X-Plane.
            if self.repeats < REPEATS {
                self.repeats += 1;
                self.subscribe(true, |i| self.values.get(i).is_some_and(Option::is_none));
            }
        }
        let mut packet = [0u8; 2048];
        match self.socket.recv(&mut packet) {
            Ok(n) => {
                self.take(&packet[..n]);
                Ok(self.report().map(Told::report))
            }
            Err(e) if matches!(e.kind(), ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset) => Err(Gone),
            // On another machine only silence shows that X-Plane has gone.
            Err(_) if self.heard.elapsed() > SILENCE => Err(Gone),
            Err(_) => Ok(None),
        }
    }

    fn write(&mut self, command: &Command) -> Result<(), Gone> {
        let packets = match command {
            Command::Tune(f) => {
                let com = com(self.value(SELECTION));
                vec![
                    dref(&format!("sim/cockpit2/radios/actuators/com{com}_standby_frequency_hz_833"), f.khz() as f32),
                    cmnd(&format!("sim/radios/com{com}_standy_flip")),
                ]
            }
            Command::Squawk(code) => {
                let decimal = code.to_string().parse::<u16>().unwrap_or(0);
                vec![dref("sim/cockpit2/radios/actuators/transponder_code", f32::from(decimal))]
            }
            Command::Ident => vec![cmnd("sim/transponder/transponder_ident")],
        };
        for p in packets {
            self.socket.send(&p).map_err(|_| Gone)?;
        }
        Ok(())
    }
}

impl Drop for Udp {
    fn drop(&mut self) {
        self.subscribe(false, |_| true);
    }
}

/// The report from the values of `DATAREFS`, by index, and the two strings; `None` before a position is known.
pub(super) fn report(value: impl Fn(usize) -> Option<f64>, tail: &str, designator: &str, others: Vec<Other>) -> Option<Report> {
    let (lat, lon) = (value(0)?, value(1)?);
    let at = LatLon::new(lat, lon);
    let paused = value(13).is_some_and(|p| p != 0.0);
    let state = match (lat, lon) {
        (0.0, 0.0) => SimState::Menu,
        _ if paused => SimState::Paused,
        _ => SimState::Flying,
    };
    let variation = value(4).zip(value(5)).map_or(0.0, |(t, m)| t - m);
    let wind_kt = value(15).map(|v| v * KNOTS);
    Some(Report {
        state,
        simulator: String::new(),
        position: (state != SimState::Menu).then_some(at),
        altitude_ft: value(2).unwrap_or(0.0) * FEET,
        agl_ft: value(3).unwrap_or(0.0) * FEET,
        heading_true: value(4).unwrap_or(0.0).rem_euclid(360.0),
        heading_mag: value(5).unwrap_or(0.0).rem_euclid(360.0),
        ias_kt: value(6).unwrap_or(0.0),
        ground_speed_kt: value(7).unwrap_or(0.0) * KNOTS,
        vertical_speed_fpm: value(8).unwrap_or(0.0),
        on_ground: value(9).is_some_and(|v| v != 0.0),
        callsign: tail.parse().ok(),
        aircraft_type: Some(designator.to_owned()).filter(|t| t.len() >= 2),
        com1: value(10).and_then(khz),
        com2: value(11).and_then(khz),
        transponder: value(12).and_then(code),
        cockpit: cockpit(&value),
        weather: Weather {
            wind_dir: value(14).filter(|_| wind_kt.is_some()).map(|d| (d - variation).rem_euclid(360.0)),
            wind_kt,
            altimeter_inhg: value(16).filter(|p| *p > 50_000.0).map(|p| p / 3386.389),
            qnh_hpa: value(16).filter(|p| *p > 50_000.0).map(|p| p / 100.0),
            visibility_sm: value(17),
            ceiling_ft: None,
            ceiling_msl_ft: ceiling(CLOUD_BASES.zip(CLOUD_COVERS).filter_map(|(base, cover)| Some((value(base)? * FEET, value(cover)?)))),
            temperature_c: value(31),
            dew_point_c: value(32),
        },
        others,
    })
}

fn cockpit(value: &impl Fn(usize) -> Option<f64>) -> Cockpit {
    let on = |i: usize| value(i).map(|v| v != 0.0);
    Cockpit {
        com1_standby: value(18).and_then(khz),
        com2_standby: value(19).and_then(khz),
        transmits_on: value(SELECTION).filter(|s| [TALKS_COM1, TALKS_COM2].contains(s)).map(|s| if s == TALKS_COM2 { 2 } else { 1 }),
        transponder_mode: value(21).and_then(mode),
        ident: on(22),
        track_true: value(23).map(|d| d.rem_euclid(360.0)),
        engine_running: on(24),
        parking_brake: value(25).map(|v| v > 0.5),
        gear_down: on(26),
        flaps: value(27).or_else(|| value(33)),
        altimeter_set_inhg: value(28),
        utc_s: value(29),
        rate: value(30),
        ..Cockpit::default()
    }
}

/// The radio that the microphone is switched to, 1 or 2.
pub(super) fn com(selection: Option<f64>) -> u8 {
    if selection == Some(TALKS_COM2) { 2 } else { 1 }
}

/// The mode for X-Plane 12's numbers; 11 has the first five.
fn mode(v: f64) -> Option<TransponderMode> {
    Some(match v.round() as i64 {
        0 => TransponderMode::Off,
        1 => TransponderMode::Standby,
        2 => TransponderMode::On,
        // Altitude, and above it the modes with traffic and resolution advisories.
        3 | 6 | 7 => TransponderMode::Altitude,
        4 => TransponderMode::Test,
        5 => TransponderMode::Ground,
        _ => return None,
    })
}

/// Every dataref: its index, updates per second, and name.
fn subscriptions() -> impl Iterator<Item = (usize, i32, String)> {
    let plain = DATAREFS.iter().enumerate().map(|(i, (name, hz))| (i, *hz, (*name).to_owned()));
    let tail = (0..TAIL_CHARACTERS).map(|c| (TAIL + c, 1, format!("sim/aircraft/view/acf_tailnum[{c}]")));
    let designator = (0..TYPE_CHARACTERS).map(|c| (TYPE + c, 1, format!("sim/aircraft/view/acf_ICAO[{c}]")));
    // Slot 0 is the own aircraft.
    let others = (0..OTHERS).flat_map(|slot| {
        TARGET_FIELDS.iter().enumerate().map(move |(f, field)| {
            (TARGETS + slot * TARGET_FIELDS.len() + f, 1, format!("sim/cockpit2/tcas/targets/position/{field}[{}]", slot + 1))
        })
    });
    plain.chain(tail).chain(designator).chain(others)
}

/// A request: five letters, frequency, index, name in 400 bytes; 413 in all.
fn rref(hz: i32, index: usize, name: &str) -> Vec<u8> {
    let mut p = b"RREF\0".to_vec();
    p.extend(hz.to_le_bytes());
    p.extend(i32::try_from(index).unwrap_or(0).to_le_bytes());
    p.extend(name.as_bytes());
    p.resize(413, 0);
    p
}

/// A value to write: five letters, value, name in 500 bytes; 509 in all.
fn dref(name: &str, value: f32) -> Vec<u8> {
    let mut p = b"DREF\0".to_vec();
    p.extend(value.to_le_bytes());
    p.extend(name.as_bytes());
    p.push(0);
    p.resize(509, b' ');
    p
}

fn cmnd(name: &str) -> Vec<u8> {
    let mut p = b"CMND\0".to_vec();
    p.extend(name.as_bytes());
    p.push(0);
    p
}

/// Index and value of every pair of an answer; `None` if it is not an answer.
pub fn values(packet: &[u8]) -> Option<Vec<(i32, f32)>> {
    let body = packet.strip_prefix(b"RREF")?.get(1..)?;
    if body.is_empty() || body.len() % 8 != 0 {
        return None;
    }
    body.chunks_exact(8)
        .map(|c| Some((i32::from_le_bytes(c.get(..4)?.try_into().ok()?), f32::from_le_bytes(c.get(4..)?.try_into().ok()?))))
        .collect()
}

/// Waits for the beacon of an X-Plane in the local network; returns where it listens.
fn beacon(within: Duration) -> Option<SocketAddr> {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::DGRAM, Some(socket2::Protocol::UDP)).ok()?;
    // Other programs listen for the beacon too.
    socket.set_reuse_address(true).ok()?;
    socket.bind(&SocketAddr::from((Ipv4Addr::UNSPECIFIED, BEACON.1)).into()).ok()?;
    let socket: UdpSocket = socket.into();
    socket.join_multicast_v4(&BEACON.0, &Ipv4Addr::UNSPECIFIED).ok()?;
    let began = Instant::now();
    let mut packet = [0u8; 1024];
    while let Some(left) = within.checked_sub(began.elapsed()).filter(|l| !l.is_zero()) {
        socket.set_read_timeout(Some(left)).ok()?;
        if let Ok((n, from)) = socket.recv_from(&mut packet)
            && let Some(port) = beacon_port(&packet[..n])
        {
            return Some(SocketAddr::new(from.ip(), port));
        }
    }
    None
}

/// The port in a beacon of X-Plane's master machine.
pub fn beacon_port(packet: &[u8]) -> Option<u16> {
    let b = packet.strip_prefix(b"BECN\0")?;
    let word = |at: usize| b.get(at..at + 4).and_then(|w| w.try_into().ok()).map(u32::from_le_bytes);
    // Major version 1, host 1 (X-Plane), role 1 (master).
    let ours = b.first() == Some(&1) && word(2)? == 1 && word(10)? == 1;
    let port = b.get(14..16).and_then(|w| w.try_into().ok()).map(u16::from_le_bytes)?;
    (ours && port != 0).then_some(port)
}

fn khz(v: f64) -> Option<Frequency> {
    // Old aircraft report units of 10 kHz: 12190.
    let khz = if v < 100_000.0 { v * 10.0 } else { v };
    Frequency::from_khz(khz.round() as u32)
}

fn code(v: f64) -> Option<Squawk> {
    format!("{:04}", v.round() as i64).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn packets_have_their_documented_lengths() {
        assert_eq!(rref(10, 3, "sim/x").len(), 413);
        assert_eq!(dref("sim/x", 1.0).len(), 509);
        assert_eq!(&cmnd("a/b"), b"CMND\0a/b\0");
        let mut answer = b"RREF,".to_vec();
        answer.extend(7i32.to_le_bytes());
        answer.extend(1.5f32.to_le_bytes());
        assert_eq!(values(&answer), Some(vec![(7, 1.5)]));
        assert_eq!(khz(121_905.0).unwrap().to_string(), "121.905");
        assert_eq!(khz(12_190.0).unwrap().to_string(), "121.9");
        assert_eq!(code(1200.0).unwrap(), Squawk::VFR_FAA);
        assert!(code(1289.0).is_none());
    }

    proptest! {
        #[test]
        fn hostile_packets_are_not_answers(bytes in proptest::collection::vec(any::<u8>(), 0..600), cut in 0usize..40) {
            let _ = values(&bytes);
            let _ = beacon_port(&bytes);
            let mut real = b"RREF,".to_vec();
            real.extend([1, 0, 0, 0, 0, 0, 128, 63]);
            real.extend(&bytes);
            let cut_off = real.get(..cut.min(real.len())).unwrap_or_default();
            prop_assert!(values(cut_off).is_none_or(|v| v.len() * 8 + 5 == cut_off.len()));
        }
    }
}
