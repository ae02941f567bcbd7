//! Who decides a line of a policy: said of every line, so that nobody takes a promise for a lock.

use crate::kernel::text_enum;

text_enum! {
    /// Who decides a line of a policy.
    pub enum Label {
        /// The register, by itself, at every call.
        MachineDecided = "machine_decided",
        /// The applicant states it, and a reviewer confirms it.
        Attested = "attested",
        /// It is to be done, before the use or after it; that it was done is confirmed by people.
        Duty = "duty",
        /// The law and the agreement hold the holder to it; nothing here can check it.
        LegalText = "legal_text",
    }
}

impl Label {
    /// The label of a line that rests on two: that of the one which is further from the register's own knowledge.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        self.max(other)
    }
}
