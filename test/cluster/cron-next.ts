import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { kubernetesBinary } from './build.ts';
import { inTime } from './until.ts';

export interface CronQuestion {
  readonly schedule: string;
  /** IANA name; empty: UTC. */
  readonly zone: string;
  readonly after: Date;
}

export interface CronAnswer {
  /** Null: it never fires, or the schedule or zone is refused. */
  readonly next: Date | null;
  /** What Kubernetes' library says of a schedule or zone that it refuses. */
  readonly error: string | undefined;
}

/**
 * When the CronJob controller would fire next: answered by its own library, in one process for all questions (5 s for
 * 100,000 of them).
 */
export async function askCron(questions: readonly CronQuestion[]): Promise<CronAnswer[]> {
  const child = spawn(await kubernetesBinary(), ['cron-next'], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.on('error', () => undefined);
  child.stdin.end(questions.map((question) => `${JSON.stringify(question)}\n`).join(''));
  try {
    const output = await inTime('the answers of cron-next', text(child.stdout), 120_000);
    const answers = output.split('\n').filter((line) => line !== '');
    if (answers.length !== questions.length)
      throw new Error(`${answers.length} answers to ${questions.length} questions`);
    return answers.map((line) => {
      const { next, error } = JSON.parse(line) as { next: string | null; error?: string };
      return { next: next === null ? null : new Date(next), error };
    });
  } finally {
    child.kill('SIGKILL');
  }
}
