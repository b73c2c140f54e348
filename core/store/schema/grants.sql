-- What the ingest role may do, granted anew by every `quilter migrate`: no DDL, no DELETE, and no UPDATE of anything
-- that a mail said or that people decided.
REVOKE CREATE ON SCHEMA public FROM PUBLIC;  -- what PostgreSQL 14 still grants
GRANT SELECT ON ALL TABLES IN SCHEMA public TO quilter_ingest;
GRANT INSERT ON person, neighbourhood, tie, message, series, patch, cover, comment, mention, event
  TO quilter_ingest;
GRANT UPDATE (name, named_at, named_by) ON person TO quilter_ingest;
GRANT UPDATE (id) ON neighbourhood TO quilter_ingest;  -- SELECT … FOR UPDATE asks for it; the value cannot be changed
GRANT UPDATE (neighbourhood_id) ON tie TO quilter_ingest;
GRANT UPDATE (neighbourhood_id, version, total, name, submitter_id, date, complete, supersedes_id, merged_into_id, received,
              by_hand)
  ON series TO quilter_ingest;
GRANT UPDATE (series_id) ON patch, cover TO quilter_ingest;
GRANT UPDATE (parent_row) ON comment TO quilter_ingest;
GRANT EXECUTE ON FUNCTION forget_parked TO quilter_ingest;
GRANT EXECUTE ON FUNCTION load_facts, record_message, load_neighbourhoods, load_members, waiting_comments, write_series, write_events
  TO quilter_ingest;
