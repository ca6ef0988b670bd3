//! Number words as pilots say them and recognisers write them.

/// The digits of a number word in lower case: "3" for "three", "30" for "thirty". By themselves "tree", "won" and
/// "ate" are not numbers.
pub fn digits(word: &str) -> Option<&'static str> {
    Some(match word {
        "zero" | "oh" | "zeero" => "0",
        "one" | "wun" => "1",
        "two" | "ii" => "2",
        "three" | "iii" => "3",
        "four" | "fower" => "4",
        "five" | "fife" => "5",
        "six" => "6",
        "seven" => "7",
        "eight" | "ait" => "8",
        "nine" | "niner" | "nina" => "9",
        "ten" => "10",
        "eleven" => "11",
        "twelve" => "12",
        "thirteen" => "13",
        "fourteen" => "14",
        "fifteen" => "15",
        "sixteen" => "16",
        "seventeen" => "17",
        "eighteen" => "18",
        "nineteen" => "19",
        "twenty" => "20",
        "thirty" => "30",
        "forty" | "fourty" => "40",
        "fifty" => "50",
        "sixty" => "60",
        "seventy" => "70",
        "eighty" => "80",
        "ninety" => "90",
        _ => return None,
    })
}
