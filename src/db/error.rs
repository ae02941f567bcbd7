//! What diesel reports, in the words of the house.

use diesel::result::{DatabaseErrorKind, Error as DieselError};

use crate::kernel::Error;

impl From<DieselError> for Error {
    fn from(error: DieselError) -> Self {
        match &error {
            // Stores look before they insert, inside the ordered writer; what arrives here is the backstop.
            DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _) => {
                Self::conflict("already_exists", "something with this name is already there")
                    .caused_by("insert", error)
            }
            DieselError::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _) => Self::conflict(
                "in_use",
                "something else refers to this, or it refers to something that is gone",
            )
            .caused_by("write", error),
            DieselError::DatabaseError(
                DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand,
                _,
            ) => Self::unavailable("database_unavailable", "the database cannot be reached; try again")
                .caused_by("query", error),
            _ => Self::internal("query", error),
        }
    }
}
