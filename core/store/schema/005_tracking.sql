-- What people, bots and automations change. docs/tracking.md is the manual of what may be changed by whom, and of the feed.
--
-- Ingest sets a patch's people's columns (state, delegate_id, archived, commit_ref, revision) once, at its creation, and has no
-- right to update them; the tracker has no right to update any other. What belongs to a patch or series and is not a column of
-- it (checks, notes) goes with it when `quilter reparse` forgets it.

-- Who may change something. A login is a name in the event log: it never changes, and nobody is removed.
CREATE TABLE account (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  login      text NOT NULL UNIQUE CHECK (login ~ '^[A-Za-z0-9_][A-Za-z0-9@.+_-]{0,149}$'
                                         AND login NOT IN ('ingest', 'automation', 'import-patchwork')),  -- actors without an account
  admin      boolean NOT NULL DEFAULT false,  -- may do everything, in all projects
  disabled   boolean NOT NULL DEFAULT false,  -- may do nothing
  created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE account IS 'a user: a person or bot that may change something';

-- By address and not by person, so that an account can be there before its first mail.
CREATE TABLE account_address (
  address    text PRIMARY KEY CHECK (address = lower(address COLLATE "C") AND address <> ''),
  account_id bigint NOT NULL REFERENCES account
);
CREATE INDEX account_address_account ON account_address (account_id);
COMMENT ON TABLE account_address IS 'whose patches an account submitted';

CREATE TABLE role (
  project_id bigint NOT NULL REFERENCES project ON DELETE CASCADE,
  account_id bigint NOT NULL REFERENCES account,
  role       text NOT NULL CHECK (role IN ('maintainer', 'reviewer', 'bot')),
  PRIMARY KEY (project_id, account_id)
);
CREATE INDEX role_account ON role (account_id);
COMMENT ON TABLE role IS 'what an account is in a project; the submitter of a patch is one without a row';

-- The token itself, 256 random bits, is shown once and kept nowhere: of that much chance a plain hash tells nothing.
CREATE TABLE token (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  account_id bigint NOT NULL REFERENCES account,
  hash       bytea NOT NULL UNIQUE CHECK (length(hash) = 32),  -- SHA-256
  label      text NOT NULL DEFAULT '',
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz,
  revoked_at timestamptz
);
CREATE INDEX token_account ON token (account_id);
COMMENT ON TABLE token IS 'by what a program shows that it is an account';

-- The states of a project's patches, and which may follow which.
CREATE TABLE state (
  project_id      bigint NOT NULL REFERENCES project ON DELETE CASCADE,
  name            text NOT NULL CHECK (name ~ '^[a-z0-9][a-z0-9-]{0,99}$'),
  position        integer NOT NULL,        -- in which lists show them
  action_required boolean NOT NULL,        -- somebody is to look at the patch
  by_submitter    boolean NOT NULL,        -- who sent the patch may put it there
  moves_to        text[],                  -- NULL: every other
  PRIMARY KEY (project_id, name)
);
COMMENT ON TABLE state IS 'states of a project, and the moves that are allowed; new patches are "new"';

CREATE FUNCTION default_states() RETURNS TABLE (name text, "position" integer, action_required boolean, by_submitter boolean)
LANGUAGE sql AS $$
  VALUES
    ('new', 0, true, true),
    ('under-review', 1, true, false),
    ('accepted', 2, false, false),
    ('rejected', 3, false, false),
    ('rfc', 4, false, true),
    ('not-applicable', 5, false, true),
    ('changes-requested', 6, false, true),
    ('awaiting-upstream', 7, false, false),
    ('superseded', 8, false, true),
    ('deferred', 9, false, true)
$$;

CREATE FUNCTION insert_default_states(own_project bigint) RETURNS void LANGUAGE sql AS $$
  INSERT INTO state (project_id, name, position, action_required, by_submitter)
  SELECT own_project, d.* FROM default_states() d
$$;
SELECT insert_default_states(id) FROM project;

CREATE FUNCTION begin_project() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM insert_default_states(NEW.id);
  RETURN NULL;
END $$;
CREATE TRIGGER begin_project AFTER INSERT ON project FOR EACH ROW EXECUTE FUNCTION begin_project();

ALTER TABLE project
  ADD COLUMN auto_supersede boolean NOT NULL DEFAULT false,  -- older versions, when a newer one is complete
  ADD COLUMN auto_delegate  boolean NOT NULL DEFAULT true,   -- by the table delegation
  ADD COLUMN auto_accept    boolean NOT NULL DEFAULT true;   -- what `quilter git-scan` finds

CREATE TABLE delegation (
  project_id bigint NOT NULL REFERENCES project ON DELETE CASCADE,
  position   integer NOT NULL,             -- the lowest that fits counts
  pattern    text NOT NULL CHECK (pattern <> ''),
  account_id bigint NOT NULL REFERENCES account,
  PRIMARY KEY (project_id, pattern)
);
CREATE INDEX delegation_account ON delegation (account_id);
COMMENT ON TABLE delegation IS 'who gets the patches that touch a path';

-- Up to which event `quilter automate` has looked; one row.
CREATE TABLE automation (
  one         boolean PRIMARY KEY DEFAULT true CHECK (one),
  transaction xid8 NOT NULL DEFAULT '0',
  id          bigint NOT NULL DEFAULT 0
);
INSERT INTO automation DEFAULT VALUES;
COMMENT ON TABLE automation IS 'how far what Quilter does by itself has come in the feed';

-- Of which server the events' transactions are, and how often that has changed; one row.
CREATE TABLE feed (
  one               boolean PRIMARY KEY DEFAULT true CHECK (one),
  system_identifier bigint NOT NULL,
  mended            integer NOT NULL DEFAULT 0
);
INSERT INTO feed (system_identifier) SELECT c.system_identifier FROM pg_control_system() c;
COMMENT ON TABLE feed IS 'by what a restored database is known, whose transactions are counted anew';

ALTER TABLE patch
  DROP COLUMN delegate_id,  -- was a person, and nothing wrote it
  ADD COLUMN delegate_id bigint REFERENCES account,
  ADD COLUMN commit_ref  text NOT NULL DEFAULT '' CHECK (commit_ref ~ '^([0-9a-f]{7,64})?$'),  -- '': not known to be merged
  ADD COLUMN revision    bigint NOT NULL DEFAULT 0 CHECK (revision >= 0);  -- how many changes there were
CREATE INDEX patch_delegate ON patch (delegate_id, state) WHERE delegate_id IS NOT NULL;

-- What lists are asked for (core/store/list_statement). Paths and words are looked for among what these give: an index of either
-- would cost each mail more than the rare search is worth.
CREATE INDEX patch_state ON patch (state);
CREATE INDEX message_newest ON message (project_id, coalesce(date, '-infinity'::timestamptz), id) WHERE kind IN ('patch', 'pull');
CREATE INDEX message_submitter ON message (submitter_id) WHERE kind IN ('patch', 'pull');
DROP INDEX series_of_project, series_newest;
CREATE INDEX series_newest ON series (project_id, coalesce(date, '-infinity'::timestamptz), id) WHERE merged_into_id IS NULL;

CREATE TABLE check_result (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  request     uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),  -- made by who asks: asked again, it is there once
  message_row bigint REFERENCES patch ON DELETE CASCADE,
  series_id   bigint REFERENCES series ON DELETE CASCADE,
  context     text NOT NULL CHECK (context ~ '^[A-Za-z0-9][A-Za-z0-9_.:/-]{0,254}$'),
  state       text NOT NULL CHECK (state IN ('pending', 'success', 'warning', 'fail')),
  url         text NOT NULL DEFAULT '' CHECK (url = '' OR url ~* '^https?://[^\x01-\x20\x7f]+$'),
  description text NOT NULL DEFAULT '',
  account_id  bigint NOT NULL REFERENCES account,
  created_at  timestamptz NOT NULL DEFAULT now(),
  CHECK (num_nonnulls(message_row, series_id) = 1)
);
CREATE INDEX check_of_patch ON check_result (message_row, context, id DESC) WHERE message_row IS NOT NULL;
CREATE INDEX check_of_series ON check_result (series_id, context, id DESC) WHERE series_id IS NOT NULL;
COMMENT ON TABLE check_result IS 'what CI says of a patch or series; the newest of a context counts';

CREATE TABLE note (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  request     uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),  -- as of a check
  message_row bigint NOT NULL REFERENCES patch ON DELETE CASCADE,
  account_id  bigint NOT NULL REFERENCES account,
  text        text NOT NULL CHECK (text <> ''),
  created_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX note_of_patch ON note (message_row);
COMMENT ON TABLE note IS 'what those with a role tell each other about a patch';

-- A change of a field is an event with old and new value, as text: a state, a login, true or false, a commit; '' for none. Its
-- revision is that of the patch after it. A check or note is in new_value, as JSON: with the mails, the events give all. What is
-- changed of accounts, roles and tokens is an event of the account; a token's has its number, never what it or its hash is. What
-- is changed of a project's settings has both values as JSON.
--
-- Lists are domains: what a table itself checks is parsed and prepared anew by each INSERT, and a long list took longer than the
-- row.
CREATE DOMAIN event_category AS text CHECK (VALUE IN (
  'patch-created', 'cover-created', 'comment-created', 'series-created', 'series-completed', 'series-merged',
  'patch-state-changed', 'patch-delegated', 'patch-archived', 'patch-committed', 'check-created', 'note-created',
  'account-created', 'account-changed', 'role-changed', 'token-created', 'token-revoked',
  'project-created', 'project-changed', 'project-removed', 'rule-created', 'rule-changed', 'rule-removed',
  'state-created', 'state-changed', 'state-removed'));
CREATE DOMAIN event_field AS text CHECK (VALUE IN (
  'state', 'delegate', 'archived', 'commit',  -- of a patch
  'admin', 'disabled', 'address', 'role'));   -- of an account
ALTER TABLE event
  ALTER COLUMN project_id DROP NOT NULL,  -- accounts and tokens are of none
  ADD COLUMN actor     text NOT NULL DEFAULT 'ingest' CHECK (actor <> ''),  -- a login, 'ingest', 'automation' or 'import-patchwork'
  ADD COLUMN login     text CHECK (login <> ''),  -- the account that it is about
  ADD COLUMN request   uuid,                      -- of a change, for whom the answer to its commit was lost
  ADD COLUMN field     event_field,
  ADD COLUMN old_value text,
  ADD COLUMN new_value text,
  ADD COLUMN revision  bigint CHECK (revision > 0),
  ADD CHECK ((field IS NULL) = (old_value IS NULL) OR category ~ '^(project|rule|state)-'),
  ADD CHECK ((revision IS NULL) = (field IS NULL OR message_row IS NULL)),
  ADD CHECK (field IS NULL OR (new_value IS NOT NULL AND old_value <> new_value AND num_nonnulls(message_row, login) = 1)),
  ADD CHECK (project_id IS NOT NULL OR login IS NOT NULL OR category = 'project-removed'),
  DROP CONSTRAINT event_category_check,
  ALTER COLUMN category TYPE event_category;
CREATE UNIQUE INDEX event_revision ON event (message_row, revision) WHERE revision IS NOT NULL;  -- no change is lost
CREATE INDEX event_request ON event (request) WHERE request IS NOT NULL;
CREATE INDEX event_by_people ON event (message_row, id) WHERE actor <> 'ingest';

-- A series is told to be complete once, also where a late mail takes a patch out of it, or merges it into another.
DELETE FROM event e USING event first
WHERE e.category = 'series-completed' AND first.category = 'series-completed' AND e.series_id = first.series_id
  AND e.id > first.id;
CREATE UNIQUE INDEX event_completed ON event (series_id) WHERE category = 'series-completed';

CREATE OR REPLACE FUNCTION write_events(own_project bigint, ids bigint[], events jsonb) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  completed bigint;
BEGIN
  INSERT INTO event (project_id, category, series_id)
  SELECT own_project, e->>'category', coalesce(ids[(e->>'series')::integer + 1], (e->>'series_id')::bigint)
  FROM jsonb_array_elements(events) WITH ORDINALITY s (e, n) WHERE e->>'category' <> 'series-completed' ORDER BY n;
  IF NOT events @> '[{"category": "series-completed"}]' THEN
    RETURN;  -- most messages complete nothing
  END IF;
  FOR completed IN SELECT ids[(e->>'series')::integer + 1] FROM jsonb_array_elements(events) WITH ORDINALITY s (e, n)
                   WHERE e->>'category' = 'series-completed' ORDER BY n LOOP
    CONTINUE WHEN EXISTS (SELECT FROM event e WHERE e.category = 'series-completed' AND e.series_id = ANY (
                            ARRAY(SELECT s.id FROM series s WHERE s.merged_into_id = completed)));
    INSERT INTO event (project_id, category, series_id) VALUES (own_project, 'series-completed', completed)
    ON CONFLICT (series_id) WHERE category = 'series-completed' DO NOTHING;
  END LOOP;
END $$;

-- The patches that a request means.
CREATE FUNCTION named_patches(own_project text, message_ids text[], patch_ids bigint[], series_ids bigint[]) RETURNS bigint[]
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
BEGIN
  RETURN ARRAY(
    SELECT p.message_row FROM patch p WHERE p.message_row = ANY (patch_ids)
    UNION
    SELECT p.message_row FROM patch p
    WHERE p.series_id = ANY (ARRAY(SELECT coalesce(s.merged_into_id, s.id) FROM series s WHERE s.id = ANY (series_ids)))
    UNION
    SELECT p.message_row FROM patch p
    WHERE p.message_row = ANY (ARRAY(SELECT m.id FROM message m
                                     WHERE m.message_id = ANY (message_ids)
                                       AND m.project_id = (SELECT j.id FROM project j WHERE j.name = own_project))));
END $$;

-- What core/tracking decides on, as JSON. The patches are locked first, ascending; what is read after that stands until the
-- transaction ends. `since`: the oldest revision that the request was decided on, NULL where it names none. What is switched off
-- is so as in 004_record.sql.
CREATE FUNCTION hold_patches(own_login text, own_project text, message_ids text[], patch_ids bigint[], series_ids bigint[],
                             since bigint) RETURNS json
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
DECLARE
  held bigint[] := named_patches(own_project, message_ids, patch_ids, series_ids);
  neighbourhoods bigint[];
  projects bigint[];
BEGIN
  -- Of several patches, ingest's own lock comes before theirs: it moves patches in no order, and some of its mails may share a
  -- transaction. Under it a series keeps its patches. Not shared: of many who share it one after the other, ingest would starve.
  IF cardinality(held) > 1 OR series_ids <> '{}' THEN
    neighbourhoods := ARRAY(SELECT s.neighbourhood_id FROM series s
                            WHERE s.id = ANY (ARRAY(SELECT p.series_id FROM patch p WHERE p.message_row = ANY (held))));
    PERFORM FROM neighbourhood WHERE id = ANY (neighbourhoods) ORDER BY id FOR NO KEY UPDATE;
    held := named_patches(own_project, message_ids, patch_ids, series_ids);
    IF EXISTS (SELECT FROM series s
               WHERE s.id = ANY (ARRAY(SELECT p.series_id FROM patch p WHERE p.message_row = ANY (held)))
                 AND s.neighbourhood_id <> ALL (neighbourhoods)) THEN
      RAISE serialization_failure USING MESSAGE = 'the neighbourhood was merged into another';
    END IF;
  END IF;
  PERFORM FROM patch WHERE message_row = ANY (held) ORDER BY message_row FOR NO KEY UPDATE;
  projects := ARRAY(SELECT DISTINCT m.project_id FROM message m WHERE m.id = ANY (held));
  RETURN json_build_object(
    'admin', (SELECT a.admin FROM account a WHERE a.login = own_login AND NOT a.disabled),  -- null: nobody
    'patches', (
      SELECT coalesce(json_agg(r ORDER BY r.id), '[]') FROM (
        SELECT p.message_row AS id, m.message_id, p.series_id AS series, p.state,
               (SELECT j.name FROM project j WHERE j.id = m.project_id) AS project,
               coalesce((SELECT a.login FROM account a WHERE a.id = p.delegate_id), '') AS delegate,
               p.archived::text AS archived, p.commit_ref AS "commit", p.revision,
               ARRAY(SELECT s.id FROM series s
                     WHERE s.id = ANY (series_ids) AND coalesce(s.merged_into_id, s.id) = p.series_id) AS named,
               EXISTS (SELECT FROM person w JOIN account_address d ON d.address = w.address
                       JOIN account a ON a.id = d.account_id
                       WHERE w.id = m.submitter_id AND a.login = own_login) AS by_actor,
               (SELECT coalesce(json_object_agg(e.field, e.revision), '{}') FROM (
                  SELECT v.field, max(v.revision) AS revision FROM event v
                  WHERE v.message_row = p.message_row AND v.revision > since GROUP BY v.field) e) AS moved
        FROM patch p JOIN message m ON m.id = p.message_row WHERE p.message_row = ANY (held)) r),
    'projects', (
      SELECT coalesce(json_agg(r), '[]') FROM (
        SELECT j.name,
               (SELECT coalesce(json_object_agg(a.login, o.role), '{}') FROM role o JOIN account a ON a.id = o.account_id
                WHERE o.project_id = j.id AND NOT a.disabled) AS roles,
               (SELECT coalesce(json_agg(s), '[]') FROM (
                  SELECT s.name, s.action_required, s.by_submitter, s.moves_to FROM state s
                  WHERE s.project_id = j.id) s) AS states
        FROM project j WHERE j.id = ANY (projects)) r));
END $$;

-- Writes what core/tracking decided on patches that are held, in its order: of each the one column, and the event.
CREATE FUNCTION write_changes(own_actor text, changes jsonb, own_request uuid DEFAULT NULL) RETURNS void
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
DECLARE
  change record;
BEGIN
  FOR change IN
      SELECT c.* FROM ROWS FROM (
        jsonb_to_recordset(changes) AS (patch bigint, field text, old_value text, new_value text)) WITH ORDINALITY c
      ORDER BY c.ordinality LOOP
    CASE change.field
      WHEN 'state' THEN
        UPDATE patch SET state = change.new_value, revision = revision + 1 WHERE message_row = change.patch;
      WHEN 'delegate' THEN
        UPDATE patch SET delegate_id = (SELECT id FROM account WHERE login = change.new_value), revision = revision + 1
        WHERE message_row = change.patch;
      WHEN 'archived' THEN
        UPDATE patch SET archived = change.new_value::boolean, revision = revision + 1 WHERE message_row = change.patch;
      WHEN 'commit' THEN
        UPDATE patch SET commit_ref = change.new_value, revision = revision + 1 WHERE message_row = change.patch;
    END CASE;
    INSERT INTO event (project_id, category, message_row, series_id, actor, field, old_value, new_value, revision, request)
    SELECT (SELECT m.project_id FROM message m WHERE m.id = p.message_row),
           CASE change.field WHEN 'state' THEN 'patch-state-changed' WHEN 'delegate' THEN 'patch-delegated'
                             WHEN 'archived' THEN 'patch-archived' WHEN 'commit' THEN 'patch-committed' END,
           p.message_row, p.series_id, own_actor, change.field, change.old_value, change.new_value, p.revision, own_request
    FROM patch p WHERE p.message_row = change.patch;
  END LOOP;
END $$;

REVOKE ALL ON FUNCTION default_states, insert_default_states, begin_project, named_patches, hold_patches, write_changes FROM PUBLIC;
