//! A line of the log as one flat JSON object: what the spans around it know stands beside its own fields.

use serde_json::{Map, Value};
use std::fmt;
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime as _, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, FormattedFields};
use tracing_subscriber::registry::{LookupSpan, Scope};

/// For fields that are formatted as JSON. Whoever looks for `"delivery":17` finds every line about it, whatever span it
/// was written in. Where names meet, the event's own field counts, and then the innermost span's.
#[derive(Debug)]
pub(super) struct Flat;

impl<S, N> FormatEvent<S, N> for Flat
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let (mut now, mut own) = (String::new(), String::new());
        SystemTime.format_time(&mut Writer::new(&mut now))?;
        context.field_format().format_fields(Writer::new(&mut own), event)?;
        let mut own = fields(&own);
        let mut line = Map::new();
        line.insert("timestamp".to_owned(), now.into());
        line.insert("level".to_owned(), event.metadata().level().as_str().into());
        line.insert("message".to_owned(), own.remove("message").unwrap_or_default());
        for span in context.event_scope().into_iter().flat_map(Scope::from_root) {
            if let Some(known) = span.extensions().get::<FormattedFields<N>>() {
                line.extend(fields(&known.fields));
            }
        }
        line.extend(own);
        line.insert("target".to_owned(), event.metadata().target().into());
        writeln!(writer, "{}", Value::Object(line))
    }
}

fn fields(json: &str) -> Map<String, Value> {
    serde_json::from_str(json).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_line_knows_what_its_spans_know_and_its_own_word_counts() {
        let lines = Lines::default();
        let writer = {
            let lines = lines.clone();
            move || lines.clone()
        };
        let log = tracing_subscriber::fmt().json().event_format(Flat).with_writer(writer).finish();
        tracing::subscriber::with_default(log, || {
            let outer = tracing::info_span!("delivery", delivery = 17, attempt = 1).entered();
            let inner = tracing::info_span!("letter", letter = 4, attempt = 2, license = "an-id").entered();
            tracing::info!(provider = "smtp", license = "another", "letter \"sent\"");
            drop((inner, outer));
            tracing::info!("afterwards");
        });
        let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        assert!(text.contains(r#""delivery":17"#), "{text}");
        let mut told: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        for line in &mut told {
            line.as_object_mut().unwrap().remove("timestamp").unwrap();
        }
        let target = module_path!();
        let sent = serde_json::json!({"level": "INFO", "message": "letter \"sent\"", "delivery": 17, "attempt": 2,
            "letter": 4, "license": "another", "provider": "smtp", "target": target});
        let after = serde_json::json!({"level": "INFO", "message": "afterwards", "target": target});
        assert_eq!(told, [sent, after]);
    }
}
