//! What is around the API: health, schemas, redirects between the listeners.

use narthex_testkit::TestServer;

#[tokio::test]
async fn both_listeners_are_healthy() {
    let server = TestServer::start().await;
    for client in [server.native(), server.admin()] {
        assert_eq!(client.get("/health/alive").await.json(), serde_json::json!({ "status": "ok" }));
        assert_eq!(client.get("/health/ready").await.status, 200);
    }
    server.end().await;
}
