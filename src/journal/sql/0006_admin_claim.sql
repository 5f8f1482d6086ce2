-- By which claim of a JWT an admin is known, said once and here: in a table, because any user may set any custom setting
-- of a session, and a function of the DBA's own would be replaced when these files are run again.
CREATE TABLE IF NOT EXISTS case_backup_settings (
  only_row    BOOLEAN PRIMARY KEY DEFAULT true CHECK (only_row),
  admin_claim TEXT[]  NOT NULL DEFAULT '{app_metadata,role}',
  admin_value TEXT    NOT NULL DEFAULT 'admin' CHECK (admin_value <> ''),
  CONSTRAINT admin_claim_not_of_the_user CHECK (NOT 'user_metadata' = ANY (admin_claim))
);
INSERT INTO case_backup_settings DEFAULT VALUES ON CONFLICT DO NOTHING;

COMMENT ON TABLE case_backup_settings IS 'One row, which only the owner may read and change: whose JWT has admin_value at the path admin_claim reads every row of backup_logs.';
COMMENT ON CONSTRAINT admin_claim_not_of_the_user ON case_backup_settings IS 'Users write their user_metadata themselves.';

-- SECURITY DEFINER, so that nobody needs to read the settings; hence a search_path that no caller chooses, with pg_temp
-- last, and the schema of the table by name. https://www.postgresql.org/docs/current/sql-createfunction.html
DO $do$
BEGIN
  EXECUTE format($create$
    CREATE OR REPLACE FUNCTION case_backup_is_admin() RETURNS BOOLEAN
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
      SELECT coalesce((
        SELECT CASE jsonb_typeof(found)
          WHEN 'object' THEN false
          WHEN 'array' THEN found ? admin_value
          ELSE found #>> '{}' = admin_value
        END
        FROM %I.case_backup_settings
          CROSS JOIN LATERAL (
            SELECT nullif(current_setting('request.jwt.claims', true), '')::jsonb #> admin_claim AS found
          ) AS claim
      ), false)
    $body$
  $create$, current_schema());
END $do$;

COMMENT ON FUNCTION case_backup_is_admin() IS 'Whether the JWT of this request is an admin''s, by case_backup_settings: the claim is admin_value, or an array that holds it.';

-- Whoever runs these files, a superuser too: what belongs to the log belongs to its owner, who migrates it later.
DO $$
DECLARE
  owner TEXT := (SELECT relowner::regrole FROM pg_class WHERE oid = 'backup_logs'::regclass);
BEGIN
  EXECUTE format('ALTER TABLE case_backup_settings OWNER TO %s', owner);
  EXECUTE format('ALTER FUNCTION case_backup_is_admin() OWNER TO %s', owner);
END $$;

-- Without a policy nobody but the owner finds a row, even if somebody grants more than 0007 does.
ALTER TABLE case_backup_settings ENABLE ROW LEVEL SECURITY;

DO $$
BEGIN
  IF (SELECT count(*) FROM pg_roles WHERE rolname IN ('anon', 'authenticated', 'service_role')) = 3 THEN
    DROP POLICY IF EXISTS jwt_admin_select ON backup_logs;
    -- In a sub-select: asked once for a query and not once for a row.
    CREATE POLICY jwt_admin_select ON backup_logs FOR SELECT TO authenticated USING ((SELECT case_backup_is_admin()));
  END IF;
END $$;
