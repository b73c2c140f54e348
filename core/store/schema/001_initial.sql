-- Quilter's schema. These comments are its manual; docs/design.md tells why it looks like this.
--
-- What a mail said is in `message` and never changes. What follows from the set of messages (series, who comments on
-- what) is in `series`, `patch`, `cover`, `comment` and `mention`, and is rewritten when a late mail shows that it was wrong.
-- That a row of these is of its message's kind and project is no constraint: it would need both in every row.
-- What people decide (state, delegate, archived) is in `patch`, in columns that ingest sets once and never touches again.

-- One row a tracked list, or a share of a list.
CREATE TABLE project (
  id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name          text NOT NULL UNIQUE CHECK (name ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$'),
  list_ids      text[] NOT NULL DEFAULT '{}',   -- RFC 2919; lower case means ASCII's, whatever the locale
  recipients    text[] NOT NULL DEFAULT '{}',   -- addresses that mean this list, where the MTA hosts it; lower case
  subject_match text NOT NULL DEFAULT '',       -- RE2; '' takes every subject
  list_tag      text NOT NULL DEFAULT '',       -- the tag that the list puts into subjects
  tracked       boolean NOT NULL DEFAULT true,  -- false: its archive stays, new mail passes unread
  created_at    timestamptz NOT NULL DEFAULT now(),
  CHECK (list_ids::text = lower(list_ids::text COLLATE "C")),
  CHECK (recipients::text = lower(recipients::text COLLATE "C")),
  CHECK (cardinality(list_ids) + cardinality(recipients) > 0),
  CHECK (NOT '' = ANY (list_ids) AND NOT '' = ANY (recipients))
);
COMMENT ON TABLE project IS 'a tracked list, or the share of it that subject_match takes';

-- People are shared by all projects. The name is that of the earliest mail that has one, whatever came in first.
CREATE TABLE person (
  id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  address  text NOT NULL UNIQUE CHECK (address = lower(address COLLATE "C") AND address <> ''),
  name     text NOT NULL DEFAULT '',
  named_at timestamptz,                         -- Date of the mail that the name is from
  named_by text NOT NULL DEFAULT ''             -- and its message id: together they break ties without a clock of ours
);
COMMENT ON TABLE person IS 'a submitter, known by address';

-- What is locked as one: all patches and cover letters that can be of one series, or of its versions. Its own message id,
-- its four nearest ancestors and the oldest, its submitter with its name, the run of the tool that sent it and its marker
-- are the ties of a mail; mails that share a tie share a neighbourhood.
CREATE TABLE neighbourhood (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY
);
COMMENT ON TABLE neighbourhood IS 'a row to lock: every series that one patch can change lies in its neighbourhood';

CREATE TABLE tie (
  key              bigint PRIMARY KEY,          -- the advisory lock key of the tie: a hash, salted by project
  neighbourhood_id bigint NOT NULL REFERENCES neighbourhood
);
CREATE INDEX tie_neighbourhood ON tie (neighbourhood_id);
COMMENT ON TABLE tie IS 'which neighbourhood a message id (come, or only named as an ancestor), a name, a run or a marker belongs to';

-- One row a message and project; never changed. Everything but `raw` is derived from it.
CREATE TABLE message (
  id                 bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  project_id         bigint NOT NULL REFERENCES project,
  message_id         text NOT NULL CHECK (message_id <> ''),  -- without angle brackets
  message_id_derived boolean NOT NULL DEFAULT false,          -- the mail had none: made from its content
  kind               text NOT NULL CHECK (kind IN ('patch', 'cover', 'comment', 'pull')),
  submitter_id       bigint NOT NULL REFERENCES person,
  author_name        text NOT NULL,                           -- the in-body From:, else the submitter
  author_address     text NOT NULL,
  date               timestamptz,                             -- of the Date field; NULL where it is unreadable
  subject            text NOT NULL,                           -- decoded
  name               text NOT NULL,                           -- subject without prefixes
  prefixes           text[] NOT NULL,
  version            integer NOT NULL CHECK (version >= 0),
  number             integer NOT NULL CHECK (number >= 0),
  total              integer NOT NULL CHECK (total >= 0),
  numbered           boolean NOT NULL,                        -- the subject said "3/7"
  ancestors          text[] NOT NULL,                         -- nearest first, capped
  trailers           text[] NOT NULL,                         -- "Reviewed-by: A <a@b>", in order
  content_sha256     bytea NOT NULL CHECK (length(content_sha256) = 32),
  raw                bytea COMPRESSION lz4 NOT NULL,          -- byte for byte as transferred
  truncated          boolean NOT NULL DEFAULT false,          -- raw lacks what was beyond max_message_bytes
  received_at        timestamptz NOT NULL DEFAULT now(),
  UNIQUE (message_id, project_id)  -- in this order, since people ask for a message id in any project
);
COMMENT ON TABLE message IS 'what a mail said; never changed. P2: once per project and message id';

-- A version of a series. Everything in it follows from its members.
CREATE TABLE series (
  id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  project_id       bigint NOT NULL REFERENCES project,
  neighbourhood_id bigint NOT NULL REFERENCES neighbourhood,
  version          integer NOT NULL CHECK (version >= 0),
  total            integer NOT NULL CHECK (total >= 0),
  name             text NOT NULL,               -- of the cover letter, else of the lowest number that came
  submitter_id     bigint NOT NULL REFERENCES person,
  date             timestamptz,                 -- of its first member
  complete         boolean NOT NULL DEFAULT false,
  supersedes_id    bigint REFERENCES series,    -- the version before
  merged_into_id   bigint REFERENCES series,    -- a late mail proved both to be one: this row only redirects
  CHECK (merged_into_id IS NULL OR merged_into_id < id),
  CHECK (supersedes_id <> id)
);
CREATE INDEX series_neighbourhood ON series (neighbourhood_id) WHERE merged_into_id IS NULL;
CREATE INDEX series_of_project ON series (project_id, date DESC NULLS LAST, id DESC) WHERE merged_into_id IS NULL;
CREATE INDEX series_newest ON series (date DESC NULLS LAST, id DESC) WHERE merged_into_id IS NULL;
CREATE INDEX series_supersedes ON series (supersedes_id) WHERE supersedes_id IS NOT NULL;
CREATE INDEX series_merged ON series (merged_into_id) WHERE merged_into_id IS NOT NULL;
COMMENT ON TABLE series IS 'patches and a cover letter that belong together, in one version';

-- Patches and pull requests: what the mail says about the change, and what people decide about it.
CREATE TABLE patch (
  message_row bigint PRIMARY KEY REFERENCES message,
  series_id   bigint NOT NULL REFERENCES series,
  number      integer NOT NULL CHECK (number >= 0),
  paths       text[] NOT NULL,
  diff_sha256 bytea CHECK (length(diff_sha256) = 32),  -- NULL: no diff (a pull request)
  patch_id    bytea CHECK (length(patch_id) = 20),     -- git patch-id --stable
  pull_url    text,
  pull_ref    text,
  state       text NOT NULL DEFAULT 'new' CHECK (state <> ''),
  delegate_id bigint REFERENCES person,
  archived    boolean NOT NULL DEFAULT false,
  CHECK (diff_sha256 IS NOT NULL OR pull_url IS NOT NULL),
  -- A slot is held once; checked at the end of a statement, so that one statement can move several patches.
  UNIQUE (series_id, number) DEFERRABLE INITIALLY IMMEDIATE
);
CREATE INDEX patch_patch_id ON patch (patch_id);
COMMENT ON TABLE patch IS 'a patch or pull request in its slot, and what people decided about it';

CREATE TABLE cover (
  message_row bigint PRIMARY KEY REFERENCES message,
  series_id   bigint NOT NULL REFERENCES series,
  UNIQUE (series_id) DEFERRABLE INITIALLY IMMEDIATE
);
COMMENT ON TABLE cover IS 'a cover letter; a series has at most one';

CREATE TABLE comment (
  message_row bigint PRIMARY KEY REFERENCES message,
  key         bigint NOT NULL,                   -- the lock key of its message id, by which others mention it
  parent_row  bigint REFERENCES message CHECK (parent_row <> message_row)  -- the patch or cover letter that it belongs to; NULL: parked
);
CREATE INDEX comment_parent ON comment (parent_row);
COMMENT ON TABLE comment IS 'a reply; parked until the patch or cover letter that it belongs to has come';

-- What a comment names and waits for: the ancestors whose coming, or whose own parent, can still change where it belongs.
-- In a thread that comes in order that is one: the mail that it answers.
CREATE TABLE mention (
  key         bigint NOT NULL,                   -- the lock key of the message id that is named
  message_row bigint NOT NULL REFERENCES comment,
  PRIMARY KEY (key, message_row)
);
COMMENT ON TABLE mention IS 'which comments to look at when a message comes, or belongs elsewhere';

-- What happened, in commit order by (transaction, id) below the oldest running transaction:
--   SELECT … WHERE transaction < pg_snapshot_xmin(pg_current_snapshot()) ORDER BY transaction, id
CREATE TABLE event (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  transaction xid8 NOT NULL DEFAULT pg_current_xact_id(),
  project_id  bigint NOT NULL REFERENCES project,
  category    text NOT NULL CHECK (category IN ('patch-created', 'cover-created', 'comment-created', 'series-created',
                                                'series-completed', 'series-merged')),
  message_row bigint REFERENCES message,
  series_id   bigint REFERENCES series,
  created_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX event_feed ON event (transaction, id);
COMMENT ON TABLE event IS 'what happened, written in the transaction in which it happened';
