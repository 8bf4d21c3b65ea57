CREATE TABLE identities (
    id {uuid} NOT NULL PRIMARY KEY,
    schema_id TEXT NOT NULL,
    external_id TEXT,
    organization_id {uuid},
    state TEXT NOT NULL,
    available_aal TEXT NOT NULL,
    traits {json} NOT NULL,
    metadata_public {json},
    metadata_admin {json},
    verifiable_addresses {json} NOT NULL,
    recovery_addresses {json} NOT NULL,
    version BIGINT NOT NULL,
    state_changed_at {time} NOT NULL,
    created_at {time} NOT NULL,
    updated_at {time} NOT NULL
);
CREATE UNIQUE INDEX identities_external_id ON identities (external_id);

CREATE TABLE credentials (
    identity_id {uuid} NOT NULL REFERENCES identities (id) ON DELETE CASCADE,
    type TEXT NOT NULL,
    config {json} NOT NULL,
    identifiers {json} NOT NULL,
    version BIGINT NOT NULL,
    created_at {time} NOT NULL,
    updated_at {time} NOT NULL,
    PRIMARY KEY (identity_id, type)
);

CREATE TABLE identifiers (
    type TEXT NOT NULL,
    value TEXT NOT NULL,
    identity_id {uuid} NOT NULL REFERENCES identities (id) ON DELETE CASCADE,
    PRIMARY KEY (type, value)
);
CREATE INDEX identifiers_identity ON identifiers (identity_id);
CREATE INDEX identifiers_value ON identifiers (value);

CREATE TABLE addresses (
    purpose TEXT NOT NULL,
    via TEXT NOT NULL,
    value TEXT NOT NULL,
    identity_id {uuid} NOT NULL REFERENCES identities (id) ON DELETE CASCADE,
    PRIMARY KEY (purpose, via, value)
);
CREATE INDEX addresses_identity ON addresses (identity_id);
