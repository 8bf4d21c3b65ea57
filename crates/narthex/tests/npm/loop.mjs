// The everyday loop by the official client: sign up, who am I, out, in again, other settings, a new password; in an app, in a browser, and for an operator.
// Arguments: the address of the public listener and that of the admin listener.
import assert from "node:assert/strict";
import { Configuration, CourierApi, FrontendApi, IdentityApi } from "@ory/kratos-client";

const [publicUrl, adminUrl] = process.argv.slice(2);
const frontend = new FrontendApi(new Configuration({ basePath: publicUrl }));
const admin = new IdentityApi(new Configuration({ basePath: adminUrl }));
const courier = new CourierApi(new Configuration({ basePath: adminUrl }));
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

  const xSessionToken = login.session_token;
  const { data: settings } = await frontend.createNativeSettingsFlow({ xSessionToken });
  const renamed = { method: "profile", traits: { ...traits, name: { first: "Augusta" } } };
  const { data: changed } = await frontend.updateSettingsFlow({ flow: settings.id, xSessionToken, updateSettingsFlowBody: renamed });
  assert.equal(changed.state, "success");
  assert.equal((await frontend.toSession({ xSessionToken })).data.identity.traits.name.first, "Augusta");
  await recover(traits.email);
}

async function recover(email) {
  const { data: begun } = await frontend.createNativeRecoveryFlow();
  const { data: sent } = await frontend.updateRecoveryFlow({ flow: begun.id, updateRecoveryFlowBody: { method: "code", email } });
  assert.equal(sent.state, "sent_email");
  const { data: messages } = await courier.listCourierMessages({ recipient: email });
  const message = messages.find((found) => found.template_type === "recovery_code_valid");
  const [code] = message.body.match(/\b\d{6}\b/);
  const wrong = await frontend.updateRecoveryFlow({ flow: begun.id, updateRecoveryFlowBody: { method: "code", code: code === "000000" ? "111111" : "000000" } });
  assert.deepEqual(wrong.data.ui.messages.map((found) => found.id), [4060006]);
  const { data: done } = await frontend.updateRecoveryFlow({ flow: begun.id, updateRecoveryFlowBody: { method: "code", code } });
  const told = (action) => done.continue_with.find((next) => next.action === action);
  const xSessionToken = told("set_ory_session_token").ory_session_token;
  const next = { method: "password", password: `${password}-and-new` };
  const { data: changed } = await frontend.updateSettingsFlow({ flow: told("show_settings_ui").flow.id, xSessionToken, updateSettingsFlowBody: next });
  assert.equal(changed.state, "success");
  const { data: signIn } = await frontend.createNativeLoginFlow();
  const { data: login } = await frontend.updateLoginFlow({ flow: signIn.id, updateLoginFlowBody: { ...next, identifier: email } });
  assert.equal(login.session.identity.traits.email, email);
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
  assert.deepEqual((await admin.getIdentity({ id: made.id })).data.traits, createIdentityBody.traits);
  const { data: listed } = await admin.listIdentities({ pageSize: 100 });
  assert.ok(listed.some((identity) => identity.id === made.id));
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
