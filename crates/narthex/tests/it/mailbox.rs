//! The development mailbox on the admin listener.

use std::time::Duration;

use narthex_testkit::TestServer;

use crate::web_hooks::sign_up;

#[tokio::test]
async fn the_mailbox_speaks_the_language_of_the_pages_and_its_head_leads_to_itself() {
    let server = TestServer::builder().set("narthex.ui.locale", "de").start().await;
    assert_eq!(sign_up(&server, "a@example.org").await.status, 200);
    let admin = server.admin();
    let mut page = admin.get("/ui/mailbox").await;
    for _ in 0..100 {
        if page.text.contains("erledigt") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        page = admin.get("/ui/mailbox").await;
    }
    assert!(page.text.contains("erledigt") && !page.text.contains(">sent<"), "{}", page.text);
    let head = page.text.split("class=\"brand\" href=\"").nth(1).unwrap().split('"').next().unwrap();
    assert_eq!(admin.get(head).await.status, 200, "{head}");
    server.end().await;
}
