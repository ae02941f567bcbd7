//! One way to write a closed list of controlled values: an enum whose terms are stated word for word as the
//! API, the databases and the renderings carry them.

/// Defines an enum of controlled values, each with its exact term.
///
/// The term is taken as a token: utoipa does not see through a `literal` fragment and would name the variant.
macro_rules! vocabulary {
    ($(#[$doc:meta])* $name:ident { $($(#[$term_doc:meta])* $variant:ident = $term:tt),+ $(,)? }) => {
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord,
            serde::Serialize, serde::Deserialize, utoipa::ToSchema,
        )]
        $(#[$doc])*
        pub enum $name {
            $($(#[$term_doc])* #[serde(rename = $term)] $variant,)+
        }

        impl $name {
            /// All values, in the order of the list.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The term, as it stands in JSON.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $term,)+
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = crate::kernel::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::ALL.iter().copied().find(|value| value.as_str() == text).ok_or_else(|| {
                    let terms = [$($term),+].join(", ");
                    Self::Err::invalid("", "vocabulary", format!("must be one of {terms}"))
                })
            }
        }
    };
}

pub(super) use vocabulary;
