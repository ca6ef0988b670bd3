//! Common traffic advisory frequency: no controller answers. The pilot gets written advice on how the call was made (AIM 4-1-9; AC 90-66).

use crate::intent::{Intent, Understanding};
use crate::situation::Situation;

/// Written advice on a self-announced call. It always says at least that nobody controls the frequency.
pub(crate) fn advice(s: &Situation, u: &Understanding, text: &str) -> String {
    let said = text.to_lowercase();
    let name = s.airport_name.to_lowercase();
    let mut better = Vec::new();
    let asks = u.intents.iter().find(|i| {
        matches!(
            i,
            Intent::TaxiRequest
                | Intent::DepartureReady
                | Intent::TakeoffRequest
                | Intent::IfrClearanceRequest
                | Intent::FrequencyChangeRequest
        )
    });
    if asks.is_some() && (said.contains("request") || said.contains("ready for")) {
        better.push("nobody can grant anything here: say what you are about to do".to_owned());
    }
    if said.contains("please advise") || said.contains("any traffic") {
        better.push("leave out \"any traffic please advise\": whoever hears you answers when it matters (AIM 4-1-9)".to_owned());
    }
    if !name.is_empty() {
        let first = said.trim_start().starts_with(&name) || said.split_whitespace().take(4).any(|w| w == "traffic");
        let last = said.trim_end_matches(|c: char| !c.is_alphanumeric()).ends_with(&name);
        if !first || !last {
            better.push(format!("begin with \"{0} traffic\" and end with \"{0}\": other fields share the frequency", s.airport_name));
        }
    }
    match (u.slots.runway, s.active) {
        (Some(r), _) if s.known(r).is_none() => better.push(format!("there is no runway {r} here")),
        (Some(r), Some(best)) if r == best.reciprocal() => better.push(format!("the wind favours runway {best}")),
        _ => {}
    }
    let here = if s.airport_name.is_empty() {
        "nobody controls this frequency".to_owned()
    } else {
        format!("{} has no controller", s.airport_name)
    };
    if better.is_empty() { format!("{here}; your call was heard") } else { format!("{here}; {}", better.join("; ")) }
}

#[cfg(test)]
mod tests {
    use crate::airports::data::Airports;
    use crate::report::{Report, SimState};
    use crate::units::Time;
    use crate::{Engine, Setup};

    #[test]
    fn self_announced_calls_are_checked_against_the_aim() {
        let airports = Airports::world();
        let o22 = airports.find("O22").unwrap();
        let mut engine = Engine::new(airports, Setup { callsign: "N172SP".parse().ok(), ..Setup::default() });
        let mut r = Report {
            state: SimState::Flying,
            position: Some(o22.position),
            altitude_ft: o22.elevation_ft,
            on_ground: true,
            com1: "122.975".parse().ok(),
            ..Report::default()
        };
        r.weather.wind_dir = Some(170.0);
        r.weather.wind_kt = Some(8.0);
        engine.see(Time(1), &r);
        let mut note = |text: &str| {
            let u = engine.understand(text);
            let heard = engine.answer(Time(2), text, u);
            assert!(heard.reply.is_none());
            heard.silence.unwrap().words()
        };
        let good = note("Columbia traffic, Skyhawk 172SP, taxiing to runway 17, Columbia");
        assert_eq!(good, "Columbia has no controller; your call was heard");
        let bad = note("Skyhawk 172SP requests taxi to runway 35, any traffic please advise");
        for part in ["nobody can grant", "any traffic please advise", "begin with \"Columbia traffic\"", "the wind favours runway 17"] {
            assert!(bad.contains(part), "{part}: {bad}");
        }
        assert!(note("Columbia traffic, Skyhawk 172SP, downwind runway 28, Columbia").contains("no runway 28"));
    }
}
