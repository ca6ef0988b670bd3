//! Spoken names of airports that pilots ask for, and their ICAO codes.

/// Name as spoken, lower case, and code. An airport the table lacks stays in the pilot's words.
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
    ("mexico city", "MMMX"), ("sao paulo", "SBGR"), ("bogota", "SKBO"), ("buenos aires", "SAEZ"), ("santiago", "SCEL"),
];

/// The airport whose name begins `words`: its code and how many words the name took; the longest name wins.
pub fn place(words: &[&str]) -> Option<(&'static str, usize)> {
    let fits = |name: &str| {
        let n = name.split(' ').count();
        (n <= words.len() && name.split(' ').zip(words).all(|(a, b)| a == *b)).then_some(n)
    };
    PLACES.iter().filter_map(|(name, code)| fits(name).map(|n| (*code, n))).max_by_key(|(_, n)| *n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_name_wins() {
        assert_eq!(place(&["half", "moon", "bay", "at"]), Some(("KHAF", 3)));
        assert_eq!(place(&["london", "gatwick"]), Some(("EGKK", 2)));
        assert_eq!(place(&["nowhere"]), None);
    }
}
