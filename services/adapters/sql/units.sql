-- Administrative units (domain.md E.2): the committed lists as tables, and boundaries that were imported.
-- Every statement may run again. Keys are text: "C:11953@2025-07-01"; periods are half-open [valid_from, valid_to).

create table if not exists admin_unit (
    unit_key      text primary key,
    level         char(1) not null check (level in ('N', 'P', 'D', 'C')),
    code          text    not null,
    valid_from    date    not null,
    valid_to      date    check (valid_to > valid_from),
    name_vi       text    not null,
    name_short_vi text    not null,
    type          text    not null,
    parent        text,
    lat           double precision,
    lon           double precision,
    unique (level, code, valid_from)
);
create index if not exists admin_unit_parent on admin_unit (parent);

-- A new name or type of a unit that stays the same unit.
create table if not exists admin_change (
    unit_key      text not null,
    effective_on  date not null,
    decree        text not null,
    kind          text not null,
    name_vi       text not null,
    name_short_vi text not null,
    type          text not null,
    primary key (unit_key, effective_on)
);

-- The weights of one predecessor sum to one.
create table if not exists admin_successor (
    pred       text             not null,
    succ       text             not null,
    weight     double precision not null check (weight > 0 and weight <= 1),
    method     text             not null,
    is_default boolean          not null,
    primary key (pred, succ)
);
create index if not exists admin_successor_succ on admin_successor (succ);

create table if not exists admin_alias (
    source_system text not null,
    source_code   text not null,
    unit_key      text not null,
    primary key (source_system, source_code)
);

-- GeoJSON geometry, WGS-84; no foreign key, because refreshing the lists replaces their rows.
create table if not exists unit_boundary (
    unit_key text primary key,
    geometry json not null
);
