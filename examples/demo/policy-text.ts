/** The demo's policy, as a user would write it into a file. */
export function policyText(cases: string, backups: string, mode: 'DryRun' | 'Enforce'): string {
  return `apiVersion: casebackup.io/v1alpha1
kind: CaseBackupPolicy
metadata:
  name: demo
spec:
  source:
    directory:
      path: ${JSON.stringify(cases)}
  destination:
    directory:
      path: ${JSON.stringify(backups)}
  retention:
    keepDays: 30
    # So few only for the demo: retention becomes visible with four backups.
    minimumBackups: 2
    mode: ${mode}
  logStore:
    postgres:
      secretRef:
        name: backup-log
`;
}
