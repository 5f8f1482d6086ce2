{{/*
A pod of `helm test`: `root`, `name`; `container` (YAML of command, args, env), by choice `serviceAccount`, whose token it
gets. It is kept until the next test, so that its log can be read.
*/}}
{{- define "case-backup.testPod" -}}
apiVersion: v1
kind: Pod
metadata:
  {{- $hook := dict "helm.sh/hook" "test" "helm.sh/hook-delete-policy" "before-hook-creation" }}
  {{- include "case-backup.metadata" (dict "root" .root "name" (printf "%s-test-%s" (include "case-backup.fullname" .root) .name) "component" "test" "annotations" $hook) | nindent 2 }}
spec:
  restartPolicy: Never
  enableServiceLinks: false
  activeDeadlineSeconds: 120
  {{- with .serviceAccount }}
  serviceAccountName: {{ . | quote }}
  {{- end }}
  automountServiceAccountToken: {{ not (empty .serviceAccount) }}
  {{- with .root.Values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .root.Values.controller.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .root.Values.controller.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  securityContext:
    {{- include "case-backup.podSecurityContext" .root | nindent 4 }}
  containers:
    - name: test
      image: {{ include "case-backup.image" .root | quote }}
      imagePullPolicy: {{ .root.Values.image.pullPolicy }}
      {{- .container | trim | nindent 6 }}
      resources:
        requests: { cpu: 50m, memory: 96Mi }
        limits: { memory: 192Mi }
      securityContext:
        {{- include "case-backup.containerSecurityContext" .root | nindent 8 }}
{{- end -}}
