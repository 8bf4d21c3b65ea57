CREATE TABLE sessions (
    id {uuid} NOT NULL PRIMARY KEY,
    token_hash {bytes} NOT NULL,
    identity_id {uuid} NOT NULL REFERENCES identities (id) ON DELETE CASCADE,
    active {bool} NOT NULL,
    aal TEXT NOT NULL,
    methods {json} NOT NULL,
    devices {json} NOT NULL,
    expires_at {time} NOT NULL,
    authenticated_at {time} NOT NULL,
    issued_at {time} NOT NULL,
    version BIGINT NOT NULL
);
CREATE UNIQUE INDEX sessions_token ON sessions (token_hash);
CREATE INDEX sessions_identity ON sessions (identity_id);
CREATE INDEX sessions_age ON sessions (issued_at, id);
CREATE INDEX sessions_expiry ON sessions (expires_at);
