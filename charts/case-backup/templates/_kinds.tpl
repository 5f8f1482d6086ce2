{{/*
Whether an object of a kind that the cluster may not have is rendered: `root`, `kind` (monitoring.coreos.com/v1/PodMonitor),
`mode` (a renderMode) and `key`, where in values that mode stands. "true" or nothing.
*/}}
{{- define "case-backup.renders" -}}
{{- if or (eq .mode "alwaysRender") (.root.Capabilities.APIVersions.Has .kind) -}}
true
{{- else if eq .mode "failIfMissing" -}}
{{- fail (printf "%s is failIfMissing, and the cluster has no %s: install that kind first, or choose skipIfMissing or alwaysRender" .key .kind) -}}
{{- end -}}
{{- end -}}

{{- define "case-backup.policyKind" -}}
casebackup.io/v1alpha1/CaseBackupPolicy
{{- end -}}

{{- define "case-backup.isOpenshift" -}}
{{- $adapt := .Values.openshift.adaptSecurityContext -}}
{{- if or (eq $adapt "force") (and (eq $adapt "auto") (.Capabilities.APIVersions.Has "security.openshift.io/v1")) }}true{{ end -}}
{{- end -}}
