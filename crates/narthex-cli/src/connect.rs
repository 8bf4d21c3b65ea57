//! The admin listener that commands talk to.

use narthex::startup::StartError;
use narthex_client::{AdminClient, Settings, TlsFiles};

use crate::args::EndpointArgs;
use crate::process::failed;

/// The environment variables that may name the admin listener, the first that is set winning.
const VARIABLES: [&str; 2] = ["KRATOS_ADMIN_URL", "NARTHEX_ADMIN_URL"];

/// The address of the admin listener.
pub(crate) fn endpoint(args: &EndpointArgs) -> Result<String, StartError> {
    let from_env = || VARIABLES.iter().find_map(|name| std::env::var(name).ok()).filter(|url| !url.is_empty());
    let endpoint = args.endpoint.clone().or_else(from_env).ok_or_else(|| {
        failed("no server is named: give the URL of its admin listener with --endpoint, or in the environment variable KRATOS_ADMIN_URL")
    })?;
    if endpoint.ends_with('/') {
        return Err(failed(format!("the endpoint {endpoint} must not end with a slash: paths that begin with one are added to it")));
    }
    Ok(endpoint)
}

/// A client of the admin listener.
pub(crate) fn client(args: &EndpointArgs) -> Result<AdminClient, StartError> {
    let tls = TlsFiles { ca: args.tls_ca.clone(), certificate: args.tls_cert.clone(), key: args.tls_key.clone() };
    let settings = Settings { endpoint: endpoint(args)?, api_key: args.api_key.clone().filter(|key| !key.is_empty()), tls };
    AdminClient::new(&settings).map_err(failed)
}
