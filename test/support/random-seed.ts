/** The same for everybody, so that npm test means the same; CASE_BACKUP_TEST_SEED draws others. */
export function randomSeed(): number {
  return Number(process.env['CASE_BACKUP_TEST_SEED'] ?? 11);
}
