//! A body as a person can read it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mintmark_fulfillment::printable;
use serde_json::{Map, Value};
use url::form_urlencoded;

/// More is rarely read, and `--json` has it all.
const MOST_SHOWN: usize = 4096;
const MOST_FIELDS: usize = 200;

/// A body with the content type that it came with.
#[derive(Debug)]
pub(super) struct Body<'a> {
    bytes: Vec<u8>,
    content_type: Option<&'a str>,
}

impl<'a> Body<'a> {
    pub(super) fn new(base64: &str, content_type: Option<&'a str>) -> Self {
        Self { bytes: STANDARD.decode(base64).expect("bodies are printed in base64"), content_type }
    }

    pub(super) fn size(&self) -> usize {
        self.bytes.len()
    }

    /// What it says field by field, in the order it came; `None` if it is neither JSON nor a form.
    pub(super) fn fields(&self) -> Option<Vec<(String, String)>> {
        let mut fields = match serde_json::from_slice::<Map<String, Value>>(&self.bytes) {
            Ok(object) => object.iter().map(|(name, value)| (name.clone(), plain(value))).collect(),
            Err(_) if self.is_form() => form(&self.bytes),
            Err(_) => return None,
        };
        let rest = fields.len().saturating_sub(MOST_FIELDS);
        fields.truncate(MOST_FIELDS);
        if rest > 0 {
            fields.push(("…".to_owned(), format!("{rest} more fields: show --json has them")));
        }
        Some(fields)
    }

    /// As it came, safe to print, and as much as fits a screen.
    pub(super) fn raw(&self) -> String {
        let beginning = &self.bytes[..self.bytes.len().min(MOST_SHOWN)];
        let mut text: String = beginning.utf8_chunks().map(chunk).collect();
        if self.bytes.len() > MOST_SHOWN {
            let rest = self.bytes.len() - MOST_SHOWN;
            text.push_str(&format!("\n({rest} more bytes: show --json has them)"));
        }
        text
    }

    fn is_form(&self) -> bool {
        let is_declared = self.content_type.is_some_and(|told| told.contains("form-urlencoded"));
        is_declared && self.bytes.contains(&b'=')
    }
}

pub(super) fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn form(bytes: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(bytes).into_owned().collect()
}

/// Lines stay lines; what is no text is shown as its bytes.
fn chunk(chunk: std::str::Utf8Chunk<'_>) -> String {
    let lines: Vec<String> =
        chunk.valid().split('\n').map(|line| printable(line.trim_end_matches('\r'))).collect();
    let rest: String = chunk.invalid().iter().map(|byte| format!("\\x{byte:02x}")).collect();
    lines.join("\n") + &rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(bytes: &[u8], content_type: Option<&'static str>) -> Body<'static> {
        Body::new(&STANDARD.encode(bytes), content_type)
    }

    fn fields(bytes: &[u8], content_type: Option<&'static str>) -> Option<Vec<String>> {
        let fields = body(bytes, content_type).fields()?;
        Some(fields.into_iter().map(|(name, value)| format!("{name}: {value}")).collect())
    }

    #[test]
    fn a_form_is_decoded_field_by_field_in_the_order_it_came() {
        let form = Some("application/x-www-form-urlencoded");
        let decoded = fields(b"b=1+2&a=%40&b=%ff&custom%5BKey%5D=", form).unwrap();
        assert_eq!(decoded, ["b: 1 2", "a: @", "b: \u{fffd}", "custom[Key]: "]);
        assert_eq!(fields(b"this is no form", form), None);
    }

    #[test]
    fn json_is_decoded_whatever_it_is_called() {
        let decoded = fields(br#"{"sale_id":"S1","price":1000,"variants":{"Tier":"Pro"}}"#, None).unwrap();
        assert_eq!(decoded, ["sale_id: S1", "price: 1000", r#"variants: {"Tier":"Pro"}"#]);
        assert_eq!(fields(b"[1]", Some("application/json")), None);
    }

    #[test]
    fn what_is_no_text_is_shown_as_its_bytes() {
        let body = body(b"a=1\r\nb=\xff\x1b[2J", None);
        assert_eq!((body.size(), body.raw().as_str()), (12, "a=1\nb=\\xff\\u{1b}[2J"));
    }

    #[test]
    fn a_long_body_is_cut_and_says_so() {
        let body = body(&vec![b'a'; MOST_SHOWN + 7], None);
        assert_eq!(body.size(), MOST_SHOWN + 7);
        assert!(body.raw().ends_with("a\n(7 more bytes: show --json has them)"));
    }
}
