//! How the house's words stand in columns: ids, slugs and closed enums as text, digests as 32 bytes, instants as
//! milliseconds. One implementation serves both databases.

/// Lets a type with `as_str()` and `FromStr` stand in a text column.
macro_rules! text_column {
    ($($type:ty),+ $(,)?) => {$(
        $crate::db::column_expression!($type, diesel::sql_types::Text);

        impl<DB> diesel::serialize::ToSql<diesel::sql_types::Text, DB> for $type
        where
            DB: diesel::backend::Backend,
            str: diesel::serialize::ToSql<diesel::sql_types::Text, DB>,
        {
            fn to_sql<'b>(&'b self, out: &mut diesel::serialize::Output<'b, '_, DB>) -> diesel::serialize::Result {
                diesel::serialize::ToSql::<diesel::sql_types::Text, DB>::to_sql(self.as_str(), out)
            }
        }

        impl<DB> diesel::deserialize::FromSql<diesel::sql_types::Text, DB> for $type
        where
            DB: diesel::backend::Backend,
            String: diesel::deserialize::FromSql<diesel::sql_types::Text, DB>,
        {
            fn from_sql(bytes: DB::RawValue<'_>) -> diesel::deserialize::Result<Self> {
                let text = <String as diesel::deserialize::FromSql<diesel::sql_types::Text, DB>>::from_sql(bytes)?;
                Ok(text.parse::<$type>()?)
            }
        }
    )+};
}

/// The part of a column type that diesel's derives would write, for types that must not know diesel.
macro_rules! column_expression {
    ($type:ty, $sql:ty) => {
        impl<DB, ST> diesel::deserialize::Queryable<ST, DB> for $type
        where
            DB: diesel::backend::Backend,
            ST: diesel::sql_types::SingleValue,
            Self: diesel::deserialize::FromSql<ST, DB>,
        {
            type Row = Self;

            fn build(row: Self) -> diesel::deserialize::Result<Self> {
                Ok(row)
            }
        }

        $crate::db::column_expression!(@bound $type, $sql, $type);
        $crate::db::column_expression!(@bound $type, $sql, &$type);
        $crate::db::column_expression!(@bound $type, $sql, &&$type);

        impl<DB> diesel::serialize::ToSql<diesel::sql_types::Nullable<$sql>, DB> for $type
        where
            DB: diesel::backend::Backend,
            Self: diesel::serialize::ToSql<$sql, DB>,
        {
            fn to_sql<'b>(&'b self, out: &mut diesel::serialize::Output<'b, '_, DB>) -> diesel::serialize::Result {
                diesel::serialize::ToSql::<$sql, DB>::to_sql(self, out)
            }
        }
    };
    (@bound $type:ty, $sql:ty, $self:ty) => {
        impl diesel::expression::AsExpression<$sql> for $self {
            type Expression = diesel::internal::derives::as_expression::Bound<$sql, Self>;

            fn as_expression(self) -> Self::Expression {
                diesel::internal::derives::as_expression::Bound::new(self)
            }
        }

        impl diesel::expression::AsExpression<diesel::sql_types::Nullable<$sql>> for $self {
            type Expression = diesel::internal::derives::as_expression::Bound<diesel::sql_types::Nullable<$sql>, Self>;

            fn as_expression(self) -> Self::Expression {
                diesel::internal::derives::as_expression::Bound::new(self)
            }
        }
    };
}

pub(crate) use {column_expression, text_column};

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql};
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::{BigInt, Binary};

use crate::kernel::{
    DatasetId, DeliveryId, Digest, GrantId, OrganisationId, PersonId, ReplicaId, RequestId, RunId, SessionId,
    Slug, SourceId, Timestamp, TokenId, VersionId,
};

text_column!(
    DatasetId,
    DeliveryId,
    GrantId,
    ReplicaId,
    OrganisationId,
    PersonId,
    RequestId,
    RunId,
    SessionId,
    SourceId,
    TokenId,
    VersionId,
    Slug
);

column_expression!(Timestamp, BigInt);

impl<DB: Backend> ToSql<BigInt, DB> for Timestamp
where
    i64: ToSql<BigInt, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        ToSql::<BigInt, DB>::to_sql(self.as_ref(), out)
    }
}

impl<DB: Backend> FromSql<BigInt, DB> for Timestamp
where
    i64: FromSql<BigInt, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        Ok(Self::from_millis(i64::from_sql(bytes)?))
    }
}

column_expression!(Digest, Binary);

impl<DB: Backend> ToSql<Binary, DB> for Digest
where
    [u8]: ToSql<Binary, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        ToSql::<Binary, DB>::to_sql(self.as_bytes().as_slice(), out)
    }
}

impl<DB: Backend> FromSql<Binary, DB> for Digest
where
    Vec<u8>: FromSql<Binary, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        let bytes: Vec<u8> = FromSql::<Binary, DB>::from_sql(bytes)?;
        let bytes = <[u8; 32]>::try_from(bytes).map_err(|_| "a digest column does not hold 32 bytes")?;
        Ok(Self::from_bytes(bytes))
    }
}
