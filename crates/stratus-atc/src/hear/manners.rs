//! Manners of speech that mean nothing to the controller: greetings and thanks in the language of the country, and "I say again", with which
//! pilots announce that they repeat their own words. A greeting counts as its English twin, which all readers know.

use std::borrow::Cow;

use crate::transcript::Token;

/// Greetings, farewells and thanks of the world, without accents, and what they are in English. Longer ones stand before their beginnings.
#[rustfmt::skip]
const GREETINGS: &[(&str, &str)] = &[
    ("guten morgen", "good morning"), ("guten tag", "good day"), ("guten abend", "good evening"), ("schonen tag", "good day"),
    ("schones wochenende", "good day"), ("auf wiederhoren", "good day"), ("auf wiedersehen", "good day"), ("gruss gott", "good day"),
    ("grus gott", "good day"), ("gruezi", "good day"), ("servus", "good day"), ("moin moin", "good day"), ("moin", "good day"), ("tschuss", "good day"),
    ("danke schon", "thank you"), ("vielen dank", "thank you"), ("danke", "thank you"),
    ("bonne journee", "good day"), ("bonne soiree", "good evening"), ("bonjour", "good day"), ("bonsoir", "good evening"), ("salut", "good day"),
    ("au revoir", "good day"), ("merci beaucoup", "thank you"), ("merci", "thank you"),
    ("bom dia", "good day"), ("boa tarde", "good afternoon"), ("boa noite", "good evening"), ("obrigado", "thank you"), ("obrigada", "thank you"),
    ("buongiorno", "good day"), ("buon giorno", "good day"), ("buonasera", "good evening"), ("buona sera", "good evening"),
    ("buona giornata", "good day"), ("arrivederci", "good day"), ("ciao", "good day"), ("salve", "good day"), ("grazie", "thank you"),
    ("buenos dias", "good day"), ("buenas tardes", "good afternoon"), ("buenas noches", "good evening"), ("hola", "good day"),
    ("hasta luego", "good day"), ("adios", "good day"), ("muchas gracias", "thank you"), ("gracias", "thank you"),
    ("bon dia", "good day"), ("bona tarda", "good afternoon"), ("egun on", "good day"),
    ("goedemorgen", "good morning"), ("goede morgen", "good morning"), ("goedemiddag", "good afternoon"), ("goede middag", "good afternoon"),
    ("goedenavond", "good evening"), ("goeden avond", "good evening"), ("goedendag", "good day"), ("goededag", "good day"), ("tot ziens", "good day"),
    ("dank u", "thank you"), ("god morgen", "good morning"), ("god morgon", "good morning"), ("godmorgen", "good morning"), ("goddag", "good day"),
    ("god dag", "good day"), ("god kveld", "good evening"), ("god aften", "good evening"), ("hej hej", "good day"), ("hej da", "good day"),
    ("hej", "good day"), ("ha det", "good day"), ("tusen takk", "thank you"), ("takk", "thank you"), ("tack", "thank you"),
    ("goda daginn", "good day"), ("godan daginn", "good day"), ("hyvaa paivaa", "good day"), ("hyvaa huomenta", "good morning"), ("moikka", "good day"),
    ("terve", "good day"), ("kiitos", "thank you"), ("tere", "good day"), ("labdien", "good day"), ("laba diena", "good day"),
    ("dzien dobry", "good day"), ("dobry wieczor", "good evening"), ("do widzenia", "good day"), ("dziekuje", "thank you"),
    ("dobry den", "good day"), ("dobre rano", "good morning"), ("dobry vecer", "good evening"), ("na shledanou", "good day"), ("ahoj", "good day"),
    ("dobar dan", "good day"), ("dober dan", "good day"), ("dobro jutro", "good morning"), ("dobra vecer", "good evening"), ("hvala", "thank you"),
    ("jo napot", "good day"), ("jo reggelt", "good morning"), ("jo estet", "good evening"), ("buna ziua", "good day"), ("buna dimineata", "good morning"),
    ("buna seara", "good evening"), ("dobur den", "good day"), ("dobriy den", "good day"), ("dobry dzien", "good day"), ("zdravstvuyte", "good day"),
    ("spasibo", "thank you"), ("kalimera", "good morning"), ("kalispera", "good evening"), ("yassas", "good day"), ("efharisto", "thank you"),
    ("merhaba", "good day"), ("iyi gunler", "good day"), ("gunaydin", "good morning"), ("iyi aksamlar", "good evening"), ("tesekkurler", "thank you"),
    ("shalom", "good day"), ("boker tov", "good morning"), ("salam alaikum", "good day"), ("salaam", "good day"), ("salam", "good day"),
    ("marhaba", "good day"), ("sabah al khair", "good morning"), ("shukran", "thank you"), ("namaste", "good day"), ("namaskar", "good day"),
    ("sawasdee", "good day"), ("sawatdee", "good day"), ("selamat pagi", "good morning"), ("selamat siang", "good day"), ("selamat petang", "good afternoon"),
    ("terima kasih", "thank you"), ("magandang umaga", "good morning"), ("xin chao", "good day"), ("ni hao", "good day"), ("nihao", "good day"),
    ("zao an", "good morning"), ("xie xie", "thank you"), ("konnichiwa", "good day"), ("ohayo gozaimasu", "good morning"), ("ohayo", "good morning"),
    ("konbanwa", "good evening"), ("arigato gozaimasu", "thank you"), ("arigato", "thank you"), ("annyeonghaseyo", "good day"), ("kamsahamnida", "thank you"),
    ("kia ora", "good day"), ("ata marie", "good morning"), ("morena", "good morning"), ("aloha", "good day"), ("mahalo", "thank you"), ("talofa", "good day"),
    ("bula vinaka", "good day"), ("bula", "good day"), ("jambo", "good day"), ("habari", "good day"), ("asante", "thank you"),
    ("goeie more", "good morning"), ("goeie middag", "good afternoon"), ("sawubona", "good day"), ("gday", "good day"), ("g'day", "good day"),
    ("howdy", "hello"), ("hiya", "hello"),
];

/// The letter without its accent.
fn plain(c: char) -> char {
    match c {
        'à'..='å' | 'ā' | 'ă' | 'ą' => 'a',
        'ç' | 'ć' | 'č' => 'c',
        'ď' | 'ð' => 'd',
        'è'..='ë' | 'ē' | 'ė' | 'ę' | 'ě' => 'e',
        'ğ' => 'g',
        'ì'..='ï' | 'ī' | 'ı' => 'i',
        'ł' => 'l',
        'ñ' | 'ń' | 'ň' => 'n',
        'ò'..='ö' | 'ø' | 'ő' | 'ō' => 'o',
        'ř' => 'r',
        'ß' | 'ś' | 'ş' | 'š' | 'ș' => 's',
        'ť' | 'ţ' | 'ț' => 't',
        'ù'..='ü' | 'ū' | 'ů' | 'ű' => 'u',
        'ý' | 'ÿ' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        other => other,
    }
}

/// A word in lower case without accents: "München" is "munchen".
pub(crate) fn without_accents(word: &str) -> String {
    word.to_lowercase().chars().map(plain).collect()
}

/// The English twin of a greeting that begins with these words, and how many words it has.
fn greeting(words: &[String]) -> Option<(&'static str, usize)> {
    GREETINGS.iter().find_map(|(said, english)| {
        let n = said.split(' ').count();
        let same = words.len() >= n && said.split(' ').zip(words).all(|(s, w)| s == w);
        same.then_some((*english, n))
    })
}

/// Whether a word, in lower case, may be part of a greeting.
pub(super) fn is_greeting(word: &str) -> bool {
    let word = without_accents(word);
    GREETINGS.iter().any(|(said, _)| said.split(' ').any(|w| w == word))
}

/// "I say again" announces the pilot's own words; "say again" asks for the controller's. How many words it has.
fn repeats(words: &[String]) -> Option<usize> {
    let is = |i: usize, w: &str| words.get(i).is_some_and(|x| x == w);
    let own = matches!(words.first().map(String::as_str), Some("i" | "i'll" | "we" | "we'll"));
    let verb = if is(1, "will") || is(1, "ll") { 2 } else { 1 };
    (own && is(verb, "say") && is(verb + 1, "again")).then_some(verb + 2)
}

/// Replaces the greetings in a call by their English twins, and drops "I say again".
pub(super) fn mend(t: &mut Vec<Token>) {
    let mut i = 0;
    while i < t.len() {
        let words: Vec<String> = t[i..].iter().take(4).map(|x| without_accents(x.word())).collect();
        if let Some(n) = repeats(&words) {
            t.drain(i..i + n);
            continue;
        }
        if let Some((english, n)) = greeting(&words) {
            t.splice(i..i + n, english.split(' ').map(|w| Token::Word(w.to_owned())));
            i += english.split(' ').count();
            continue;
        }
        i += 1;
    }
}

/// The same in the text that a model reads; unchanged where there is nothing to change.
pub(super) fn in_english(call: &str) -> Cow<'_, str> {
    let said: Vec<&str> = call.split_whitespace().collect();
    let bare: Vec<String> = said.iter().map(|w| without_accents(w.trim_matches(|c: char| !c.is_alphanumeric()))).collect();
    let mut out: Vec<&str> = Vec::with_capacity(said.len());
    let (mut i, mut changed) = (0, false);
    while i < said.len() {
        let (words, n): (&str, usize) = if let Some(n) = repeats(&bare[i..]) {
            ("", n)
        } else if let Some(found) = greeting(&bare[i..]) {
            found
        } else {
            out.push(said[i]);
            i += 1;
            continue;
        };
        changed = true;
        if !words.is_empty() {
            out.push(words);
        }
        i += n;
    }
    if changed && !out.is_empty() { Cow::Owned(out.join(" ")) } else { Cow::Borrowed(call) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intent::{Context, Intent};
    use crate::understand::understand;
    use crate::units::{Facility, Region};

    #[test]
    fn greetings_of_the_world_count_as_english_ones() {
        for (said, english) in [
            ("München Tower, D-EFGH, guten Tag", "München Tower, D-EFGH, good day"),
            ("Grüß Gott, Wien Turm", "good day Wien Turm"),
            ("Kia ora Auckland Tower", "good day Auckland Tower"),
            ("Lisboa, bom dia!", "Lisboa, good day"),
            ("Nice Ground, bonjour", "Nice Ground, good day"),
            ("Roger, merci beaucoup", "Roger, thank you"),
            ("I say again, request taxi", "request taxi"),
            ("say again the altitude", "say again the altitude"),
        ] {
            assert_eq!(in_english(said), english);
        }
        assert!(is_greeting("bonjour") && is_greeting("Grüß") && !is_greeting("taxi"));
        assert_eq!(in_english("I say again"), "I say again", "nothing else was said");
    }

    #[test]
    fn a_greeting_changes_nothing_in_the_meaning() {
        let ctx = Context {
            facility: Some(Facility::Ground),
            own: "DEFGH".parse().ok(),
            region: Region::of("EDDM", "Germany"),
            ..Context::default()
        };
        for greeting in ["guten tag", "bonjour", "bom dia", "buongiorno", "kia ora", "dobrý den", "goedemiddag"] {
            for text in [
                format!("munich ground delta echo foxtrot golf hotel {greeting} request taxi"),
                format!("{greeting} munich ground delta echo foxtrot golf hotel request taxi"),
                format!("munich ground {greeting} delta echo foxtrot golf hotel at gate two request taxi"),
            ] {
                let heard = understand(&text, &ctx);
                assert_eq!(heard.intent, Intent::TaxiRequest, "{text}");
                assert_eq!(heard.callsign.as_ref().map(|c| c.as_str().to_owned()).as_deref(), Some("DEFGH"), "{text}");
                assert_eq!(heard.addressed.facility, Some(Facility::Ground), "{text}");
            }
        }
    }

    #[test]
    fn a_pilot_who_says_it_again_does_not_ask_for_it_again() {
        let ctx = Context { facility: Some(Facility::Ground), own: "N172SP".parse().ok(), ..Context::default() };
        for text in [
            "palo alto ground two sierra papa i say again request taxi",
            "ground i say again skyhawk one seven two sierra papa ready to taxi",
            "I'll say again, 172SP, request taxi for departure",
        ] {
            assert_eq!(understand(text, &ctx).intent, Intent::TaxiRequest, "{text}");
        }
        assert_eq!(understand("two sierra papa say again", &ctx).intent, Intent::SayAgain);
    }
}
