//! The courier from outside: every scenario on each engine, against a mail server that this process runs.
//! Never looks into the courier's own modules.
//! Next: `sink.rs` is the mail server, `post.rs` what the scenarios share.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by them")]

mod delivery;
mod engines;
mod gateway;
mod post;
mod protection;
mod queue;
mod sink;
mod texts;

macro_rules! on_each_engine {
    ($($scenario:path as $name:ident),* $(,)?) => {
        mod sqlite { use super::*; $(#[test] fn $name() { engines::on_sqlite($scenario); })* }
        mod postgres { use super::*; $(#[test] fn $name() { engines::on_postgres($scenario); })* }
    };
}

on_each_engine! {
    delivery::sent as a_queued_message_is_sent_as_a_mail,
    delivery::woken as a_message_leaves_at_once_when_the_bell_rings,
    delivery::refused_for_a_while as a_message_refused_for_a_while_is_tried_again,
    delivery::refused_for_good as a_message_refused_too_often_is_abandoned_and_holds_up_no_other,
    delivery::unreachable as a_server_that_cannot_be_reached_costs_tries,
    delivery::forbidden as a_mail_server_in_a_private_network_is_not_connected_to_where_that_is_forbidden,
    delivery::cut_off as a_mail_that_is_cut_off_is_sent_again,
    delivery::unanswered as a_mail_without_an_answer_is_repeated_under_the_same_id,
    delivery::slow as a_slow_server_does_not_make_mails_wait_for_each_other,
    delivery::dead as a_dead_mail_server_holds_up_no_text_message_and_takes_no_more_than_its_places,
    delivery::stopped as stopping_waits_for_what_is_under_way,
    delivery::connections_are_kept as connections_are_used_again,
    delivery::tired_connections_are_replaced as a_connection_closed_between_mails_costs_no_try,
    delivery::many_instances as many_instances_deliver_each_message_once,
    delivery::reloaded as new_settings_hold_for_the_next_message,
    delivery::development as the_development_mailbox_keeps_everything_readable,
    delivery::blanked as a_message_that_was_sent_or_given_up_cannot_be_read_any_more,
    delivery::without_a_channel as a_text_message_without_a_channel_is_abandoned,
    gateway::delivered as mail_by_http_carries_what_the_snippet_makes,
    gateway::tried_again as an_answer_other_than_2xx_is_a_failure,
    gateway::default_body as without_a_snippet_the_default_fields_are_sent,
    gateway::text_message as a_text_message_can_be_sent_as_a_form,
    gateway::fetched_snippet as a_snippet_by_http_is_fetched_once,
    gateway::failing_snippet as a_snippet_that_fails_costs_a_try,
    queue::transactional as a_message_commits_with_the_write_that_needs_it,
    queue::killed as a_claim_of_a_killed_instance_runs_out,
    queue::lists as lists_are_filtered_and_paged,
    queue::cleaned_up as old_settled_messages_are_cleaned_up_in_slices,
}
