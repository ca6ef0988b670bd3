//! Spoken names of airlines and aircraft types before the digits of a callsign.

use crate::hear::manners::without_accents;

/// Telephony names (lower case, as a recogniser writes them) and ICAO three-letter designators. Of several names of one airline, the first is
/// the one that a controller says.
#[rustfmt::skip]
pub const AIRLINES: &[(&str, &str)] = &[
    ("speedbird", "BAW"), ("shuttle", "SHT"), ("bealine", "BAW"), ("easyjet", "EZY"), ("easy", "EZY"), ("topswiss", "EZS"), ("alpine", "EJU"),
    ("ryanair", "RYR"), ("lufthansa", "DLH"), ("air france", "AFR"), ("airfrans", "AFR"), ("klm", "KLM"), ("swiss", "SWR"),
    ("austrian", "AUA"), ("turkish", "THY"), ("turk", "THY"), ("emirates", "UAE"), ("etihad", "ETD"), ("qatari", "QTR"),
    ("qatar", "QTR"), ("saudia", "SVA"), ("virgin", "VIR"), ("united", "UAL"), ("american", "AAL"), ("delta", "DAL"),
    ("southwest", "SWA"), ("alaska", "ASA"), ("jetblue", "JBU"), ("spirit wings", "NKS"), ("spirit", "NKS"),
    ("frontier flight", "FFT"), ("frontier", "FFT"), ("hawaiian", "HAL"), ("allegiant", "AAY"), ("air canada", "ACA"),
    ("westjet", "WJA"), ("porter", "POE"), ("transat", "TSC"), ("rouge", "ROU"), ("jazz", "JZA"), ("skywest", "SKW"),
    ("brickyard", "RPA"), ("envoy", "ENY"), ("endeavor", "EDV"), ("citrus", "TRS"), ("cactus", "AWE"), ("redwood", "VRD"),
    ("sun country", "SCX"), ("horizon air", "QXE"), ("horizon", "QXE"), ("blue streak", "JIA"), ("piedmont", "PDT"), ("mesa", "ASH"),
    ("air wisconsin", "AWI"), ("compass", "CPZ"), ("acey", "ASQ"), ("moxy", "MXY"), ("fedex", "FDX"), ("ups", "UPS"),
    ("giant", "GTI"), ("abex", "ABX"), ("connie", "CKS"), ("kalitta", "CKS"), ("cargolux", "CLX"), ("shamrock", "EIN"),
    ("aer lingus", "EIN"), ("iberia", "IBE"), ("vueling", "VLG"), ("europa", "AEA"), ("air europa", "AEA"), ("air portugal", "TAP"),
    ("tap", "TAP"), ("alitalia", "AZA"), ("itarrow", "ITY"), ("ita airways", "ITY"), ("ita", "ITY"), ("scandinavian", "SAS"), ("finnair", "FIN"),
    ("nor shuttle", "NAX"), ("norwegian", "NAX"), ("norshuttle", "NAX"), ("red nose", "NSZ"), ("rednose", "NSZ"),
    ("iceair", "ICE"), ("icelandair", "ICE"), ("lot", "LOT"), ("pollot", "LOT"), ("csa", "CSA"), ("malev", "MAH"),
    ("wizz air", "WZZ"), ("wizzair", "WZZ"), ("wizz", "WZZ"), ("tarom", "ROT"), ("olympic", "OAL"), ("aegean", "AEE"),
    ("aeroflot", "AFL"), ("el al", "ELY"), ("elal", "ELY"), ("eurowings", "EWG"), ("condor", "CFG"), ("tui jet", "TUI"),
    ("tuifly", "TUI"), ("tom jet", "TOM"), ("tomjet", "TOM"), ("channex", "EXS"), ("jet2", "EXS"), ("beeline", "BEL"),
    ("transavia", "TRA"), ("jersey", "BEE"), ("flybe", "BEE"), ("logan", "LOG"), ("kestrel", "TCX"), ("monarch", "MON"),
    ("midland", "BMA"), ("air baltic", "BTI"), ("airbaltic", "BTI"), ("luxair", "LGL"), ("croatia", "CTN"), ("air malta", "AMC"),
    ("air serbia", "ASL"), ("sun turk", "PGT"), ("sunturk", "PGT"), ("pegasus", "PGT"), ("singapore", "SIA"), ("cathay", "CPA"),
    ("qantas", "QFA"), ("velocity", "VOZ"), ("jetstar", "JST"), ("new zealand", "ANZ"), ("malaysian", "MAS"), ("thai", "THA"),
    ("vietnam", "HVN"), ("indonesia", "GIA"), ("garuda", "GIA"), ("philippine", "PAL"), ("japan air", "JAL"),
    ("japanair", "JAL"), ("all nippon", "ANA"), ("korean air", "KAL"), ("koreanair", "KAL"), ("asiana", "AAR"),
    ("air china", "CCA"), ("china eastern", "CES"), ("china southern", "CSN"), ("dynasty", "CAL"), ("eva", "EVA"),
    ("air india", "AIC"), ("airindia", "AIC"), ("ifly", "IGO"), ("indigo", "IGO"), ("ethiopian", "ETH"), ("springbok", "SAA"),
    ("kenya", "KQA"), ("egyptair", "MSR"), ("royalair maroc", "RAM"), ("tunair", "TAR"), ("aeromexico", "AMX"),
    ("avianca", "AVA"), ("copa", "CMP"), ("lan chile", "LAN"), ("tam", "TAM"), ("varig", "VRG"), ("volaris", "VOI"),
    ("azul", "AZU"), ("argentina", "ARG"), ("clipper", "PAA"), ("execjet", "EJA"), ("flexjet", "LXJ"), ("fraction", "NJE"),
    ("netjets", "EJA"), ("twinjet", "TJT"), ("reach", "RCH"), ("ascot", "RRR"), ("dhl", "DHK"), ("world express", "DHK"),
    ("postman", "BCS"), ("eurotrans", "BCS"), ("edelweiss", "EDW"), ("helvetic", "OAW"), ("sunexpress", "SXS"), ("sun express", "SXS"),
    ("air berlin", "BER"), ("germania", "GMI"), ("dolomiti", "DLA"), ("air dolomiti", "DLA"), ("hansaline", "CLH"), ("cityline", "CLH"),
    ("air nostrum", "ANE"), ("nostrum air", "ANE"), ("iberexpress", "IBS"), ("iberia express", "IBS"), ("volotea", "VOE"),
    ("french bee", "FBU"), ("corsair", "CRL"), ("french west", "FWI"), ("air caraibes", "FWI"), ("neos", "NOS"),
    ("moonflower", "NOS"), ("blue panorama", "BPA"), ("corsica", "CCM"), ("air corsica", "CCM"), ("stobart", "STK"), ("eastflight", "EZE"),
    ("eastern", "EZE"), ("zap", "AWC"), ("titan", "AWC"), ("euroatlantic", "MMZ"), ("air azores", "RZO"), ("sata", "RZO"), ("wideroe", "WIF"),
    ("braathens", "BRX"), ("sunscan", "BRX"), ("nordica", "NDA"), ("belavia", "BRU"), ("belarus avia", "BRU"), ("ukraine international", "AUI"),
    ("rossiya", "SDM"), ("siberian airlines", "SBI"), ("utair", "UTA"), ("astanaline", "KZR"), ("air astana", "KZR"), ("uzbek", "UZB"),
    ("azal", "AHY"), ("gulf air", "GFA"), ("gulfair", "GFA"), ("kuwaiti", "KAC"), ("oman air", "OMA"), ("skydubai", "FDB"), ("flydubai", "FDB"),
    ("arabia", "ABY"), ("air arabia", "ABY"), ("jordanian", "RJA"), ("cedar jet", "MEA"), ("iranair", "IRA"), ("pakistan", "PIA"),
    ("srilankan", "ALK"), ("bangladesh", "BBC"), ("red cap", "AXM"), ("air asia", "AXM"), ("lion inter", "LNI"), ("batik", "BTK"), ("scooter", "TGW"),
    ("scoot", "TGW"), ("cebu", "CEB"), ("jin air", "JNA"), ("jeju air", "JJA"), ("air seoul", "ASV"), ("air busan", "ABL"), ("hainan", "CHH"),
    ("xiamen", "CXA"), ("shenzhen air", "CSZ"), ("sichuan", "CSC"), ("air macau", "AMU"), ("hong kong shuttle", "HKE"),
    ("mandarin", "MDA"), ("starlux", "SJX"), ("starwalker", "SJX"), ("skymark", "SKY"), ("air do", "ADO"), ("virgin australia", "VOZ"),
    ("rex", "RXA"), ("qlink", "QLK"), ("fiji", "FJI"), ("hawkair", "BHA"), ("sunwing", "SWG"), ("flair", "FLE"), ("perimeter", "PAG"),
    ("first air", "FAB"), ("arctic", "MPE"), ("morningstar", "MAL"), ("breeze", "MXY"), ("avelo", "VXP"), ("silver wings", "SIL"),
    ("cape air", "KAP"), ("air shuttle", "ASH"), ("gojet", "GJS"), ("lindbergh", "GJS"), ("republic", "RPA"), ("wisconsin", "AWI"),
    ("atlas", "GTI"), ("polar", "PAC"), ("amerijet", "AJT"), ("western global", "WGN"), ("martinair", "MPH"), ("cargo express", "CJT"),
    ("cargojet", "CJT"), ("silk west", "AZG"), ("blue bird", "BLX"), ("bluescan", "BLX"), ("nile air", "NIA"), ("royal jordanian", "RJA"),
    ("tunis air", "TAR"), ("air algerie", "DAH"), ("air mauritius", "MAU"), ("rwandair", "RWD"), ("mango", "MNO"), ("comair", "CAW"),
    ("aires", "ARE"), ("gol transporte", "GLO"), ("caribbean airlines", "BWA"), ("bahamas", "BHS"), ("cayman", "CAY"),
    ("interjet", "AIJ"), ("aerolineas", "ARG"), ("conviasa", "VCV"), ("executive jet", "EJA"), ("vista", "VJT"), ("vista malta", "VJT"),
    ("jetlinx", "JTL"), ("lifeguard", "LIF"), ("medevac", "MED"),
];

/// Words of a company's name behind the word that it goes by on the radio.
const COMPANY: [&str; 4] = ["air", "airlines", "airways", "cargo"];

/// Makes and types that precede a registration.
#[rustfmt::skip]
pub const TYPES: &[&str] = &[
    "skyhawk", "cessna", "cherokee", "piper", "baron", "beechcraft", "beech", "katana", "arrow", "tomahawk", "queenaire", "duke",
    "citation", "mooney", "cirrus", "bonanza", "skylane", "skywagon", "stationair", "centurion", "cardinal", "caravan",
    "warrior", "archer", "dakota", "saratoga", "seneca", "seminole", "aztec", "apache", "navajo", "cheyenne", "comanche",
    "malibu", "meridian", "cub", "tripacer", "diamond", "twinstar", "robin", "grumman", "tiger", "cheetah", "traveler",
    "commander", "musketeer", "sundowner", "skipper", "debonair", "travelair", "kingair", "learjet", "lear", "gulfstream",
    "falcon", "challenger", "hawker", "experimental", "helicopter", "robinson", "bell", "citabria", "decathlon", "husky",
    "maule", "luscombe", "stearman", "ercoupe", "swift", "socata", "tobago", "trinidad", "tbm", "pilatus", "kodiak", "zenair",
    "vans", "rv", "lancair", "glasair", "jabiru", "skycatcher", "skymaster", "columbia", "corvalis", "phenom", "mustang",
    "texan", "glider", "aeronca", "champ", "sr22", "sr20", "slingsby", "firefly", "bulldog", "star", "cutlass", "duchess",
    "taylorcraft", "stinson", "pacer", "lance", "cadet", "mirage", "matrix", "mariner", "extra", "pitts",
    "eagle", "yak", "jodel", "chipmunk", "tecnam", "aquila", "grob", "tutor", "conquest", "starship", "premier", "beechjet",
    "eclipse", "hondajet", "embraer", "global", "astra", "westwind", "sabreliner", "jetranger", "longranger", "agusta", "eurocopter",
    "sikorsky", "ovation", "acclaim", "acrobat", "aerostar", "islander", "trislander", "otter", "beaver", "goose", "vision", "jetprop",
    "viking", "bellanca", "rallye", "tampico", "epic", "evolution", "avanti", "longeze", "microlight", "pawnee", "copter", "callair", "agcat", "airtractor", "skydive", "balloon", "ultralight",
];

/// Whether a word is a make or type of light aircraft.
pub fn is_type(word: &str) -> bool {
    TYPES.contains(&word)
}

/// Whether a word is the last word of an airline's spoken name.
pub fn is_airline_word(word: &str) -> bool {
    if !word.is_ascii() {
        let plain = without_accents(word);
        return plain.is_ascii() && is_airline_word(&plain);
    }
    !word.is_empty() && AIRLINES.iter().any(|(t, _)| t.strip_suffix(word).is_some_and(|rest| rest.is_empty() || rest.ends_with(' ')))
}

/// The airline whose spoken name, or written three-letter code, starts `words`: its code and the number of words.
pub fn airline<'a>(words: &[&'a str]) -> Option<(&'static str, usize)> {
    let first = *words.first()?;
    if !first.is_ascii() {
        // "Widerøe".
        let plain = without_accents(first);
        let second = words.get(1).copied().unwrap_or("");
        return plain.is_ascii().then(|| airline(&[plain.as_str(), second])).flatten().filter(|(_, n)| *n <= words.len());
    }
    let two = words.get(1).map(|second: &&'a str| (first, *second));
    if let Some((a, b)) = two
        && let Some((_, code)) = AIRLINES.iter().find(|(t, _)| t.strip_prefix(a).and_then(|r| r.strip_prefix(' ')) == Some(b))
    {
        return Some((code, 2));
    }
    let named = |name: &str| AIRLINES.iter().find(|(t, _)| *t == name).map(|(_, code)| *code);
    // Some say the company's whole name: "Finnair Airlines", "Loganair".
    if let Some(code) = named(first) {
        return Some((code, if words.get(1).is_some_and(|w| COMPANY.contains(w)) { 2 } else { 1 }));
    }
    if let Some(code) = first.strip_suffix("air").and_then(named) {
        return Some((code, 1));
    }
    if first.len() != 3 {
        return None;
    }
    AIRLINES.iter().find(|(_, c)| c.eq_ignore_ascii_case(first)).map(|(_, c)| (*c, 1))
}

/// The spoken form of an airline designator.
pub fn spoken(code: &str) -> Option<&'static str> {
    AIRLINES.iter().find(|(_, c)| *c == code).map(|(t, _)| *t)
}

/// Whether a callsign is an airline's: a three-letter designator, known or not, and a flight number.
pub fn is_airline(callsign: &crate::units::Callsign) -> bool {
    let text = callsign.as_str();
    let (code, number) = text.split_at(text.len().min(3));
    code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase()) && number.starts_with(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn airline_names_and_codes_convert_both_ways() {
        assert!(AIRLINES.len() >= 200, "{}", AIRLINES.len());
        assert_eq!(airline(&["air", "france", "1"]), Some(("AFR", 2)));
        assert_eq!(airline(&["speedbird"]), Some(("BAW", 1)));
        assert_eq!(airline(&["ezy"]), Some(("EZY", 1)));
        assert_eq!(airline(&["tower"]), None);
        assert_eq!(spoken("DLH"), Some("lufthansa"));
        // The telephony name is often not the name on the aircraft.
        for (code, name) in [("TAP", "air portugal"), ("NAX", "nor shuttle"), ("PGT", "sun turk"), ("CKS", "connie"), ("FDB", "skydubai")] {
            assert_eq!(spoken(code), Some(name));
        }
        assert!(is_type("skyhawk") && !is_type("runway"));
    }
}
