//! Regions: what controllers say and do, by state, read from `regions.toml`.
//!
//! A [`Region`] is a row of that table. Nothing asks which row it is: whatever differs between states is a column, and is asked
//! for by its name.

mod read;

use std::fmt;
use std::ops::Deref;
use std::str::FromStr;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::NotA;
use read::{Cell, Row};

/// The table as it is in the program.
const TABLE: &str = include_str!("../regions.toml");

static ROWS: LazyLock<Vec<Rules>> = LazyLock::new(|| match rows(TABLE) {
    Ok(rows) => rows,
    // The table is part of the program, and a test reads it.
    Err(why) => panic!("regions.toml: {why}"),
});

/// Whose phraseology is spoken: a row of the region table.
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

    /// The word of a unit, as it is said behind the place's name.
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

    /// The row of an airport, by its ICAO code, else by the name of its state.
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

/// The columns of the table. Each is a field of [`Rules`]; reading a row asks for all of them.
macro_rules! columns {
    ($($(#[$doc:meta])* $name:ident: $cell:ty,)*) => {
        /// A row of the region table: what is said and done there.
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
    /// Of which states it is: "United States".
    title: &'static str,
    /// Beginnings of the ICAO codes of its airports.
    codes: Vec<&'static str>,
    /// Names of its states, for airports without an ICAO code.
    states: Vec<&'static str>,
    /// On whose phraseology the readers of calls were trained: "FAA", "ICAO".
    phraseology: &'static str,
    /// The accent of its controllers.
    accent: Accent,
    /// The unit of the pressure setting.
    pressure: PressureUnit,
    /// The word before the pressure setting.
    pressure_word: &'static str,
    /// Feet: where no airport's data and no entry of `transition_altitudes` says otherwise; 0: that is not known.
    transition_altitude: i32,
    /// "EH 3000": the beginning of an ICAO code, and feet.
    transition_altitudes: Vec<&'static str>,
    /// "1013 110": the least pressure of a transition level, hectopascals, and that level; the highest pressure first. Where this is
    /// empty, the level is reckoned.
    transition_levels: Vec<&'static str>,
    /// How the transition level follows from the transition altitude.
    transition: TransitionRule,
    /// The least thickness of the transition layer, feet.
    transition_layer: i32,
    /// Transition levels are multiples of this, hundreds of feet.
    transition_step: i32,
    /// The lowest transition level, hundreds of feet.
    transition_least: i32,
    /// The recorded information tells the transition level.
    transition_level_told: bool,
    /// An altitude in a clearance.
    altitude: &'static str,
    /// To climb to an altitude.
    climb: &'static str,
    /// To climb to a flight level.
    climb_level: &'static str,
    /// To descend to an altitude.
    descend: &'static str,
    /// To descend to a flight level.
    descend_level: &'static str,
    /// To stay at an altitude or a flight level.
    maintain: &'static str,
    /// Clearance delivery's word.
    unit_clearance: &'static str,
    /// Ground control's.
    unit_ground: &'static str,
    /// The tower's.
    unit_tower: &'static str,
    /// Departure radar's.
    unit_departure: &'static str,
    /// Approach radar's.
    unit_approach: &'static str,
    /// The one that vectors to the final approach.
    unit_director: &'static str,
    /// En-route radar's.
    unit_center: &'static str,
    /// Flight information's.
    unit_information: &'static str,
    /// A ground station without a controller.
    unit_radio: &'static str,
    /// Whom pilots address who announce themselves.
    unit_ctaf: &'static str,
    /// Between the figures of a frequency.
    decimal: &'static str,
    /// Figures of a runway below ten.
    runway_digits: i32,
    /// The middle one of three parallel runways.
    center: &'static str,
    /// How an airline's crew says its number.
    flight_numbers: FlightNumbers,
    /// Whole hundreds and thousands of levels, codes and pressures are said so: "flight level one hundred".
    whole_hundreds: bool,
    /// A frequency may be read back by the figures behind its point alone.
    short_frequencies: bool,
    /// The unit of visibility.
    visibility: VisibilityUnit,
    /// The time of the recorded information.
    zulu: &'static str,
    /// Start-up alone.
    start_up: &'static str,
    /// Start-up and push-back.
    push_and_start: &'static str,
    /// Departures taxi to a holding point; else the runway is named, and held short of.
    taxi_to_holding_point: bool,
    /// Before a runway that is not to be entered.
    hold_short: &'static str,
    /// To an aircraft that moves without leave.
    stop: &'static str,
    /// The order of an instrument clearance.
    ifr_clearance: Vec<&'static str>,
    /// The verb of the first level of an instrument clearance.
    first_level: FirstLevel,
    /// Departures of fields without a tower are released with a time at which the clearance ends.
    release_void_times: bool,
    /// Onto the runway, to wait there.
    line_up: &'static str,
    /// The take-off clearance.
    takeoff: &'static str,
    /// "Behind the landing Airbus, line up behind".
    conditional_clearances: bool,
    /// On final without a clearance.
    continue_approach: &'static str,
    /// The wind.
    wind: &'static str,
    /// The wind is calm below so many knots.
    calm_below: i32,
    /// When the wind is part of a clearance to take off or land.
    wind_with_clearance: WindWith,
    /// To stay in the circuit.
    closed_traffic: &'static str,
    /// Into a leg of the circuit.
    join: &'static str,
    /// How a circuit is joined.
    circuit_joins: Vec<&'static str>,
    /// A full turn, to wait.
    orbit: &'static str,
    /// Visibility that visual flight at a controlled field needs, statute miles.
    vfr_visibility_miles: f64,
    /// The ceiling that it needs, feet.
    vfr_ceiling: i32,
    /// Visibility that special VFR needs, statute miles.
    special_vfr_miles: f64,
    /// To a pilot who needs better weather.
    below_minima: &'static str,
    /// Special VFR, to leave.
    special_vfr_out: &'static str,
    /// Special VFR, to come in.
    special_vfr_in: &'static str,
    /// To practise an engine failure.
    simulated_failure: &'static str,
    /// An aircraft is identified on radar.
    identified: &'static str,
    /// Its position is said with that.
    identified_position: bool,
    /// The runway stands inside the name of an instrument approach: "ILS runway 28R approach".
    runway_in_approach: bool,
    /// What visual flights may have of radar units.
    vfr_services: Vec<&'static str>,
    /// The transponder code of visual flights without another one.
    vfr_code: &'static str,
    /// To show that code.
    squawk_vfr: &'static str,
    /// "250 below 10000": knots and feet.
    speed_limits: Vec<&'static str>,
    /// Yes.
    affirm: &'static str,
    /// The answer to a radio check.
    read_you: &'static str,
    /// To a call without a message.
    go_ahead: &'static str,
    /// What registrations are made of.
    registrations: Registrations,
    /// When a callsign is said in short.
    short_callsigns: ShortCallsigns,
    /// What must be read back beside what must be everywhere.
    readback: Vec<&'static str>,
    /// Whether a level read back as an altitude is wrong.
    readback_words: ReadbackWords,
    /// What pilots do on the common frequency.
    ctaf: Ctaf,
    /// The frequency of fields that have none; empty: there is none.
    multicom: &'static str,
}

/// An enum of which each variant has the word that stands in the table.
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
        /// Now this, now that one.
        Both = "both",
    }
    /// The unit of the pressure setting.
    PressureUnit {
        /// Inches of mercury.
        Inches = "inches",
        /// Hectopascals.
        Hectopascals = "hectopascals",
    }
    /// How the transition level follows from the transition altitude.
    TransitionRule {
        /// It is the transition altitude's own level.
        Fixed = "fixed",
        /// It is the lowest level at the given distance above the transition altitude, by the pressure.
        Layer = "layer",
    }
    /// How an airline's crew says its number.
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
    /// The verb of the first level of an instrument clearance.
    FirstLevel {
        /// "maintain".
        Maintain = "maintain",
        /// "climb to".
        Climb = "climb",
    }
    /// When the wind is part of a clearance.
    WindWith {
        /// To pilots who do not have the recorded information.
        WithoutAtis = "without ATIS",
        /// Always.
        Always = "always",
    }
    /// What registrations are made of.
    Registrations {
        /// Mostly of figures: N172SP.
        Figures = "figures",
        /// Of letters: G-ABCD, said as "golf charlie delta" in short.
        Letters = "letters",
    }
    /// When a controller says a callsign in short.
    ShortCallsigns {
        /// From the second transmission on.
        Controller = "controller",
        /// When the pilot says one, too.
        PilotToo = "pilot too",
    }
    /// Whether a level read back as an altitude is wrong.
    ReadbackWords {
        /// The figures count.
        Digits = "digits",
        /// A level said in feet is wrong.
        Datum = "datum",
    }
    /// What pilots do on the common frequency.
    Ctaf {
        /// They announce where they are, to the field's traffic.
        Announce = "announce",
        /// They call a station that gives information.
        Station = "station",
    }
}

impl Rules {
    /// An item that must be read back here, beside those that must be everywhere.
    pub fn wants_readback(&self, item: &str) -> bool {
        self.readback.contains(&item)
    }
}

/// Puts values in the place of their names in braces.
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
