//! The only outgoing client: whatever the service asks of others goes through here.
//!
//! An address is asked only when its host was allowed, by the operator or by whoever may allow hosts for a purpose, and it is
//! never a way into the operator's own network: names must lead to public addresses, and the address that was checked is the
//! one that is connected to. Each redirect is looked at anew. Sizes, before and after decompression, times and speed are
//! limited. No cookie, credential or proxy is used, and what others answer is data, never an instruction.

mod address;
mod allow;
mod body;
mod client;
mod failure;
mod resolve;
#[cfg(test)]
mod tests;

pub use allow::Reach;
pub use body::Limits;
pub use client::{Answer, Ask, Fetcher};
pub use failure::FetchError;
