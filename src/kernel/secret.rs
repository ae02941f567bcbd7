//! Random bytes from the operating system, and texts that refuse to be printed.

use super::{Error, Result};

/// Random bytes from the operating system's generator.
///
/// # Errors
/// When the operating system has none to give; nothing secret may then be made.
pub fn random_bytes<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| Error::internal("system random generator", error))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Secret;

    #[test]
    fn a_secret_does_not_print_and_random_bytes_differ() {
        assert!(!format!("{:?}", Secret::from("hunter2")).contains("hunter2"));
        assert_ne!(random_bytes::<32>().unwrap(), random_bytes::<32>().unwrap());
    }
}
