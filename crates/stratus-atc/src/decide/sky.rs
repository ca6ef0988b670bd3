//! Sky conditions: a field's visibility and ceiling in spoken form.

use crate::instruction::Item;
use crate::situation::Situation;
use crate::units::Region;
use crate::units::region::VisibilityUnit;

/// The highest ceiling that is reported, feet.
const HIGHEST_CEILING: f64 = 20_000.0;
/// Tolerance for a simulator's metres that fall just short of a step, statute miles.
const SLACK_SM: f64 = 0.02;

/// Visibility and ceiling, if known.
pub(crate) fn told(s: &Situation) -> Vec<Item> {
    let mut items: Vec<Item> = s.visibility_sm().map(|v| Item::Advice(visibility(v, s.region))).into_iter().collect();
    if let Some(c) = s.weather.ceiling_ft.filter(|c| (0.0..HIGHEST_CEILING).contains(c)) {
        let feet = (c / 100.0).round().max(1.0) as i32 * 100;
        items.extend([Item::Advice("ceiling".to_owned()), Item::Height(feet)]);
    }
    items
}

/// The weather of a place that is not observed here: where its recorded information is, if the data says so.
pub(super) fn not_here(s: &Situation, place: &str) -> Vec<Item> {
    vec![match s.asked_atis {
        Some(on) => Item::Advice(format!("{place} information on {on}")),
        None => Item::Unable(format!("weather for {place} is not available here")),
    }]
}

fn visibility(miles: f64, region: Region) -> String {
    let said = match region.visibility {
        VisibilityUnit::Miles => in_miles(miles + SLACK_SM),
        VisibilityUnit::Metres => metric((miles + SLACK_SM) * 1609.344),
    };
    format!("visibility {said}")
}

/// Statute miles: quarters below one, halves below three (the simplest of the FMH-1 steps), rounded down.
fn in_miles(v: f64) -> String {
    const QUARTERS: [&str; 4] = ["less than one quarter", "one quarter", "one half", "three quarters"];
    let whole = v.floor();
    match v {
        v if v < 1.0 => QUARTERS[((v * 4.0).max(0.0) as usize).min(3)].to_owned(),
        v if v < 3.0 && v - whole >= 0.5 => format!("{whole} and one half"),
        v if v < 3.0 => whole.to_string(),
        v => v.round().min(10.0).to_string(),
    }
}

/// Hundreds of metres below five kilometres, then kilometres, rounded down.
fn metric(metres: f64) -> String {
    match metres {
        m if m < 100.0 => "less than 100 metres".to_owned(),
        m if m < 5000.0 => format!("{} metres", (m / 100.0).floor() * 100.0),
        m if m < 10_000.0 => format!("{} kilometres", (m / 1000.0).floor()),
        _ => "10 kilometres or more".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reported_visibility_never_exceeds_the_actual_one() {
        let faa = [
            (0.1, "less than one quarter"),
            (0.25, "one quarter"),
            (800.0 / 1609.344, "one half"),
            (0.9, "three quarters"),
            (1.4, "1"),
            (1.6, "1 and one half"),
            (2.9, "2 and one half"),
            (3.2, "3"),
            (6.0, "6"),
            (30.0, "10"),
        ];
        for (miles, said) in faa {
            assert_eq!(visibility(miles, Region::FAA), format!("visibility {said}"));
        }
        let icao = [
            (50.0, "less than 100 metres"),
            (400.0, "400 metres"),
            (1490.0, "1500 metres"),
            (4900.0, "4900 metres"),
            (5000.0, "5 kilometres"),
            (9000.0, "9 kilometres"),
            (9999.0, "10 kilometres or more"),
        ];
        for (metres, said) in icao {
            assert_eq!(visibility(metres / 1609.344, Region::ICAO), format!("visibility {said}"));
        }
        let spoken = |said| crate::spoken::words(said, Region::ICAO);
        assert_eq!(spoken("visibility 1500 metres"), "visibility one thousand five hundred metres");
        assert_eq!(spoken("visibility 10 kilometres or more"), "visibility one zero kilometres or more");
    }
}
