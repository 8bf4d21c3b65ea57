//! Follows names through a snippet: what they stand for, whether they exist, whether anything uses them.
//! It never reports parameters as unused: callers name them.
//! Next: `kinds` for what values are.

use rsjsonnet_lang::ast::{Arg, Assert, Bind, CompSpecPart, Expr, ExprKind, Field, FieldName, Ident, Member, ObjInside, ObjLocal, Param};
use rsjsonnet_lang::span::SpanId;

use super::kinds::{Kind, kind};

/// All faults, in no order.
pub(super) fn faults(root: &Expr<'_, '_>) -> Vec<(SpanId, String)> {
    let mut walk =
        Walk { names: vec![Name { text: "std".to_owned(), span: None, kind: Some(Kind::Object), used: true }], faults: Vec::new() };
    walk.expression(root);
    walk.faults
}

struct Name {
    text: String,
    /// Where it is defined, if it matters whether it is used.
    span: Option<SpanId>,
    kind: Option<Kind>,
    used: bool,
}

struct Walk {
    names: Vec<Name>,
    faults: Vec<(SpanId, String)>,
}

impl Walk {
    fn kind(&self, expression: &Expr<'_, '_>) -> Option<Kind> {
        kind(expression, &|text| self.names.iter().rev().find(|name| name.text == text).and_then(|name| name.kind))
    }

    fn fault(&mut self, span: SpanId, message: impl Into<String>) {
        self.faults.push((span, message.into()));
    }

    /// Looks `inside` over with more names in scope, then tells which of them nothing used.
    fn with(&mut self, names: Vec<Name>, inside: impl FnOnce(&mut Self)) {
        let outer = self.names.len();
        self.names.extend(names);
        inside(self);
        for name in self.names.split_off(outer) {
            if let (Some(span), false) = (name.span, name.used) {
                self.fault(span, format!("unused variable: {}", name.text));
            }
        }
    }

    fn expressions<'e, 'p: 'a, 'a: 'e>(&mut self, expressions: impl IntoIterator<Item = &'e Expr<'p, 'a>>) {
        for expression in expressions {
            self.expression(expression);
        }
    }

    fn expression(&mut self, expression: &Expr<'_, '_>) {
        match &expression.kind {
            ExprKind::Ident(name) => match self.names.iter_mut().rev().find(|known| known.text == name.value.value()) {
                Some(known) => known.used = true,
                None => self.fault(name.span, format!("unknown variable: {}", name.value.value())),
            },
            ExprKind::Field(inner, name) => {
                self.expression(inner);
                match self.kind(inner) {
                    Some(Kind::Object) | None => {}
                    Some(found) => self.fault(name.span, format!("{} has no field {}", found.name(), name.value.value())),
                }
            }
            ExprKind::Index(inner, index) => {
                self.expressions([*inner, *index]);
                self.indexed(inner);
            }
            ExprKind::Slice(inner, from, to, step) => {
                self.expression(inner);
                self.expressions([from, to, step].into_iter().flatten().copied());
                self.indexed(inner);
            }
            ExprKind::Call(function, arguments, _) => self.call(function, arguments),
            ExprKind::Local(binds, body) => self.binds(binds.iter(), |walk| walk.expression(body)),
            ExprKind::Func(parameters, body) => self.function(parameters, body),
            ExprKind::If(condition, then, otherwise) => {
                self.expressions([*condition, *then].into_iter().chain(*otherwise));
            }
            ExprKind::Binary(left, _, right) => self.expressions([*left, *right]),
            ExprKind::Assert(assert, body) => {
                self.assert(assert);
                self.expression(body);
            }
            ExprKind::Object(inside) => self.object(inside),
            ExprKind::ObjExt(base, inside, _) => {
                self.expression(base);
                self.object(inside);
            }
            ExprKind::Array(items) => self.expressions(items.iter()),
            ExprKind::ArrayComp(item, parts) => {
                self.comprehension(parts, &mut |walk| walk.expression(item));
            }
            ExprKind::Paren(inner)
            | ExprKind::Unary(_, inner)
            | ExprKind::SuperIndex(_, inner)
            | ExprKind::Error(inner)
            | ExprKind::InSuper(inner, _) => self.expression(inner),
            ExprKind::Import(_) | ExprKind::ImportStr(_) | ExprKind::ImportBin(_) => {
                self.fault(expression.span, "imports are not allowed");
            }
            _ => {}
        }
    }

    fn indexed(&mut self, inner: &Expr<'_, '_>) {
        if let Some(found) = self.kind(inner).filter(|found| !found.can_be_indexed()) {
            self.fault(inner.span, format!("{} cannot be indexed", found.name()));
        }
    }

    fn call(&mut self, function: &Expr<'_, '_>, arguments: &[Arg<'_, '_>]) {
        self.expression(function);
        if let Some(found) = self.kind(function).filter(|found| *found != Kind::Function) {
            self.fault(function.span, format!("{} cannot be called", found.name()));
        }
        for argument in arguments {
            match argument {
                Arg::Positional(value) | Arg::Named(_, value) => self.expression(value),
            }
        }
    }

    /// Names see one another, whatever their order.
    fn binds<'e, 'p: 'a, 'a: 'e>(&mut self, binds: impl Iterator<Item = &'e Bind<'p, 'a>> + Clone, body: impl FnOnce(&mut Self)) {
        let names = binds.clone().map(|bind| {
            let found = if bind.params.is_some() { Some(Kind::Function) } else { self.kind(&bind.value) };
            named(&bind.name, found)
        });
        let names = names.collect();
        self.with(names, |walk| {
            for bind in binds {
                match bind.params {
                    Some((parameters, _)) => walk.function(parameters, &bind.value),
                    None => walk.expression(&bind.value),
                }
            }
            body(walk);
        });
    }

    fn function(&mut self, parameters: &[Param<'_, '_>], body: &Expr<'_, '_>) {
        let names = parameters.iter().map(|parameter| Name { span: None, ..named(&parameter.name, None) }).collect();
        self.with(names, |walk| {
            walk.expressions(parameters.iter().filter_map(|parameter| parameter.default_value.as_ref()));
            walk.expression(body);
        });
    }

    fn assert(&mut self, assert: &Assert<'_, '_>) {
        self.expression(&assert.cond);
        self.expressions(assert.msg.as_ref());
    }

    fn object(&mut self, inside: &ObjInside<'_, '_>) {
        match inside {
            ObjInside::Members(members) => {
                for member in *members {
                    if let Member::Field(field) = member {
                        self.field_name(field.name());
                    }
                }
                let locals = members.iter().filter_map(|member| match member {
                    Member::Local(ObjLocal { bind }) => Some(bind),
                    _ => None,
                });
                self.binds(locals, |walk| {
                    for member in *members {
                        walk.member(member);
                    }
                });
            }
            ObjInside::Comp { locals1, name, body, locals2, comp_spec, .. } => {
                let locals = locals1.iter().chain(locals2.iter()).map(|local| &local.bind);
                self.comprehension(comp_spec, &mut |walk| {
                    walk.expression(name);
                    walk.binds(locals.clone(), |walk| walk.expression(body));
                });
            }
        }
    }

    fn field_name(&mut self, name: &FieldName<'_, '_>) {
        if let FieldName::Expr(name, _) = name {
            self.expression(name);
        }
    }

    fn member(&mut self, member: &Member<'_, '_>) {
        match member {
            Member::Local(_) => {}
            Member::Assert(assert) => self.assert(assert),
            Member::Field(Field::Value(_, _, _, value)) => self.expression(value),
            Member::Field(Field::Func(_, parameters, _, _, body)) => {
                self.function(parameters, body);
            }
        }
    }

    fn comprehension(&mut self, parts: &[CompSpecPart<'_, '_>], item: &mut dyn FnMut(&mut Self)) {
        match parts.split_first() {
            None => item(self),
            Some((CompSpecPart::If(filter), rest)) => {
                self.expression(&filter.cond);
                self.comprehension(rest, item);
            }
            Some((CompSpecPart::For(each), rest)) => {
                self.expression(&each.inner);
                self.with(vec![Name { span: None, ..named(&each.var, None) }], |walk| walk.comprehension(rest, item));
            }
        }
    }
}

fn named(name: &Ident<'_>, kind: Option<Kind>) -> Name {
    Name { text: name.value.value().to_owned(), span: Some(name.span), kind, used: false }
}
