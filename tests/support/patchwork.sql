-- What `quilter import-patchwork` reads of a Patchwork 3's database: these tables have more columns there.
CREATE TABLE auth_user (
  id        integer PRIMARY KEY,
  username  varchar(150) NOT NULL UNIQUE,
  email     varchar(254) NOT NULL DEFAULT '',
  password  varchar(128) NOT NULL DEFAULT 'secret',  -- which is not read
  is_active boolean NOT NULL DEFAULT true
);
CREATE TABLE patchwork_person (
  id      integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  email   varchar(255) NOT NULL UNIQUE,
  name    varchar(255),
  user_id integer REFERENCES auth_user
);
CREATE TABLE patchwork_project (
  id            integer PRIMARY KEY,
  linkname      varchar(255) NOT NULL UNIQUE,
  name          varchar(255) NOT NULL,
  listid        varchar(255) NOT NULL,
  listemail     varchar(200) NOT NULL DEFAULT '',
  subject_match varchar(64) NOT NULL DEFAULT '',
  UNIQUE (listid, subject_match)
);
CREATE TABLE patchwork_userprofile (
  id      integer PRIMARY KEY,
  user_id integer NOT NULL UNIQUE REFERENCES auth_user
);
CREATE TABLE patchwork_userprofile_maintainer_projects (
  id             integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  userprofile_id integer NOT NULL REFERENCES patchwork_userprofile,
  project_id     integer NOT NULL REFERENCES patchwork_project
);
CREATE TABLE patchwork_state (
  id              integer PRIMARY KEY,
  name            varchar(100) NOT NULL UNIQUE,
  slug            varchar(100) NOT NULL UNIQUE,
  ordering        integer NOT NULL UNIQUE,
  action_required boolean NOT NULL DEFAULT true
);
INSERT INTO patchwork_state (id, name, slug, ordering) VALUES
  (1, 'New', 'new', 0), (2, 'Under Review', 'under-review', 1), (3, 'Accepted', 'accepted', 2),
  (4, 'Rejected', 'rejected', 3), (5, 'RFC', 'rfc', 4), (6, 'Not Applicable', 'not-applicable', 5),
  (7, 'Changes Requested', 'changes-requested', 6), (8, 'Awaiting Upstream', 'awaiting-upstream', 7),
  (9, 'Superseded', 'superseded', 8), (10, 'Deferred', 'deferred', 9);
-- Without the foreign keys to users: of a database that was mended by hand.
CREATE TABLE patchwork_patch (
  id          integer PRIMARY KEY,
  msgid       varchar(255) NOT NULL,
  project_id  integer NOT NULL REFERENCES patchwork_project,
  state_id    integer REFERENCES patchwork_state DEFAULT 1,
  delegate_id integer,
  archived    boolean NOT NULL DEFAULT false,
  commit_ref  varchar(255),
  UNIQUE (msgid, project_id)
);
CREATE TABLE patchwork_cover (
  id         integer PRIMARY KEY,
  msgid      varchar(255) NOT NULL,
  project_id integer NOT NULL REFERENCES patchwork_project,
  UNIQUE (msgid, project_id)
);
CREATE TABLE patchwork_patchcomment (
  id       integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  msgid    varchar(255) NOT NULL,
  patch_id integer NOT NULL REFERENCES patchwork_patch,
  UNIQUE (msgid, patch_id)
);
CREATE TABLE patchwork_covercomment (
  id       integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  msgid    varchar(255) NOT NULL,
  cover_id integer NOT NULL REFERENCES patchwork_cover,
  UNIQUE (msgid, cover_id)
);
CREATE TABLE patchwork_check (
  id          integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  patch_id    integer NOT NULL REFERENCES patchwork_patch,
  user_id     integer NOT NULL,
  date        timestamptz NOT NULL,
  state       smallint NOT NULL,
  target_url  varchar(200),
  description text,
  context     varchar(255) NOT NULL DEFAULT 'default'
);
