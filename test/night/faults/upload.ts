import assert from 'node:assert/strict';
import { scenario } from '../scenario.ts';

const forever = Number.POSITIVE_INFINITY;

scenario('a commit that the namespace lock refuses is made again', {
  row: 26,
  exit: 'succeeded',
  fault: ({ emulator }) =>
    void emulator.faults.add({
      route: 'files/upload_session/finish',
      times: 3,
      effect: { kind: 'rateLimit', reason: 'too_many_write_operations' },
    }),
});

for (const route of ['files/upload_session/finish', 'files/move_v2', 'files/upload', 'files/upload_session/start']) {
  scenario(`an error of ${route} although it took effect leaves one file`, {
    row: 27,
    exit: 'succeeded',
    fault: ({ emulator }) =>
      void emulator.faults.add({ route, when: 'after', effect: { kind: 'status', status: 500, body: '' } }),
  });

  scenario(`an answer of ${route} that is lost leaves one file`, {
    row: 28,
    exit: 'succeeded',
    fault: ({ emulator }) =>
      void emulator.faults.add({ route, when: 'after', effect: { kind: 'reset', at: 'headers' } }),
  });
}

scenario('an append whose answer is lost goes on where the service is', {
  row: 28,
  exit: 'succeeded',
  fault: ({ emulator }) =>
    void emulator.faults.add({
      route: 'files/upload_session/append_v2',
      nth: 2,
      when: 'after',
      effect: { kind: 'reset', at: 'headers' },
    }),
});

scenario('an append of which only a part was stored is made again', {
  row: 28,
  exit: 'succeeded',
  fault: ({ emulator }) =>
    void emulator.faults.add({
      route: 'files/upload_session/append_v2',
      effect: { kind: 'partialAppend', bytes: 100_000 },
    }),
});

scenario('an upload session that expires is started anew from the source', {
  row: 29,
  exit: 'succeeded',
  fault: ({ emulator }) =>
    void emulator.faults.add({
      route: 'files/upload_session/append_v2',
      nth: 2,
      effect: { kind: 'refusal', error: 'not_found' },
    }),
});

scenario('an upload whose sessions always expire ends the run', {
  row: 29,
  exit: 'failed',
  reason: 'UploadSessionLost',
  fault: ({ emulator }) =>
    void emulator.faults.add({
      route: 'files/upload_session/append_v2',
      nth: 2,
      times: forever,
      effect: { kind: 'refusal', error: 'not_found' },
    }),
});

scenario('bytes that the service stored wrongly are noticed', {
  row: 30,
  exit: 'mismatch',
  fault: ({ emulator }) =>
    void emulator.faults.add({ route: 'files/upload_session/finish', effect: { kind: 'corruptCommit' } }),
});

scenario('a quota that is too small for tonight is refused before the upload, and nothing is pruned for it', {
  row: 37,
  exit: 'noSpace',
  fault: ({ emulator }) => {
    emulator.settings.allocatedBytes = 1_000_000;
  },
  heal: ({ emulator }) => {
    emulator.settings.allocatedBytes = 2 ** 50;
  },
  check: ({ emulator }) => assert.equal(emulator.stats().routes['files/delete_v2']?.requests ?? 0, 0),
});

scenario('a quota that runs out at the commit fails the run and prunes nothing', {
  row: 37,
  exit: 'noSpace',
  fault: ({ emulator }) =>
    void emulator.faults.add({
      route: 'files/upload_session/finish',
      times: forever,
      effect: { kind: 'writeError', error: 'insufficient_space' },
    }),
});

for (const route of [
  'files/list_folder',
  'files/download',
  'files/upload_session/append_v2',
  'files/upload_session/finish',
  'files/move_v2',
]) {
  scenario(`a token that expires during ${route} is renewed`, {
    row: 38,
    exit: 'succeeded',
    fault: ({ emulator }) =>
      void emulator.faults.add({ route, effect: { kind: 'unauthorised', tag: 'expired_access_token' } }),
  });
}
