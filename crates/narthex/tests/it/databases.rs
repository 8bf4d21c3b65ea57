//! One server on each database.

use narthex_testkit::{Database, TestServer};
use serde_json::Value;

/// The servers of both databases, with these keys set; of one, where there is no PostgreSQL.
pub(crate) async fn servers(changes: &[(&str, Value)]) -> Vec<TestServer> {
    let mut servers = Vec::new();
    for database in [Database::Sqlite, Database::Postgres] {
        let builder = changes.iter().fold(TestServer::builder().on(database), |builder, (path, value)| builder.set(path, value.clone()));
        servers.extend(builder.try_start().await.unwrap());
    }
    servers
}
