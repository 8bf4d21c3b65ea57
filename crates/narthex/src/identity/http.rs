//! The admin API of identities.
