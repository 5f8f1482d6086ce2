import { globSync } from 'node:fs';
import { join } from 'node:path';
import { moduleOf, type ToolName, tool } from '../../test/tools/tools.ts';
import { command } from '../cluster/command.ts';
import { cachedImage } from '../images/cached-image.ts';
import { librariesOf, packImage, put, takeAlong } from '../images/pack.ts';

/** What the monitoring stack is made of; each program is its image's whole purpose, as in the images of its makers. */
const PROGRAMS = ['prometheus-operator', 'prometheus-config-reloader', 'kube-state-metrics', 'prometheus'] as const;
type Program = (typeof PROGRAMS)[number];

const THIS = [import.meta.filename, join(import.meta.dirname, '../images/pack.ts')];
/** The operator's objects name the user that runs it; this one is for whoever does not. */
const NOBODY = '65534:65534';

export const imageOf = (program: Program): string => `case-backup.test/${program}:e2e`;
export const ALERTMANAGER_IMAGE = 'case-backup.test/alertmanager:0.25.0';
/** The version that a program's go.mod names, as Prometheus writes it: v3.13.5 for the module's v0.313.5. */
export const PROMETHEUS_VERSION = prometheusVersion();

export async function watchArchives(): Promise<string[]> {
  const made = [await alertmanager()];
  for (const program of PROGRAMS) made.push(await goImage(program));
  return made;
}

async function goImage(program: Program): Promise<string> {
  const binary = await tool(program satisfies ToolName);
  return await cachedImage({
    name: program,
    files: [...THIS, binary],
    words: [imageOf(program)],
    async make(archive, work) {
      const root = join(work, 'root');
      put(root, binary, `/bin/${program}`);
      // kube-state-metrics ends with a panic at the first CronJob that has a time zone it does not know.
      if (program === 'kube-state-metrics') takeAlong(root, '/usr/share/zoneinfo');
      const entrypoint = [`/bin/${program}`];
      await packImage({ reference: imageOf(program), root, entrypoint, user: NOBODY }, archive, work);
    },
  });
}

/** Debian's, out of its package without installing it: an installed one would be started. */
const alertmanager = (): Promise<string> =>
  cachedImage({
    name: 'alertmanager',
    files: THIS,
    words: [ALERTMANAGER_IMAGE],
    async make(archive, work) {
      const root = join(work, 'root');
      const unpacked = join(work, 'unpacked');
      await command('sh', '-c', 'cd "$1" && apt-get download -qq prometheus-alertmanager', 'sh', work);
      await command('dpkg-deb', '-x', ...globSync(join(work, '*.deb')), unpacked);
      const program = join(unpacked, 'usr/bin/prometheus-alertmanager');
      put(root, program, '/bin/alertmanager');
      const templates = '/usr/share/prometheus/alertmanager';
      for (const name of ['default.tmpl', 'email.tmpl'])
        put(root, join(unpacked, templates, name), join(templates, name));
      takeAlong(root, ...(await librariesOf(program)));
      const contents = { reference: ALERTMANAGER_IMAGE, root, entrypoint: ['/bin/alertmanager'], user: NOBODY };
      await packImage(contents, archive, work);
    },
  });

function prometheusVersion(): string {
  const [, minor, patch] = /^v0\.(\d+)\.(\d+)$/.exec(moduleOf('prometheus').version) ?? [];
  return `v${Number(minor?.slice(0, 1))}.${Number(minor?.slice(1))}.${patch}`;
}
