import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const pages = globSync(['*.md', 'docs/**/*.md', 'charts/**/*.md'], { cwd: root }).sort();
const read = (page: string): string => readFileSync(join(root, page), 'utf8');

interface Link {
  readonly page: string;
  readonly target: string;
}

/** Links to other files of the repository; code is no link. */
const linksIn = (page: string): Link[] =>
  [...withoutCode(read(page)).matchAll(/\[[^\]]*\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => ({ page, target }))
    .filter(({ target }) => !/^[a-z]+:/.test(target));

const links = pages.flatMap(linksIn);

test('every link between the pages leads to a file and to a heading that is there', () => {
  assert.ok(links.length > 20);
  assert.deepEqual(links.map(faultOf).filter(Boolean), []);
});

test('every page below docs/ can be reached from the README', () => {
  const reached = new Set(['README.md']);
  for (const page of reached) {
    for (const { target } of linksIn(page)) {
      const next = fileOf({ page, target });
      if (pages.includes(next)) reached.add(next);
    }
  }
  assert.deepEqual(
    pages.filter((page) => page.startsWith('docs/') && !reached.has(page)),
    [],
  );
});

function fileOf({ page, target }: Link): string {
  const [path = ''] = target.split('#');
  return path === '' ? page : join(dirname(page), path);
}

function faultOf(link: Link): string | undefined {
  const file = fileOf(link);
  if (!existsSync(join(root, file))) return `${link.page}: ${link.target} is not there`;
  const [, anchor] = link.target.split('#');
  if (anchor === undefined || statSync(join(root, file)).isDirectory()) return undefined;
  return anchorsOf(file).has(anchor) ? undefined : `${link.page}: ${link.target} names no heading`;
}

/** As GitHub makes them: lower case, blanks to hyphens, punctuation gone. */
function anchorsOf(file: string): Set<string> {
  const headings = [...withoutCode(read(file)).matchAll(/^#+ (.+)$/gm)];
  return new Set(
    headings.map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

function withoutCode(text: string): string {
  return text.replace(/^ *```.*?^ *```$/gms, '').replace(/`[^`\n]*`/g, (code) => code.replace(/[()[\]]/g, ''));
}
