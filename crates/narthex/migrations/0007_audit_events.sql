CREATE TABLE audit_events (
    id {uuid} NOT NULL PRIMARY KEY,
    created_at {time} NOT NULL,
    type TEXT NOT NULL,
    actor_type TEXT NOT NULL,
    actor_name TEXT,
    identity_id {uuid},
    session_id {uuid},
    flow_id {uuid},
    ip_address TEXT,
    user_agent TEXT,
    details {json} NOT NULL
);
CREATE INDEX audit_events_type ON audit_events (type, id);
CREATE INDEX audit_events_actor ON audit_events (actor_type, id);
CREATE INDEX audit_events_identity ON audit_events (identity_id, id) WHERE identity_id IS NOT NULL;
CREATE INDEX audit_events_session ON audit_events (session_id, id) WHERE session_id IS NOT NULL;
CREATE INDEX audit_events_flow ON audit_events (flow_id, id) WHERE flow_id IS NOT NULL;
