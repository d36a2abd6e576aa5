-- insert_facts
INSERT INTO ehcp_facts (case_id, version, schema, event, "on", recorded_at, stored_at, recorded_by, key, body, text_hash, hash, position) VALUES (:case_id::VARCHAR, :version::INTEGER, :schema::INTEGER, :event::VARCHAR, :on::DATE, :recorded_at::TIMESTAMP WITH TIME ZONE, :stored_at::TIMESTAMP WITH TIME ZONE, :recorded_by::VARCHAR, :key::VARCHAR, :body::VARCHAR, :text_hash::VARCHAR, :hash::VARCHAR, :position::BIGINT)

-- insert_texts
INSERT INTO ehcp_texts (case_id, version, salt, text) VALUES (:case_id::VARCHAR, :version::INTEGER, :salt::VARCHAR, :text::VARCHAR)

-- insert_heads
INSERT INTO ehcp_heads (case_id, authority, version, hash, stored_at, adopted, trail, seal) VALUES (:case_id::VARCHAR, :authority::VARCHAR, :version::INTEGER, :hash::VARCHAR, :stored_at::TIMESTAMP WITH TIME ZONE, :adopted::INTEGER, :trail::VARCHAR, :seal::VARCHAR)

-- insert_tombstone
INSERT INTO ehcp_erased (case_id, authority, version, hash, trail, positions, erased_at, erased_by, reason, seal) VALUES (:case_id::VARCHAR, :authority::VARCHAR, :version::INTEGER, :hash::VARCHAR, :trail::VARCHAR, :positions::VARCHAR, :erased_at::TIMESTAMP WITH TIME ZONE, :erased_by::VARCHAR, :reason::VARCHAR, :seal::VARCHAR)

-- insert_import
INSERT INTO ehcp_imports (source, name, rows_read, taken, duplicates, refused, finished, changed_at, seal) VALUES (:source::VARCHAR, :name::VARCHAR, :rows_read::BIGINT, :taken::BIGINT, :duplicates::BIGINT, :refused::BIGINT, :finished::INTEGER, :changed_at::VARCHAR, :seal::VARCHAR)

-- move_heads
UPDATE ehcp_heads SET authority=:authority::VARCHAR, version=:version::INTEGER, hash=:hash::VARCHAR, stored_at=:stored_at::TIMESTAMP WITH TIME ZONE, adopted=:adopted::INTEGER, trail=:trail::VARCHAR, seal=:seal::VARCHAR WHERE ehcp_heads.case_id = :of_case::VARCHAR

-- move_import
UPDATE ehcp_imports SET name=:name::VARCHAR, rows_read=:rows_read::BIGINT, taken=:taken::BIGINT, duplicates=:duplicates::BIGINT, refused=:refused::BIGINT, finished=:finished::INTEGER, changed_at=:changed_at::VARCHAR, seal=:seal::VARCHAR WHERE ehcp_imports.source = :of_source::VARCHAR

-- move_counter
UPDATE ehcp_counter SET last=:new_last::BIGINT WHERE ehcp_counter.one = :one_1::INTEGER

-- redact
UPDATE ehcp_texts SET salt=:salt::VARCHAR, text=:text::VARCHAR, redacted_at=:redacted_at::TIMESTAMP WITH TIME ZONE, redacted_by=:redacted_by::VARCHAR, redaction=:redaction::VARCHAR, act=:act::INTEGER WHERE ehcp_texts.case_id = :of_case::VARCHAR AND ehcp_texts.version = :of_version::INTEGER AND ehcp_texts.text IS NOT NULL

-- counter
SELECT ehcp_counter.last FROM ehcp_counter WHERE ehcp_counter.one = 1 FOR UPDATE

-- counted
SELECT ehcp_counter.last FROM ehcp_counter WHERE ehcp_counter.one = 1

-- erase 1
DELETE FROM ehcp_texts WHERE ehcp_texts.case_id = :of_case::VARCHAR

-- erase 2
DELETE FROM ehcp_facts WHERE ehcp_facts.case_id = :of_case::VARCHAR

-- erase 3
DELETE FROM ehcp_heads WHERE ehcp_heads.case_id = :of_case::VARCHAR

-- lock_heads
SELECT ehcp_heads.case_id FROM ehcp_heads WHERE ehcp_heads.case_id IN ('a-1', 'b-1') ORDER BY ehcp_heads.case_id FOR UPDATE

-- facts of a case
SELECT ehcp_facts.case_id, ehcp_facts.version, ehcp_facts.schema, ehcp_facts.event, ehcp_facts."on", ehcp_facts.recorded_at, ehcp_facts.stored_at, ehcp_facts.recorded_by, ehcp_facts.key, ehcp_facts.body, ehcp_facts.text_hash, ehcp_facts.hash, ehcp_facts.position, ehcp_texts.text, ehcp_texts.redacted_at FROM ehcp_facts LEFT OUTER JOIN ehcp_texts ON ehcp_texts.case_id = ehcp_facts.case_id AND ehcp_texts.version = ehcp_facts.version WHERE ehcp_facts.case_id = 'a-1'

-- heads
SELECT ehcp_heads.case_id, ehcp_heads.authority, ehcp_heads.version, ehcp_heads.hash, ehcp_heads.stored_at, ehcp_heads.adopted, ehcp_heads.trail, ehcp_heads.seal FROM ehcp_heads WHERE ehcp_heads.case_id IN ('a-1')

-- texts
SELECT ehcp_texts.case_id, ehcp_texts.version, ehcp_texts.salt, ehcp_texts.text, ehcp_texts.redacted_at, ehcp_texts.redacted_by, ehcp_texts.redaction, ehcp_texts.act FROM ehcp_texts WHERE ehcp_texts.case_id = 'a-1'

-- tombstones
SELECT ehcp_erased.case_id, ehcp_erased.authority, ehcp_erased.version, ehcp_erased.hash, ehcp_erased.trail, ehcp_erased.positions, ehcp_erased.erased_at, ehcp_erased.erased_by, ehcp_erased.reason, ehcp_erased.seal FROM ehcp_erased

-- facts of a case behind the lock
SELECT ehcp_facts.case_id, ehcp_facts.version, ehcp_facts.schema, ehcp_facts.event, ehcp_facts."on", ehcp_facts.recorded_at, ehcp_facts.stored_at, ehcp_facts.recorded_by, ehcp_facts.key, ehcp_facts.body, ehcp_facts.text_hash, ehcp_facts.hash, ehcp_facts.position, ehcp_texts.text, ehcp_texts.redacted_at FROM ehcp_facts LEFT OUTER JOIN ehcp_texts ON ehcp_texts.case_id = ehcp_facts.case_id AND ehcp_texts.version = ehcp_facts.version WHERE ehcp_facts.case_id = 'a-1'

-- heads behind the lock
SELECT ehcp_heads.case_id, ehcp_heads.authority, ehcp_heads.version, ehcp_heads.hash, ehcp_heads.stored_at, ehcp_heads.adopted, ehcp_heads.trail, ehcp_heads.seal FROM ehcp_heads WHERE ehcp_heads.case_id IN ('a-1')

-- texts behind the lock
SELECT ehcp_texts.case_id, ehcp_texts.version, ehcp_texts.salt, ehcp_texts.text, ehcp_texts.redacted_at, ehcp_texts.redacted_by, ehcp_texts.redaction, ehcp_texts.act FROM ehcp_texts WHERE ehcp_texts.case_id = 'a-1'

-- tombstones behind the lock
SELECT ehcp_erased.case_id, ehcp_erased.authority, ehcp_erased.version, ehcp_erased.hash, ehcp_erased.trail, ehcp_erased.positions, ehcp_erased.erased_at, ehcp_erased.erased_by, ehcp_erased.reason, ehcp_erased.seal FROM ehcp_erased

-- a part of the facts of an authority
SELECT ehcp_facts.case_id, ehcp_facts.version, ehcp_facts.schema, ehcp_facts.event, ehcp_facts."on", ehcp_facts.recorded_at, ehcp_facts.stored_at, ehcp_facts.recorded_by, ehcp_facts.key, ehcp_facts.body, ehcp_facts.text_hash, ehcp_facts.hash, ehcp_facts.position, ehcp_texts.text, ehcp_texts.redacted_at FROM ehcp_facts LEFT OUTER JOIN ehcp_texts ON ehcp_texts.case_id = ehcp_facts.case_id AND ehcp_texts.version = ehcp_facts.version JOIN ehcp_heads ON ehcp_heads.case_id = ehcp_facts.case_id WHERE ehcp_heads.authority = '885' AND ehcp_facts.position > 7 LIMIT 500

-- texts of an authority
SELECT ehcp_texts.case_id, ehcp_texts.version, ehcp_texts.salt, ehcp_texts.text, ehcp_texts.redacted_at, ehcp_texts.redacted_by, ehcp_texts.redaction, ehcp_texts.act FROM ehcp_texts WHERE ehcp_texts.case_id IN (SELECT ehcp_heads.case_id FROM ehcp_heads WHERE ehcp_heads.authority = '885')

-- imports
SELECT ehcp_imports.source, ehcp_imports.name, ehcp_imports.rows_read, ehcp_imports.taken, ehcp_imports.duplicates, ehcp_imports.refused, ehcp_imports.finished, ehcp_imports.changed_at, ehcp_imports.seal FROM ehcp_imports

-- positions
SELECT count(*) AS count_1, coalesce(max(ehcp_facts.position), 0) AS coalesce_1, coalesce(sum(ehcp_facts.position), 0) AS coalesce_2 FROM ehcp_facts

-- owners
SELECT ehcp_heads.authority, count(*) AS count_1 FROM ehcp_heads WHERE ehcp_heads.authority = '885' GROUP BY ehcp_heads.authority

-- sizes
SELECT count(1) AS count_1 FROM ehcp_facts WHERE ehcp_facts.case_id IN (SELECT ehcp_heads.case_id FROM ehcp_heads WHERE ehcp_heads.authority = '885')
