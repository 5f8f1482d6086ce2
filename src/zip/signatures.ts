/** Record signatures and fixed sizes of the ZIP format (PKWARE APPNOTE 6.3.10, sections 4.3.7 to 4.3.16 and 4.5). */
export const LOCAL_HEADER = 0x04034b50;
export const DATA_DESCRIPTOR = 0x08074b50;
export const CENTRAL_RECORD = 0x02014b50;
export const END64_RECORD = 0x06064b50;
export const END64_LOCATOR = 0x07064b50;
export const END_RECORD = 0x06054b50;

export const LOCAL_HEADER_BYTES = 30;
export const CENTRAL_RECORD_BYTES = 46;
export const END64_RECORD_BYTES = 56;
export const END64_LOCATOR_BYTES = 20;
export const END_RECORD_BYTES = 22;

/** General purpose flags: sizes and CRC follow the data; the name is UTF-8. */
export const FLAG_DESCRIPTOR = 1 << 3;
export const FLAG_UTF8 = 1 << 11;

export const EXTRA_ZIP64 = 0x0001;
/** "UT", Info-ZIP's extended timestamp: whole seconds of UTC. */
export const EXTRA_TIME = 0x5455;

export const VERSION_DEFAULT = 20;
export const VERSION_ZIP64 = 45;

/** A 16 or 32 bit field with this value says: the real one is in a ZIP64 record. */
export const MAX_16 = 0xffff;
export const MAX_32 = 0xffff_ffff;
