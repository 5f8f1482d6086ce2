/**
 * A backtracking matcher for the little of regular expressions that the redactor's shapes use, which counts the characters
 * that it looks at: how the time of V8's grows, without a clock. What it does not know it refuses.
 */
type Test = (char: string) => boolean;
type Node =
  | { readonly kind: 'chars'; readonly test: Test; readonly least: number; readonly most: number }
  | { readonly kind: 'choice'; readonly options: readonly (readonly Node[])[] }
  | { readonly kind: 'look'; readonly holds: (text: string, at: number) => boolean };

export interface Walk {
  readonly steps: number;
  readonly matches: readonly string[];
}

/** All matches from left to right, as with the flag g, and the steps that it took to find them. */
export function walkWith(pattern: RegExp, text: string): Walk {
  const { nodes } = sequence(pattern, 0);
  let steps = 0;
  const from = (list: readonly Node[], at: number, then: (at: number) => number | undefined): number | undefined => {
    const [node, ...rest] = list;
    if (node === undefined) return then(at);
    steps += 1;
    if (node.kind === 'look') return node.holds(text, at) ? from(rest, at, then) : undefined;
    if (node.kind === 'choice') {
      for (const option of node.options) {
        const end = from(option, at, (middle) => from(rest, middle, then));
        if (end !== undefined) return end;
      }
      return undefined;
    }
    let to = at;
    for (; to < text.length && to - at < node.most && node.test(text.charAt(to)); to++) steps += 1;
    for (; to - at >= node.least; to--) {
      const end = from(rest, to, then);
      if (end !== undefined) return end;
    }
    return undefined;
  };
  const matches: string[] = [];
  for (let at = 0; at < text.length; ) {
    const end = from(nodes, at, (found) => found);
    if (end !== undefined && end > at) matches.push(text.slice(at, end));
    at = end !== undefined && end > at ? end : at + 1;
  }
  return { steps, matches };
}

const ATOM = /^(?:\[(?:\\.|[^\]\\])+\]|\\[wsS./]|[^\\()[\]|?*+{}^$])/;
const QUANTIFIER = /^(?:[+*]|\{(\d+),(\d*)\})/;

/** The nodes up to the end or the closing bracket of the group. */
function sequence(pattern: RegExp, start: number): { nodes: readonly Node[]; end: number } {
  const { source, flags } = pattern;
  const options: Node[][] = [[]];
  let at = start;
  const test = (atom: string): Test => {
    const single = new RegExp(`^${atom}$`, flags.replace('g', ''));
    return (char) => single.test(char);
  };
  while (at < source.length && source[at] !== ')') {
    const rest = source.slice(at);
    const before = /^\(\?<!((?:\[(?:\\.|[^\]\\])+\]|\\[wsS]))\)/.exec(rest);
    if (rest.startsWith('|')) {
      options.push([]);
      at += 1;
    } else if (before) {
      const isBefore = test(before[1] ?? '');
      options.at(-1)?.push({ kind: 'look', holds: (text, i) => i === 0 || !isBefore(text.charAt(i - 1)) });
      at += before[0].length;
    } else if (rest.startsWith('\\b')) {
      const isWord = (text: string, i: number): boolean => /\w/.test(text.charAt(i));
      options.at(-1)?.push({ kind: 'look', holds: (text, i) => isWord(text, i - 1) !== isWord(text, i) });
      at += 2;
    } else if (rest.startsWith('(')) {
      const inner = sequence(pattern, at + (rest.startsWith('(?:') ? 3 : 1));
      options.at(-1)?.push({ kind: 'choice', options: [inner.nodes] });
      at = inner.end + 1;
    } else {
      const [atom] = ATOM.exec(rest) ?? [];
      if (atom === undefined) throw new Error(`${source} has ${rest.slice(0, 5)}, which this matcher does not know`);
      const [quantifier = '', from, to] = QUANTIFIER.exec(rest.slice(atom.length)) ?? [];
      const least = quantifier === '' || quantifier === '+' ? 1 : Number(from ?? 0);
      const most = quantifier === '' ? 1 : to ? Number(to) : Number.POSITIVE_INFINITY;
      options.at(-1)?.push({ kind: 'chars', test: test(atom), least, most });
      at += atom.length + quantifier.length;
    }
  }
  return { nodes: options.length === 1 ? (options[0] ?? []) : [{ kind: 'choice', options }], end: at };
}
