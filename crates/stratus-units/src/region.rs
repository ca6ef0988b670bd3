//! Regions: what controllers say and do, by state, read from `regions.toml`.
//!
//! A [`Region`] is a row of that table. No code compares rows: every difference between states is a column, which the
//! code reads by its name.

mod read;

use std::fmt;
use std::ops::Deref;
use std::str::FromStr;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::NotA;
use read::{Cell, Row};

/// The table, which is part of the program.
const TABLE: &str = include_str!("../regions.toml");

static ROWS: LazyLock<Vec<Rules>> = LazyLock::new(|| match rows(TABLE) {
    Ok(rows) => rows,
    // The table is part of the program, and a test reads it, so this cannot happen in a build that passed its tests.
    Err(why) => panic!("regions.toml: {why}"),
});

/// The rules of phraseology in a state: a row of the region table.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Region(u8);

impl Region {
    /// The United States: FAA JO 7110.65, AIM. The first row.
    pub const FAA: Region = Region(0);
    /// Every state that has no row. The second row.
    pub const ICAO: Region = Region(1);

    /// Every row.
    pub fn all() -> impl Iterator<Item = Region> {
        (0..ROWS.len()).filter_map(|n| u8::try_from(n).ok().map(Region))
    }

    /// The spoken word of a unit, which follows the name of the place.
    pub fn unit(&self, facility: crate::Facility) -> &'static str {
        use crate::Facility;
        match facility {
            Facility::Atis => Facility::Atis.word(),
            Facility::Clearance => self.unit_clearance,
            Facility::Ground => self.unit_ground,
            Facility::Tower => self.unit_tower,
            Facility::Departure => self.unit_departure,
            Facility::Approach => self.unit_approach,
            Facility::Center => self.unit_center,
            Facility::Ctaf => self.unit_ctaf,
        }
    }

    /// The row of an airport, by its ICAO code, or by the name of its state if no row has the code.
    pub fn of(code: &str, state: &str) -> Region {
        let icao = code.len() == 4 && code.bytes().all(|b| b.is_ascii_uppercase());
        let begins = |r: &Region| r.codes.iter().filter(|c| icao && code.starts_with(**c)).map(|c| c.len()).max();
        let by_code = Self::all().filter_map(|r| begins(&r).map(|n| (n, r))).max_by_key(|(n, _)| *n).map(|(_, r)| r);
        by_code.or_else(|| Self::all().find(|r| r.states.contains(&state))).unwrap_or(Self::ICAO)
    }

    /// The row.
    pub fn rules(self) -> &'static Rules {
        ROWS.get(usize::from(self.0)).unwrap_or(&ROWS[usize::from(Self::ICAO.0)])
    }

    /// Its name in machine-readable output: "FAA".
    pub fn word(self) -> &'static str {
        self.name
    }
}

impl Deref for Region {
    type Target = Rules;
    fn deref(&self) -> &Rules {
        self.rules()
    }
}

impl fmt::Debug for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl FromStr for Region {
    type Err = NotA;
    fn from_str(s: &str) -> Result<Self, NotA> {
        Self::all().find(|r| r.name == s).ok_or_else(|| crate::not(s, "a region such as FAA or ICAO"))
    }
}

impl TryFrom<String> for Region {
    type Error = NotA;
    fn try_from(s: String) -> Result<Self, NotA> {
        s.parse()
    }
}

impl From<Region> for String {
    fn from(r: Region) -> String {
        r.name.to_owned()
    }
}

/// The columns of the table. Each one is a field of [`Rules`]; a row is read column by column.
macro_rules! columns {
    ($($(#[$doc:meta])* $name:ident: $cell:ty,)*) => {
        /// A row of the region table: what controllers in a state say and do.
        #[derive(Debug, Clone, PartialEq)]
        pub struct Rules {
            /// The row's name: "FAA".
            pub name: &'static str,
            $($(#[$doc])* pub $name: $cell,)*
        }

        impl Rules {
            const COLUMNS: &[&str] = &[$(stringify!($name),)*];

            fn read(row: &Row<'_>) -> Result<Self, String> {
                Ok(Self { name: row.name, $($name: row.cell(stringify!($name))?,)* })
            }
        }
    };
}

columns! {
    /// The states that it is for: "United States".
    title: &'static str,
    /// Beginnings of the ICAO codes of its airports.
    codes: Vec<&'static str>,
    /// Names of its states, for airports without an ICAO code.
    states: Vec<&'static str>,
    /// The phraseology on which the readers of calls were trained: "FAA", "ICAO".
    phraseology: &'static str,
    /// The accent of its controllers.
    accent: Accent,
    /// The unit of the pressure setting.
    pressure: PressureUnit,
    /// The word before the pressure setting.
    pressure_word: &'static str,
    /// Feet, if neither the airport's data nor an entry of `transition_altitudes` has a value; 0: not known.
    transition_altitude: i32,
    /// "EH 3000": the beginning of an ICAO code, and feet.
    transition_altitudes: Vec<&'static str>,
    /// "1013 110": the lowest pressure of a transition level, hectopascals, and that level; the highest pressure
    /// first. If this is empty, the level is computed.
    transition_levels: Vec<&'static str>,
    /// How the transition level is derived from the transition altitude.
    transition: TransitionRule,
    /// The smallest thickness of the transition layer, feet.
    transition_layer: i32,
    /// Transition levels are multiples of this, hundreds of feet.
    transition_step: i32,
    /// The lowest transition level, hundreds of feet.
    transition_least: i32,
    /// The ATIS states the transition level.
    transition_level_told: bool,
    /// The words for an altitude in a clearance.
    altitude: &'static str,
    /// The words for a climb to an altitude.
    climb: &'static str,
    /// The words for a climb to a flight level.
    climb_level: &'static str,
    /// The words for a descent to an altitude.
    descend: &'static str,
    /// The words for a descent to a flight level.
    descend_level: &'static str,
    /// The words for staying at an altitude or a flight level.
    maintain: &'static str,
    /// The word for clearance delivery.
    unit_clearance: &'static str,
    /// The word for ground control.
    unit_ground: &'static str,
    /// The word for the tower.
    unit_tower: &'static str,
    /// The word for departure radar.
    unit_departure: &'static str,
    /// The word for approach radar.
    unit_approach: &'static str,
    /// The word for the unit that vectors to the final approach.
    unit_director: &'static str,
    /// The word for en-route radar.
    unit_center: &'static str,
    /// The word for flight information.
    unit_information: &'static str,
    /// The word for a ground station without a controller.
    unit_radio: &'static str,
    /// The word that pilots address where they announce themselves.
    unit_ctaf: &'static str,
    /// The word between the digits of a frequency.
    decimal: &'static str,
    /// The number of digits of a runway below ten.
    runway_digits: i32,
    /// The word for the middle one of three parallel runways.
    center: &'static str,
    /// How an airline crew says its flight number.
    flight_numbers: FlightNumbers,
    /// Whether whole hundreds and thousands of levels, codes and pressures are said as such: "flight level one hundred".
    whole_hundreds: bool,
    /// Whether a frequency may be read back by the digits after its decimal alone.
    short_frequencies: bool,
    /// The unit of visibility.
    visibility: VisibilityUnit,
    /// The words for the time of the ATIS.
    zulu: &'static str,
    /// The approval of a start-up alone.
    start_up: &'static str,
    /// The approval of start-up and push-back.
    push_and_start: &'static str,
    /// Whether departures taxi to a holding point. Otherwise the clearance names the runway, to be held short of.
    taxi_to_holding_point: bool,
    /// The words for holding short of a runway.
    hold_short: &'static str,
    /// The instruction to an aircraft that moves without a clearance.
    stop: &'static str,
    /// Where a pilot says that the aircraft is parked.
    parked: &'static str,
    /// The order of the items in an instrument clearance.
    ifr_clearance: Vec<&'static str>,
    /// The verb for the first level of an instrument clearance.
    first_level: FirstLevel,
    /// The words for the whole filed route; and for the rest of it behind a named departure, empty where the departure's name is enough.
    as_filed: &'static str,
    /// See `as_filed`.
    then_as_filed: &'static str,
    /// Whether a departure with a published procedure gets a first level that the procedure does not name.
    invents_first_level: bool,
    /// Whether a departure from a field without a tower gets a time at which its clearance ends.
    release_void_times: bool,
    /// The controller says "expect visual approach" to arrivals without a request, if the weather allows it.
    offers_visual: bool,
    /// The words for entering the runway and waiting there.
    line_up: &'static str,
    /// The take-off clearance.
    takeoff: &'static str,
    /// Whether conditional clearances are used: "behind the landing Airbus, line up behind".
    conditional_clearances: bool,
    /// The instruction on final without a landing clearance.
    continue_approach: &'static str,
    /// Whether an aircraft is cleared to land while another one is ahead of it (7110.65 3-10-6).
    lands_in_sequence: bool,
    /// The words for the wind.
    wind: &'static str,
    /// The wind is reported as calm below this many knots.
    calm_below: i32,
    /// When the wind is part of a clearance to take off or land.
    wind_with_clearance: WindWith,
    /// The instruction to stay in the circuit.
    closed_traffic: &'static str,
    /// The verb for entering a leg of the circuit.
    join: &'static str,
    /// The ways in which a circuit is joined.
    circuit_joins: Vec<&'static str>,
    /// The instruction to fly a full turn in order to wait.
    orbit: &'static str,
    /// The visibility that visual flight at a controlled field requires, statute miles.
    vfr_visibility_miles: f64,
    /// The ceiling that it requires, feet.
    vfr_ceiling: i32,
    /// The visibility that special VFR requires, statute miles.
    special_vfr_miles: f64,
    /// The answer to a pilot who needs better weather.
    below_minima: &'static str,
    /// The clearance for special VFR to leave.
    special_vfr_out: &'static str,
    /// The clearance for special VFR to enter.
    special_vfr_in: &'static str,
    /// The approval of a practice engine failure.
    simulated_failure: &'static str,
    /// The statement that an aircraft is identified on radar.
    identified: &'static str,
    /// Whether its position follows.
    identified_position: bool,
    /// Whether the runway is inside the name of an instrument approach: "ILS runway 28R approach".
    runway_in_approach: bool,
    /// The services that radar units offer to visual flights.
    vfr_services: Vec<&'static str>,
    /// Whether two-way contact with the tower or radar unit is the permission to enter its airspace of class C or D. Otherwise the entry
    /// needs a clearance.
    contact_is_entry: bool,
    /// The service with which pilots close a visual flight plan; empty where a landing at a field with a unit closes it.
    plan_closed_with: &'static str,
    /// The transponder code of visual flights without an assigned one.
    vfr_code: &'static str,
    /// The instruction to set that code.
    squawk_vfr: &'static str,
    /// "250 below 10000": knots and feet.
    speed_limits: Vec<&'static str>,
    /// The instruction to hold where no hold is published.
    hold: &'static str,
    /// Whether it names the side of the fix: "east of SUNOL". Otherwise only the fix.
    hold_direction: bool,
    /// Whether an arrival that holds gets the time at which its approach begins, and not the time of further clearance.
    expected_approach_times: bool,
    /// Whether an instrument flight may climb to VFR-on-top.
    vfr_on_top: bool,
    /// The word for yes.
    affirm: &'static str,
    /// The answer to a radio check.
    read_you: &'static str,
    /// The answer to a call without a message.
    go_ahead: &'static str,
    /// Whether registrations consist mostly of digits or of letters.
    registrations: Registrations,
    /// When a controller shortens a callsign.
    short_callsigns: ShortCallsigns,
    /// What is left of a registration of letters.
    short_registration: ShortRegistration,
    /// Whether a controller says "heavy" or "super" behind the callsign of such an aircraft.
    heavy_callsigns: bool,
    /// The items that must be read back, besides those that must be read back in every region.
    readback: Vec<&'static str>,
    /// Whether a level read back as an altitude is wrong.
    readback_words: ReadbackWords,
    /// What pilots do on the common traffic frequency.
    ctaf: Ctaf,
    /// The frequency of fields that have none; empty if there is no such frequency.
    multicom: &'static str,
}

/// Defines an enum in which each variant has the word of the table.
macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $($(#[$variant_doc])* $variant,)* }
        impl Cell for $name {
            const KIND: &'static str = concat!("one of", $(" \"", $word, "\"",)*);
            fn of(value: &'static str) -> Option<Self> {
                match read::text(value)? { $($word => Some(Self::$variant),)* _ => None }
            }
        }
    )*};
}

words! {
    /// The accent of controllers.
    Accent {
        /// American.
        American = "en-US",
        /// British.
        British = "en-GB",
        /// A mix of both.
        Both = "both",
    }
    /// The unit of the pressure setting.
    PressureUnit {
        /// Inches of mercury.
        Inches = "inches",
        /// Hectopascals.
        Hectopascals = "hectopascals",
    }
    /// How the transition level is derived from the transition altitude.
    TransitionRule {
        /// It is the same level as the transition altitude.
        Fixed = "fixed",
        /// It is the lowest level that is at least the given distance above the transition altitude, at the current pressure.
        Layer = "layer",
    }
    /// How an airline crew says its flight number.
    FlightNumbers {
        /// "fourteen seventy nine".
        Grouped = "grouped",
        /// "one four seven niner".
        Digits = "digits",
    }
    /// The unit of visibility.
    VisibilityUnit {
        /// Statute miles.
        Miles = "miles",
        /// Metres and kilometres.
        Metres = "metres",
    }
    /// The verb for the first level of an instrument clearance.
    FirstLevel {
        /// "maintain".
        Maintain = "maintain",
        /// "climb to".
        Climb = "climb",
    }
    /// When the wind is part of a clearance.
    WindWith {
        /// Only for pilots who do not have the ATIS.
        WithoutAtis = "without ATIS",
        /// Always.
        Always = "always",
    }
    /// Whether registrations consist mostly of digits or of letters.
    Registrations {
        /// Mostly of digits: N172SP.
        Figures = "figures",
        /// Of letters: G-ABCD, shortened to "golf charlie delta".
        Letters = "letters",
    }
    /// When a controller shortens a callsign.
    ShortCallsigns {
        /// From the second transmission on.
        Controller = "controller",
        /// Only after the pilot has shortened it.
        PilotToo = "pilot too",
    }
    /// What is left of a registration of letters when it is shortened.
    ShortRegistration {
        /// "G-CD": the first letter and the last two (ICAO Annex 10 5.2.1.7.2).
        FirstAndLastTwo = "first and last two",
        /// "VQX": the last three letters.
        LastThree = "last three",
    }
    /// Whether a level read back as an altitude is wrong.
    ReadbackWords {
        /// Only the digits count.
        Digits = "digits",
        /// A level said in feet is wrong.
        Datum = "datum",
    }
    /// What pilots do on the common traffic frequency.
    Ctaf {
        /// They announce their position to the other traffic.
        Announce = "announce",
        /// They call a station that gives information.
        Station = "station",
    }
}

impl Rules {
    /// Whether an item must be read back here, besides those that must be read back in every region.
    pub fn wants_readback(&self, item: &str) -> bool {
        self.readback.contains(&item)
    }
}

/// Replaces the names in braces by values.
pub fn filled(template: &str, values: &[(&str, &str)]) -> String {
    values.iter().fold(template.to_owned(), |t, (name, value)| t.replace(&format!("{{{name}}}"), value))
}

fn rows(table: &'static str) -> Result<Vec<Rules>, String> {
    let rows = read::table(table)?;
    for row in &rows {
        row.known(Rules::COLUMNS)?;
    }
    let read = rows.iter().map(|row| row.like(&rows).and_then(|row| Rules::read(&row))).collect::<Result<Vec<_>, _>>()?;
    let names: Vec<&str> = read.iter().map(|r| r.name).take(2).collect();
    if names == ["FAA", "ICAO"] { Ok(read) } else { Err("its first rows are FAA and ICAO".to_owned()) }
}

#[cfg(test)]
mod tests;
