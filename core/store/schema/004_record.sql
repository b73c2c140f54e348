-- What ingest asks, in two calls a message: load_facts() and record_message(). Sent one by one, their twenty statements cost
-- three times as much: each a round trip, and planned anew. Here they are planned once a connection, behind a pooler too.
--
-- These functions decide nothing: what follows from the facts is decided in core/series, and written down as a plan. They run
-- with their caller's rights. Each statement in them sees what was committed before it began (VOLATILE, READ COMMITTED): so
-- what is read after a lock is read from after the wait.
--
-- A plan that was made while the tables were empty lives until they are analyzed, and must not read a table whole by then.
-- Hence what is switched off; and arrays, subselects, OFFSET 0 and "+ 0" wherever a join could begin at the wrong end, or by
-- the wrong index. Every statement here finds a few rows by an index.

-- Each mail of a series changes its row, and none of what is indexed: with room on the page no index hears of it.
ALTER TABLE series SET (fillfactor = 70);

-- Both rows are written in one function, which has just read or made what they point at, and which nobody deletes: a look
-- at each to make sure costs a twentieth of a message.
ALTER TABLE tie DROP CONSTRAINT tie_neighbourhood_id_fkey;
ALTER TABLE event DROP CONSTRAINT event_project_id_fkey, DROP CONSTRAINT event_series_id_fkey;

DROP INDEX series_neighbourhood;
CREATE INDEX series_neighbourhood ON series (neighbourhood_id);  -- whole: see series_row

-- What core/series knows as Member: a patch, pull request or cover letter.
CREATE FUNCTION load_members(message_rows bigint[]) RETURNS json LANGUAGE plpgsql AS $$
BEGIN
  RETURN (SELECT coalesce(json_agg(r), '[]') FROM (
    SELECT m.message_id, extract(epoch FROM m.date)::bigint AS date, m.kind = 'cover' AS cover, m.numbered, m.version, m.number,
           m.total, (SELECT p.address FROM person p WHERE p.id = m.submitter_id) AS submitter, m.name, m.ancestors, m.change_id,
           m.supersedes,
           coalesce((SELECT a.message_id FROM message a
                     WHERE a.id = (SELECT p.anchor_row FROM pin p WHERE p.message_row = m.id)), '') AS anchor,
           coalesce((SELECT p.series_id FROM patch p WHERE p.message_row = m.id),
                    (SELECT c.series_id FROM cover c WHERE c.message_row = m.id)) AS series_id
    FROM message m WHERE m.id = ANY (message_rows)) r);
END $$;

-- What core/series knows as SeriesRow.
CREATE VIEW series_row AS
  SELECT s.id, s.project_id, s.neighbourhood_id, s.version, s.total, s.name,
         (SELECT p.address FROM person p WHERE p.id = s.submitter_id) AS submitter,
         extract(epoch FROM s.date)::bigint AS date, s.received, s.complete, s.by_hand, s.supersedes_id
  FROM series s WHERE coalesce(s.merged_into_id, 0) = 0;  -- IS NULL would offer every index of series that has that
COMMENT ON VIEW series_row IS 'what stitching needs to know of a series';

-- The comments that name the message with this key, those that name these, and so on.
CREATE FUNCTION waiting_comments(named bigint) RETURNS SETOF bigint LANGUAGE sql STABLE AS $$
  WITH RECURSIVE waiting (message_row) AS (
    SELECT message_row FROM mention WHERE key = named
    UNION
    SELECT n.message_row FROM waiting w, LATERAL (
      SELECT m.message_row FROM mention m
      WHERE m.key = (SELECT c.key FROM comment c WHERE c.message_row = w.message_row) OFFSET 0) n)
  SELECT message_row FROM waiting
$$;

-- All series and members of these neighbourhoods. Of this project only: two projects whose ties have one hash share a
-- neighbourhood, no series.
CREATE FUNCTION load_neighbourhoods(own_project bigint, ids bigint[], OUT series json, OUT members json)
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
DECLARE
  series_ids bigint[];
BEGIN
  SELECT json_agg(s), array_agg(s.id) INTO series, series_ids
  FROM series_row s WHERE s.neighbourhood_id = ANY (ids) AND s.project_id + 0 = own_project;
  members := load_members(ARRAY(SELECT p.message_row FROM patch p WHERE p.series_id = ANY (series_ids)
                                UNION ALL
                                SELECT c.message_row FROM cover c WHERE c.series_id = ANY (series_ids)));
END $$;

-- What messages with these keys, and comments with these ancestors, need of comments that are there: `waiting`, which the
-- messages can move; and those that the comments belong through, which must not change their own parent before that is there
-- to follow: up to the first ancestor that is settled. All are locked, in one order for all transactions, whatever they want
-- them for. While we waited for a lock another mail may have joined them: until there is nothing new.
CREATE FUNCTION hold_comments(own_project bigint, keys bigint[], ancestries jsonb, OUT waiting bigint[])
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
DECLARE
  mentioned bigint[];
  wanted bigint[];
  locked bigint[] := '{}';
  ancestry text[];
  settled integer;
BEGIN
  LOOP
    waiting := '{}';
    mentioned := ARRAY(SELECT DISTINCT n.key FROM mention n WHERE n.key = ANY (keys));
    IF mentioned <> '{}' THEN
      waiting := ARRAY(SELECT DISTINCT w FROM unnest(mentioned) key, waiting_comments(key) w);
    END IF;
    wanted := waiting;
    FOR ancestry IN SELECT ARRAY(SELECT jsonb_array_elements_text(a)) FROM jsonb_array_elements(ancestries) a LOOP
      SELECT min(array_position(ancestry, m.message_id)) INTO settled
      FROM message m
      WHERE m.message_id = ANY (ancestry) AND m.project_id = own_project
        AND (m.kind <> 'comment' OR (SELECT c.parent_row FROM comment c WHERE c.message_row = m.id) IS NOT NULL);
      wanted := wanted || ARRAY(SELECT m.id FROM message m
                                WHERE m.message_id = ANY (ancestry[:coalesce(settled, cardinality(ancestry))])
                                  AND m.project_id = own_project AND m.kind = 'comment');
    END LOOP;
    EXIT WHEN wanted <@ locked;
    PERFORM FROM comment WHERE message_row = ANY (wanted) ORDER BY message_row FOR UPDATE;
    locked := locked || wanted;
  END LOOP;
END $$;

-- What is known of what a submission names, read under its locks. `locks` are ascending, so that no two transactions wait for
-- each other. `recorded`: nothing else is set. Of one neighbourhood a glimpse is enough for core/series/extend, as a rule: its
-- series, and a sample of the members of the one that has the submission's shape; then `members` is NULL. `own_number` NULL: no
-- glimpse is wanted.
CREATE FUNCTION load_facts(
  project_lock bigint, locks bigint[], own_project bigint, own_id text, own_key bigint, own_submitter text,
  own_ancestors text[], is_comment boolean,
  ties bigint[], own_version integer, own_total integer, own_number integer, near_ancestors text[], most_series integer,
  OUT recorded boolean, OUT lock_wait bigint,  -- microseconds
  OUT known_ties bigint[], OUT neighbourhoods bigint[], OUT person json, OUT series json, OUT sample json, OUT members json,
  OUT remarks json, OUT named json)
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
DECLARE
  start timestamptz := clock_timestamp();
  moved boolean;
  alike bigint[];
  names text[];
  waiting bigint[];
BEGIN
  PERFORM pg_advisory_xact_lock_shared(project_lock);  -- see core/store/project_lock
  PERFORM pg_advisory_xact_lock(key) FROM unnest(locks) key;
  recorded := EXISTS (SELECT FROM message m WHERE m.message_id = own_id AND m.project_id = own_project);
  IF NOT recorded AND ties <> '{}' THEN
    neighbourhoods := ARRAY(SELECT id FROM neighbourhood
                            WHERE id = ANY (ARRAY(SELECT t.neighbourhood_id FROM tie t WHERE t.key = ANY (ties)))
                            ORDER BY id FOR UPDATE);
  END IF;
  lock_wait := extract(epoch FROM clock_timestamp() - start) * 1000000;
  IF recorded THEN
    RETURN;
  END IF;

  IF neighbourhoods <> '{}' THEN
    SELECT array_agg(t.key ORDER BY t.key), bool_or(t.neighbourhood_id <> ALL (neighbourhoods)) INTO known_ties, moved
    FROM tie t WHERE t.key = ANY (ties);
    IF moved THEN
      RAISE serialization_failure USING MESSAGE = 'the neighbourhood was merged into another';
    END IF;
    IF own_number IS NOT NULL AND cardinality(neighbourhoods) = 1 AND own_key <> ALL (known_ties) THEN
      SELECT json_agg(s), array_agg(s.id) FILTER (WHERE s.version = own_version AND s.total = own_total) INTO series, alike
      FROM (SELECT * FROM series_row r WHERE r.neighbourhood_id = neighbourhoods[1] AND r.project_id + 0 = own_project
            LIMIT most_series) s;
      IF cardinality(alike) = 1 THEN
        sample := (SELECT coalesce(json_agg(r), '[]') FROM (
          SELECT m.message_id, extract(epoch FROM m.date)::bigint AS date, m.kind = 'cover' AS cover, m.numbered, m.version,
                 m.number, m.total, (SELECT p.address FROM person p WHERE p.id = m.submitter_id) AS submitter, m.name, m.ancestors
          FROM message m WHERE m.id = ANY (ARRAY(
            (SELECT p.message_row FROM patch p WHERE p.series_id = alike[1] AND p.number < own_number
             ORDER BY p.number DESC LIMIT 1)
            UNION ALL
            (SELECT p.message_row FROM patch p WHERE p.series_id = alike[1] AND p.number >= own_number
             ORDER BY p.number LIMIT 1)
            UNION ALL
            SELECT c.message_row FROM cover c WHERE c.series_id = alike[1]
            UNION ALL
            SELECT p.message_row FROM patch p
            WHERE p.message_row = ANY (ARRAY(SELECT a.id FROM message a
                                             WHERE a.message_id = ANY (near_ancestors) AND a.project_id = own_project))
              AND p.series_id + 0 = alike[1]))) r);
      END IF;
    END IF;
    IF sample IS NULL THEN
      SELECT * INTO series, members FROM load_neighbourhoods(own_project, neighbourhoods);
    END IF;
  END IF;

  SELECT row_to_json(p) INTO person
  FROM (SELECT id, name, extract(epoch FROM named_at)::bigint AS named_at, named_by FROM person
        WHERE address = own_submitter) p;

  waiting := '{}';
  IF is_comment OR EXISTS (SELECT FROM mention WHERE key = own_key) THEN
    waiting := hold_comments(own_project, ARRAY[own_key],
                             CASE WHEN is_comment THEN jsonb_build_array(own_ancestors) ELSE '[]' END);
  END IF;
  names := CASE WHEN is_comment THEN own_ancestors ELSE '{}' END;
  IF waiting <> '{}' THEN
    SELECT json_agg(r) INTO remarks
    FROM (SELECT m.message_id, m.ancestors,
                 (SELECT t.message_id FROM message t
                  WHERE t.id = (SELECT c.parent_row FROM comment c WHERE c.message_row = m.id)) AS parent
          FROM message m WHERE m.id = ANY (waiting) AND m.project_id + 0 = own_project) r;
    names := names || ARRAY(
      SELECT DISTINCT unnest(m.ancestors) FROM message m WHERE m.id = ANY (waiting) AND m.project_id + 0 = own_project);
  END IF;

  IF names <> '{}' THEN
    SELECT json_agg(n) INTO named
    FROM (SELECT m.message_id, m.kind = 'comment' AS is_comment,
                 (SELECT t.message_id FROM message t
                  WHERE t.id = (SELECT c.parent_row FROM comment c WHERE c.message_row = m.id)) AS parent
          FROM message m WHERE m.project_id = own_project AND m.message_id = ANY (names)) n;
  END IF;
END $$;

-- Writes what a plan says of series, new ones first, in canonical order, so that the ones that change can point at them.
-- `neighbourhoods` are locked: all become the first of them. `ids` are those of plan->'series', in its order.
CREATE FUNCTION write_series(own_project bigint, neighbourhoods bigint[], plan jsonb, OUT ids bigint[])
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
DECLARE
  writes jsonb[];
  write jsonb;
  new_id bigint;
BEGIN
  ids := '{}';
  IF cardinality(neighbourhoods) > 1 THEN
    UPDATE tie SET neighbourhood_id = neighbourhoods[1] WHERE neighbourhood_id = ANY (neighbourhoods[2:]);
    UPDATE series SET neighbourhood_id = neighbourhoods[1] WHERE neighbourhood_id = ANY (neighbourhoods[2:]);
  END IF;
  writes := ARRAY(SELECT jsonb_array_elements(plan->'series'));
  FOR place IN 1 .. cardinality(writes) LOOP
    ids[place] := writes[place]->>'id';
  END LOOP;
  FOR place IN 1 .. cardinality(writes) LOOP
    write := writes[place];
    CONTINUE WHEN ids[place] IS NOT NULL;
    INSERT INTO series (project_id, neighbourhood_id, version, total, name, submitter_id, date, received, complete, by_hand,
                        supersedes_id)
    SELECT own_project, neighbourhoods[1], w.version, w.total, w.name,
           (SELECT id FROM person WHERE address = write->>'submitter'), w.date, w.received, w.complete, w.by_hand,
           coalesce(ids[(write->>'supersedes')::integer + 1], w.supersedes_id)
    FROM jsonb_populate_record(NULL::series, write) w
    RETURNING id INTO new_id;
    ids[place] := new_id;
  END LOOP;
  FOR place IN 1 .. cardinality(writes) LOOP
    write := writes[place];
    CONTINUE WHEN NOT (write->>'update')::boolean;
    UPDATE series s
    SET version = w.version, total = w.total, name = w.name,
        submitter_id = (SELECT id FROM person WHERE address = write->>'submitter'), date = w.date, received = w.received,
        complete = w.complete, by_hand = w.by_hand,
        supersedes_id = coalesce(ids[(write->>'supersedes')::integer + 1], w.supersedes_id)
    FROM jsonb_populate_record(NULL::series, write) w
    WHERE s.id = ids[place];
  END LOOP;

  -- In one statement a table, so that members can change slots among themselves.
  IF plan ? 'placements' THEN
    UPDATE patch x SET series_id = ids[v.series + 1]
    FROM jsonb_to_recordset(plan->'placements') v (member text, series integer)
    WHERE x.message_row = (SELECT m.id FROM message m WHERE m.message_id = v.member AND m.project_id = own_project);
    UPDATE cover x SET series_id = ids[v.series + 1]
    FROM jsonb_to_recordset(plan->'placements') v (member text, series integer)
    WHERE x.message_row = (SELECT m.id FROM message m WHERE m.message_id = v.member AND m.project_id = own_project);
  END IF;
  IF plan ? 'redirects' THEN  -- and what redirected to it: one hop, always
    UPDATE series s SET merged_into_id = ids[v."to" + 1]
    FROM jsonb_to_recordset(plan->'redirects') v ("from" bigint, "to" integer)
    WHERE s.id = v."from" OR s.merged_into_id = v."from";
  END IF;
END $$;

-- `ids`: those that write_series() gave. An event names its series by its place among them, or by id.
CREATE FUNCTION write_events(own_project bigint, ids bigint[], events jsonb) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO event (project_id, category, series_id)
  SELECT own_project, e->>'category', coalesce(ids[(e->>'series')::integer + 1], (e->>'series_id')::bigint)
  FROM jsonb_array_elements(events) WITH ORDINALITY s (e, n) ORDER BY n;
END $$;

-- Comments get the parents that they waited for.
CREATE FUNCTION adopt(own_project bigint, adoptions jsonb) RETURNS void
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
BEGIN
  UPDATE comment c
  SET parent_row = (SELECT m.id FROM message m WHERE m.message_id = v.parent AND m.project_id = own_project)
  FROM jsonb_to_recordset(adoptions) v (comment text, parent text)
  WHERE c.message_row = (SELECT m.id FROM message m WHERE m.message_id = v.comment AND m.project_id = own_project);
END $$;

-- Writes a submission as its plan says, in the one order that all transactions keep: person, neighbourhood and ties, message,
-- series, patch or cover or comment, events. Returns the series of a patch or cover letter.
CREATE FUNCTION record_message(own_project bigint, neighbourhoods bigint[], missing_ties bigint[], plan jsonb, raw bytea,
                               truncated boolean)
RETURNS bigint
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
#variable_conflict use_variable
DECLARE
  person jsonb := plan->'person';
  person_row bigint := (person->>'id')::bigint;
  own_row bigint;
  neighbourhood bigint;
  ids bigint[];
  own_series bigint;
BEGIN
  IF person_row IS NULL THEN
    INSERT INTO person (address, name, named_at, named_by)
    SELECT p.address, p.name, p.named_at, p.named_by FROM jsonb_populate_record(NULL::person, person) p
    ON CONFLICT DO NOTHING RETURNING id INTO person_row;
    IF person_row IS NULL THEN
      RAISE serialization_failure USING MESSAGE = 'the person was inserted by another transaction';
    END IF;
  ELSIF (person->>'rename')::boolean THEN
    UPDATE person p SET name = n.name, named_at = n.named_at, named_by = n.named_by
    FROM jsonb_populate_record(NULL::person, person) n WHERE p.id = person_row;
  END IF;

  IF neighbourhoods = '{}' AND NOT plan ? 'comment' THEN
    INSERT INTO neighbourhood DEFAULT VALUES RETURNING id INTO neighbourhood;
    neighbourhoods := ARRAY[neighbourhood];
  END IF;
  IF missing_ties <> '{}' THEN
    INSERT INTO tie (key, neighbourhood_id) SELECT key, neighbourhoods[1] FROM unnest(missing_ties) key;
  END IF;

  INSERT INTO message (project_id, message_id, message_id_derived, kind, submitter_id, author_name, author_address, date, subject,
                       name, prefixes, version, number, total, numbered, ancestors, trailers, content_sha256, raw, truncated,
                       base_commit, change_id, depends_on, supersedes)
  SELECT own_project, m.message_id, m.message_id_derived, m.kind, person_row, m.author_name, m.author_address, m.date, m.subject,
         m.name, m.prefixes, m.version, m.number, m.total, m.numbered, m.ancestors, m.trailers, m.content_sha256, raw, truncated,
         m.base_commit, m.change_id, m.depends_on, m.supersedes
  FROM jsonb_populate_record(NULL::message, plan->'message') m
  RETURNING id INTO own_row;

  IF plan ? 'series' THEN
    ids := write_series(own_project, neighbourhoods, plan);
    own_series := ids[(plan->>'own_series')::integer + 1];
  END IF;
  IF plan ? 'patch' THEN
    INSERT INTO patch (message_row, series_id, number, paths, diff_sha256, patch_id, pull_url, pull_ref)
    SELECT own_row, own_series, p.number, p.paths, p.diff_sha256, p.patch_id, p.pull_url, p.pull_ref
    FROM jsonb_populate_record(NULL::patch, plan->'patch') p;
  ELSIF plan ? 'comment' THEN
    INSERT INTO comment (message_row, key, parent_row)
    SELECT own_row, (plan->'comment'->>'key')::bigint,
           (SELECT m.id FROM message m WHERE m.project_id = own_project AND m.message_id = plan->'comment'->>'parent');
    INSERT INTO mention (key, message_row)
    SELECT DISTINCT key::bigint, own_row FROM jsonb_array_elements_text(plan->'comment'->'mentions') key;
  ELSE
    INSERT INTO cover (message_row, series_id) VALUES (own_row, own_series);
  END IF;
  IF plan ? 'adoptions' THEN
    PERFORM adopt(own_project, plan->'adoptions');
  END IF;
  IF plan ? 'beginnings' THEN
    PERFORM write_events(own_project, ids, plan->'beginnings');
  END IF;
  INSERT INTO event (project_id, category, message_row, series_id)
  VALUES (own_project, plan->>'created', own_row, own_series);
  IF plan ? 'ends' THEN
    PERFORM write_events(own_project, ids, plan->'ends');
  END IF;
  RETURN own_series;
END $$;

REVOKE ALL ON FUNCTION load_facts, hold_comments, record_message, load_neighbourhoods, load_members, waiting_comments, write_series,
  write_events, adopt FROM PUBLIC;
