//! Spoken names of airports that pilots ask for, and their ICAO codes.

use std::borrow::Cow;
use std::sync::LazyLock;

use crate::airports::Airport;
use crate::airports::world::World;
use crate::hear::is_used;
use crate::hear::manners::without_accents;
use crate::telephony;

/// Spoken name in lower case, and code. An airport that is not in the table stays in the pilot's words.
#[rustfmt::skip]
const PLACES: &[(&str, &str)] = &[
    ("palo alto", "KPAO"), ("san carlos", "KSQL"), ("monterey", "KMRY"), ("hilo", "PHTO"), ("oakland", "KOAK"),
    ("half moon bay", "KHAF"), ("livermore", "KLVK"), ("san francisco", "KSFO"), ("sfo", "KSFO"), ("san jose", "KSJC"),
    ("reid hillview", "KRHV"), ("hayward", "KHWD"), ("watsonville", "KWVI"), ("salinas", "KSNS"), ("napa", "KAPC"),
    ("santa rosa", "KSTS"), ("petaluma", "O69"), ("concord", "KCCR"), ("stockton", "KSCK"), ("modesto", "KMOD"),
    ("sacramento", "KSAC"), ("sacramento executive", "KSAC"), ("truckee", "KTRK"), ("tracy", "KTCY"), ("fresno", "KFAT"),
    ("bakersfield", "KBFL"), ("santa barbara", "KSBA"), ("los angeles", "KLAX"), ("lax", "KLAX"), ("burbank", "KBUR"),
    ("van nuys", "KVNY"), ("santa monica", "KSMO"), ("long beach", "KLGB"), ("san diego", "KSAN"), ("las vegas", "KLAS"),
    ("phoenix", "KPHX"), ("tucson", "KTUS"), ("reno", "KRNO"), ("portland", "KPDX"), ("seattle", "KSEA"),
    ("boeing field", "KBFI"), ("spokane", "KGEG"), ("boise", "KBOI"), ("salt lake", "KSLC"), ("salt lake city", "KSLC"),
    ("denver", "KDEN"), ("centennial", "KAPA"), ("albuquerque", "KABQ"), ("el paso", "KELP"), ("dallas", "KDFW"),
    ("houston", "KIAH"), ("austin", "KAUS"), ("san antonio", "KSAT"), ("new orleans", "KMSY"), ("oklahoma city", "KOKC"),
    ("kansas city", "KMCI"), ("st louis", "KSTL"), ("saint louis", "KSTL"), ("memphis", "KMEM"), ("nashville", "KBNA"),
    ("birmingham", "KBHM"), ("atlanta", "KATL"), ("charlotte", "KCLT"), ("raleigh", "KRDU"), ("columbia", "KCAE"),
    ("savannah", "KSAV"), ("jacksonville", "KJAX"), ("orlando", "KMCO"), ("tampa", "KTPA"), ("miami", "KMIA"),
    ("key west", "KEYW"), ("fort lauderdale", "KFLL"), ("richmond", "KRIC"), ("washington", "KDCA"), ("dulles", "KIAD"),
    ("baltimore", "KBWI"), ("frederick", "KFDK"), ("philadelphia", "KPHL"), ("pittsburgh", "KPIT"), ("new york", "KJFK"),
    ("jfk", "KJFK"), ("kennedy", "KJFK"), ("la guardia", "KLGA"), ("laguardia", "KLGA"), ("newark", "KEWR"),
    ("teterboro", "KTEB"), ("boston", "KBOS"), ("hanscom", "KBED"), ("bedford", "KBED"), ("fitchburg", "KFIT"),
    ("lawrence", "KLWM"), ("worcester", "KORH"), ("providence", "KPVD"), ("hartford", "KBDL"), ("portsmouth", "KPSM"),
    ("nantucket", "KACK"), ("burlington", "KBTV"), ("albany", "KALB"), ("buffalo", "KBUF"), ("cleveland", "KCLE"),
    ("columbus", "KCMH"), ("cincinnati", "KCVG"), ("detroit", "KDTW"), ("indianapolis", "KIND"), ("chicago", "KORD"),
    ("o'hare", "KORD"), ("ohare", "KORD"), ("midway", "KMDW"), ("milwaukee", "KMKE"), ("oshkosh", "KOSH"), ("madison", "KMSN"),
    ("minneapolis", "KMSP"), ("des moines", "KDSM"), ("omaha", "KOMA"), ("lincoln", "KLNK"), ("anchorage", "PANC"),
    ("fairbanks", "PAFA"), ("juneau", "PAJN"), ("honolulu", "PHNL"), ("kona", "PHKO"), ("maui", "PHOG"), ("kahului", "PHOG"),
    ("toronto", "CYYZ"), ("montreal", "CYUL"), ("vancouver", "CYVR"), ("calgary", "CYYC"), ("heathrow", "EGLL"),
    ("london heathrow", "EGLL"), ("gatwick", "EGKK"), ("london gatwick", "EGKK"), ("stansted", "EGSS"), ("luton", "EGGW"),
    ("london city", "EGLC"), ("manchester", "EGCC"), ("liverpool", "EGGP"), ("bristol", "EGGD"), ("cardiff", "EGFF"),
    ("southampton", "EGHI"), ("bournemouth", "EGHH"), ("exeter", "EGTE"), ("edinburgh", "EGPH"), ("glasgow", "EGPF"),
    ("aberdeen", "EGPD"), ("newcastle", "EGNT"), ("leeds", "EGNM"), ("belfast", "EGAA"), ("dublin", "EIDW"), ("shannon", "EINN"),
    ("cork", "EICK"), ("jersey", "EGJJ"), ("guernsey", "EGJB"), ("biggin hill", "EGKB"), ("oxford", "EGTK"),
    ("cambridge", "EGSC"), ("booker", "EGTB"), ("wycombe", "EGTB"), ("shoreham", "EGKA"), ("duxford", "EGSU"),
    ("farnborough", "EGLF"), ("frankfurt", "EDDF"), ("munich", "EDDM"), ("berlin", "EDDB"), ("hamburg", "EDDH"),
    ("dusseldorf", "EDDL"), ("cologne", "EDDK"), ("stuttgart", "EDDS"), ("hanover", "EDDV"), ("nuremberg", "EDDN"),
    ("bremen", "EDDW"), ("leipzig", "EDDP"), ("zurich", "LSZH"), ("geneva", "LSGG"), ("basel", "LFSB"), ("vienna", "LOWW"),
    ("salzburg", "LOWS"), ("innsbruck", "LOWI"), ("paris", "LFPG"), ("charles de gaulle", "LFPG"), ("orly", "LFPO"),
    ("lyon", "LFLL"), ("nice", "LFMN"), ("marseille", "LFML"), ("toulouse", "LFBO"), ("bordeaux", "LFBD"), ("nantes", "LFRS"),
    ("lille", "LFQQ"), ("strasbourg", "LFST"), ("brussels", "EBBR"), ("amsterdam", "EHAM"), ("schiphol", "EHAM"),
    ("rotterdam", "EHRD"), ("eindhoven", "EHEH"), ("luxembourg", "ELLX"), ("madrid", "LEMD"), ("barcelona", "LEBL"),
    ("malaga", "LEMG"), ("palma", "LEPA"), ("alicante", "LEAL"), ("valencia", "LEVC"), ("seville", "LEZL"), ("ibiza", "LEIB"),
    ("tenerife", "GCTS"), ("lisbon", "LPPT"), ("porto", "LPPR"), ("faro", "LPFR"), ("rome", "LIRF"), ("fiumicino", "LIRF"),
    ("milan", "LIMC"), ("malpensa", "LIMC"), ("linate", "LIML"), ("venice", "LIPZ"), ("naples", "LIRN"), ("bologna", "LIPE"),
    ("turin", "LIMF"), ("athens", "LGAV"), ("istanbul", "LTFM"), ("ankara", "LTAC"), ("antalya", "LTAI"), ("izmir", "LTBJ"),
    ("copenhagen", "EKCH"), ("stockholm", "ESSA"), ("arlanda", "ESSA"), ("oslo", "ENGM"), ("bergen", "ENBR"),
    ("helsinki", "EFHK"), ("warsaw", "EPWA"), ("krakow", "EPKK"), ("prague", "LKPR"), ("budapest", "LHBP"),
    ("bucharest", "LROP"), ("sofia", "LBSF"), ("belgrade", "LYBE"), ("zagreb", "LDZA"), ("split", "LDSP"), ("dubrovnik", "LDDU"),
    ("riga", "EVRA"), ("reykjavik", "BIRK"), ("keflavik", "BIKF"), ("dubai", "OMDB"), ("abu dhabi", "OMAA"), ("doha", "OTHH"),
    ("tel aviv", "LLBG"), ("cairo", "HECA"), ("johannesburg", "FAOR"), ("cape town", "FACT"), ("nairobi", "HKJK"),
    ("delhi", "VIDP"), ("mumbai", "VABB"), ("bangkok", "VTBS"), ("singapore", "WSSS"), ("hong kong", "VHHH"), ("tokyo", "RJTT"),
    ("haneda", "RJTT"), ("narita", "RJAA"), ("osaka", "RJBB"), ("seoul", "RKSI"), ("beijing", "ZBAA"), ("shanghai", "ZSPD"),
    ("sydney", "YSSY"), ("melbourne", "YMML"), ("brisbane", "YBBN"), ("perth", "YPPH"), ("auckland", "NZAA"),
    ("palm springs", "KPSP"), ("carlsbad", "KCRQ"), ("palomar", "KCRQ"), ("john wayne", "KSNA"), ("orange county", "KSNA"),
    ("santa ana", "KSNA"), ("ontario", "KONT"), ("riverside", "KRAL"), ("chino", "KCNO"), ("torrance", "KTOA"), ("fullerton", "KFUL"),
    ("camarillo", "KCMA"), ("oxnard", "KOXR"), ("santa maria", "KSMX"), ("san luis obispo", "KSBP"), ("paso robles", "KPRB"),
    ("big bear", "L35"), ("catalina", "KAVX"), ("montgomery field", "KMYF"), ("gillespie", "KSEE"), ("ramona", "KRNM"),
    ("imperial", "KIPL"), ("yuma", "KNYL"), ("visalia", "KVIS"), ("merced", "KMCE"), ("columbia california", "O22"),
    ("lake tahoe", "KTVL"), ("south lake tahoe", "KTVL"), ("redding", "KRDD"), ("chico", "KCIC"), ("eureka", "KACV"), ("arcata", "KACV"),
    ("ukiah", "KUKI"), ("medford", "KMFR"), ("eugene", "KEUG"), ("bend", "KBDN"), ("hillsboro", "KHIO"), ("olympia", "KOLM"),
    ("tacoma", "KTIW"), ("everett", "KPAE"), ("paine field", "KPAE"), ("bellingham", "KBLI"), ("friday harbor", "KFHR"), ("yakima", "KYKM"),
    ("wenatchee", "KEAT"), ("missoula", "KMSO"), ("bozeman", "KBZN"), ("billings", "KBIL"), ("jackson hole", "KJAC"), ("aspen", "KASE"),
    ("eagle", "KEGE"), ("colorado springs", "KCOS"), ("grand junction", "KGJT"), ("durango", "KDRO"), ("telluride", "KTEX"),
    ("cheyenne", "KCYS"), ("casper", "KCPR"), ("rapid city", "KRAP"), ("sioux falls", "KFSD"), ("fargo", "KFAR"), ("bismarck", "KBIS"),
    ("santa fe", "KSAF"), ("flagstaff", "KFLG"), ("prescott", "KPRC"), ("sedona", "KSEZ"), ("scottsdale", "KSDL"), ("deer valley", "KDVT"),
    ("grand canyon", "KGCN"), ("page", "KPGA"), ("st george", "KSGU"), ("saint george", "KSGU"), ("provo", "KPVU"), ("ogden", "KOGD"),
    ("tulsa", "KTUL"), ("wichita", "KICT"), ("little rock", "KLIT"), ("lubbock", "KLBB"), ("amarillo", "KAMA"), ("midland", "KMAF"),
    ("galveston", "KGLS"), ("corpus christi", "KCRP"), ("addison", "KADS"), ("love field", "KDAL"), ("dallas love", "KDAL"),
    ("fort worth", "KAFW"), ("meacham", "KFTW"), ("hobby", "KHOU"), ("baton rouge", "KBTR"), ("lafayette", "KLFT"), ("mobile", "KMOB"),
    ("pensacola", "KPNS"), ("tallahassee", "KTLH"), ("gainesville", "KGNV"), ("daytona", "KDAB"), ("daytona beach", "KDAB"),
    ("sarasota", "KSRQ"), ("fort myers", "KRSW"), ("naples florida", "KAPF"), ("palm beach", "KPBI"), ("west palm beach", "KPBI"),
    ("opa locka", "KOPF"), ("lakeland", "KLAL"), ("st petersburg", "KPIE"), ("charleston", "KCHS"), ("myrtle beach", "KMYR"),
    ("wilmington", "KILM"), ("asheville", "KAVL"), ("greensboro", "KGSO"), ("knoxville", "KTYS"), ("chattanooga", "KCHA"),
    ("louisville", "KSDF"), ("lexington", "KLEX"), ("dayton", "KDAY"), ("toledo", "KTOL"), ("akron", "KCAK"), ("grand rapids", "KGRR"),
    ("lansing", "KLAN"), ("flint", "KFNT"), ("pontiac", "KPTK"), ("willow run", "KYIP"), ("green bay", "KGRB"), ("rockford", "KRFD"),
    ("dupage", "KDPA"), ("peoria", "KPIA"), ("springfield", "KSPI"), ("cedar rapids", "KCID"), ("duluth", "KDLH"), ("rochester", "KROC"),
    ("syracuse", "KSYR"), ("ithaca", "KITH"), ("white plains", "KHPN"), ("westchester", "KHPN"), ("islip", "KISP"), ("farmingdale", "KFRG"),
    ("morristown", "KMMU"), ("caldwell", "KCDW"), ("trenton", "KTTN"), ("atlantic city", "KACY"), ("allentown", "KABE"),
    ("harrisburg", "KMDT"), ("lancaster", "KLNS"), ("reading", "KRDG"), ("scranton", "KAVP"), ("manassas", "KHEF"), ("leesburg", "KJYO"),
    ("gaithersburg", "KGAI"), ("easton", "KESN"), ("norfolk", "KORF"), ("roanoke", "KROA"), ("reagan national", "KDCA"),
    ("washington national", "KDCA"), ("martha's vineyard", "KMVY"), ("marthas vineyard", "KMVY"), ("hyannis", "KHYA"),
    ("provincetown", "KPVC"), ("block island", "KBID"), ("new haven", "KHVN"), ("bangor", "KBGR"), ("nashua", "KASH"), ("concord new hampshire", "KCON"),
    ("keene", "KEEN"), ("lebanon", "KLEB"), ("montauk", "KMTP"), ("bar harbor", "KBHB"), ("lihue", "PHLI"), ("molokai", "PHMK"),
    ("lanai", "PHNY"), ("ketchikan", "PAKT"), ("sitka", "PASI"), ("merrill", "PAMR"), ("merrill field", "PAMR"), ("talkeetna", "PATK"),
    ("san juan", "TJSJ"), ("nassau", "MYNN"), ("ottawa", "CYOW"), ("quebec city", "CYQB"), ("halifax", "CYHZ"), ("winnipeg", "CYWG"),
    ("edmonton", "CYEG"), ("victoria", "CYYJ"), ("kelowna", "CYLW"), ("cancun", "MMUN"), ("norwich", "EGSH"), ("blackpool", "EGNH"),
    ("southend", "EGMC"), ("lydd", "EGMD"), ("gloucester", "EGBJ"), ("gloucestershire", "EGBJ"), ("coventry", "EGBE"), ("east midlands", "EGNX"),
    ("nottingham", "EGBN"), ("doncaster", "EGCN"), ("humberside", "EGNJ"), ("teesside", "EGNV"), ("durham", "EGNV"), ("carlisle", "EGNC"),
    ("prestwick", "EGPK"), ("inverness", "EGPE"), ("dundee", "EGPN"), ("perth scotland", "EGPT"), ("isle of man", "EGNS"), ("ronaldsway", "EGNS"),
    ("alderney", "EGJA"), ("denham", "EGLD"), ("elstree", "EGTR"), ("white waltham", "EGLM"), ("blackbushe", "EGLK"), ("fairoaks", "EGTF"),
    ("redhill", "EGKR"), ("goodwood", "EGHR"), ("compton abbas", "EGHA"), ("sandown", "EGHN"), ("popham", "EGHP"), ("thruxton", "EGHO"),
    ("kidlington", "EGTK"), ("cranfield", "EGTC"), ("sywell", "EGBK"), ("leicester", "EGBG"), ("wellesbourne", "EGBW"), ("halfpenny green", "EGBO"),
    ("wolverhampton", "EGBO"), ("barton", "EGCB"), ("swansea", "EGFH"), ("plymouth", "EGHD"), ("newquay", "EGHQ"), ("lands end", "EGHC"),
    ("le touquet", "LFAT"), ("calais", "LFAC"), ("deauville", "LFRG"), ("dinard", "LFRD"), ("cannes", "LFMD"), ("le bourget", "LFPB"),
    ("biarritz", "LFBZ"), ("montpellier", "LFMT"), ("bastia", "LFKB"), ("ajaccio", "LFKJ"), ("antwerp", "EBAW"), ("ostend", "EBOS"),
    ("charleroi", "EBCI"), ("liege", "EBLG"), ("maastricht", "EHBK"), ("groningen", "EHGG"), ("lelystad", "EHLE"), ("billund", "EKBI"),
    ("aalborg", "EKYT"), ("gothenburg", "ESGG"), ("malmo", "ESMS"), ("stavanger", "ENZV"), ("trondheim", "ENVA"), ("tromso", "ENTC"),
    ("tampere", "EFTP"), ("tallinn", "EETN"), ("vilnius", "EYVI"), ("gdansk", "EPGD"), ("wroclaw", "EPWR"), ("brno", "LKTB"),
    ("bratislava", "LZIB"), ("graz", "LOWG"), ("linz", "LOWL"), ("klagenfurt", "LOWK"), ("ljubljana", "LJLJ"), ("bern", "LSZB"),
    ("lugano", "LSZA"), ("grenchen", "LSZG"), ("sion", "LSGS"), ("red bluff", "KRBL"), ("friedrichshafen", "EDNY"), ("memmingen", "EDJA"), ("dortmund", "EDLW"), ("munster", "EDDG"), ("paderborn", "EDLP"),
    ("dresden", "EDDC"), ("erfurt", "EDDE"), ("saarbrucken", "EDDR"), ("hahn", "EDFH"), ("baden baden", "EDSB"), ("mannheim", "EDFM"),
    ("egelsbach", "EDFE"), ("lubeck", "EDHL"), ("kiel", "EDHK"), ("florence", "LIRQ"), ("pisa", "LIRP"), ("verona", "LIPX"),
    ("bergamo", "LIME"), ("genoa", "LIMJ"), ("palermo", "LICJ"), ("catania", "LICC"), ("cagliari", "LIEE"), ("olbia", "LIEO"),
    ("malta", "LMML"), ("corfu", "LGKR"), ("rhodes", "LGRP"), ("heraklion", "LGIR"), ("thessaloniki", "LGTS"), ("mykonos", "LGMK"),
    ("santorini", "LGSR"), ("larnaca", "LCLK"), ("paphos", "LCPH"), ("bilbao", "LEBB"), ("santander", "LEXJ"), ("girona", "LEGE"),
    ("reus", "LERS"), ("zaragoza", "LEZG"), ("granada", "LEGR"), ("menorca", "LEMH"), ("mahon", "LEMH"), ("lanzarote", "GCRR"),
    ("fuerteventura", "GCFV"), ("gran canaria", "GCLP"), ("las palmas", "GCLP"), ("madeira", "LPMA"), ("funchal", "LPMA"),
    ("marrakech", "GMMX"), ("casablanca", "GMMN"), ("mexico city", "MMMX"), ("sao paulo", "SBGR"), ("bogota", "SKBO"), ("buenos aires", "SAEZ"), ("santiago", "SCEL"),
];

/// The airports of the world, as built in.
static WORLD: LazyLock<Option<World>> = LazyLock::new(World::embedded);

/// The longest name of an airport, words.
const LONGEST: usize = 3;

/// The airport whose name starts `words`: its code and the number of words in the name. The longest name wins; of equals, one in the table.
pub fn place(words: &[&str]) -> Option<(Cow<'static, str>, usize)> {
    if words.iter().all(|w| w.is_ascii()) {
        return listed(words);
    }
    let plain: Vec<String> = words.iter().map(|w| without_accents(w)).collect();
    listed(&plain.iter().map(String::as_str).collect::<Vec<_>>())
}

fn listed(words: &[&str]) -> Option<(Cow<'static, str>, usize)> {
    let table = known(words).map(|(code, n)| (Cow::Borrowed(code), n));
    let shortest = table.as_ref().map_or(1, |(_, n)| n + 1);
    towered(words, shortest).or(table)
}

/// The airport with a tower whose name starts `words` and has at least so many words; of several, the one with the most stations. A word
/// that pilots use for anything else names no airport by itself.
fn towered(words: &[&str], shortest: usize) -> Option<(Cow<'static, str>, usize)> {
    let world = WORLD.as_ref()?;
    let first = *words.first()?;
    (shortest..=words.len().min(LONGEST)).rev().find_map(|n| {
        let name = words.get(..n)?;
        // An airline's name is part of a callsign.
        if telephony::airline(words).is_some() || first.len() < 4 || n == 1 && is_used(first) || name.iter().any(|w| w.is_empty()) {
            return None;
        }
        let name = name.join(" ");
        let called = |a: &Airport| a.name.to_lowercase() == name;
        let best = world.towers_named(&name).filter(called).max_by_key(|a| a.stations.len())?;
        Some((Cow::Owned(best.icao), n))
    })
}

fn known(words: &[&str]) -> Option<(&'static str, usize)> {
    let first = *words.first()?;
    let fits = |name: &str| {
        // Most names fail at the first word; only the others are split.
        if first.is_empty() || !name.starts_with(first) {
            return None;
        }
        let n = name.split(' ').count();
        (n <= words.len() && name.split(' ').zip(words).all(|(a, b)| a == *b)).then_some(n)
    };
    PLACES.iter().filter_map(|(name, code)| fits(name).map(|n| (*code, n))).max_by_key(|(_, n)| *n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_place_name_wins() {
        let found = |words: &[&str]| place(words).map(|(code, n)| (code.into_owned(), n));
        let is = |code: &str, n| Some((code.to_owned(), n));
        assert_eq!(found(&["half", "moon", "bay", "at"]), is("KHAF", 3));
        assert_eq!(found(&["london", "gatwick"]), is("EGKK", 2));
        assert_eq!(found(&["nowhere"]), None);
        assert_eq!(found(&["málaga"]), is("LEMG", 1));
        // A name that is not in the table, and a word that is in use.
        assert_eq!(found(&["salina", "and"]), is("KSLN", 1));
        assert_eq!(found(&["ground", "control"]), None);
    }
}
