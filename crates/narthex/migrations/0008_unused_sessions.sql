CREATE INDEX sessions_unused ON sessions (COALESCE(last_used_at, issued_at)) WHERE active = TRUE;
