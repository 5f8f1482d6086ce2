-- One row a night and policy, for a health page to show as it is.
--
-- A view reads with the rights of its owner unless security_invoker says otherwise, which Postgres knows from 15 on.
-- On an older server there is no view rather than one that shows every row to whoever may read it; running the files
-- by hand after an upgrade adds it.
DO $$
BEGIN
  IF current_setting('server_version_num')::integer < 150000 THEN
    RAISE NOTICE 'backup_status is left out: it needs Postgres 15 or newer';
    RETURN;
  END IF;

  -- Not OR REPLACE: run again, that would refuse to take away the columns that a later file has added.
  IF to_regclass('backup_status') IS NULL THEN
    CREATE VIEW backup_status WITH (security_invoker = true) AS
    SELECT DISTINCT ON (policy, night)
      policy,
      night,
      run_id,
      state,
      started_at,
      finished_at,
      extract(epoch FROM finished_at - started_at)::integer AS duration_seconds,
      backup_path,
      total_cases,
      total_files,
      total_size_mb,
      error_message,
      coalesce(verification @>
        '{"backup_file_exists": true, "manifest_valid": true, "cases_match": true, "size_reasonable": true}', false
      ) AS verified,
      (storage ->> 'used_bytes')::bigint AS storage_used_bytes,
      (storage ->> 'allocated_bytes')::bigint AS storage_allocated_bytes,
      (storage ->> 'nights_left')::bigint AS nights_left,
      -- Old rows have words that case-backup does not write; they prove nothing, so none is taken for a good one.
      state NOT IN ('completed', 'running', 'skipped') AS is_failure
    FROM backup_logs
      CROSS JOIN LATERAL (
        SELECT
          (coalesce(backup_date, started_at, created_at) AT TIME ZONE 'UTC')::date AS night,
          coalesce(started_at, backup_date, created_at) AS began
      ) AS run
      CROSS JOIN LATERAL (
        -- A run that was killed leaves `running` behind until a later one writes how it ended.
        SELECT CASE
          WHEN status = 'running' AND began > now() - interval '1 day' THEN 'running'
          WHEN status = 'running' OR status IS NULL THEN 'unknown'
          ELSE status
        END AS state
      ) AS seen
    -- A backup that stands makes the night good, whatever happened before or after it; while a run is at work the night
    -- is open; an incomplete archive is better than none; a skipped run says least. Of equals the newest.
    ORDER BY policy, night DESC,
      CASE state WHEN 'completed' THEN 1 WHEN 'running' THEN 2 WHEN 'incomplete' THEN 3 WHEN 'skipped' THEN 5 ELSE 4 END,
      began DESC;
    EXECUTE format('ALTER VIEW backup_status OWNER TO %s',
      (SELECT relowner::regrole FROM pg_class WHERE oid = 'backup_logs'::regclass));
  END IF;

  -- A table or a view of that name that is not ours fails here.
  ALTER VIEW backup_status SET (security_invoker = true);
  COMMENT ON VIEW backup_status IS
    'What came of each policy''s nights, by the day in UTC. A night in which nothing ran has no row.';
  COMMENT ON COLUMN backup_status.state IS
    'status of the run that stands for the night; unknown where it says running for more than a day, or nothing.';
  COMMENT ON COLUMN backup_status.is_failure IS
    'No run of the night completed, none is at work, and at least one was not merely skipped.';
END $$;
