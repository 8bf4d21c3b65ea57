CREATE TABLE flows (
    id {uuid} NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    expires_at {time} NOT NULL,
    tries BIGINT NOT NULL,
    doc {json} NOT NULL
);
CREATE INDEX flows_expiry ON flows (expires_at);

CREATE TABLE codes (
    id {uuid} NOT NULL PRIMARY KEY,
    flow_id {uuid} NOT NULL,
    purpose TEXT NOT NULL,
    identity_id {uuid},
    via TEXT NOT NULL,
    address TEXT NOT NULL,
    digest {bytes} NOT NULL,
    expires_at {time} NOT NULL,
    used_at {time}
);
CREATE INDEX codes_flow ON codes (flow_id);
CREATE INDEX codes_expiry ON codes (expires_at);

CREATE TABLE token_exchanges (
    flow_id {uuid} NOT NULL PRIMARY KEY,
    init_code_hash {bytes} NOT NULL,
    return_to_code_hash {bytes},
    session_id {uuid},
    session_token TEXT,
    expires_at {time} NOT NULL
);
CREATE UNIQUE INDEX token_exchanges_init ON token_exchanges (init_code_hash);
CREATE INDEX token_exchanges_expiry ON token_exchanges (expires_at);
