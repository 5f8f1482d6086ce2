import { type Document, isScalar, Lexer, LineCounter, parseAllDocuments, visit } from 'yaml';
import { clip } from '../../api/clip.ts';
import { messageOf } from '../errors.ts';

export type Yaml =
  | { readonly objects: readonly unknown[]; readonly fault?: undefined }
  | { readonly objects?: undefined; readonly fault: string };

/**
 * What the library's work grows with the square of: it looks for each alias in the whole document, and for each key among
 * all others of its map. 200,000 of either, which fit into a file of 1 MiB, take it minutes. A policy with every field
 * has some 1,000 tokens and hardly an alias.
 */
const MOST_TOKENS = 50_000;
const MOST_ALIASES = 100;
/** The library calls itself for each level and fails somewhere above 1,000. */
const MOST_LEVELS = 50;

/** The objects of a YAML (or JSON) text, one a document, or what is wrong with it. */
export function readYaml(text: string): Yaml {
  const large = sizeFault(text);
  if (large !== undefined) return { fault: large };
  try {
    const lines = new LineCounter();
    const documents = parseAllDocuments(text, { lineCounter: lines });
    if (!Array.isArray(documents)) return { objects: [] };
    for (const document of documents) {
      const fault = syntaxFault(document, lines) ?? nodeFault(document, lines);
      if (fault !== undefined) return { fault };
    }
    return { objects: documents.map((document) => document.toJS()) };
  } catch (error) {
    // Aliases of aliases that unfold to more than anybody means; the library says so.
    return { fault: messageOf(error) };
  }
}

const TOO_DEEP = `nests more than ${MOST_LEVELS} levels deep`;

function sizeFault(text: string): string | undefined {
  let tokens = 0;
  let aliases = 0;
  for (const token of new Lexer().lex(text)) {
    tokens += 1;
    // A scalar is announced by a control character, so that none can look like an alias.
    if (token.startsWith('*') && ++aliases > MOST_ALIASES) return `has more than ${MOST_ALIASES} aliases`;
    if (tokens > MOST_TOKENS) return `has more than ${MOST_TOKENS} words and signs`;
  }
  return undefined;
}

/** The library's sentence, which says the line, without the excerpt below it. */
function syntaxFault(document: Document.Parsed, lines: LineCounter): string | undefined {
  const [error] = document.errors;
  if (error?.code === 'DUPLICATE_KEY') return twiceFault(document, lines, error.pos[0]) ?? firstLine(error.message);
  // It keeps what its own depth made it throw as a fault of the text.
  if (error?.message.startsWith('Maximum call stack')) return TOO_DEEP;
  return error && firstLine(error.message);
}

const firstLine = (message: string): string => message.split('\n', 1).join().replace(/:$/, '');

/** The library says where the second of two keys stands, and not which it is. */
function twiceFault(document: Document.Parsed, lines: LineCounter, position: number): string | undefined {
  let fault: string | undefined;
  visit(document, {
    Pair(_, { key }) {
      if (!isScalar(key) || key.range?.[0] !== position) return undefined;
      const { line, col } = lines.linePos(position);
      fault = `the key ${clip(String(key.value), 100)} stands twice in one group, again at line ${line}, column ${col}`;
      return visit.BREAK;
    },
  });
  return fault;
}

/** What the library would throw, or an object that contains itself or is deeper than any reader of it goes. */
function nodeFault(document: Document.Parsed, lines: LineCounter): string | undefined {
  let fault: string | undefined;
  visit(document, {
    Collection(_, __, around) {
      // Between two levels of a map stands a pair.
      if (around.filter((node) => 'items' in node).length < MOST_LEVELS) return undefined;
      fault = TOO_DEEP;
      return visit.BREAK;
    },
    Alias(_, alias, around) {
      const anchored = alias.resolve(document);
      if (anchored !== undefined && !around.includes(anchored)) return undefined;
      const { line } = lines.linePos(alias.range?.[0] ?? 0);
      const why = anchored ? 'stands within what it stands for' : `has no anchor &${alias.source} in front of it`;
      fault = `the alias *${alias.source} at line ${line} ${why}`;
      return visit.BREAK;
    },
  });
  return fault;
}
