//! Whole numbers in JSON, however they are written: `5` and `5.0` are the same number to JSON Schema, and so to
//! the contract and to every client that reads it.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserializer, Error, Unexpected, Visitor};

/// The greatest whole number that a double carries exactly.
const EXACT: f64 = 9_007_199_254_740_991.0;

struct Whole<T>(PhantomData<T>);

impl<T: TryFrom<i128>> Visitor<'_> for Whole<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number within the bounds of the contract")
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<T, E> {
        T::try_from(i128::from(number)).map_err(|_| E::invalid_value(Unexpected::Unsigned(number), &self))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<T, E> {
        T::try_from(i128::from(number)).map_err(|_| E::invalid_value(Unexpected::Signed(number), &self))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<T, E> {
        let wrong = || E::invalid_value(Unexpected::Float(number), &"a whole number");
        if number.fract() != 0.0 || number.abs() > EXACT {
            return Err(wrong());
        }
        T::try_from(number as i128).map_err(|_| wrong())
    }
}

/// Reads a whole number, for `#[serde(deserialize_with)]`.
///
/// # Errors
/// When it is no number, has a fraction, or does not fit.
pub fn whole<'de, D: Deserializer<'de>, T: TryFrom<i128>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_any(Whole(PhantomData))
}

/// As [`whole`], for a number that may be left out or null.
///
/// # Errors
/// As [`whole`].
pub fn whole_option<'de, D: Deserializer<'de>, T: TryFrom<i128>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    struct Maybe<T>(PhantomData<T>);

    impl<'de, T: TryFrom<i128>> Visitor<'de> for Maybe<T> {
        type Value = Option<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a whole number or null")
        }

        fn visit_none<E: Error>(self) -> Result<Option<T>, E> {
            Ok(None)
        }

        fn visit_unit<E: Error>(self) -> Result<Option<T>, E> {
            Ok(None)
        }

        fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
            whole(deserializer).map(Some)
        }
    }

    deserializer.deserialize_option(Maybe(PhantomData))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Numbers {
        #[serde(deserialize_with = "whole")]
        one: u32,
        #[serde(default, deserialize_with = "whole_option")]
        other: Option<i64>,
    }

    #[test]
    fn whole_numbers_are_read_however_they_are_written() {
        for (json, one, other) in [
            (r#"{"one": 5}"#, 5, None),
            (r#"{"one": 5.0, "other": null}"#, 5, None),
            (r#"{"one": 5e2, "other": -7.0}"#, 500, Some(-7)),
        ] {
            assert_eq!(serde_json::from_str::<Numbers>(json).unwrap(), Numbers { one, other }, "{json}");
        }
        for bad in
            [r#"{"one": 5.5}"#, r#"{"one": -1}"#, r#"{"one": 1e30}"#, r#"{"one": "5"}"#, r#"{"one": null}"#]
        {
            assert!(serde_json::from_str::<Numbers>(bad).is_err(), "{bad}");
        }
    }
}
