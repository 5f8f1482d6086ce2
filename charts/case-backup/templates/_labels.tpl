{{/*
Of the controller's pods, and never changed: a Deployment's selector can't be. As in k8s/controller.yaml, so that Helm can
take over what was made of it.
*/}}
{{- define "case-backup.selectorLabels" -}}
app.kubernetes.io/name: {{ include "case-backup.name" . | quote }}
app.kubernetes.io/component: controller
{{- end -}}

{{/* What Services, budgets and network policies select, which may change: the controllers of this release alone. */}}
{{- define "case-backup.releaseSelector" -}}
{{ include "case-backup.selectorLabels" . }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end -}}

{{/* `root`; by choice `component` and `labels`. What the chart says itself stands above the others. */}}
{{- define "case-backup.labels" -}}
{{- $own := dict
  "app.kubernetes.io/name" (include "case-backup.name" .root)
  "app.kubernetes.io/instance" .root.Release.Name
  "app.kubernetes.io/part-of" "case-backup"
  "app.kubernetes.io/managed-by" .root.Release.Service
  "app.kubernetes.io/version" .root.Chart.AppVersion
  "helm.sh/chart" (include "case-backup.chart" .root) -}}
{{- with .component -}}
{{- $_ := set $own "app.kubernetes.io/component" . -}}
{{- end -}}
{{- toYaml (merge $own (.labels | default dict) .root.Values.commonLabels) -}}
{{- end -}}

{{/*
The metadata of an object: `root` and `name`; by choice `namespace` (the release's unless given; "" for an object of the
cluster), `component`, `labels`, `annotations`.
*/}}
{{- define "case-backup.metadata" -}}
name: {{ .name | quote }}
{{- with ternary .namespace .root.Release.Namespace (hasKey . "namespace") }}
namespace: {{ . | quote }}
{{- end }}
labels:
  {{- include "case-backup.labels" . | nindent 2 }}
{{- with merge (dict) (.annotations | default dict) .root.Values.commonAnnotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}
