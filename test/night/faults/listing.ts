import assert from 'node:assert/strict';
import { scenario } from '../scenario.ts';
import type { Scene } from '../scene.ts';

const CASE = (n: number): string => `/CASES/USA00${n}_Client ${n}`;

scenario('an empty listing of a source that had files is refused', {
  row: 1,
  exit: 'refused',
  reason: 'SourceEmpty',
  fault({ emulator }) {
    emulator.tree.move('/CASES', '/ELSEWHERE');
    emulator.tree.folder('/CASES');
  },
  heal({ emulator }) {
    emulator.tree.remove('/CASES');
    emulator.tree.move('/ELSEWHERE', '/CASES');
  },
});

scenario('a source that has lost 40 % of its cases is refused', {
  row: 2,
  exit: 'refused',
  reason: 'SourceShrunk',
  fault({ emulator }) {
    for (const n of [4, 5]) emulator.tree.move(CASE(n), `/ELSEWHERE/${n}`);
  },
  heal({ emulator }) {
    for (const n of [4, 5]) emulator.tree.move(`/ELSEWHERE/${n}`, CASE(n));
  },
});

scenario('a source that has lost 40 % of its cases is backed up when somebody says for this night that it is right', {
  row: 2,
  exit: 'succeeded',
  night: { spec: { guards: { maxShrinkPercent: 100 } } },
  fault({ emulator }) {
    for (const n of [4, 5]) emulator.tree.move(CASE(n), `/ELSEWHERE/${n}`);
  },
  check: (_, report) => assert.equal(report.cases, 3),
});

scenario('an empty page that says there is more is not the end', {
  row: 3,
  exit: 'succeeded',
  fault: ({ emulator }) =>
    void emulator.faults.add({ route: 'files/list_folder', times: 4, effect: { kind: 'emptyPage' } }),
});

scenario('a listing whose last page was lost is made again', {
  row: 4,
  exit: 'succeeded',
  fault({ emulator }) {
    const everyPage = { times: Number.POSITIVE_INFINITY, effect: { kind: 'pageLimit', entries: 2 } } as const;
    emulator.faults.add({ route: 'files/list_folder', ...everyPage });
    emulator.faults.add({ route: 'files/list_folder/continue', ...everyPage });
    emulator.faults.add({ route: 'files/list_folder/continue', nth: 4, effect: { kind: 'lastPageLost' } });
  },
  check: (_, report) => assert.match(report.warnings.join(), /ListingRepeated/),
});

scenario('a cursor that is reset in the middle starts the listing anew', {
  row: 5,
  exit: 'succeeded',
  fault({ emulator }) {
    emulator.faults.add({ route: 'files/list_folder', times: 20, effect: { kind: 'pageLimit', entries: 2 } });
    emulator.faults.add({ route: 'files/list_folder/continue', nth: 2, effect: { kind: 'refusal', error: 'reset' } });
  },
});

scenario('an entry that is listed twice is archived once', {
  row: 6,
  exit: 'succeeded',
  fault: ({ emulator }) =>
    void emulator.faults.add({
      route: 'files/list_folder',
      times: Number.POSITIVE_INFINITY,
      effect: { kind: 'duplicates' },
    }),
});

scenario('a file that is deleted while the listing goes on is not in the backup', {
  row: 6,
  exit: 'succeeded',
  fault({ emulator }) {
    let lists = 0;
    return emulator.faults.onRequest(({ route }) => {
      if (route === 'files/list_folder' && ++lists === 6) emulator.tree.remove(`${CASE(1)}/letter.txt`);
    });
  },
  expected: (_, after) => after,
});

scenario('parents that come after their children, or never, change nothing', {
  row: 6,
  exit: 'succeeded',
  fault({ emulator }) {
    for (const [path, kind] of [
      ['/CASES/USA001_Client 1', 'reversed'],
      ['/CASES/USA002_Client 2', 'reversed'],
      ['/CASES/USA003_Client 3', 'withoutFolders'],
      ['/CASES/USA004_Client 4', 'withoutFolders'],
    ] as const)
      emulator.faults.add({ route: 'files/list_folder', path, effect: { kind } });
  },
});

for (const [what, path, other] of [
  ['a case', CASE(3), CASE(4)],
  ['a case, which is empty,', CASE(3), '/CASES/USA003_Client 33'],
  ['the source', '/CASES', CASE(4)],
] as const) {
  const mixedUp = (times: number) => (scene: Scene) => {
    scene.emulator.tree.folder('/CASES/USA003_Client 33');
    scene.emulator.faults.add({
      route: 'files/list_folder',
      path,
      times,
      effect: { kind: 'otherFolder', path: other },
    });
  };
  scenario(`once the listing of another folder than ${what} costs nothing`, {
    row: 3,
    exit: 'succeeded',
    fault: mixedUp(1),
  });
  scenario(`again and again the listing of another folder than ${what} makes no backup`, {
    row: 3,
    exit: 'failed',
    reason: 'ListingUnstable',
    fault: mixedUp(Number.POSITIVE_INFINITY),
  });
}

for (const [route, body] of [
  ['files/list_folder', 'null'],
  ['files/list_folder', '{}'],
  ['files/list_folder', '{"entries":[null],"cursor":"x","has_more":false}'],
  ['files/list_folder/get_latest_cursor', '{}'],
  ['files/get_metadata', '{}'],
  ['files/move_v2', '{"metadata":null}'],
  ['files/delete_v2', 'null'],
  ['users/get_current_account', '{}'],
  ['users/get_space_usage', '{"used":1}'],
] as const)
  scenario(`an answer to ${route} that is ${body} costs nothing`, {
    row: 3,
    exit: 'succeeded',
    fault({ emulator }) {
      const effect = { kind: 'status', status: 200, body, contentType: 'application/json' } as const;
      emulator.faults.add({ route, times: 2, effect });
    },
  });

scenario('a source folder that is gone is refused, never an empty backup', {
  row: 7,
  exit: 'refused',
  reason: 'SourceMissing',
  fault: ({ emulator }) => emulator.tree.move('/CASES', '/RENAMED'),
  heal: ({ emulator }) => emulator.tree.move('/RENAMED', '/CASES'),
});

scenario('a namespace that has changed is an error of the credentials', {
  row: 8,
  exit: 'credentials',
  fault: ({ emulator }) =>
    void emulator.faults.add({
      route: 'files/list_folder',
      times: Number.POSITIVE_INFINITY,
      effect: {
        kind: 'status',
        status: 422,
        body: { error_summary: 'no_permission/.', error: { '.tag': 'no_permission' } },
      },
    }),
});

scenario('a file that is moved during the listing is in the backup exactly once', {
  row: 12,
  exit: 'succeeded',
  fault({ emulator }) {
    let lists = 0;
    return emulator.faults.onRequest(({ route }) => {
      if (route === 'files/list_folder' && ++lists === 4) {
        emulator.tree.move(`${CASE(1)}/form.pdf`, `${CASE(5)}/moved form.pdf`);
        emulator.tree.move(`${CASE(5)}/form.pdf`, `${CASE(1)}/other form.pdf`);
      }
    });
  },
  expected: (_, after) => after,
});

scenario('a case that is renamed during the listing is in the backup when the bookmark has expired', {
  row: 12,
  exit: 'succeeded',
  fault({ emulator }) {
    let lists = 0;
    return emulator.faults.onRequest(({ route }) => {
      if (route !== 'files/list_folder' || ++lists !== 2) return;
      emulator.tree.move(CASE(5), `${CASE(5)} (closed)`);
      emulator.faults.add({ route: 'files/list_folder/continue', effect: { kind: 'refusal', error: 'reset' } });
    });
  },
  expected: (_, after) => after,
  check: (_, report) => assert.match(report.warnings.join(), /ListingRepeated/),
});

scenario('a bookmark that expires at every listing ends the run before anything is written', {
  row: 12,
  exit: 'failed',
  reason: 'ListingUnstable',
  fault({ emulator }) {
    const always = { times: Number.POSITIVE_INFINITY, effect: { kind: 'refusal', error: 'reset' } } as const;
    emulator.faults.add({ route: 'files/list_folder/continue', ...always });
  },
});

scenario('one passing not_found of a case costs no case', {
  row: 7,
  exit: 'succeeded',
  fault: ({ emulator }) =>
    void emulator.faults.add({
      route: 'files/list_folder',
      path: CASE(3),
      effect: { kind: 'refusal', error: 'path/not_found' },
    }),
});

scenario('a case that is there and that no listing is given of is named as missing', {
  row: 7,
  exit: 'incomplete',
  night: { spec: { guards: { maxShrinkPercent: 100 } } },
  fault: ({ emulator }) =>
    void emulator.faults.add({
      route: 'files/list_folder',
      path: CASE(3),
      times: Number.POSITIVE_INFINITY,
      effect: { kind: 'refusal', error: 'path/not_found' },
    }),
  // The night without the fault has one and the same tree before and after it.
  expected(before, after) {
    if (before === after) return before;
    const others = [...before].filter(([path]) => !path.startsWith('USA003'));
    return new Map([...others, ['USA003_Client 3', 'one line for the whole case']]);
  },
  check: (_, report) => assert.match(JSON.stringify(report), /USA003_Client 3/),
});

scenario('a listing that never ends is given up', {
  row: 4,
  exit: 'failed',
  fault({ emulator }) {
    for (const route of ['files/list_folder', 'files/list_folder/continue']) {
      emulator.faults.add({ route, times: Number.POSITIVE_INFINITY, effect: { kind: 'endless' } });
      emulator.faults.add({ route, times: Number.POSITIVE_INFINITY, effect: { kind: 'emptyPage' } });
    }
  },
});
