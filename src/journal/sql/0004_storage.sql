-- How full the destination was after the run. Rows from before, and runs that measured nothing, have NULL.
ALTER TABLE backup_logs ADD COLUMN IF NOT EXISTS storage JSONB;

COMMENT ON COLUMN backup_logs.storage IS 'The destination after the run: {"used_bytes", "allocated_bytes", "nights_left"}. nights_left: how many more backups of this size fit; null where the run left no backup.';
