-- What ingest asks for messages that are recorded together: load_batch() and record_batch(), once a project. What follows from
-- a set of messages does not depend on the order in which they came: it is decided once, for the set, and written table by
-- table, or neighbourhood by neighbourhood. Most of what a message costs PostgreSQL is the beginning and the end of each
-- statement; here they share them.
--
-- For the rest see 004: these functions decide nothing, and what is read after a lock is read from after the wait.

-- `projects`, `locks` and `tie_locks` are those of the whole transaction, ascending: '{}' but for its first project. `ancestries`:
-- of each comment. `too_many`: the neighbourhoods have more than `most_members`, and were not read whole: of each there are but
-- the series, `most_series` at most; see load_samples().
CREATE FUNCTION load_batch(
  projects bigint[], locks bigint[], tie_locks bigint[], own_project bigint, ids text[], keys bigint[], submitters text[],
  ties bigint[], ancestries jsonb, most_members integer, most_series integer,
  OUT too_many boolean, OUT lock_wait bigint,  -- microseconds
  OUT recorded text[], OUT known_ties bigint[], OUT neighbourhoods bigint[],  -- of each of known_ties
  OUT people json, OUT series json, OUT members json, OUT remarks json, OUT named json)
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
DECLARE
  start timestamptz := clock_timestamp();
  held bigint[];
  series_ids bigint[];
  member_rows bigint[];
  names text[] := '{}';
  waiting bigint[];
BEGIN
  IF locks <> '{}' THEN
    PERFORM pg_advisory_xact_lock_shared(key) FROM unnest(projects) key;  -- see core/store/project_lock
    PERFORM pg_advisory_xact_lock(key) FROM unnest(locks) key;
    held := ARRAY(SELECT id FROM neighbourhood
                  WHERE id = ANY (ARRAY(SELECT t.neighbourhood_id FROM tie t WHERE t.key = ANY (tie_locks)))
                  ORDER BY id FOR UPDATE);
    IF EXISTS (SELECT FROM tie t WHERE t.key = ANY (tie_locks) AND t.neighbourhood_id <> ALL (held)) THEN
      RAISE serialization_failure USING MESSAGE = 'the neighbourhood was merged into another';
    END IF;
  END IF;
  lock_wait := extract(epoch FROM clock_timestamp() - start) * 1000000;
  too_many := false;
  recorded := ARRAY(SELECT m.message_id FROM message m WHERE m.message_id = ANY (ids) AND m.project_id = own_project);
  IF recorded @> ids THEN
    RETURN;
  END IF;
  waiting := hold_comments(own_project, keys, ancestries);

  SELECT array_agg(t.key ORDER BY t.key), array_agg(t.neighbourhood_id ORDER BY t.key) INTO known_ties, neighbourhoods
  FROM tie t WHERE t.key = ANY (ties);
  SELECT coalesce(array_agg(s.id), '{}'), coalesce(greatest(sum(s.received), count(*)) > most_members, false)
  INTO series_ids, too_many
  FROM (SELECT r.id, r.received FROM series_row r
        WHERE r.neighbourhood_id = ANY (neighbourhoods) AND r.project_id + 0 = own_project
        LIMIT most_members + 1) s;
  IF NOT too_many THEN  -- what a series has received is less than it has, where numbers are beyond its total
    member_rows := ARRAY(SELECT p.message_row FROM patch p WHERE p.series_id = ANY (series_ids) LIMIT most_members + 1);
    too_many := cardinality(member_rows) > most_members;
  END IF;
  IF too_many THEN
    SELECT json_agg(s) INTO series
    FROM (SELECT DISTINCT n FROM unnest(neighbourhoods) n) near, LATERAL (
      SELECT * FROM series_row r WHERE r.neighbourhood_id = near.n AND r.project_id + 0 = own_project LIMIT most_series) s;
  ELSIF series_ids <> '{}' THEN
    SELECT json_agg(s) INTO series FROM series_row s WHERE s.id = ANY (series_ids);
    members := load_members(member_rows || ARRAY(SELECT c.message_row FROM cover c WHERE c.series_id = ANY (series_ids)));
  END IF;
  SELECT json_agg(p) INTO people
  FROM (SELECT id, address, name, extract(epoch FROM named_at)::bigint AS named_at, named_by FROM person
        WHERE address = ANY (submitters)) p;

  IF waiting <> '{}' THEN
    SELECT json_agg(r) INTO remarks
    FROM (SELECT m.message_id, m.ancestors,
                 (SELECT t.message_id FROM message t
                  WHERE t.id = (SELECT c.parent_row FROM comment c WHERE c.message_row = m.id)) AS parent
          FROM message m WHERE m.id = ANY (waiting) AND m.project_id + 0 = own_project) r;
    names := ARRAY(
      SELECT DISTINCT unnest(m.ancestors) FROM message m WHERE m.id = ANY (waiting) AND m.project_id + 0 = own_project);
  END IF;

  names := names || ARRAY(SELECT jsonb_array_elements_text(a) FROM jsonb_array_elements(ancestries) a);
  IF names <> '{}' THEN
    SELECT json_agg(n) INTO named
    FROM (SELECT m.message_id, m.kind = 'comment' AS is_comment,
                 (SELECT t.message_id FROM message t
                  WHERE t.id = (SELECT c.parent_row FROM comment c WHERE c.message_row = m.id)) AS parent
          FROM message m WHERE m.project_id = own_project AND m.message_id = ANY (names)) n;
  END IF;
END $$;

-- What core/series/extend wants to see of the series that mails with these numbers may be of, each number's beside it: the next
-- lower and the next higher number, or the same; the cover letter; and what the mails answer.
CREATE FUNCTION load_samples(own_project bigint, series_ids bigint[], numbers bigint[], near_ancestors text[]) RETURNS json
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
BEGIN
  RETURN load_members(ARRAY(
    SELECT p.message_row FROM unnest(series_ids, numbers) w (series_id, number), LATERAL (
      (SELECT p.message_row FROM patch p WHERE p.series_id = w.series_id AND p.number < w.number
       ORDER BY p.number DESC LIMIT 1)
      UNION ALL
      (SELECT p.message_row FROM patch p WHERE p.series_id = w.series_id AND p.number >= w.number
       ORDER BY p.number LIMIT 1)) p
    UNION
    SELECT c.message_row FROM cover c WHERE c.series_id = ANY (series_ids)
    UNION
    SELECT p.message_row FROM patch p
    WHERE p.message_row = ANY (ARRAY(SELECT a.id FROM message a
                                     WHERE a.message_id = ANY (near_ancestors) AND a.project_id = own_project))
      AND p.series_id + 0 = ANY (series_ids)));
END $$;

-- Writes what a plan says of a batch. `raws`: the messages' bytes, one after
-- the other. A message's `series` is a place among those of all groups, from 1. Returns the series of each message; 0: none.
CREATE FUNCTION record_batch(own_project bigint, plan jsonb, raws bytea) RETURNS bigint[]
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
#variable_conflict use_variable
DECLARE
  part jsonb;
  near bigint[];
  home bigint;
  ids bigint[] := '{}';
  rows bigint[];
BEGIN
  INSERT INTO person (address, name, named_at, named_by)
  SELECT p.address, p.name, p.named_at, p.named_by FROM jsonb_populate_recordset(NULL::person, plan->'people') p
  WHERE p.id IS NULL;
  IF plan @? '$.people[*].id' THEN
    UPDATE person p SET name = n.name, named_at = n.named_at, named_by = n.named_by
    FROM jsonb_populate_recordset(NULL::person, plan->'people') n WHERE p.id = n.id;
  END IF;

  WITH inserted AS (
    INSERT INTO message (project_id, message_id, message_id_derived, kind, submitter_id, author_name, author_address, date, subject,
                         name, prefixes, version, number, total, numbered, ancestors, trailers, content_sha256, raw, truncated,
                         base_commit, change_id, depends_on, supersedes)
    SELECT own_project, m.message_id, m.message_id_derived, m.kind, (SELECT p.id FROM person p WHERE p.address = w->>'submitter'),
           m.author_name, m.author_address, m.date, m.subject, m.name, m.prefixes, m.version, m.number, m.total, m.numbered,
           m.ancestors, m.trailers, m.content_sha256,
           substring(raws FROM (w->>'from')::integer FOR (w->>'size')::integer), m.truncated,
           m.base_commit, m.change_id, m.depends_on, m.supersedes
    FROM jsonb_array_elements(plan->'messages') WITH ORDINALITY s (w, n), jsonb_populate_record(NULL::message, w) m
    ORDER BY n
    RETURNING id)  -- an identity counts up row by row, so the ids are in the messages' order
  SELECT array_agg(id ORDER BY id) INTO rows FROM inserted;

  FOR part IN SELECT g FROM jsonb_array_elements(plan->'groups') WITH ORDINALITY s (g, n) ORDER BY n LOOP
    near := ARRAY(SELECT id::bigint FROM jsonb_array_elements_text(part->'neighbourhoods') id);
    IF near = '{}' THEN
      INSERT INTO neighbourhood DEFAULT VALUES RETURNING id INTO home;
      near := ARRAY[home];
    END IF;
    INSERT INTO tie (key, neighbourhood_id)
    SELECT key::bigint, near[1] FROM jsonb_array_elements_text(part->'ties') key;
    ids := ids || write_series(own_project, near, part);
  END LOOP;

  INSERT INTO patch (message_row, series_id, number, paths, diff_sha256, patch_id, pull_url, pull_ref)
  SELECT rows[(w->>'row')::integer], ids[(w->>'series')::integer], p.number, p.paths, p.diff_sha256, p.patch_id, p.pull_url,
         p.pull_ref
  FROM jsonb_array_elements(plan->'patches') w, jsonb_populate_record(NULL::patch, w) p;
  INSERT INTO cover (message_row, series_id)
  SELECT rows[(w->>'row')::integer], ids[(w->>'series')::integer] FROM jsonb_array_elements(plan->'covers') w;
  IF plan ? 'comments' THEN
    INSERT INTO comment (message_row, key, parent_row)
    SELECT rows[(w->>'row')::integer], (w->>'key')::bigint,
           (SELECT m.id FROM message m WHERE m.message_id = w->>'parent' AND m.project_id = own_project)
    FROM jsonb_array_elements(plan->'comments') w;
    INSERT INTO mention (key, message_row)
    SELECT DISTINCT key::bigint, rows[(w->>'row')::integer]
    FROM jsonb_array_elements(plan->'comments') w, jsonb_array_elements_text(w->'mentions') key;
  END IF;
  IF plan ? 'adoptions' THEN
    PERFORM adopt(own_project, plan->'adoptions');
  END IF;

  IF plan ? 'beginnings' THEN
    PERFORM write_events(own_project, ids, plan->'beginnings');
  END IF;
  INSERT INTO event (project_id, category, message_row, series_id)
  SELECT own_project, w->>'created', rows[n], ids[(w->>'series')::integer]
  FROM jsonb_array_elements(plan->'messages') WITH ORDINALITY s (w, n) ORDER BY n;
  IF plan ? 'ends' THEN
    PERFORM write_events(own_project, ids, plan->'ends');
  END IF;
  RETURN ARRAY(SELECT coalesce(ids[(w->>'series')::integer], 0)
               FROM jsonb_array_elements(plan->'messages') WITH ORDINALITY s (w, n) ORDER BY n);
END $$;

REVOKE ALL ON FUNCTION load_batch, load_samples, record_batch FROM PUBLIC;
