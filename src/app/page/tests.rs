//! Tests of what the page shows, and of what a pilot does on it.

use std::sync::Arc;

use super::*;
use crate::airports::data::Airports;
use crate::event::Event;
use crate::report::Report;
use crate::settings::Config;

fn app(on: bool) -> App {
    let mut config = Config::default();
    config.sim.airport = Some("PHTO".into());
    config.sim.com1 = "121.9".parse().ok();
    config.pilot.callsign = "N172SP".parse().ok();
    config.audio.mute = true;
    config.page.listen = on.then_some(crate::settings::PAGE_HERE);
    App::new(Arc::new(config), Airports::world())
}

fn shown(fx: &[Effect]) -> Option<&PageState> {
    fx.iter().rev().find_map(|e| if let Effect::Page(state) = e { Some(&**state) } else { None })
}

fn say(app: &mut App, at: u64, text: &str) -> Vec<Effect> {
    app.handle(Time(at), Event::Typed { id: 1, text: text.into(), opinion: None })
}

fn flying(com1: &str) -> Report {
    let airport = Airports::world().find("PHTO").unwrap();
    Report { state: SimState::Flying, position: Some(airport.position), on_ground: true, com1: com1.parse().ok(), ..Report::default() }
}

#[test]
fn page_is_sent_on_change_and_only_while_it_is_on() {
    let mut app = app(true);
    let fx = app.handle(Time(0), Event::Wake);
    let state = shown(&fx).expect("the first state");
    assert_eq!((state.hears.as_str(), state.callsign.as_str()), ("Hilo Ground 121.9", "N172SP"));
    assert_eq!(state.unit.as_ref().map(|u| u.facility), Some(Facility::Ground));
    assert!(state.stations.iter().any(|s| s.facility == Facility::Tower) && !state.tunes);
    assert!(state.calls.iter().any(|c| c.text.contains("request taxi") && c.complete), "{:?}", state.calls);
    assert_eq!(shown(&app.handle(Time(10), Event::Wake)), None, "nothing has changed");
    let mut off = self::app(false);
    assert_eq!(shown(&off.handle(Time(0), Event::Wake)), None);
    assert_eq!(shown(&say(&mut off, 10, "Hilo Ground, November one seven two sierra papa, radio check")), None);
}

#[test]
fn transcript_and_strip_follow_the_conversation() {
    let mut app = app(true);
    let fx = say(&mut app, 0, "Hilo Ground, November one seven two sierra papa, at the ramp, request taxi");
    let state = shown(&fx).expect("a new state");
    let [call, answer] = &state.transcript[..] else { panic!("{:?}", state.transcript) };
    assert_eq!((call.from, call.understood.as_deref(), call.unanswered.as_deref()), (Speaker::Pilot, Some("taxi request"), None));
    assert_eq!((answer.from, answer.facility), (Speaker::Atc, Some(Facility::Ground)));
    assert!(answer.text.contains("taxi"), "{answer:?}");
    assert!(state.strip.cleared.iter().any(|l| l.contains("taxi")), "{:?}", state.strip);
    let due = state.strip.readback.clone().expect("a readback is due");
    let fx = say(&mut app, 1000, &format!("{due}, November one seven two sierra papa"));
    let state = shown(&fx).expect("a new state");
    assert_eq!((state.readbacks, state.strip.readback.as_deref()), (PageScore { correct: 1, total: 1 }, None));
    assert_eq!(state.notice, None, "a correct readback is not news");
    assert_eq!(state.transcript.iter().map(|l| l.id).collect::<Vec<_>>(), [1, 2, 3]);
}

#[test]
fn why_nobody_answered_is_shown_until_somebody_does() {
    let mut app = app(true);
    let fx = say(&mut app, 0, "Hilo Ground, Speedbird four, request taxi");
    let state = shown(&fx).expect("a new state");
    assert!(state.transcript[0].unanswered.is_some(), "{:?}", state.transcript);
    let notice = state.notice.as_ref().expect("why");
    assert!(notice.title.contains("No answer") && !notice.fault && !notice.body.contains("You:"), "{notice:?}");
    let fx = say(&mut app, 1000, "Hilo Ground, November one seven two sierra papa, radio check");
    assert_eq!(shown(&fx).expect("a new state").notice, None);
}

#[test]
fn only_the_last_lines_are_kept_and_no_recording() {
    let mut kept = Kept::default();
    let line = |n: u32, facility| Line {
        t: f64::from(n),
        from: Speaker::Atc,
        facility: Some(facility),
        frequency: None,
        callsign: None,
        text: if facility == Facility::Atis { "information kilo".into() } else { n.to_string() },
        intent: None,
        verdict: None,
        unanswered: None,
        latency_ms: None,
        overheard: false,
    };
    (0..3).for_each(|n| kept.line(&line(n, Facility::Atis)));
    assert_eq!(kept.lines.len(), 0);
    (0..100).for_each(|n| kept.line(&line(n, Facility::Tower)));
    assert_eq!((kept.lines.len(), kept.lines.back().map(|l| l.id)), (LINES, Some(100)));
    (0..50).for_each(|n| kept.line(&Line { overheard: true, ..line(n, Facility::Tower) }));
    assert_eq!((kept.lines.len(), kept.overheard.len(), kept.overheard.back().map(|l| l.id)), (LINES, OVERHEARD, Some(150)));
}

#[test]
fn page_tunes_only_the_airports_frequencies_in_a_simulator() {
    let tuned = |app: &mut App, to: &str| {
        let fx = app.handle(Time(500), Event::Tune(to.parse().unwrap()));
        let command = fx.iter().find_map(|e| if let Effect::Sim(Command::Tune(f)) = e { Some(f.to_string()) } else { None });
        (command, fx.iter().any(|e| matches!(e, Effect::Toast(t) if t.title.contains("not tuned"))))
    };
    let mut app = app(true);
    assert_eq!(tuned(&mut app, "118.1"), (None, true), "no simulator");
    app.handle(Time(100), Event::Sim(Arc::new(flying("121.9"))));
    assert!(app.page_state().tunes);
    assert_eq!(tuned(&mut app, "118.1"), (Some("118.1".into()), false));
    assert_eq!(tuned(&mut app, "133.333"), (None, true), "not a frequency of this airport");
}

#[test]
fn reports_alone_cause_at_most_ten_states_a_second() {
    let mut app = app(true);
    let at = |app: &mut App, ms: u64, com1: &str| {
        let fx = app.handle(Time(ms), Event::Sim(Arc::new(flying(com1))));
        shown(&fx).map(|s| s.hears.clone())
    };
    assert_eq!(at(&mut app, 1000, "121.9").as_deref(), Some("Hilo Ground 121.9"));
    assert_eq!(at(&mut app, 1050, "118.1"), None);
    assert!(app.next_deadline().is_some_and(|due| due <= Time(1100)), "it is shown even if no other report comes");
    let fx = app.handle(Time(1100), Event::Wake);
    assert_eq!(shown(&fx).map(|s| s.hears.as_str()), Some("Hilo Tower 118.1"));
    assert_eq!(at(&mut app, 1210, "121.9").as_deref(), Some("Hilo Ground 121.9"));
    let lost = Report { state: SimState::Lost, ..flying("118.1") };
    let fx = app.handle(Time(1220), Event::Sim(Arc::new(lost)));
    assert_eq!(shown(&fx).map(|s| (s.sim, s.unit.clone())), Some((SimState::Lost, None)), "a lost simulator shows at once");
}

#[test]
fn mute_is_set_and_not_toggled_by_the_page() {
    let mut app = app(true);
    assert!(!app.handle(Time(0), Event::Mute(true)).iter().any(|e| matches!(e, Effect::SetKey { .. })), "it is muted already");
    let fx = app.handle(Time(1), Event::Mute(false));
    assert!(fx.contains(&Effect::SetKey { path: "audio.mute".into(), value: "false".into() }));
    assert!(!shown(&fx).expect("a new state").muted);
}

#[test]
fn menu_switches_the_page_on_for_this_computer_and_off() {
    let mut app = app(false);
    let fx = app.handle(Time(0), Event::Menu(Choice::TogglePage));
    assert!(fx.contains(&Effect::SetKey { path: "page.listen".into(), value: "\"127.0.0.1:4747\"".into() }), "{fx:?}");
    assert!(fx.contains(&Effect::OpenPage) && shown(&fx).is_some());
    assert!(app.menu_model().page);
    let fx = app.handle(Time(1), Event::Menu(Choice::TogglePage));
    assert!(fx.contains(&Effect::SetKey { path: "page.listen".into(), value: "\"\"".into() }), "{fx:?}");
    assert!(!fx.contains(&Effect::OpenPage) && !app.menu_model().page);
}
