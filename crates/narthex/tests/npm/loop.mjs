// The everyday loop by the official client: sign up, who am I, out, in again; in an app, in a browser, and for an operator.
// Arguments: the address of the public listener and that of the admin listener.
import assert from "node:assert/strict";
import { Configuration, FrontendApi, IdentityApi } from "@ory/kratos-client";

const [publicUrl, adminUrl] = process.argv.slice(2);
const frontend = new FrontendApi(new Configuration({ basePath: publicUrl }));
const admin = new IdentityApi(new Configuration({ basePath: adminUrl }));
const password = "kT4!quite-a-long-one";

const refusal = async (promise) => {
  const error = await promise.then(() => assert.fail("it was not refused"), (error) => error);
  assert.ok(error.response, String(error));
  return error.response;
};

async function inAnApp() {
  const traits = { email: "app@example.org", name: { first: "Ada" } };
  const { data: signUp } = await frontend.createNativeRegistrationFlow();
  const weak = { method: "password", password: "app@example.org", traits };
  const refused = await refusal(frontend.updateRegistrationFlow({ flow: signUp.id, updateRegistrationFlowBody: weak }));
  assert.equal(refused.status, 400);
  assert.ok(refused.data.ui.nodes.some((node) => node.messages.some((message) => message.type === "error")));

  const { data: registered } = await frontend.updateRegistrationFlow({ flow: signUp.id, updateRegistrationFlowBody: { method: "password", password, traits } });
  assert.equal(registered.identity.traits.name.first, "Ada");
  const first = registered.session_token;
  const { data: session } = await frontend.toSession({ xSessionToken: first });
  assert.equal(session.identity.id, registered.identity.id);
  assert.equal(session.authenticator_assurance_level, "aal1");

  await frontend.performNativeLogout({ performNativeLogoutBody: { session_token: first } });
  assert.equal((await refusal(frontend.toSession({ xSessionToken: first }))).status, 401);

  const { data: signIn } = await frontend.createNativeLoginFlow();
  const updateLoginFlowBody = { method: "password", identifier: traits.email, password };
  const { data: login } = await frontend.updateLoginFlow({ flow: signIn.id, updateLoginFlowBody });
  assert.equal(login.session.identity.id, registered.identity.id);

  const { data: again } = await frontend.createNativeLoginFlow();
  const { data: other } = await frontend.updateLoginFlow({ flow: again.id, updateLoginFlowBody });
  const { data: others } = await frontend.listMySessions({ xSessionToken: login.session_token });
  assert.deepEqual(others.map((found) => found.id), [other.session.id]);
  await frontend.disableMySession({ id: other.session.id, xSessionToken: login.session_token });
  assert.equal((await refusal(frontend.toSession({ xSessionToken: other.session_token }))).status, 401);
}

async function inABrowser() {
  const jar = new Map();
  const keep = (response) => {
    for (const line of response.headers["set-cookie"] ?? []) {
      const [pair] = line.split(";");
      jar.set(pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1));
    }
    return response.data;
  };
  const cookie = () => [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
  const tokenOf = (flow) => flow.ui.nodes.find((node) => node.attributes.name === "csrf_token").attributes.value;
  const traits = { email: "browser@example.org" };

  const signUp = keep(await frontend.createBrowserRegistrationFlow());
  assert.equal(keep(await frontend.getRegistrationFlow({ id: signUp.id, cookie: cookie() })).id, signUp.id);
  const strangers = await refusal(frontend.getRegistrationFlow({ id: signUp.id }));
  assert.equal(strangers.data.error.id, "security_csrf_violation");
  keep(await frontend.updateRegistrationFlow({ flow: signUp.id, cookie: cookie(), updateRegistrationFlowBody: { method: "password", csrf_token: tokenOf(signUp), password, traits } }));
  assert.equal(keep(await frontend.toSession({ cookie: cookie() })).identity.traits.email, traits.email);
  const already = await refusal(frontend.createBrowserRegistrationFlow({}, { headers: { cookie: cookie() } }));
  assert.equal(already.data.error.id, "session_already_available");

  const logout = keep(await frontend.createBrowserLogoutFlow({ cookie: cookie() }));
  keep(await frontend.updateLogoutFlow({ token: logout.logout_token, cookie: cookie() }, { headers: { accept: "application/json" } }));
  assert.equal((await refusal(frontend.toSession({ cookie: cookie() }))).status, 401);

  const signIn = keep(await frontend.createBrowserLoginFlow());
  const wrong = { method: "password", csrf_token: tokenOf(signIn), identifier: traits.email, password: "not-the-password" };
  assert.deepEqual((await refusal(frontend.updateLoginFlow({ flow: signIn.id, cookie: cookie(), updateLoginFlowBody: wrong }))).data.ui.messages.map((message) => message.id), [4000006]);
  const login = keep(await frontend.updateLoginFlow({ flow: signIn.id, cookie: cookie(), updateLoginFlowBody: { ...wrong, password } }));
  assert.equal(login.session.active, true);
  assert.equal(keep(await frontend.toSession({ cookie: cookie() })).id, login.session.id);
}

async function forAnOperator() {
  const createIdentityBody = { schema_id: "default", traits: { email: "made@example.org" }, credentials: { password: { config: { password } } } };
  const { data: made } = await admin.createIdentity({ createIdentityBody });
  assert.equal((await refusal(admin.createIdentity({ createIdentityBody }))).status, 409);
  const { data: signIn } = await frontend.createNativeLoginFlow();
  const { data: login } = await frontend.updateLoginFlow({ flow: signIn.id, updateLoginFlowBody: { method: "password", identifier: "made@example.org", password } });
  assert.equal(login.session.identity.id, made.id);

  const { data: found } = await admin.listIdentities({ credentialsIdentifier: "made@example.org" });
  assert.deepEqual(found.map((identity) => identity.id), [made.id]);
  const { data: patched } = await admin.patchIdentity({ id: made.id, jsonPatch: [{ op: "replace", path: "/state", value: "inactive" }] });
  assert.equal(patched.state, "inactive");
  assert.equal((await refusal(frontend.toSession({ xSessionToken: login.session_token }))).status, 401);
  const { data: sessions } = await admin.listIdentitySessions({ id: made.id });
  assert.deepEqual(sessions.map((session) => session.id), [login.session.id]);
  await admin.deleteIdentity({ id: made.id });
  assert.equal((await refusal(admin.getIdentity({ id: made.id }))).status, 404);
}

await inAnApp();
await inABrowser();
await forAnOperator();
