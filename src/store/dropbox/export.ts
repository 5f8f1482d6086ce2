import { hashBytes } from '../content-hash.ts';
import { type FileEntry, type Loaded, Unavailable } from '../store.ts';
import { ApiError, isTagged, member, parseObject, TransferFault } from './api/api-error.ts';
import type { Client } from './api/client.ts';
import { bytesOf } from './api/http.ts';
import { exportFormat } from './export-format.ts';
import { asFileOnly, asUnavailable } from './file-refusals.ts';

/** `retry_error` means that the converter is not ready yet; a document that it can't do would answer so for ever. */
const EXPORT_TRIES = 5;

/**
 * A document that exists only online, converted. Its listed rev is compared before and after, because an export can't
 * be pinned to a revision; size and export_hash are checked where Dropbox gives them.
 */
export async function exportDocument(
  client: Client,
  file: FileEntry,
  path: string,
  signal: AbortSignal,
): Promise<Loaded> {
  let tries = 0;
  const attempt = async (): Promise<Loaded> => {
    try {
      const metadata = await client.once((sdk) => sdk.filesGetMetadata({ path }, { signal }), isTagged);
      if (metadata['.tag'] !== 'file' || metadata.rev !== file.rev) throw new Unavailable('changed_during_run');
      return await fetchExport(metadata.export_info);
    } catch (error) {
      const isNotReady = error instanceof ApiError && error.is('retry_error');
      if (!isNotReady) throw error;
      if (++tries >= EXPORT_TRIES) throw new Unavailable('export_failed', { cause: error });
      throw new TransferFault('the export is not ready', error);
    }
  };

  const fetchExport = async (info: Parameters<typeof exportFormat>[0]): Promise<Loaded> => {
    const format = exportFormat(info);
    // Only an option may be named; the default, export_as, is what comes without (dropbox-api-spec files.stone,
    // ExportArg).
    const argument = info?.export_options?.includes(format ?? '') ? { path, export_format: format } : { path };
    const answer = await client.content('files/export', argument, { slow: true }, signal);
    const result = parseObject(answer.header('dropbox-api-result') ?? '');
    const bytes = await bytesOf(answer);
    const digest = hashBytes(bytes);
    const { size, export_hash: hash } = parseExportMetadata(result);
    if (size !== undefined && size !== bytes.length)
      throw new TransferFault(`an export brought ${bytes.length} of ${size} bytes`);
    if (hash !== undefined && hash !== digest.contentHash) throw new TransferFault('an export brought wrong bytes');
    const rev = member(result?.['file_metadata'], 'rev');
    if (typeof rev === 'string' && rev !== file.rev) throw new Unavailable('changed_during_run');
    return { bytes, digest };
  };

  try {
    return await client.account.retrying.run(attempt, signal);
  } catch (error) {
    throw asFileOnly(asUnavailable(error));
  }
}

function parseExportMetadata(result: unknown): {
  readonly size: number | undefined;
  readonly export_hash: string | undefined;
} {
  const metadata = member(result, 'export_metadata');
  const size = member(metadata, 'size');
  const hash = member(metadata, 'export_hash');
  return {
    size: typeof size === 'number' ? size : undefined,
    export_hash: typeof hash === 'string' ? hash : undefined,
  };
}
