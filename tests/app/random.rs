//! Random events in random order.

use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use stratus::airports::data::Airports;
use stratus::airports::described::{Described, Origin};
use stratus::event::{Choice, Clip, Edge, Effect, Event, Heard, Take};
use stratus::problem::Problem;
use stratus::units::{Time, TxId};

use crate::{TAXI, app};

fn chart() -> impl Strategy<Value = Event> {
    let told = |number: Option<&str>| {
        let mut airport = Airports::first().get("PHTO").unwrap().clone();
        if let Some(number) = number {
            let runway: stratus::units::Runway = number.parse().unwrap();
            airport.runways[0].ends[0].runway = runway;
            airport.runways[0].ends[1].runway = runway.reciprocal();
        }
        Ok(Some(Arc::new(Described { airport, sources: vec!["a test".into()], charted: Default::default() })))
    };
    let result = prop_oneof![
        Just(told(None)),
        Just(told(Some("9"))),
        Just(told(Some("18"))),
        Just(Ok(None)),
        Just(Err(Problem::new("the index is damaged"))),
    ];
    (result, any::<bool>(), any::<bool>()).prop_map(|(result, files, here)| Event::Airport {
        icao: if here { "PHTO" } else { "KPAO" }.into(),
        origin: if files { Origin::Files } else { Origin::Simulator },
        result,
    })
}

fn event() -> impl Strategy<Value = Event> {
    let tx = (0u64..12).prop_map(TxId);
    let problem = || Problem::new("it broke").fix("mend it");
    let words = prop_oneof![
        Just(TAXI.to_owned()),
        Just("Taxi to runway eight, Skyhawk two sierra papa.".to_owned()),
        Just("mayday mayday mayday".to_owned()),
        ".{0,40}"
    ];
    prop_oneof![
        3 => Just(Event::Wake),
        4 => Just(Event::Ptt(Edge::Down)),
        4 => Just(Event::Ptt(Edge::Up)),
        3 => (tx.clone(), any::<bool>(), 0.0f32..0.3).prop_map(move |(tx, ok, rms)| Event::Captured {
            tx,
            take: if ok { Ok(Take { ms: 1000, loudest_rms: rms, voiced_ms: 500, ..Take::default() }) } else { Err(problem()) },
        }),
        4 => (tx.clone(), any::<bool>(), words.clone()).prop_map(move |(tx, ok, text)| Event::Heard {
            tx,
            result: if ok { Ok(Heard { text, confidence: 0.9, took_ms: 3, others: Vec::new(), looks: 1, opinion: None }) } else { Err(problem()) },
        }),
        2 => (tx.clone(), words.clone()).prop_map(|(tx, text)| Event::Advice { tx, result: Ok(text) }),
        3 => (tx.clone(), 0u32..3, any::<bool>()).prop_map(|(tx, part, last)| Event::Voiced { tx, part, last, result: Ok(Clip { samples: [0.1; 16].into(), rate: 16_000 }) }),
        2 => tx.clone().prop_map(|tx| Event::Started { tx }),
        3 => (tx, any::<bool>()).prop_map(|(tx, complete)| Event::Played { tx, complete }),
        2 => (any::<u64>(), words).prop_map(|(id, text)| Event::Typed { id, text, opinion: None }),
        1 => chart(),
        1 => prop_oneof![Just(Choice::Repeat(0)), Just(Choice::ToggleMute)].prop_map(Event::Menu),
        1 => Just(Event::Trouble(problem())),
    ]
}

proptest! {
    #[test]
    fn random_events_keep_the_invariants(events in proptest::collection::vec((event(), 0u64..4000), 1..60)) {
        let (mut app, mut now) = (app(), Time(0));
        let mut capturing: Option<TxId> = None;
        for (event, wait) in events {
            now = now + Duration::from_millis(wait);
            if let Event::Wake = event && let Some(d) = app.next_deadline() {
                now = now.max(d);
            }
            let recorded = serde_json::to_string(&event).unwrap();
            prop_assert!(serde_json::from_str::<Event>(&recorded).is_ok(), "{}", recorded);
            for effect in app.handle(now, event) {
                match effect {
                    Effect::Capture(tx) => {
                        prop_assert!(capturing.is_none_or(|c| c < tx), "an older transmission is captured");
                        capturing = Some(tx);
                    }
                    Effect::Record(line) => prop_assert!(!line.text.to_lowercase().contains("cleared for takeoff") || line.from == stratus::event::Speaker::Pilot),
                    _ => {}
                }
            }
            // Process everything due, one item per wake-up: a deadline in the past would make the owner's loop spin.
            let mut wakes = 0;
            while app.next_deadline().is_some_and(|d| d <= now) && wakes < 8 {
                app.handle(now, Event::Wake);
                wakes += 1;
            }
            prop_assert!(app.next_deadline().is_none_or(|d| d > now) || wakes < 8, "a deadline stays in the past");
        }
    }
}
