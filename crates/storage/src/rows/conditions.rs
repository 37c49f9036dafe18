//! Conditions on rows that take more than a comparison.

use crate::schema::{conclusions, letters, licenses};
use diesel::sql_types::{Nullable, Text};
use diesel::{CombineDsl, ExpressionMethods, NullableExpressionMethods, QueryDsl};

/// Sets the errors of letters off from others.
pub(super) const LETTER_ERROR: &str = "email error: ";
/// Takes the meaning from the signs of a pattern.
pub(crate) const ESCAPE: char = '\\';

diesel::define_sql_function! {
    /// SQLite knows the letters of ASCII alone.
    fn lower(text: Nullable<Text>) -> Nullable<Text>;
}

diesel::alias! {
    letters as unsent: UnsentLetters,
    conclusions as attempted: AttemptedConclusions,
    licenses as granted: GrantedLicenses,
}

/// Two sets, each from an index of its own: an "or" of both conditions would look at every delivery.
#[diesel::dsl::auto_type(no_type_alias)]
pub(super) fn failed() -> _ {
    let by_itself = attempted
        .filter(attempted.field(conclusions::error).is_not_null())
        .select(attempted.field(conclusions::delivery_id));
    let letters_that_failed = unsent
        .filter(unsent.field(letters::error).is_not_null())
        .filter(unsent.field(letters::replaced).eq(false))
        .select(unsent.field(letters::license_number).nullable());
    let by_its_letter = attempted
        .filter(attempted.field(conclusions::license_number).eq_any(letters_that_failed))
        .select(attempted.field(conclusions::delivery_id));
    by_itself.union(by_its_letter)
}

/// Two places to look: what a license says is not written twice.
#[diesel::dsl::auto_type(no_type_alias)]
pub(super) fn of_product(stated: String, licensed: String) -> _ {
    let licensed = granted
        .filter(granted.field(licenses::product_id).eq(licensed))
        .select(granted.field(licenses::number).nullable());
    let by_license = attempted
        .filter(attempted.field(conclusions::license_number).eq_any(licensed))
        .select(attempted.field(conclusions::delivery_id));
    let by_itself = attempted
        .filter(attempted.field(conclusions::product_id).eq(stated))
        .select(attempted.field(conclusions::delivery_id));
    by_itself.union(by_license)
}

/// As above; a license has the address as the store wrote it.
#[diesel::dsl::auto_type(no_type_alias)]
pub(super) fn of_buyer(stated: String, licensed: Vec<String>) -> _ {
    let licensed = granted
        .filter(granted.field(licenses::email).eq_any(licensed))
        .select(granted.field(licenses::number).nullable());
    let by_license = attempted
        .filter(attempted.field(conclusions::license_number).eq_any(licensed))
        .select(attempted.field(conclusions::delivery_id));
    let by_itself = attempted
        .filter(attempted.field(conclusions::email).eq(stated))
        .select(attempted.field(conclusions::delivery_id));
    by_itself.union(by_license)
}

/// What a letter's error has to contain for its row to contain this.
pub(super) fn own_words(text: &str) -> &str {
    if LETTER_ERROR.contains(text) { "" } else { text.strip_prefix(LETTER_ERROR).unwrap_or(text) }
}

/// A pattern for texts that contain this one.
pub(crate) fn containing(text: &str) -> String {
    let escaped = text.chars().flat_map(|character| {
        let escape = matches!(character, '%' | '_' | ESCAPE).then_some(ESCAPE);
        escape.into_iter().chain([character])
    });
    ["%".to_owned(), escaped.collect(), "%".to_owned()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signs_of_a_pattern_mean_themselves() {
        assert_eq!(containing(r"100%_\"), r"%100\%\_\\%");
    }

    #[test]
    fn the_words_before_a_letters_error_are_found_too() {
        assert_eq!(["email error: 406", "email", "406"].map(own_words), ["406", "", "406"]);
    }
}
