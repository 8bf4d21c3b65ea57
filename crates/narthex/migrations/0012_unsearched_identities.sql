-- Where what an identity is looked for by is missing or old. A step of its own: the columns take a lock that keeps everybody out, which
-- must not last as long as an index over all rows is built.
CREATE INDEX identities_unsearched ON identities (id) WHERE COALESCE(searched_version, 0) <> version;
