/** How a folder is to be listed. */
export interface ListOptions {
  /** With everything below it, or the folder alone. */
  readonly recursive: boolean;
  /** Folders, by their path, that need not be listed: where a store can, it does not even open them. */
  leaveOut?(folder: string): boolean;
  /** There is another way: a fault that lasts, or a second restart, is thrown within seconds and not waited out. */
  readonly isTrial?: boolean;
}

/** What it means for a listing that a store is reached over a line. */
export interface Line {
  readonly listingsAtOnce: number;
  /** At most. */
  readonly entriesPerCall: number;
  /** So many files will soon be read: connections for them are opened meanwhile. Asks for nothing. */
  expectReads?(files: number): void;
}
