-- What tools say about a series in its mails, and who may give a tracker hints. Rows from before have the defaults: what
-- they say is in `raw` still.

ALTER TABLE project
  ADD COLUMN hint_rights text[] NOT NULL DEFAULT '{ignore:*}';  -- "state:ann@x.org": hint and sender; core/mail/hints.hpp

ALTER TABLE message
  ADD COLUMN base_commit text   NOT NULL DEFAULT '',  -- git format-patch --base
  ADD COLUMN change_id   text   NOT NULL DEFAULT '',  -- b4's or Gerrit's: the same in all versions
  ADD COLUMN depends_on  text[] NOT NULL DEFAULT '{}',  -- Depends-on, Based-on, prerequisite-message-id: message ids or URLs
  ADD COLUMN supersedes  text[] NOT NULL DEFAULT '{}';  -- message ids or URLs
