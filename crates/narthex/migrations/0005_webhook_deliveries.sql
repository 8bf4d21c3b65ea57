-- Calls of web hooks that nobody waits for. `hook` names the hook by a digest, so that no address with a key in it and no
-- credentials are kept. `due_at` is when a call may be tried, when the claim on one that is being tried ends, and null once it is
-- settled.
CREATE TABLE webhook_deliveries (
  id {uuid} PRIMARY KEY,
  status TEXT NOT NULL,
  hook TEXT NOT NULL,
  label TEXT,
  url TEXT NOT NULL,
  method TEXT NOT NULL,
  body {bytes},
  attempts BIGINT NOT NULL,
  answered BIGINT,
  error TEXT,
  due_at {time},
  claim {uuid},
  created_at {time} NOT NULL,
  updated_at {time} NOT NULL
);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX webhook_deliveries_by_age ON webhook_deliveries (created_at, id);
