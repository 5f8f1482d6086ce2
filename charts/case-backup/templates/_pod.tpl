{{/* OpenShift gives each namespace users of its own, and refuses a pod that names another. */}}
{{- define "case-backup.podSecurityContext" -}}
{{- $context := .Values.controller.podSecurityContext -}}
{{- if include "case-backup.isOpenshift" . -}}
{{- $context = omit $context "runAsUser" "runAsGroup" "fsGroup" -}}
{{- end -}}
{{- toYaml $context -}}
{{- end -}}

{{- define "case-backup.containerSecurityContext" -}}
{{- $context := .Values.controller.securityContext -}}
{{- if include "case-backup.isOpenshift" . -}}
{{- $context = omit $context "runAsUser" "runAsGroup" -}}
{{- end -}}
{{- toYaml $context -}}
{{- end -}}

{{/* From 1.36 on every node has user namespaces (KEP-127); before, a pod that asks for one may not start. */}}
{{- define "case-backup.ownUsers" -}}
{{- $given := .Values.controller.hostUsers -}}
{{- if or (eq $given "false") (and (eq $given "auto") (semverCompare ">=1.36.0-0" .Capabilities.KubeVersion.Version)) }}true{{ end -}}
{{- end -}}

{{/* The variables by which both halves find the proxy, as a map. */}}
{{- define "case-backup.proxyEnv" -}}
{{- range $name, $value := dict "HTTP_PROXY" .Values.proxy.httpProxy "HTTPS_PROXY" .Values.proxy.httpsProxy "NO_PROXY" .Values.proxy.noProxy }}
{{- with $value }}
{{ $name }}: {{ . | quote }}
{{- end }}
{{- end }}
{{- end -}}

{{/*
The controller asks the API server alone, which no proxy of the office leads to: it is left out whatever noProxy says.
*/}}
{{- define "case-backup.controllerEnv" -}}
{{- range $name, $value := include "case-backup.proxyEnv" . | fromYaml }}
{{- if ne $name "NO_PROXY" }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- end }}
{{- if or .Values.proxy.httpProxy .Values.proxy.httpsProxy }}
- name: NO_PROXY
  value: {{ list .Values.proxy.noProxy "$(KUBERNETES_SERVICE_HOST)" "kubernetes.default.svc" | compact | join "," | quote }}
{{- end }}
{{- if .Values.caBundle.configMap }}
- name: NODE_EXTRA_CA_CERTS
  value: /etc/case-backup/ca/ca.crt
{{- end }}
{{- with .Values.controller.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Replicas on one node die together: they are kept apart where there is a choice, unless values say otherwise. */}}
{{- define "case-backup.controllerAffinity" -}}
{{- if .Values.controller.affinity -}}
{{- toYaml .Values.controller.affinity -}}
{{- else if gt (int .Values.controller.replicas) 1 -}}
podAntiAffinity:
  preferredDuringSchedulingIgnoredDuringExecution:
    - weight: 100
      podAffinityTerm:
        topologyKey: kubernetes.io/hostname
        labelSelector:
          matchLabels:
            {{- include "case-backup.releaseSelector" . | nindent 12 }}
{{- end -}}
{{- end -}}

{{- define "case-backup.controllerSpread" -}}
{{- range .Values.controller.topologySpreadConstraints }}
{{- $constraint := . }}
{{- if not .labelSelector }}
{{- $constraint = set (deepCopy .) "labelSelector" (dict "matchLabels" (include "case-backup.releaseSelector" $ | fromYaml)) }}
{{- end }}
- {{- toYaml $constraint | nindent 2 }}
{{- end }}
{{- end -}}
