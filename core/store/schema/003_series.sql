-- What makes a series cheap to extend, what administrators decide about series by hand, and an end to parking. Rows from before
-- have no ties by change id or Supersedes: versions that come later are linked to them by thread and name only.

ALTER TABLE series
  ADD COLUMN received integer NOT NULL DEFAULT 0,      -- how many of the numbers 1 to total are there
  ADD COLUMN by_hand  boolean NOT NULL DEFAULT false;  -- it has a pinned member
UPDATE series s SET received =
  (SELECT count(*) FROM patch p WHERE p.series_id = s.id AND p.number BETWEEN 1 AND s.total);

-- `quilter series merge` and `split`: mails with one anchor are one series, whatever their threads say; mails with different
-- anchors never are. Mail without a pin may join them by its thread.
CREATE TABLE pin (
  message_row bigint PRIMARY KEY REFERENCES message,
  anchor_row  bigint NOT NULL REFERENCES message
);
CREATE INDEX pin_anchor ON pin (anchor_row);
COMMENT ON TABLE pin IS 'which series a patch or cover letter belongs to, as an administrator decided';

-- Comments that wait for what they answer, the oldest first. Most talk on a list answers no patch: it is forgotten in the end.
CREATE INDEX comment_parked ON comment (message_row) WHERE parent_row IS NULL;
CREATE INDEX mention_of_comment ON mention (message_row);
ALTER TABLE event DROP CONSTRAINT event_message_row_fkey;  -- what happened stays, also to what was forgotten

-- Forgets at most `most` comments that have been parked for longer than `age`, and says how many. What somebody else holds
-- is left for the next time. The ingest role has no DELETE: it can forget by this alone, and nothing younger than a day.
CREATE FUNCTION forget_parked(age interval, most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  old bigint[];
BEGIN
  SELECT array_agg(message_row) INTO old FROM (
    SELECT c.message_row FROM public.comment c JOIN public.message m ON m.id = c.message_row
    WHERE c.parent_row IS NULL AND m.received_at < now() - greatest(age, interval '1 day')
    ORDER BY c.message_row LIMIT most FOR UPDATE OF c SKIP LOCKED) parked;
  DELETE FROM public.mention WHERE message_row = ANY (old);
  DELETE FROM public.comment WHERE message_row = ANY (old);
  DELETE FROM public.message WHERE id = ANY (old);
  RETURN coalesce(cardinality(old), 0);
END $$;
REVOKE ALL ON FUNCTION forget_parked FROM PUBLIC;
