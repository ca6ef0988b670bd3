//! The spoken names of airports and their stations, from OurAirports' names and descriptions.

use std::borrow::Cow;

use icu_normalizer::ComposingNormalizerBorrowed;

/// Words for the kind of airport, which are not part of its name. The first that fits counts.
#[rustfmt::skip]
const KINDS: &[&str] = &[
    "international", "intl", "int'l", "municipal", "regional", "county", "metropolitan", "national", "domestic", "private",
    "general aviation", "airport", "aerodrome", "airfield", "air field", "airstrip", "air strip", "landing strip", "airpark",
    "air park", "seaplane base", "seaplane", "water aerodrome", "air force base", "air base", "afb", "naval air station",
    "army airfield", "army air field", "joint base", "gliderport", "glider port", "glider field", "gliding", "ultralight", "field",
    "strip", "flugplatz", "flughafen", "sonderlandeplatz", "segelfluggelände", "segelflugplatz", "verkehrslandeplatz", "aérodrome",
    "aeroport", "aéroport", "aeroporto", "aeropuerto", "aeródromo", "aerodromo", "aviosuperficie", "altisurface", "vliegveld",
    "lotnisko", "base aérienne", "base aerea", "base aérea", "vojenské letiště", "letiště", "lufthavn", "flyplass", "flygplats",
    "lentokenttä", "pista",
];
/// Airports whose spoken name differs from their name or city.
#[rustfmt::skip]
const SPOKEN: &[(&str, &str)] = &[
    ("KJFK", "Kennedy"), ("KLGA", "La Guardia"), ("KEWR", "Newark"), ("KORD", "O'Hare"), ("KMDW", "Midway"), ("KBOS", "Boston"),
    ("KDCA", "Washington"), ("KIAD", "Dulles"), ("KATL", "Atlanta"), ("KPHX", "Phoenix"), ("KSEA", "Seattle"), ("KMSP", "Minneapolis"),
    ("KCLT", "Charlotte"), ("KIAH", "Houston"), ("KHOU", "Hobby"), ("KLAS", "Las Vegas"), ("KSJC", "San Jose"), ("KOAK", "Oakland"),
    ("KSNA", "John Wayne"), ("PHNL", "Honolulu"), ("KDFW", "Regional"), ("KDAL", "Love"), ("KDEN", "Denver"), ("KSTL", "Saint Louis"),
    ("KBWI", "Baltimore"), ("KPDX", "Portland"), ("KSLC", "Salt Lake"), ("KMCO", "Orlando"), ("KPHL", "Philadelphia"),
    ("KDTW", "Metro"), ("KMSY", "New Orleans"), ("KTEB", "Teterboro"), ("KAUS", "Austin"), ("KBNA", "Nashville"), ("KMKE", "Milwaukee"),
    ("KRDU", "Raleigh"), ("KABQ", "Albuquerque"), ("KTPA", "Tampa"), ("KMIA", "Miami"), ("KFLL", "Fort Lauderdale"),
    ("PANC", "Anchorage"), ("KCVG", "Cincinnati"), ("KMCI", "Kansas City"), ("KSDF", "Standiford"), ("KMEM", "Memphis"),
    ("KSAN", "Lindbergh"), ("KSMF", "Sacramento"), ("EGLL", "Heathrow"), ("EGKK", "Gatwick"), ("EGSS", "Stansted"), ("EGGW", "Luton"),
    ("EGLC", "City"), ("LFPG", "De Gaulle"), ("LFPO", "Orly"), ("EDDF", "Frankfurt"), ("EHAM", "Schiphol"), ("LIRF", "Fiumicino"),
    ("LIMC", "Malpensa"), ("LIML", "Linate"), ("LEMD", "Madrid"), ("LEBL", "Barcelona"), ("LPPT", "Lisboa"), ("EKCH", "Kastrup"),
    ("ENGM", "Gardermoen"), ("ESSA", "Arlanda"), ("LTFM", "Istanbul"), ("OMDB", "Dubai"), ("VHHH", "Hong Kong"), ("RJTT", "Tokyo"),
    ("RJAA", "Narita"), ("WSSS", "Singapore"), ("YSSY", "Sydney"), ("YMML", "Melbourne"), ("CYYZ", "Toronto"), ("CYVR", "Vancouver"),
    ("CYUL", "Montreal"), ("SBGR", "Guarulhos"),
    ("DAAG", "Algiers"), ("DGAA", "Accra"), ("DNAA", "Abuja"), ("DNMM", "Lagos"), ("DRRN", "Niamey"), ("EDDN", "Nürnberg"),
    ("ENVA", "Værnes"), ("ENZV", "Sola"), ("FACT", "Cape Town"),
    ("FAOR", "Johannesburg"), ("FALE", "King Shaka"), ("FBSK", "Gaborone"), ("FIMP", "Mauritius"), ("FLLS", "Lusaka"),
    ("FNLU", "Luanda"), ("FVHA", "Harare"), ("FYWH", "Windhoek"), ("FZAA", "Kinshasa"), ("GABS", "Bamako"), ("GCRR", "Lanzarote"),
    ("GMMN", "Casablanca"), ("GVAC", "Sal"), ("HKJK", "Nairobi"), ("HKMO", "Mombasa"), ("HTDA", "Dar es Salaam"), ("HTZA", "Zanzibar"),
    ("KPVD", "Providence"), ("KRSW", "Fort Myers"), ("KSFB", "Sanford"), ("LEST", "Santiago"), ("LFSB", "Basel"), ("LGIR", "Iraklion"),
    ("LICJ", "Palermo"), ("LIEE", "Elmas"), ("LIME", "Orio"), ("LIPX", "Verona"),
    ("LIRN", "Napoli"), ("LOWW", "Wien"), ("LPPD", "Ponta Delgada"), ("LPPR", "Porto"),
    ("LROP", "Otopeni"), ("LZIB", "Štefánik"), ("MMAA", "Acapulco"), ("MMGL", "Guadalajara"), ("MMHO", "Hermosillo"),
    ("MMMX", "Mexico"), ("MMMZ", "Mazatlán"), ("MMPR", "Vallarta"), ("MMSD", "San José"), ("MMTJ", "Tijuana"), ("MRLB", "Liberia"),
    ("MSLP", "El Salvador"), ("MTPP", "Port-au-Prince"), ("MUVR", "Varadero"), ("MYNN", "Nassau"), ("MZBZ", "Belize"),
    ("NTAA", "Tahiti"), ("OEJN", "Jeddah"), ("OEMA", "Madinah"), ("OERK", "Riyadh"), ("OPKC", "Karachi"), ("OPLA", "Lahore"),
    ("PGUM", "Agana"), ("RCTP", "Taipei"), ("RJCC", "Chitose"), ("RJGG", "Centrair"), ("RPLL", "Manila"), ("RPMD", "Davao"),
    ("RPVM", "Mactan"), ("SABE", "Aeroparque"), ("SAEZ", "Ezeiza"), ("SBBE", "Belém"), ("SBBR", "Brasília"), ("SBCF", "Confins"),
    ("SBEG", "Manaus"), ("SBFL", "Florianópolis"), ("SBGL", "Galeão"), ("SBSV", "Salvador"), ("SCEL", "Santiago"),
    ("SEGU", "Guayaquil"), ("SEQM", "Quito"), ("SOCA", "Cayenne"), ("SPIM", "Lima"), ("SPJC", "Lima"), ("SPZO", "Cusco"),
    ("SVBC", "Barcelona"), ("SVMI", "Maiquetía"), ("TFFF", "Fort-de-France"), ("TFFR", "Raizet"), ("TJSJ", "San Juan"),
    ("TNCA", "Beatrix"), ("TNCM", "Juliana"), ("UACC", "Astana"), ("UBBB", "Baku"), ("UDYZ", "Yerevan"), ("URSS", "Sochi"),
    ("UWWW", "Samara"), ("VABB", "Mumbai"), ("VECC", "Kolkata"), ("VGZR", "Dhaka"), ("VIDP", "Delhi"), ("VNKT", "Kathmandu"),
    ("VOBL", "Bengaluru"), ("VOHS", "Hyderabad"), ("VYYY", "Yangon"), ("ZJSY", "Sanya"), ("ZYTL", "Dalian"), ("ZYTX", "Shenyang"),
    ("ZSQD", "Qingdao"), ("TAO", "Qingdao"), ("CYOW", "Ottawa"), ("CYYC", "Calgary"), ("LEMG", "Málaga"), ("EPGD", "Gdańsk"),
    ("EPKK", "Kraków"), ("ZBAA", "Beijing"), ("ZBTJ", "Tianjin"),
];
/// Airports whose radar unit has a different name from the tower, where the tables do not say so.
#[rustfmt::skip]
const RADAR: &[(&str, &str)] = &[
    ("KORD", "Chicago"), ("KMDW", "Chicago"), ("KSDF", "Louisville"), ("KDTW", "Detroit"), ("EGLC", "Thames"), ("SABE", "Baires"), ("SAEZ", "Baires"),
];
/// The words after the name in the description of a frequency.
#[rustfmt::skip]
const UNITS: &[&str] = &[
    "twr", "tower", "gnd", "ground", "app/dep", "app", "appr", "approach", "apch", "arr", "arrival", "dep", "departure", "rdr",
    "radar", "dir", "director", "atis", "clnc del", "del", "delivery", "clearance", "cntr", "ctr", "center", "centre", "acc", "control",
    "info", "information", "radio", "rdo", "traffic", "alt", "prc", "east", "west", "north", "south", "n", "e", "s", "w", "apn", "apron",
    "ptd", "taxiing", "handling", "a/d", "tca", "final", "main", "primary", "secondary", "mil", "vfr", "ifr", "pretaxi", "pre-taxi",
    "aux", "ops", "ctaf", "unicom", "afis", "a/g", "air/ground", "con", "terminal", "departures", "arrivals", "rwy", "runway", "planner", "start-up", "startup", "start",
    "ramp", "precision", "long range", "clr", "smc", "dlv", "english", "french", "automatic", "also",
];
/// A description with one of these words does not name a station.
#[rustfmt::skip]
const NO_NAMES: &[&str] = &[
    "clnc", "freq", "emerg", "tower", "cld", "grou", "usaf", "tuaf", "raaf", "military", "pilot",
];

/// The form of a letter for comparison without case.
pub(super) fn fold(c: char) -> char {
    match c {
        'İ' | 'ı' => 'i',
        'ſ' => 's',
        '\u{212A}' => 'k',
        _ => {
            let mut lower = c.to_lowercase();
            lower.next().filter(|_| lower.next().is_none()).unwrap_or(c)
        }
    }
}

pub(super) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The end of a word that the text has at `at`, in any case.
fn after(text: &[char], at: usize, word: &str) -> Option<usize> {
    let mut end = at;
    for w in word.chars() {
        if fold(*text.get(end)?) != fold(w) {
            return None;
        }
        end += 1;
    }
    Some(end)
}

/// Whether a word begins at `at`.
fn begins(text: &[char], at: usize) -> bool {
    at == 0 || text.get(at - 1).is_none_or(|c| !is_word(*c))
}

fn ends(text: &[char], at: usize) -> bool {
    text.get(at).is_none_or(|c| !is_word(*c))
}

/// The end of the first of the words that fits as a whole word.
fn whole_word(text: &[char], at: usize, words: &[&str]) -> Option<usize> {
    if !begins(text, at) {
        return None;
    }
    words.iter().find_map(|w| after(text, at, w).filter(|end| ends(text, *end)))
}

fn contains(text: &str, part: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    (0..text.len()).any(|i| after(&text, i, part).is_some())
}

/// Replaces brackets with their content, and quotes, by a space.
fn without_brackets(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['(', '[', '"']) {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let close = match from.as_bytes().first() {
            Some(b'(') => Some(')'),
            Some(b'[') => Some(']'),
            _ => None,
        };
        let end = match close {
            None => Some(1),
            Some(close) => from.find(close).map(|i| i + 1),
        };
        match end {
            Some(end) => {
                out.push(' ');
                rest = from.get(end..).unwrap_or("");
            }
            None => {
                out.push_str(from.get(..1).unwrap_or(""));
                rest = from.get(1..).unwrap_or("");
            }
        }
    }
    out + rest
}

/// Composed, on one line, without brackets, quotes, or marks at the ends.
pub(super) fn plain(text: &str) -> String {
    let text: Cow<'_, str> = ComposingNormalizerBorrowed::new_nfc().normalize(text);
    let text = without_brackets(&text.replace(['`', '’'], "'"));
    line(&text).trim_matches([' ', ',', '.', ';', '/', '-', '–']).to_owned()
}

/// One line with only what a name may contain: nothing that moves a cursor, is markup, or changes the direction of the text.
pub(super) fn line(text: &str) -> String {
    let fits = |c: &char| c.is_alphanumeric() || " .,'()[]/-–&+#?;_°´\"„“”\u{ad}".contains(*c);
    let words = text.split(|c: char| c.is_whitespace() || c.is_control());
    let words: Vec<String> = words.map(|w| w.chars().filter(fits).collect()).filter(|w: &String| !w.is_empty()).collect();
    words.join(" ")
}

/// Whether a person has chosen an airport's name.
pub(super) fn by_hand(ident: &str) -> bool {
    SPOKEN.iter().any(|(code, _)| *code == ident)
}

/// An airport's spoken name. `ident` is the fallback if nothing is left. `small`: the airport goes by its own name, not its city's.
pub(super) fn spoken(ident: &str, name: &str, municipality: &str, small: bool) -> String {
    if let Some((_, spoken)) = SPOKEN.iter().find(|(code, _)| *code == ident) {
        return (*spoken).to_owned();
    }
    let full = plain(name);
    // "Palo Alto Airport of Santa Clara County", "Molde Airport, Årø", "Sevastopol International Airport / Belbek Air Base"
    let name = without_owner(first_part(&full));
    let short = without_article(&plain(&without_kinds(name)));
    let place = plain(municipality);
    let longer = short.chars().count() > place.chars().count();
    let short = if !place.is_empty() && !small && longer && has_words(&short, &place) { place.clone() } else { short };
    if !short.is_empty() && !["municipal", "county", "memorial", "of"].contains(&short.to_lowercase().as_str()) {
        return short;
    }
    [place, full].into_iter().find(|s| !s.is_empty()).unwrap_or_else(|| ident.to_owned())
}

/// The text before " / ", "/" and a capital, or ", ".
fn first_part(full: &str) -> &str {
    let bytes = full.as_bytes();
    let at = (0..bytes.len()).find(|i| {
        let rest = bytes.get(*i..).unwrap_or_default();
        rest.starts_with(b" / ") || rest.starts_with(b", ") || matches!(rest, [b'/', b'A'..=b'Z', ..])
    });
    at.and_then(|at| full.get(..at)).unwrap_or(full)
}

/// Without "Airport of ..." and what follows, unless the name begins with such a word.
fn without_owner(name: &str) -> String {
    let text: Vec<char> = name.chars().collect();
    if ["aer", "aér", "air"].iter().any(|w| after(&text, 0, w).is_some()) {
        return name.to_owned();
    }
    let owned = |at: usize| {
        let airport = ["airport", "aeroporto", "aeropuerto", "aéroport"].iter().find_map(|w| after(&text, at, w));
        let space = airport.and_then(|end| after(&text, end, " "))?;
        ["of", "de", "du", "di", "da", "do"].iter().find_map(|w| after(&text, space, w)).filter(|end| ends(&text, *end))
    };
    let cut = (0..text.len()).find(|at| begins(&text, *at) && owned(*at).is_some());
    text.iter().take(cut.unwrap_or(text.len())).collect()
}

pub(super) fn without_kinds(name: String) -> String {
    let text: Vec<char> = name.chars().collect();
    let (mut out, mut at) = (String::with_capacity(name.len()), 0);
    while let Some(c) = text.get(at) {
        match whole_word(&text, at, KINDS) {
            Some(end) => {
                out.push(' ');
                at = end;
            }
            None => {
                out.push(*c);
                at += 1;
            }
        }
    }
    out
}

/// "of Nowhere" becomes "Nowhere"; "La Rochelle" stays.
fn without_article(short: &str) -> String {
    let text: Vec<char> = short.chars().collect();
    let letter = |at: usize| text.get(at).is_some_and(|c| fold(*c).is_ascii_lowercase());
    let articles = ["de la", "de", "du", "di", "da", "do", "of", "the", "la"];
    let found = articles.iter().find_map(|w| {
        let end = after(&text, 0, w).and_then(|end| after(&text, end, " ")).filter(|end| letter(*end))?;
        Some((*w, end))
    });
    match found {
        Some((word, end)) if word != "la" => text.iter().skip(end).collect(),
        _ => short.to_owned(),
    }
}

fn has_words(text: &str, words: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    (0..text.len()).any(|at| whole_word(&text, at, &[words]).is_some())
}

/// The name of an airport's own units, and of its radar units where the tables give them none.
#[derive(Debug, Clone, Copy)]
pub(super) struct Own<'a> {
    pub(super) ident: &'a str,
    pub(super) name: &'a str,
}

impl Own<'_> {
    /// A person has chosen the name. In the United States, the tables name the units as the FAA does, and that counts.
    fn by_hand(self) -> bool {
        !self.ident.starts_with('K') && by_hand(self.ident)
    }

    fn radar(self) -> String {
        RADAR.iter().find(|(code, _)| *code == self.ident).map_or(self.name, |(_, radar)| radar).to_owned()
    }
}

/// The name in a frequency's description ("NORCAL APP": "NorCal"), or the airport's. `at_field`: it is a unit of the airport itself.
pub(super) fn station(description: &str, own: Own<'_>, at_field: bool) -> String {
    let other = || if at_field { own.name.to_owned() } else { own.radar() };
    if at_field && own.by_hand() {
        return own.name.to_owned();
    }
    let text = plain(&without_unit(&without_figures(&plain(description))));
    let plain_letters = text.chars().all(|c| is_word(c) || " .'-".contains(c));
    if text.chars().count() < 3 || !plain_letters || NO_NAMES.iter().any(|w| contains(&text, w)) {
        return other();
    }
    let lower = text.to_lowercase();
    if at_field && own.name.to_lowercase().contains(&lower) {
        return own.name.to_owned();
    }
    let name = match lower.as_str() {
        "norcal" => "NorCal".to_owned(),
        "socal" => "SoCal".to_owned(),
        "rgnl" => "Regional".to_owned(),
        _ if one_case(&text) => title(&text),
        _ => text,
    };
    name.replace("'S", "'s")
}

/// Replaces numbers and marks at the ends of words, and text in brackets, by a space.
fn without_figures(text: &str) -> String {
    let text: Vec<char> = without_parentheses(text).chars().collect();
    let figure = |c: &char| c.is_ascii_digit() || "./,-".contains(*c);
    let (mut out, mut at) = (String::with_capacity(text.len()), 0);
    while let Some(c) = text.get(at) {
        let run = text.iter().skip(at).take_while(|c| figure(c)).count();
        if run == 0 {
            out.push(*c);
            at += 1;
            continue;
        }
        match text.get(at + run) {
            Some(next) if !next.is_whitespace() => out.extend(text.iter().skip(at).take(run)),
            _ => out.push(' '),
        }
        at += run;
    }
    out
}

fn without_parentheses(text: &str) -> String {
    let (mut out, mut rest) = (String::new(), text);
    while let Some((before, from)) = rest.split_once('(') {
        out.push_str(before);
        match from.split_once(')') {
            Some((_, tail)) => {
                out.push(' ');
                rest = tail;
            }
            None => {
                out.push('(');
                rest = from;
            }
        }
    }
    out + rest
}

fn without_unit(text: &str) -> String {
    let text: Vec<char> = text.chars().collect();
    let cut = (0..text.len()).find(|at| whole_word(&text, *at, UNITS).is_some());
    text.iter().take(cut.unwrap_or(text.len())).collect()
}

/// Whether it has letters with a case, all of the same case.
fn one_case(text: &str) -> bool {
    let (upper, lower) = (text.chars().any(char::is_uppercase), text.chars().any(char::is_lowercase));
    upper != lower
}

/// Each run of letters with a capital at the beginning.
fn title(text: &str) -> String {
    let (mut out, mut inside) = (String::with_capacity(text.len()), false);
    for c in text.chars() {
        if inside {
            out.extend(c.to_lowercase());
        } else {
            out.extend(c.to_uppercase());
        }
        inside = c.is_uppercase() || c.is_lowercase();
    }
    out
}
