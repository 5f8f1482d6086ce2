/**
 * The driver without its index, which looks for `pg-native` in every folder above and in the home folder: a volume that is
 * mounted there would be run, with all secrets of the job in its environment.
 */
declare module 'pg/lib/client.js' {
  // biome-ignore lint/style/noDefaultExport: it is the driver's.
  export { Client as default } from 'pg';
}
