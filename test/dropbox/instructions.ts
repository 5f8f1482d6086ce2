import type { TlsEmulator } from './tls-emulator.ts';

/** How to point clients at a running emulator: printed at the start, each block ready to be pasted into a shell. */
export function instructions({ emulator, proxy, caFile }: TlsEmulator): string {
  const { appKey, appSecret, refreshToken, accessToken } = emulator.credentials;
  const token = JSON.stringify({
    access_token: accessToken,
    token_type: 'bearer',
    refresh_token: refreshToken,
    expiry: '2099-01-01T00:00:00Z',
  });
  return `The Dropbox emulator is running. Everything is gone when it stops (Ctrl-C).

our job (plain HTTP, no certificate needed):
  export CASE_BACKUP_DROPBOX_ORIGIN=${emulator.origin}
  export DROPBOX_APP_KEY=${appKey} DROPBOX_APP_SECRET=${appSecret}
  export DROPBOX_REFRESH_TOKEN=${refreshToken}

rclone (unchanged, through the proxy):
  export HTTPS_PROXY=${proxy.url} SSL_CERT_FILE=${caFile}
  export RCLONE_CONFIG_EMULATOR_TYPE=dropbox
  export RCLONE_CONFIG_EMULATOR_CLIENT_ID=${appKey} RCLONE_CONFIG_EMULATOR_CLIENT_SECRET=${appSecret}
  export RCLONE_CONFIG_EMULATOR_TOKEN='${token}'
  rclone lsf -R emulator:

Python SDK (unchanged):
  export DROPBOX_API_HOST=127.0.0.1:${emulator.tlsPort} DROPBOX_API_CONTENT_HOST=127.0.0.1:${emulator.tlsPort}
  export DROPBOX_API_NOTIFY_HOST=127.0.0.1:${emulator.tlsPort}
  python3 -c "import dropbox; d = dropbox.Dropbox(oauth2_refresh_token='${refreshToken}',
    app_key='${appKey}', app_secret='${appSecret}', ca_certs='${caFile}'); print(d.files_list_folder(''))"

curl:
  curl -X POST ${emulator.origin}/2/files/list_folder -H 'Authorization: Bearer ${accessToken}' \\
    -H 'Content-Type: application/json' -d '{"path": "", "recursive": true}'
`;
}
