{{/* The command line of cmd/controller/main.ts. */}}
{{- define "case-backup.controllerArgs" -}}
{{- if eq .Values.scope.mode "Cluster" }}
- --all-namespaces
{{- else }}
{{- range include "case-backup.servedNamespaces" . | fromJsonArray }}
- --namespace
- {{ . | quote }}
{{- end }}
{{- end }}
- --job-image
- {{ include "case-backup.image" . | quote }}
- --job-image-pull-policy
- {{ .Values.image.pullPolicy }}
{{- range .Values.imagePullSecrets }}
- --job-image-pull-secret
- {{ .name | quote }}
{{- end }}
- --job-service-account
- {{ include "case-backup.jobServiceAccount" . | quote }}
{{- if include "case-backup.jobPod" . }}
- --job-pod
- /etc/case-backup/job-pod/job-pod.yaml
{{- end }}
- --listen
- "8080"
- --lease-duration
- {{ .Values.controller.leaseDurationSeconds | quote }}
{{- with .Values.controller.leaseName }}
- --lease-name
- {{ . | quote }}
{{- end }}
- --log-level
- {{ .Values.controller.logLevel }}
{{- end -}}
