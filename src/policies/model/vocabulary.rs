//! The closed registry of actions and operators. What is not listed here is refused.

use crate::kernel::text_enum;

text_enum! {
    /// What a rule is about: the actions of the ODRL vocabulary, our own (`cad:`), and the few of TDMRep
    /// (`tdm:`) and Creative Commons (`cc:`) that data policies use.
    pub enum Action {
        /// Any use.
        Use = "odrl:use",
        /// Passing on ownership.
        Transfer = "odrl:transfer",
        /// Accepting that use is tracked.
        AcceptTracking = "odrl:acceptTracking",
        /// Making one collection out of several assets.
        Aggregate = "odrl:aggregate",
        /// Adding notes.
        Annotate = "odrl:annotate",
        /// Making persons unrecognisable.
        Anonymize = "odrl:anonymize",
        /// Keeping for the long term.
        Archive = "odrl:archive",
        /// Naming the source.
        Attribute = "odrl:attribute",
        /// Paying or giving something in return.
        Compensate = "odrl:compensate",
        /// Using several copies at once.
        ConcurrentUse = "odrl:concurrentUse",
        /// Removing all copies.
        Delete = "odrl:delete",
        /// Making a new work out of it.
        Derive = "odrl:derive",
        /// Turning an analogue form into a digital one.
        Digitize = "odrl:digitize",
        /// Showing for people to see.
        Display = "odrl:display",
        /// Giving to third parties.
        Distribute = "odrl:distribute",
        /// Making sure that a rule applies to nobody else.
        EnsureExclusivity = "odrl:ensureExclusivity",
        /// Running as a program.
        Execute = "odrl:execute",
        /// Taking parts out.
        Extract = "odrl:extract",
        /// Passing on ownership without payment.
        Give = "odrl:give",
        /// Granting use to third parties.
        GrantUse = "odrl:grantUse",
        /// Including in another asset.
        Include = "odrl:include",
        /// Recording in an index.
        Index = "odrl:index",
        /// Telling someone that an action was done.
        Inform = "odrl:inform",
        /// Making ready to run.
        Install = "odrl:install",
        /// Changing in place.
        Modify = "odrl:modify",
        /// Moving from one place to another and deleting the source.
        Move = "odrl:move",
        /// Passing on a given policy to third parties.
        NextPolicy = "odrl:nextPolicy",
        /// Asking for approval before the use.
        ObtainConsent = "odrl:obtainConsent",
        /// Rendering sound or moving pictures.
        Play = "odrl:play",
        /// Performing in public.
        Present = "odrl:present",
        /// Putting on paper.
        Print = "odrl:print",
        /// Reading.
        Read = "odrl:read",
        /// Copying.
        Reproduce = "odrl:reproduce",
        /// Having the policy reviewed.
        ReviewPolicy = "odrl:reviewPolicy",
        /// Passing on ownership for payment.
        Sell = "odrl:sell",
        /// Delivering while it is used.
        Stream = "odrl:stream",
        /// Using in timed relation with something else.
        Synchronize = "odrl:synchronize",
        /// Having text read aloud.
        TextToSpeech = "odrl:textToSpeech",
        /// Converting to another format.
        Transform = "odrl:transform",
        /// Translating to another language.
        Translate = "odrl:translate",
        /// Removing an installation.
        Uninstall = "odrl:uninstall",
        /// Applying a watermark.
        Watermark = "odrl:watermark",
        /// Training a model.
        Train = "cad:train",
        /// Adapting a trained model.
        FineTune = "cad:fineTune",
        /// Measuring a model.
        Evaluate = "cad:evaluate",
        /// Giving the weights of a model that was trained on the data to third parties.
        DistributeModelWeights = "cad:distributeModelWeights",
        /// Fetching the bytes to a place outside a secure processing environment.
        Download = "cad:download",
        /// Text and data mining (TDMRep; Directive (EU) 2019/790, Article 2(2)).
        Mine = "tdm:mine",
        /// Commercial use, as Creative Commons means it.
        CommercialUse = "cc:CommercialUse",
    }
}

impl Action {
    /// The next wider action (`odrl:includedIn`); none for the two that ODRL Core starts from.
    #[must_use]
    pub fn included_in(self) -> Option<Self> {
        match self {
            Self::Use | Self::Transfer => None,
            Self::Give | Self::Sell => Some(Self::Transfer),
            Self::Display => Some(Self::Play),
            Self::Extract => Some(Self::Reproduce),
            Self::FineTune => Some(Self::Train),
            Self::Train | Self::Evaluate => Some(Self::Mine),
            _ => Some(Self::Use),
        }
    }

    /// Whether a rule on `wider` is also about this action.
    #[must_use]
    pub fn is_included_in(self, wider: Self) -> bool {
        std::iter::successors(Some(self), |action| action.included_in()).any(|action| action == wider)
    }
}

text_enum! {
    /// How the left side of a constraint relates to the right side (ODRL 2.2).
    pub enum Operator {
        /// Equals.
        Eq = "eq",
        /// Does not equal.
        Neq = "neq",
        /// Greater or later.
        Gt = "gt",
        /// Greater or later, or equal.
        Gteq = "gteq",
        /// Less or earlier.
        Lt = "lt",
        /// Less or earlier, or equal.
        Lteq = "lteq",
        /// Is an instance of.
        IsA = "isA",
        /// Contains the right side.
        HasPart = "hasPart",
        /// Is contained by the right side.
        IsPartOf = "isPartOf",
        /// Is all of the listed values.
        IsAllOf = "isAllOf",
        /// Is at least one of the listed values.
        IsAnyOf = "isAnyOf",
        /// Is none of the listed values.
        IsNoneOf = "isNoneOf",
    }
}

impl Operator {
    /// Whether the right side is a list of values; else it is exactly one.
    #[must_use]
    pub fn takes_list(self) -> bool {
        matches!(self, Self::HasPart | Self::IsPartOf | Self::IsAllOf | Self::IsAnyOf | Self::IsNoneOf)
    }
}

text_enum! {
    /// How several constraints make one (ODRL 2.2, Logical Constraint).
    pub enum LogicalOperator {
        /// All of them hold.
        And = "and",
        /// At least one holds.
        Or = "or",
        /// Exactly one holds.
        Xone = "xone",
        /// All of them hold, in this order.
        AndSequence = "andSequence",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_is_included_in_use_or_transfer() {
        for action in Action::ALL {
            let roots = [Action::Use, Action::Transfer].map(|root| action.is_included_in(root));
            assert_eq!(roots.into_iter().filter(|in_root| *in_root).count(), 1, "{action}");
        }
    }

    #[test]
    fn fine_tuning_is_training_is_mining_is_use_and_not_the_other_way_round() {
        let chain = [Action::FineTune, Action::Train, Action::Mine, Action::Use];
        for (i, narrow) in chain.iter().enumerate() {
            for (j, wide) in chain.iter().enumerate() {
                assert_eq!(narrow.is_included_in(*wide), i <= j);
            }
        }
    }
}
