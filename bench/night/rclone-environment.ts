import { join } from 'node:path';
import type { EmulatorAddress } from '../dropbox/emulator-process.ts';
import { type LineEnd, lineEnvironment } from '../line/over-line.ts';

/** A remote `box:` of rclone that is the emulator's account, reached through the line; nothing of the user's own is read. */
export function rcloneEnvironment(emulator: EmulatorAddress, end: LineEnd, folder: string): Record<string, string> {
  const { appKey, appSecret, refreshToken } = emulator.credentials;
  const token = {
    access_token: 'none',
    token_type: 'bearer',
    refresh_token: refreshToken,
    expiry: '2001-01-01T00:00:00Z',
  };
  return {
    ...lineEnvironment(end),
    HOME: folder,
    RCLONE_CONFIG: join(folder, 'rclone.conf'),
    RCLONE_CONFIG_BOX_TYPE: 'dropbox',
    RCLONE_CONFIG_BOX_CLIENT_ID: appKey,
    RCLONE_CONFIG_BOX_CLIENT_SECRET: appSecret,
    RCLONE_CONFIG_BOX_TOKEN: JSON.stringify(token),
  };
}
