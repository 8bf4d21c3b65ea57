//! The sentences that tell an operator what is wrong with a snippet.
//! It never renders places: callers know the text.
//! Next: `engine` joins message and place, `name` has the words for tokens and types.

use rsjsonnet_lang::lexer::LexError;
use rsjsonnet_lang::parser::ParseError;
use rsjsonnet_lang::program::{AnalyzeError, EvalErrorKind, EvalErrorValueType, LoadError};
use rsjsonnet_lang::span::SpanId;

use crate::name::{actual_name, binary_sign, expected_name, type_name, unary_sign};

/// Where a text stops being jsonnet, and why.
pub(crate) fn of_load_error(error: &LoadError) -> (SpanId, String) {
    match error {
        LoadError::Lex(error) => of_lex_error(error),
        LoadError::Parse(ParseError::Expected { span, expected, instead }) => {
            let expected: Vec<_> = expected.iter().copied().map(expected_name).collect();
            let expected = if expected.is_empty() { "something else".to_owned() } else { expected.join(", ") };
            (*span, format!("expected {expected}, found {}", actual_name(instead)))
        }
        LoadError::Analyze(error) => of_analyze_error(error),
    }
}

fn of_lex_error(error: &LexError) -> (SpanId, String) {
    let (span, message) = match error {
        LexError::InvalidChar { span, chr } => (span, format!("{chr:?} has no meaning here")),
        LexError::InvalidUtf8 { span, .. } => (span, "the text is not UTF-8".to_owned()),
        LexError::UnfinishedMultilineComment { span } => (span, "the comment has no end".to_owned()),
        LexError::LeadingZeroInNumber { span } => (span, "a number cannot begin with 0".to_owned()),
        LexError::MissingFracDigits { span } => (span, "digits are missing after the decimal point".to_owned()),
        LexError::MissingExpDigits { span } => (span, "digits are missing in the exponent".to_owned()),
        LexError::MissingDigitAfterUnderscore { span } => (span, "a digit is missing after the underscore".to_owned()),
        LexError::ExpOverflow { span } => (span, "the exponent is too large".to_owned()),
        LexError::InvalidEscapeInString { span, chr } => (span, format!("\\{chr} is no escape sequence")),
        LexError::IncompleteUnicodeEscape { span } => (span, "the \\u escape is incomplete".to_owned()),
        LexError::InvalidUtf16EscapeSequence { span, .. } => (span, "the \\u escape is half of a surrogate pair".to_owned()),
        LexError::UnfinishedString { span } => (span, "the string has no end".to_owned()),
        LexError::MissingLineBreakAfterTextBlockStart { span } => (span, "||| must be followed by a line break".to_owned()),
        LexError::MissingWhitespaceTextBlockStart { span } => (span, "the text block must be indented".to_owned()),
        LexError::InvalidTextBlockTermination { span } => (span, "the text block does not end with |||".to_owned()),
    };
    (*span, message)
}

fn of_analyze_error(error: &AnalyzeError) -> (SpanId, String) {
    let (span, message) = match error {
        AnalyzeError::UnknownVariable { span, name } => (span, format!("unknown variable: {name}")),
        AnalyzeError::SelfOutsideObject { self_span } => (self_span, "self is used outside of an object".to_owned()),
        AnalyzeError::SuperOutsideObject { super_span } => (super_span, "super is used outside of an object".to_owned()),
        AnalyzeError::DollarOutsideObject { dollar_span } => (dollar_span, "$ is used outside of an object".to_owned()),
        AnalyzeError::RepeatedLocalName { repeated_span, name, .. } => (repeated_span, format!("local {name} is defined twice")),
        AnalyzeError::RepeatedFieldName { repeated_span, name, .. } => (repeated_span, format!("field {name} is defined twice")),
        AnalyzeError::RepeatedParamName { repeated_span, name, .. } => (repeated_span, format!("parameter {name} is defined twice")),
        AnalyzeError::PositionalArgAfterNamed { arg_span } => (arg_span, "a positional argument follows a named one".to_owned()),
        AnalyzeError::TextBlockAsImportPath { span } => (span, "an import path cannot be a text block".to_owned()),
        AnalyzeError::ComputedImportPath { span } => (span, "an import path cannot be computed".to_owned()),
    };
    (*span, message)
}

/// Why an evaluation failed, and where if the engine knows.
pub(crate) fn of_eval_error(kind: &EvalErrorKind) -> (Option<SpanId>, String) {
    use EvalErrorKind as K;
    match kind {
        K::ExplicitError { span, message } => (Some(*span), message.clone()),
        K::AssertFailed { span, message } => (Some(*span), message.clone().unwrap_or_else(|| "Object assertion failed.".to_owned())),
        K::AssertEqualFailed { lhs, rhs } => (None, format!("assertion failed: {lhs} != {rhs}")),
        K::StackOverflow => (None, "max stack frames exceeded.".to_owned()),
        K::InfiniteRecursion => (None, "the value depends on itself".to_owned()),
        K::UnknownObjectField { span, field_name } => (Some(*span), format!("field does not exist: {field_name}")),
        K::UnknownExtVar { name } => (None, format!("undefined external variable: {name}")),
        K::ImportFailed { span, path } => (Some(*span), format!("imports are not allowed: {path}")),
        K::NativeCallFailed => (None, "native functions are not available".to_owned()),
        K::DivByZero { span } => (*span, "division by zero.".to_owned()),
        K::NumberOverflow { span } => (*span, "the number is too large".to_owned()),
        K::NumberNan { span } => (*span, "the result is not a number".to_owned()),
        K::NumberNotBitwiseSafe { span } => (*span, "the number is too large for a bitwise operation".to_owned()),
        K::ShiftByNegative { span } => (*span, "the shift is negative".to_owned()),
        K::NumericIndexIsNotValid { span, index } => (Some(*span), format!("{index} is no index")),
        K::NumericIndexOutOfRange { span, index, length } => {
            (Some(*span), format!("index {index} is out of bounds, not within [0, {length})"))
        }
        K::RepeatedFieldName { span, name } => (Some(*span), format!("field {name} is defined twice")),
        K::FieldOfNonObject { span } => (Some(*span), "only objects have fields".to_owned()),
        K::SuperWithoutSuperObject { span } => (Some(*span), "super needs an object that is extended".to_owned()),
        K::ManifestFunction => (None, "couldn't manifest function as JSON".to_owned()),
        K::Other { span, message } => (*span, message.clone()),
        K::TooManyCallArgs { .. } | K::UnknownCallParam { .. } | K::RepeatedCallParam { .. } | K::CallParamNotBound { .. } => of_call(kind),
        other => of_types(other),
    }
}

fn of_call(kind: &EvalErrorKind) -> (Option<SpanId>, String) {
    use EvalErrorKind as K;
    match kind {
        K::TooManyCallArgs { span, num_params } => (*span, format!("the function takes {num_params} arguments at most")),
        K::UnknownCallParam { span, param_name } => (*span, format!("the function has no parameter {param_name}")),
        K::RepeatedCallParam { span, param_name } => (*span, format!("argument {param_name} is given twice")),
        K::CallParamNotBound { span, param_name } => (*span, format!("missing argument: {param_name}")),
        other => (None, format!("{other:?}")),
    }
}

/// Operations on values of the wrong type.
fn of_types(kind: &EvalErrorKind) -> (Option<SpanId>, String) {
    use EvalErrorKind as K;
    match kind {
        K::InvalidIndexedType { span, got_type } => (Some(*span), format!("a {} cannot be indexed", type_name(*got_type))),
        K::InvalidSlicedType { span, got_type } => (Some(*span), format!("a {} cannot be sliced", type_name(*got_type))),
        K::SliceIndexOrStepIsNotNumber { span, got_type }
        | K::StringIndexIsNotNumber { span, got_type }
        | K::ArrayIndexIsNotNumber { span, got_type } => (Some(*span), unexpected("number", *got_type)),
        K::ObjectIndexIsNotString { span, got_type } | K::FieldNameIsNotString { span, got_type } => {
            (Some(*span), unexpected("string", *got_type))
        }
        K::ForSpecValueIsNotArray { span, got_type } => (Some(*span), unexpected("array", *got_type)),
        K::CondIsNotBool { span, got_type } => (Some(*span), unexpected("boolean", *got_type)),
        K::CalleeIsNotFunction { span, got_type } => (*span, unexpected("function", *got_type)),
        K::InvalidUnaryOpType { span, op, rhs_type } => {
            (Some(*span), format!("{} cannot be applied to a {}", unary_sign(*op), type_name(*rhs_type)))
        }
        K::InvalidBinaryOpTypes { span, op, lhs_type, rhs_type } => {
            (*span, format!("{} cannot be applied to a {} and a {}", binary_sign(*op), type_name(*lhs_type), type_name(*rhs_type)))
        }
        K::InvalidStdFuncArgType { func_name, arg_index, expected_types, got_type } => {
            let expected: Vec<_> = expected_types.iter().map(|kind| type_name(*kind)).collect();
            let position = arg_index + 1;
            (None, format!("argument {position} of std.{func_name}: {}", unexpected(&expected.join(" or "), *got_type)))
        }
        other => (None, of_comparison(other)),
    }
}

fn of_comparison(kind: &EvalErrorKind) -> String {
    use EvalErrorKind as K;
    match kind {
        K::CompareNullInequality => "null has no order".to_owned(),
        K::CompareBooleanInequality => "booleans have no order".to_owned(),
        K::CompareObjectInequality => "objects have no order".to_owned(),
        K::CompareFunctions => "functions cannot be compared".to_owned(),
        K::CompareDifferentTypesInequality { lhs_type, rhs_type } => {
            format!("a {} and a {} have no order", type_name(*lhs_type), type_name(*rhs_type))
        }
        K::PrimitiveEqualsNonPrimitive { got_type } => {
            format!("std.primitiveEquals cannot compare a {}", type_name(*got_type))
        }
        other => format!("{other:?}"),
    }
}

fn unexpected(expected: &str, got: EvalErrorValueType) -> String {
    format!("unexpected type {}, expected {expected}", type_name(got))
}
