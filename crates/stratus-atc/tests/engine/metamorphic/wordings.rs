//! The wordings of the frames, in three parts: `OPEN` was used during development, and `KEPT` and `FRESH` were held out until they were
//! scored. First scores: of 2,442 calls each that must not get a clearance, 279 (`KEPT`) and 367 (`FRESH`) were cleared; of 696 twins each,
//! 66 and 225 were not served. After that the kinds of error were fixed.

/// `*` stands for the predicate.
pub type Frames = &'static [(&'static str, &'static [&'static str])];

pub const OPEN: Frames = &[
    (
        "denied",
        &[
            "we are not *",
            "we're not *",
            "I am not *",
            "we are not yet *",
            "we aren't *",
            "I do not think we are *",
            "we're no longer *",
            "we're never *",
            "no, we are not *",
        ],
    ),
    (
        "other",
        &[
            "he is *",
            "he's *",
            "they are *",
            "the Cherokee in front of us is *",
            "the Cessna ahead is *, we are going to sit here",
            "that aircraft is *",
            "the guy behind us is *",
            "company is *",
            "the traffic at alpha is *",
            "somebody is *",
            "I believe the helicopter is *",
            "the other aircraft are *",
        ],
    ),
    (
        "later",
        &[
            "we will be * in two minutes",
            "we'll be * later",
            "once he feels ready we are *",
            "when the Cessna is gone we are *",
            "after him we are *",
            "we are going to be * in a few minutes",
            "we should be * soon",
            "if he leaves we are *",
            "until we call you we are not *",
            "we might be * in a bit",
            "as soon as the run-up is done we are *",
            "we are almost *",
        ],
    ),
    (
        "past",
        &[
            "we were * ten minutes ago",
            "I was * earlier",
            "yesterday we were *",
            "we were * before the delay",
            "we had been * until the fuel truck came",
        ],
    ),
    (
        "reported",
        &[
            "ground told us we are *",
            "my instructor says we are *",
            "he said he was *",
            "company reported they are *",
            "the last controller said we are *",
            "he reports *",
        ],
    ),
    (
        "asked",
        &[
            "are we *",
            "is he *",
            "is the Cherokee *",
            "did you say we are *",
            "do you think we are *",
            "when is he *",
            "confirm we are *",
            "who is *",
        ],
    ),
    (
        "practice",
        &["this is a practice call, we are *", "just practicing, we are *", "simulated, we are *", "this is only an exercise, we are *"],
    ),
];

pub const KEPT: Frames = &[
    (
        "denied",
        &[
            "we aren't quite *",
            "I'm not *",
            "we are definitely not *",
            "I never said we are *",
            "we are by no means *",
            "it is not true that we are *",
            "negative, we are not *",
            "neither of us is *",
            "we haven't said that we're *",
        ],
    ),
    (
        "other",
        &[
            "she is *",
            "the Mooney on the other side is *",
            "the gentleman next to us is *",
            "that Piper over there is *",
            "your company traffic is *",
            "the student in the pattern is *",
            "the jet behind me is *",
            "somebody else is *, not us",
            "those two are *",
            "the fuel truck is *",
            "his wingman is *",
            "I can see the Bonanza is *",
        ],
    ),
    (
        "later",
        &[
            "we expect to be * in five minutes",
            "give us a minute and we will be *",
            "whenever the Mooney moves we are *",
            "in about three minutes we are going to be *",
            "unless he goes first we will be *",
            "we hope to be * shortly",
            "we'll let you know once we're *",
            "I will call you when I am *",
            "we could be * in ten",
            "not before the checklist is done are we *",
            "we'd be * if the engine was warm",
            "soon we will be *",
        ],
    ),
    (
        "past",
        &["a while ago we were *", "we were * when you called", "last time we were *", "I had been * for an hour", "previously we were *"],
    ),
    (
        "reported",
        &[
            "tower was told that we are *",
            "my copilot thinks we are *",
            "the Cessna reported *",
            "they tell me we are *",
            "the guy on the ramp said we're *",
            "dispatch claims we are *",
        ],
    ),
    (
        "asked",
        &[
            "are you sure we are *",
            "should we be * now",
            "was that Cessna *",
            "do you want us to be *",
            "why is he *",
            "could it be that he is *",
            "were we *",
            "how do you know we are *",
        ],
    ),
    ("practice", &["for practice only, we are *", "practice radio call, we are *", "pretend we are *", "training exercise, we are *"]),
];

pub const FRESH: Frames = &[
    (
        "denied",
        &[
            "we cannot say that we are *",
            "we're really not *",
            "I would not call us *",
            "nobody in here is *",
            "we are still not *",
            "no way are we *",
            "we don't feel we are *",
            "we are anything but *",
            "it isn't us who are *",
        ],
    ),
    (
        "other",
        &[
            "my friend in the Archer is *",
            "the two behind us are *",
            "another Cessna is *",
            "the regional jet across from us is *",
            "both of them are *",
            "the lady in the Cirrus is *",
            "who's next, the Cherokee is *",
            "Delta on the parallel is *",
            "the tug with the glider is *",
            "you have somebody who is *",
            "I think that traffic is *",
            "everybody else is *",
        ],
    ),
    (
        "later",
        &[
            "another two minutes and we are *",
            "hold on, we will be * in a moment",
            "after the fuel truck leaves we're *",
            "we plan to be * around half past",
            "the minute he moves we are *",
            "we won't be * until the run-up is done",
            "tell us when he is gone and we are *",
            "we will report when *",
            "we are * as soon as he has gone",
            "we are * once the Cessna is past",
            "in case he goes first we are *",
            "five more minutes until we are *",
        ],
    ),
    (
        "past",
        &[
            "we used to be *",
            "when we called you we were *",
            "a minute ago I was *",
            "we had told you that we were *",
            "this morning we were *",
        ],
    ),
    (
        "reported",
        &[
            "according to ground we are *",
            "somebody said we are *",
            "my student tells me we are *",
            "they were told we are *",
            "the Cherokee says that he is *",
            "we heard you say we are *",
        ],
    ),
    (
        "asked",
        &[
            "can you see if we are *",
            "is anybody *",
            "what if we are *",
            "would you say we are *",
            "are they *",
            "which of us is *",
            "isn't he *",
            "do you need us to be *",
        ],
    ),
    (
        "practice",
        &[
            "this is a simulated call, we are *",
            "for training purposes only, we are *",
            "we're rehearsing, we are *",
            "only a drill, we are *",
        ],
    ),
];

pub const FRESH_TWINS: &[&str] = &[
    "here we go, we are *",
    "at last we are *",
    "we are all *",
    "checks complete, we are *",
    "the wind is calm and we are *",
    "that Cessna is out of our way, we are *",
    "you can count on us, we are *",
    "we weren't a minute ago but now we are *",
    "I am sorry, we are *",
    "no problem at all, we are *",
    "he is number two, we are *",
    "we have been waiting and we are *",
    "good evening, we're *",
    "as you said, we are *",
    "we're back and we're *",
    "just to confirm, we are *",
];

pub const OPEN_TWINS: &[&str] = &[
    "we are *",
    "we're *",
    "I am *",
    "*",
    "and we are *",
    "we are now *",
    "he is not but we are *",
    "the Cherokee is gone and we are *",
    "no longer waiting, we are *",
    "we were not before, now we are *",
    "we have the Cessna in sight and are *",
    "sorry about the delay, we are *",
    "we are still *",
    "traffic in sight, *",
    "good morning, *",
    "yes, we are *",
];

pub const KEPT_TWINS: &[&str] = &[
    "I'm *",
    "we are currently *",
    "this time we really are *",
    "we have information kilo and are *",
    "not a problem, we are *",
    "the Mooney can wait, we are *",
    "they are behind us, we are *",
    "okay, now *",
    "hello again, we are *",
    "we've got the numbers and we're *",
    "thanks for waiting, we are *",
    "no traffic in sight, *",
    "that was quick, we are *",
    "as requested, we are *",
    "we are finally *",
    "and *",
];

pub const SPOKEN_OPEN: Frames = &[
    (
        "denied",
        &[
            "no mayday",
            "this is not a mayday",
            "we do not need to declare an emergency",
            "we are not declaring mayday",
            "negative mayday, all normal",
        ],
    ),
    (
        "other",
        &[
            "he is calling mayday",
            "somebody is calling mayday",
            "the Cessna ahead has an engine failure",
            "that Piper has smoke in the cockpit",
            "they have an engine fire",
        ],
    ),
    (
        "later",
        &[
            "if the engine quits we will call mayday",
            "we will declare an emergency if it gets worse",
            "we may have to declare an emergency later",
            "once the engine fails we will call mayday",
        ],
    ),
    (
        "past",
        &[
            "we had an engine failure yesterday",
            "that mayday was an hour ago",
            "we had an engine fire last week",
            "our engine quit a week ago",
        ],
    ),
    (
        "reported",
        &[
            "we heard a mayday on guard",
            "he said he has an engine failure",
            "center told us somebody called mayday",
            "the news reported an engine fire",
        ],
    ),
    (
        "asked",
        &["is somebody calling mayday", "did he declare an emergency", "was that a mayday", "do we have to declare an emergency to land"],
    ),
    (
        "practice",
        &[
            "practice mayday, practice mayday",
            "simulated engine failure",
            "practice engine fire in the pattern",
            "this is a drill, mayday mayday mayday",
        ],
    ),
];

pub const SPOKEN_KEPT: Frames = &[
    (
        "denied",
        &[
            "we never called mayday",
            "there is no engine fire",
            "nobody here is declaring an emergency",
            "our engine has not failed",
            "I did not say mayday",
        ],
    ),
    (
        "other",
        &[
            "the Mooney is declaring mayday",
            "his engine has quit",
            "there is an aircraft calling pan pan",
            "the helicopter's engine failed",
            "she has smoke in the cockpit",
        ],
    ),
    (
        "later",
        &[
            "when the second engine fails we will declare",
            "unless it restarts we will be calling mayday",
            "we would declare an emergency if the fuel ran out",
            "until we call mayday treat us as normal",
        ],
    ),
    (
        "past",
        &[
            "we were in an emergency this morning",
            "earlier we had smoke in the cockpit, that was yesterday",
            "last month our engine failed",
            "we declared an emergency on the previous flight",
        ],
    ),
    (
        "reported",
        &[
            "approach says there was a mayday",
            "a friend told me his engine failed",
            "they reported smoke in the cockpit",
            "someone mentioned a mayday",
        ],
    ),
    ("asked", &["has anyone declared an emergency", "should we call mayday", "are you working an emergency", "who called mayday"]),
    (
        "practice",
        &["training mayday only", "pretend we have an engine failure", "simulating an engine fire now", "exercise exercise mayday"],
    ),
];

pub const SPOKEN_FRESH: Frames = &[
    (
        "denied",
        &[
            "we don't want to declare",
            "it is no emergency at all",
            "we have no smoke in the cockpit",
            "nothing is on fire",
            "we are not calling mayday yet",
        ],
    ),
    (
        "other",
        &[
            "the Archer lost his engine",
            "they are on fire",
            "the airliner is declaring an emergency",
            "someone has an engine failure",
            "you have an aircraft in distress, a Cessna with an engine fire",
        ],
    ),
    (
        "later",
        &[
            "we'll declare when we have to",
            "should the engine fail we will call mayday",
            "give us five minutes before we declare an emergency",
            "if this keeps up it will be a mayday",
        ],
    ),
    (
        "past",
        &[
            "we lost an engine on the last flight",
            "two years ago I had an engine failure here",
            "the emergency was before lunch",
            "we had declared mayday with the other unit yesterday",
        ],
    ),
    (
        "reported",
        &[
            "the news says there was an engine fire",
            "he told us about his engine failure",
            "we were told of a mayday",
            "the last pilot mentioned smoke in the cockpit",
        ],
    ),
    (
        "asked",
        &[
            "do you have an emergency in progress",
            "is that aircraft on fire",
            "what happens if we declare an emergency",
            "was it a mayday or a pan",
        ],
    ),
    (
        "practice",
        &[
            "practice pan pan, practice pan pan",
            "this is simulated, engine failure",
            "just a training mayday",
            "mock engine failure in progress",
        ],
    ),
];

pub const SPOKEN_TWINS_OPEN: &[&str] = &[
    "mayday mayday mayday, engine failure",
    "pan pan pan pan pan pan, rough engine",
    "our engine has failed",
    "we have smoke in the cockpit",
    "we have an engine fire",
    "I am declaring an emergency",
    "this is not a drill, mayday mayday mayday",
    "the engine quit",
];

pub const SPOKEN_TWINS_KEPT: &[&str] = &[
    "mayday, we have lost the engine",
    "our engine just quit, we are going down",
    "there is smoke in the cockpit",
    "we need to declare an emergency",
    "mayday mayday, we are on fire",
    "I have had an engine failure",
    "declaring mayday, engine out",
    "pan pan, we have an electrical failure",
];

pub const SPOKEN_TWINS_FRESH: &[&str] = &[
    "mayday, engine fire, returning to the field",
    "engine failure, we are landing straight ahead",
    "we've got a fire in the cockpit",
    "this is an emergency, our engine has quit",
    "pan pan, pan pan, we have an oil leak",
    "I have smoke in the cabin",
    "mayday mayday mayday",
    "we are declaring an emergency, we cannot hold altitude",
];
