import type { ExitReason } from '../exit-codes.ts';
import type { Meaning } from './meaning.ts';

/** How the controller's process ends badly; it prints the sentence, not the word. */
export const CONTROLLER = {
  JobPodInvalid: {
    exit: 'configuration',
    means: 'The file of `--job-pod` has faults; the message names them with their fields.',
    remedy: '[kubernetes.md](kubernetes.md) has every field, and what no operator can set.',
  },
  JobPodUnreadable: {
    exit: 'configuration',
    means: "The file of `--job-pod` can't be read, or is no YAML.",
    remedy: 'Check the path, and that its ConfigMap is mounted; the message has line and column.',
  },
  KubeconfigInvalid: {
    exit: 'configuration',
    means: "The kubeconfig can't be read, or lacks what it refers to.",
    remedy: 'Mend the file that the message names; `kubectl config view` shows what is in it.',
  },
  KubeconfigUnsupported: {
    exit: 'configuration',
    means:
      'The kubeconfig asks for something that is not done here: impersonation, an old auth-provider, a server without TLS.',
    remedy: 'Use a service account token, a client certificate, an exec plugin or OIDC.',
  },
  LeadershipLost: {
    exit: 'failed',
    means: 'Another replica may lead now, or the API server was out of reach for too long.',
    remedy: 'Nothing: Kubernetes starts it again.',
  },
  NoCluster: {
    exit: 'configuration',
    means: 'No Kubernetes cluster is configured.',
    remedy: '`--kubeconfig FILE`, `KUBECONFIG`, or a pod with a service account.',
  },
} as const satisfies Readonly<Record<string, Meaning & { readonly exit: ExitReason }>>;
