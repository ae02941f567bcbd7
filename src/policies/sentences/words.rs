//! The words of the vocabulary: actions, comparisons, groups.

use crate::i18n::{Key, key};
use crate::policies::model::{Action, LogicalOperator, Operator};

/// What follows "the data user may".
pub(super) fn action(action: Action) -> Key {
    match action {
        Action::Use => key!("action-use"),
        Action::Transfer => key!("action-transfer"),
        Action::AcceptTracking => key!("action-accept-tracking"),
        Action::Aggregate => key!("action-aggregate"),
        Action::Annotate => key!("action-annotate"),
        Action::Anonymize => key!("action-anonymize"),
        Action::Archive => key!("action-archive"),
        Action::Attribute => key!("action-attribute"),
        Action::Compensate => key!("action-compensate"),
        Action::ConcurrentUse => key!("action-concurrent-use"),
        Action::Delete => key!("action-delete"),
        Action::Derive => key!("action-derive"),
        Action::Digitize => key!("action-digitize"),
        Action::Display => key!("action-display"),
        Action::Distribute => key!("action-distribute"),
        Action::EnsureExclusivity => key!("action-ensure-exclusivity"),
        Action::Execute => key!("action-execute"),
        Action::Extract => key!("action-extract"),
        Action::Give => key!("action-give"),
        Action::GrantUse => key!("action-grant-use"),
        Action::Include => key!("action-include"),
        Action::Index => key!("action-index"),
        Action::Inform => key!("action-inform"),
        Action::Install => key!("action-install"),
        Action::Modify => key!("action-modify"),
        Action::Move => key!("action-move"),
        Action::NextPolicy => key!("action-next-policy"),
        Action::ObtainConsent => key!("action-obtain-consent"),
        Action::Play => key!("action-play"),
        Action::Present => key!("action-present"),
        Action::Print => key!("action-print"),
        Action::Read => key!("action-read"),
        Action::Reproduce => key!("action-reproduce"),
        Action::ReviewPolicy => key!("action-review-policy"),
        Action::Sell => key!("action-sell"),
        Action::Stream => key!("action-stream"),
        Action::Synchronize => key!("action-synchronize"),
        Action::TextToSpeech => key!("action-text-to-speech"),
        Action::Transform => key!("action-transform"),
        Action::Translate => key!("action-translate"),
        Action::Uninstall => key!("action-uninstall"),
        Action::Watermark => key!("action-watermark"),
        Action::Train => key!("action-train"),
        Action::FineTune => key!("action-fine-tune"),
        Action::Evaluate => key!("action-evaluate"),
        Action::DistributeModelWeights => key!("action-distribute-model-weights"),
        Action::Download => key!("action-download"),
        Action::Mine => key!("action-mine"),
        Action::CommercialUse => key!("action-commercial-use"),
    }
}

/// What a group of conditions comes to.
pub(super) fn group(operator: LogicalOperator) -> Key {
    match operator {
        LogicalOperator::And => key!("group-and"),
        LogicalOperator::Or => key!("group-or"),
        LogicalOperator::Xone => key!("group-xone"),
        LogicalOperator::AndSequence => key!("group-and-sequence"),
    }
}

/// The words of an order relation: for measures, for moments, and for events. `None` for the operators that
/// compare with a set.
pub(super) fn order(operator: Operator) -> Option<[Key; 3]> {
    match operator {
        Operator::Eq => Some([key!("compare-eq"), key!("moment-eq"), key!("event-eq")]),
        Operator::Neq => Some([key!("compare-neq"), key!("moment-neq"), key!("event-neq")]),
        Operator::Lt => Some([key!("compare-lt"), key!("moment-lt"), key!("event-lt")]),
        Operator::Lteq => Some([key!("compare-lteq"), key!("moment-lteq"), key!("event-lteq")]),
        Operator::Gt => Some([key!("compare-gt"), key!("moment-gt"), key!("event-gt")]),
        Operator::Gteq => Some([key!("compare-gteq"), key!("moment-gteq"), key!("event-gteq")]),
        Operator::IsA
        | Operator::HasPart
        | Operator::IsPartOf
        | Operator::IsAllOf
        | Operator::IsAnyOf
        | Operator::IsNoneOf => None,
    }
}
