//! DataCite: what is mandatory is always there.
