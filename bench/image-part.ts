import { loadavg } from 'node:os';
import { productArchive } from '../e2e/images/images.ts';
import { whyNot } from '../e2e/needs.ts';
import { policyCrd } from '../src/api/crd.ts';
import { startControlPlane } from '../test/cluster/control-plane.ts';
import type { ArchiveOptions } from './archive-part.ts';
import { bytesForDevelopers, sharesOf } from './image/contents.ts';
import { evict, moveIn, readySeconds, versionSeconds } from './image/starts.ts';
import { type Unpacked, unpack } from './image/unpacked.ts';
import { mib, type Part } from './part.ts';
import { medians, spread } from './rounds.ts';

type Options = Pick<ArchiveOptions, 'rounds' | 'say'>;

/** What the image weighs and why, and how long its programs take to start. */
export async function imagePart({ rounds, say }: Options): Promise<Part[]> {
  const reason = whyNot();
  if (reason !== undefined) throw new Error(`image: ${reason}`);
  using image = await unpack(await productArchive());
  say(`image: unpacked, ${image.layers.length} layers`);
  return [sizePart(image), await startPart(image, { rounds, say })];
}

function sizePart(image: Unpacked): Part {
  const { root, layers } = image;
  const layer = layers.map(({ bytes, gzippedBytes }) => `${mib(bytes)} (${mib(gzippedBytes)} as a registry keeps it)`);
  const shares = sharesOf(root);
  const whole = shares.reduce((sum, { bytes }) => sum + bytes, 0);
  return {
    title: 'image: size',
    text: [
      `MiB of the layers, from the base up: ${layer.join(', ')}. The base is a Debian of its own packages with Node and npm, which stands in for node:bookworm-slim (.ci/build-image); everything above it is the released image's.`,
      `Left out of the image: dependencies of development, tests, docs, what packages would build at their installation, and /usr/share/zoneinfo, since time zones are ICU's. Still in it: ${mib(bytesForDevelopers(root))} MiB of types, source maps and pages of the packages in node_modules, which no program reads.`,
    ].join(' '),
    columns: ['', 'MiB', '%'],
    rows: shares.map(({ what, bytes }) => [what, mib(bytes), ((100 * bytes) / whole).toFixed(1)]),
    targets: [],
    worse: [],
  };
}

async function startPart(image: Unpacked, { rounds, say }: Options): Promise<Part> {
  const plane = await startControlPlane({ crds: [policyCrd()], controllerManager: false });
  const load = loadavg()[0] ?? 0;
  try {
    const namespace = await moveIn(image, plane);
    const programs: readonly [what: string, seconds: () => Promise<number>][] = [
      ['backup-job --version', () => versionSeconds(image)],
      ['the same without what Node has made of the sources', () => versionSeconds(image, { NODE_COMPILE_CACHE: '' })],
      ['controller, to /readyz', () => readySeconds(image, namespace)],
    ];
    const rows: string[][] = [];
    for (const [what, seconds] of programs) {
      const [cold, warm]: [number[], number[]] = [[], []];
      for (let round = 1; round <= rounds; round++) {
        evict(image);
        cold.push(await seconds());
        warm.push(await seconds());
        say(`image: round ${round} of ${rounds}, ${what}: ${cold.at(-1)?.toFixed(2)} s, ${warm.at(-1)?.toFixed(2)} s`);
      }
      rows.push([what, spread(cold, 2), spread(warm, 2)]);
    }
    return {
      title: 'image: start',
      text: `The image unpacked and entered by chroot, as its own user and with its own environment: what a container runtime does around it is not counted. *Cold*: none of its files is in the page cache. *Warm*: right after that. The controller serves one namespace of a real API server without policies. ${medians(rounds)} The load of the machine was ${load.toFixed(1)} at the beginning.`,
      columns: ['', 'cold s', 'warm s'],
      rows,
      targets: [],
      worse: [],
    };
  } finally {
    await plane.stop();
  }
}
