//! Small bridges over what diesel's enum of two backends does not offer by itself.

use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::{QueryResult, RunQueryDsl, Selectable};

use super::conn::{Conn, MultiBackend};

/// The columns of a row type, for `.returning(cols::<Row>())`: `as_returning()` does not compile on the enum.
#[must_use]
pub fn cols<T: Selectable<MultiBackend>>() -> T::SelectExpression {
    T::construct_selection()
}

/// `INSERT … ON CONFLICT DO NOTHING`, whose grammar both databases share.
#[derive(Debug, Clone, Copy)]
pub struct OrIgnore<Q>(Q);

impl<Q: QueryFragment<MultiBackend>> QueryFragment<MultiBackend> for OrIgnore<Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, MultiBackend>) -> QueryResult<()> {
        self.0.walk_ast(out.reborrow())?;
        out.push_sql(" ON CONFLICT DO NOTHING");
        Ok(())
    }
}

impl<Q> QueryId for OrIgnore<Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q> RunQueryDsl<Conn> for OrIgnore<Q> {}

/// Gives every insert statement `.or_ignore()`.
pub trait OrIgnoreDsl: Sized {
    /// Leaves rows that are already there as they are.
    fn or_ignore(self) -> OrIgnore<Self> {
        OrIgnore(self)
    }
}

impl<T, U, Op, Ret> OrIgnoreDsl for diesel::query_builder::InsertStatement<T, U, Op, Ret> where
    T: diesel::QuerySource
{
}

/// Runs the same expression on whichever connection it is: batch inserts exist per backend only.
macro_rules! each_backend {
    ($conn:expr, $inner:ident => $run:expr) => {
        match $conn {
            $crate::db::Conn::Sqlite($inner) => $run,
            $crate::db::Conn::Postgres($inner) => $run,
        }
    };
}

pub(crate) use each_backend;
