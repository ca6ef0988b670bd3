//! The closed word classes of English that carry subject, polarity and time: pronouns, auxiliaries, negators, conjunctions, prepositions.
//! These lists are grammatically complete and contain no aviation terms.

/// Whether `word` is in a space-separated list.
pub(super) fn one_of(word: &str, words: &str) -> bool {
    !word.is_empty() && words.split(' ').any(|w| w == word)
}

/// "I", "we".
pub(super) fn own_subject(w: &str) -> bool {
    one_of(w, "i we ourselves myself")
}

/// "Us", "me": the speaker as an object.
pub(super) fn own_object(w: &str) -> bool {
    one_of(w, "us me")
}

pub(super) fn other_subject(w: &str) -> bool {
    one_of(w, "he she they you it who somebody someone anybody anyone everybody everyone nobody none neither him them one ones")
}

pub(super) fn own_possessive(w: &str) -> bool {
    one_of(w, "our my ours mine")
}

pub(super) fn other_possessive(w: &str) -> bool {
    one_of(w, "his her hers their theirs your yours its whose")
}

/// A word that points to something other than the speaker.
pub(super) fn pointer(w: &str) -> bool {
    one_of(w, "the that this those these another other some any every each both no") || other_possessive(w)
}

pub(super) fn article(w: &str) -> bool {
    one_of(w, "a an the")
}

/// Third-person verbs, which follow the person spoken about.
pub(super) fn third_person(w: &str) -> bool {
    one_of(w, "is was has does isnt wasnt hasnt doesnt wants needs requests asks likes wishes seems looks gets says")
}

/// Plural and first-person auxiliaries.
pub(super) fn auxiliary(w: &str) -> bool {
    one_of(w, "am are were have do did had been being be")
}

pub(super) fn modal(w: &str) -> bool {
    one_of(w, "will would shall should can could may might must ought gonna")
}

/// Verbs that precede their subject in a question.
pub(super) fn inverts(w: &str) -> bool {
    one_of(w, "am are is was were have has had do does did") || modal(w)
}

pub(super) fn negator(w: &str) -> bool {
    one_of(w, "not never cannot unable without hardly nor neither nobody none isnt wasnt hasnt doesnt")
}

/// Words for "not quite".
pub(super) fn short_of(w: &str) -> bool {
    one_of(w, "almost nearly about getting close half supposed meant trying hoping")
}

/// Adverbs and similar words that change neither subject nor polarity.
pub(super) fn adverb(w: &str) -> bool {
    one_of(
        w,
        "now just also all still currently fully again really very too so actually finally even already always quite yet then here there \
         well both probably definitely certainly only anyway finally ahead please affirmative affirm yes okay ok roger longer",
    )
}

/// Function words that may stand between a preposition or verb and a place.
pub(super) fn filler(w: &str) -> bool {
    one_of(w, "on in at for to of a the an")
}

pub(super) fn preposition(w: &str) -> bool {
    one_of(
        w,
        "on in at of for from by near behind with via over under above below past through along beside abeam into onto around off about \
         toward towards between against per inside outside following",
    )
}

/// Joins two clauses of the same kind.
pub(super) fn joins(w: &str) -> bool {
    one_of(w, "and or but")
}

/// Introduces a condition or a time.
pub(super) fn condition(w: &str) -> bool {
    one_of(w, "once after when whenever until till unless if whether provided assuming")
}

/// Introduces a new clause that is not a condition.
pub(super) fn opens(w: &str) -> bool {
    one_of(w, "because since while although though as than before")
}

pub(super) fn asks_for_facts(w: &str) -> bool {
    one_of(w, "what where who why how which whose when")
}

/// Refers to the past.
pub(super) fn gone_by(w: &str) -> bool {
    one_of(w, "earlier ago yesterday previously formerly")
}

/// Refers to the future.
pub(super) fn to_come(w: &str) -> bool {
    one_of(w, "later soon shortly tomorrow eventually afterwards presently momentarily")
}

/// Units of time.
pub(super) fn duration(w: &str) -> bool {
    one_of(w, "minute minutes second seconds moment moments hour hours bit while sec secs mikes min mins tick jiffy little")
}

/// Verbs of saying and thinking, in the past tense or with another subject: what follows them is reported.
pub(super) fn reports(w: &str) -> bool {
    one_of(
        w,
        "said says told tells reported reports claims claimed asked asks heard hears mentioned mentions announced announces called calls \
         thought thinks figured reckons reckoned believed believes advised advises insisted insists promised relayed",
    )
}

/// Verbs and adjectives that take a clause as their object.
pub(super) fn holds(w: &str) -> bool {
    one_of(
        w,
        "think believe say know mean guess suppose sure certain true feel reckon expect saying thinking claim claiming suggest imply positive \
         clear mention see way case",
    )
}

/// Verbs that make a clause something other than a statement: "I hope we are".
pub(super) fn wishes(w: &str) -> bool {
    one_of(w, "hope hoping wish wishing doubt pretend imagine suppose wonder wondering dream guess")
}

/// Irregular past forms of verbs that pilots use for their own actions.
pub(super) fn strong_past(w: &str) -> bool {
    one_of(
        w,
        "was were had did said told went came took made saw heard thought left gave got kept knew began flew felt found lost meant met ran \
         sent spoke stood wrote",
    )
}

/// A past-tense verb, by its ending or as an irregular form.
pub(super) fn past(w: &str) -> bool {
    w.len() > 4 && w.ends_with("ed") && w != "need" || strong_past(w)
}

/// Words for practice and training.
pub(super) fn practice(w: &str) -> bool {
    one_of(
        w,
        "practice practicing practise practising simulated simulating simulate simulation pretend pretending drill exercise training rehearsal rehearsing mock",
    )
}

/// Words of courtesy: the controller's convenience is not a condition.
pub(super) fn courteous(w: &str) -> bool {
    one_of(
        w,
        "you your able possible convenient available workable permitting allowed suits works helps okay ok alright fine needed required practical feasible",
    )
}
