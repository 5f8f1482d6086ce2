-- The table that users of the older scripts already have; a table made by hand is taken over with its rows.
CREATE TABLE IF NOT EXISTS backup_logs (
  id            UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  backup_date   TIMESTAMPTZ,
  backup_path   TEXT,
  total_cases   INTEGER,
  total_files   INTEGER,
  total_size_mb DECIMAL,
  status        TEXT DEFAULT 'completed',
  error_message TEXT,
  created_at    TIMESTAMPTZ DEFAULT now()
);
