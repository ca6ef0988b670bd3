//! Display names of language models: Ollama's ids ("llama3.2:3b") are for the settings and the log.

/// Family and size: "Llama 3.2" and "3B" for "llama3.2:3b".
fn parts(id: &str) -> (String, String) {
    // The part before the last slash is the owner.
    let name = id.rsplit('/').next().unwrap_or(id);
    let (family, tag) = name.split_once(':').unwrap_or((name, ""));
    let letters: String = family.chars().take_while(|c| c.is_alphabetic()).collect();
    let rest = &family[letters.len()..];
    // Separate a version from the name; other names stay as they are.
    let apart = if rest.starts_with(|c: char| c.is_ascii_digit()) && letters.len() > 1 { " " } else { "" };
    let tag = match tag.strip_suffix(['b', 'B']) {
        Some(size) if size.parse::<f32>().is_ok() => format!("{size}B"),
        _ => tag.to_owned(),
    };
    let mut first = letters.chars();
    let name: String = first.next().into_iter().flat_map(char::to_uppercase).chain(first).collect();
    (format!("{name}{apart}{rest}"), if tag == "latest" { String::new() } else { tag })
}

/// "Llama 3.2" for "llama3.2:3b".
pub fn plain_name(id: &str) -> String {
    parts(id).0
}

/// The same among others: models of one family are distinguished by size, "Llama 3.2 (3B)".
pub fn plain_name_among(id: &str, all: &[String]) -> String {
    let (family, tag) = parts(id);
    let twins = all.iter().any(|other| other != id && parts(other).0 == family);
    if twins && !tag.is_empty() { format!("{family} ({tag})") } else { family }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn id_becomes_a_name_and_duplicates_are_distinguished() {
        for (id, name) in [
            ("llama3.2:3b", "Llama 3.2"),
            ("qwen2.5:3b-instruct", "Qwen 2.5"),
            ("mistral:latest", "Mistral"),
            ("gpt-oss:20b", "Gpt-oss"),
            ("hf.co/someone/Phi-3-mini:Q4", "Phi-3-mini"),
            ("", ""),
        ] {
            assert_eq!(plain_name(id), name, "{id}");
        }
        let all = ["llama3.2:3b", "llama3.2:1b", "mistral:latest", "mistral:7b"].map(str::to_owned);
        let names: Vec<String> = all.iter().map(|id| plain_name_among(id, &all)).collect();
        assert_eq!(names, ["Llama 3.2 (3B)", "Llama 3.2 (1B)", "Mistral", "Mistral (7B)"]);
    }
}
