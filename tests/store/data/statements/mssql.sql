-- the tables
CREATE TABLE ehcp_counter (
    one INTEGER NOT NULL,
    last BIGINT NOT NULL,
    PRIMARY KEY (one)
);

CREATE TABLE ehcp_erased (
    case_id NVARCHAR(400) COLLATE Latin1_General_100_BIN2 NOT NULL,
    authority NVARCHAR(6) COLLATE Latin1_General_100_BIN2 NOT NULL,
    version INTEGER NOT NULL,
    hash NVARCHAR(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
    trail NVARCHAR(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
    positions NVARCHAR(max) COLLATE Latin1_General_100_BIN2 NOT NULL,
    erased_at DATETIME2(6) NOT NULL,
    erased_by NVARCHAR(max) COLLATE Latin1_General_100_BIN2 NOT NULL,
    reason NVARCHAR(max) COLLATE Latin1_General_100_BIN2 NOT NULL,
    seal NVARCHAR(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
    PRIMARY KEY (case_id)
);

CREATE TABLE ehcp_facts (
    case_id NVARCHAR(400) COLLATE Latin1_General_100_BIN2 NOT NULL,
    version INTEGER NOT NULL,
    [schema] INTEGER NOT NULL,
    event NVARCHAR(200) COLLATE Latin1_General_100_BIN2 NOT NULL,
    [on] DATETIME NOT NULL,
    recorded_at DATETIME2(6) NOT NULL,
    stored_at DATETIME2(6) NOT NULL,
    recorded_by NVARCHAR(400) COLLATE Latin1_General_100_BIN2 NULL,
    [key] NVARCHAR(400) COLLATE Latin1_General_100_BIN2 NULL,
    body NVARCHAR(max) COLLATE Latin1_General_100_BIN2 NOT NULL,
    text_hash NVARCHAR(128) COLLATE Latin1_General_100_BIN2 NULL,
    hash NVARCHAR(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
    position BIGINT NOT NULL,
    name NVARCHAR(800) COLLATE Latin1_General_100_BIN2 NULL,
    PRIMARY KEY (position)
);

CREATE UNIQUE INDEX ehcp_facts_case ON ehcp_facts (case_id, version);

CREATE INDEX ehcp_facts_key ON ehcp_facts (case_id, [key]);

CREATE INDEX ehcp_facts_name ON ehcp_facts (name);

CREATE TABLE ehcp_heads (
    case_id NVARCHAR(400) COLLATE Latin1_General_100_BIN2 NOT NULL,
    authority NVARCHAR(6) COLLATE Latin1_General_100_BIN2 NOT NULL,
    version INTEGER NOT NULL,
    hash NVARCHAR(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
    stored_at DATETIME2(6) NOT NULL,
    adopted INTEGER NOT NULL,
    trail NVARCHAR(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
    seal NVARCHAR(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
    PRIMARY KEY (case_id)
);

CREATE TABLE ehcp_imports (
    source NVARCHAR(400) COLLATE Latin1_General_100_BIN2 NOT NULL,
    name NVARCHAR(max) COLLATE Latin1_General_100_BIN2 NOT NULL,
    rows_read BIGINT NOT NULL,
    taken BIGINT NOT NULL,
    duplicates BIGINT NOT NULL,
    refused BIGINT NOT NULL,
    finished INTEGER NOT NULL,
    changed_at NVARCHAR(80) COLLATE Latin1_General_100_BIN2 NOT NULL,
    seal NVARCHAR(128) COLLATE Latin1_General_100_BIN2 NOT NULL,
    PRIMARY KEY (source)
);

CREATE TABLE ehcp_schema_version (
    version_num VARCHAR(32) NOT NULL,
    PRIMARY KEY (version_num)
);

CREATE TABLE ehcp_texts (
    case_id NVARCHAR(400) COLLATE Latin1_General_100_BIN2 NOT NULL,
    version INTEGER NOT NULL,
    salt NVARCHAR(128) COLLATE Latin1_General_100_BIN2 NULL,
    text NVARCHAR(max) COLLATE Latin1_General_100_BIN2 NULL,
    redacted_at DATETIME2(6) NULL,
    redacted_by NVARCHAR(400) COLLATE Latin1_General_100_BIN2 NULL,
    redaction NVARCHAR(max) COLLATE Latin1_General_100_BIN2 NULL,
    act INTEGER NULL,
    PRIMARY KEY (case_id, version)
);

INSERT INTO ehcp_counter (one, last) VALUES (1, 0);

INSERT INTO ehcp_schema_version (version_num) VALUES ('5');

-- insert_facts
INSERT INTO ehcp_facts (case_id, version, [schema], event, [on], recorded_at, stored_at, recorded_by, [key], body, text_hash, hash, position, name) VALUES (:case_id, :version, :schema, :event, :on, :recorded_at, :stored_at, :recorded_by, :key, :body, :text_hash, :hash, :position, :name)

-- insert_texts
INSERT INTO ehcp_texts (case_id, version, salt, text) VALUES (:case_id, :version, :salt, :text)

-- insert_heads
INSERT INTO ehcp_heads (case_id, authority, version, hash, stored_at, adopted, trail, seal) VALUES (:case_id, :authority, :version, :hash, :stored_at, :adopted, :trail, :seal)

-- insert_tombstone
INSERT INTO ehcp_erased (case_id, authority, version, hash, trail, positions, erased_at, erased_by, reason, seal) VALUES (:case_id, :authority, :version, :hash, :trail, :positions, :erased_at, :erased_by, :reason, :seal)

-- insert_import
INSERT INTO ehcp_imports (source, name, rows_read, taken, duplicates, refused, finished, changed_at, seal) VALUES (:source, :name, :rows_read, :taken, :duplicates, :refused, :finished, :changed_at, :seal)

-- move_heads
UPDATE ehcp_heads SET authority=:authority, version=:version, hash=:hash, stored_at=:stored_at, adopted=:adopted, trail=:trail, seal=:seal WHERE ehcp_heads.case_id = :of_case

-- move_import
UPDATE ehcp_imports SET name=:name, rows_read=:rows_read, taken=:taken, duplicates=:duplicates, refused=:refused, finished=:finished, changed_at=:changed_at, seal=:seal WHERE ehcp_imports.source = :of_source

-- move_counter
UPDATE ehcp_counter SET last=:new_last WHERE ehcp_counter.one = :one_1

-- redact
UPDATE ehcp_texts SET salt=:salt, text=:text, redacted_at=:redacted_at, redacted_by=:redacted_by, redaction=:redaction, act=:act WHERE ehcp_texts.case_id = :of_case AND ehcp_texts.version = :of_version AND ehcp_texts.text IS NOT NULL

-- counter
SELECT ehcp_counter.last FROM ehcp_counter WITH (UPDLOCK, HOLDLOCK) WHERE ehcp_counter.one = 1

-- counted
SELECT ehcp_counter.last FROM ehcp_counter WHERE ehcp_counter.one = 1

-- erase 1
DELETE FROM ehcp_texts WHERE ehcp_texts.case_id = :of_case

-- erase 2
DELETE FROM ehcp_facts WHERE ehcp_facts.case_id = :of_case

-- erase 3
DELETE FROM ehcp_heads WHERE ehcp_heads.case_id = :of_case

-- facts of a case
SELECT ehcp_facts.case_id, ehcp_facts.version, ehcp_facts.[schema], ehcp_facts.event, ehcp_facts.[on], ehcp_facts.recorded_at, ehcp_facts.stored_at, ehcp_facts.recorded_by, ehcp_facts.[key], ehcp_facts.body, ehcp_facts.text_hash, ehcp_facts.hash, ehcp_facts.position, ehcp_texts.text, ehcp_texts.redacted_at FROM ehcp_facts LEFT OUTER JOIN ehcp_texts ON ehcp_texts.case_id = ehcp_facts.case_id AND ehcp_texts.version = ehcp_facts.version WHERE ehcp_facts.case_id = N'a-1'

-- heads
SELECT ehcp_heads.case_id, ehcp_heads.authority, ehcp_heads.version, ehcp_heads.hash, ehcp_heads.stored_at, ehcp_heads.adopted, ehcp_heads.trail, ehcp_heads.seal FROM ehcp_heads WHERE ehcp_heads.case_id IN (N'a-1')

-- texts
SELECT ehcp_texts.case_id, ehcp_texts.version, ehcp_texts.salt, ehcp_texts.text, ehcp_texts.redacted_at, ehcp_texts.redacted_by, ehcp_texts.redaction, ehcp_texts.act FROM ehcp_texts WHERE ehcp_texts.case_id = N'a-1'

-- tombstones
SELECT ehcp_erased.case_id, ehcp_erased.authority, ehcp_erased.version, ehcp_erased.hash, ehcp_erased.trail, ehcp_erased.positions, ehcp_erased.erased_at, ehcp_erased.erased_by, ehcp_erased.reason, ehcp_erased.seal FROM ehcp_erased

-- facts of a case behind the lock
SELECT ehcp_facts.case_id, ehcp_facts.version, ehcp_facts.[schema], ehcp_facts.event, ehcp_facts.[on], ehcp_facts.recorded_at, ehcp_facts.stored_at, ehcp_facts.recorded_by, ehcp_facts.[key], ehcp_facts.body, ehcp_facts.text_hash, ehcp_facts.hash, ehcp_facts.position, ehcp_texts.text, ehcp_texts.redacted_at FROM ehcp_facts LEFT OUTER JOIN ehcp_texts ON ehcp_texts.case_id = ehcp_facts.case_id AND ehcp_texts.version = ehcp_facts.version WHERE ehcp_facts.case_id = N'a-1'

-- heads behind the lock
SELECT ehcp_heads.case_id, ehcp_heads.authority, ehcp_heads.version, ehcp_heads.hash, ehcp_heads.stored_at, ehcp_heads.adopted, ehcp_heads.trail, ehcp_heads.seal FROM ehcp_heads WHERE ehcp_heads.case_id IN (N'a-1')

-- texts behind the lock
SELECT ehcp_texts.case_id, ehcp_texts.version, ehcp_texts.salt, ehcp_texts.text, ehcp_texts.redacted_at, ehcp_texts.redacted_by, ehcp_texts.redaction, ehcp_texts.act FROM ehcp_texts WHERE ehcp_texts.case_id = N'a-1'

-- tombstones behind the lock
SELECT ehcp_erased.case_id, ehcp_erased.authority, ehcp_erased.version, ehcp_erased.hash, ehcp_erased.trail, ehcp_erased.positions, ehcp_erased.erased_at, ehcp_erased.erased_by, ehcp_erased.reason, ehcp_erased.seal FROM ehcp_erased

-- a part of the facts of an authority
SELECT TOP 500 ehcp_facts.case_id, ehcp_facts.version, ehcp_facts.[schema], ehcp_facts.event, ehcp_facts.[on], ehcp_facts.recorded_at, ehcp_facts.stored_at, ehcp_facts.recorded_by, ehcp_facts.[key], ehcp_facts.body, ehcp_facts.text_hash, ehcp_facts.hash, ehcp_facts.position, ehcp_texts.text, ehcp_texts.redacted_at FROM ehcp_facts LEFT OUTER JOIN ehcp_texts ON ehcp_texts.case_id = ehcp_facts.case_id AND ehcp_texts.version = ehcp_facts.version JOIN ehcp_heads ON ehcp_heads.case_id = ehcp_facts.case_id WHERE ehcp_heads.authority = N'885' AND ehcp_facts.position > 7

-- texts of an authority
SELECT ehcp_texts.case_id, ehcp_texts.version, ehcp_texts.salt, ehcp_texts.text, ehcp_texts.redacted_at, ehcp_texts.redacted_by, ehcp_texts.redaction, ehcp_texts.act FROM ehcp_texts WHERE ehcp_texts.case_id IN (SELECT ehcp_heads.case_id FROM ehcp_heads WHERE ehcp_heads.authority = N'885')

-- imports
SELECT ehcp_imports.source, ehcp_imports.name, ehcp_imports.rows_read, ehcp_imports.taken, ehcp_imports.duplicates, ehcp_imports.refused, ehcp_imports.finished, ehcp_imports.changed_at, ehcp_imports.seal FROM ehcp_imports

-- positions
SELECT count(*) AS count_1, coalesce(max(ehcp_facts.position), 0) AS coalesce_1, coalesce(sum(ehcp_facts.position), 0) AS coalesce_2 FROM ehcp_facts

-- owners
SELECT ehcp_heads.authority, count(*) AS count_1 FROM ehcp_heads WHERE ehcp_heads.authority = N'885' GROUP BY ehcp_heads.authority

-- sizes
SELECT count(1) AS count_1 FROM ehcp_facts WHERE ehcp_facts.case_id IN (SELECT ehcp_heads.case_id FROM ehcp_heads WHERE ehcp_heads.authority = N'885')
