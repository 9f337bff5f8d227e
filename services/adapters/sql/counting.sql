-- What stage 1 writes (count) and stage 2 reads (evaluate). Instants are microseconds since 1970 unless they are timestamptz.

create table progress (
    topic text not null,
    part integer not null,
    position bigint not null default 0,      -- next offset to read
    commits bigint not null default 0,       -- seq of the last delta
    compacted bigint not null default 0,     -- deltas up to this seq are in pane_row and pane_extent
    watermark bigint not null default -62135596800000000,
    owner uuid,
    epoch bigint not null default 0,
    backend_pid integer,
    cluster_id text,
    primary key (topic, part)
);

create table event (
    time timestamptz not null,
    source text not null,
    id text not null,
    type text not null,
    unit text not null,
    subject text not null,
    recorded timestamptz not null,
    receipt uuid,
    line integer,
    topic text not null,
    part integer not null,
    record_offset bigint not null,
    body bytea not null
);
select create_hypertable('event', 'time', chunk_time_interval => interval '30 days', create_default_indexes => false);

-- Identity of events, one generation for each month of processing; made by the counting worker as it needs them.
create table event_generation (
    name text primary key,                   -- event_key_202611
    made_at timestamptz not null default now()
);

create table case_state (
    kind text not null,                      -- dossier, or the short type name for one-fact cases
    unit text not null,                      -- as sent
    subject text not null,
    version integer not null,
    topic text not null,                     -- who folds it again when its hour comes
    part integer not null,
    ripe_at bigint,                          -- a fact in it begins to count only then
    life_from bigint,                        -- the days whose working hours matter to it
    life_to bigint,
    body bytea not null,                     -- its events and what it has contributed
    primary key (kind, unit, subject)
);
create index case_state_ripe on case_state (topic, part, ripe_at) where ripe_at is not null;

create table measure_key (
    id integer generated always as identity primary key,
    measure text not null,
    unit text not null,                      -- unit key, C:11953@2025-07-01
    dim text not null,
    member text not null,
    unique (measure, unit, dim, member)
);

create table pane_delta (
    topic text not null,
    part integer not null,
    seq bigint not null,
    at timestamptz not null default now(),
    body bytea not null,
    primary key (topic, part, seq)
);

create table pane_row (
    key integer not null,
    second bigint not null,
    value bigint not null,
    primary key (key, second)
);

create table pane_extent (
    key integer not null,
    begin_at bigint not null,
    end_at bigint not null,
    value bigint not null,
    count integer not null,
    primary key (key, begin_at, end_at, value)
);

create table figure (
    key integer not null,
    calendar text not null,
    period text not null,
    version bigint not null,
    body bytea,                              -- null: taken away
    primary key (key, calendar, period)
);

create table working_day (
    unit text not null,                      -- as sent: N:VN or P:33
    unit_key text not null,
    day date not null,
    working boolean not null,
    hours text[],
    primary key (unit, day)
);
create table reference_version (
    name text primary key,
    version bigint not null default 0
);
insert into reference_version (name) values ('working_day'), ('reference_list');

create table receipt (
    id uuid primary key,
    at timestamptz not null,
    source text,
    records integer not null default 0,
    accepted integer not null default 0,
    rejected integer not null default 0,
    counted integer not null default 0,
    duplicate integer not null default 0,
    waiting integer not null default 0,
    superseded integer not null default 0,
    late integer not null default 0,
    quarantined integer not null default 0
);
create table receipt_note (
    receipt uuid not null,
    line integer not null,
    state text not null,
    code text,
    pointer text,
    detail text,
    primary key (receipt, line, state)
);

create table dead_letter (
    topic text not null,
    part integer not null,
    record_offset bigint not null,
    at timestamptz not null default now(),
    reason text not null,
    pointer text not null,
    detail text not null,
    body bytea not null,
    primary key (topic, part, record_offset)
);

create table evaluator (
    shard integer primary key,               -- partition of ioc.indicators.v1
    epoch bigint not null default 0,
    owner uuid,
    applied bigint not null default 0,       -- sum of the seqs whose deltas are computed and published
    final_to bigint,
    relayed bigint not null default 0
);

create table observation (
    as_of timestamptz not null,
    id text not null,
    indicator text not null,
    unit text not null,
    dims text not null,
    "window" text not null,
    period text,
    value double precision,
    numerator double precision,
    denominator double precision,
    status text not null,
    level smallint,
    final boolean not null,
    revision integer not null,
    epoch bigint not null,
    rev bigint not null
);
select create_hypertable('observation', 'as_of', chunk_time_interval => interval '7 days', create_default_indexes => false);
create unique index observation_id on observation (id, as_of);
create index observation_unit on observation (indicator, unit, "window", as_of desc);
