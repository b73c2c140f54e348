-- What a patch of a known series adds to the tables, and nothing else: nothing is read, understood, locked or proved to be
-- new. One call is one statement of one client, its plans kept. No mail can cost PostgreSQL less by itself.
CREATE SEQUENCE nth_mail;

INSERT INTO person (address) SELECT n || '@example.org' FROM generate_series(1, 400) n;
INSERT INTO neighbourhood SELECT FROM generate_series(1, 400);
INSERT INTO series (project_id, neighbourhood_id, version, total, name, submitter_id)
SELECT 1, n.id, 1, 8, 'subject', p.id
FROM (SELECT id, row_number() OVER () AS place FROM neighbourhood) n
JOIN (SELECT id, row_number() OVER () AS place FROM person) p USING (place);

CREATE FUNCTION rows_of_a_patch(raw_bytes bytea) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  nth bigint := nextval('nth_mail');
  own bigint := 1 + nth % 400;
  hash bytea := sha256(int8send(nth));
  added bigint;
BEGIN
  INSERT INTO tie (key, neighbourhood_id)
  VALUES (hashint8extended(nth, 1), own), (hashint8extended(nth, 2), own);
  INSERT INTO message (project_id, message_id, kind, submitter_id, author_name, author_address, date, subject, name, prefixes,
                       version, number, total, numbered, ancestors, trailers, content_sha256, raw)
  VALUES (1, nth || '@example.org', 'patch', own, 'A', own || '@example.org', now(), 'subject', 'subject', '{PATCH}', 1,
          1, 8, true, ARRAY[own || '.cover@example.org'], '{}', hash, raw_bytes)
  RETURNING id INTO added;
  INSERT INTO patch (message_row, series_id, number, paths, diff_sha256, patch_id)
  VALUES (added, own, nth / 400, '{core/store/batch.cpp}', hash, substring(hash FOR 20));
  UPDATE series SET received = received + 1 WHERE id = own;
  INSERT INTO event (project_id, category, message_row, series_id) VALUES (1, 'patch-created', added, own);
END $$;
