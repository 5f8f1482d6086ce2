-- Every right by name, and none that default privileges gave: hosted servers grant everything on what is new, or (Supabase
-- from 30 October 2026 on) nothing. https://supabase.com/changelog/45329-breaking-change-tables-not-exposed-to-data-and-graphql-api-automatically
DO $$
DECLARE
  held RECORD;
BEGIN
  FOR held IN
    SELECT format('TABLE %s', oid::regclass) AS target, grantee
    FROM pg_class, aclexplode(relacl)
    WHERE oid IN (to_regclass('backup_status'), to_regclass('case_backup_settings')) AND grantee <> relowner
    UNION
    SELECT format('FUNCTION %s', oid::regprocedure), grantee
    FROM pg_proc, aclexplode(coalesce(proacl, acldefault('f', proowner)))
    WHERE oid = 'case_backup_is_admin()'::regprocedure AND grantee <> proowner
  LOOP
    EXECUTE format('REVOKE ALL ON %s FROM %s CASCADE', held.target,
      CASE WHEN held.grantee = 0 THEN 'PUBLIC' ELSE held.grantee::regrole::text END);
  END LOOP;
END $$;

DO $$
DECLARE
  readers  TEXT := 'case_backup_admin, case_backup_writer';
  hosted   BOOLEAN := (SELECT count(*) FROM pg_roles WHERE rolname IN ('anon', 'authenticated', 'service_role')) = 3;
  reader   TEXT;
BEGIN
  IF hosted THEN
    readers := readers || ', authenticated, service_role';
    -- By name, because there service_role is NOINHERIT: as a member of case_backup_writer alone it may do nothing.
    GRANT SELECT, INSERT, UPDATE ON TABLE backup_logs TO service_role;
    GRANT EXECUTE ON FUNCTION case_backup_is_admin() TO authenticated;
  END IF;

  IF to_regclass('backup_status') IS NOT NULL THEN
    EXECUTE format('GRANT SELECT ON TABLE backup_status TO %s', readers);
  END IF;

  -- The owner of a table need not own the schema.
  IF has_schema_privilege(current_schema(), 'USAGE WITH GRANT OPTION') THEN
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO %s', current_schema(), readers);
  ELSE
    FOREACH reader IN ARRAY string_to_array(readers, ', ') LOOP
      IF NOT has_schema_privilege(reader, current_schema(), 'USAGE') THEN
        RAISE WARNING 'run as owner of the schema: GRANT USAGE ON SCHEMA % TO %;', quote_ident(current_schema()), reader;
      END IF;
    END LOOP;
  END IF;
END $$;
