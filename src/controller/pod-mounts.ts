/** A volume of a job's pod and where its container finds it. */
export interface Mount {
  readonly name: string;
  readonly path: string;
  readonly readOnly: boolean;
  /** The volume's source: `{ persistentVolumeClaim: … }`. */
  readonly volume: object;
}

/** As a pod template states them, apart: `spec.volumes`. */
export const volumesOf = (mounts: readonly Mount[]): object[] =>
  mounts.map(({ name, volume }) => ({ name, ...volume }));

/** And the container's `volumeMounts`. */
export const volumeMountsOf = (mounts: readonly Mount[]): object[] =>
  mounts.map(({ name, path, readOnly }) => ({ name, mountPath: path, ...(readOnly ? { readOnly } : {}) }));
