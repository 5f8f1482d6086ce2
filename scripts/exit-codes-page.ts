import { EXIT_CODE_MEANINGS, EXIT_CODES, type ExitReason, FINAL_EXIT_CODES } from '../src/api/exit-codes.ts';

/** docs/exit-codes.md, from src/api/exit-codes.ts. */
export function exitCodesPage(): string {
  const reasons = Object.keys(EXIT_CODES) as ExitReason[];
  const rows = reasons.map((reason) => {
    const code = EXIT_CODES[reason];
    return `| ${code} | \`${reason}\` | ${EXIT_CODE_MEANINGS[reason]} | ${retryOf(code)} |`;
  });
  return `<!-- Made by \`npm run generate\` from src/api/exit-codes.ts. -->
# Exit codes

Only 0 means that a complete backup is stored and was verified. Read a code that is not in the table as a failure.

| Code | Name | Meaning | Would a retry help? |
| ---: | --- | --- | --- |
${rows.join('\n')}

"No" means that a retry minutes later ends the same way, because somebody must do something or another run is at work; in
Kubernetes the Job then ends at once. 130 and 143 also stand when the backup had already been verified and stored and only
housekeeping was left: the message says so.

What exactly went wrong is said by the code word in the message and the report: see [troubleshooting](troubleshooting.md).
`;
}

function retryOf(code: number): string {
  if (code === EXIT_CODES.succeeded) return 'not needed';
  return FINAL_EXIT_CODES.includes(code) ? 'no' : 'yes';
}
