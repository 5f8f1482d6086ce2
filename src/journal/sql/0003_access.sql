-- Who may do what. Roles are group roles without a login: access is given by GRANT case_backup_writer TO some_login.
--
-- A row belongs to the role that wrote it (written_by = current_user). It is a column and not a setting of the session,
-- because a session does not survive a transaction pooler and any role may set any custom setting.

-- Roles belong to the whole server: another database on it may be migrating in this very moment.
DO $$
DECLARE
  wanted TEXT;
BEGIN
  FOREACH wanted IN ARRAY ARRAY['case_backup_admin', 'case_backup_writer'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
      BEGIN
        EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
      EXCEPTION WHEN duplicate_object OR unique_violation THEN
        RAISE NOTICE 'role % was made meanwhile', wanted;
      END;
    END IF;
  END LOOP;
END $$;

-- Nobody keeps what was granted earlier. Supabase grants everything on a new table to anon, authenticated and
-- service_role, and row level security does not apply to TRUNCATE. The owner keeps reading and writing under the
-- policies below; DELETE is taken away too, since without a policy it would delete nothing and say nothing.
DO $$
DECLARE
  target RECORD;
  holder RECORD;
BEGIN
  FOR target IN
    SELECT oid, oid::regclass AS name, relowner, relacl
    FROM pg_class WHERE oid IN (to_regclass('backup_logs'), to_regclass('case_backup_migrations'))
  LOOP
    FOR holder IN
      SELECT DISTINCT CASE WHEN held.grantee = 0 THEN 'PUBLIC' ELSE held.grantee::regrole::text END AS name
      FROM (
        SELECT grantee FROM aclexplode(target.relacl)
        UNION ALL
        SELECT acl.grantee FROM pg_attribute, aclexplode(attacl) AS acl WHERE attrelid = target.oid
      ) AS held
      WHERE held.grantee <> target.relowner
    LOOP
      EXECUTE format('REVOKE ALL ON TABLE %s FROM %s CASCADE', target.name, holder.name);
    END LOOP;
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target.name);
  END LOOP;
  EXECUTE format('REVOKE DELETE, TRUNCATE, REFERENCES, TRIGGER ON TABLE backup_logs FROM %s',
    (SELECT relowner::regrole FROM pg_class WHERE oid = 'backup_logs'::regclass));
END $$;

-- FORCE: without it the owner of the table sees every row.
ALTER TABLE backup_logs FORCE ROW LEVEL SECURITY;

-- Policies add up, so one left over from before ("read access for all") would open the table to every role below.
DO $$
DECLARE
  old NAME;
BEGIN
  FOR old IN SELECT polname FROM pg_policy WHERE polrelid = 'backup_logs'::regclass LOOP
    EXECUTE format('DROP POLICY %I ON backup_logs', old);
  END LOOP;
END $$;

GRANT SELECT ON TABLE backup_logs TO case_backup_admin;
CREATE POLICY admin_select ON backup_logs FOR SELECT TO case_backup_admin USING (true);

GRANT SELECT, INSERT, UPDATE ON TABLE backup_logs TO case_backup_writer;
CREATE POLICY writer_select ON backup_logs FOR SELECT TO case_backup_writer USING (written_by = current_user);
CREATE POLICY writer_insert ON backup_logs FOR INSERT TO case_backup_writer WITH CHECK (written_by = current_user);
CREATE POLICY writer_update ON backup_logs FOR UPDATE TO case_backup_writer
  USING (written_by = current_user) WITH CHECK (written_by = current_user);

-- The owner of the table is often the very login of the job.
DO $$
DECLARE
  owner OID := (SELECT relowner FROM pg_class WHERE oid = 'backup_logs'::regclass);
BEGIN
  IF NOT pg_has_role(owner, 'case_backup_writer', 'USAGE') THEN
    EXECUTE format('GRANT case_backup_writer TO %s', owner::regrole);
  END IF;
END $$;

-- Supabase only: the roles of its API. authenticated is every user that has signed in; an admin among them is known by
-- app_metadata.role in the JWT, which users cannot change themselves (user_metadata they can).
-- https://supabase.com/docs/guides/database/postgres/row-level-security
DO $$
BEGIN
  IF (SELECT count(*) FROM pg_roles WHERE rolname IN ('anon', 'authenticated', 'service_role')) = 3 THEN
    GRANT SELECT ON TABLE backup_logs TO authenticated;
    CREATE POLICY jwt_admin_select ON backup_logs FOR SELECT TO authenticated USING (
      (SELECT nullif(current_setting('request.jwt.claims', true), '')::jsonb -> 'app_metadata' ->> 'role') = 'admin'
    );
    IF NOT pg_has_role('service_role', 'case_backup_writer', 'USAGE') THEN
      GRANT case_backup_writer TO service_role;
    END IF;
  END IF;
END $$;
