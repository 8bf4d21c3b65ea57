-- What waits, by hook: claims take of each hook what is due, and metrics count it, without a look at any other row.
CREATE INDEX webhook_deliveries_waiting ON webhook_deliveries (hook, due_at, created_at) WHERE due_at IS NOT NULL;
