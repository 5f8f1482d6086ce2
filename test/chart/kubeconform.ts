import { execFile } from 'node:child_process';
import { tool } from '../tools/tools.ts';

interface Verdict {
  readonly resources: readonly {
    readonly filename: string;
    readonly kind: string;
    readonly name: string;
    readonly status: string;
    readonly msg: string;
  }[];
}

export interface Judged {
  readonly objects: number;
  /** `file: Kind/name: what is wrong`. */
  readonly faults: readonly string[];
}

/** Holds manifests against the schemas that `location` names (writeApiSchemas); what has no schema there is a fault. */
export async function kubeconform(location: string, files: readonly string[]): Promise<Judged> {
  const args = ['-strict', '-verbose', '-output', 'json', '-schema-location', location, ...files];
  const path = await tool('kubeconform');
  const said = await new Promise<string>((resolve, reject) => {
    execFile(path, args, { maxBuffer: 1 << 28, timeout: 120_000 }, (error, stdout, stderr) => {
      // 1: something is not as its schema says.
      if (error !== null && error.code !== 1) reject(new Error(`kubeconform: ${stderr}`, { cause: error }));
      else resolve(stdout);
    });
  });
  const judged = (JSON.parse(said) as Verdict).resources.filter(({ status }) => status !== 'statusEmpty');
  return {
    objects: judged.length,
    faults: judged
      .filter(({ status }) => status !== 'statusValid')
      .map(({ filename, kind, name, msg }) => `${filename}: ${kind}/${name}: ${msg}`),
  };
}
