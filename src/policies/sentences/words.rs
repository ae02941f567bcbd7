//! The words of the vocabulary: actions, comparisons, groups.

use crate::i18n::{Key, key};
use crate::policies::model::{Action, LeftOperand, LogicalOperator, Operator};

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

/// What a left operand is about.
pub(super) fn subject(left: LeftOperand) -> Key {
    match left {
        LeftOperand::Count => key!("subject-count"),
        LeftOperand::DateTime => key!("subject-date-time"),
        LeftOperand::DelayPeriod => key!("subject-delay"),
        LeftOperand::DeliveryChannel => key!("subject-delivery-channel"),
        LeftOperand::ElapsedTime => key!("subject-elapsed-time"),
        LeftOperand::Event => key!("subject-event"),
        LeftOperand::FileFormat => key!("subject-file-format"),
        LeftOperand::Industry => key!("subject-industry"),
        LeftOperand::Language => key!("subject-language"),
        LeftOperand::Media => key!("subject-media"),
        LeftOperand::MeteredTime => key!("subject-metered-time"),
        LeftOperand::PayAmount => key!("subject-pay-amount"),
        LeftOperand::Percentage => key!("subject-percentage"),
        LeftOperand::Resolution => key!("subject-resolution"),
        LeftOperand::Product => key!("subject-product"),
        LeftOperand::Purpose => key!("subject-purpose"),
        LeftOperand::Recipient => key!("subject-recipient"),
        LeftOperand::Spatial => key!("subject-spatial"),
        LeftOperand::SystemDevice => key!("subject-system-device"),
        LeftOperand::TimeInterval => key!("subject-time-interval"),
        LeftOperand::UnitOfCount => key!("subject-unit-of-count"),
        LeftOperand::Version => key!("subject-version"),
        LeftOperand::VirtualLocation => key!("subject-virtual-location"),
        LeftOperand::SpaceMembership => key!("subject-space-membership"),
        LeftOperand::ProcessingLocation => key!("subject-processing-location"),
        LeftOperand::ProcessingEnvironment => key!("subject-processing-environment"),
        LeftOperand::GrantElapsed => key!("subject-grant-elapsed"),
        LeftOperand::EthicsApproval => key!("subject-ethics-approval"),
        LeftOperand::DuoPermission => key!("subject-duo-permission"),
        LeftOperand::DuoModifiers => key!("subject-duo-modifiers"),
        LeftOperand::Citation => key!("subject-citation"),
        LeftOperand::ModelAccess => key!("subject-model-access"),
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
