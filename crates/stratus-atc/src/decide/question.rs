//! What the controller answers to each subject that a part of a call may have, by its form, the situation and the record. Every question gets
//! an answer: a fact, a permission, or a refusal with its reason. A controller who says nothing leaves the pilot to wonder whether the question
//! was heard.
//!
//! One function decides one subject. The groups are those of the catalogue (`hear::subject`): [`ground`], [`tower`], [`flight`], [`facts`],
//! for instrument flights [`radar`], and [`trouble`].

mod facts;
mod flight;
mod ground;
mod in_force;
mod radar;
pub(super) mod rules;
#[cfg(test)]
mod tests;
mod tower;
pub(super) mod trouble;

use super::{Decision, in_pattern};
use crate::clearances;
use crate::gate;
use crate::hear::details::Details;
use crate::hear::question::{Form, Subject};
use crate::instruction::Item;
use crate::intent::{Intent, Understanding};
use crate::record::Record;
use crate::remark::Remark;
use crate::situation::Situation;
use crate::units::{Facility, Runway, Side};

fn advice(words: impl Into<String>) -> Item {
    Item::Advice(words.into())
}

fn pattern(words: impl Into<String>) -> Item {
    Item::PatternWords(words.into())
}

fn unable(reason: impl Into<String>) -> Vec<Item> {
    vec![Item::Unable(reason.into())]
}

/// A fact that nothing here holds.
pub(super) fn no_information() -> Item {
    Item::Unable("no information on that here".into())
}

/// One part of a call, as the decision for its subject sees it.
struct Matter<'a> {
    s: &'a Situation,
    r: &'a Record,
    heard: &'a Understanding,
    form: Form,
    details: Details,
}

impl Matter<'_> {
    /// Asks for permission, or states a wish or an intention.
    fn wants(&self) -> bool {
        matches!(self.form, Form::Requests | Form::States)
    }

    /// Asks for a fact, or offers a choice.
    fn asks_which(&self) -> bool {
        matches!(self.form, Form::What | Form::Either)
    }

    fn told(&self, remark: Remark) -> bool {
        self.heard.remarks.has(remark)
    }

    fn tower(&self) -> bool {
        self.s.facility == Facility::Tower
    }

    /// A unit that works the taxiways and runways.
    fn of_field(&self) -> bool {
        matches!(self.s.facility, Facility::Ground | Facility::Tower)
    }

    /// A visual flight in the air.
    fn visual(&self) -> bool {
        !self.s.on_ground && !self.s.ifr
    }

    /// A visual flight in this tower's pattern.
    fn in_circuit(&self) -> bool {
        self.tower() && self.visual() && in_pattern(self.s.phase)
    }

    /// The runway that this flight uses or will use.
    fn runway(&self) -> Option<Runway> {
        let r = self.r;
        r.takeoff.or(r.landing.map(|(x, _)| x)).or(r.taxi.filter(|_| self.s.on_ground)).or(r.pattern_runway).or(self.s.active)
    }

    /// The side that the part names; `None` if it names both.
    fn side(&self) -> Option<Side> {
        self.details.side.or(self.heard.slots.side.filter(|_| !self.details.both_sides))
    }

    /// The side of the pattern in force, or the published one.
    fn pattern_side(&self) -> Side {
        self.r.joins.or(self.r.closed_traffic).unwrap_or(self.s.pattern)
    }

    /// The approval in force that contains this word: one that is asked about again is confirmed.
    fn granted(&self, word: &str) -> Option<&Item> {
        self.r
            .granted
            .iter()
            .rev()
            .find(|i| matches!(i, Item::PatternWords(w) | Item::DepartureApproved(w) | Item::Advice(w) if w.contains(word)))
    }

    /// What is asked about again: "affirmative" and the approval in force.
    fn confirmed(&self, word: &str) -> Option<Vec<Item>> {
        let again = self.granted(word)?.clone();
        Some(match self.form {
            Form::Whether => vec![Item::Affirm, again],
            _ => vec![again],
        })
    }

    /// The decision for this part as a call with this intent.
    fn as_intent(&self, intent: Intent) -> Understanding {
        let mut meant = Understanding { intent, intents: vec![intent], doubt: None, ..self.heard.clone() };
        meant.remarks.tell(Remark::Wishes);
        meant
    }

    /// What this unit answers to a call with this intent.
    fn decided(&self, intent: Intent) -> Vec<Item> {
        let meant = self.as_intent(intent);
        let decision = match self.s.facility {
            Facility::Ground => super::ground::decide(self.s, self.r, &meant),
            Facility::Tower => super::tower::decide(self.s, self.r, &meant),
            _ => super::radar::decide(self.s, self.r, &meant),
        };
        of(decision)
    }
}

/// What an aircraft that cannot leave the runway gets.
pub(super) fn stays_on_runway(s: &Situation, r: &Record, heard: &Understanding) -> Option<Vec<Item>> {
    trouble::stays(s, r, heard)
}

/// What a decision says.
fn of(decision: Decision) -> Vec<Item> {
    match decision {
        Decision::Say(items) => items,
        Decision::Silent(_) => Vec::new(),
    }
}

/// The answer to a part about these subjects; empty if they have none here.
pub(super) fn answer(
    s: &Situation,
    r: &Record,
    heard: &Understanding,
    form: Form,
    details: Details,
    subjects: &[Subject],
) -> Option<Vec<Item>> {
    if let Some(items) = in_force::answer(s, r, heard, form, details) {
        return Some(items);
    }
    let matter = Matter { s, r, heard, form, details };
    // A runway that is not here was refused, and with it what was asked about it.
    let unknown = heard.slots.runway.map_or(heard.slots.bad_runway.is_some(), |x| s.known(x).is_none());
    if matter.of_field() && s.live && unknown {
        return None;
    }
    let mut all = Vec::new();
    // The hangar or the pump beside another subject is its reason: "a long roll, our hangar is at the end".
    let (reasons, subjects): (Vec<_>, Vec<_>) =
        subjects.iter().partition(|x| matches!(x, Subject::Services | Subject::Fuel | Subject::Talk));
    let said = |subjects: Vec<Subject>| subjects.into_iter().flat_map(|x| gated(&matter, x)).collect::<Vec<_>>();
    let mut found = said(subjects);
    if found.is_empty() {
        found = said(reasons);
    }
    for item in found {
        if !all.contains(&item) {
            all.push(item);
        }
    }
    (!all.is_empty()).then_some(all)
}

/// A value in force that the part asks to have confirmed.
pub(super) fn in_force(s: &Situation, r: &Record, heard: &Understanding, form: Form, details: Details) -> Option<Vec<Item>> {
    in_force::answer(s, r, heard, form, details)
}

/// "Affirmative" for a value that is right; "negative" and the value for one that is wrong.
fn verdict(right: bool, item: Item) -> Vec<Item> {
    if right { vec![Item::Affirm] } else { vec![Item::Negative, item] }
}

/// The tower of the field that a visual flight with a radar unit has in sight.
pub(super) fn tower_in_sight(s: &Situation, r: &Record, heard: &Understanding) -> Option<Decision> {
    let near = heard.has(Intent::FieldInSight) && s.live && !s.on_ground && !s.ifr && r.emergency.is_none() && r.plight.is_none();
    let matter = Matter { s, r, heard, form: Form::States, details: Details::default() };
    let items = if near && r.contacted.contains(&s.facility) { flight::field_seen(&matter) } else { Vec::new() };
    items.iter().any(|i| matches!(i, Item::Contact { .. })).then_some(Decision::Say(items))
}

/// The unit that takes over a visual arrival which asks for it.
pub(super) fn next_of_arrival(s: &Situation, r: &Record, heard: &Understanding) -> Option<Vec<Item>> {
    let matter = Matter { s, r, heard, form: Form::Requests, details: Details::default() };
    let items = if s.live && !s.on_ground && !s.ifr { flight::to_the_tower(&matter) } else { Vec::new() };
    items.iter().any(|i| matches!(i, Item::Contact { .. })).then_some(items)
}

/// The facts of this field are not those of the place where the aircraft is.
fn elsewhere(s: &Situation) -> bool {
    !s.on_ground && s.arrival.as_ref().is_some_and(|a| a.icao != s.icao)
}

/// The answer for one subject. A subject alone is no proof of a wish: only those whose decision passes the gate with the words of the part may
/// clear the aircraft, and every other one only repeats what stands.
fn gated(m: &Matter, subject: Subject) -> Vec<Item> {
    use Subject as S;
    let proves = matches!(subject, S::LandingClearance | S::LandingKind | S::HoldShort | S::AirspaceEntry | S::LineUp);
    let free = |i: &Item| proves || !gate::guards(i) || matches!(i, Item::Confirm { .. }) || gate::stands(m.r, i);
    about(m, subject).into_iter().filter(free).collect()
}

/// As [`gated`].
#[rustfmt::skip]
fn about(m: &Matter, subject: Subject) -> Vec<Item> {
    use Subject as S;
    let of_flight = || radar::about(m.s, m.r, m.heard, m.form, subject);
    if let Some(items) = trouble::about(m.s, m.r, m.heard, m.form, subject).or_else(of_flight) {
        return items;
    }
    match subject {
        S::PushBack => ground::push_back(m),
        S::StartUp => ground::start_up(m),
        S::TaxiOut => ground::taxi_out(m),
        S::TaxiIn => ground::taxi_in(m),
        S::TaxiRoute => ground::taxi_route(m),
        S::HoldShort => ground::hold_short(m),
        S::StopTaxi => ground::stop_taxi(m),
        S::ResumeTaxi => ground::resume_taxi(m),
        S::RunUp => ground::run_up(m),
        S::Intersection => ground::intersection(m),
        S::FullLength => ground::full_length(m),
        S::LineUp => ground::line_up(m),
        S::RunwayChoice => ground::runway_choice(m),
        S::RunwayInUse => ground::runway_in_use(m),
        S::RunwayData => ground::runway_data(m),
        S::RunwayClear => ground::runway_clear(m),
        S::WaitTime => ground::wait_time(m),
        S::DeIcing => ground::de_icing(m),
        S::Fuel => ground::fuel(m),
        S::Services => ground::services(m),
        S::Tow => ground::tow(m),
        S::Phone => ground::phone(m),
        S::FlightPlan => ground::flight_plan(m),
        S::Clearance => ground::clearance(m),
        S::BackToStand => ground::back_to_stand(m),
        S::Lights => ground::lights(m),

        S::DepartureWay => tower::departure_way(m),
        S::PatternSide => tower::pattern_side(m),
        S::PatternHeight => tower::pattern_height(m),
        S::ShortApproach => tower::short_approach(m),
        S::Extend => tower::extend(m),
        S::Orbit => tower::orbit(m),
        S::TurnBase => tower::turn_base(m),
        S::Sequence => tower::sequence(m),
        S::LandingKind => tower::landing_kind(m),
        S::AnotherCircuit => tower::another_circuit(m),
        S::Join => tower::join(m),
        S::LeavePattern => tower::leave_pattern(m),
        S::LandingClearance => tower::landing_clearance(m),
        S::TakeoffClearance => tower::takeoff_clearance(m),
        S::Rollout => tower::rollout(m),
        S::GearLook => tower::gear_look(m),
        S::GoAroundNext => tower::go_around_next(m),

        S::Birds => facts::birds(m),
        S::Wind => facts::wind(m),
        S::WindShear => facts::wind_shear(m),
        S::Wake => facts::wake(m),
        S::Minimum => facts::minimum(m),
        S::Ride | S::Icing => facts::reports(m),
        S::PilotReport => facts::pilot_report(m),
        S::Sky => facts::sky(m),
        S::Visibility => facts::visibility(m),
        S::Temperature => facts::temperature(m),
        S::Clock => facts::clock(m),
        S::Letter => facts::letter(m),
        S::Pressure => facts::pressure(m),
        S::TransitionLevel => facts::transition_level(m),
        S::Code => facts::code(m),
        S::RadioCheck => facts::radio_check(m),
        S::Callsign => facts::callsign(m),
        S::Copied => facts::copied(m),
        S::Relay => facts::relay(m),
        S::WeatherShown => unable("no weather display here"),
        S::NeedsTime => facts::needs_time(m),
        S::TakesBack => facts::takes_back(m),
        S::Thanks => facts::thanks(m),
        S::Intentions => facts::intentions(m),
        S::Trouble => facts::trouble(m),

        S::NextUnit => flight::next_unit(m),
        S::Distance => flight::distance(m),
        S::Position => flight::position(m),
        S::Traffic => flight::traffic(m),
        S::FieldSeen => flight::field_seen(m),
        S::AirspaceEntry => flight::airspace_entry(m),
        S::Airspace => flight::airspace(m),
        S::RadarService => flight::radar_service(m),
        S::EndService => flight::end_service(m),
        S::LeaveFrequency => flight::leave_frequency(m),
        S::BackOnFrequency => flight::back_on_frequency(m),
        S::WorkArea => flight::work_area(m),
        S::AreaDone => flight::area_done(m),
        S::Diversion => flight::diversion(m),
        S::Climb | S::Descent | S::LevelQuestion | S::Direct | S::OwnNavigation => flight::own_choice(m, subject),
        S::Heading => flight::heading(m),
        _ => Vec::new(),
    }
}

/// The landing clearance that is asked for by an aircraft in distress.
pub(super) fn landing(s: &Situation, r: &Record, heard: &Understanding) -> Option<Vec<Item>> {
    let leave = gate::asks_to_land(heard)?;
    let named = heard.slots.runway.and_then(|x| s.known(x));
    let runway = r.landing.map(|(x, _)| x).or(named).or(r.own_runway).or(r.expects).or_else(|| s.runway_for(None))?;
    // In distress, the radar controller passes the tower's clearance on.
    if !s.live || s.on_ground || !(s.facility == Facility::Tower || s.facility.is_radar()) || s.runway_blocked(runway) {
        return None;
    }
    Some(s.wind().into_iter().chain([Item::Runway(runway), clearances::landing(&leave, crate::instruction::Landing::FullStop)]).collect())
}
