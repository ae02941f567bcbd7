-- By which keys the log of another Cadastre is known: a trust policy (C2SP tlog-policy), given by a steward or kept at first use.
ALTER TABLE sources ADD COLUMN trust_policy TEXT;
-- The newest checkpoint of that log that was seen, as a signed note (C2SP tlog-checkpoint).
ALTER TABLE sources ADD COLUMN checkpoint TEXT;
