import type { FileHandle } from 'node:fs/promises';
import type { Clock } from '../../host/clock.ts';
import type { Throttle } from '../../host/throttle.ts';
import type { TellWaits } from '../../host/waits.ts';
import type { Ground } from './ground.ts';
import type { Modes } from './modes.ts';

/** A folder store as its parts see it. */
export interface Volume {
  /** Absolute. */
  readonly root: string;
  readonly ground: Ground;
  /** The path of something that is open, where the system tells (see inside.ts). */
  placeOf(handle: FileHandle): string | undefined;
  readonly clock: Clock;
  /** Folders below it in which only programs of ours write; what killed ones left there is swept. The first tells the volume's time. */
  readonly ownFolders: readonly string[];
  readonly modes: Modes;
  /** Whether its root on the disk of the system is a fault: a volume that is not mounted looks like a new and empty one. */
  readonly requireMount: boolean;
  /** Counts the contents that are read and written; undefined: as fast as it goes. */
  readonly throttle: Throttle | undefined;
  /** Told while another process is waited for; undefined where nobody shows it. */
  readonly waits: TellWaits | undefined;
}
