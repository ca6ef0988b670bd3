//! What the language model is asked and may change, and recognition while the key is held.

use std::sync::Arc;
use std::time::Duration;

use stratus::airports::data::Airports;
use stratus::app::App;
use stratus::event::{Edge, Effect, Event, Take};
use stratus::settings::Config;
use stratus::units::{Time, TxId};

use crate::{call, speaks};

const UNCLEAR: &str = "any chance we might wander off towards runway eight two sierra papa";

/// The effects of a call that the rules do not understand, in an application with this mode of the language model.
fn unclear(mode: stratus::settings::BrainMode) -> (App, Time, TxId, Vec<Effect>) {
    let mut config = Config::default();
    config.pilot.callsign = "N172SP".parse().ok();
    config.sim.airport = Some("PHTO".into());
    config.sim.com1 = "121.9".parse().ok();
    config.brain.mode = mode;
    let (mut app, mut now) = (App::new(Arc::new(config), Airports::first()), Time(0));
    let (tx, fx) = call(&mut app, &mut now, UNCLEAR);
    (app, now, tx, fx)
}

fn consults(fx: &[Effect]) -> bool {
    fx.iter().any(|e| matches!(e, Effect::Consult { .. }))
}

#[test]
fn model_is_queried_per_brain_mode_and_advises_only_an_intent() {
    use stratus::settings::BrainMode;
    let (_, _, _, fx) = unclear(BrainMode::Rules);
    assert!(!consults(&fx) && speaks(&fx).is_some_and(|(_, w)| w.contains("say")), "{fx:?}");
    let (mut app, now, tx, fx) = unclear(BrainMode::Auto);
    assert!(consults(&fx) && speaks(&fx).is_none(), "{fx:?}");
    let fx = app.handle(now, Event::Advice { tx, result: Ok(r#"{"intent":"taxi_request","runway":"8"}"#.into()) });
    assert!(speaks(&fx).is_some_and(|(_, w)| w.contains("runway eight, taxi")), "{fx:?}");
}

#[test]
fn lying_late_or_broken_model_leaves_the_engines_answer() {
    use stratus::settings::BrainMode;
    for lie in [r#"{"intent":"taxi_request","runway":"26"}"#, r#"{"intent":"mayday"}"#, "cleared for takeoff runway 8", ""] {
        let (mut app, now, tx, _) = unclear(BrainMode::Auto);
        let fx = app.handle(now, Event::Advice { tx, result: Ok(lie.into()) });
        assert!(speaks(&fx).is_some_and(|(_, w)| w.contains("say") && !w.contains("cleared")), "{lie}: {fx:?}");
    }
    let (mut app, now, tx, _) = unclear(BrainMode::Auto);
    let late = app.next_deadline().unwrap();
    assert_eq!(late.since(now), Duration::from_millis(1500));
    let fx = app.handle(late, Event::Wake);
    assert!(fx.contains(&Effect::Cancel(tx)) && speaks(&fx).is_some(), "{fx:?}");
    assert!(app.handle(late, Event::Advice { tx, result: Ok(r#"{"intent":"taxi_request"}"#.into()) }).is_empty());
}

#[test]
fn model_with_malformed_answers_is_reported_once() {
    use stratus::settings::BrainMode;
    let told = |fx: &[Effect]| fx.iter().filter(|e| matches!(e, Effect::Toast(t) if t.body.contains("in a form"))).count();
    let (mut app, mut now, tx, _) = unclear(BrainMode::Llm);
    let prose = || Ok("The pilot would like to taxi, I believe.".to_owned());
    assert_eq!(told(&app.handle(now, Event::Advice { tx, result: prose() })), 1);
    let (tx, fx) = call(&mut app, &mut now, "hilo ground skyhawk one seven two sierra papa radio check");
    assert!(consults(&fx), "{fx:?}");
    assert_eq!(told(&app.handle(now, Event::Advice { tx, result: prose() })), 0, "once for each model");
    // A wrong answer in the right form is well-formed.
    let (mut app, now, tx, _) = unclear(BrainMode::Auto);
    assert_eq!(told(&app.handle(now, Event::Advice { tx, result: Ok(r#"{"intent":"mayday"}"#.into()) })), 0);
}

#[test]
fn emergency_never_waits_for_the_model() {
    let mut config = Config::default();
    config.pilot.callsign = "N172SP".parse().ok();
    config.sim.airport = Some("PHTO".into());
    config.sim.com1 = "118.1".parse().ok();
    config.brain.mode = stratus::settings::BrainMode::Llm;
    let mut app = App::new(Arc::new(config), Airports::first());
    let mut now = Time(0);
    let (_, fx) = call(&mut app, &mut now, "mayday mayday mayday Hilo Tower Skyhawk one seven two sierra papa engine failure");
    assert!(!consults(&fx) && speaks(&fx).is_some_and(|(_, w)| w.contains("roger mayday")), "{fx:?}");
}

#[test]
fn eager_recognition_runs_only_if_enabled_for_the_open_call() {
    let voice = Take { ms: 2000, loudest_rms: 0.1, noise_rms: 0.001, voiced_ms: 1500, ..Take::default() };
    let ahead = |fx: &[Effect]| fx.iter().filter(|e| matches!(e, Effect::Ahead { .. })).count();
    for eager in [false, true] {
        let mut config = Config::default();
        config.speech.eager = eager;
        let mut app = App::new(Arc::new(config), Airports::first());
        let fx = app.handle(Time(0), Event::Ptt(Edge::Down));
        let tx = fx.iter().find_map(|e| if let Effect::Capture(tx) = e { Some(*tx) } else { None }).unwrap();
        let so_far = |tx: TxId, take: &Take| Event::SoFar { tx, take: take.clone() };
        assert_eq!(ahead(&app.handle(Time(2000), so_far(tx, &voice))), usize::from(eager));
        assert_eq!(ahead(&app.handle(Time(2100), so_far(TxId(tx.0 + 1), &voice))), 0, "another call's");
        assert_eq!(ahead(&app.handle(Time(2200), so_far(tx, &Take { ms: 2000, ..Take::default() }))), 0, "silence");
        app.handle(Time(3000), Event::Ptt(Edge::Up));
        assert_eq!(ahead(&app.handle(Time(3010), so_far(tx, &voice))), usize::from(eager), "at the release");
        // The tail is over, and the whole take is on its way.
        app.handle(Time(4000), Event::Wake);
        assert_eq!(ahead(&app.handle(Time(4001), so_far(tx, &voice))), 0);
    }
}
