//! Doubles of the outside world beside the mail sink.

pub(crate) mod smtp;
