{{/*
The file of `controller --job-pod`, or nothing. What stands in jobs.pod wins over proxy and caBundle, which are for both
halves.
*/}}
{{- define "case-backup.jobPod" -}}
{{- $pod := dict -}}
{{- range $field, $value := omit .Values.jobs.pod "env" "caBundle" -}}
{{- if $value -}}
{{- $_ := set $pod $field $value -}}
{{- end -}}
{{- end -}}
{{- with merge (dict) .Values.jobs.pod.env (include "case-backup.proxyEnv" . | fromYaml) -}}
{{- $_ := set $pod "env" . -}}
{{- end -}}
{{- if .Values.jobs.pod.caBundle -}}
{{- $_ := set $pod "caBundle" .Values.jobs.pod.caBundle -}}
{{- else if .Values.caBundle.configMap -}}
{{- $_ := set $pod "caBundle" .Values.caBundle -}}
{{- end -}}
{{- if $pod -}}
{{- toYaml $pod -}}
{{- end -}}
{{- end -}}
