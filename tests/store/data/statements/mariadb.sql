-- the tables
CREATE TABLE ehcp_counter (
    one INTEGER NOT NULL,
    last BIGINT NOT NULL,
    PRIMARY KEY (one)
);

CREATE TABLE ehcp_erased (
    case_id VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
    authority VARCHAR(3) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
    version INTEGER NOT NULL,
    hash VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
    trail VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
    positions LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
    erased_at DATETIME(6) NOT NULL,
    erased_by LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
    reason LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
    seal VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
    PRIMARY KEY (case_id)
);

CREATE TABLE ehcp_facts (
    case_id VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
    version INTEGER NOT NULL,
    `schema` INTEGER NOT NULL,
    event VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
    `on` DATE NOT NULL,
    recorded_at DATETIME(6) NOT NULL,
    stored_at DATETIME(6) NOT NULL,
    recorded_by VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
    `key` VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
    `body` LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
    text_hash VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
    hash VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
    `position` BIGINT NOT NULL,
    name VARCHAR(400) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
    PRIMARY KEY (`position`)
);

CREATE UNIQUE INDEX ehcp_facts_case ON ehcp_facts (case_id, version);

CREATE INDEX ehcp_facts_key ON ehcp_facts (case_id, `key`);

CREATE INDEX ehcp_facts_name ON ehcp_facts (name);

CREATE TABLE ehcp_heads (
    case_id VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
    authority VARCHAR(3) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
    version INTEGER NOT NULL,
    hash VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
    stored_at DATETIME(6) NOT NULL,
    adopted INTEGER NOT NULL,
    trail VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
    seal VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
    PRIMARY KEY (case_id)
);

CREATE TABLE ehcp_imports (
    source VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
    name LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
    rows_read BIGINT NOT NULL,
    taken BIGINT NOT NULL,
    duplicates BIGINT NOT NULL,
    refused BIGINT NOT NULL,
    finished INTEGER NOT NULL,
    changed_at VARCHAR(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
    seal VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
    PRIMARY KEY (source)
);

CREATE TABLE ehcp_schema_version (
    version_num VARCHAR(32) NOT NULL,
    PRIMARY KEY (version_num)
);

CREATE TABLE ehcp_texts (
    case_id VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
    version INTEGER NOT NULL,
    salt VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
    text LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
    redacted_at DATETIME(6),
    redacted_by VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
    redaction LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
    act INTEGER,
    PRIMARY KEY (case_id, version)
);

INSERT INTO ehcp_counter (one, last) VALUES (1, 0);

INSERT INTO ehcp_schema_version (version_num) VALUES ('5');

-- insert_facts
INSERT INTO ehcp_facts (case_id, version, `schema`, event, `on`, recorded_at, stored_at, recorded_by, `key`, `body`, text_hash, hash, `position`, name) VALUES (:case_id, :version, :schema, :event, :on, :recorded_at, :stored_at, :recorded_by, :key, :body, :text_hash, :hash, :position, :name)

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
SELECT ehcp_counter.last FROM ehcp_counter WHERE ehcp_counter.one = 1 FOR UPDATE

-- counted
SELECT ehcp_counter.last FROM ehcp_counter WHERE ehcp_counter.one = 1

-- erase 1
DELETE FROM ehcp_texts WHERE ehcp_texts.case_id = :of_case

-- erase 2
DELETE FROM ehcp_facts WHERE ehcp_facts.case_id = :of_case

-- erase 3
DELETE FROM ehcp_heads WHERE ehcp_heads.case_id = :of_case

-- facts of a case
SELECT ehcp_facts.case_id, ehcp_facts.version, ehcp_facts.`schema`, ehcp_facts.event, ehcp_facts.`on`, ehcp_facts.recorded_at, ehcp_facts.stored_at, ehcp_facts.recorded_by, ehcp_facts.`key`, ehcp_facts.`body`, ehcp_facts.text_hash, ehcp_facts.hash, ehcp_facts.`position`, ehcp_texts.text, ehcp_texts.redacted_at FROM ehcp_facts LEFT OUTER JOIN ehcp_texts ON ehcp_texts.case_id = ehcp_facts.case_id AND ehcp_texts.version = ehcp_facts.version WHERE ehcp_facts.case_id = 'a-1'

-- heads
SELECT ehcp_heads.case_id, ehcp_heads.authority, ehcp_heads.version, ehcp_heads.hash, ehcp_heads.stored_at, ehcp_heads.adopted, ehcp_heads.trail, ehcp_heads.seal FROM ehcp_heads WHERE ehcp_heads.case_id IN ('a-1')

-- texts
SELECT ehcp_texts.case_id, ehcp_texts.version, ehcp_texts.salt, ehcp_texts.text, ehcp_texts.redacted_at, ehcp_texts.redacted_by, ehcp_texts.redaction, ehcp_texts.act FROM ehcp_texts WHERE ehcp_texts.case_id = 'a-1'

-- tombstones
SELECT ehcp_erased.case_id, ehcp_erased.authority, ehcp_erased.version, ehcp_erased.hash, ehcp_erased.trail, ehcp_erased.positions, ehcp_erased.erased_at, ehcp_erased.erased_by, ehcp_erased.reason, ehcp_erased.seal FROM ehcp_erased

-- facts of a case behind the lock
SELECT ehcp_facts.case_id, ehcp_facts.version, ehcp_facts.`schema`, ehcp_facts.event, ehcp_facts.`on`, ehcp_facts.recorded_at, ehcp_facts.stored_at, ehcp_facts.recorded_by, ehcp_facts.`key`, ehcp_facts.`body`, ehcp_facts.text_hash, ehcp_facts.hash, ehcp_facts.`position`, ehcp_texts.text, ehcp_texts.redacted_at FROM ehcp_facts LEFT OUTER JOIN ehcp_texts ON ehcp_texts.case_id = ehcp_facts.case_id AND ehcp_texts.version = ehcp_facts.version WHERE ehcp_facts.case_id = 'a-1' LOCK IN SHARE MODE

-- heads behind the lock
SELECT ehcp_heads.case_id, ehcp_heads.authority, ehcp_heads.version, ehcp_heads.hash, ehcp_heads.stored_at, ehcp_heads.adopted, ehcp_heads.trail, ehcp_heads.seal FROM ehcp_heads WHERE ehcp_heads.case_id IN ('a-1') LOCK IN SHARE MODE

-- texts behind the lock
SELECT ehcp_texts.case_id, ehcp_texts.version, ehcp_texts.salt, ehcp_texts.text, ehcp_texts.redacted_at, ehcp_texts.redacted_by, ehcp_texts.redaction, ehcp_texts.act FROM ehcp_texts WHERE ehcp_texts.case_id = 'a-1' LOCK IN SHARE MODE

-- tombstones behind the lock
SELECT ehcp_erased.case_id, ehcp_erased.authority, ehcp_erased.version, ehcp_erased.hash, ehcp_erased.trail, ehcp_erased.positions, ehcp_erased.erased_at, ehcp_erased.erased_by, ehcp_erased.reason, ehcp_erased.seal FROM ehcp_erased LOCK IN SHARE MODE

-- a part of the facts of an authority
SELECT ehcp_facts.case_id, ehcp_facts.version, ehcp_facts.`schema`, ehcp_facts.event, ehcp_facts.`on`, ehcp_facts.recorded_at, ehcp_facts.stored_at, ehcp_facts.recorded_by, ehcp_facts.`key`, ehcp_facts.`body`, ehcp_facts.text_hash, ehcp_facts.hash, ehcp_facts.`position`, ehcp_texts.text, ehcp_texts.redacted_at FROM ehcp_facts LEFT OUTER JOIN ehcp_texts ON ehcp_texts.case_id = ehcp_facts.case_id AND ehcp_texts.version = ehcp_facts.version INNER JOIN ehcp_heads ON ehcp_heads.case_id = ehcp_facts.case_id WHERE ehcp_heads.authority = '885' AND ehcp_facts.`position` > 7 LIMIT 500

-- texts of an authority
SELECT ehcp_texts.case_id, ehcp_texts.version, ehcp_texts.salt, ehcp_texts.text, ehcp_texts.redacted_at, ehcp_texts.redacted_by, ehcp_texts.redaction, ehcp_texts.act FROM ehcp_texts WHERE ehcp_texts.case_id IN (SELECT ehcp_heads.case_id FROM ehcp_heads WHERE ehcp_heads.authority = '885')

-- imports
SELECT ehcp_imports.source, ehcp_imports.name, ehcp_imports.rows_read, ehcp_imports.taken, ehcp_imports.duplicates, ehcp_imports.refused, ehcp_imports.finished, ehcp_imports.changed_at, ehcp_imports.seal FROM ehcp_imports

-- positions
SELECT count(*) AS count_1, coalesce(max(ehcp_facts.`position`), 0) AS coalesce_1, coalesce(sum(ehcp_facts.`position`), 0) AS coalesce_2 FROM ehcp_facts

-- owners
SELECT ehcp_heads.authority, count(*) AS count_1 FROM ehcp_heads WHERE ehcp_heads.authority = '885' GROUP BY ehcp_heads.authority

-- sizes
SELECT count(1) AS count_1 FROM ehcp_facts WHERE ehcp_facts.case_id IN (SELECT ehcp_heads.case_id FROM ehcp_heads WHERE ehcp_heads.authority = '885')
