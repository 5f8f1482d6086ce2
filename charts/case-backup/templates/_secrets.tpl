{{/*
Values are kept in the release, shown by `helm get values` and usually committed. So what looks like a secret in one of the
places where people would put it is refused, before anything of it is stored; the value itself is never repeated.
*/}}
{{- define "case-backup.checkSecrets" -}}
{{- $make := "what stands in values can be read by everybody who may read the release: make a Secret (kubectl create secret generic NAME -n NAMESPACE --from-literal=KEY=…) and name it in" -}}
{{- $places := list
  (list "policies" .Values.policies "spec.source.dropbox.credentialsSecretRef.name or spec.logStore.postgres.secretRef of the policy")
  (list "jobs.pod.env" .Values.jobs.pod.env "spec.source.dropbox.credentialsSecretRef.name or spec.logStore.postgres.secretRef of a policy")
  (list "controller.extraEnv" .Values.controller.extraEnv "valueFrom.secretKeyRef of the variable") -}}
{{- range $places -}}
{{- $where := index . 2 -}}
{{- with include "case-backup.secretsIn" (dict "path" (index . 0) "value" (index . 1)) | trim -}}
{{- fail (printf "%s holds a secret, and %s %s" (splitList "\n" . | first) $make $where) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* The paths below `path` at which `value` holds a secret, one a line. */}}
{{- define "case-backup.secretsIn" -}}
{{- $path := .path -}}
{{- if kindIs "slice" .value -}}
{{- range $index, $item := .value -}}
{{- include "case-backup.secretsIn" (dict "path" (printf "%s[%d]" $path $index) "value" $item) -}}
{{- end -}}
{{- else if kindIs "map" .value -}}
{{- range $key, $item := .value -}}
{{- include "case-backup.secretsIn" (dict "path" (printf "%s.%s" $path $key) "key" $key "value" $item) -}}
{{- end -}}
{{- if and (kindIs "string" .value.name) (hasKey .value "value") -}}
{{- include "case-backup.secretsIn" (dict "path" (printf "%s.value" $path) "key" .value.name "value" .value.value) -}}
{{- end -}}
{{- else if not (or (kindIs "bool" .value) (kindIs "invalid" .value) (eq (toString .value) "")) -}}
{{- $name := .key | default "" | lower | replace "_" "" | replace "-" "" | replace "." "" -}}
{{- $named := regexMatch "(password|passwd|passphrase|token|secret|secretkey|accesskey|apikey|appkey|privatekey|connectionstring|databaseurl)$" $name -}}
{{- if or $named (regexMatch "^[a-z][a-z0-9+]*://[^/@]*:[^/@]+@" (toString .value)) }}
{{ $path }}
{{- end -}}
{{- end -}}
{{- end -}}
