import type { files } from 'dropbox';

/**
 * What a document that exists only online is taken as, best first: what Office and LibreOffice open and edit, then
 * what looks right, then what can at least be read.
 */
const PREFERRED = ['docx', 'xlsx', 'pptx', 'pdf', 'html', 'markdown', 'md', 'plain_text', 'txt'];
const EXTENSIONS: Readonly<Record<string, string>> = { markdown: '.md', plain_text: '.txt' };

/** The format to ask files/export for, of those that export_info offers; undefined where it offers none. */
export function exportFormat(info: files.ExportInfo | undefined): string | undefined {
  const offered = [info?.export_as ?? [], info?.export_options ?? []].flat().filter((format) => format !== '');
  return PREFERRED.find((format) => offered.includes(format)) ?? offered[0];
}

export function exportExtension(info: files.ExportInfo | undefined): string | undefined {
  const format = exportFormat(info);
  return format === undefined ? undefined : (EXTENSIONS[format] ?? `.${format}`);
}
