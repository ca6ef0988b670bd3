//! SPDX licence expressions: AND binds closer than OR, WITH belongs to the licence before it, a slash is an old OR.

/// Whether `allowed` satisfies a licence expression; `Err` if it is not a valid expression.
pub fn fits(expression: &str, allowed: &dyn Fn(&str) -> bool) -> Result<bool, String> {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    let met = any(&words, &mut at, allowed)?;
    if at == words.len() { Ok(met) } else { Err(format!("{expression:?}: `{}` is one too many", words[at])) }
}

fn any(words: &[&str], at: &mut usize, allowed: &dyn Fn(&str) -> bool) -> Result<bool, String> {
    let mut met = all(words, at, allowed)?;
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        met |= all(words, at, allowed)?;
    }
    Ok(met)
}

fn all(words: &[&str], at: &mut usize, allowed: &dyn Fn(&str) -> bool) -> Result<bool, String> {
    let mut met = one(words, at, allowed)?;
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        met &= one(words, at, allowed)?;
    }
    Ok(met)
}

fn one(words: &[&str], at: &mut usize, allowed: &dyn Fn(&str) -> bool) -> Result<bool, String> {
    let word = *words.get(*at).ok_or("the expression ends too early")?;
    *at += 1;
    if word == "(" {
        let met = any(words, at, allowed)?;
        if words.get(*at) != Some(&")") {
            return Err("a bracket is not closed".to_owned());
        }
        *at += 1;
        return Ok(met);
    }
    if ["AND", "OR", "WITH", ")"].contains(&word) {
        return Err(format!("`{word}` where a licence should be"));
    }
    if words.get(*at) == Some(&"WITH") {
        let exception = words.get(*at + 1).ok_or("WITH without an exception")?;
        *at += 2;
        return Ok(allowed(&format!("{word} WITH {exception}")));
    }
    Ok(allowed(word))
}
