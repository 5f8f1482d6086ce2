import { extname } from 'node:path';

/** What `isCompressed` (src/zip/write/compressible.ts) knows without the content, and PDF, which zip can't look into. */
export const SUFFIXES: readonly string[] =
  `.pdf .jpg .jpeg .png .gif .webp .heic .heif .avif .mp3 .mp4 .m4a .m4v .mov .avi .mkv .webm .ogg .opus .flac .aac .wma
  .wmv .zip .7z .rar .gz .tgz .bz2 .xz .zst .br .docx .docm .xlsx .xlsm .pptx .pptm .odt .ods .odp .epub .jar .apk .woff
  .woff2 .pages .numbers .key`.split(/\s+/);

/** Compressed by its own program: deflating it again takes time and gives nothing. */
export const isByItself = (name: string): boolean => SUFFIXES.includes(extname(name).toLowerCase());
