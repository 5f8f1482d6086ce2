-- What a run says of itself. Rows from before stay as they are: NULL in every new column.
ALTER TABLE backup_logs
  ADD COLUMN IF NOT EXISTS run_id       TEXT,
  ADD COLUMN IF NOT EXISTS policy       TEXT,
  ADD COLUMN IF NOT EXISTS verification JSONB,
  ADD COLUMN IF NOT EXISTS content_hash TEXT,
  ADD COLUMN IF NOT EXISTS started_at   TIMESTAMPTZ,
  ADD COLUMN IF NOT EXISTS finished_at  TIMESTAMPTZ,
  ADD COLUMN IF NOT EXISTS written_by   NAME;

-- A step of its own: a default given together with the column would also sign the old rows with the migrating user.
ALTER TABLE backup_logs ALTER COLUMN written_by SET DEFAULT current_user;

-- Any number of old rows may have no run_id; the upsert of a run needs the index to be unique and not partial.
CREATE UNIQUE INDEX IF NOT EXISTS backup_logs_run_id_key ON backup_logs (run_id);
CREATE INDEX IF NOT EXISTS backup_logs_policy_backup_date_idx ON backup_logs (policy, backup_date DESC);

-- NOT VALID: holds for every new row, while old rows keep whatever word their script wrote.
ALTER TABLE backup_logs DROP CONSTRAINT IF EXISTS backup_logs_status_allowed;
ALTER TABLE backup_logs ADD CONSTRAINT backup_logs_status_allowed
  CHECK (status IN ('running', 'completed', 'incomplete', 'failed', 'skipped', 'interrupted')) NOT VALID;

COMMENT ON TABLE backup_logs IS 'Runs of case-backup. completed is written only for a run whose stored backup was verified.';
COMMENT ON COLUMN backup_logs.written_by IS 'The database role that wrote the row; row level security compares it with current_user. NULL in rows older than case-backup.';
