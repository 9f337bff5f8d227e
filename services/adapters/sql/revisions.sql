-- Numbered revisions of closed periods of what is counted (clause 7.2.3), and which periods were closed in all cells.
-- Kept for ever (clause 13.1.2): one row for each value that a period has had since it was final.
create table period_revision (
    id text not null,                        -- of the observation, with its period
    revision integer not null,               -- 1 is the first final value
    as_of timestamptz not null,
    key text not null,                       -- the id without its period
    value double precision,
    numerator double precision,
    denominator double precision,
    null_reason text,
    formula_version integer not null,
    epoch bigint not null,
    primary key (id, revision)
);
create index period_revision_key on period_revision (key, as_of desc) where revision > 1;
create index period_revision_period on period_revision (split_part(id, '|', 1), split_part(id, '|', -1));

-- A cell without a row had counted nothing when its period was closed.
create table period_close (
    formula text not null,
    "window" text not null,                  -- as ids write it: month, month~admin
    period text not null,
    province text not null,                  -- code; VN: the country
    as_of timestamptz not null,
    primary key (formula, "window", period, province)
);
alter table evaluator add column since timestamptz not null default now();
