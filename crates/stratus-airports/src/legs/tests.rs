//! Legs read from lines written for the test.

use super::*;
use proptest::prelude::*;

const FILE: &str = "SID:010,4,NORTH3,RW08B, , , , ,    , ,   ,VA, , , , , ,      ,    ,    ,0950,    ,+,01430,     ,18000, ,   ,    ,   , , , , , , ,J,S;\n\
SID:020,4,NORTH3,RW08B,SKNNR,K7,P,C,E   ,L,   ,DF, , , , , ,      ,    ,    ,    ,    , ,     ,     ,     ,-,250,    ,   , , , , , , ,J,S;\n\
SID:010,5,NORTH3,ALL,SKNNR,K7,P,C,E   , ,   ,IF, , , , , ,      ,    ,    ,    ,    , ,     ,     ,     , ,   ,    ,   , , , , , , ,J,S;\n\
SID:020,5,NORTH3,ALL,HYZMN,K7,E,A,EE  , ,   ,TF, , , , , ,      ,    ,    ,    ,0123,B,14000,10000,     , ,   ,    ,   , , , , , , ,J,S;\n\
SID:010,6,NORTH3,BANNG,HYZMN,K7,E,A,E   , ,   ,IF, , , , , ,      ,    ,    ,    ,    , ,     ,     ,     , ,   ,    ,   , , , , , , ,J,S;\n\
SID:020,6,NORTH3,BANNG,BANNG,K7,E,A,EE  , ,   ,TF, , , , , ,      ,    ,    ,    ,    , ,FL230,     ,     , ,   ,    ,   , , , , , , ,J,S;\n\
STAR:010,4,CHPPR1,AAKAY,AAKAY,K7,P,C,E   , ,   ,IF, , , , , ,      ,    ,    ,    ,    ,-,13000,     ,     , ,   ,    ,   , , , , , , ,J,S;\n\
STAR:010,5,CHPPR1,ALL,ARRBE,K7,P,C,E   , ,   ,TF, , , , , ,      ,    ,    ,    ,    ,@,11000,     ,     ,@,250,    ,   , , , , , , ,J,S;\n\
STAR:010,6,CHPPR1,RW09L,HRDEY,K7,P,C,E   , ,   ,FM, , , , , ,      ,    ,    ,0950,    ,+,06000,     ,     , ,   ,    ,   , , , , , , ,J,S;\n\
APPCH:010,A,I09L,AAKAY,AAKAY,K7,P,C,E  A, ,   ,IF, , , , , ,      ,    ,    ,    ,    ,+,06000,     ,18000, ,   ,    ,   , , , , , ,0,N,S;\n\
APPCH:020,A,I09L,AAKAY,ARRBE,K7,P,C,EE B, ,   ,TF, , , , , ,      ,    ,    ,    ,    ,+,05000,     ,     , ,   ,    ,   , , , , , ,0,N,S;\n\
APPCH:010,I,I09L, ,ARRBE,K7,P,C,E  I, ,   ,IF, ,IHZK,K7,P,I,      ,2750,0183,    ,    ,H,05000,05000,     , ,   ,    ,   , , , , , ,0,N,S;\n\
APPCH:020,I,I09L, ,HRDEY,K7,P,C,E  F, ,   ,CF, ,IHZK,K7,P,I,      ,2750,0123,0950,0035,J,04000,04000,     , ,   ,-300,   , , , , , ,0,N,S;\n\
APPCH:030,I,I09L, ,RW09L,K7,P,G,G  M, ,   ,CF, ,IHZK,K7,P,I,      ,2750,0018,0950,0054, ,01077,     ,     , ,   ,-300,   , , , , , ,0,N,S;\n\
APPCH:040,I,I09L, , , , , ,  M , ,   ,CA, , , , , ,      ,    ,    ,0950,    ,+,01500,     ,     , ,   ,    ,   , , , , , ,0,N,S;\n\
APPCH:050,I,I09L, ,BANNG,K7,E,A,EY  , ,   ,DF, , , , , ,      ,    ,    ,    ,    , ,     ,     ,     , ,   ,    ,   , , , , , ,0,N,S;\n\
APPCH:060,I,I09L, ,BANNG,K7,E,A,EE H,R,   ,HM, , , , , ,      ,    ,    ,2700,T010,+,04000,     ,     , ,230,    ,   , , , , , ,0,N,S;\n\
RWY:RW09L,+0580,      ,00044, ,IJCH,3,   ;S12002744,W077071686,0000;\n";

fn fixes(legs: &[&Leg]) -> String {
    legs.iter().map(|l| l.fix.as_ref().map_or("-", |f| f.0.as_str())).collect::<Vec<_>>().join(" ")
}

fn r(text: &str) -> Runway {
    text.parse().unwrap()
}

#[test]
fn a_departure_goes_from_its_runway_to_its_transition() {
    let c = Charted::parse(FILE);
    let legs = c.departure("NORTH3", r("8L"), Some("BANNG"));
    assert_eq!(fixes(&legs), "- SKNNR SKNNR HYZMN HYZMN BANNG");
    assert_eq!((legs[0].path.as_str(), legs[0].course, legs[0].altitude), ("VA", Some(95.0), Some(Altitude::AtOrAbove(1430))));
    assert_eq!((legs[1].turn, legs[1].speed), (Some(Side::Left), Some(Speed::AtMost(250))));
    assert_eq!((legs[3].altitude, legs[3].length), (Some(Altitude::Between(10_000, 14_000)), Some(Length::Miles(12.3))));
    assert_eq!(legs[5].altitude, Some(Altitude::At(23_000)));
    let level = |ft: i32| if ft > 18_000 { format!("FL{}", ft / 100) } else { format!("{ft} ft") };
    let said = "(VA) at or above 1430 ft; SKNNR 250 kt or less; HYZMN between 10000 ft and 14000 ft; BANNG at FL230";
    assert_eq!(words(&legs, &level), said);
    assert_eq!(fixes(&c.departure("NORTH3", r("27"), None)), "SKNNR HYZMN", "of another runway, what all share");
    assert_eq!(c.transitions(Kind::Departure, "NORTH3", None), ["BANNG"]);
}

#[test]
fn an_arrival_goes_from_its_transition_to_its_runway() {
    let c = Charted::parse(FILE);
    let legs = c.arrival("CHPPR1", Some("aakay"), Some(r("9L")));
    assert_eq!(fixes(&legs), "AAKAY ARRBE HRDEY");
    assert_eq!(
        legs.iter().map(|l| l.altitude.unwrap()).collect::<Vec<_>>(),
        [Altitude::AtOrBelow(13_000), Altitude::At(11_000), Altitude::AtOrAbove(6000)]
    );
    assert_eq!((legs[1].speed, legs[0].altitude.unwrap().lowest()), (Some(Speed::At(250)), None));
    assert!(c.arrival("OTHER1", None, None).is_empty());
}

#[test]
fn an_approach_ends_where_its_missed_approach_begins() {
    let c = Charted::parse(FILE);
    let legs = c.approach("ILS", Some(r("9L")), Some("AAKAY"));
    assert_eq!(fixes(&legs), "AAKAY ARRBE ARRBE HRDEY RW09L");
    assert_eq!(
        legs.iter().map(|l| l.role.unwrap()).collect::<Vec<_>>(),
        [Role::Initial, Role::Intermediate, Role::Intermediate, Role::Final, Role::Missed]
    );
    assert_eq!(legs[3].altitude.unwrap().lowest(), Some(4000));
    let missed = c.missed("ILS", Some(r("9L")));
    assert_eq!(fixes(&missed), "- BANNG BANNG");
    let hold = missed[2];
    assert_eq!(
        (hold.path.as_str(), hold.turn, hold.length, hold.course),
        ("HM", Some(Side::Right), Some(Length::Minutes(1.0)), Some(270.0))
    );
    assert_eq!(c.transitions(Kind::Approach, "ILS", Some(r("9L"))), ["AAKAY"]);
}

#[test]
fn leg_names_match_the_procedure_names() {
    let names = crate::cifp::Cifp::parse(FILE).procedures();
    for route in Charted::parse(FILE).routes {
        assert!(names.iter().any(|p| p.kind == route.kind && p.name == route.name), "{route:?}");
    }
}

proptest! {
    #[test]
    fn random_text_never_panics_the_leg_reader(text: String, cut in 0usize..3000, field in 0usize..30, word in "[-+A-Z0-9 ]{0,6}") {
        let spoilt: String = FILE.lines().map(|l| {
            let mut f: Vec<&str> = l.split(',').collect();
            if let Some(x) = f.get_mut(field) { *x = &word; }
            f.join(",") + "\n"
        }).collect();
        for text in [text, FILE.chars().take(cut).collect(), spoilt] {
            let c = Charted::parse(&text);
            for route in &c.routes {
                prop_assert!(route.legs.iter().all(|l| l.altitude.and_then(Altitude::lowest).is_none_or(|f| f <= HIGHEST_FT)));
                let _ = (c.departure(&route.name, r("9L"), None), c.approach(&route.name, route.runway, None), c.missed(&route.name, route.runway));
            }
        }
    }
}
