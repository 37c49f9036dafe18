//! What many reasons have in common, for counting them.

/// Names the file that was read, which is the same for all rows.
const READ_FROM: &str = " (read from ";
/// What it names is a product, and each has to be mended by itself.
const UNMAPPED: &str = "no entry in ";
/// Words of so many letters and digits are names of single things.
const SHORTEST_ID: usize = 12;
/// Longer numbers count or name something; a shorter one may be a code.
const LONGEST_CODE: usize = 4;

/// The reason without what differs from row to row: ids, addresses and numbers.
pub(crate) fn common(reason: &str) -> String {
    let reason = reason.split_once(READ_FROM).map_or(reason, |(before, _)| before);
    if reason.starts_with(UNMAPPED) {
        return reason.to_owned();
    }
    let words: Vec<String> = reason.split(' ').map(common_word).collect();
    words.join(" ")
}

/// Signs around a word stay where they are.
fn common_word(word: &str) -> String {
    let is_sign = |character: char| !character.is_alphanumeric() && !matches!(character, '=' | '-' | '_');
    let bare = word.trim_matches(is_sign);
    match placeholder(bare) {
        Some(placeholder) => word.replacen(bare, placeholder, 1),
        None => word.to_owned(),
    }
}

fn placeholder(word: &str) -> Option<&'static str> {
    let is_of_id = |character: char| {
        character.is_ascii_alphanumeric() || matches!(character, '=' | '-' | '_' | '+' | '/')
    };
    let has = |kind: fn(&char) -> bool| word.chars().any(|character| kind(&character));
    if word.contains('@') {
        Some("ADDRESS")
    } else if word.len() > LONGEST_CODE && word.bytes().all(|byte| byte.is_ascii_digit()) {
        Some("N")
    } else if word.chars().all(is_of_id)
        && (word.ends_with("==")
            || word.len() >= SHORTEST_ID && has(char::is_ascii_digit) && has(char::is_ascii_alphabetic))
    {
        Some("ID")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::common;

    #[test]
    fn products_differ_and_the_file_does_not() {
        let reason =
            "no entry in config/products.yaml: gumroad/pro-2026 (read from /etc/mintmark/products.yaml)";
        assert_eq!(common(reason), "no entry in config/products.yaml: gumroad/pro-2026");
    }

    #[test]
    fn ids_addresses_and_long_numbers_are_alike() {
        for (reason, told) in [
            ("email error: 406 inactive: ada@example.com", "email error: 406 inactive: ADDRESS"),
            ("another order holds '0LbgWblyZZWtBbXQZCMjoA=='.", "another order holds 'ID'."),
            ("request 3f1c2a34-9b7e-4a53-a8f1-2f0c6e7d8a90 failed", "request ID failed"),
            ("given up after 123456 ms, error 4211", "given up after N ms, error 4211"),
            ("missing field: email", "missing field: email"),
            ("config/products.yaml: expires: subscription", "config/products.yaml: expires: subscription"),
        ] {
            assert_eq!(common(reason), told);
        }
    }
}
