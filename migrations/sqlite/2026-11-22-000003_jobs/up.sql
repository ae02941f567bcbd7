-- Background jobs: leased by one replica at a time, retried with growing pauses.
CREATE TABLE jobs (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    run_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    leased_until BIGINT,
    finished_at BIGINT,
    outcome TEXT
);
CREATE INDEX jobs_due ON jobs (finished_at, run_at);

-- Work that recurs: when each kind ran last, so that two replicas do not both run it.
CREATE TABLE schedules (
    kind TEXT NOT NULL PRIMARY KEY,
    last_run_at BIGINT NOT NULL
);
