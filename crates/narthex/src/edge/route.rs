//! Routes as values: a path, its guard, and a handler for each method. The listeners make their routers of them.

use std::borrow::Cow;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use futures_util::future::BoxFuture;
use http::header::{ALLOW, HeaderValue};
use http::{Method, StatusCode};

use super::caller::{Caller, Guard, Route, endpoint};
use super::problem::Problem;
use super::reply::Reply;
use crate::app::App;

/// What answers requests of one method to one path.
pub type Handler = Arc<dyn for<'a> Fn(&'a Caller) -> BoxFuture<'a, Result<Reply, Problem>> + Send + Sync>;

/// Makes a [`Handler`](crate::edge::route::Handler) of an async function of `&Caller`.
#[macro_export]
macro_rules! handler {
    ($function:path) => {{
        fn call(
            caller: &$crate::edge::Caller,
        ) -> ::futures_util::future::BoxFuture<'_, ::std::result::Result<$crate::edge::Reply, $crate::edge::Problem>> {
            ::std::boxed::Box::pin($function(caller))
        }
        ::std::sync::Arc::new(call) as $crate::edge::route::Handler
    }};
}

/// One path with all that can be done there.
#[derive(Clone)]
pub struct Resource {
    path: Cow<'static, str>,
    guard: Guard,
    methods: Vec<(Method, Handler)>,
    any: Option<Handler>,
}

impl Resource {
    /// A path, in the form of axum's router, and how it is guarded.
    pub fn new(path: &'static str, guard: Guard) -> Self {
        Self { path: Cow::Borrowed(path), guard, methods: Vec::new(), any: None }
    }

    /// The same, answering this method. `GET` answers `HEAD`, too.
    #[must_use]
    pub fn on(mut self, method: Method, handler: Handler) -> Self {
        self.methods.push((method, handler));
        self
    }

    /// The same, answering whatever method is not answered otherwise.
    #[must_use]
    pub fn any(mut self, handler: Handler) -> Self {
        self.any = Some(handler);
        self
    }

    /// The same at another path.
    #[must_use]
    pub fn at(mut self, path: impl Into<Cow<'static, str>>) -> Self {
        self.path = path.into();
        self
    }

    /// The path.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The methods that are answered, as the header `Allow` names them.
    pub fn allow(&self) -> String {
        let mut names: Vec<&str> = self.methods.iter().map(|(method, _)| method.as_str()).collect();
        if names.contains(&"GET") {
            names.push("HEAD");
        }
        names.sort_unstable();
        names.join(", ")
    }

    fn find(&self, method: &Method) -> Option<&Handler> {
        let asked = if *method == Method::HEAD { &Method::GET } else { method };
        self.methods.iter().find(|(known, _)| known == asked).map(|(_, handler)| handler).or(self.any.as_ref())
    }
}

/// A router of these resources. Several of one path are one: all their methods are answered, under the guard of the first.
pub fn router(app: &App, resources: Vec<Resource>) -> Router<App> {
    let mut merged: Vec<Resource> = Vec::new();
    for resource in resources {
        match merged.iter_mut().find(|known| known.path == resource.path) {
            Some(known) => {
                known.methods.extend(resource.methods);
                known.any = known.any.take().or(resource.any);
            }
            None => merged.push(resource),
        }
    }
    merged.into_iter().fold(Router::new(), |router, resource| {
        let counters = app.metrics.endpoint(&resource.path);
        let resource = Arc::new(resource);
        let path = resource.path.clone();
        let answer = move |State(app): State<App>, mut request: Request| {
            let (resource, counters) = (resource.clone(), counters.clone());
            request.extensions_mut().insert(Route(resource.path.clone()));
            async move {
                let mut response = match resource.find(request.method()).cloned() {
                    Some(handler) => endpoint(app, resource.guard, request, async move |caller: &Caller| handler(caller).await).await,
                    None => endpoint(app, resource.guard, request, async |_: &Caller| Ok(not_allowed(&resource))).await,
                };
                response.extensions_mut().insert(counters);
                response
            }
        };
        router.route(&path, axum::routing::any(answer))
    })
}

fn not_allowed(resource: &Resource) -> Reply {
    let reply = Reply::text(StatusCode::METHOD_NOT_ALLOWED, "text/plain; charset=utf-8", "Method Not Allowed\n");
    match HeaderValue::try_from(resource.allow()) {
        Ok(allow) => reply.header(ALLOW, allow),
        Err(_) => reply,
    }
}

/// What answers paths that there are not: a redirect where the path only needs tidying, or 404.
pub async fn unknown(caller: &Caller) -> Result<Reply, Problem> {
    let path = caller.path();
    let tidy = tidied(path);
    if tidy != path {
        let query = caller.raw_query().map(|query| format!("?{query}")).unwrap_or_default();
        return Ok(Reply::redirect(StatusCode::TEMPORARY_REDIRECT, &format!("{tidy}{query}")));
    }
    Ok(not_found())
}

/// What a path that there is not is answered with.
pub fn not_found() -> Reply {
    Reply::text(StatusCode::NOT_FOUND, "text/plain; charset=utf-8", "404 page not found\n")
}

/// A path without empty segments, `.` and `..`.
fn tidied(path: &str) -> String {
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            name => segments.push(name),
        }
    }
    let slash = if path.ends_with('/') && !segments.is_empty() { "/" } else { "" };
    format!("/{}{slash}", segments.join("/"))
}

#[cfg(test)]
mod tests {
    use super::tidied;

    #[test]
    fn paths_are_tidied() {
        assert_eq!(tidied("/a//b/../c/./"), "/a/c/");
        assert_eq!(tidied("/"), "/");
        assert_eq!(tidied("/../.."), "/");
        assert_eq!(tidied("/a/b"), "/a/b");
    }
}
