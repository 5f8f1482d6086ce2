import { scenario } from '../scenario.ts';

const forever = Number.POSITIVE_INFINITY;

for (const retryAfter of [1, 15, 300, '2.5', 'soon']) {
  scenario(`a rate limit with Retry-After ${retryAfter} is waited for`, {
    row: 24,
    exit: 'succeeded',
    fault({ emulator }) {
      for (const route of ['files/list_folder', 'files/download', 'files/upload_session/append_v2', 'files/move_v2']) {
        emulator.faults.add({ route, nth: 2, times: 2, effect: { kind: 'rateLimit', retryAfter } });
        emulator.faults.add({ route, nth: 1, effect: { kind: 'rateLimit', retryAfter } });
      }
    },
  });
}

scenario('a rate limit in plain text, or without a body, is waited for', {
  row: 24,
  exit: 'succeeded',
  fault({ emulator }) {
    emulator.faults.add({
      route: 'files/download',
      times: 2,
      effect: { kind: 'rateLimit', format: 'text', retryAfter: 15 },
    });
    emulator.faults.add({
      route: 'files/list_folder',
      effect: { kind: 'rateLimit', format: 'empty', retryAfter: null },
    });
  },
});

for (const route of ['files/list_folder', 'files/download', 'files/upload_session/append_v2']) {
  scenario(`a rate limit on ${route} that never ends runs out of time`, {
    row: 25,
    exit: 'outOfTime',
    fault: ({ emulator }) =>
      void emulator.faults.add({ route, times: forever, effect: { kind: 'rateLimit', retryAfter: 300 } }),
  });
}

scenario('an outage of Dropbox runs out of time', {
  row: 25,
  exit: 'outOfTime',
  fault: ({ emulator }) =>
    void emulator.faults.add({
      route: 'files/download',
      nth: 5,
      times: forever,
      effect: { kind: 'status', status: 503, body: '<html>', contentType: 'text/html' },
    }),
});

scenario('a refresh token that was revoked is an error of the credentials', {
  row: 39,
  exit: 'credentials',
  fault: ({ emulator }) =>
    void emulator.faults.add({
      route: 'oauth2/token',
      times: forever,
      effect: {
        kind: 'status',
        status: 400,
        body: { error: 'invalid_grant', error_description: 'refresh token is invalid or revoked' },
      },
    }),
});

scenario('an app that Dropbox has disabled is an error of the credentials', {
  row: 39,
  exit: 'credentials',
  fault: ({ emulator }) =>
    void emulator.faults.add({
      route: 'oauth2/token',
      times: forever,
      effect: {
        kind: 'status',
        status: 400,
        body: { error: 'invalid_client: Invalid client_id or client_secret', error_description: 'app is disabled' },
      },
    }),
});

for (const tag of ['user_suspended', 'missing_scope', 'invalid_access_token']) {
  scenario(`an account with ${tag} is an error of the credentials`, {
    row: 39,
    exit: 'credentials',
    fault: ({ emulator }) =>
      void emulator.faults.add({
        route: '*',
        times: forever,
        effect: { kind: 'unauthorised', tag, requiredScope: 'files.content.read' },
      }),
  });
}
