/**
 * What a folder is like at one moment, as far as it tells whether something in it has come, gone or got another name. A
 * listing gives one of each folder that it has read to the end, once all that is below was listed: of the names that it
 * listed, and as the folder was before they were read.
 */
export interface Look {
  readonly folder: string;
  /** Never empty. The same for the same names, each of a folder or of something else. */
  readonly names: string;
  /** Another one for another folder; on some volumes it changes by itself. */
  readonly identity: string;
  /** Another one when the folder has changed meanwhile, or is another folder, as far as its times and identity tell. */
  readonly version: string;
}
