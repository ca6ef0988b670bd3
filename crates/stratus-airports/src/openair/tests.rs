//! Spaces read from lines written for the test.

use super::*;
use proptest::prelude::*;

const FILE: &str = "* made for a test\n\
AC D\nAN LAKE CTR\nAL GND\nAH 4500ft MSL\nV X=47:40:12 N 009:30:41 E\nDC 5\n\n\
AC C\nAN LAKE TMA 1\nAY TMA\nAF 120.075\nAL 3,500 MSL * from here\nAH FL095\nDP 47:00:00 N 009:00:00 E\nDP 47:00:00 N 010:00:00 E\nDP 48:00.000 N 010:00.000 E\nDP 48:00:00 N 009:00:00 E\n\n\
AC R\nAN SHOOTING\nAL nonsense\nDP nonsense\n\
AC B\nAN BAY CLASS B\nAL 1000ft AGL\nAH UNL\nV X=37:37:00 N 122:22:00 W\nV D=-\nDB 37:37:00 N 122:12:00 W, 37:45:00 N 122:22:00 W\nDA 8,0,270\nDP 37:30:00 N 122:22:00 W\n";

fn read(text: &str, area: Option<Area>) -> (Vec<Space>, u64) {
    let ground = |_: LatLon| 200.0;
    let mut file = OpenAir::of(area, &ground);
    text.lines().for_each(|l| file.line(l));
    file.finish();
    (file.all, file.skipped)
}

#[test]
fn spaces_have_their_limits_and_shapes() {
    let (all, skipped) = read(FILE, None);
    assert_eq!((skipped, all.len()), (0, 3), "{all:?}");
    assert_eq!(
        all.iter().map(|s| (s.kind, s.name.as_str())).collect::<Vec<_>>(),
        [(Kind::Zone, "LAKE CTR"), (Kind::C, "LAKE TMA 1"), (Kind::B, "BAY CLASS B")]
    );
    let limits: Vec<_> = all.iter().map(|s| (s.volume.floor_ft, s.volume.ceiling_ft)).collect();
    assert_eq!(limits, [(-2000.0, 4500.0), (3500.0, 9500.0), (1200.0, 100_000.0)]);
    let middle = LatLon::new(47.67, 9.5114);
    let zone = &all[0].volume;
    for bearing in (0..360).step_by(15) {
        let at = |nm: f64| ahead(middle, f64::from(bearing), nm * FT_PER_NM);
        assert!(zone.holds(at(4.7), 2000.0) && !zone.holds(at(5.2), 2000.0), "{bearing}");
    }
    assert!(!zone.holds(middle, 5000.0));
    assert!(all[1].volume.holds(LatLon::new(47.5, 9.5), 4000.0) && !all[1].volume.holds(LatLon::new(47.5, 9.5), 3000.0));
    // Counter-clockwise, from the east through north to the west.
    let bay = &all[2].volume;
    assert!(bay.surrounds(LatLon::new(37.68, -122.30)), "north-east of the middle");
}

#[test]
fn an_area_keeps_the_spaces_that_reach_into_it() {
    let (all, _) = read(FILE, Some(Area { about: LatLon::new(47.6, 9.5), nm: 30.0 }));
    assert_eq!(all.len(), 2);
}

#[test]
fn an_incomplete_space_is_left_out_and_the_others_are_read() {
    let bad = "AC C\nAN HALF\nAL GND\nAH x\nDP 47:00:00 N 009:00:00 E\nDP 47:00:00 N 010:00:00 E\nDP 48:00:00 N 010:00:00 E\n\
AC D\nAN NO LIMITS\nDP 47:00:00 N 009:00:00 E\nDP 47:00:00 N 010:00:00 E\nDP 48:00:00 N 010:00:00 E\n\
AC D\nAN NO MIDDLE\nAL GND\nAH 1000\nDC 5\n\
AC D\nAN UPSIDE DOWN\nAL 5000\nAH 1000\nDP 47:00:00 N 009:00:00 E\nDP 47:00:00 N 010:00:00 E\nDP 48:00:00 N 010:00:00 E\n";
    let (all, skipped) = read(&format!("{bad}{FILE}"), None);
    assert_eq!((all.len(), skipped), (3, 2));
}

#[test]
fn limits_are_read_in_every_form() {
    for (text, wanted) in [
        ("SFC", Limit::Sea(GROUND_FT)),
        ("FL 95", Limit::Sea(9500.0)),
        ("2500", Limit::Sea(2500.0)),
        ("2500ft AMSL", Limit::Sea(2500.0)),
        ("2500F MSL", Limit::Sea(2500.0)),
        ("1000 AGL", Limit::Ground(1000.0)),
        ("1000ft ASFC", Limit::Ground(1000.0)),
        ("UNLIM", Limit::Sea(UNLIMITED_FT)),
    ] {
        assert_eq!(limit(text), Some(wanted), "{text}");
    }
    assert!(limit("300m MSL").is_some_and(|l| matches!(l, Limit::Sea(f) if (f - 984.25).abs() < 0.1)));
    for text in ["", "high", "FL", "9e9", "-5"] {
        assert_eq!(limit(text), None, "{text}");
    }
}

proptest! {
    #[test]
    fn random_text_never_panics_the_airspace_reader(text: String, at in 0usize..40, row in "(AC|AN|AL|AH|DP|DC|DA|DB|V|V X=|V D=) ?[-0-9:,. NSEWFLX=]{0,30}") {
        let mut damaged: Vec<&str> = FILE.lines().collect();
        damaged.insert(at % damaged.len(), &row);
        for text in [text, damaged.join("\n")] {
            for s in read(&text, Some(Area { about: LatLon::new(47.6, 9.5), nm: 300.0 })).0 {
                prop_assert!(s.volume.points.len() <= MOST_POINTS && s.volume.floor_ft < s.volume.ceiling_ft);
                let _ = s.volume.holds(LatLon::new(47.6, 9.5), 3000.0);
            }
        }
    }
}
