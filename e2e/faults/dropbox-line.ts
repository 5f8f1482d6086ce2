import { command } from '../cluster/command.ts';
import { OFFICE } from '../stage/office-objects.ts';
import type { Stage } from '../stage/stage.ts';
import { networkOf } from './pod-network.ts';

/** Where the jobs reach Dropbox; the tests' own look at it goes another way. */
const PORT = '3128';
/** What tbf holds back at most; a packet of a veth has up to 64 KiB. */
const BUCKET = ['burst', '128kb', 'latency', '400ms'];

/** A line of that rate each way. */
export async function whileLineHas<T>(stage: Stage, rate: string, body: () => Promise<T>): Promise<T> {
  const { inside, cable } = await networkOf(stage, OFFICE, 'dropbox');
  const bucket = ['root', 'tbf', 'rate', rate, ...BUCKET];
  try {
    await inside('tc', 'qdisc', 'add', 'dev', 'eth0', ...bucket);
    await command('tc', 'qdisc', 'add', 'dev', cable, ...bucket);
    return await body();
  } finally {
    await inside('tc', 'qdisc', 'del', 'dev', 'eth0', 'root');
    await command('tc', 'qdisc', 'del', 'dev', cable, 'root');
  }
}

/** `DROP` says nothing to whoever asks, as a cable that is cut; `RESET` breaks every connection and refuses new ones. */
export async function whileDropboxAnswers<T>(stage: Stage, how: 'DROP' | 'RESET', body: () => Promise<T>): Promise<T> {
  const { inside } = await networkOf(stage, OFFICE, 'dropbox');
  const target = how === 'DROP' ? ['DROP'] : ['REJECT', '--reject-with', 'tcp-reset'];
  const rule = ['INPUT', '-p', 'tcp', '--dport', PORT, '-j', ...target];
  await inside('iptables', '-I', ...rule);
  try {
    return await body();
  } finally {
    await inside('iptables', '-D', ...rule);
  }
}
