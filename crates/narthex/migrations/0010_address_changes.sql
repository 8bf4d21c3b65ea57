CREATE TABLE address_changes (
    flow_id {uuid} NOT NULL PRIMARY KEY,
    identity_id {uuid} NOT NULL REFERENCES identities (id) ON DELETE CASCADE,
    session_id {uuid} NOT NULL,
    expires_at {time} NOT NULL
);
CREATE INDEX address_changes_identity ON address_changes (identity_id);
CREATE INDEX address_changes_session ON address_changes (session_id);
CREATE INDEX address_changes_expiry ON address_changes (expires_at);
CREATE INDEX codes_identity ON codes (identity_id) WHERE identity_id IS NOT NULL;
