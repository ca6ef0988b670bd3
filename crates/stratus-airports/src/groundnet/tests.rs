//! A groundnet invented for PHTO's real runways, and damaged ones.

use super::*;
use crate::data::Airports;
use crate::routing;

/// On the south side of runway 8/26: parking, taxiway A, holding points at both ends.
const SMALL: &str = r#"<groundnet><parkingList>
<Parking index="0" type="ga" name="GA" lat="N19 42.900" lon="W155 2.500" number="1"/>
</parkingList><TaxiNodes>
<node index="1" lat="19.7165" lon="-155.0417" isOnRunway="0"/>
<node index="2" lat="19.7203" lon="-155.0560" isOnRunway="0" holdPointType="normal"/>
<node index="3" lat="19.72138" lon="-155.0560" isOnRunway="1"/>
<node index="4" lat="19.7203" lon="-155.0310" isOnRunway="0" holdPointType="normal"/>
<node index="5" lat="19.72137" lon="-155.0310" isOnRunway="1"/>
<node index="6" lat="nowhere" lon="0" isOnRunway="0"/>
</TaxiNodes><TaxiWaySegments>
<arc begin="0" end="1"/><arc begin="1" end="0"/>
<arc begin="1" end="2" name="A"/><arc begin="2" end="3" name="A"/>
<arc begin="1" end="4" name="A"/><arc begin="4" end="5" name="0"/><arc begin="4" end="99"/><arc begin="x"/>
</TaxiWaySegments></groundnet>"#;

#[test]
fn a_small_net_has_holding_points_and_named_taxiways() {
    let phto = Airports::world().find("PHTO").unwrap();
    let net = Groundnet::parse(SMALL);
    assert_eq!(net.skipped, 2);
    let graph = net.graph(&phto).unwrap();
    let from = graph.nodes.iter().find(|n| n.parking.as_deref() == Some("GA 1")).unwrap().position;
    // The way to 8 crosses runway 3/21, which the net does not contain.
    for (runway, hold, crossings) in [("8", 2, 1), ("26", 4, 0)] {
        let r = routing::route(&graph, from, runway.parse().unwrap()).unwrap();
        assert_eq!((r.via.join(" "), r.crossings.len()), ("A".to_owned(), crossings), "{runway}");
        let at = graph.nodes.iter().find(|n| n.id == hold).unwrap();
        assert!(matches!(r.hold, routing::Hold::Runway { at: here, .. } if here == at.position) && !at.intersection);
    }
    assert!(routing::route(&graph, from, "3".parse().unwrap()).is_none());
}

#[test]
fn editor_labels_are_not_taxiway_names() {
    let name = |n| taxiway(n);
    assert_eq!([name("N-1"), name("A"), name("AA"), name("b 2")].map(Option::unwrap), ["N1", "A", "AA", "B2"]);
    assert_eq!([name("Süd"), name(" Öst ")].map(Option::unwrap), ["Süd", "Öst"]);
    assert_eq!([name("ü"), name("Süd 2\u{1b}[2J"), name("\u{202e}Süd"), name("üüüüüüüüüüü")], [None, None, None, None]);
    assert_eq!([name("0"), name("12"), name("taxiway"), name(""), name("Ramp_Start")], [None, None, None, None, None]);
}

proptest::proptest! {
    #[test]
    fn random_text_never_panics_the_groundnet_reader(text in "(<(node|arc|Parking) (index|begin|end|lat|lon|isOnRunway)=\"?[NSW0-9 .-]{0,9}\"?/?>?|.){0,40}") {
        let phto = Airports::first().get("PHTO").unwrap().clone();
        let _ = Groundnet::parse(&text).graph(&phto);
    }
}
