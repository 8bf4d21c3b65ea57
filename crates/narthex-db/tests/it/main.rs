//! One suite, run on each engine: a scenario is a function that is given an empty database.
//! Never names a driver; what only one engine does is in its own file.
//! Next: `engines.rs` opens the databases.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by them")]

mod engines;
mod file;
mod load;
mod migrations;
mod server;
mod values;
mod writes;

macro_rules! on_each_engine {
    ($($scenario:path as $name:ident),* $(,)?) => {
        mod sqlite_file { use super::*; $(#[test] fn $name() { engines::on_sqlite_file($scenario); })* }
        mod sqlite_memory { use super::*; $(#[test] fn $name() { engines::on_sqlite_memory($scenario); })* }
        mod postgres { use super::*; $(#[test] fn $name() { engines::on_postgres($scenario); })* }
    };
}

on_each_engine! {
    values::round_trip as values_come_back_as_they_went_in,
    values::nulls as nulls_come_back_as_nothing,
    values::mismatched_parameters as a_wrong_number_of_parameters_is_an_error,
    values::zero_characters as a_zero_character_is_refused_alike,
    values::parameters_in_any_order as parameters_may_repeat_and_come_in_any_order,
    values::like as like_minds_case,
    values::queries_do_not_write as queries_do_not_write,
    writes::counts as rows_changed_are_counted_per_statement,
    writes::conflict as a_second_row_of_the_same_key_is_a_conflict_that_names_its_columns,
    writes::unmet as an_unmet_expectation_undoes_the_whole_batch,
    writes::failure_undoes as a_failing_statement_undoes_the_whole_batch,
    writes::empty as an_empty_batch_changes_nothing,
    writes::foreign_keys as foreign_keys_hold,
    writes::text_decides_nothing as text_that_looks_like_sql_is_only_text,
    load::neighbours as one_failing_batch_leaves_its_neighbours_alone,
    load::deferred as a_constraint_checked_at_commit_fails_only_its_batch,
    load::writers as sixty_four_writers_at_once_see_no_error,
    load::expectations as of_many_who_race_for_one_row_exactly_one_wins,
    load::cleanup as large_deletes_in_slices_leave_others_working,
    load::abandoned as a_write_that_nobody_waits_for_is_still_done,
    migrations::idempotent as migrations_run_once,
    migrations::at_once as migrations_run_once_even_when_started_at_once,
    migrations::newer as a_newer_database_is_refused,
    migrations::failing as a_failing_migration_leaves_no_trace,
    migrations::status as status_tells_what_is_still_to_come,
}
