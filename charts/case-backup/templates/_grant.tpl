{{/* A role and its binding: `root`, `kind` (Role or ClusterRole), `name`, `namespace` ("" for a ClusterRole), `rules`, `subjects`. */}}
{{- define "case-backup.grant" -}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: {{ .kind }}
metadata:
  {{- include "case-backup.metadata" (merge (dict "component" "controller") .) | nindent 2 }}
rules:
  {{- toYaml .rules | nindent 2 }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: {{ .kind }}Binding
metadata:
  {{- include "case-backup.metadata" (merge (dict "component" "controller") .) | nindent 2 }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: {{ .kind }}
  name: {{ .name | quote }}
subjects:
  {{- toYaml .subjects | nindent 2 }}
{{- end -}}
