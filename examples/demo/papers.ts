import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { deflateSync } from 'node:zlib';
import { createArchive } from '../../src/zip/write/archive.ts';
import { writeEntries } from '../../src/zip/write/write-entries.ts';
import { noise } from './noise.ts';

/** One page with a line of text and a scanned picture of `side` × `side` grey pixels. PDF 1.4, with its table of offsets. */
export function pdf(title: string, side: number): Buffer {
  const content = Buffer.from(`BT /F1 18 Tf 72 760 Td (${title.replace(/[^ -~]|[()\\]/g, '?')}) Tj ET
q 300 0 0 300 72 400 cm /Scan Do Q`);
  const scan = deflateSync(noise(title, side * side));
  const objects = [
    Buffer.from('<< /Type /Catalog /Pages 2 0 R >>'),
    Buffer.from('<< /Type /Pages /Kids [3 0 R] /Count 1 >>'),
    Buffer.from(
      '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> /XObject << /Scan 6 0 R >> >> >>',
    ),
    stream('', content),
    Buffer.from('<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>'),
    stream(
      `/Type /XObject /Subtype /Image /Width ${side} /Height ${side} /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /FlateDecode`,
      scan,
    ),
  ];
  const parts = [Buffer.from('%PDF-1.4\n')];
  const offsets: number[] = [];
  let position = 9;
  for (const [i, object] of objects.entries()) {
    const part = Buffer.concat([Buffer.from(`${i + 1} 0 obj\n`), object, Buffer.from('\nendobj\n')]);
    offsets.push(position);
    position += part.length;
    parts.push(part);
  }
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  const size = objects.length + 1;
  parts.push(
    Buffer.from(
      `xref\n0 ${size}\n0000000000 65535 f \n${table}trailer\n<< /Size ${size} /Root 1 0 R >>\nstartxref\n${position}\n%%EOF\n`,
    ),
  );
  return Buffer.concat(parts);
}

function stream(dictionary: string, data: Buffer): Buffer {
  return Buffer.concat([
    Buffer.from(`<< ${dictionary} /Length ${data.length} >>\nstream\n`),
    data,
    Buffer.from('\nendstream'),
  ]);
}

const CONTENT_TYPES =
  '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>';
const RELATIONS =
  '<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>';

/** A Word document of a few paragraphs, written by the project's own ZIP writer. */
export async function docx(paragraphs: readonly string[], modified: Date): Promise<Buffer> {
  const body = paragraphs.map((text) => `<w:p><w:r><w:t>${text}</w:t></w:r></w:p>`).join('');
  const document = `<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>${body}</w:body></w:document>`;
  const entries = Object.entries({
    '[Content_Types].xml': CONTENT_TYPES,
    '_rels/.rels': RELATIONS,
    'word/document.xml': document,
  }).map(([name, text]) => memoryEntry(name, Buffer.from(text), modified));
  const folder = await mkdtemp(join(tmpdir(), 'case-backup-demo-'));
  const chunks: Buffer[] = [];
  const archive = await createArchive((chunk) => void chunks.push(chunk), join(folder, 'directory'));
  try {
    const written = writeEntries(archive, entries, {
      compression: 'Deflate',
      maxConcurrentLoads: 1,
      signal: new AbortController().signal,
      onFailure(_, error) {
        throw error;
      },
    });
    await Readable.from(written).toArray();
    await archive.finish();
    return Buffer.concat(chunks);
  } finally {
    await archive.close();
    await rm(folder, { recursive: true });
  }
}

function memoryEntry(name: string, bytes: Buffer, modified: Date) {
  return {
    name,
    modified,
    size: bytes.length,
    load: async () => ({ bytes, digest: undefined }),
    async *stream() {
      yield bytes;
    },
  };
}
