-- What the roles may do, granted anew by every `quilter migrate`: no DDL; of what mails say the tracker writes nothing, and of
-- what people decide the daemon writes nothing once a patch is there.
REVOKE CREATE ON SCHEMA public FROM PUBLIC;  -- what PostgreSQL 14 still grants
GRANT SELECT ON ALL TABLES IN SCHEMA public TO quilter_ingest;
GRANT INSERT ON person, neighbourhood, tie, message, series, patch, cover, comment, mention
  TO quilter_ingest;
REVOKE INSERT ON event FROM quilter_ingest;  -- had more before version 5
GRANT INSERT (project_id, category, message_row, series_id) ON event TO quilter_ingest;  -- in nobody's name
GRANT UPDATE (name, named_at, named_by) ON person TO quilter_ingest;
GRANT UPDATE (id) ON neighbourhood TO quilter_ingest;  -- SELECT … FOR UPDATE asks for it; the value cannot be changed
GRANT UPDATE (neighbourhood_id) ON tie TO quilter_ingest;
GRANT UPDATE (neighbourhood_id, version, total, name, submitter_id, date, complete, supersedes_id, merged_into_id, received,
              by_hand)
  ON series TO quilter_ingest;
GRANT UPDATE (series_id) ON patch, cover TO quilter_ingest;
GRANT UPDATE (parent_row) ON comment TO quilter_ingest;
GRANT EXECUTE ON FUNCTION forget_parked TO quilter_ingest;
GRANT EXECUTE ON FUNCTION load_facts, record_message, load_batch, load_samples, record_batch, load_neighbourhoods,
  load_members, waiting_comments, hold_comments, write_series, write_events, adopt TO quilter_ingest;

GRANT SELECT ON ALL TABLES IN SCHEMA public TO quilter_tracker;
GRANT UPDATE (state, delegate_id, archived, commit_ref, revision) ON patch TO quilter_tracker;
GRANT INSERT (project_id, category, message_row, series_id, actor, login, request, field, old_value, new_value, revision,
              created_at) ON event TO quilter_tracker;  -- created_at: of checks that another tracker had
GRANT INSERT ON check_result, note, account, account_address, role, token, state, delegation TO quilter_tracker;
GRANT UPDATE (admin, disabled) ON account TO quilter_tracker;
GRANT UPDATE (role) ON role TO quilter_tracker;
GRANT UPDATE (revoked_at) ON token TO quilter_tracker;
GRANT UPDATE (position, action_required, by_submitter, moves_to) ON state TO quilter_tracker;
GRANT UPDATE (position, account_id) ON delegation TO quilter_tracker;
GRANT UPDATE (auto_supersede, auto_delegate, auto_accept) ON project TO quilter_tracker;
GRANT UPDATE (transaction, id) ON automation TO quilter_tracker;
GRANT DELETE ON account_address, role, delegation, state TO quilter_tracker;
GRANT UPDATE (id) ON neighbourhood TO quilter_tracker;  -- to lock, as above
GRANT EXECUTE ON FUNCTION default_states, named_patches, hold_patches, write_changes TO quilter_tracker;
