-- What identities are looked for by: their identifiers and the values of their traits, folded by the program, so that letters mean the
-- same on every database. `searched_version` is the version of the identity that it was made from; where it is another one, the
-- program makes it anew.
ALTER TABLE identities ADD COLUMN search_text TEXT;
ALTER TABLE identities ADD COLUMN searched_version BIGINT;
