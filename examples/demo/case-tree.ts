import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { docx, pdf } from './papers.ts';
import { jpeg, png } from './pictures.ts';

/** A small office: three dozen cases, the same files on every machine, with the names that real people give to files. */
const COUNTRIES = ['USA', 'CAN', 'MEX', 'DEU'];
const PEOPLE = [
  'John_Smith',
  'Zoë_Núñez',
  'Mary-Jane_O’Neill',
  'Łukasz_Żak',
  'Aiko_田中',
  'Ahmed_Hassan',
  'Siobhán_Byrne',
  'Jürgen_Groß',
  'Ana_García_López',
] as const;

/** Legal here, and trouble elsewhere: Windows forbids some, a Mac writes one in pieces, one fills a name to its limit. */
const AWKWARD: Readonly<Record<string, string>> = {
  'Notes: call with client.txt': 'a colon',
  'Final version.': 'a dot at the end',
  'CON.txt': 'the name of a device on Windows',
  '100% sure?.txt': 'a percent sign and a question mark',
  'Passport 🛂 scan.txt': 'an emoji',
  [`${'Résumé'.normalize('NFD')} of witness.txt`]: 'an accent in two code points, as a Mac writes it',
  [`${'Exhibit A, agreed bundle, '.repeat(9)}.txt`]: 'a very long name',
};

export interface CaseTree {
  readonly cases: number;
  readonly files: number;
  readonly bytes: number;
}

export async function makeCaseTree(folder: string): Promise<CaseTree> {
  const tree = { cases: 0, files: 0, bytes: 0 };
  for (const [c, country] of COUNTRIES.entries()) {
    for (const [p, person] of PEOPLE.entries()) {
      const number = c * PEOPLE.length + p + 1;
      const name = `${country}${String(number).padStart(3, '0')}_${person}`;
      tree.cases += 1;
      for (const [path, bytes] of Object.entries(await filesOf(name, number))) {
        writeDated(join(folder, name, path), bytes, number);
        tree.files += 1;
        tree.bytes += bytes.length;
      }
      mkdirSync(join(folder, name, 'Correspondence', 'Unsent'), { recursive: true });
    }
  }
  return tree;
}

async function filesOf(name: string, number: number): Promise<Record<string, Buffer>> {
  const client = name.slice(name.indexOf('_') + 1).replaceAll('_', ' ');
  const files: Record<string, Buffer> = {
    'Contract.docx': await docx([`Agreement with ${client}`, ...clauses(number)], dateOf(number)),
    'Evidence/Scan 001.png': png(name, 240, 160 + 8 * number),
    'Evidence/Photo.jpg': jpeg(name, 640, 480),
    'Evidence/Statement.pdf': pdf(`Statement of ${client}`, 200 + 10 * number),
    'Correspondence/Re Appointment.eml': mail(client, number),
    'Accounts/Costs.csv': costs(number),
    'notes.txt': Buffer.from(`${clauses(number + 3).join('\n')}\n`),
    'intake.json': Buffer.from(
      `${JSON.stringify({ case: name, client, opened: dateOf(number).toISOString() }, null, 2)}\n`,
    ),
  };
  if (number === 2)
    for (const [awkward, why] of Object.entries(AWKWARD)) files[`Awkward names/${awkward}`] = Buffer.from(`${why}\n`);
  return files;
}

const dateOf = (number: number): Date =>
  new Date(Date.UTC(2019 + (number % 7), number % 12, 1 + (number % 28), 9, number));

/** Dated on purpose: who restores a file wants its own date back, to the second. */
function writeDated(path: string, bytes: Buffer, number: number): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
  utimesSync(path, dateOf(number), dateOf(number));
}

const clauses = (number: number): string[] =>
  Array.from(
    { length: 20 + number },
    (_, i) => `${i + 1}. The parties met on day ${(i * number) % 28} and agreed on item ${i * 7 + number}.`,
  );

function mail(client: string, number: number): Buffer {
  const head = `From: office@example.org\nTo: client${number}@example.org\nSubject: Appointment\nDate: ${dateOf(number).toUTCString()}`;
  return Buffer.from(
    `${head}\nContent-Type: text/plain; charset=utf-8\n\nDear ${client},\n\n${clauses(number).join('\n')}\n`,
  );
}

function costs(number: number): Buffer {
  const rows = Array.from({ length: 100 + number }, (_, i) => `${i + 1},Filing fee,${(i * 37 + number) % 900}.00`);
  return Buffer.from(`\ufeffNo,Item,Amount\r\n${rows.join('\r\n')}\r\n`);
}
