import assert from 'node:assert/strict';
import type { Effect } from '../../dropbox/fault-effects.ts';
import type { SeenRequest } from '../../dropbox/faults.ts';
import { type Scenario, scenario } from '../scenario.ts';
import type { Scene } from '../scene.ts';

/** More cases than are listed side by side: all of it is listed in one chain of calls first. */
const MANY = 20;
const CASE = (n: number): string => `/CASES/USA00${n}_Client ${n}`;
const FOR_EVER = Number.POSITIVE_INFINITY;

const isOfAll = ({ route, args }: SeenRequest): boolean =>
  route === 'files/list_folder' && JSON.stringify(args).includes('"recursive":true') && isOfRoot(args);
const isOfRoot = (args: unknown): boolean => (args as { path?: unknown }).path === '/CASES';

/** How many of the cases were listed by themselves in the last night. */
function listedAlone({ emulator }: Scene, since: number): number {
  const requests = emulator.requests().filter(({ number }) => number > since);
  const listed = requests.filter(
    ({ route, args }) => route === 'files/list_folder' && /\/CASES\/USA/.test(JSON.stringify(args)),
  );
  return new Set(listed.map(({ args }) => JSON.stringify(args))).size;
}

const newest = ({ emulator }: Scene): number => emulator.requests().at(-1)?.number ?? 0;

const smallPages = ({ emulator }: Scene): void => {
  for (const route of ['files/list_folder', 'files/list_folder/continue'])
    emulator.faults.add({ route, times: FOR_EVER, effect: { kind: 'pageLimit', entries: 40 } });
};

/** A scenario in which the listing of all is given up, and so each case is listed by itself. */
function givenUp(name: string, { fault, ...options }: Omit<Scenario, 'scene' | 'check'>): void {
  let before = 0;
  scenario(name, {
    ...options,
    scene: { cases: MANY },
    fault(scene) {
      before = newest(scene);
      return fault(scene);
    },
    check(scene) {
      assert.ok(listedAlone(scene, before) >= MANY, 'each case was listed by itself');
      assert.match(scene.log.join(), /listing all at once was given up/);
    },
  });
}

let before = 0;
scenario('many cases are listed in one chain of calls, and those alone whose turn it is', {
  row: 3,
  exit: 'succeeded',
  scene: { cases: MANY },
  fault(scene) {
    before = newest(scene);
  },
  check: (scene) => assert.equal(listedAlone(scene, before), MANY / 2),
});

/** Hits the chain of calls of the listing of all alone: the changes since the bookmark come by the same route, later. */
const breaking = (effect: Effect, times: number) => (scene: Scene) => {
  smallPages(scene);
  scene.emulator.faults.add({ route: 'files/list_folder/continue', nth: 2, times, effect });
};

givenUp('a listing of all that fails half-way is given up, and each case listed by itself', {
  row: 5,
  exit: 'succeeded',
  fault: breaking({ kind: 'status', status: 500, body: '' }, 5),
});

givenUp('a listing of all that is refused half-way for what lies in it costs nothing', {
  row: 7,
  exit: 'succeeded',
  fault: breaking({ kind: 'refusal', error: 'path/restricted_content' }, 1),
});

givenUp('a listing of all that is refused as not found costs nothing', {
  row: 7,
  exit: 'succeeded',
  fault: ({ emulator }) =>
    emulator.faults.onRequest((request) => {
      if (!isOfAll(request)) return;
      emulator.faults.add({ route: 'files/list_folder', effect: { kind: 'refusal', error: 'path/not_found' } });
    }),
});

givenUp('a listing of all that is reset again and again costs nothing', {
  row: 5,
  exit: 'succeeded',
  fault(scene) {
    smallPages(scene);
    return scene.emulator.faults.onRequest((request) => {
      if (!isOfAll(request)) return;
      scene.emulator.faults.add({ route: 'files/list_folder/continue', effect: { kind: 'refusal', error: 'reset' } });
    });
  },
});

scenario('a listing of all that is reset once is begun anew, and loses nothing that moves meanwhile', {
  row: 5,
  exit: 'succeeded',
  scene: { cases: MANY },
  fault(scene) {
    smallPages(scene);
    let began = false;
    return scene.emulator.faults.onRequest((request) => {
      if (!isOfAll(request) || began) return;
      began = true;
      scene.emulator.tree.move(CASE(20), `${CASE(20)} (closed)`);
      scene.emulator.tree.remove(CASE(2));
      scene.emulator.faults.add({ route: 'files/list_folder/continue', effect: { kind: 'refusal', error: 'reset' } });
    });
  },
  expected: (_, after) => after,
});

givenUp('what is renamed before and while each case is listed after all is in the backup exactly once', {
  row: 12,
  exit: 'succeeded',
  fault(scene) {
    const { tree, faults } = scene.emulator;
    breaking({ kind: 'status', status: 500, body: '' }, 5)(scene);
    let [all, alone] = [0, 0];
    return faults.onRequest((request) => {
      if (isOfAll(request)) all += 1;
      if (isOfAll(request) && all === 1) tree.move(CASE(19), `${CASE(19)} (closed)`);
      if (all > 0 && request.route === 'files/list_folder' && !isOfRoot(request.args) && ++alone === 3) {
        tree.move(CASE(20), '/CASES/A case in front');
        tree.move(`${CASE(18)}/form.pdf`, `${CASE(1)}/moved form.pdf`);
      }
    });
  },
  expected: (_, after) => after,
});

scenario('a case that is renamed while all is listed is in the backup exactly once', {
  row: 12,
  exit: 'succeeded',
  scene: { cases: MANY },
  fault(scene) {
    smallPages(scene);
    let pages = 0;
    return scene.emulator.faults.onRequest(({ route }) => {
      if (route !== 'files/list_folder/continue' || ++pages !== 2) return;
      scene.emulator.tree.move(CASE(20), '/CASES/A case in front');
      scene.emulator.tree.move(`${CASE(18)}/form.pdf`, `${CASE(1)}/moved form.pdf`);
    });
  },
  expected: (_, after) => after,
});

const hide = ({ emulator }: Scene, below: string): void => {
  emulator.faults.add({
    route: 'files/list_folder',
    path: '/CASES',
    times: FOR_EVER,
    effect: { kind: 'hiding', below },
  });
};

for (const [what, hidden] of [
  ['a case', CASE(7)],
  ['a shared folder in a case', `${CASE(7)}/Mails`],
] as const) {
  givenUp(`${what} that shows nothing in the listing of all is in the backup, as its own listing tells of it`, {
    row: 4,
    exit: 'succeeded',
    fault(scene) {
      scene.emulator.tree.namespace(hidden, '7007');
      hide(scene, hidden);
    },
  });

  scenario(`${what} that shows nothing in the listing of all and can not be listed is named as missing`, {
    row: 7,
    exit: 'incomplete',
    scene: { cases: MANY },
    night: { spec: { guards: { maxShrinkPercent: 100 } } },
    fault(scene) {
      scene.emulator.tree.namespace(hidden, '7007');
      hide(scene, hidden);
      const [route, times] = ['files/list_folder', FOR_EVER];
      if (hidden !== CASE(7))
        scene.emulator.faults.add({ route, path: CASE(7), times, effect: { kind: 'hiding', below: hidden } });
      const effect = { kind: 'refusal', error: 'path/restricted_content' } as const;
      scene.emulator.faults.add({ route, path: hidden, times, effect });
    },
    // The night without the fault has one and the same tree before and after it.
    expected(before, after) {
      if (before === after) return before;
      const relative = hidden.slice('/CASES/'.length);
      const others = [...before].filter(([path]) => !path.startsWith(`${relative}/`));
      return new Map([...others, [relative, 'one line for the whole folder']]);
    },
    check: (_, report) => assert.match(report.message, /1 restricted_content/),
  });
}

givenUp('a case of which the listing of all shows too little is found out when its turn comes', {
  row: 4,
  exit: 'succeeded',
  fault(scene) {
    for (const n of [1, 2]) hide(scene, `${CASE(n)}/Mails`);
  },
});

for (const n of [1, 2])
  givenUp(`case ${n} of which the listing of all shows too little is found out while as much came to others`, {
    row: 4,
    exit: 'succeeded',
    fault(scene) {
      hide(scene, `${CASE(n)}/Mails`);
      for (const other of [CASE(3), CASE(4)])
        for (let file = 0; file < 9; file++) scene.emulator.tree.put(`${other}/new ${file}.txt`, 'x'.repeat(1000));
    },
  });

scenario('a listing of all that ends too early is made again, each case by itself', {
  row: 4,
  exit: 'succeeded',
  scene: { cases: MANY },
  fault(scene) {
    smallPages(scene);
    scene.emulator.faults.add({ route: 'files/list_folder/continue', nth: 3, effect: { kind: 'lastPageLost' } });
  },
});

scenario('cases that are excluded whole count the same when all is listed at once', {
  row: 6,
  exit: 'succeeded',
  scene: { cases: MANY },
  night: { spec: { source: { exclude: ['USA007_Client 7/**', '*/Mails/*.eml'] }, guards: { maxShrinkPercent: 100 } } },
  fault: () => undefined,
  expected: (before, after) =>
    before === after
      ? before
      : new Map([...before].filter(([path]) => !path.startsWith('USA007') && !/Mails\/.*eml$/.test(path))),
  check: (_, report) => assert.equal(report.excludedFiles, MANY),
});
