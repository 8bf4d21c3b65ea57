//! The database's tables, step by step. A step that has been released is never changed.

use narthex_db::Migration;

/// All steps, in their order.
pub const ALL: &[Migration] = &[
    Migration { number: 1, name: "identities", sql: include_str!("../migrations/0001_identities.sql") },
    Migration { number: 2, name: "sessions", sql: include_str!("../migrations/0002_sessions.sql") },
    Migration { number: 3, name: "flows", sql: include_str!("../migrations/0003_flows.sql") },
    Migration { number: 4, name: "messages", sql: narthex_courier::TABLES },
    Migration { number: 5, name: "webhook deliveries", sql: include_str!("../migrations/0005_webhook_deliveries.sql") },
    Migration { number: 6, name: "protection", sql: include_str!("../migrations/0006_protection.sql") },
    Migration { number: 7, name: "audit_events", sql: include_str!("../migrations/0007_audit_events.sql") },
    Migration { number: 8, name: "unused sessions", sql: include_str!("../migrations/0008_unused_sessions.sql") },
    Migration { number: 9, name: "waiting deliveries", sql: include_str!("../migrations/0009_waiting_deliveries.sql") },
    Migration { number: 10, name: "address changes", sql: include_str!("../migrations/0010_address_changes.sql") },
    Migration { number: 11, name: "identity search", sql: include_str!("../migrations/0011_identity_search.sql") },
    Migration { number: 12, name: "unsearched identities", sql: include_str!("../migrations/0012_unsearched_identities.sql") },
    Migration { number: 13, name: "waiting messages", sql: narthex_courier::WAITING },
];
