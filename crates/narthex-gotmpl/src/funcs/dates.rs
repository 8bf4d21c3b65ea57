//! Points in time: now, arithmetic, zones.
//! It never guesses: a text that does not fit its layout is the zero time, as in sprig.
//! Next: `layout` for Go's layouts.

#![expect(clippy::unnecessary_wraps, reason = "functions of templates share one signature")]

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, Zoned};
use std::sync::Arc;

use super::{Call, Function, Type, fixed, layout};
use crate::error::Fault;
use crate::value::Value;

type Run = fn(&Call<'_>) -> Result<Value, Fault>;

const IN_ZONE: Run = |call| formatted(call.str(0), &moment(call.any(1)), &zone(call.str(2)));
const MODIFY: Run = |call| Ok(shifted(call).unwrap_or(call.any(1).clone()));
const MUST_MODIFY: Run = |call| shifted(call);

pub(super) const FUNCTIONS: &[Function] = &[
    fixed("now", &[], |_| Ok(Value::Time(Arc::new(Zoned::now())))),
    fixed("date", &[Type::Str, Type::Any], |call| formatted(call.str(0), &moment(call.any(1)), &TimeZone::system())),
    fixed("dateInZone", &[Type::Str, Type::Any, Type::Str], IN_ZONE),
    fixed("date_in_zone", &[Type::Str, Type::Any, Type::Str], IN_ZONE),
    fixed("htmlDate", &[Type::Any], |call| formatted("2006-01-02", &moment(call.any(0)), &TimeZone::system())),
    fixed("htmlDateInZone", &[Type::Any, Type::Str], |call| formatted("2006-01-02", &moment(call.any(0)), &zone(call.str(1)))),
    fixed("dateModify", &[Type::Str, Type::Time], MODIFY),
    fixed("date_modify", &[Type::Str, Type::Time], MODIFY),
    fixed("mustDateModify", &[Type::Str, Type::Time], MUST_MODIFY),
    fixed("must_date_modify", &[Type::Str, Type::Time], MUST_MODIFY),
    fixed("toDate", &[Type::Str, Type::Str], |call| Ok(parsed(call).unwrap_or_else(|_| zero_time()))),
    fixed("mustToDate", &[Type::Str, Type::Str], parsed),
    fixed("unixEpoch", &[Type::Time], |call| Ok(Value::str(moment(call.any(0)).as_second().to_string()))),
    fixed("ago", &[Type::Any], |call| {
        let past = Timestamp::now().duration_since(moment(call.any(0)));
        Ok(Value::str(duration_text(past.saturating_add(SignedDuration::from_millis(500)))))
    }),
    fixed("duration", &[Type::Any], |call| {
        let seconds = match call.any(0) {
            Value::Str(text) => text.parse().unwrap_or_default(),
            Value::Int(seconds) => *seconds,
            _ => 0,
        };
        Ok(Value::str(duration_text(SignedDuration::from_secs(seconds.clamp(-MAX_SECONDS, MAX_SECONDS)))))
    }),
    fixed("durationRound", &[Type::Any], |call| Ok(Value::str(rounded(call.any(0))))),
];

/// Go's durations reach so far.
const MAX_SECONDS: i64 = 9_223_372_036;

/// A time, or seconds since 1970; anything else is now, as in sprig.
fn moment(value: &Value) -> Timestamp {
    match value {
        Value::Time(time) => time.timestamp(),
        Value::Int(seconds) => Timestamp::from_second(*seconds).unwrap_or_default(),
        _ => Timestamp::now(),
    }
}

/// A zone that is not known is UTC.
fn zone(name: &str) -> TimeZone {
    match name {
        "Local" => TimeZone::system(),
        "" => TimeZone::UTC,
        name => TimeZone::get(name).unwrap_or(TimeZone::UTC),
    }
}

fn formatted(layout: &str, time: &Timestamp, zone: &TimeZone) -> Result<Value, Fault> {
    Ok(Value::str(layout::format(layout, &time.to_zoned(zone.clone()))))
}

fn shifted(call: &Call<'_>) -> Result<Value, Fault> {
    let invalid = || Fault::new(format!("invalid duration {:?}", call.str(0)));
    let duration = duration(call.str(0)).ok_or_else(invalid)?;
    match call.any(1) {
        Value::Time(time) => time.checked_add(duration).map(|time| Value::Time(Arc::new(time))).map_err(|_| invalid()),
        _ => Err(invalid()),
    }
}

fn parsed(call: &Call<'_>) -> Result<Value, Fault> {
    let time = layout::parse(call.str(0), call.str(1), &TimeZone::system());
    time.map(|time| Value::Time(Arc::new(time)))
        .ok_or_else(|| Fault::new(format!("{:?} does not fit the layout {:?}", call.str(1), call.str(0))))
}

/// The first day of the year 1.
fn zero_time() -> Value {
    let zero = Timestamp::from_second(-62_135_596_800).unwrap_or_default();
    Value::Time(Arc::new(zero.to_zoned(TimeZone::UTC)))
}

/// A duration as Go writes it: `1h30m`, `-1.5s`, `300ms`.
fn duration(text: &str) -> Option<SignedDuration> {
    let (negative, mut rest) = match text.as_bytes().first()? {
        b'-' => (true, text.get(1..)?),
        b'+' => (false, text.get(1..)?),
        _ => (false, text),
    };
    if rest == "0" {
        return Some(SignedDuration::ZERO);
    }
    let mut nanoseconds = 0.0_f64;
    while !rest.is_empty() {
        let digits = rest.find(|character: char| !character.is_ascii_digit() && character != '.')?;
        let (number, after) = rest.split_at_checked(digits)?;
        let unit = after.find(|character: char| character.is_ascii_digit() || character == '.').unwrap_or(after.len());
        let (unit, after) = after.split_at_checked(unit)?;
        nanoseconds += number.parse::<f64>().ok()? * unit_nanoseconds(unit)?;
        rest = after;
    }
    let seconds = if negative { -nanoseconds } else { nanoseconds } / 1e9;
    SignedDuration::try_from_secs_f64(seconds).ok().filter(|duration| duration.as_secs().abs() <= MAX_SECONDS)
}

fn unit_nanoseconds(unit: &str) -> Option<f64> {
    Some(match unit {
        "ns" => 1.0,
        "us" | "µs" | "μs" => 1e3,
        "ms" => 1e6,
        "s" => 1e9,
        "m" => 60e9,
        "h" => 3600e9,
        _ => return None,
    })
}

/// Whole seconds as Go writes durations: `1h2m3s`.
fn duration_text(duration: SignedDuration) -> String {
    let seconds = duration.as_secs().unsigned_abs();
    let sign = if duration.is_negative() { "-" } else { "" };
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match (hours, minutes) {
        (0, 0) => format!("{sign}{seconds}s"),
        (0, _) => format!("{sign}{minutes}m{seconds}s"),
        _ => format!("{sign}{hours}h{minutes}m{seconds}s"),
    }
}

/// The largest unit that a duration is more than one of.
fn rounded(value: &Value) -> String {
    let duration = match value {
        Value::Str(text) => duration(text).unwrap_or_default(),
        Value::Int(nanoseconds) => SignedDuration::from_nanos(*nanoseconds),
        Value::Time(time) => Timestamp::now().duration_since(time.timestamp()),
        _ => SignedDuration::ZERO,
    };
    let nanoseconds = duration.as_nanos().unsigned_abs();
    for (seconds, unit) in [(31_536_000, "y"), (2_592_000, "mo"), (86_400, "d"), (3600, "h"), (60, "m"), (1, "s")] {
        let whole = u128::from(1_000_000_000_u64) * seconds;
        if nanoseconds > whole {
            return format!("{}{unit}", nanoseconds / whole);
        }
    }
    "0s".to_owned()
}

/// A time as Go prints it.
pub(crate) fn time_text(time: &Zoned) -> String {
    layout::format("2006-01-02 15:04:05.999999999 -0700 MST", time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_and_written() {
        for (text, seconds) in [("1h30m", 5400), ("-1.5h", -5400), ("+90s", 90), ("2000ms", 2), ("0", 0)] {
            assert_eq!(duration(text).map(|duration| duration.as_secs()), Some(seconds), "{text}");
        }
        for text in ["", "1", "h", "1d", "1h-2m", "1..5s", "99999999999h"] {
            assert_eq!(duration(text), None, "{text}");
        }
        for (seconds, text) in [(5, "5s"), (65, "1m5s"), (3600, "1h0m0s"), (-90, "-1m30s"), (0, "0s")] {
            assert_eq!(duration_text(SignedDuration::from_secs(seconds)), text);
        }
        assert_eq!(rounded(&Value::str("49h")), "2d");
        assert_eq!(rounded(&Value::str("-90s")), "1m");
    }
}
