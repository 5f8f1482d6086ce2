{{/* Egress to the DNS servers of the cluster; `root`. */}}
{{- define "case-backup.egressDns" -}}
{{- with .Values.networkPolicy.dns }}
- ports:
    {{- range .ports }}
    - { port: {{ . }}, protocol: UDP }
    - { port: {{ . }}, protocol: TCP }
    {{- end }}
  {{- with .to }}
  to:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}
{{- end -}}

{{/* Egress to the API server: a CNI looks at a packet after its Service has become an endpoint. */}}
{{- define "case-backup.egressApiServer" -}}
{{- with .Values.networkPolicy.apiServer }}
- ports:
    - { port: {{ .port }}, protocol: TCP }
  {{- with .cidrs }}
  to:
    {{- range . }}
    - ipBlock: { cidr: {{ . | quote }} }
    {{- end }}
  {{- end }}
{{- end }}
{{- end -}}

{{/* Egress on one port: `port`, `to` (empty for anywhere). */}}
{{- define "case-backup.egressTo" -}}
- ports:
    - { port: {{ .port }}, protocol: TCP }
  {{- with .to }}
  to:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}

{{/* The ports of the proxies, each once, as a JSON array; an address without a port means that of its scheme. */}}
{{- define "case-backup.proxyPorts" -}}
{{- $ports := list -}}
{{- range compact (list .Values.proxy.httpProxy .Values.proxy.httpsProxy) -}}
{{- $url := urlParse . -}}
{{- $port := regexFind ":[0-9]+$" $url.host | trimPrefix ":" -}}
{{- $ports = append $ports (int ($port | default (ternary "443" "80" (eq $url.scheme "https")))) -}}
{{- end -}}
{{- $ports | uniq | toJson -}}
{{- end -}}

{{/* As a peer: every namespace that is served. */}}
{{- define "case-backup.servedNamespaceSelector" -}}
{{- $served := include "case-backup.servedNamespaces" . | fromJsonArray -}}
{{- if $served -}}
namespaceSelector:
  matchExpressions:
    - key: kubernetes.io/metadata.name
      operator: In
      values: {{ toJson $served }}
{{- else -}}
namespaceSelector: {}
{{- end -}}
{{- end -}}

{{/* As a selector: the pods of the jobs, of whatever role. */}}
{{- define "case-backup.jobPodSelector" -}}
podSelector:
  matchExpressions:
    - { key: casebackup.io/role, operator: Exists }
{{- end -}}
